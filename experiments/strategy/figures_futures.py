"""Numbers over the sampled futures: acceptance, regret, ranks, and how the first arm compares with the second."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.outcomes import mean_over_worlds
from experiments.analysis.resampling import Estimate
from experiments.analysis.robustness import RobustArm, Robustness
from experiments.statistics import share_interval
from experiments.strategy import shown
from experiments.strategy.figures import FUTURES, SETTINGS, Figure, Method, Rows
from experiments.strategy.figures_given import made
from experiments.wording import DASH, number, p_value, plural

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

ROBUST = "experiments.analysis.robustness.robustness"
METHODS = {
    "used": Method(
        "futures in which every arm has a value of {outcome}", "experiments.analysis.robustness.comparable",
        "count of futures"),
    "unused": Method(
        "futures in which some arm has no value of {outcome}", "experiments.analysis.robustness.comparable",
        "count of futures"),
    "acceptable": Method(
        "share of futures in which {arm} is acceptable by {outcome}", ROBUST,
        "futures in which the mean gain over worlds is at least the smallest effect, within the budget; the interval "
        "draws worlds and futures again, or where all or none are acceptable is the exact one of a share"),
    "too_weak": Method(
        "share of futures in which {arm} gains too little in {outcome}", ROBUST,
        "futures in which the mean gain over worlds is below the smallest effect"),
    "too_dear": Method(
        "share of futures in which {arm} costs more than the budget", ROBUST,
        "futures in which mean hours or money over worlds are above the budget"),
    "regret_max": Method(
        "largest regret of {arm} in {outcome} over the futures", ROBUST,
        "largest over futures of the best arm's mean over worlds \u2212 this arm's; bootstrap interval over worlds"),
    "regret_high": Method(
        "90th percentile over futures of the regret of {arm} in {outcome}", ROBUST,
        "90th percentile over futures of the best arm's mean over worlds \u2212 this arm's"),
    "gain": Method(
        "mean gain of {arm} in {outcome} over all futures", ROBUST,
        "mean over futures and worlds of arm \u2212 baseline, better counted as more; bootstrap interval over worlds"),
    "rank": Method(
        "rank of {arm} in {outcome} by the mean over all futures", ROBUST, "1 + arms with a larger mean over futures"),
    "first": Method(
        "share of futures in which {arm} is the best by {outcome}", ROBUST, "futures in which its rank is 1"),
    "first_worlds": Method(
        "share of resampled worlds in which {arm} is the best by {outcome} over all futures", ROBUST,
        "resamples of worlds in which its rank by the mean over futures is 1"),
    "worst": Method(
        "the future in which {arm} is regretted most by {outcome}", ROBUST, "future with the largest regret"),
    "tau": Method(
        "how far the futures agree on the order of the arms by {outcome}", ROBUST,
        "median over futures of Kendall's tau-b between the order in the future and that by the mean over futures"),
    "only": Method(
        "futures in which {arm} is acceptable and {other} is not, by {outcome}",
        "experiments.strategy.figures_futures.acceptable_in", "count of futures"),
    "apart": Method(
        "whether the futures tell {arm} from {other} by how often they are acceptable", "scipy.stats.binomtest",
        "exact sign test over the futures in which only one of the two is acceptable (McNemar)"),
    "ahead_futures": Method(
        "futures in which {arm} is better than {other} by {outcome}", "numpy.count_nonzero",
        "futures with a larger mean over worlds"),
}  # fmt: skip


def future_figures(answer: Answer) -> Iterator[Figure]:
    """How robust every arm is, by every outcome."""
    if answer.futures is not None:
        yield from _unused(answer, answer.futures.outcomes.shape[1])
    for name, robust in answer.robust.items():
        size = robust.futures.size
        yield made(answer, "used", (name,), plural(size, "future"), size, _rows(answer, name), METHODS, outcome=name)
        for found in robust.arms:
            yield from _robust(answer, name, robust, found)
        median = float(np.nanmedian(robust.tau_futures)) if np.isfinite(robust.tau_futures).any() else math.nan
        yield made(answer, "tau", (name,), number(median, 2), median, _rows(answer, name), METHODS, outcome=name)
    yield from _first_two(answer)


def _unused(answer: Answer, number: int) -> Iterator[Figure]:
    """In how many futures arms cannot be compared by an outcome."""
    for name in answer.given.outcomes.values:
        rest = number - (answer.robust[name].futures.size if name in answer.robust else 0)
        yield made(answer, "unused", (name,), str(rest), rest, Rows(SETTINGS), METHODS, outcome=name)


def acceptable_in(answer: Answer, arm: str) -> NDArray[np.bool_]:
    """In which of the futures used an arm is acceptable by the first outcome (used,)."""
    assert answer.futures is not None
    outcomes, robust = answer.futures.outcomes, answer.robust[answer.lead]
    place, wanted = outcomes.arms.index(arm), robust.wanted
    slack = 1.0 + 1e-12
    spent = [mean_over_worlds(extra[place, robust.futures]) for extra in (outcomes.extra_hours, outcomes.extra_money)]
    cheap = (spent[0] <= wanted.hours * slack) & (spent[1] <= wanted.money * slack)
    return cheap & (robust.effect[place] >= wanted.effect)


def acceptance(robust: Robustness, found: RobustArm) -> Estimate:
    """The share of futures in which an arm is acceptable.

    Where it is all or none of them, drawing futures again always gives the same; the interval is then the exact one.
    """
    seen = found.acceptable
    if seen.low < seen.high:
        return seen
    count = round(seen.value * robust.futures.size)
    return Estimate(seen.value, *share_interval(count, robust.futures.size))


def _robust(answer: Answer, name: str, robust: Robustness, found: RobustArm) -> Iterator[Figure]:
    unit, worst = robust.unit, answer.numbers[found.worst_future]
    told: dict[str, tuple[str, float]] = {
        "acceptable": (shown.share_with(acceptance(robust, found)), found.acceptable.value),
        "too_weak": (shown.share(found.too_weak), found.too_weak),
        "too_dear": (shown.share(found.too_dear), found.too_dear),
        "regret_max": (shown.estimate(found.regret_max, unit), found.regret_max.value),
        "regret_high": (shown.estimate(found.regret_high, unit), found.regret_high.value),
        "gain": (shown.estimate(found.effect, unit, sign=True), found.effect.value),
        "rank": (f"{found.rank} of {len(robust.arms)}", found.rank),
        "first": (shown.share(float(found.rank_futures[0])), float(found.rank_futures[0])),
        "first_worlds": (shown.share(float(found.rank_worlds[0])), float(found.rank_worlds[0])),
        "worst": (f"future {worst}" if found.regret_max.value > 0.0 else "in none", worst),
    }
    for kind, (text, value) in told.items():
        rows = _rows(answer, name) if kind not in ("too_weak", "too_dear", "gain") else _rows(answer, name, found.name)
        if kind == "worst":
            rows = Rows(FUTURES, rows.arms, name, (worst,), rows.seeds)
        yield made(answer, kind, (found.name, name), text, value, rows, METHODS, arms=(found.name, ""), outcome=name)


def _first_two(answer: Answer) -> Iterator[Figure]:
    """The first of the ranked arms against the second: futures in which only one of them is acceptable."""
    ranked = answer.ranked()
    if answer.lead not in answer.robust or answer.futures is None or len(ranked) < 2:
        return
    best, second = ranked[:2]
    one, other = acceptable_in(answer, best), acceptable_in(answer, second)
    only, reverse = int((one & ~other).sum()), int((other & ~one).sum())
    p = sign_test(only, reverse)
    robust = answer.robust[answer.lead]
    names = [arm.name for arm in robust.arms]
    lead = robust.effect[names.index(best)] - robust.effect[names.index(second)]
    larger = int(np.count_nonzero(lead > 0.0))
    rows, lead_name = _rows(answer, answer.lead, best, second), answer.lead
    for kind, arms, text, value in (
        ("only", (best, second), plural(only, "future"), only),
        ("only", (second, best), plural(reverse, "future"), reverse),
        ("apart", (best, second), f"p = {p_value(p)}".replace("= <", "<") if math.isfinite(p) else DASH, p),
        ("ahead_futures", (best, second), f"{larger} of {plural(lead.size, 'future')}", larger),
    ):
        yield made(answer, kind, (*arms, lead_name), text, value, rows, METHODS, arms=arms, outcome=lead_name)


def sign_test(one: int, other: int) -> float:
    """p value of "either is as likely" from how often only the one and only the other; 1 where neither ever is."""
    if one + other == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(one, one + other).pvalue)


def _rows(answer: Answer, name: str, *arms: str) -> Rows:
    """Futures used for an outcome; all arms where none are named."""
    assert answer.futures is not None
    outcomes = answer.futures.outcomes
    chosen = (*arms, *(outcomes.arms[:1] if outcomes.arms[0] not in arms else ())) if arms else outcomes.arms
    return Rows(
        FUTURES, chosen, name, tuple(answer.numbers[each] for each in answer.robust[name].futures), outcomes.seeds
    )
