"""Exchange over ties in lanes of eight: the week of `sim.kernels.exchange` to the last bit, several times as fast.

Block by block of learners, small enough for the nearest cache, in passes without a branch that chance decides: who
meets, eight ties at once; what the meetings are worth, eight at once; the drift of trust, over all ties of the block;
what is learned, eight topics at once; what each meeting leaves on its tie. About one tie in six leads to a
meeting, so most of the work is done for few. `benchmarks/` measures what this brings.
"""

import numpy as np

from sim.kernels.chance import DROP, MASK, NEXT, SHIFT_3, UNIT, extend, scramble
from sim.kernels.common import AT_HOME, AWAY, ONE, SAFE_ENOUGH, STANDINGS, VISITING, ZERO
from sim.kernels.jit import kernel
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

BLOCK = 128
"""Learners whose ties and meetings stay in the cache from one pass to the next."""
KEY, SEAT, GIFT, CARD = 0, 1, 2, 4
"""A person's card, 64 bits each: the key; engagement above department above home department; keeping of promises above
teaching; and one left free, so that no card lies across two lines of the cache."""
FAR = 30_000
"""People from whom on the cards do not fit a core's own cache, and are asked for ahead of need."""
LEAD = 6
"""Learners by which cards are asked for ahead: about sixty ties, while memory answers."""
HALF, QUARTER = np.uint64(32), np.uint64(16)
LOW = np.uint64(2**16 - 1)


@kernel
def write_cards(begin, end, people, engagement, teaching, keeps, cards):
    """What ties need of a source in one place, so that someone far away costs one line of the cache, not six.

    Args:
        engagement, teaching, keeps: of `sim.schema.Gates`, as the bits of float32, uint32 (person,).
        cards: uint64 (person, CARD), written.
    """
    for i in range(begin, end):
        cards[i, KEY] = people.key[i]
        place = (np.uint64(people.department[i]) << QUARTER) | np.uint64(people.home[i])
        cards[i, SEAT] = (np.uint64(engagement[i]) << HALF) | place
        cards[i, GIFT] = (np.uint64(keeps[i]) << HALF) | np.uint64(teaching[i])


@kernel
def ask_for_cards(i, ties, cards):
    """Ask memory for the cards of the sources of row i."""
    first = ties.first[i]
    for e in range(first, first + ties.count[i], LANES):
        for lane in range(LANES):
            prefetch(cards, np.int64(ties.source[e + lane]) * CARD)


@kernel
def standing_lanes(home, here, base, there):
    """`sim.kernels.common.standing` of learners to sources, by home departments and departments, int32 lanes."""
    away, left = home != here, base != there
    visiting = (there == here) & (left ^ away)
    apart = select(left | away, splat(np.int32(AWAY)), splat(np.int32(AT_HOME)))
    return select(visiting, splat(np.int32(VISITING)), apart)


@kernel
def meet(row, i, world, origin, number, meets, people, ties, cards, culture, gates, rule, meetings):
    """Note whom learner i meets, after the `number` of meetings noted before.

    Args:
        row: of the learner in the block. origin: first slot of the block.
        meets: chain over (seed, decision, week, learner).

    Returns:
        The new number of meetings.
    """
    home = splat(np.int32(people.home[i]))
    here = splat(np.int32(people.department[i]))
    pairs = (world * rule.departments + people.home[i]) * rule.departments
    factors = culture.meeting[pairs * STANDINGS : (pairs + rule.departments) * STANDINGS]
    seeks = gates.seeks[i] / UNIT  # compared with 24 bits as they are, not as a fraction of 1
    first = ties.first[i]
    last = first + ties.count[i]
    for e in range(first, last, LANES):
        source = load(ties.source, e)
        card = as_int64(source) * np.int64(CARD)
        seat = gather(cards, card + np.int64(SEAT))
        base = as_int32(seat & LOW)
        standing = standing_lanes(home, here, base, as_int32((seat >> QUARTER) & LOW))
        factor = gather(factors, base * np.int32(STANDINGS) + standing)
        chance = load(ties.contact, e) * factor * seeks * float32_of(seat >> HALF)
        hashed = scramble(gather(cards, card) ^ meets)
        met = (as_float32(hashed >> DROP) < chance) & first_lanes(last - e)
        store(meetings.row, number, splat(np.int32(row)))
        store(meetings.slot, number, compress(load(LANE, 0) + np.int32(e - origin), met))
        store(meetings.hashed, number, compress(hashed, met))
        number += count_bits(mask_bits(met))
    return number


