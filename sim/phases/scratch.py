"""Memory that the exchange over ties works in, new for each thread of each week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.exchange_lanes import BLOCK
from sim.kernels.vectors import LANES
from sim.schema import Meetings, People, Ties


def plain_scratch(people: People) -> tuple[NDArray[np.float32], ...]:
    """raw, gap, learned and wanted of `sim.kernels.exchange.exchange`, (padded topic,)."""
    return tuple(np.empty((4, people.expertise.shape[1]), np.float32))


def meetings_of(ties: Ties, people: People, begin: int, end: int) -> Meetings:
    """Room for the meetings of any block of rows begin to end."""
    edges = np.append(ties.first[begin:end:BLOCK], ties.first[end])
    most = 2 * int(np.diff(edges).max()) + LANES  # a block that starts elsewhere lies within two of these
    topics = (BLOCK, people.expertise.shape[1])
    return Meetings(
        row=np.empty(most, np.int32),
        source=np.empty(most, np.int32),
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
