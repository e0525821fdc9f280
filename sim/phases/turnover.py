"""Who leaves, and what a newcomer finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.chance import week_key
from sim.kernels import leaving
from sim.kernels.leaving import TURNOVER
from sim.kernels.tidying import tidy, write_places
from sim.phases.scratch import tidying_scratch
from sim.schema import ORIGINS, Seats
from sim.sums import LEFT

if TYPE_CHECKING:
    from sim.plan import Plan


def leave_and_join(plan: Plan) -> None:
    """Draw who leaves, and let go whom a shock struck; a newcomer takes the seat under a new key."""
    week, state, arrays = plan.week, plan.week.state, plan.week.state.arrays
    joining = plan.market._replace(week=week_key(week.number))
    factor = np.ascontiguousarray(week.levers["turnover"].ravel())
    handover = np.ascontiguousarray(week.levers["handover"].ravel())
    seats = Seats(arrays["generation"], arrays["tenure"], arrays["engagement"], week.mentoring)
    people, needs, rule, left, ledger = state.people, week.needs, week.rule, week.left, week.ledger(TURNOVER)
    left[:] = False
    week.over_rows(
        lambda begin, end: leaving.leave_and_join(
            begin, end, joining, factor, handover, people, seats, needs, rule, left, ledger
        )
    )
    entries = ledger.sum(axis=1).T
    entries[leaving.CHANGE] /= week.cells
    booked = week.sums.block(LEFT)
    booked += entries
    if len(week.shocks.leaving):
        by_shock = np.zeros((state.frame.worlds, TURNOVER))
        leaving.dismiss(week.shocks.leaving, joining, handover, people, seats, needs, rule, left, by_shock)
        week.add("from_shocks", by_shock[:, leaving.CHANGE] / week.cells)
        booked[: leaving.CHANGE] += by_shock.T[: leaving.CHANGE]
    rows = np.flatnonzero(left)
    if len(rows):
        for policy in plan.policies:
            policy.left(week, rows)
    _tidy(plan, handover)


def _tidy(plan: Plan, handover: NDArray[np.float32]) -> None:
    week, state, ties = plan.week, plan.week.state, plan.week.state.ties
    stay = np.int8(ORIGINS.index("rotation"))
    places = np.empty(state.frame.rows, np.int32)
    week.over_rows(lambda begin, end: write_places(begin, end, week.left, state.people, places))
    week.over_rows(
        lambda begin, end: tidy(begin, end, places, handover, ties, week.rule, stay, *tidying_scratch(ties, begin, end))
    )
