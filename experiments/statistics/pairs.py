"""Paired differences over worlds: what the same seeds with and without a policy say about it.

Every function takes one number per world. Two arms are given in the same order of worlds, so that element `i` of both
comes from the same seed. A metric that is undefined (NaN) in a world is left out there, in both arms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
SPREAD = (10.0, 90.0)
"""Percentiles over worlds that describe the spread of outcomes."""

_NOISE = 1e-12
"""Differences that are smaller, or vary by less, than this share of the values are rounding."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """Two arms in the same worlds, one metric.

    `low` and `high` bound the mean difference with 95 % confidence (Student's t over the paired differences) and `p`
    is its two-sided p value; all three are NaN with fewer than two worlds. Standard deviations are those of a sample.
    Where the difference is the same in every world the interval has no width, and p is 1 for no difference, else 0.
    """

    n: int
    mean_baseline: float
    mean_arm: float
    difference: float
    low: float
    high: float
    p: float
    sd_baseline: float
    sd_arm: float
    sd_difference: float

    @property
    def clear(self) -> bool:
        """Whether there is an interval and it leaves out zero."""
        return bool(self.low > 0.0 or self.high < 0.0)


def both_defined(arm: ArrayLike, baseline: ArrayLike) -> tuple[Floats, Floats]:
    """The worlds in which the metric is a finite number in both arms.

    Raises:
        ValueError: the arms have different numbers of worlds.
    """
    a, b = np.asarray(arm, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"arms must be one number per world in the same worlds, got shapes {a.shape} and {b.shape}")
    keep = np.isfinite(a) & np.isfinite(b)
    return a[keep], b[keep]


def paired(arm: ArrayLike, baseline: ArrayLike, confidence: float = CONFIDENCE) -> Paired:
    """Compare two arms world by world (one value per world each, NaN where undefined)."""
    a, b = both_defined(arm, baseline)
    n = a.size
    if n == 0:
        return Paired(0, *([math.nan] * 9))
    d = a - b
    mean = float(d.mean())
    spread = _deviation(d, a, b) if n > 1 else 0.0
    if spread == 0.0:
        mean = _no_rounding(mean, a, b)
    if n == 1:
        return Paired(1, float(b[0]), float(a[0]), mean, *([math.nan] * 6))
    low, high, p = _interval(mean, spread, n, confidence)
    return Paired(n, float(b.mean()), float(a.mean()), mean, low, high, p, _deviation(b), _deviation(a), spread)


def constant_difference(arm: Floats, baseline: Floats) -> float | None:
    """The difference where it is the same in every world, up to rounding; None where it varies."""
    difference = arm - baseline
    if _deviation(difference, arm, baseline) > 0.0:
        return None
    return _no_rounding(float(difference.mean()), arm, baseline)


def _no_rounding(mean: float, *values: Floats) -> float:
    """A mean difference, 0 where it is only rounding."""
    return 0.0 if abs(mean) <= _rounding(*values) else mean


def _deviation(values: Floats, *scale: Floats) -> float:
    """Sample standard deviation; 0 where it is only rounding of numbers as large as `scale` (default: the values)."""
    spread = float(values.std(ddof=1))
    return spread if spread > _rounding(*(scale or (values,))) else 0.0


def _rounding(*values: Floats) -> float:
    """What differences of numbers as large as these may be by rounding alone."""
    return _NOISE * max(float(np.abs(each).max(initial=0.0)) for each in values)


def _interval(mean: float, spread: float, n: int, confidence: float) -> tuple[float, float, float]:
    """Bounds of the mean and two-sided p value by Student's t with n - 1 degrees of freedom."""
    if spread == 0.0:
        return mean, mean, (1.0 if mean == 0.0 else 0.0)
    from scipy.special import stdtr, stdtrit  # Student's t, without the slow import of scipy.stats

    error = spread / math.sqrt(n)
    reach = float(stdtrit(n - 1, 0.5 + confidence / 2.0)) * error
    return mean - reach, mean + reach, float(2.0 * stdtr(n - 1, -abs(mean) / error))


def worlds_better(arm: ArrayLike, baseline: ArrayLike, better: str) -> int | None:
    """In how many worlds the arm is strictly better; None for a metric of which neither more nor less is better."""
    if better not in ("higher", "lower"):
        return None
    a, b = both_defined(arm, baseline)
    gain = a - b if better == "higher" else b - a
    return int(np.count_nonzero(gain > _rounding(a, b)))


def spread(values: ArrayLike) -> tuple[float, float]:
    """10th and 90th percentile over the worlds in which the value is defined, NaN where there is none."""
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if finite.size == 0:
        return math.nan, math.nan
    low, high = np.percentile(finite, SPREAD)
    return float(low), float(high)


def saving_in_seeds(result: Paired) -> float:
    """How many times more seeds independent draws would need for the same interval of the mean difference.

    (variance of the arm + variance of the baseline) / variance of the paired difference. NaN where the paired
    difference does not vary, because then there is nothing to estimate.
    """
    if not result.sd_difference > 0.0:
        return math.nan
    return (result.sd_arm**2 + result.sd_baseline**2) / result.sd_difference**2


def independent_seeds(n: int, saving: float) -> int | None:
    """Seeds per arm that independent draws would have needed; None where the saving is undefined."""
    return math.ceil(round(n * saving, 6)) if math.isfinite(saving) else None


def per_unit_of_cost(difference: float, cost: float) -> float:
    """Effect per unit of extra cost (for instance points per hour a person-week); NaN where there is no extra cost."""
    return difference / cost if cost > 0.0 else math.nan
