"""Challenges that arise between two departments, what they need, and what is counted of them.

All that is drawn hangs on the challenge's key, so that no challenge depends on another one.
"""

import numpy as np

from sim.kernels.chance import extend, second_uniform, uniform
from sim.kernels.common import ZERO
from sim.kernels.jit import kernel
from sim.kernels.searching import NOBODY, TOPIC

ARRIVED, ARRIVED_SEVERAL, OPEN, OPEN_SEVERAL, SOLVED, SOLVED_SEVERAL, SOLVED_AT_ONCE = 0, 1, 2, 3, 4, 5, 6
DUE, IN_TIME, MISSING, NEEDED, CLEAR_DUE, CLEAR_IN_TIME, TWICE_MEDIAN, EVER_BLOCKED = 7, 8, 9, 10, 11, 12, 13, 14
COUNTS = (
    *("challenges_arrived", "challenges_arrived_several", "challenges_open", "challenges_open_several"),
    *("challenges_solved", "challenges_solved_several", "challenges_solved_at_once"),
    *("challenges_due", "challenges_in_time", "topics_missing", "topics_needed"),
    *("blockings_due", "blockings_in_time", "median_blocked", "ever_blocked"),
)
"""Names of what is counted, in this order."""


@kernel
def largest(chain, needed, own, terms, chosen, number):
    """The topic with the largest keyed hash among those needed (or owned) and not yet chosen, or -1."""
    best = NOBODY
    most = np.uint64(0)
    for k in range(terms.topic_key.shape[0]):
        if not (own[k] or needed[k] > ZERO):
            continue
        taken = False
        for s in range(number):
            taken = taken or chosen[s] == k
        drawn = extend(chain, terms.topic_key[k])
        if not taken and (best == NOBODY or drawn > most):
            best = k
            most = drawn
    return best


@kernel
def owner_of(k, d, p, structure):
    """The department that a topic belongs to, the challenge's own two first; -1 for topics of nobody or of all."""
    if structure.own[d, k]:
        return d
    if structure.own[p, k]:
        return p
    for other in range(structure.own.shape[0]):
        if structure.own[other, k]:
            return other
    return NOBODY


@kernel
def need_topics(n, terms, structure, nothing, challenges):
    """Draw the topics that a challenge needs: one of the partner's own, the others of what the department needs.

    Args:
        nothing: zeros, float32 and bool (padded topic,).
    """
    d = challenges.department[n]
    p = challenges.partner[n]
    key = challenges.key[n]
    most = challenges.topic.shape[1]
    wanted = 1 + min(most - 1, np.int64(second_uniform(key) * np.float32(most)))
    chain = extend(key, terms.decision_key[TOPIC])
    no_need, no_own = nothing
    for s in range(most):
        challenges.topic[n, s] = NOBODY
        challenges.source[n, s] = NOBODY
    number = 0
    first_owner = NOBODY
    several = False
    for s in range(wanted):
        k = NOBODY
        if s == 0:
            k = largest(chain, no_need, structure.own[p], terms, challenges.topic[n], number)
        if k == NOBODY:
            k = largest(chain, structure.need[d], no_own, terms, challenges.topic[n], number)
        if k == NOBODY:
            break
        challenges.topic[n, number] = k
        number += 1
        owner = owner_of(k, d, p, structure)
        if owner != NOBODY:
            several = several or (first_owner != NOBODY and first_owner != owner)
            first_owner = owner
    challenges.several[n] = several
    return number


@kernel
def arrive(week, chains, terms, structure, nothing, challenges, count, counts):
    """Let this week's challenges arrive behind the `count` open ones, in order of (world, pair).

    Args:
        chains: chain over (seed, decision, week) of each world, uint64 (world,).

    Returns:
        How many there are now.
    """
    for world in range(chains.shape[0]):
        for pair in range(terms.rate.shape[0]):
            d = terms.department[pair]
            p = terms.partner[pair]
            key = extend(extend(chains[world], terms.department_key[d]), terms.department_key[p])
            if uniform(key) >= terms.rate[pair]:
                continue
            challenges.world[count] = world
            challenges.department[count] = d
            challenges.partner[count] = p
            challenges.owner[count] = d
            challenges.arrived[count] = week
            challenges.key[count] = key
            challenges.lead[count] = NOBODY
            challenges.blocked[count] = False
            challenges.stalled[count] = False
            challenges.decided[count] = False
            challenges.worked[count] = 0
            needed = need_topics(count, terms, structure, nothing, challenges)
            if needed > 0:
                counts[ARRIVED, world] += 1
                counts[ARRIVED_SEVERAL, world] += challenges.several[count]
                counts[NEEDED, world] += needed
                count += 1
    return count
