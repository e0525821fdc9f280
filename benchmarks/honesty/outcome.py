"""A rate that was measured, the rate that is promised, and whether the promise is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Rate:
    """How often something happened in so many experiments.

    low, high: where the promise wants it, as shares; `None` for no promise, as beyond what the method claims.
    note: what else is worth a column.
    """

    what: str
    case: str
    count: int
    experiments: int
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def share(self) -> float:
        return self.count / self.experiments

    @property
    def error(self) -> float:
        """Standard error of the share."""
        return math.sqrt(self.share * (1.0 - self.share) / self.experiments)

    @property
    def kept(self) -> bool | None:
        """Whether the share lies where it was promised; None without a promise."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.share <= self.high

    def refuted(self, chance: float = 0.001) -> bool:
        """Whether so few experiments show that the promise is broken: for small versions."""
        if self.low is None or self.high is None or self.kept:
            return False
        bound, side = (self.low, "less") if self.share < self.low else (self.high, "greater")
        return bool(binomtest(self.count, self.experiments, bound, alternative=side).pvalue < chance)
