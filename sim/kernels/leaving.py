"""Who leaves this week, and what the newcomer in the seat brings."""

import numpy as np

from sim.kernels.chance import DROP, GAMMA, UNIT, extend, finalize, uniform
from sim.kernels.common import ONE
from sim.kernels.jit import wide_kernel
from sim.kernels.learning import NOTHING, block_of
from sim.kernels.vectors import LANES, as_float32, gather, load, lowest_bit, mask_bits, select, splat, store

FIRST_YEAR = np.int32(52)
WEEK = np.int32(1)

LEAVERS, LOST, CHANGE = 0, 1, 2
TURNOVER = 3
"""Columns of the ledger of turnover: people, adequacy lost with them, change of the sum of mastery."""


@wide_kernel
def take_seat(i, world, joining, people, seats, needs):
    """Let a newcomer take a seat under a new key.

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
        need = needs.need[home, k]
        lost += np.float64(min(before, need)) - np.float64(min(after, need))
        change += np.float64(after) - np.float64(before)
        people.expertise[i, k] = after
    return lost / needs.whole[home] if needs.whole[home] > NOTHING else NOTHING, change


@wide_kernel
def leave_and_join(begin, end, joining, factor, people, seats, needs, rule, left, ledger):
    """Draw who of rows begin to end leaves, and let everybody else grow a week older in the job.

    Args:
        begin, end: rows (person,), at the borders of ledger blocks.
        factor: factor on the hazard by person, (person,).
        left: bool (person,), all false, written.
        ledger: float64 (world, block, TURNOVER), written.
    """
    i = begin
    while i < end:
        world, block, last = block_of(i, rule.people)
        chain = extend(joining.leave[world], joining.week)
        leavers = 0
        lost = NOTHING
        change = NOTHING
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
                leavers += 1
                one_lost, one_change = take_seat(row, world, joining, people, seats, needs)
                lost += one_lost
                change += one_change
            i += step
        ledger[world, block, LEAVERS] = np.float64(leavers)
        ledger[world, block, LOST] = lost
        ledger[world, block, CHANGE] = change
