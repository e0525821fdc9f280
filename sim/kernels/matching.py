"""Who is drawn and who is matched, by the largest keyed hash, never by an index."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ZERO
from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES, gather, load, lowest_bit, mask_bits, select, splat, total

NOBODY = -1
BY_CHANCE, BY_GAP, BY_COMPLEMENTARITY = 0, 1, 2
WITHIN, ACROSS, ORGANIZATION = 0, 1, 2
TRADITIONAL, REVERSE, PEER = 0, 1, 2
CANDIDATES = 16


@kernel
def rank(n, j, drawn, best, chosen):
    """Put colleague j of chooser n in its place among those with the largest hashes so far, if it has one."""
    wanted = chosen.shape[1]
    at = wanted
    while at > 0 and (chosen[n, at - 1] == NOBODY or drawn > best[n, at - 1]):
        at -= 1
    for m in range(wanted - 1, at, -1):
        chosen[n, m] = chosen[n, m - 1]
        best[n, m] = best[n, m - 1]
    if at < wanted:
        chosen[n, at] = j
        best[n, at] = drawn


@kernel
def choose_colleagues(begin, end, chooser, department, chain, key, members, first, among, best, chosen):
    """The colleagues with the largest keyed hash, for the people begin to end of some, themselves left out.

    Everybody of the department is hashed, eight at once; few pass the least hash that still counts.

    Args:
        chooser: rows (chooser,). department: (world, department) position of where to look, flat (chooser,).
        chain: chain over (seed, decision, week) for each chooser, uint64 (chooser,).
        members, first: everybody by flat department: members[first[d]:first[d + 1]].
        among: who may be chosen (person,).
        best: zeros uint64 (chooser, wanted), written.
        chosen: rows (chooser, wanted), all NOBODY; written in falling order of hash, NOBODY where there are too few.
    """
    least = chosen.shape[1] - 1
    for n in range(begin, end):
        base = extend(chain[n], key[chooser[n]])
        start, last = first[department[n]], first[department[n] + 1]
        lanes_end = last - (last - start) % LANES
        for p in range(start, lanes_end, LANES):
            hashes = extend(gather(key, load(members, p)), base)
            passing = mask_bits(hashes >= best[n, least])
            while passing != 0:
                j = members[p + lowest_bit(passing)]
                passing &= passing - 1
                if among[j] and j != chooser[n]:
                    rank(n, j, extend(base, key[j]), best, chosen)
        for p in range(lanes_end, last):
            j = members[p]
            if among[j] and j != chooser[n]:
                rank(n, j, extend(base, key[j]), best, chosen)


@kernel
def useful_gap(i, j, people, need):
    """What learner i could use of source j: sum over topics of need * max(0, E_j - E_i)."""
    topics = people.expertise.shape[1]
    nothing = splat(ZERO)
    useful = nothing
    for k in range(0, topics, LANES):
        gap = load(people.expertise, j * topics + k) - load(people.expertise, i * topics + k)
        useful = useful + select(gap > ZERO, load(need, people.home[i] * topics + k) * gap, nothing)
    return total(useful)


@kernel
def pair_gaps(learner, source, people, need, gaps):
    """`useful_gap` of many pairs (pair,), into gaps (pair,)."""
    for n in range(learner.shape[0]):
        gaps[n] = useful_gap(learner[n], source[n], people, need)


@kernel
def level_fits(step, direction):
    """Whether a mentor so many levels above the mentee respects the programme's direction."""
    if direction == TRADITIONAL:
        return step > 0
    if direction == REVERSE:
        return step < 0
    return step == 0


@kernel
def allowed(mentee, mentor, people, organization, boundary):
    """Whether a pair respects the programme's boundary, and is a pair at all."""
    if mentee == mentor:
        return False
    home = people.home[mentee]
    other = people.home[mentor]
    if boundary == WITHIN:
        return home == other
    if boundary == ACROSS:
        return home != other and organization[home] == organization[other]
    return organization[home] != organization[other]


