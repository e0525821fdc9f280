"""Who takes part in sessions: hours attended in the last 13 weeks, and how evenly they are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.kernels.hours import PARTICIPATION, observe_hours, sum_up_hours
from sim.metrics import LAST_WEEKS, gini
from sim.settings import LEVELS
from sim.state import Frame

if TYPE_CHECKING:
    from sim.week import Week


class Participation:
    """Hours attended by seat over the last weeks; memory is taken only once somebody attends."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.hours: NDArray[np.float32] | None = None

    def measure(self, week: Week, heads: NDArray[np.int32]) -> None:
        """Enter total, inequality by person, department and level, and representativeness in the week's sums.

        Args:
            heads: people by home department and level, int32 (block, department, level), see `sim.kernels.observe`.
        """
        found = week.sums.block(PARTICIPATION)
        rows, departments = self.frame.rows, len(self.frame.departments)
        if self.hours is None and not week.attended.any():
            found[-1] = np.nan
            return
        if self.hours is None:
            self.hours = np.zeros((LAST_WEEKS, rows), np.float32)
        self.hours[week.number % LAST_WEEKS] = week.attended
        hours, blocks, people = self.hours, week.blocks, week.state.people
        by_seat = np.zeros(rows)
        by_cell = np.zeros(heads.shape)
        week.over_blocks(lambda begin, end: observe_hours(begin, end, blocks, people, hours, by_seat, by_cell))
        means = np.zeros((self.frame.worlds, max(departments, len(LEVELS))))
        week.over_worlds(lambda begin, end: sum_up_hours(begin, end, blocks, LAST_WEEKS, heads, by_cell, means, found))
        found[1] += gini(by_seat.astype(np.float32).reshape(self.frame.worlds, -1))
