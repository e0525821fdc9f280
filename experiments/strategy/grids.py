"""The tables of a strategy study's report; cells are names, sentences, or numbers that know where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.strategy.figures import Figure, Figures
from experiments.strategy.figures_portfolio import named, portfolio_name, portfolio_of
from experiments.strategy.said import Part, Said, joined, say
from experiments.strategy.words import matters
from experiments.strategy.words_arms import called
from experiments.strategy.words_failures import where
from experiments.wording import DASH

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        caption: what it holds.
        heads: of its columns.
        rows: cells; the first names the row.
        words: whether its cells are text rather than numbers.
    """

    caption: Said
    heads: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    words: bool = False


def short(answer: Answer, figures: Figures, most: int) -> Grid:
    """One row for each of the first arms: what a choice needs."""
    lead, robust = answer.lead, answer.lead in answer.robust
    paid = kinds_paid(answer)
    heads = ["Arm", *(["Acceptable in"] if robust else []), f"{answer.title(lead)}, change as given",
             *(["Largest regret"] if robust else []), *(f"{kind.capitalize()} a person-week" for kind in paid),
             "On the frontier in"]  # fmt: skip
    rows: list[tuple[Part, ...]] = []
    for arm in answer.ranked()[:most]:
        row: list[Part] = [called(answer, arm)]
        row += [figures.get("acceptable", arm, lead)] if robust else []
        row += [figures.get("effect", arm, lead)]
        row += [figures.get("regret_max", arm, lead)] if robust else []
        row += [figures.get(kind, arm) for kind in paid]
        rows.append((*row, figures.get("frontier", arm)))
    return Grid(say("The first arms, in the order of the answer"), tuple(heads), tuple(rows))


def kinds_paid(answer: Answer) -> list[str]:
    """Kinds of cost that any arm has; hours where there is none."""
    found = [kind for kind in ("hours", "money") if any(answer.costs(arm)[kind] for arm in answer.arms)]
    return found or ["hours"]


def effects(answer: Answer, figures: Figures) -> Iterator[Grid]:
    """For each outcome, what every arm changes where the assumptions are as given."""
    for name in answer.given.outcomes.values:
        wanted = figures.has("wanted", name)
        heads = ["Arm", "Level", "Change (95 %, t)", "95 %, BCa bootstrap", "p, Holm", "Better in", "Share of worlds",
                 *(["Does it matter? (90 %)"] if wanted else [])]  # fmt: skip
        base = answer.given.outcomes.arms[0]
        rows: list[tuple[Part, ...]] = [
            (answer.title(base), figures.get("level", base, name), *[DASH] * (len(heads) - 2))
        ]
        for arm in answer.ranked():
            kinds = ("level", "effect", "bca", "holm", "better", "better_share")
            row: list[Part] = [answer.title(arm), *(figures.get(kind, arm, name) for kind in kinds)]
            rows.append((*row, *([_verdict(answer, figures, arm, name)] if wanted else [])))
        caption = say("{outcome}: change against doing nothing, assumptions as given", outcome=answer.title(name))
        yield Grid(caption, tuple(heads), tuple(rows))


def _verdict(answer: Answer, figures: Figures, arm: str, name: str) -> Part:
    """Whether an effect matters, in two words, and the interval that says so."""
    found = answer.effects[arm, name].equivalence
    if found is None or not matters(answer, figures, arm, name):
        return DASH
    told = "yes" if found.matters else "no" if found.equivalent else "cannot be said"
    return say(told + " ({range})", range=figures.get("equivalence", arm, name))


def robustness(answer: Answer, figures: Figures) -> Iterator[Grid]:
    """For each outcome, how every arm does over the futures."""
    for name, robust in answer.robust.items():
        heads = ("Arm", "Acceptable in", "Gains too little in", "Costs too much in", "Largest regret",
                 "Regret, 90th percentile", "Mean gain", "Rank of mean", "Best in", "Most regretted")  # fmt: skip
        kinds = ("acceptable", "too_weak", "too_dear", "regret_max", "regret_high", "gain", "rank", "first", "worst")
        base = answer.given.outcomes.arms[0]
        rows = tuple(_row(answer, figures, arm, name, kinds) for arm in (*answer.ranked(), base))
        caption = say("{outcome} over {futures}", outcome=robust.title, futures=figures.get("used", name))
        yield Grid(caption, heads, rows)


