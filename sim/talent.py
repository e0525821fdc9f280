"""Who could follow a leader, and how long newcomers take to come along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.settings import LEVELS
from sim.state import Frame

if TYPE_CHECKING:
    from sim.week import Week

READY, SUCCESSORS = np.float32(0.8), 2
"""A successor holds this share of the mastery that is needed, and a leader's seat should have this many."""
FIRST_LEADERS = 2
"""Managers and executives are leaders; who could follow them works one level below, in the same department."""
COMPETENT = np.float32(0.5)
"""A newcomer has come along once adequacy is this high."""

TALENT = ("leader_seats", "leader_seats_covered", "newcomers_learning")


class Talent:
    """Takes measures of newcomers and successors week by week.

    Attributes:
        learning: newcomers who never reached COMPETENT yet, (person,); those of the start are none.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.learning = np.zeros(frame.rows, np.bool_)

    def measure(self, week: Week, adequacy: NDArray[np.float32], heads: NDArray[np.int32]) -> None:
        """Enter leaders' seats, those with successors, and newcomers who are still learning in the week's sums.

        Args:
            adequacy: this week's, (person,). heads: people by home department and level, (world, department, level).
        """
        self.learning |= week.left
        self.learning &= adequacy < COMPETENT
        arrays, departments = week.state.arrays, len(self.frame.departments)
        ready = np.flatnonzero(adequacy >= READY)
        cell = week.world_of(ready) * departments + arrays["home_department"][ready]
        cell = cell * len(LEVELS) + arrays["level"][ready]
        able = np.bincount(cell, minlength=heads.size).reshape(heads.shape)
        leaders = heads[:, :, FIRST_LEADERS:]
        followed = able[:, :, FIRST_LEADERS - 1 : -1] >= SUCCESSORS
        found = week.sums.block(TALENT)
        found[0] += leaders.sum(axis=(1, 2))
        found[1] += (leaders * followed).sum(axis=(1, 2))
        found[2] += week.count(np.flatnonzero(self.learning))
