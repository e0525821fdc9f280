"""Drawing a synthetic network: who learns from whom, with set shares of ties within, returned and closed."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE
from sim.kernels.jit import kernel

TRIES = 32
CLOSING_TRIES = 16
WINDOW = 8


@kernel
def knows(i, j, begun):
    """Whether person i has started a tie from j."""
    at = begun.first[i]
    end = at + begun.number[i]
    while at < end and begun.source[at] != j:
        at += 1
    return at < end


@kernel
def find(points, point, low, high):
    """The first place of points[low:high], in rising order, that is not below a point; `high` if all are."""
    while low < high:
        middle = (low + high) // 2
        if points[middle] < point:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def find_start(everyone, point):
    """`find` in the ring of everyone, where the leading bits of a point say nearly where it is."""
    sector = np.int64(point >> everyone.shift)
    return find(everyone.points, point, np.int64(everyone.sector[sector]), np.int64(everyone.sector[sector + 1]))


@kernel
def pick(i, point, start, ring, begin, end, avoid):
    """Of the next few people from a place of the ring between begin and end, the one with the largest hash, or -1.

    Args:
        avoid: a department to leave out, or -1.
    """
    best = np.uint64(0)
    found = np.int64(-1)
    seen = 0
    for ahead in range(start, start + end - begin):
        at = ahead if ahead < end else ahead - end + begin
        j = ring.rows[at]
        if j == i or ring.department[at] == avoid:
            continue
        drawn = extend(point, ring.key[at])
        if found < 0 or drawn > best:
            best = drawn
            found = np.int64(j)
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
def group(person, values, first, grouped):
    """Order values of ties by a person of theirs (tie,), those of one person as they stand: a counting sort.

    Args:
        person, values: rows of people (tie,).
        first: zeros (person + 1,); filled with the first place of each person in the order.
        grouped: filled with the values in their new order (tie,).
    """
    people = first.shape[0] - 1
    for e in range(person.shape[0]):
        first[person[e] + 1] += 1
    for i in range(people):
        first[i + 1] += first[i]
    for e in range(person.shape[0]):
        i = person[e]
        grouped[first[i]] = values[e]
        first[i] += 1
    for i in range(people, 0, -1):
        first[i] = first[i - 1]
    first[0] = 0


@kernel
def spread(first, person):
    """Write the person of every tie (tie,), given where the ties of each begin (person + 1,)."""
    for i in range(first.shape[0] - 1):
        for e in range(first[i], first[i + 1]):
            person[e] = i


@kernel
def divide(everyone):
    """Write where each sector of the ring of everyone begins: the points that share their leading bits."""
    number = everyone.sector.shape[0] - 1
    at = 0
    for sector in range(number):
        while at < everyone.points.shape[0] and np.int64(everyone.points[at] >> everyone.shift) < sector:
            at += 1
        everyone.sector[sector] = at
    everyone.sector[number] = everyone.points.shape[0]


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
    everyone,
    first,
    old_source,
    begun,
    learner,
    source,
    count,
):
    """Draw `wanted` initiations for each person (person,); some are returned.

    Args:
        mutual_share: share of initiations that are returned. within_share: share inside the department.
        closing: draw friends of friends over the ties first/old_source, anyone where there is none.
        chain: chain over (seed, decision), uint64. dept_first: first row of each department, (department + 1,).
        ring, everyone: people sorted by hash within departments, and all of them, see `sim.generate.Ring`.
        begun: what each person has started so far, see `sim.generate.Begun`; learner, source: filled from `count` on.

    Returns:
        The number of ties.
    """
    people = key.shape[0]
    for i in range(people):
        person = extend(chain, key[i])
        d = department[i]
        alone = dept_first[d + 1] - dept_first[d] < 2
        whole = dept_first[d + 1] - dept_first[d] == people
        for slot in range(wanted[i]):
            choice = extend(person, np.uint64(slot))
            mutual = uniform(extend(choice, np.uint64(1))) < mutual_share
            within = whole or (uniform(extend(choice, np.uint64(2))) < within_share and not alone)
            for attempt in range(TRIES):
                point = extend(choice, np.uint64(3 + attempt))
                j = np.int64(-1)
                if closing and attempt < CLOSING_TRIES:
                    j = friend_of_friend(i, point, within, key, department, first, old_source)
                if j < 0 and within:
                    begin, end = dept_first[d], dept_first[d + 1]
                    j = pick(i, point, find(ring.points, point, begin, end), ring, begin, end, -1)
                elif j < 0:
                    j = pick(i, point, find_start(everyone, point), everyone, np.int64(0), people, d)
                if j < 0:
                    break
                if not knows(i, j, begun) and not knows(j, i, begun):
                    begun.source[begun.first[i] + begun.number[i]] = j
                    begun.number[i] += 1
                    learner[count] = i
                    source[count] = j
                    count += 1
                    if mutual:
                        learner[count] = j
                        source[count] = i
                        count += 1
                    break
    return count


@kernel
def draw_contacts(chains, key, learner, source, rate, low, span, contact):
    """Chance of an exchange of each tie (tie,): rate * (low + span * U), at most 1, by a hash of both its people.

    Args:
        chains: chain of each learner, uint64 (person,).
    """
    for e in range(learner.shape[0]):
        drawn = uniform(extend(chains[learner[e]], key[source[e]]))
        contact[e] = min(ONE, rate * (low + span * drawn))