def _row(answer: Answer, figures: Figures, arm: str, outcome: str, kinds: tuple[str, ...]) -> tuple[Part, ...]:
    """An arm's name and its numbers of these kinds by an outcome."""
    return answer.title(arm), *(figures.get(kind, arm, outcome) for kind in kinds)


def frontier(answer: Answer, figures: Figures) -> Grid:
    """Where every arm stands in effect against cost, and who beats it."""
    paid = kinds_paid(answer)
    heads = ("Arm", f"{answer.title(answer.lead)}, change as given", *(f"{kind.capitalize()} a person-week"
             for kind in paid), "On the frontier in", "Beaten by (in so many resampled worlds)")  # fmt: skip
    rows = [
        (answer.title(arm), figures.get("effect", arm, answer.lead), *(figures.get(kind, arm) for kind in paid),
         figures.get("frontier", arm), _beaten(answer, figures, arm))
        for arm in answer.ranked()
    ]  # fmt: skip
    return Grid(say("Effect against cost, assumptions as given"), heads, tuple(rows))


def _beaten(answer: Answer, figures: Figures, arm: str) -> Part:
    """Who dominates an arm by the means; else who does in some resamples."""
    standing = answer.frontier.of(arm)
    found = standing.dominated_by or standing.ever_dominated_by
    share = " ({share})" if answer.frontier.worlds > 1 else ""
    named = [say("{other}" + share, other=answer.title(by.arm), share=figures.get("dominated", arm, by.arm))
             for by in found[:3]]  # fmt: skip
    more = say(" and others") if len(found) > 3 else say("")
    often = say("") if standing.dominated_by or not found else say("not by the means; ")
    return say("{often}{named}{more}", often=often, named=joined(named, ", "), more=more) if found else DASH


def steps(answer: Answer, figures: Figures) -> Grid | None:
    """What each step up the frontier brings and costs; None where there is none."""
    found = answer.frontier.steps
    if not found:
        return None
    rows = tuple(
        (f"{answer.title(step.start)} → {answer.title(step.end)}", figures.get("step_effect", step.start, step.end),
         figures.get("step_cost", step.start, step.end))
        for step in found
    )  # fmt: skip
    kind = next(iter(answer.frontier.standings[0].costs))
    heads = ("From → to", f"{answer.title(answer.lead)}, more by", f"{kind.capitalize()} a person-week, more by")
    return Grid(say("Up the frontier, step by step, in the same worlds"), heads, rows)


def waits(answer: Answer, figures: Figures) -> Iterator[Grid]:
    """For each outcome with a threshold, how long every arm takes to it."""
    for name, found in answer.waits.items():
        order = [arm for arm in (*answer.ranked(), answer.given.outcomes.arms[0]) if arm in found]
        rows = tuple(_row(answer, figures, arm, name, ("wait", "reached", "sooner")) for arm in order)
        heads = ("Arm", "Half of the worlds reach it after", "Reached in", "Mean wait against doing nothing (95 %)")
        caption = say("{outcome}: weeks until {threshold}, from the start of the first policy",
                      outcome=answer.title(name), threshold=figures.get("threshold", name))  # fmt: skip
        yield Grid(caption, heads, rows)


def sensitivity(answer: Answer, figures: Figures) -> Iterator[Grid]:
    """Strengths and shares of the assumptions, in the order of the study, which is no ranking."""
    if answer.screening is not None:
        kinds = ("strength", "direction", "by_chance")
        found = [(each.assumption.title, *(figures.get(kind, each.assumption.path) for kind in kinds),
                  "kept" if each.matters else "can be left alone") for each in answer.screening.effects]  # fmt: skip
        strengths: tuple[tuple[Part, ...], ...] = tuple(found)
        unit = f" ({answer.screening.unit})" if answer.screening.unit else ""
        heads = ("Assumption", f"Strength{unit}, 95 %", "Direction", "By chance alone", "Screening says")
        yield Grid(say("Screening (Morris), in the order of the study, which is no ranking"), heads, strengths)
    if answer.sensitivity is not None:
        shares: list[tuple[Part, ...]] = [
            (each.assumption.title, figures.get("alone", each.assumption.path),
             figures.get("in_all", each.assumption.path))
            for each in answer.sensitivity.indices
        ]  # fmt: skip
        shares.append(("Chance", figures.get("chance", answer.lead), DASH))
        shares.append(("Assumptions only together", figures.get("interactions", answer.lead), DASH))
        yield Grid(say("Shares of variance (Sobol), in the order of the study, which is no ranking"),
                   ("Assumption", "Explains alone (95 %)", "Explains in all (95 %)"), tuple(shares))  # fmt: skip


