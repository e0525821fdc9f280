"""Whether a ranking of assumptions has converged. Only `Settled` has a ranking: who shows one must have asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.outcomes import Assumption, Floats

AGREEMENT = 0.95
"""Share of the resamples that must give the same ranking."""


@dataclass(frozen=True)
class Limits:
    """When a ranking counts as converged.

    Attributes:
        width: the widest half interval that is narrow enough.
        threshold: assumptions at least so important are ranked.
        tie: two assumptions whose difference is surely smaller share a rank.
    """

    width: float = 0.1
    threshold: float = 0.05
    tie: float = 0.05


@dataclass(frozen=True)
class Settled:
    """Converged.

    Attributes:
        ranking: names (paths) from the most important down; those in one tier are about equal. Assumptions below the
            threshold are not in it. Empty where none reaches it.
        agreement: share of the resamples with this ranking.
    """

    ranking: tuple[tuple[str, ...], ...]
    agreement: float


@dataclass(frozen=True)
class Unsettled:
    """Not converged, so there is no ranking.

    Attributes:
        reasons: what has not converged, in words.
        base_wanted: base samples or trajectories that would make the intervals narrow enough, by the square-root law.
    """

    reasons: tuple[str, ...]
    base_wanted: int


Verdict = Settled | Unsettled


def judge(
    assumptions: tuple[Assumption, ...],
    value: Floats,
    half_width: Floats,
    resampled: Floats,
    parts: Sequence[Floats],
    base: int,
    limits: Limits,
) -> Verdict:
    """Whether intervals are narrow, and the ranking the same over resamples and over growing parts of the sample.

    Args:
        value, half_width: importance of each assumption and half its interval (assumption,).
        resampled: the importance in each resample (resample, assumption).
        parts: the importance by the first quarter and the first half of the sample, each (assumption,).
        base: how many base samples there are.
    """
    reasons = [
        f"{each.title}: the interval reaches {half:.3g} to each side, {limits.width:.3g} is wanted"
        for each, half in zip(assumptions, half_width, strict=True)
        if not half <= limits.width
    ]
    order = _Order.of(value, resampled, limits)
    agreement = float(np.mean([order.holds(row, limits) for row in resampled]))
    if not agreement >= AGREEMENT:
        seen, wanted = 100.0 * agreement, 100.0 * AGREEMENT
        reasons.append(f"the ranking is the same in {seen:.0f} % of resamples, {wanted:.0f} % are wanted")
    reasons += [
        f"the first {100 / 2 ** (len(parts) - number):.0f} % of the sample give another ranking"
        for number, part in enumerate(parts)
        if not order.holds(part, limits, slack=limits.tie)
    ]
    if not reasons:
        names = [each.path for each in assumptions]
        return Settled(tuple(tuple(names[index] for index in tier) for tier in order.tiers()), agreement)
    widest = float(np.nanmax(half_width, initial=0.0))
    growth = max((widest / limits.width) ** 2, 2.0)
    return Unsettled(tuple(reasons), 2 ** math.ceil(math.log2(base * growth)))


@dataclass(frozen=True)
class _Order:
    """Which assumptions are ranked, from the most important down, and which pairs of them are equal."""

    ranked: NDArray[np.int64]
    equal: NDArray[np.bool_]

    @staticmethod
    def of(value: Floats, resampled: Floats, limits: Limits) -> _Order:
        """Pairs (assumption, assumption) are equal where the interval of their difference lies within the tie."""
        order = np.argsort(-value, kind="stable")
        differences = resampled[:, :, None] - resampled[:, None, :]
        low, high = np.percentile(differences, (2.5, 97.5), axis=0)
        return _Order(order[value[order] >= limits.threshold], (low >= -limits.tie) & (high <= limits.tie))

    def holds(self, value: Floats, limits: Limits, slack: float = 0.0) -> bool:
        """Whether other values give the same ranking, up to ties, and up to the slack at every comparison."""
        for place, upper in enumerate(self.ranked):
            for lower in self.ranked[place + 1 :]:
                if not self.equal[upper, lower] and not value[upper] >= value[lower] - slack:
                    return False
        above = value >= limits.threshold - limits.tie
        clearly = value > limits.threshold + limits.tie
        ranked = np.zeros(value.size, dtype=bool)
        ranked[self.ranked] = True
        return bool(above[ranked].all() and not clearly[~ranked].any())

    def tiers(self) -> list[list[int]]:
        """Ranked assumptions in tiers: a tier is led by its most important one, the others are equal to it."""
        found: list[list[int]] = []
        for index in self.ranked.tolist():
            if found and self.equal[found[-1][0], index]:
                found[-1].append(index)
            else:
                found.append([index])
        return found
