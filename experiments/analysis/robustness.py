"""Which arm to regret least: how far each falls short of the best one, future by future, and how sure its rank is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.outcomes import Floats, Outcomes, mean_over_worlds
from experiments.analysis.resampling import (
    RESAMPLES,
    Estimate,
    about,
    percentiles,
    resampled_worlds,
    weighted_mean,
)

HIGH_PERCENTILE = 90.0
_ROUNDING = 1e-12
"""Arms whose means differ by less than this share of the largest share a rank."""


@dataclass(frozen=True)
class Wanted:
    """What makes an arm acceptable in a future.

    Attributes:
        effect: the smallest effect that is wanted, in the outcome's unit; more is better, whatever its direction.
        hours, money: the most that it may cost a person-week beyond the baseline.
    """

    effect: float
    hours: float = math.inf
    money: float = math.inf


@dataclass(frozen=True)
class RobustArm:
    """One arm over all futures; regrets and effects in the outcome's unit, costs a person-week beyond the baseline.

    Attributes:
        regret_max, regret_high: largest and 90th percentile over futures of the regret, intervals over worlds.
        acceptable: share of futures in which the arm is acceptable; its interval draws worlds and futures again, since
            futures are a sample too.
        too_weak, too_dear: share of futures in which the effect is too small, and in which a cost is too high.
        effect: mean over futures and worlds.
        rank: by the mean over all futures, 1 is best.
        rank_futures: share of futures in which the arm has each rank (rank,), first entry rank 1.
        rank_worlds: share of resampled worlds in which the arm has each rank by the mean over futures (rank,); NaN
            with one world.
        worst_future: where its regret is largest, an index of `Outcomes.futures`.
    """

    name: str
    title: str
    regret_max: Estimate
    regret_high: Estimate
    acceptable: Estimate
    too_weak: float
    too_dear: float
    effect: Estimate
    hours: float
    money: float
    rank: int
    rank_futures: Floats
    rank_worlds: Floats
    worst_future: int


@dataclass(frozen=True)
class Robustness:
    """How robust the arms of a study are, by one outcome.

    Attributes:
        arms: in the order of the study.
        futures: which futures were used (used,): those in which every arm has a value.
        left_out: how many futures were not.
        regret: mean over worlds of the best arm minus this one (arm, used), in the outcome's unit.
        effect: mean over worlds (arm, used).
        best: which arm is best in each future (used,), an index of `arms`.
        tau_futures: Kendall's tau (b) of each future's order of arms with the overall order (used,).
        tau_worlds: the same of each resample of worlds, by the mean over futures (resample,).
    """

    outcome: str
    title: str
    unit: str
    wanted: Wanted
    arms: tuple[RobustArm, ...]
    futures: NDArray[np.int64]
    left_out: int
    regret: Floats
    effect: Floats
    best: NDArray[np.int64]
    tau_futures: Floats
    tau_worlds: Floats


def comparable(outcomes: Outcomes, outcome: str) -> NDArray[np.int64]:
    """The futures in which every arm has a value in some world (used,)."""
    return np.flatnonzero(np.isfinite(mean_over_worlds(outcomes.values[outcome])).all(axis=0))


def robustness(
    outcomes: Outcomes, outcome: str, wanted: Wanted, resamples: int = RESAMPLES, seed: int = 0
) -> Robustness:
    """Regret, acceptance and ranks of every arm over the sampled futures.

    Raises:
        ValueError: in no future every arm has a value.
    """
    merit, used = outcomes.merit(outcome), comparable(outcomes, outcome)
    if used.size == 0:
        raise ValueError(f"{outcome}: in no future every arm has a value")
    merit, effect = merit[:, used], outcomes.effect(outcome)[:, used]
    hours, money = outcomes.extra_hours[:, used], outcomes.extra_money[:, used]

    mean = mean_over_worlds(merit)
    seen = _regrets(mean)
    fit = _fit(effect, hours, money, wanted, np.ones(merit.shape[-1]))
    again = _Resampled.of(merit, effect, hours, money, wanted, resamples, seed)
    overall = mean.mean(axis=1)
    ranks, order = _ranks(mean), _ranks(overall[:, None])[:, 0]
    mean_effect = mean_over_worlds(effect)
    worlds = merit.shape[-1]
    columns = zip(
        about(seen.max(axis=1), again.regret_max, worlds),
        about(np.percentile(seen, HIGH_PERCENTILE, axis=1), again.regret_high, worlds),
        percentiles(fit.all(axis=0).mean(axis=1), again.acceptable),
        percentiles(np.nanmean(mean_effect, axis=1), again.effect, worlds),
        strict=True,
    )
    arms = tuple(
        RobustArm(
            name=outcomes.arms[arm],
            title=outcomes.title(outcomes.arms[arm]),
            regret_max=regret_max,
            regret_high=regret_high,
            acceptable=acceptable,
            too_weak=float(1.0 - fit[0, arm].mean()),
            too_dear=float(1.0 - fit[1, arm].mean()),
            effect=of_effect,
            hours=float(mean_over_worlds(hours[arm]).mean()),
            money=float(mean_over_worlds(money[arm]).mean()),
            rank=int(order[arm]),
            rank_futures=_shares(ranks[arm], len(mean)),
            rank_worlds=_shares(again.ranks[:, arm], len(mean)) if worlds > 1 else np.full(len(mean), np.nan),
            worst_future=int(used[seen[arm].argmax()]),
        )
        for arm, (regret_max, regret_high, acceptable, of_effect) in enumerate(columns)
    )
    return Robustness(
        outcome=outcome,
        title=outcomes.title(outcome),
        unit=outcomes.unit(outcome),
        wanted=wanted,
        arms=arms,
        futures=used,
        left_out=outcomes.shape[1] - used.size,
        regret=seen,
        effect=mean_effect,
        best=mean.argmax(axis=0),
        tau_futures=_taus(ranks.T, order),
        tau_worlds=_taus(again.ranks, order),
    )


@dataclass(frozen=True)
class _Resampled:
    """The same numbers in every resample of worlds: all (resample, arm)."""

    regret_max: Floats
    regret_high: Floats
    acceptable: Floats
    effect: Floats
    ranks: Floats

    @staticmethod
    def of(
        merit: Floats, effect: Floats, hours: Floats, money: Floats, wanted: Wanted, resamples: int, seed: int
    ) -> _Resampled:
        """Draw worlds again, the same for all arms and futures; for what is acceptable draw futures again too."""
        draw = np.random.default_rng((seed, 1))
        futures = merit.shape[1]
        kept: list[tuple[Floats, ...]] = []
        for weights in resampled_worlds(merit.shape[-1], resamples, seed):
            mean = weighted_mean(merit, weights)
            usable = np.isfinite(mean).all(axis=0)
            if not usable.any():
                continue
            regret = _regrets(mean[:, usable])
            chosen = draw.integers(futures, size=futures)
            kept.append(
                (
                    regret.max(axis=1),
                    np.percentile(regret, HIGH_PERCENTILE, axis=1),
                    np.logical_and(*_fit(effect, hours, money, wanted, weights))[:, chosen].mean(axis=1),
                    np.nanmean(weighted_mean(effect, weights), axis=1),
                    _ranks(mean[:, usable].mean(axis=1)[:, None])[:, 0],
                )
            )
        return _Resampled(*(np.array(each) for each in zip(*kept, strict=True)))


def _regrets(mean: Floats) -> Floats:
    """How far each arm falls short of the best one (arm, future), never below 0."""
    return mean.max(axis=0) - mean


def _fit(effect: Floats, hours: Floats, money: Floats, wanted: Wanted, weights: Floats) -> NDArray[np.bool_]:
    """Whether the effect is large enough, and whether the costs are low enough (2, arm, future).

    An effect that is undefined is not enough; costs have slack for rounding.
    """
    slack = 1.0 + _ROUNDING
    strong = weighted_mean(effect, weights) >= wanted.effect
    quick = weighted_mean(hours, weights) <= wanted.hours * slack
    cheap = weighted_mean(money, weights) <= wanted.money * slack
    return np.stack([strong, np.logical_and(quick, cheap)])


def _ranks(mean: Floats) -> Floats:
    """Rank of each arm in each column (arm, column), 1 is best; arms that differ by rounding share the better rank."""
    near = _ROUNDING * np.abs(mean).max(axis=0)
    better = mean[None, :, :] > mean[:, None, :] + near
    return 1.0 + better.sum(axis=1).astype(np.float64)


def _shares(ranks: Floats, arms: int) -> Floats:
    """Share of the entries at each rank 1 .. arms (rank,)."""
    return np.bincount(ranks.astype(np.int64) - 1, minlength=arms) / ranks.size


def _taus(ranks: Iterable[Floats], order: Floats) -> Floats:
    """Kendall's tau-b of each row with the overall order; NaN where either has ties only."""
    from scipy.stats import kendalltau

    return np.array([float(kendalltau(row, order).statistic) for row in ranks])