def failures(answer: Answer, figures: Figures) -> Iterator[Grid]:
    """For each arm of which it was asked, the boxes in which it mostly fails."""
    for arm, found in answer.failures.items():
        rows: list[tuple[Part, ...]] = []
        for place, box in enumerate(found.boxes, start=1):
            names = (arm, found.outcome, str(place))
            kinds = ("density_fresh", "coverage_fresh", "density", "coverage", "mass", "box_p")
            rows.append((where(figures, found, box, place), *(figures.get(kind, *names) for kind in kinds)))
        if rows:
            heads = ("Where it gains too little", "Fails there in", "of its failures lie there", "Fails there in, seen",
                     "Failures there, seen", "Takes up", "By chance")  # fmt: skip
            yield Grid(say("{arm}: boxes; the first two columns are judged by futures that did not help to find them",
                           arm=answer.title(arm)), heads, tuple(rows))  # fmt: skip


def portfolio(answer: Answer, figures: Figures) -> Grid | None:
    """Every finalist of the search: what it promised and what it keeps."""
    found = portfolio_of(answer)
    if found is None:
        return None
    lead = found.objectives[0]
    heads = ("Portfolio", "Set to", f"{lead.title.capitalize()}, promised", "Kept in fresh worlds", "Fall", "Hours a "
             "person-week", "In fresh worlds")  # fmt: skip
    rows: list[tuple[Part, ...]] = []
    for place, each in enumerate(found.finalists, start=1):
        values = [figures.get(kind, str(place), lead.name) for kind in ("promised", "kept", "fall")]
        told = "on the front" if each.stays else "beaten by another" if each.fits else "beyond the budget"
        name = f"{portfolio_name(found, each.candidate)}: {named(each.candidate)}"
        hours = figures.get("portfolio_hours", str(place))
        rows.append((name, figures.get("settings", str(place)), *values, hours, told))
    return Grid(say("Finalists of the search, by what they keep"), heads, tuple(rows))


def assumptions(answer: Answer, figures: Figures) -> Grid:
    """What is uncertain, and in which range."""
    asked = answer.design.strategy.assumptions
    rows = tuple(
        (each.title, figures.get("range", each.path), "evenly in the logarithm" if each.scale == "log" else "evenly",
         asked[each.path].path + (", times what the scenario says" if asked[each.path].times else ""))
        for each in answer.design.assumptions
    )  # fmt: skip
    return Grid(say("Assumptions and their ranges"), ("Assumption", "Range", "Drawn", "What it is in a scenario"), rows,
                words=True)  # fmt: skip


def facts(answer: Answer, figures: Figures) -> Grid:
    """Size of the study."""
    names = {
        "arms": "Arms beside doing nothing", "worlds": "Worlds where the assumptions are as given",
        "futures": "Sampled futures", "future_worlds": "Worlds in each future", "left_out": "Futures left out",
        "weeks": "Length of a run", "runs": "Runs",
    }  # fmt: skip
    rows: list[tuple[Part, ...]] = [
        (words, figures.get("study", name)) for name, words in names.items() if figures.has("study", name)
    ]
    limits = [(f"Budget: {kind} a person and week", "budget", kind) for kind in ("hours", "money")]
    limits += [(f"Smallest effect on {answer.title(name)} that matters", "wanted", name)
               for name in answer.given.outcomes.values]  # fmt: skip
    rows += [(words, figures.get(kind, name)) for words, kind, name in limits if figures.has(kind, name)]
    return Grid(say("The study"), ("What", "Value"), tuple(rows), words=True)


def origins(figures: Figures) -> Grid:
    """How numbers of each kind are computed."""
    first: dict[str, Figure] = {}
    for each in figures:
        first.setdefault(each.id.split("/")[0], each)
    rows = tuple(
        (f"{kind}/…", each.formula, each.function, each.rows.where)
        for kind, each in first.items() if kind != "study"
    )  # fmt: skip
    return Grid(say("Kinds of numbers"), ("Id", "How", "Function", "Runs"), rows, words=True)
