"""Who leaves this week, and what the newcomer in the seat brings."""

import numpy as np

from sim.kernels.chance import DROP, GAMMA, UNIT, extend, finalize, uniform
from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import wide_kernel
from sim.kernels.learning import NOTHING, block_of
from sim.kernels.vectors import LANES, as_float32, gather, load, lowest_bit, mask_bits, select, splat, store

FIRST_YEAR = np.int32(52)
WEEK = np.int32(1)
COUNTED = np.float64(1.0)

LEADER = np.int32(2)
"""Managers and executives are leaders."""

LEAVERS, LOST, LEADERS, LOST_BY_LEADERS, CHANGE = 0, 1, 2, 3, 4
TURNOVER = 5
"""Columns of the ledger of turnover: people, adequacy lost with them, both of leaders; change of the sum of mastery."""


@wide_kernel
def take_seat(i, world, joining, handover, people, seats, needs):
    """Let a newcomer take a seat under a new key.

    Args:
        handover: share of the leaver's lead over the newcomer that is handed over, (person,).

    Returns:
        Adequacy that is lost, and by how much the sum of mastery changes.
    """
    home = people.home[i]
    key = extend(finalize(people.key[i] + GAMMA), joining.week)
    people.key[i] = key
    people.department[i] = home
    people.initiative[i] = joining.least_initiative + joining.initiative_span * uniform(
        extend(extend(joining.initiative[world], joining.week), key)
    )
    seats.generation[i] += np.int32(1)
    seats.tenure[i] = np.int32(0)
    seats.engagement[i] = joining.engagement
    seats.mentoring[i] = False
    chain = extend(extend(joining.expertise[world], joining.week), key)
    lost = NOTHING
    change = NOTHING
    for k in range(joining.topic.shape[0]):
        before = people.expertise[i, k]
        factor = joining.least_spread + joining.spread_span * uniform(extend(chain, joining.topic[k]))
        after = min(ONE, joining.mean[home, people.level[i], k] * factor)
        after += handover[i] * max(ZERO, before - after)
        need = needs.need[home, k]
        lost += np.float64(min(before, need)) - np.float64(min(after, need))
        change += np.float64(after) - np.float64(before)
        people.expertise[i, k] = after
    return lost / needs.whole[home] if needs.whole[home] > NOTHING else NOTHING, change


@wide_kernel
def enter_leaver(i, lost, change, people, entries):
    """Enter one leaver in the ledger of turnover, float64 (TURNOVER,)."""
    entries[LEAVERS] += COUNTED
    entries[LOST] += lost
    entries[CHANGE] += change
    if people.level[i] >= LEADER:
        entries[LEADERS] += COUNTED
        entries[LOST_BY_LEADERS] += lost


@wide_kernel
def dismiss(rows, joining, handover, people, seats, needs, rule, left, ledger):
    """Let newcomers take the seats of some people who have to go, unless they left anyway this week.

    Args:
        rows: whose seats, ascending.
        left: bool (person,), updated.
        ledger: float64 (world, TURNOVER), added to.
    """
    for n in range(rows.shape[0]):
        i = rows[n]
        if not left[i]:
            left[i] = True
            world = i // rule.people
            lost, change = take_seat(i, world, joining, handover, people, seats, needs)
            enter_leaver(i, lost, change, people, ledger[world])


@wide_kernel
def leave_and_join(begin, end, joining, factor, handover, people, seats, needs, rule, left, ledger):
    """Draw who of rows begin to end leaves, and let everybody else grow a week older in the job.

    Args:
        begin, end: rows (person,), at the borders of ledger blocks.
        factor: factor on the hazard by person, (person,).
        handover: see `take_seat`.
        left: bool (person,), all false, written.
        ledger: float64 (world, block, TURNOVER), all zeros, written.
    """
    i = begin
    while i < end:
        world, block, last = block_of(i, rule.people)
        chain = extend(joining.leave[world], joining.week)
        while i < last:
            if i + LANES <= last:
                tenure = load(seats.tenure, i)
                early = select(tenure < FIRST_YEAR, splat(joining.first_year), ONE)
                hazard = gather(joining.hazard, load(people.level, i)) * early * load(factor, i)
                drawn = as_float32(extend(chain, load(people.key, i)) >> DROP) * UNIT
                store(seats.tenure, i, tenure + WEEK)
                bits = mask_bits(drawn < hazard)
                step = LANES
            else:
                single = joining.first_year if seats.tenure[i] < FIRST_YEAR else ONE
                risk = joining.hazard[people.level[i]] * single * factor[i]
                seats.tenure[i] += WEEK
                bits = 1 if uniform(extend(chain, people.key[i])) < risk else 0
                step = 1
            while bits != 0:
                row = i + lowest_bit(bits)
                bits &= bits - 1
                left[row] = True
                lost, change = take_seat(row, world, joining, handover, people, seats, needs)
                enter_leaver(row, lost, change, people, ledger[world, block])
            i += step
