"""The ten measures of the vectorized contender, each week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.measured import TEN, gini, quotient, summary
from benchmarks.contenders.sizes import BASELINE, NEED_MET
from sim.schema import HOME

if TYPE_CHECKING:
    from benchmarks.contenders.numpy_world import World

Wide = NDArray[np.float64]


class Measures:
    """Takes the measures and keeps them.

    Attributes:
        series: by name, one (world,) a week.
        learned: the four sums of `measured.LEARNED`, (4, world), over all weeks.
    """

    def __init__(self, world: World) -> None:
        kind = world.start.state.structure.topic_kind[: world.topics]
        need = world.need[world.home]
        self.need = need
        self.threshold = np.where(need > 0, NEED_MET * need, np.float32(np.inf))
        other = (kind == HOME) & ~world.own
        self.other = other[world.home] & (need > 0)
        worlds = world.worlds
        self.needed = need.sum(axis=1, dtype=np.float64)
        self.all_needed = self.needed.reshape(worlds, -1).sum(axis=1)
        self.in_need = np.count_nonzero((need > 0).reshape(worlds, -1), axis=1)
        self.other_in_need = np.count_nonzero(self.other.reshape(worlds, -1), axis=1)
        self.series: dict[str, list[Wide]] = {name: [] for name in TEN}
        self.learned = np.zeros((4, worlds))
        self.now = np.zeros((4, worlds))
        self.baseline_met: NDArray[np.bool_] | None = None

    def before_sessions(self, world: World) -> None:
        """Note which ties of the start there were in this week's exchange, before sessions change them."""
        ties, worlds = world.ties, world.worlds
        start = ties.origin == BASELINE if len(ties.later) else None
        sides = ties.side if start is None else ties.side[start]
        self.now[2:] = np.bincount(sides, minlength=worlds * 2).reshape(worlds, 2).T
        met = world.met
        self.baseline_met = None if start is None else start[met]
        self.met_side, self.met_learner = ties.side[met], ties.learner[met]

    def follow(self, world: World) -> None:
        """What the ties of the start brought after the budget."""
        gain = world.brought * world.factor[self.met_learner]
        if self.baseline_met is not None:
            gain = gain * self.baseline_met
        self.now[:2] = np.bincount(self.met_side, gain, world.worlds * 2).reshape(world.worlds, 2).T
        self.learned += self.now

    def observe(self, world: World) -> None:
        """The week's ten."""
        worlds, ties = world.worlds, world.ties
        held = np.minimum(world.expertise, self.need) @ world.ones
        met = world.expertise >= self.threshold
        sums = np.bincount(ties.side, ties.trust, worlds * 2).reshape(worlds, 2)
        count = np.bincount(ties.side, minlength=worlds * 2).reshape(worlds, 2)
        with np.errstate(invalid="ignore"):
            trust = sums / count
            met_other = np.count_nonzero((met & self.other).reshape(worlds, -1), axis=1) / self.other_in_need
        values = {
            "adequacy": held.reshape(worlds, -1).sum(axis=1, dtype=np.float64) / self.all_needed,
            "need_met": np.count_nonzero(met.reshape(worlds, -1), axis=1) / self.in_need,
            "need_met_other": met_other,
            "mean_expertise": world.expertise.reshape(worlds, -1).mean(axis=1, dtype=np.float64),
            "trust_within": trust[:, 0],
            "trust_across": trust[:, 1],
            "gini": gini((held / self.needed).reshape(worlds, -1)),
            "hours": world.booked / world.people,
            "meetings": world.meetings / world.people,
            "across_over_within": quotient(self.now),
        }
        for name, value in values.items():
            self.series[name].append(value)

    def summary(self) -> dict[str, float]:
        """The one number of each, mean over the worlds."""
        return summary({name: np.array(values) for name, values in self.series.items()}, self.learned)
