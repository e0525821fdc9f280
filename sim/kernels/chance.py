"""Randomness inside kernels: chains of the 64-bit splitmix finalizer over stable keys.

A chain over (a, b, c, ...) is finalize(... finalize(finalize(a + GAMMA) ^ b) ^ c ...). A kernel gets the
chain over (seed, decision, week) of each world and extends it by who takes part, so one hash decides one
tie. `sim.chance` has the same functions over numpy arrays; a test holds the two together.
"""

import numpy as np

from sim.kernels.jit import kernel

GAMMA = np.uint64(0x9E3779B97F4A7C15)
MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
SHIFT_1 = np.uint64(30)
SHIFT_2 = np.uint64(27)
SHIFT_3 = np.uint64(31)
DROP = np.uint64(40)
NEXT = np.uint64(16)
MASK = np.uint64(2**24 - 1)
UNIT = np.float32(2.0**-24)


@kernel
def scramble(z):
    """`finalize` but for its last shift, which leaves the top 31 bits as they are."""
    z = (z ^ (z >> SHIFT_1)) * MULTIPLY_1
    return (z ^ (z >> SHIFT_2)) * MULTIPLY_2


@kernel
def finalize(z):
    """Scramble 64 bits (splitmix64: Steele, Lea and Flood 2014)."""
    z = scramble(z)
    return z ^ (z >> SHIFT_3)


@kernel
def extend(chain, key):
    """One more link of a chain."""
    return finalize(chain ^ key)


@kernel
def uniform(chain):
    """A float32 in [0, 1): the top 24 bits times 2^-24."""
    return np.float32(chain >> DROP) * UNIT


@kernel
def second_uniform(chain):
    """Another float32 in [0, 1) from the same hash: the next 24 bits, for a decision that follows the first."""
    return np.float32((chain >> NEXT) & MASK) * UNIT


@kernel
def extend_all(chains, key, extended):
    """One more link with the same key for many chains (chain,), into `extended` (chain,)."""
    for n in range(chains.shape[0]):
        extended[n] = extend(chains[n], key)


@kernel
def hash_all(chains, keys, hashes):
    """Extend the chain of each world (world,) by each of its keys (world, key), into `hashes` (world, key)."""
    for world in range(keys.shape[0]):
        chain = chains[world]
        for n in range(keys.shape[1]):
            hashes[world, n] = extend(chain, keys[world, n])


@kernel
def draw_all(chains, keys, drawn):
    """`hash_all`, as uniform draws, float32 (world, key)."""
    for world in range(keys.shape[0]):
        chain = chains[world]
        for n in range(keys.shape[1]):
            drawn[world, n] = uniform(extend(chain, keys[world, n]))


@kernel
def hash_rows(chains, key, people, rows, hashes):
    """Extend the chain of each row's world by the row's key, for some rows (row,), into `hashes` (row,).

    Args:
        chains: one chain a world (world,). key: of everybody (person,). people: head count of one world.
    """
    for n in range(rows.shape[0]):
        hashes[n] = extend(chains[rows[n] // people], key[rows[n]])


@kernel
def draw_rows(chains, key, people, rows, drawn):
    """`hash_rows`, as uniform draws, float32 (row,)."""
    for n in range(rows.shape[0]):
        drawn[n] = uniform(extend(chains[rows[n] // people], key[rows[n]]))
