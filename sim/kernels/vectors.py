"""Eight numbers at once, in kernels and in plain Python alike: what makes the hot loops fast, in one place.

LLVM leaves our loops scalar: rows of eight topics are too short for its vectorizer, and a load through an index (the
mastery of a source) may alias a store, so that it gives up. Here are the operations of a vector of eight. Inside a
kernel they are LLVM's fixed-width vectors (`sim.kernels.native`), which the compiler must use; without the jit they
work on numpy arrays of eight: one source serves both and gives the same bits. Every operation is one IEEE operation
a lane, without contraction, and `total` adds the lanes in a fixed tree. Lanes of one element type also know + - * /,
comparisons, which give a mask, and for whole numbers and masks & | ^ << >>; a number of the same type may stand in
for eight of it.

The width is eight everywhere: topics are padded to it, AVX-512 holds eight float64 or 64-bit hashes, AVX2 eight
float32, and smaller machines split them without changing a bit.
"""

import numpy as np

LANES = 8
LANE = np.arange(LANES, dtype=np.int32)


def load(array, at):
    """Eight elements from flat position `at` on, of any C-contiguous array."""
    return array.reshape(-1)[at : at + LANES].copy()


def store(array, at, lanes):
    """Write eight elements from flat position `at` on."""
    array.reshape(-1)[at : at + LANES] = lanes


def store_where(array, at, lanes, mask):
    """Write the lanes of a mask; the memory of the others is not touched, so another thread may own it."""
    array.reshape(-1)[at : at + LANES][mask] = lanes[mask]


def gather(array, index):
    """Elements at eight flat positions, int32 or int64 lanes."""
    return array.reshape(-1)[index]


def prefetch(array, at):
    """Ask for the cache line of flat position `at`; changes nothing but time."""


def splat(value):
    """The same number in every lane."""
    return np.full(LANES, value)


def select(mask, yes, no):
    """`yes` where the mask holds, else `no`."""
    return np.where(mask, yes, no)


def smaller(a, b):
    """The smaller of each pair of lanes."""
    return np.where(a < b, a, b)


def larger(a, b):
    """The larger of each pair of lanes."""
    return np.where(a > b, a, b)


def compress(lanes, mask):
    """The lanes of a mask, moved to the front; the rest is 0."""
    packed = np.zeros_like(lanes)
    packed[: np.count_nonzero(mask)] = lanes[mask]
    return packed


def first_lanes(number):
    """The mask of the first `number` lanes."""
    return number > LANE


def mask_bits(mask):
    """A mask as an integer, lane 0 the lowest bit."""
    return int(np.packbits(mask, bitorder="little")[0])


def lowest_bit(bits):
    """Position of the lowest set bit of a positive integer."""
    return (bits & -bits).bit_length() - 1


def count_bits(bits):
    """Number of set bits of an integer of 0 or more."""
    return bits.bit_count()


def as_float32(lanes):
    """Lanes of whole numbers of 0 to 2^24 as float32."""
    return lanes.astype(np.float32)


def float32_of(lanes):
    """The float32 whose bits are the low half of uint64 lanes."""
    return lanes.astype(np.uint32).view(np.float32)


def as_int32(lanes):
    """Lanes of whole numbers below 2^31 as int32."""
    return lanes.astype(np.int32)


def as_float64(lanes):
    """float32 lanes, or a mask as 0 and 1, as float64."""
    return lanes.astype(np.float64)


def as_int64(lanes):
    """int32 lanes as int64."""
    return lanes.astype(np.int64)


def total(lanes):
    """Sum of the lanes by a fixed tree: ((0+4) + (2+6)) + ((1+5) + (3+7))."""
    four = lanes[:4] + lanes[4:]
    two = four[:2] + four[2:]
    return two[0] + two[1]
