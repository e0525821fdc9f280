"""What a strategy study measured: every arm in every future and every world, as arrays.

A future is one draw of the uncertain assumptions. A world is one seed: what chance did. All arms of a future are run in
the same worlds, so that effects are differences within a world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HIGHER, LOWER = "higher", "lower"
LINEAR, LOG = "linear", "log"


@dataclass(frozen=True)
class Assumption:
    """A number that nobody knows, and the range in which it is believed to lie.

    Attributes:
        path: dotted path in the scenario, or another name of what is varied; unique in a study.
        title: what charts and sentences call it.
        low, high: ends of the range, in its own unit.
        scale: how it is drawn: "linear" (uniform between the ends) or "log" (its logarithm is).
        unit: what `low` and `high` are measured in; empty for a pure number.

    Raises:
        ValueError: the range is empty or not finite, or the scale is unknown or does not fit it.
    """

    path: str
    title: str
    low: float
    high: float
    scale: str = LINEAR
    unit: str = ""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"{self.path}: low must be below high, got {self.low} and {self.high}")
        if self.scale not in (LINEAR, LOG):
            raise ValueError(f"{self.path}: scale must be {LINEAR} or {LOG}, got {self.scale!r}")
        if self.scale == LOG and self.low <= 0.0:
            raise ValueError(f"{self.path}: a logarithmic scale needs a range above 0, got {self.low}")

    def at(self, share: ArrayLike) -> Floats:
        """Values that lie at these shares of the range: 0 is `low`, 1 is `high`."""
        place = np.asarray(share, dtype=np.float64)
        if self.scale == LINEAR:
            values = self.low + (self.high - self.low) * place
        else:
            values = np.exp(np.log(self.low) + (np.log(self.high) - np.log(self.low)) * place)
        return np.clip(values, self.low, self.high)

    def share(self, values: ArrayLike) -> Floats:
        """Where values lie in the range, on its scale: 0 is `low`, 1 is `high`."""
        given = np.asarray(values, dtype=np.float64)
        if self.scale == LINEAR:
            return (given - self.low) / (self.high - self.low)
        return (np.log(given) - np.log(self.low)) / (np.log(self.high) - np.log(self.low))


def futures_at(assumptions: tuple[Assumption, ...], shares: Floats) -> Floats:
    """Futures (future, assumption) in the assumptions' own units, from shares of their ranges of the same shape."""
    return np.stack([each.at(shares[:, column]) for column, each in enumerate(assumptions)], axis=1)


def shares_of(assumptions: tuple[Assumption, ...], futures: Floats) -> Floats:
    """Shares of the ranges (future, assumption), from futures in the assumptions' own units."""
    return np.stack([each.share(futures[:, column]) for column, each in enumerate(assumptions)], axis=1)


@dataclass(frozen=True)
class Outcomes:
    """All that was measured, and what it is.

    Attributes:
        arms: policies and bundles by name; the first is the baseline, which does nothing.
        titles: what charts and sentences call arms and outcomes; a name that is missing is its own title.
        assumptions: what was uncertain.
        futures: their sampled values in their own units (future, assumption).
        seeds: the worlds, the same in every arm and future.
        values: outcome -> (arm, future, world), NaN where it is undefined.
        better: outcome -> "higher" or "lower".
        hours, money: cost a person-week (arm, future, world).
        units: outcome -> unit; one that is missing is a pure number.

    Raises:
        ValueError: shapes or names do not fit together.
    """

    arms: tuple[str, ...]
    titles: Mapping[str, str]
    assumptions: tuple[Assumption, ...]
    futures: Floats
    seeds: tuple[int, ...]
    values: Mapping[str, Floats]
    better: Mapping[str, str]
    hours: Floats
    money: Floats
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.arms)) != len(self.arms) or not self.arms:
            raise ValueError(f"arms need names of their own, and a baseline first: {', '.join(self.arms)}")
        if self.futures.ndim != 2 or self.futures.shape[1] != len(self.assumptions):
            raise ValueError(f"futures must be (future, {len(self.assumptions)} assumptions), got {self.futures.shape}")
        for name, array in {**self.values, "hours": self.hours, "money": self.money}.items():
            if array.shape != self.shape:
                raise ValueError(f"{name} must be (arm, future, world) = {self.shape}, got {array.shape}")
        for name in self.values:
            if self.better.get(name) not in (HIGHER, LOWER):
                raise ValueError(f"{name}: whether {HIGHER} or {LOWER} is better must be said")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of arms, futures and worlds."""
        return len(self.arms), len(self.futures), len(self.seeds)

    def title(self, name: str) -> str:
        """What people call an arm or an outcome."""
        return self.titles.get(name, name)

    def unit(self, outcome: str) -> str:
        """The unit of an outcome; empty for a pure number."""
        return self.units.get(outcome, "")

    def merit(self, outcome: str) -> Floats:
        """The outcome (arm, future, world), its sign turned where lower is better, so that more is always better."""
        values = self.values[outcome]
        return values if self.better[outcome] == HIGHER else -values

    def effect(self, outcome: str) -> Floats:
        """What each arm adds to the baseline in the same world (arm, future, world); more is always better."""
        merit = self.merit(outcome)
        return merit - merit[:1]

    @property
    def extra_hours(self) -> Floats:
        """Hours a person-week beyond the baseline's (arm, future, world)."""
        return self.hours - self.hours[:1]

    @property
    def extra_money(self) -> Floats:
        """Money a person-week beyond the baseline's (arm, future, world)."""
        return self.money - self.money[:1]


def mean_over_worlds(values: Floats) -> Floats:
    """Mean over the last axis of what is defined; NaN where nothing is."""
    defined = np.isfinite(values)
    count = defined.sum(axis=-1)
    total = np.where(defined, values, 0.0).sum(axis=-1)
    return np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
