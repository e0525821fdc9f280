"""Numbers of which assumptions matter: strengths of the screening, shares of variance, and the share of chance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.verdicts import Settled, Verdict
from experiments.strategy import shown
from experiments.strategy.figures import SCREENED, SHARED, Figure, Method, Rows
from experiments.strategy.figures_given import made
from experiments.wording import number, plural

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

SCREENING, SOBOL = "experiments.analysis.screening.morris_screening", "experiments.analysis.sensitivity.sobol_indices"
METHODS = {
    "screening": Method("{about}", SCREENING, "size of the sample"),
    "strength": Method(
        "how much the effect of {arm} on {outcome} changes when {about} moves over its whole range", SCREENING,
        "mean of absolute elementary effects (Morris' mu star); interval over trajectories and worlds drawn again"),
    "direction": Method(
        "which way the effect of {arm} on {outcome} moves when {about} rises over its range", SCREENING,
        "mean of elementary effects with their signs (Morris' mu)"),
    "by_chance": Method(
        "the strength that chance alone would give {about}", SCREENING, "\u221a(2 / \u03c0 \u00d7 variance of noise)"),
    "sobol": Method("{about}", SOBOL, "size of the sample"),
    "alone": Method(
        "share of the variance of the effect of {arm} on {outcome} that {about} explains alone", SOBOL,
        "first-order Sobol index (Saltelli 2010), chance taken out; interval over base samples and worlds drawn again"),
    "in_all": Method(
        "share of the variance of the effect of {arm} on {outcome} that {about} explains with all it acts with", SOBOL,
        "total Sobol index (Jansen 1999), chance taken out; interval over base samples and worlds drawn again"),
    "interactions": Method(
        "share of the variance of the effect of {arm} on {outcome} that assumptions explain only together", SOBOL,
        "1 \u2212 sum of first-order indices \u2212 share of chance"),
    "chance": Method(
        "share of the variance of the effect of {arm} on {outcome} that is chance", SOBOL,
        "variance of the mean over worlds that no assumption explains, from products of a world with itself and with "
        "others"),
    "unsettled": Method("why there is no ranking of assumptions", "experiments.analysis.verdicts.judge",
                        "widths of the intervals, and the order over resamples and over growing parts of the sample"),
    "sample_wanted": Method("{about}", "experiments.analysis.verdicts.judge",
                            "sample \u00d7 (widest half interval / wanted one)\u00b2, to the next power of two"),
    "chance_one_run": Method(
        "share of the variance of single runs that is chance", SOBOL, "the same for one world instead of their mean"),
}  # fmt: skip


def sensitivity_figures(answer: Answer) -> Iterator[Figure]:
    """Screening and shares, where they were asked for."""
    if answer.screening is not None:
        yield from _screening(answer)
        yield from _verdict(answer, "screening", answer.screening.verdict, SCREENED, "trajectory", "trajectories")
    if answer.sensitivity is not None:
        yield from _sobol(answer)
        yield from _verdict(answer, "sobol", answer.sensitivity.verdict, SHARED, "base sample", "base samples")


def _verdict(answer: Answer, which: str, verdict: Verdict, where: str, one: str, many: str) -> Iterator[Figure]:
    """Why there is no ranking, where there is none."""
    if isinstance(verdict, Settled):
        return
    rows = _rows(answer, where)
    for place, reason in enumerate(verdict.reasons, start=1):
        yield made(answer, "unsettled", (which, str(place)), reason, math.nan, rows, METHODS)
    told = plural(verdict.base_wanted, one, many)
    yield made(answer, "sample_wanted", (which,), told, verdict.base_wanted, rows, METHODS,
               about=f"{many} that would make the intervals narrow enough")  # fmt: skip


def _screening(answer: Answer) -> Iterator[Figure]:
    found = answer.screening
    assert found is not None
    rows, arms = _rows(answer, SCREENED), (answer.explained, "")
    for name, text, value, about in (
        ("points", plural(found.points, "point"), found.points, "points of the screening"),
        ("worlds", plural(found.worlds, "world"), found.worlds, "worlds at each point of the screening"),
        ("chance", shown.share(found.chance), found.chance, "share of the mean square of elementary effects that is "
         "noise"),
    ):  # fmt: skip
        yield made(answer, "screening", (name,), text, value, rows, METHODS, about=about)
    for each in found.effects:
        name = each.assumption.path
        for kind, text, value in (
            ("strength", shown.estimate(each.strength, found.unit), each.strength.value),
            ("direction", number(each.direction, shown.digits(each.direction, found.unit), sign=True), each.direction),
            ("by_chance", number(each.by_chance, shown.digits(each.by_chance, found.unit)), each.by_chance),
        ):
            yield made(answer, kind, (name,), text, value, rows, METHODS, about=each.assumption.title, arms=arms,
                       outcome=answer.lead)  # fmt: skip


def _sobol(answer: Answer) -> Iterator[Figure]:
    found = answer.sensitivity
    assert found is not None
    rows, arms = _rows(answer, SHARED), (answer.explained, "")
    for name, text, value, about in (
        ("points", plural(found.points, "point"), found.points, "points of the sensitivity analysis"),
        ("worlds", plural(found.worlds, "world"), found.worlds, "worlds at each point of the sensitivity analysis"),
        ("spread", shown.amount(math.sqrt(max(found.variance, 0.0)), math.nan, math.nan, found.unit),
         math.sqrt(max(found.variance, 0.0)), "standard deviation of the mean over worlds between points"),
    ):  # fmt: skip
        yield made(answer, "sobol", (name,), text, value, rows, METHODS, about=about)
    for each in found.indices:
        for kind, part in (("alone", each.first), ("in_all", each.total)):
            yield made(answer, kind, (each.assumption.path,), shown.share_with(part), part.value, rows, METHODS,
                       about=each.assumption.title, arms=arms, outcome=answer.lead)  # fmt: skip
    together = found.interactions if isinstance(found.verdict, Settled) else math.nan
    for kind, text, value in (
        ("interactions", shown.share(together), together),
        ("chance", shown.share_with(found.chance.of_mean), found.chance.of_mean.value),
        ("chance_one_run", shown.share(found.chance.of_one_run), found.chance.of_one_run),
    ):
        yield made(answer, kind, (answer.lead,), text, value, rows, METHODS, arms=arms, outcome=answer.lead)


def _rows(answer: Answer, where: str) -> Rows:
    """Runs of the arm that is explained and of doing nothing, at the points of a design."""
    runs = answer.explored[where]
    return Rows(where, runs.outcomes.arms, answer.lead, runs.numbers, runs.outcomes.seeds)
