"""The encounters of this week's sessions: their order, what is known before, and the ties that come of them."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel
from sim.kernels.ties import find
from sim.kernels.vectors import prefetch

FACILITATED_RELIABILITY = np.float32(0.1)
"""Facilitation adds this much to the reliability inside a session (agendas, time boxes, decisions recorded)."""
NOWHERE = -1
AHEAD = 16
"""How many encounters ahead their ties are asked for."""
ONE_LINE = 16
"""Numbers of four bytes in a line of the cache."""


@kernel
def put_in_order(parts, rows, place, order, part_of, meeting):
    """Write the encounters of all parts to `meeting`, in stable order of (learner, policy label, source).

    They are counted out by learner, then inserted among the few of the same learner; most come in order already.

    Args:
        parts: see `sim.sessions.Parts`. rows: number of people of all worlds.
        place: scratch of zeros, int32 (person,). order, part_of: scratch (encounter,).
        meeting: see `sim.sessions.Meeting`, written.

    Returns:
        Whether all learners and sources are people; nothing is written otherwise.
    """
    count = parts.learner.shape[0]
    for n in range(count):
        if min(parts.learner[n], parts.source[n]) < 0 or max(parts.learner[n], parts.source[n]) >= rows:
            return False
        place[parts.learner[n]] += 1
        order[n] = NOWHERE
    before = np.int32(0)
    for row in range(rows):
        here = place[row]
        place[row] = before
        before += here
    for part in range(parts.label.shape[0]):
        label = parts.label[part]
        for n in range(parts.first[part], parts.first[part + 1]):
            part_of[n] = part
            i = parts.learner[n]
            at = place[i]
            place[i] += 1
            while at > 0 and order[at - 1] != NOWHERE:
                other = order[at - 1]
                its_label = parts.label[part_of[other]]
                later = its_label > label or (its_label == label and parts.source[other] > parts.source[n])
                if parts.learner[other] != i or not later:
                    break
                order[at] = other
                at -= 1
            order[at] = n
    for to in range(count):
        n = order[to]
        part = part_of[n]
        meeting.learner[to] = parts.learner[n]
        meeting.source[to] = parts.source[n]
        meeting.weight[to] = parts.weight[n]
        meeting.teaching[to] = parts.teaching[n]
        meeting.confidentiality[to] = parts.confidentiality[part]
        meeting.facilitation[to] = parts.facilitation[part]
        meeting.label[to] = parts.label[part]
        meeting.forms[to] = parts.forms[part]
    return True


@kernel
def fetch_ties(ties, i):
    """Ask for the first 32 ties of learner i: they lie far from those of the learners before."""
    for e in range(ties.first[i], ties.first[i] + ONE_LINE + 1, ONE_LINE):
        prefetch(ties.source, e)
        prefetch(ties.trust, e)


@kernel
def weekly_chains(chance, chains):
    """Write this week's chain over (seed, decision, week) of every decision and world, uint64 (decision, world).

    Args:
        chance: chain of each world's seed, uint64 (world,); keys of the decisions, uint64 (decision,); key of the week.
    """
    worlds, decisions, week = chance
    for d in range(decisions.shape[0]):
        for world in range(worlds.shape[0]):
            chains[d, world] = extend(extend(worlds[world], decisions[d]), week)


@kernel
def stranger_trust(i, j, people, rule):
    """Trust between two people without a tie, higher in the own department."""
    return rule.stranger_within if people.home[i] == people.home[j] else rule.stranger


@kernel
def recall(meeting, chance, chains, people, ties, culture, rule, encounters, slots):
    """What is known before each encounter: the tie and its trust, the safety of the session, and who is heard.

    Args:
        chance: what decides who is heard, for each policy in label order, see `weekly_chains`.
        chains: scratch, uint64 (policy, world).
        encounters: see `sim.schema.EncounterArrays`; reliability, safety, trust and heard are written.
        slots: slot of the tie, or -1, (encounter,), written.
    """
    weekly_chains(chance, chains)
    last = meeting.learner.shape[0] - 1
    for n in range(last + 1):
        fetch_ties(ties, meeting.learner[min(n + AHEAD, last)])
        i = meeting.learner[n]
        j = meeting.source[n]
        world = i // rule.people
        slots[n] = find(ties, i, j)
        encounters.trust[n] = ties.trust[slots[n]] if slots[n] >= 0 else stranger_trust(i, j, people, rule)
        safety = culture.safety[world * rule.departments + people.department[i]]
        safety = max(safety, meeting.confidentiality[n])
        encounters.safety[n] = safety
        encounters.reliability[n] = FACILITATED_RELIABILITY * meeting.facilitation[n]
        encounters.heard[n] = True
        if people.level[j] < people.level[i]:
            drawn = uniform(extend(extend(chains[meeting.label[n], world], people.key[i]), people.key[j]))
            encounters.heard[n] = drawn < safety + meeting.facilitation[n] * (ONE - safety)


@kernel
def comes_before(meeting, n, learner, label, source):
    """Whether an encounter comes before (learner, policy label, source) in their order."""
    if meeting.learner[n] != learner:
        return meeting.learner[n] < learner
    if meeting.label[n] != label:
        return meeting.label[n] < label
    return meeting.source[n] < source


@kernel
def reverse_of(meeting, fresh, count, n):
    """Place among `count` fresh encounters of the one in which the two of encounter n change sides, or -1."""
    learner = meeting.source[n]
    label = meeting.label[n]
    source = meeting.learner[n]
    low = np.int64(0)
    high = count
    while low < high:
        middle = (low + high) // 2
        if comes_before(meeting, fresh[middle], learner, label, source):
            low = middle + 1
        else:
            high = middle
    if low == count:
        return np.int64(NOWHERE)
    m = fresh[low]
    found = meeting.learner[m] == learner and meeting.label[m] == label and meeting.source[m] == source
    return low if found else np.int64(NOWHERE)


@kernel
def fresh_pairs(meeting, slots, kept, fresh, promised):
    """Find the pairs without a tie that may form one, each once a policy, in the meeting's order.

    Args:
        fresh: the first encounter of each pair; promised: whether the pair kept a promise in any; both written.

    Returns:
        The number of pairs.
    """
    count = np.int64(0)
    for n in range(slots.shape[0]):
        if slots[n] >= 0 or meeting.forms[n] < 0:
            continue
        if count > 0:
            m = fresh[count - 1]
            same = meeting.learner[m] == meeting.learner[n] and meeting.source[m] == meeting.source[n]
            if same and meeting.label[m] == meeting.label[n]:
                promised[count - 1] = promised[count - 1] or kept[n]
                continue
        fresh[count] = n
        promised[count] = kept[n]
        count += 1
    return count


@kernel
def new_ties(meeting, slots, kept, people, rule, pairs, made):
    """The ties that kept promises between people without one form, both ways, each side with its own trust.

    A side that was not drawn keeps the trust in a stranger, and its tie exists for the same reason as the other one.

    Args:
        kept: whether each promise was kept, (encounter,). pairs: scratch, see `fresh_pairs`.
        made: see `sim.sessions.TiesOfSessions`, written: every tie once a policy.

    Returns:
        The number of ties.
    """
    fresh, promised = pairs
    count = fresh_pairs(meeting, slots, kept, fresh, promised)
    ties = np.int64(0)
    for p in range(count):
        n = fresh[p]
        i = meeting.learner[n]
        j = meeting.source[n]
        label = meeting.label[n]
        back = reverse_of(meeting, fresh, count, n)
        if promised[p] or (back >= 0 and promised[back]):
            start = stranger_trust(i, j, people, rule)
            made.learner[ties] = i
            made.source[ties] = j
            made.label[ties] = label
            made.origin[ties] = meeting.forms[n]
            made.trust[ties] = start + rule.eta * ((ONE if kept[n] else ZERO) - start)
            ties += 1
        if promised[p] and back < 0:
            made.learner[ties] = j
            made.source[ties] = i
            made.label[ties] = label
            made.origin[ties] = meeting.forms[n]
            made.trust[ties] = stranger_trust(j, i, people, rule)
            ties += 1
    return ties
