"""What the machine allows: bytes that stream past, and rows that are fetched from anywhere.

Compiled here and kept in memory, with reassociation: a limit need not give the same bits twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

AHEAD = 24
"""Ties ahead of which a row is asked for."""
TRIAD_ARRAYS = 3
_BYTES = 8


@intrinsic
def _prefetch(context: Any, rows: Any, row: Any) -> Any:
    """Ask for the cache line in which a row of a two-dimensional array begins."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(
            context, builder, kind, array, [arguments[1], context.get_constant(types.intp, 0)]
        )
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        read, keep, data = number(0), number(3), number(1)
        builder.call(function, [builder.bitcast(place, byte), read, keep, data])
        return context.get_dummy_value()

    return types.void(rows, types.intp), generate


@njit(nogil=True)
def gather(begin: int, end: int, source: Any, rows: Any, out: Any) -> None:
    """Fetch the rows of eight float32 that ties begin to end name, (tie,), and mix them into one."""
    a = b = c = d = np.uint64(0)
    last = len(source) - 1
    for tie in range(begin, end):
        _prefetch(rows, source[min(tie + AHEAD, last)])
        row = source[tie]
        a ^= rows[row, 0]
        b ^= rows[row, 1]
        c ^= rows[row, 2]
        d ^= rows[row, 3]
    out[0] = a ^ b ^ c ^ d


@njit(nogil=True, fastmath=True)
def triad(begin: int, end: int, a: Any, b: Any, c: Any) -> None:
    """STREAM's triad: two arrays are read, one is written."""
    for at in range(begin, end):
        a[at] = b[at] + 0.5 * c[at]


@njit(nogil=True)
def copy(begin: int, end: int, a: Any, b: Any) -> None:
    """STREAM's copy: one array is read, one is written."""
    for at in range(begin, end):
        a[at] = b[at]


class Team:
    """Threads that share out a kernel in even parts."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool = ThreadPoolExecutor(number) if number > 1 else None

    def run(self, kernel: Callable[..., None], length: int, *arrays: Any) -> None:
        """Run a kernel over [0, length)."""
        if self._pool is None:
            kernel(0, length, *arrays)
            return
        cuts = [length * at // self.number for at in range(self.number + 1)]
        for done in [self._pool.submit(kernel, begin, end, *arrays) for begin, end in pairwise(cuts)]:
            done.result()


def gathering(source: NDArray[np.int64], mastery: NDArray[np.float32], threads: int) -> Callable[[], None]:
    """A call that fetches the mastery of every tie's source, with eight topics, and does nothing with it."""
    rows, out, team = np.ascontiguousarray(mastery).view(np.uint64), np.zeros(1, np.uint64), Team(threads)
    return lambda: team.run(gather, len(source), source, rows, out)


def streaming(amount: int, threads: int) -> Callable[[], None]:
    """A call that reads two thirds of so many bytes and writes the other third."""
    length = max(1, amount // (TRIAD_ARRAYS * _BYTES))
    a, b, c = (np.ones(length) for _ in range(TRIAD_ARRAYS))
    team = Team(threads)
    return lambda: team.run(triad, length, a, b, c)


def copying(amount: int, threads: int) -> Callable[[], None]:
    """A call that reads half of so many bytes and writes the other half."""
    length = max(1, amount // (2 * _BYTES))
    a, b, team = np.zeros(length), np.ones(length), Team(threads)
    return lambda: team.run(copy, length, a, b)


def necessary_bytes(people: int, ties: int, width: int) -> int:
    """Bytes that an exchange must touch at least once.

    Of a tie its source, contact, trust and base trust, read; trust, written. Of a person the mastery, read, and the
    gain, written, of `width` topics.
    """
    return ties * 5 * 4 + people * width * 2 * 4


def seconds_of(run: Callable[[], None], rounds: int) -> float:
    """Shortest of several calls, after one that compiles."""
    run()
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return best
