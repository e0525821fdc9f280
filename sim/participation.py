"""Who takes part in sessions: hours attended in the last 13 weeks, and how evenly they are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.metrics import LAST_WEEKS, Wide, gini
from sim.settings import LEVELS
from sim.state import Frame

if TYPE_CHECKING:
    from sim.week import Week


class Participation:
    """Hours attended by seat over the last weeks; memory is taken only once somebody attends."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.hours: NDArray[np.float32] | None = None

    def measure(self, week: Week) -> dict[str, Wide]:
        """Total, inequality by person, department and level, and representativeness, each (world,)."""
        worlds, people = self.frame.worlds, self.frame.people
        if self.hours is None and not week.attended.any():
            zero = np.zeros(worlds)
            names = ("participation", "participation_gini", "participation_gini_department", "participation_gini_level")
            return {**dict.fromkeys(names, zero), "representativeness": np.full(worlds, np.nan)}
        if self.hours is None:
            self.hours = np.zeros((LAST_WEEKS, worlds, people), np.float32)
        self.hours[week.number % LAST_WEEKS] = week.attended.reshape(worlds, people)
        by_seat = self.hours.sum(axis=0, dtype=np.float64)
        by_department, department_share = _by_group(by_seat, week.state.home_department, len(self.frame.departments))
        by_level, level_share = _by_group(by_seat, week.state.level, len(LEVELS))
        return {
            "participation": by_seat.sum(axis=1) / LAST_WEEKS,
            "participation_gini": gini(by_seat),
            "participation_gini_department": _gini_of_means(by_department, department_share),
            "participation_gini_level": _gini_of_means(by_level, level_share),
            "representativeness": _representativeness(week, by_seat),
        }


def _by_group(by_seat: Wide, group: NDArray[np.int32], groups: int) -> tuple[Wide, Wide]:
    """Hours and people of each group, both (world, group)."""
    worlds = len(by_seat)
    flat = (np.arange(worlds)[:, None] * groups + group).ravel()
    hours = np.bincount(flat, by_seat.ravel(), worlds * groups).reshape(worlds, groups).astype(np.float64)
    people = np.bincount(flat, minlength=worlds * groups).reshape(worlds, groups).astype(np.float64)
    return hours, people


def _gini_of_means(hours: Wide, people: Wide) -> Wide:
    """Gini over the mean hours of the groups that have people, (world,)."""
    out = np.zeros(len(hours))
    for world in range(len(hours)):
        there = people[world] > 0
        out[world] = gini(hours[world, there] / people[world, there])
    return out


def _representativeness(week: Week, by_seat: Wide) -> Wide:
    """1 - half the sum over (department, level) of |share of hours - share of people|; NaN where nobody attended."""
    state = week.state
    cell = state.home_department * len(LEVELS) + state.level
    hours, people = _by_group(by_seat, cell, len(state.frame.departments) * len(LEVELS))
    total = hours.sum(axis=1, keepdims=True)
    share = np.divide(hours, total, out=np.full_like(hours, np.nan), where=total > 0)
    return 1.0 - 0.5 * np.abs(share - people / state.frame.people).sum(axis=1)
