"""Exchange over ties in lanes of eight: the week of `sim.kernels.exchange` to the last bit, several times as fast.

Block by block of learners, small enough for the nearest cache, in passes without a branch that chance decides: which
ties may lead to a meeting, eight at once, by a bound on the chance that needs nothing of the source but its key; who of
them meets and what that is worth, eight at once; the drift of trust, over all ties of the block; what is learned,
eight topics at once; what each meeting leaves on its tie. About one tie in six gets beyond the first pass.
`benchmarks/` measures what this brings.
"""

import numpy as np

from sim.kernels.chance import DROP, MASK, NEXT, SHIFT_3, UNIT, extend, scramble
from sim.kernels.common import AT_HOME, AWAY, ONE, SAFE_ENOUGH, STANDINGS, VISITING, ZERO
from sim.kernels.jit import kernel
from sim.kernels.lessons import BLOCK, block_at, room_at
from sim.kernels.topics import capped_gain_lanes, take_up_lanes
from sim.kernels.vectors import (
    LANE,
    LANES,
    as_float32,
    as_int32,
    as_int64,
    compress,
    count_bits,
    first_lanes,
    float32_of,
    gather,
    load,
    mask_bits,
    prefetch,
    select,
    smaller,
    splat,
    store,
    store_where,
)

SEAT, GIFT, CARD = 0, 1, 2
"""A person's card, 64 bits each: engagement above department above home department; keeping of promises above
teaching."""
FAR = 30_000
"""People from whom on keys and cards do not fit a core's own cache, and are asked for ahead of need."""
LEAD = 6
"""Learners by which keys are asked for ahead: about sixty ties, while memory answers."""
HALF, QUARTER = np.uint64(32), np.uint64(16)
LOW = np.uint64(2**16 - 1)
SLACK = np.float32(1 + 2**-20)
"""More than rounding can take from a product of four."""


@kernel
def write_cards(begin, end, people, engagement, teaching, keeps, cards):
    """What meetings need of a source in one place, so that someone far away costs one line of the cache, not five.

    Args:
        engagement, teaching, keeps: of `sim.schema.Gates`, as the bits of float32, uint32 (person,).
        cards: uint64 (person, CARD), written.
    """
    for i in range(np.uint64(begin), np.uint64(end)):  # no index below 0 to look for: more than twice as fast
        place = (np.uint64(people.department[i]) << QUARTER) | np.uint64(people.home[i])
        cards[i, SEAT] = (np.uint64(engagement[i]) << HALF) | place
        cards[i, GIFT] = (np.uint64(keeps[i]) << HALF) | np.uint64(teaching[i])


@kernel
def ask_for_keys(i, ties, key):
    """Ask memory for the keys of the sources of row i."""
    first = ties.first[i]
    for e in range(first, first + ties.count[i], LANES):
        for lane in range(LANES):
            prefetch(key, ties.source[e + lane])


@kernel
def sift(row, i, origin, number, meets, most, key, ties, gates, meetings):
    """Note the ties of learner i that may lead to a meeting, after the `number` noted before.

    Five ties in six do not, whoever the source is: the hash is above the most that the chance can be.

    Args:
        row: of the learner in the block. origin: first slot of the block.
        meets: chain over (seed, decision, week, learner).
        most: the largest factor on contact * help-seeking of any source.

    Returns:
        The new number.
    """
    limit = gates.seeks[i] * most * SLACK / UNIT  # compared with 24 bits as they are, not as a fraction of 1
    first = ties.first[i]
    last = first + ties.count[i]
    for e in range(first, last, LANES):
        hashed = scramble(gather(key, load(ties.source, e)) ^ meets)
        noted = (as_float32(hashed >> DROP) < load(ties.contact, e) * limit) & first_lanes(last - e)
        store(meetings.row, number, splat(np.int32(row)))
        store(meetings.slot, number, compress(load(LANE, 0) + np.int32(e - origin), noted))
        store(meetings.hashed, number, compress(hashed, noted))
        number += count_bits(mask_bits(noted))
    return number


@kernel
def standing_lanes(home, here, base, there):
    """`sim.kernels.common.standing` of learners to sources, by home departments and departments, int32 lanes."""
    away, left = home != here, base != there
    visiting = (there == here) & (left ^ away)
    apart = select(left | away, splat(np.int32(AWAY)), splat(np.int32(AT_HOME)))
    return select(visiting, splat(np.int32(VISITING)), apart)


