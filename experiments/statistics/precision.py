"""How precise a mean difference is, how many seeds a wanted precision takes, and when enough have run.

When to stop is decided by Stein's two-stage rule (1945, Annals of Mathematical Statistics 16, 243-258), whose first
stage says how many seeds are enough, and after that by looks in the manner of Chow and Robbins (1965, same journal
36, 457-462) for as long as the interval of all seeds is still too wide. The answer is then the mean +- the wanted
half-width.

Why that keeps its 95 %: for normal differences a mean does not depend on the variances of its own beginnings, and the
rule looks at nothing but these. So whatever the number of seeds N turned out to be, the mean lies within the half-
width of the truth with a probability that grows with N; N is never below Stein's, and Stein's rule keeps at least 95
%. It does so for several arms too where all go on until the last has enough. Choosing seeds by their mean would break
it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from experiments.statistics.pairs import CONFIDENCE, Floats, Paired, constant_difference

FIRST_STAGE = 32
"""Worlds before the first look. Fewer cost coverage where differences are skewed, and save no seeds; measured in
`benchmarks/honesty`."""

_GROWTH = 1.5
"""A later look comes at the latest when there are so many times the worlds of the look before."""


def half_width(result: Paired) -> float:
    """Half the width of the 95 % interval; NaN where there is none."""
    return (result.high - result.low) / 2.0


def seeds_needed(deviation: float, wanted: float, confidence: float = CONFIDENCE) -> int | None:
    """Worlds for an interval of at most `wanted` to either side, if differences go on varying as they did.

    The least n whose t interval is that short; at least 2. A plan and no promise: the deviation is an estimate, and
    running exactly so many gives an interval that is too wide about every other time. None where there is no estimate.

    Raises:
        ValueError: the wanted half-width is not above 0.
    """
    _check(wanted)
    if not math.isfinite(deviation):
        return None
    low, high = 1, 2
    while _reach(deviation, high, confidence) > wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _reach(deviation, middle, confidence) > wanted else (low, middle)
    return high


@dataclass(frozen=True)
class Stop:
    """Whether to stop, and what can be said then.

    more: seeds to run before the next look; 0 to stop.
    n: worlds so far in which the difference is defined.
    difference, low, high: the mean difference and its interval, as wide as wanted or wider; without a guarantee while
        `more` is above 0, and NaN with fewer than two worlds.
    reached: whether the wanted half-width is reached. Where it is not and `more` is 0, the most allowed has run.
    """

    more: int
    n: int
    difference: float
    low: float
    high: float
    reached: bool


def stop_or_go_on(
    differences: ArrayLike, wanted: float, *, first: int = FIRST_STAGE, most: int | None = None,
    confidence: float = CONFIDENCE,
) -> Stop:  # fmt: skip
    """Given the paired differences so far, in the order in which their seeds were run: stop, or how many seeds more.

    Ask again after running them; other numbers of seeds than asked for do no harm. A world in which the difference is
    undefined (NaN) counts for nothing and is run in vain. With several arms take the largest `more`.

    Args:
        wanted: the half-width, in the outcome's own unit.
        first: worlds of the first stage; at least 3, the same at every look, and chosen before looking.
        most: stop at so many worlds at the latest; the interval is then as wide as it is.

    Raises:
        ValueError: wanted is not above 0, or first below 3.
    """
    _check(wanted)
    if first < 3:
        raise ValueError(f"the first stage takes at least 3 worlds, got {first}")
    given = np.asarray(differences, dtype=np.float64)
    known = given[np.isfinite(given)]
    n = known.size
    mean = float(known.mean()) if n else math.nan
    reach = max(wanted, _reach(_spread(known), n, confidence)) if n > 1 else math.nan
    enough = first if n < first else _enough(known, wanted, first, confidence)
    more = enough - n if most is None else min(enough, most) - n
    more = max(0, more)
    return Stop(more, n, mean, mean - reach, mean + reach, reached=enough <= n)


def _enough(known: Floats, wanted: float, first: int, confidence: float) -> int:
    """How many worlds there should be, as far as these can tell: Stein's number, then until all of them say so."""
    n = known.size
    stein = _least(_spread(known[:first]), _quantile(first, confidence), wanted)
    if n < stein:
        return max(first, stein)
    spread = _spread(known)
    if _reach(spread, n, confidence) <= wanted:
        return n
    return min(max(n + 2, _least(spread, _quantile(n, confidence), wanted)), math.ceil(_GROWTH * n))


def _least(deviation: float, quantile: float, wanted: float) -> int:
    """The least n with quantile * deviation / sqrt(n) <= wanted."""
    return math.ceil((quantile * deviation / wanted) ** 2)


def _spread(known: Floats) -> float:
    """Sample standard deviation of differences; 0 where they vary by rounding only."""
    return 0.0 if constant_difference(known, np.zeros_like(known)) is not None else float(known.std(ddof=1))


def _reach(deviation: float, n: int, confidence: float) -> float:
    """Half-width of the t interval of a mean of n."""
    return _quantile(n, confidence) * deviation / math.sqrt(n)


def _quantile(n: int, confidence: float) -> float:
    """Student's t with n - 1 degrees of freedom."""
    from scipy.special import stdtrit  # without the slow import of scipy.stats

    return float(stdtrit(n - 1, 0.5 + confidence / 2.0))


def _check(wanted: float) -> None:
    if not wanted > 0.0:
        raise ValueError(f"the wanted half-width must be above 0, got {wanted}")
