"""Where the lessons of a week lie: `sim.schema.Lessons` by blocks of learners, whatever the threads.

There is room for a lesson of every tie, of which only what is filled is ever touched. Each thread fills on from one
block to the next, so that there are gaps only between the lessons of different threads.
"""

from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES

BLOCK = 128
"""Learners of a world whose lessons lie together: few enough for their ties and meetings to stay in the cache."""


@kernel
def blocks_of(people):
    """Blocks of a world of so many people."""
    return (people + BLOCK - 1) // BLOCK


@kernel
def block_at(row, people):
    """The block of a row, counted through all worlds."""
    world = row // people
    return world * blocks_of(people) + (row - world * people) // BLOCK


@kernel
def block_from(row, people):
    """The first block that begins at a row or after it."""
    world = row // people
    return world * blocks_of(people) + blocks_of(row - world * people)


@kernel
def room_at(row, ties, people):
    """Where the lessons of a thread that begins at a row may begin.

    They never reach those of the next thread: no block has more lessons than tie slots, and each has LANES to spare.
    """
    return ties.first[row] + block_at(row, people) * LANES