@kernel
def weigh(begin, world, origin, number, people, ties, cards, culture, gates, rule, meetings, lessons, at):
    """Of the ties noted, keep those that meet: what each lets pass, and whether the promise is kept.

    Trust is still that of the week's start. What is kept moves to the front, its sources to `at` among the lessons.

    Returns:
        The number of meetings.
    """
    departments = np.int32(rule.departments)
    met = np.int64(0)
    for m in range(0, number, LANES):
        slot, row = load(meetings.slot, m), load(meetings.row, m)
        tie, learner = as_int64(slot) + np.int64(origin), row + np.int32(begin)
        source = gather(ties.source, tie)
        home, here = gather(people.home, learner), gather(people.department, learner)
        card = as_int64(source) * np.int64(CARD)
        seat, gift = gather(cards, card + np.int64(SEAT)), gather(cards, card + np.int64(GIFT))
        base = as_int32(seat & LOW)
        standing = standing_lanes(home, here, base, as_int32((seat >> QUARTER) & LOW))
        pair = as_int64(home * departments + base) + np.int64(world * rule.departments * rule.departments)
        hashed = load(meetings.hashed, m)
        factor = gather(culture.meeting, pair * np.int64(STANDINGS) + as_int64(standing))
        chance = gather(ties.contact, tie) * factor * gather(gates.seeks, learner) * float32_of(seat >> HALF)
        meets = (as_float32(hashed >> DROP) * UNIT < chance) & first_lanes(number - m)
        clarity = gather(culture.clarity, pair)
        clarity = select(standing == np.int32(VISITING), smaller(ONE, clarity + rule.host_clarity), clarity)
        safety = gather(culture.safety, here + np.int32(world * rule.departments))
        trust = gather(ties.trust, tie)
        promise = as_float32(((hashed ^ (hashed >> SHIFT_3)) >> NEXT) & MASK) * UNIT
        kept = promise < gather(culture.reliability, pair) * float32_of(gift >> HALF)
        moved = trust + rule.eta * (select(kept, splat(ONE), splat(ZERO)) - trust)
        store(meetings.row, met, compress(row, meets))
        store(meetings.slot, met, compress(slot, meets))
        store(lessons.source, at + met, compress(source, meets))
        store(meetings.gate, met, compress(clarity * float32_of(gift), meets))
        store(meetings.trusted, met, compress(trust * smaller(ONE, SAFE_ENOUGH * safety), meets))
        store(meetings.trust, met, compress(moved, meets))
        met += count_bits(mask_bits(meets))
    return met


@kernel
def drift(begin, end, ties, rule):
    """Let the trust of tie slots begin to end drift as without a meeting."""
    whole = end - (end - begin) % LANES
    for e in range(begin, whole, LANES):
        trust = load(ties.trust, e)
        store(ties.trust, e, trust + rule.delta * (load(ties.base_trust, e) - trust))
    trust = load(ties.trust, whole)
    rest = first_lanes(end - whole)
    store_where(ties.trust, whole, trust + rule.delta * (load(ties.base_trust, whole) - trust), rest)


@kernel
def learn(begin, end, number, people, structure, gates, rule, work, meetings, lessons, first):
    """What the learners of a block take up in their meetings, `first` of the lessons on, within the largest gaps."""
    width = people.expertise.shape[1]
    for at in range(0, (end - begin) * width, LANES):
        store(meetings.raw, at, splat(ZERO))
        store(meetings.gap, at, splat(ZERO))
    for i in range(begin, end):
        work.meetings[i] = 0
    for m in range(number):
        i, at = begin + meetings.row[m], meetings.row[m] * width
        work.meetings[i] += np.int32(1)
        gate, trusted = meetings.gate[m], meetings.trusted[m]
        meetings.brought[m] = take_up_lanes(
            i, lessons.source[first + m], gate, trusted, ONE, people, structure, rule, meetings.raw, meetings.gap, at
        )
    for i in range(begin, end):
        row = i - begin
        work.from_ties[i], meetings.share[row] = capped_gain_lanes(
            gates.rate[i], meetings.raw, meetings.gap, row * width, work.gain, i
        )


@kernel
def enter(begin, origin, number, ties, gates, meetings, lessons, first):
    """Enter the meetings of a block, `first` of the lessons on: the ties' new trust, and what each brought to whom."""
    for m in range(0, number, LANES):
        row = load(meetings.row, m)
        learner = row + np.int32(begin)
        store(lessons.learner, first + m, learner)
        gain = gather(gates.rate, learner) * load(meetings.brought, m) * gather(meetings.share, row)
        store(lessons.gain, first + m, gain)
    for m in range(number):
        e = origin + meetings.slot[m]
        ties.trust[e] = meetings.trust[m]
        lessons.origin[first + m] = ties.origin[e]


@kernel
def exchange_lanes(begin, end, meeting, most, people, ties, structure, culture, gates, rule, work, lessons, meetings):
    """`sim.kernels.exchange.exchange` in lanes; arguments and results are the same.

    Args:
        most: largest factor on contact * help-seeking that any source can have, by (world, home department) flat.
        work: its cards must be written, of everybody.
        meetings: scratch with room for the tie slots of BLOCK learners and LANES more, see `sim.schema`.
    """
    cards = work.cards
    far = people.key.shape[0] > FAR
    start = np.int64(begin)
    at = room_at(start, ties, rule.people)
    while start < end:
        world = start // rule.people
        stop = min(end, start + BLOCK, (world + 1) * rule.people)
        origin = ties.first[start]
        number = np.int64(0)
        for i in range(start, stop):
            if far and i + LEAD < people.key.shape[0]:
                ask_for_keys(i + LEAD, ties, people.key)
            meets = extend(meeting[world], people.key[i])
            highest = most[world * rule.departments + people.home[i]]
            number = sift(i - start, i, origin, number, meets, highest, people.key, ties, gates, meetings)
        store(meetings.row, number, splat(np.int32(0)))
        store(meetings.slot, number, splat(np.int32(0)))
        if far:
            for m in range(number):
                j = np.int64(ties.source[origin + meetings.slot[m]])
                prefetch(cards, j * CARD)
                prefetch(people.expertise, j * people.expertise.shape[1])
        number = weigh(start, world, origin, number, people, ties, cards, culture, gates, rule, meetings, lessons, at)
        drift(origin, ties.first[stop], ties, rule)
        learn(start, stop, number, people, structure, gates, rule, work, meetings, lessons, at)
        enter(start, origin, number, ties, gates, meetings, lessons, at)
        block = block_at(start, rule.people)
        lessons.first[block], lessons.number[block] = at, number
        at += number
        start = stop
