"""Numbers of a search over portfolios: what finalists promised, what they keep in fresh worlds, how far they fall."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.analysis.candidates import Candidate, Objective
from experiments.strategy import shown
from experiments.strategy.figures import FRESH, SEARCHED, Figure, Method, Rows
from experiments.strategy.figures_given import inside, made
from experiments.wording import listing, plural

if TYPE_CHECKING:
    from experiments.analysis.portfolio import Finalist, Portfolio
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
    stays = sum(each.stays for each in found.finalists)
    searched = _rows(answer, found, SEARCHED, found.candidates)
    for name, count, noun, about in (
        ("tried", len(found.candidates), "different portfolio", "different portfolios that were tried"),
        ("worlds", len(found.seeds), "world", "worlds in which each was tried"),
        ("fresh", len(found.fresh_seeds), "fresh world", "other worlds in which the finalists ran again"),
        ("finalists", len(found.finalists), "finalist", "portfolios that nothing beat in the search"),
        ("stays", stays, "finalist", "finalists that keep the budget and that no other beats in fresh worlds"),
    ):
        yield made(answer, "search", (name,), plural(count, noun), count, searched, METHODS, about=about)
    fresh = _rows(answer, found, FRESH, [each.candidate for each in found.finalists])
    for objective, curse in zip(found.objectives, found.curse, strict=True):
        text, rows = amount(curse.value, curse.low, curse.high, objective), replace(fresh, outcome=objective.name)
        yield made(answer, "curse", (objective.name,), text, curse.value, rows, METHODS, about=inside(objective.title))
    for place, finalist in enumerate(found.finalists, start=1):
        yield from _finalist(answer, found, str(place), finalist)


def _finalist(answer: Answer, found: Portfolio, place: str, finalist: Finalist) -> Iterator[Figure]:
    """What one promised and kept, how it is set, and what it costs."""
    searched, fresh = (_rows(answer, found, where, [finalist.candidate]) for where in (SEARCHED, FRESH))
    for at, objective in enumerate(found.objectives):
        about = f"{inside(objective.title)} of {named(finalist.candidate)}"
        seen, kept, fall = float(finalist.search[at]), finalist.fresh[at], finalist.fall[at]
        for kind, text, value, rows in (
            ("promised", amount(seen, math.nan, math.nan, objective), seen, searched),
            ("kept", amount(kept.value, kept.low, kept.high, objective), kept.value, fresh),
            ("fall", amount(fall.value, fall.low, fall.high, objective), fall.value, fresh),
        ):
            rows = replace(rows, outcome=objective.name)
            yield made(answer, kind, (place, objective.name), text, value, rows, METHODS, about=about)
    for kind, text, value in (
        ("portfolio_hours", shown.hours(finalist.hours), finalist.hours),
        ("portfolio_money", shown.money(finalist.money), finalist.money),
        ("settings", settings(finalist.candidate), float(len(finalist.candidate.settings))),
    ):
        yield made(answer, kind, (place,), text, value, fresh, METHODS)


def _rows(answer: Answer, found: Portfolio, where: str, candidates: Sequence[Candidate]) -> Rows:
    """Runs of portfolios and of doing nothing."""
    arms = answer.given.outcomes.arms[0], *(portfolio_name(found, each) for each in candidates)
    return Rows(where, arms, answer.lead, (), found.seeds if where == SEARCHED else found.fresh_seeds)


def amount(value: float, low: float, high: float, objective: Objective) -> str:
    """A value of an objective; hours a person-week are hours."""
    unit = "hours" if objective.name == "hours" else "" if objective.name == "money" else objective.unit
    return shown.amount(value, low, high, unit)


def portfolio_name(found: Portfolio, candidate: Candidate) -> str:
    """What tables call a portfolio: its number in the order of trying."""
    return f"portfolio {found.candidates.index(candidate) + 1}"


def named(candidate: Candidate) -> str:
    """A portfolio by its policies."""
    labels = [policy.replace("_", " ") for policy in candidate.policies]
    return listing(labels) if labels else "no policy"


def settings(candidate: Candidate) -> str:
    """The dials of a portfolio as set: `coverage 0.4, sessions 2`; a dash where it has none."""
    return ", ".join(f"{' '.join(path.split('.')[1:]).replace('_', ' ')} {shown.plain(value)}"
                     for path, value in candidate.settings) or "as given"  # fmt: skip


def portfolio_of(answer: Answer) -> Portfolio | None:
    """The search, where it has finalists."""
    return answer.portfolio if answer.portfolio is not None and answer.portfolio.finalists else None
