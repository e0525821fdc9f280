"""What happens to mastery besides learning from others: the budget, practice, forgetting, obsolescence."""

import numpy as np

from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel, wide_kernel

LEDGER_BLOCK = 256
"""Rows (person,) of a world that one float64 partial sum covers, whatever the threads."""


@kernel
def absorb(begin, end, hours, people, rule, work):
    """Take up the week's gains of all channels within one learning budget.

    If a person's gains sum to more than hours * pace, all channels shrink by the same factor; then
    E = min(1, E + gain * factor).

    Args:
        hours: time for learning, hours a week (person,).
        work: reads `gain` and the channels' sums, writes `factor` (person,).
    """
    for i in range(begin, end):
        asked = work.from_ties[i] + work.from_sessions[i] + work.from_rules[i]
        capacity = hours[i] * rule.pace
        work.factor[i] = ONE
        if asked > capacity:
            work.factor[i] = capacity / asked
        if asked > ZERO:
            for k in range(rule.topics):
                people.expertise[i, k] = min(ONE, people.expertise[i, k] + work.gain[i, k] * work.factor[i])


@wide_kernel
def practise(begin, end, practice, forgetting, people, structure, rule, ledger):
    """Practice, forgetting and obsolescence, in this order.

        E += p * need * (1 - E)     (times `practice_elsewhere` off the own topics)
        E *= 1 - f * (1 - need)
        E *= 1 - o_k

    Away from home the own topics are practised less and the host's count as own.

    Args:
        practice: factor on practice of own topics (person,). forgetting: factor on forgetting (person,).
        ledger: float64 (world, block, 3): change of the sum of mastery by each of the three, added to.
    """
    for i in range(begin, end):
        home = people.home[i]
        here = people.department[i]
        world = i // rule.people
        block = (i - world * rule.people) // LEDGER_BLOCK
        for k in range(rule.topics):
            need = structure.need[home, k]
            rate = rule.practice * rule.practice_elsewhere
            if structure.own[home, k]:
                rate = rule.practice * practice[i]
                if here != home:
                    rate = rate * rule.absence_practice
            if here != home:
                need = max(need, rule.host_need * structure.need[here, k])
                if structure.own[here, k]:
                    rate = rule.practice * practice[i]
            before = people.expertise[i, k]
            practised = before + min(ONE, rate) * need * (ONE - before)
            kept = practised * (ONE - min(ONE, rule.forgetting * forgetting[i]) * (ONE - need))
            current = kept * (ONE - structure.obsolescence[k])
            people.expertise[i, k] = current
            ledger[world, block, 0] += np.float64(practised) - np.float64(before)
            ledger[world, block, 1] += np.float64(kept) - np.float64(practised)
            ledger[world, block, 2] += np.float64(current) - np.float64(kept)
