"""What happens to mastery besides learning from others: the budget, practice, forgetting, obsolescence."""

import numpy as np

from sim.kernels.common import ONE
from sim.kernels.jit import kernel, wide_kernel
from sim.kernels.vectors import LANES, as_float64, larger, load, select, smaller, splat, store, total

LEDGER_BLOCK = 256
"""Rows (person,) of a world that one float64 partial sum covers, whatever the threads."""

KNOWLEDGE_BASE, CHALLENGES, PILOTS = 0, 1, 2
PARTS = 3
"""Rows of `Work.from_parts`."""

CHANGE, FROM_TIES, FROM_SESSIONS, FROM_KNOWLEDGE, FROM_CHALLENGES, FROM_PILOTS, FROM_RULES = 0, 1, 2, 3, 4, 5, 6
BOUND, MEETINGS, ON_TACIT = 7, 8, 9
ABSORBED = 10
"""Columns of the ledger of learning: change of the sum of mastery, what each channel brought, people, meetings, and
the change on tacit topics."""

TACIT = np.float32(0.5)
"""A topic of more tacitness counts as tacit."""

PRACTICE, FORGETTING, OBSOLESCENCE = 0, 1, 2
LOSSES = 3

NOTHING = np.float64(0.0)


@kernel
def block_of(i, people):
    """World of a row, its ledger block there, and the row after the block."""
    world = i // people
    block = (i - world * people) // LEDGER_BLOCK
    return world, block, min(world * people + (block + 1) * LEDGER_BLOCK, (world + 1) * people)


@wide_kernel
def absorb(begin, end, hours, people, structure, rule, work, ledger):
    """Take up the week's gains of all channels within one learning budget.

    If a person's gains sum to more than hours * pace, all channels shrink by the same factor; then
    E = min(1, E + gain * factor).

    Args:
        begin, end: rows (person,), at the borders of ledger blocks.
        hours: time for learning, hours a week (person,).
        work: reads `gain`, `meetings` and the channels' sums, writes `factor` (person,).
        ledger: float64 (world, block, ABSORBED), written.
    """
    width = people.expertise.shape[1]
    i = begin
    while i < end:
        world, block, last = block_of(i, rule.people)
        change = splat(NOTHING)
        on_tacit = splat(NOTHING)
        ties = NOTHING
        sessions = NOTHING
        knowledge = NOTHING
        challenges = NOTHING
        pilots = NOTHING
        rules = NOTHING
        bound = 0
        meetings = 0
        while i < last:
            parts = work.from_parts[KNOWLEDGE_BASE, i] + work.from_parts[CHALLENGES, i] + work.from_parts[PILOTS, i]
            asked = work.from_ties[i] + work.from_sessions[i] + parts + work.from_rules[i]
            capacity = hours[i] * rule.pace
            factor = ONE
            if asked > capacity:
                factor = capacity / asked
                bound += 1
            work.factor[i] = factor
            meetings += work.meetings[i]
            share = np.float64(factor)
            ties += np.float64(work.from_ties[i]) * share
            sessions += np.float64(work.from_sessions[i]) * share
            knowledge += np.float64(work.from_parts[KNOWLEDGE_BASE, i]) * share
            challenges += np.float64(work.from_parts[CHALLENGES, i]) * share
            pilots += np.float64(work.from_parts[PILOTS, i]) * share
            rules += np.float64(work.from_rules[i]) * share
            for k in range(0, width, LANES):
                at = i * width + k
                before = load(people.expertise, at)
                after = smaller(ONE, before + load(work.gain, at) * factor)
                store(people.expertise, at, after)
                more = as_float64(after) - as_float64(before)
                change = change + more
                on_tacit = on_tacit + select(load(structure.tacitness, k) > TACIT, more, splat(NOTHING))
            i += 1
        ledger[world, block, CHANGE] = total(change)
        ledger[world, block, FROM_TIES] = ties
        ledger[world, block, FROM_SESSIONS] = sessions
        ledger[world, block, FROM_KNOWLEDGE] = knowledge
        ledger[world, block, FROM_CHALLENGES] = challenges
        ledger[world, block, FROM_PILOTS] = pilots
        ledger[world, block, FROM_RULES] = rules
        ledger[world, block, BOUND] = np.float64(bound)
        ledger[world, block, MEETINGS] = np.float64(meetings)
        ledger[world, block, ON_TACIT] = total(on_tacit)


@wide_kernel
def practise(begin, end, practice, forgetting, people, structure, rule, ledger):
    """Practice, forgetting and obsolescence, in this order.

        E += p * need * (1 - E)     (times `practice_elsewhere` off the own topics)
        E *= 1 - f * (1 - need)
        E *= 1 - o_k

    Away from home the own topics are practised less and the host's count as own.

    Args:
        begin, end: rows (person,), at the borders of ledger blocks.
        practice: factor on practice of own topics (person,). forgetting: factor on forgetting (person,).
        ledger: float64 (world, block, LOSSES): change of the sum of mastery by each of the three, written.
    """
    width = people.expertise.shape[1]
    elsewhere = splat(rule.practice * rule.practice_elsewhere)
    i = begin
    while i < end:
        world, block, last = block_of(i, rule.people)
        by_practice = splat(NOTHING)
        by_forgetting = splat(NOTHING)
        by_obsolescence = splat(NOTHING)
        while i < last:
            home = people.home[i] * width
            here = people.department[i] * width
            own_rate = rule.practice * practice[i]
            home_rate = own_rate if here == home else own_rate * rule.absence_practice
            forgotten = min(ONE, rule.forgetting * forgetting[i])
            for k in range(0, width, LANES):
                need = load(structure.need, home + k)
                rate = select(load(structure.own, home + k), splat(home_rate), elsewhere)
                if here != home:
                    need = larger(need, load(structure.need, here + k) * rule.host_need)
                    rate = select(load(structure.own, here + k), splat(own_rate), rate)
                before = load(people.expertise, i * width + k)
                practised = before + smaller(ONE, rate) * need * (ONE - before)
                kept = practised * (ONE - (ONE - need) * forgotten)
                current = kept * (ONE - load(structure.obsolescence, k))
                store(people.expertise, i * width + k, current)
                wide = as_float64(practised)
                wide_kept = as_float64(kept)
                by_practice = by_practice + (wide - as_float64(before))
                by_forgetting = by_forgetting + (wide_kept - wide)
                by_obsolescence = by_obsolescence + (as_float64(current) - wide_kept)
            i += 1
        ledger[world, block, PRACTICE] = total(by_practice)
        ledger[world, block, FORGETTING] = total(by_forgetting)
        ledger[world, block, OBSOLESCENCE] = total(by_obsolescence)
