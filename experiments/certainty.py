"""How sure a study is of what it is read for: the headline metrics, and those that each arm's policies aim at.

These are one family of comparisons: whoever reads them all is misled by any of them in at most one study of twenty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.pairing import Pair
from experiments.statistics import FEWEST_PAIRS, Paired, bca_interval, holm, seeds_needed

TENTH = 0.1
"""Half-width in points that seeds are counted for: the last digit that is shown."""

SURE = 0.05
"""A corrected p value up to this is told from chance."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Certainty:
    """What stands beside Student's t of one difference.

    low, high: 95 % interval by BCa bootstrap; NaN with fewer worlds than it takes.
    p: the p value after Holm; NaN where there is none.
    """

    low: float
    high: float
    p: float

    @property
    def sure(self) -> bool:
        """Whether the difference is told from chance with all the others of its family in mind."""
        return self.p <= SURE

    def agrees(self, result: Paired) -> bool:
        """Whether the bootstrap leaves out zero exactly where Student's t does; so too where there is none."""
        return math.isnan(self.low) or (self.low > 0.0 or self.high < 0.0) == result.clear


def certainties(
    pairs: Mapping[Key, Pair], results: Mapping[Key, Paired], family: Sequence[Key]
) -> dict[Key, Certainty]:
    """(arm, metric) -> bootstrap interval and corrected p value, for a family of comparisons."""
    corrected = holm([results[key].p for key in family])
    found = {}
    for key, p in zip(family, corrected, strict=True):
        enough, pair = results[key].n >= FEWEST_PAIRS, pairs[key]
        low, high = bca_interval(pair.arm, pair.baseline) if enough else (math.nan, math.nan)
        found[key] = Certainty(low, high, p)
    return found


def seeds_for_a_tenth(result: Paired, unit: str) -> int | None:
    """Seeds for an interval of a tenth of a point to either side; None for other units, and without an estimate."""
    return seeds_needed(result.sd_difference, TENTH) if unit == "points" else None