@kernel
def pair_score(mentee, mentor, chain, people, need, matching):
    """How well a pair fits: by chance, by what the mentee can use, or by what both can."""
    if matching == BY_CHANCE:
        drawn = uniform(extend(extend(chain, people.key[mentee]), people.key[mentor]))
        return drawn + np.float32(2.0**-24)
    score = useful_gap(mentee, mentor, people, need)
    if matching == BY_COMPLEMENTARITY:
        score = min(score, useful_gap(mentor, mentee, people, need))
    return score


@kernel
def sort_by_hash(size, sorting):
    """Sort the first `size` rows by their keyed hashes.

    Keyed hashes are spread evenly, so a bucket for each value of their leading bits holds about one.
    """
    bits, buckets = 1, 2
    while buckets < size:
        bits += 1
        buckets *= 2
    shift = np.uint64(64 - bits)
    for b in range(buckets + 1):
        sorting.bucket[b] = 0
    for n in range(size):
        sorting.bucket[np.int64(sorting.points[n] >> shift) + 1] += 1
    for b in range(buckets):
        sorting.bucket[b + 1] += sorting.bucket[b]
    for n in range(size):
        bucket = np.int64(sorting.points[n] >> shift)
        at = sorting.bucket[bucket]
        sorting.bucket[bucket] += 1
        sorting.sorted_rows[at] = sorting.rows[n]
        sorting.sorted_points[at] = sorting.points[n]
    for n in range(1, size):
        row, point = sorting.sorted_rows[n], sorting.sorted_points[n]
        at = n
        while at > 0 and sorting.sorted_points[at - 1] > point:
            sorting.sorted_rows[at] = sorting.sorted_rows[at - 1]
            sorting.sorted_points[at] = sorting.sorted_points[at - 1]
            at -= 1
        sorting.sorted_rows[at] = row
        sorting.sorted_points[at] = point


@kernel
def ring_of(home, level, levels, boundary):
    """The ring of mentors for the mentees of a level: of the world, or of a department where pairs stay within one."""
    return home * levels + level if boundary == WITHIN else np.int64(level)


@kernel
def note_levels(mentees, begin, end, people, direction, rings):
    """Note at which levels the mentees begin to end are, and at which levels their mentors can be."""
    levels = rings.wanted.shape[0]
    for level in range(levels):
        rings.wanted[level] = False
        rings.useful[level] = False
    for n in range(begin, end):
        rings.wanted[people.level[mentees[n]]] = True
    for level in range(levels):
        for above in range(levels):
            if rings.wanted[level] and level_fits(above - level, direction):
                rings.useful[above] = True


@kernel
def fill_rings(begin, end, may_mentor, chain, people, programme, sorting, rings):
    """Sort the eligible mentors among the rows begin to end of a world into the rings of the levels that are wanted."""
    direction, boundary, _ = programme
    levels = rings.wanted.shape[0]
    size = np.int64(0)
    for j in range(begin, end):
        if may_mentor[j] and rings.useful[people.level[j]]:
            sorting.rows[size] = j
            sorting.points[size] = extend(chain, people.key[j])
            size += 1
    sort_by_hash(size, sorting)
    for ring in range(rings.first.shape[0]):
        rings.first[ring] = 0
    for n in range(size):
        j = sorting.rows[n]
        for level in range(levels):
            if rings.wanted[level] and level_fits(people.level[j] - level, direction):
                rings.first[ring_of(people.home[j], level, levels, boundary) + 1] += 1
    for ring in range(rings.place.shape[0]):
        rings.first[ring + 1] += rings.first[ring]
        rings.place[ring] = rings.first[ring]
    for n in range(size):
        j = sorting.sorted_rows[n]
        for level in range(levels):
            if rings.wanted[level] and level_fits(people.level[j] - level, direction):
                ring = ring_of(people.home[j], level, levels, boundary)
                rings.rows[rings.place[ring]] = j
                rings.points[rings.place[ring]] = sorting.sorted_points[n]
                rings.place[ring] += 1


