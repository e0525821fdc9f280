"""The week's one pass over ties: fading, removal, and what a leaver's seat keeps; eight ties at once.

Ties not of origin baseline lose contact (those of a running stay do not) and end below the floor, or when either end
left. A baseline tie outlives a change of person, with less trust.
"""

import numpy as np

from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel
from sim.kernels.ties import BASELINE, move
from sim.kernels.vectors import LANES, first_lanes, gather, load, mask_bits, select, store, store_where

BLOCK = 128
"""Learners whose new contacts wait in the cache: stored at once, they would hold up the loads of the next row."""
ALL = (1 << LANES) - 1
FADED = 1 << LANES
"""Set beside the bits of the ties that end where any contact of the eight changed."""
HERE = np.int32(15)
"""Bits of a place: the home department below, then the department of this week, then whether the person left."""
LEFT_BIT = np.int32(1 << 30)
DEPARTMENT = np.int32((1 << 15) - 1)


@kernel
def write_places(begin, end, left, people, places):
    """What the pass needs of a source in one number, int32 (person,)."""
    for i in range(begin, end):
        gone = LEFT_BIT if left[i] else np.int32(0)
        places[i] = people.home[i] | (people.department[i] << HERE) | gone


@kernel
def fade_row(i, chunk, places, handover, ties, rule, stay_origin, contacts, ending):
    """What becomes of the ties of row i: their contact, and which of them end; not stored with the tie yet.

    Args:
        chunk: number of the row's first eight ties in contacts, float32 (chunk, lane) flat, and ending, bits (chunk,).

    Returns:
        The number after the row's last eight.
    """
    home, here = np.int32(places[i] & DEPARTMENT), np.int32(places[i] >> HERE & DEPARTMENT)
    learner_left = places[i] & LEFT_BIT != 0
    first = ties.first[i]
    last = first + ties.count[i]
    for e in range(first, last, LANES):
        live = first_lanes(last - e)
        source = load(ties.source, e)
        origin = load(ties.origin, e)
        formed = (origin != np.int8(BASELINE)) & live
        formed_bits = mask_bits(formed)
        place = gather(places, source)
        gone = mask_bits((place >= LEFT_BIT) & live)
        if learner_left:
            gone = mask_bits(live)
        ending[chunk] = 0
        if gone != 0:
            seat_kept = gone & (ALL - formed_bits)
            forget_person(i, e, seat_kept, learner_left, handover, ties, rule)
        if formed_bits != 0:
            base, there = place & DEPARTMENT, (place >> HERE) & DEPARTMENT
            hosts_learner = (base == here) & (base != home)
            hosts_source = (there == home) & (there != base)
            staying = (origin == stay_origin) & (hosts_learner | hosts_source)
            contact = load(ties.contact, e)
            contact = select(formed & ~staying, contact * (ONE - rule.fading), contact)
            store(contacts, chunk * LANES, contact)
            ending[chunk] = FADED | (formed_bits & (gone | mask_bits(contact < rule.floor)))
        chunk += 1
    return chunk


@kernel
def forget_person(i, e, bits, learner_left, handover, ties, rule):
    """The trust of those of eight ties of row i that bits names starts anew: another person holds the seat.

    Who left hands over a share of the trust that was more than that.
    """
    for lane in range(LANES):
        if bits >> lane & 1:
            leaver = i if learner_left else np.int64(ties.source[e + lane])
            anew = rule.newcomer_trust * ties.base_trust[e + lane]
            ties.trust[e + lane] = anew + handover[leaver] * max(ZERO, ties.trust[e + lane] - anew)


@kernel
def close_gaps(i, chunk, ties, ending):
    """Drop the ties of row i that end, see `fade_row`."""
    first = ties.first[i]
    to = first
    for n in range(ties.count[i]):
        if not ending[chunk + n // LANES] >> (n % LANES) & 1:
            if to != first + n:
                move(ties, to, first + n)
            to += 1
    ties.count[i] = np.int32(to - first)


@kernel
def tidy(begin, end, places, handover, ties, rule, stay_origin, contacts, ending):
    """Fade and end the ties of the learners of rows begin to end.

    Args:
        places: see `write_places`, of everybody. handover: see `sim.kernels.leaving.take_seat`.
        stay_origin: position in ORIGINS of ties made by stays.
        contacts, ending: scratch, float32 (chunk * LANES,) and int64 (chunk,), with a chunk for each eight tie slots
            of BLOCK learners and one more for each of them.
    """
    for start in range(begin, end, BLOCK):
        stop = min(end, start + BLOCK)
        chunk = np.int64(0)
        for i in range(start, stop):
            chunk = fade_row(i, chunk, places, handover, ties, rule, stay_origin, contacts, ending)
        chunk = np.int64(0)
        for i in range(start, stop):
            row = chunk
            ended = np.int64(0)
            first = ties.first[i]
            last = first + ties.count[i]
            for e in range(first, last, LANES):
                if ending[chunk] & FADED:
                    store_where(ties.contact, e, load(contacts, chunk * LANES), first_lanes(last - e))
                    ended |= ending[chunk] & ALL
                chunk += 1
            if ended != 0:
                close_gaps(i, row, ties, ending)
