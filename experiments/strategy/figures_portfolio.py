"""Numbers of a search over portfolios: what finalists promised, what they keep in fresh worlds, how far they fall."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.candidates import Candidate, Objective
from experiments.strategy import shown
from experiments.strategy.figures import FRESH, SEARCHED, Figure, Method, Rows
from experiments.strategy.figures_given import inside, made
from experiments.wording import listing, plural

if TYPE_CHECKING:
    from experiments.analysis.portfolio import Portfolio
    from experiments.strategy.answer import Answer

SEARCH = "experiments.analysis.portfolio.search_portfolio"
METHODS = {
    "search": Method("{about}", SEARCH, "size of the search"),
    "promised": Method("{about} in the search", SEARCH, "mean over the worlds of the search"),
    "kept": Method("{about} in fresh worlds", SEARCH, "mean over worlds that the search has not seen"),
    "fall": Method("by how much {about} is worse in fresh worlds than in the search", SEARCH,
                   "promised \u2212 kept, worse counted as more, with its interval"),
    "curse": Method("by how much {about} of the finalists is worse in fresh worlds than in the search, in the mean",
                    SEARCH, "mean over finalists of promised \u2212 kept, worse counted as more, with its interval"),
    "settings": Method("how the policies of a portfolio are set", SEARCH, "as the search proposed them"),
    "portfolio_hours": Method("extra hours a person and week of a portfolio", SEARCH, "mean over fresh worlds"),
    "portfolio_money": Method("extra money a person and week of a portfolio", SEARCH, "mean over fresh worlds"),
}  # fmt: skip


def portfolio_figures(answer: Answer) -> Iterator[Figure]:
    """Of every finalist and of all of them together."""
    found = answer.portfolio
    if found is None:
        return
    searched, fresh = Rows(SEARCHED, seeds=found.seeds), Rows(FRESH, seeds=found.fresh_seeds)
    stays = sum(each.stays for each in found.finalists)
    for name, count, noun, about in (
        ("tried", len(found.candidates), "portfolio", "portfolios that were tried"),
        ("worlds", len(found.seeds), "world", "worlds in which each was tried"),
        ("fresh", len(found.fresh_seeds), "fresh world", "other worlds in which the finalists ran again"),
        ("finalists", len(found.finalists), "finalist", "portfolios that nothing beat in the search"),
        ("stays", stays, "finalist", "finalists that keep the budget and that no other beats in fresh worlds"),
    ):
        yield made(answer, "search", (name,), plural(count, noun), count, searched, METHODS, about=about)
    for at, objective in enumerate(found.objectives):
        curse = found.curse[at]
        text = amount(curse.value, curse.low, curse.high, objective)
        yield made(answer, "curse", (objective.name,), text, curse.value, fresh, METHODS, about=inside(objective.title))
        for place, finalist in enumerate(found.finalists, start=1):
            about = f"{inside(objective.title)} of {named(answer, finalist.candidate)}"
            own, kept, fall = (str(place), objective.name), finalist.fresh[at], finalist.fall[at]
            seen = float(finalist.search[at])
            nothing = float("nan")
            for kind, text, value, rows in (
                ("promised", amount(seen, nothing, nothing, objective), seen, searched),
                ("kept", amount(kept.value, kept.low, kept.high, objective), kept.value, fresh),
                ("fall", amount(fall.value, fall.low, fall.high, objective), fall.value, fresh),
            ):
                yield made(answer, kind, own, text, value, rows, METHODS, about=about)
    for place, finalist in enumerate(found.finalists, start=1):
        values = (("portfolio_hours", shown.hours(finalist.hours), finalist.hours),
                  ("portfolio_money", shown.money(finalist.money), finalist.money),
                  ("settings", settings(finalist.candidate), float(len(finalist.candidate.settings))))  # fmt: skip
        for kind, text, value in values:
            yield made(answer, kind, (str(place),), text, value, fresh, METHODS)


def amount(value: float, low: float, high: float, objective: Objective) -> str:
    """A value of an objective; hours a person-week are hours."""
    unit = "hours" if objective.name == "hours" else "" if objective.name == "money" else objective.unit
    return shown.amount(value, low, high, unit)


def named(answer: Answer, candidate: Candidate) -> str:
    """A portfolio by its policies."""
    titles = [answer.title(policy).replace("_", " ") for policy in candidate.policies]
    return listing(titles) if titles else "no policy"


def settings(candidate: Candidate) -> str:
    """The dials of a portfolio as set: `coverage 0.4, sessions 2`; a dash where it has none."""
    return ", ".join(f"{' '.join(path.split('.')[1:]).replace('_', ' ')} {shown.plain(value)}"
                     for path, value in candidate.settings) or "as given"  # fmt: skip


def portfolio_of(answer: Answer) -> Portfolio | None:
    """The search, where it has finalists."""
    return answer.portfolio if answer.portfolio is not None and answer.portfolio.finalists else None