@kernel
def find_mentor(i, point, mentor_of, taught, capacity, chain, people, structure, programme, hasty, rings):
    """The best mentor with room among a mentee's next candidates, or NOBODY; if hasty, the first that fits at all."""
    _, boundary, matching = programme
    ring = ring_of(people.home[i], people.level[i], rings.wanted.shape[0], boundary)
    begin, end = rings.first[ring], rings.first[ring + 1]
    start, high = begin, end
    while start < high:
        middle = (start + high) // 2
        if rings.points[middle] < point:
            start = middle + 1
        else:
            high = middle
    found, score, seen = np.int64(NOBODY), ZERO, 0
    for at in range(start, start + end - begin):
        j = rings.rows[at if at < end else at - end + begin]
        if mentor_of[j] == i or not allowed(i, j, people, structure.organization, boundary):
            continue
        seen += 1
        if taught[j] < capacity:
            fit = pair_score(i, j, chain, people, structure.need, matching)
            if fit > score:
                found, score = j, fit
                if hasty:
                    break
        if seen == CANDIDATES:
            break
    return found


@kernel
def match(
    mentees, may_mentor, hasty, chains, mentor_of, taught, capacity, people, structure, rule, programme, sorting, rings
):
    """Give each mentee the best mentor with room among the next candidates on the ring, in order of its keyed hash.

    Args:
        mentees: rows in rising order (mentee,). may_mentor, hasty: masks (person,).
        chains: for mentees, mentors and fit, each over (seed, decision, week) of the worlds (world,).
        mentor_of: row of each person's mentor or NOBODY (person,), updated. taught: mentees that each has, updated.
        programme: (direction, boundary, matching).
        sorting, rings: scratch for one world.
    """
    begin = np.int64(0)
    while begin < mentees.shape[0]:
        world = mentees[begin] // rule.people
        end = begin
        while end < mentees.shape[0] and mentees[end] // rule.people == world:
            end += 1
        note_levels(mentees, begin, end, people, programme[0], rings)
        first = world * rule.people
        fill_rings(first, first + rule.people, may_mentor, chains[1][world], people, programme, sorting, rings)
        for n in range(begin, end):
            sorting.rows[n - begin] = mentees[n]
            sorting.points[n - begin] = extend(chains[0][world], people.key[mentees[n]])
        sort_by_hash(end - begin, sorting)
        for n in range(end - begin):
            i = sorting.sorted_rows[n]
            j = find_mentor(
                i,
                sorting.sorted_points[n],
                mentor_of,
                taught,
                capacity,
                chains[2][world],
                people,
                structure,
                programme,
                hasty[i],
                rings,
            )
            if j != NOBODY:
                mentor_of[i] = j
                taught[j] += 1
        begin = end


@kernel
def end_pair(i, mentor_of, taught, held):
    """End the pair that a person has as mentee, if there is one."""
    if mentor_of[i] != NOBODY:
        taught[mentor_of[i]] -= np.int32(1)
    mentor_of[i] = NOBODY
    held[i] = 0


@kernel
def end_pairs(mentees, mentor_of, taught, held):
    """End the pairs of some people (mentee,), as mentees; arrays as of `sim.policies.pairing.Pairing`, (person,)."""
    for n in range(mentees.shape[0]):
        end_pair(mentees[n], mentor_of, taught, held)


@kernel
def end_pairs_with(rows, gone, mentor_of, taught, held):
    """End the pairs that some people (row,) are part of, on either side; `gone` is scratch, false (person,)."""
    for n in range(rows.shape[0]):
        gone[rows[n]] = True
    for i in range(mentor_of.shape[0]):
        if gone[i] or (mentor_of[i] != NOBODY and gone[mentor_of[i]]):
            end_pair(i, mentor_of, taught, held)


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