@kernel
def weigh(begin, world, origin, number, people, ties, cards, culture, rule, meetings):
    """What each meeting lets pass, and whether its promise is kept; trust is still that of the week's start."""
    departments = np.int32(rule.departments)
    width = people.expertise.shape[1]
    for m in range(0, number, LANES):
        slot = as_int64(load(meetings.slot, m)) + np.int64(origin)
        source = gather(ties.source, slot)
        store(meetings.source, m, source)
        learner = load(meetings.row, m) + np.int32(begin)
        home, here = gather(people.home, learner), gather(people.department, learner)
        card = as_int64(source) * np.int64(CARD)
        seat, gift = gather(cards, card + np.int64(SEAT)), gather(cards, card + np.int64(GIFT))
        base = as_int32(seat & LOW)
        standing = standing_lanes(home, here, base, as_int32((seat >> QUARTER) & LOW))
        pair = as_int64(home * departments + base) + np.int64(world * rule.departments * rule.departments)
        clarity = gather(culture.clarity, pair)
        clarity = select(standing == np.int32(VISITING), smaller(ONE, clarity + rule.host_clarity), clarity)
        safety = gather(culture.safety, here + np.int32(world * rule.departments))
        trust = gather(ties.trust, slot)
        store(meetings.gate, m, clarity * float32_of(gift))
        store(meetings.trusted, m, trust * smaller(ONE, SAFE_ENOUGH * safety))
        hashed = load(meetings.hashed, m)
        promise = as_float32(((hashed ^ (hashed >> SHIFT_3)) >> NEXT) & MASK) * UNIT
        kept = promise < gather(culture.reliability, pair) * float32_of(gift >> HALF)
        store(meetings.trust, m, trust + rule.eta * (select(kept, splat(ONE), splat(ZERO)) - trust))
        for lane in range(LANES):
            prefetch(people.expertise, np.int64(meetings.source[m + lane]) * width)


@kernel
def drift(begin, end, ties, rule):
    """Let the trust of tie slots begin to end drift as without a meeting, and clear what they brought."""
    whole = end - (end - begin) % LANES
    for e in range(begin, whole, LANES):
        trust = load(ties.trust, e)
        store(ties.trust, e, trust + rule.delta * (load(ties.base_trust, e) - trust))
        store(ties.gain, e, splat(ZERO))
    trust = load(ties.trust, whole)
    rest = first_lanes(end - whole)
    store_where(ties.trust, whole, trust + rule.delta * (load(ties.base_trust, whole) - trust), rest)
    store_where(ties.gain, whole, splat(ZERO), rest)


@kernel
def learn(begin, end, number, people, structure, gates, rule, work, meetings):
    """What the learners of a block take up in their meetings, and what the largest gaps let through."""
    width = people.expertise.shape[1]
    for at in range(0, (end - begin) * width, LANES):
        store(meetings.raw, at, splat(ZERO))
        store(meetings.gap, at, splat(ZERO))
    for m in range(number):
        i, at = begin + meetings.row[m], meetings.row[m] * width
        gate, trusted = meetings.gate[m], meetings.trusted[m]
        meetings.brought[m] = take_up_lanes(
            i, meetings.source[m], gate, trusted, ONE, people, structure, rule, meetings.raw, meetings.gap, at
        )
    for i in range(begin, end):
        row = i - begin
        work.from_ties[i], meetings.share[row] = capped_gain_lanes(
            gates.rate[i], meetings.raw, meetings.gap, row * width, work.gain, i
        )


@kernel
def exchange_lanes(begin, end, meeting, people, ties, structure, culture, gates, rule, work, meetings):
    """`sim.kernels.exchange.exchange` in lanes; arguments and results are the same.

    Args:
        work: its cards must be written, of everybody.
        meetings: scratch with room for the tie slots of BLOCK learners and LANES more, see `sim.schema`.
    """
    cards = work.cards
    rows = people.key.shape[0]
    start = np.int64(begin)
    while start < end:
        world = start // rule.people
        stop = min(end, start + BLOCK, (world + 1) * rule.people)
        origin = ties.first[start]
        number = np.int64(0)
        for i in range(start, stop):
            if rows > FAR and i + LEAD < rows:
                ask_for_cards(i + LEAD, ties, cards)
            met = number
            meets = extend(meeting[world], people.key[i])
            number = meet(
                i - start, i, world, origin, number, meets, people, ties, cards, culture, gates, rule, meetings
            )
            work.meetings[i] = number - met
        store(meetings.row, number, splat(np.int32(0)))
        store(meetings.slot, number, splat(np.int32(0)))
        weigh(start, world, origin, number, people, ties, cards, culture, rule, meetings)
        drift(origin, ties.first[stop], ties, rule)
        learn(start, stop, number, people, structure, gates, rule, work, meetings)
        for m in range(number):
            e, row = origin + meetings.slot[m], meetings.row[m]
            ties.trust[e] = meetings.trust[m]
            ties.gain[e] = gates.rate[start + row] * meetings.brought[m] * meetings.share[row]
        start = stop
