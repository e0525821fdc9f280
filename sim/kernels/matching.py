"""Who is drawn and who is matched, by the largest keyed hash, never by an index."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ZERO, topic_sum
from sim.kernels.jit import allocating_kernel, kernel

NOBODY = -1
BY_CHANCE, BY_GAP, BY_COMPLEMENTARITY = 0, 1, 2
WITHIN, ACROSS, ORGANIZATION = 0, 1, 2
TRADITIONAL, REVERSE, PEER = 0, 1, 2
CANDIDATES = 16


@allocating_kernel
def choose_colleagues(chooser, department, chain, key, members, first, chosen):
    """The colleagues with the largest keyed hash, for each of some people, themselves left out.

    Args:
        chooser: rows (chooser,). department: (world, department) position of where to look, flat (chooser,).
        chain: chain over (seed, decision, week) for each chooser, uint64 (chooser,).
        members, first: rows by flat department: members[first[d]:first[d + 1]].
        chosen: rows (chooser, wanted), written in falling order of hash; NOBODY where there are too few.
    """
    wanted = chosen.shape[1]
    best = np.zeros(wanted, np.uint64)
    for n in range(chooser.shape[0]):
        base = extend(chain[n], key[chooser[n]])
        for m in range(wanted):
            chosen[n, m] = NOBODY
        for p in range(first[department[n]], first[department[n] + 1]):
            j = members[p]
            if j == chooser[n]:
                continue
            drawn = extend(base, key[j])
            at = wanted
            while at > 0 and (chosen[n, at - 1] == NOBODY or drawn > best[at - 1]):
                at -= 1
            for m in range(wanted - 1, at, -1):
                chosen[n, m] = chosen[n, m - 1]
                best[m] = best[m - 1]
            if at < wanted:
                chosen[n, at] = j
                best[at] = drawn


@kernel
def useful_gap(i, j, people, need, scratch):
    """What learner i could use of source j: sum over topics of need * max(0, E_j - E_i)."""
    for k in range(scratch.shape[0]):
        gap = people.expertise[j, k] - people.expertise[i, k]
        scratch[k] = ZERO
        if gap > ZERO:
            scratch[k] = need[people.home[i], k] * gap
    return topic_sum(scratch)


@allocating_kernel
def pair_gaps(learner, source, people, need, gaps):
    """`useful_gap` of many pairs (pair,), into gaps (pair,)."""
    scratch = np.zeros(people.expertise.shape[1], np.float32)
    for n in range(learner.shape[0]):
        gaps[n] = useful_gap(learner[n], source[n], people, need, scratch)


@kernel
def allowed(mentee, mentor, people, organization, direction, boundary):
    """Whether a pair respects the programme's direction and boundary."""
    if mentee == mentor:
        return False
    step = people.level[mentor] - people.level[mentee]
    if (direction == TRADITIONAL and step <= 0) or (direction == REVERSE and step >= 0):
        return False
    if direction == PEER and step != 0:
        return False
    home = people.home[mentee]
    other = people.home[mentor]
    if boundary == WITHIN:
        return home == other
    if boundary == ACROSS:
        return home != other and organization[home] == organization[other]
    return organization[home] != organization[other]


@kernel
def pair_score(mentee, mentor, chain, people, need, matching, scratch):
    """How well a pair fits: by chance, by what the mentee can use, or by what both can."""
    if matching == BY_CHANCE:
        drawn = uniform(extend(extend(chain, people.key[mentee]), people.key[mentor]))
        return drawn + np.float32(2.0**-24)
    score = useful_gap(mentee, mentor, people, need, scratch)
    if matching == BY_COMPLEMENTARITY:
        score = min(score, useful_gap(mentor, mentee, people, need, scratch))
    return score


@allocating_kernel
def match(
    mentees, points, ring, ring_points, first, mentor_of, room, chain, people, structure, programme, take_first, score
):
    """Give each mentee, in the order given, the best mentor with room among the next candidates of a ring.

    Args:
        mentees: rows of one world, in order of their keyed hash. points: their places on the ring, uint64.
        ring, ring_points, first: rows of the eligible mentors, sorted by keyed hash, and the hashes; for pairs within
            departments by home department, first (department + 1,) saying where each begins; else one ring, first (2,).
        mentor_of: row of each person's mentor or NOBODY (person,), updated.
        room: mentees that a mentor can still take (person,), counted down.
        chain: chain over (seed, decision, week) of the world, for matching by chance.
        programme: (direction, boundary, matching).
        take_first: take the first candidate instead of the best (mentee,).
        score: scores (mentee,), written; a score of 0 makes no pair.
    """
    scratch = np.zeros(people.expertise.shape[1], np.float32)
    for n in range(mentees.shape[0]):
        i = mentees[n]
        score[n] = ZERO
        group = people.home[i] if programme[1] == WITHIN else 0
        begin, size = first[group], first[group + 1] - first[group]
        start = np.searchsorted(ring_points[begin : begin + size], points[n])
        seen = 0
        for step in range(size):
            j = ring[begin + (start + step) % size]
            if not allowed(i, j, people, structure.organization, programme[0], programme[1]) or mentor_of[j] == i:
                continue
            seen += 1
            if room[j] > 0:
                fit = pair_score(i, j, chain, people, structure.need, programme[2], scratch)
                if fit > score[n]:
                    score[n] = fit
                    mentor_of[i] = j
                    if take_first[n]:
                        break
            if seen == CANDIDATES:
                break
        if mentor_of[i] != NOBODY:
            room[mentor_of[i]] -= 1


@kernel
def strongest_source(rows, without, ties, found):
    """For each row, its source with the largest contact * trust that `without` (row,) does not have yet; or NOBODY."""
    for n in range(rows.shape[0]):
        i = rows[n]
        found[n] = NOBODY
        best = ZERO
        for e in range(ties.first[i], ties.first[i] + ties.count[i]):
            j = ties.source[e]
            strength = ties.contact[e] * ties.trust[e]
            if j == without[n] or strength <= best:
                continue
            known = False
            for m in range(ties.first[without[n]], ties.first[without[n]] + ties.count[without[n]]):
                known = known or ties.source[m] == j
            if not known:
                found[n] = j
                best = strength
