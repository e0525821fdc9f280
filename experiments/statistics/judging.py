"""What may be said of differences: many at once, none that matters, better in so many worlds, large beside chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from experiments.statistics.pairs import CONFIDENCE, Floats, Paired, both_defined, constant_difference, paired


def holm(p_values: Sequence[float]) -> list[float]:
    """p values of a family of comparisons, adjusted after Holm (1979), in the order given.

    Calling those of at most 0.05 real is wrong about any of the family in at most 5 % of studies, however the
    comparisons depend on each other. NaN (no p value) stays NaN and does not count as a comparison.
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(given.shape, math.nan)
    known = np.isfinite(given)
    if known.any():
        from statsmodels.stats.multitest import multipletests

        adjusted[known] = multipletests(given[known], method="holm")[1]
    return [float(value) for value in adjusted]


@dataclass(frozen=True)
class Equivalence:
    """Whether a difference is too small to matter, by two one-sided paired t tests (Schuirmann 1987).

    smallest: the smallest effect that matters, in the outcome's own unit.
    difference, low, high: mean difference and the interval that lies within +-smallest exactly where p < 1 - confidence
        (90 % for the usual 5 %).
    p: p value of "the effect is as large as matters, in either direction"; NaN with fewer than two worlds.
    """

    smallest: float
    difference: float
    low: float
    high: float
    p: float
    confidence: float = CONFIDENCE

    @property
    def equivalent(self) -> bool:
        """Whether an effect as large as matters is ruled out."""
        return self.p < 1.0 - self.confidence

    @property
    def matters(self) -> bool:
        """Whether an effect smaller than matters is ruled out: the whole interval lies beyond it on one side."""
        return bool(self.low > self.smallest or self.high < -self.smallest)


def equivalence(arm: ArrayLike, baseline: ArrayLike, smallest: float, confidence: float = CONFIDENCE) -> Equivalence:
    """Whether arm and baseline differ, world by world, by less than the smallest effect that matters.

    A difference that is the same in every world is either smaller (p = 0) or not (p = 1).

    Raises:
        ValueError: the smallest effect that matters is not above 0.
    """
    if not smallest > 0.0:
        raise ValueError(f"the smallest effect that matters must be above 0, got {smallest}")
    a, b = both_defined(arm, baseline)
    result = paired(a, b, 2.0 * confidence - 1.0)
    return Equivalence(smallest, result.difference, result.low, result.high, _two_one_sided(a, b, smallest), confidence)


def _two_one_sided(arm: Floats, baseline: Floats, smallest: float) -> float:
    if arm.size < 2:
        return math.nan
    fixed = constant_difference(arm, baseline)
    if fixed is not None:
        return 0.0 if abs(fixed) < smallest else 1.0
    from statsmodels.stats.weightstats import ttost_paired

    return float(ttost_paired(arm, baseline, -smallest, smallest)[0])


def share_interval(count: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Bounds of a share that was seen `count` times in `n` worlds (Clopper and Pearson 1934); NaN without worlds.

    The exact interval and not Wilson's: shares of worlds better are often close to 0 or 1, where Wilson's covers less
    often than it says; the exact one never does. It is that of scipy's `binomtest`, which takes 1.5 ms to find it.
    """
    if n == 0:
        return math.nan, math.nan
    from scipy.special import betaincinv

    tail = (1.0 - confidence) / 2.0
    low = betaincinv(count, n - count + 1, tail) if count > 0 else 0.0
    high = betaincinv(count + 1, n - count, 1.0 - tail) if count < n else 1.0
    return float(low), float(high)


def standardized(result: Paired) -> float:
    """The mean difference as a multiple of how far worlds without the policy lie apart; NaN where they do not.

    Glass's delta (1976) with the baseline's standard deviation and Hedges' correction for few worlds. It stands beside
    the difference in its own unit, never for it. Not Cohen's d of the differences, which grows with how much luck
    arm and baseline share, and so with the design: the baseline's spread is the same yardstick for every arm.
    """
    if result.n < 3 or not result.sd_baseline > 0.0:
        return math.nan
    return (1.0 - 3.0 / (4.0 * (result.n - 1) - 1.0)) * result.difference / result.sd_baseline
