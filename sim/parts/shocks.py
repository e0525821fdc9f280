"""What happens to the organization in some weeks of a scenario, whatever its policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.chance import MODEL
from sim.kernels.shocks import outdate
from sim.schema import EMERGING
from sim.settings import FRONTIER, LEAVERS, Shock

if TYPE_CHECKING:
    from sim.week import Rows, Week


class Shocks:
    """The shocks of a scenario, those of a week in the order in which they are listed.

    Attributes:
        leaving: who has to go at the end of this week, rows in rising order; nearly always nobody.
    """

    def __init__(self, shocks: tuple[Shock, ...]) -> None:
        self.listed = list(enumerate(shocks))
        self.leaving: Rows = np.zeros(0, np.int64)

    def happen(self, week: Week) -> None:
        """Let this week's shocks happen; who leaves is drawn now, and goes when people leave."""
        self.leaving = self.leaving[:0]
        for number, shock in self.listed:
            if shock.week != week.number:
                continue
            week.add("shocks", 1.0)
            if shock.kind == LEAVERS:
                self.leaving = np.union1d(self.leaving, struck(week, number, shock))
            elif shock.kind == FRONTIER:
                lose_frontier(week, np.float32(shock.size))
            else:
                reorganise(week, number, struck(week, number, shock))


def struck(week: Week, number: int, shock: Shock) -> Rows:
    """Whom a shock strikes: everybody draws, by the place of the shock in the list."""
    return np.flatnonzero(week.draw(MODEL, f"shock {number}") < np.float32(shock.size))


def lose_frontier(week: Week, size: np.float32) -> None:
    """Let mastery of emerging topics go out of date; readiness is that of the week before."""
    emerging = np.flatnonzero(week.state.structure.topic_kind[: week.rule.topics] == EMERGING)
    readiness = np.ascontiguousarray(week.levers["readiness"].ravel())
    lost = np.zeros(week.state.frame.worlds)
    outdate(size, readiness, emerging, week.state.people, week.rule, lost)
    week.add("from_shocks", lost / week.cells)


def reorganise(week: Week, number: int, rows: Rows) -> None:
    """Move people for good to another department of their organization; who is elsewhere comes back to the new one."""
    home, here = week.state.arrays["home_department"], week.state.arrays["department"]
    hashes = week.department_hashes(MODEL, f"shock {number}: where to", rows)
    open_to = other_departments(week.prepared.department_organization)[home[rows]]
    new = np.argmax(np.where(open_to, hashes, np.uint64(0)), axis=1).astype(np.int32)
    moving = open_to.any(axis=1)
    rows, new = rows[moving], new[moving]
    at_home = here[rows] == home[rows]
    here[rows[at_home]] = new[at_home]
    home[rows] = new


def other_departments(organizations: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which other departments belong to the same organization, (department, department)."""
    same: NDArray[np.bool_] = organizations[:, None] == organizations[None, :]
    return same & ~np.eye(len(organizations), dtype=np.bool_)
