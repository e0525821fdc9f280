"""Groups of members that last: who sits with whom, and how vacancies are filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.grouping import NOWHERE, deal
from sim.week import Mask, Rows, Week

LEAST = 2
"""A group of fewer has nobody to meet, and its member joins another one."""


class Groups:
    """Groups of an ensemble's people.

    People are dealt into the smallest group of their pool, so sizes differ by one at most while nobody leaves; who is
    in a group stays there until the membership ends.

    Attributes:
        group: number of the group within the pool, int32 (person,); -1 for who is in none.
        pool: which people share groups, by world and scope, int64 (person,).
    """

    def __init__(self, label: str, rows: int, size: int) -> None:
        self.label = label
        self.size = size
        self.group = np.full(rows, NOWHERE, np.int32)
        self.pool = np.zeros(rows, np.int64)

    def members(self) -> Rows:
        """Rows of those who are in a group."""
        return np.flatnonzero(self.group != NOWHERE)

    def number(self, rows: Rows) -> NDArray[np.int64]:
        """One number for the group of each row, different for every group of the ensemble, (row,)."""
        return self.pool[rows] * len(self.group) + self.group[rows]

    def end(self, rows: Rows) -> None:
        """Let these people leave their groups."""
        self.group[rows] = NOWHERE

    def fill(self, week: Week, members: Mask, scope: NDArray[np.int32], scopes: int, mixed: bool = False) -> None:
        """Let those who are no members any more go, and deal new ones in.

        Args:
            members: who is to be in a group, (person,).
            scope: who may share a group, a number below `scopes` for each person, (person,).
            mixed: spread the people of a department over groups; otherwise who comes together is chance.
        """
        pool = week.world_of(np.arange(len(scope))) * scopes + scope
        self.group[~members | (pool != self.pool)] = NOWHERE
        self.pool = pool
        pools = week.state.frame.worlds * scopes
        most = int(self.group.max()) + 1
        if most:
            alone = self._sizes(pools, most)[pool, np.maximum(self.group, 0)] < LEAST
            self.group[alone] = NOWHERE
        waiting = np.flatnonzero(members & (self.group == NOWHERE))
        if len(waiting) == 0:
            return
        needed = -(-np.bincount(pool[np.flatnonzero(members)], minlength=pools) // self.size)
        sizes = self._sizes(pools, max(most, int(needed.max())))
        department = week.state.arrays["home_department"][waiting] if mixed else np.zeros(len(waiting), np.int32)
        chance = week.hashes(self.label, "group", weekly=False, rows=waiting)
        waiting = waiting[np.lexsort((chance, department, pool[waiting]))]
        deal(waiting, pool[waiting], sizes, needed.astype(np.int64), self.group)

    def _sizes(self, pools: int, most: int) -> NDArray[np.int64]:
        rows = self.members()
        flat = self.pool[rows] * most + self.group[rows]
        return np.bincount(flat, minlength=pools * most).reshape(pools, most).astype(np.int64)
