"""Drawing a synthetic network: who learns from whom, with set shares of ties within, returned and closed."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.jit import kernel

EMPTY = np.int64(-1)
TRIES = 32
CLOSING_TRIES = 16
WINDOW = 8
HASH = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(20)


@kernel
def has(table, code):
    """Whether an edge code is in the open-addressing table (power of two,), and the slot to look at."""
    size = np.uint64(table.shape[0] - 1)
    at = ((np.uint64(code) * HASH) >> SHIFT) & size
    while table[at] != EMPTY:
        if table[at] == code:
            return True, at
        at = (at + np.uint64(1)) & size
    return False, at


@kernel
def add(table, code, i, j, learner, source, count):
    """Record the tie of i from j; returns the new number of ties."""
    _, at = has(table, code)
    table[at] = code
    learner[count] = i
    source[count] = j
    return count + 1


@kernel
def pick(i, point, key, ring, points, begin, end, department, avoid):
    """Of the next few people after a point of ring[begin:end], the one with the largest hash; -1 if there is none.

    Args:
        avoid: a department to leave out, or -1.
    """
    size = end - begin
    start = np.searchsorted(points[begin:end], point)
    best = np.uint64(0)
    found = np.int64(-1)
    seen = 0
    for step in range(size):
        j = ring[begin + (start + step) % size]
        if j == i or department[j] == avoid:
            continue
        drawn = extend(point, key[j])
        if found < 0 or drawn > best:
            best = drawn
            found = j
        seen += 1
        if seen == WINDOW:
            break
    return found


@kernel
def friend_of_friend(i, point, within, key, department, first, source):
    """A source of one of i's sources, on the wanted side of i's department's border; -1 if there is none.

    Both are drawn by the largest keyed hash.
    """
    best = np.uint64(0)
    friend = np.int64(-1)
    for e in range(first[i], first[i + 1]):
        drawn = extend(point, key[source[e]])
        if friend < 0 or drawn > best:
            best = drawn
            friend = source[e]
    found = np.int64(-1)
    if friend < 0:
        return found
    second = extend(point, key[friend])
    for e in range(first[friend], first[friend + 1]):
        j = source[e]
        if j == i or (department[j] == department[i]) != within:
            continue
        drawn = extend(second, key[j])
        if found < 0 or drawn > best:
            best = drawn
            found = j
    return found


@kernel
def group(person, first, order):
    """Order ties by a person of theirs (tie,), those of one person as they stand: a counting sort.

    Args:
        person: rows of people (tie,).
        first: zeros (person + 1,); filled with the first place of each person in the order.
        order: filled with the places of ties in their new order (tie,).
    """
    ties = person.shape[0]
    people = first.shape[0] - 1
    for e in range(ties):
        first[person[e] + 1] += 1
    for i in range(people):
        first[i + 1] += first[i]
    for e in range(ties):
        i = person[e]
        order[first[i]] = e
        first[i] += 1
    for i in range(people, 0, -1):
        first[i] = first[i - 1]
    first[0] = 0


@kernel
def draw_ties(
    wanted,
    mutual_share,
    within_share,
    closing,
    chain,
    key,
    department,
    dept_first,
    ring,
    points,
    all_ring,
    all_points,
    first,
    old_source,
    table,
    learner,
    source,
    count,
):
    """Draw `wanted` initiations for each person (person,); some are returned.

    Args:
        mutual_share: share of initiations that are returned. within_share: share inside the department.
        closing: draw friends of friends over the ties first/old_source, anyone where there is none.
        chain: chain over (seed, decision), uint64. dept_first: first row of each department, (department + 1,).
        ring, points: rows of each department sorted by hash, and the hashes; all_ring, all_points: of everyone.
        table: edge codes so far; learner, source: filled from `count` on.

    Returns:
        The number of ties.
    """
    people = key.shape[0]
    for i in range(people):
        person = extend(chain, key[i])
        d = department[i]
        alone = dept_first[d + 1] - dept_first[d] < 2
        everyone = dept_first[d + 1] - dept_first[d] == people
        for slot in range(wanted[i]):
            choice = extend(person, np.uint64(slot))
            mutual = uniform(extend(choice, np.uint64(1))) < mutual_share
            within = everyone or (uniform(extend(choice, np.uint64(2))) < within_share and not alone)
            for attempt in range(TRIES):
                point = extend(choice, np.uint64(3 + attempt))
                j = np.int64(-1)
                if closing and attempt < CLOSING_TRIES:
                    j = friend_of_friend(i, point, within, key, department, first, old_source)
                if j < 0 and within:
                    j = pick(i, point, key, ring, points, dept_first[d], dept_first[d + 1], department, -1)
                elif j < 0:
                    j = pick(i, point, key, all_ring, all_points, np.int64(0), people, department, d)
                if j < 0:
                    break
                forward, _ = has(table, i * people + j)
                backward, _ = has(table, j * people + i)
                if not forward and not backward:
                    count = add(table, i * people + j, i, j, learner, source, count)
                    if mutual:
                        count = add(table, j * people + i, j, i, learner, source, count)
                    break
    return count
