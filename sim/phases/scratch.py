"""Memory that passes over ties work in, one for each thread, and room for what they find."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.common import STANDINGS
from sim.kernels.lessons import BLOCK, blocks_of
from sim.kernels.tidying import BLOCK as TIDYING_BLOCK
from sim.kernels.vectors import LANES
from sim.schema import Culture, Gates, Lessons, Meetings, People, Rule, Ties
from sim.state import State


def plain_scratch(people: People) -> tuple[NDArray[np.float32], ...]:
    """raw, gap, learned and wanted of `sim.kernels.exchange.exchange`, (padded topic,)."""
    return tuple(np.empty((4, people.expertise.shape[1]), np.float32))


def most_slots(ties: Ties, begin: int, end: int, block: int) -> int:
    """At least as many as the tie slots of any `block` neighbouring rows of begin to end."""
    edges = ties.first[begin:end:block]
    last = int(ties.first[end] - edges[-1])
    return 2 * int((edges[1:] - edges[:-1]).max(initial=last))  # a block that starts elsewhere lies within two of these


def tidying_scratch(ties: Ties, begin: int, end: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Contacts and ending ties of any block of rows begin to end, see `sim.kernels.tidying.tidy`."""
    chunks = most_slots(ties, begin, end, TIDYING_BLOCK) // LANES + TIDYING_BLOCK + 1
    return np.empty(chunks * LANES, np.float32), np.empty(chunks, np.int64)


def room_for_meetings(kept: dict[int, Meetings], begin: int, slots: int, people: People) -> Meetings:
    """Room for the meetings of any block of so many tie slots, kept from week to week by where its thread begins."""
    most = slots + LANES
    if begin not in kept or len(kept[begin].row) < most:
        topics = (BLOCK, people.expertise.shape[1])
        kept[begin] = Meetings(
            row=np.empty(most, np.int32),
            slot=np.empty(most, np.int32),
            hashed=np.empty(most, np.uint64),
            gate=np.empty(most, np.float32),
            trusted=np.empty(most, np.float32),
            trust=np.empty(most, np.float32),
            brought=np.empty(most, np.float32),
            raw=np.empty(topics, np.float32),
            gap=np.empty(topics, np.float32),
            share=np.empty(BLOCK, np.float32),
        )
    return kept[begin]


def room_for_lessons(state: State, before: Lessons | None = None) -> Lessons:
    """Room for a lesson of every tie; that of the week before where it is enough."""
    blocks = state.frame.worlds * blocks_of(state.frame.people)
    most = int(state.ties.first[-1]) + (blocks + 1) * LANES
    if before is not None and len(before.gain) >= most:
        return before
    return Lessons(
        first=np.zeros(blocks, np.int64),
        number=np.zeros(blocks, np.int64),
        learner=np.empty(most, np.int32),
        source=np.empty(most, np.int32),
        origin=np.empty(most, np.int8),
        gain=np.empty(most, np.float32),
    )


def highest_factors(culture: Culture, gates: Gates, rule: Rule) -> NDArray[np.float32]:
    """The most that a source can bring to a tie's chance of a meeting, by (world, learner's department) flat."""
    of_pair = culture.meeting.reshape(-1, rule.departments * STANDINGS).max(axis=1)
    engagement = gates.engagement.reshape(-1, rule.people).max(axis=1)
    return of_pair * np.repeat(engagement, rule.departments)
