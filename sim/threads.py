"""Sharing out a kernel over threads, so that their number never changes a bit.

Kernels release the interpreter's lock and each thread writes only its own rows, so plain threads are enough.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

SERIAL_ROWS = 50_000
"""Below this many rows a second thread costs more than it brings: each kernel takes less time than waking it."""


class Threads:
    """A number of threads, started when first needed."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool: ThreadPoolExecutor | None = None

    def share_out(self, run: Callable[[int, int], Any], borders: list[int]) -> None:
        """Run over [borders[0], borders[-1]), cut only at borders, in runs of about the same number of blocks."""
        number = min(self.number, len(borders) - 1)
        if number < 2:
            run(borders[0], borders[-1])
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.number)
        cuts = [borders[round(n * (len(borders) - 1) / number)] for n in range(number + 1)]
        for done in [self._pool.submit(run, begin, end) for begin, end in pairwise(cuts)]:
            done.result()

    def close(self) -> None:
        """Stop the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
