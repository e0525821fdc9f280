"""Sharing out a kernel over threads, so that their number never changes a bit.

Kernels release the interpreter's lock and each thread writes only its own rows, so plain threads are enough. The one
that shares out takes a part itself, and each of the others waits for the next part at a queue of its own: to wake one
takes a fraction of what an executor with futures does.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

SERIAL_ROWS = 50_000
"""Below this many rows a second thread costs more than it brings: each kernel takes less time than waking it."""
SERIAL_TIES = 8_192
"""The same for the exchange over ties, which takes several times as long for a row as the others."""

Run = Callable[[int, int], Any]


class Threads:
    """A number of threads, the caller's among them; the others start when first needed, and again after a fork."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._helpers: list[_Helper] = []
        self._process = 0
        self._stop: weakref.finalize[[list[_Helper], int], Threads] | None = None

    def share_out(self, run: Run, borders: list[int]) -> None:
        """Run over [borders[0], borders[-1]), cut only at borders, in runs of about the same number of blocks.

        Ends, and raises what one of the parts raised, only after all of them have ended.
        """
        number = min(self.number, len(borders) - 1)
        if number < 2:
            run(borders[0], borders[-1])
            return
        if self._process != os.getpid():
            self._start()
        cuts = [borders[round(n * (len(borders) - 1) / number)] for n in range(number + 1)]
        own, *others = pairwise(cuts)
        at_work: list[_Helper] = []
        try:
            for helper, part in zip(self._helpers, others, strict=False):
                helper.begin(run, *part)
                at_work.append(helper)
            run(*own)
        except BaseException:
            self._process = 0  # whatever state an interrupt left the helpers in, the next time there are new ones
            raise
        finally:
            _wait(at_work)
        for raised in [helper.raised for helper in at_work if helper.raised is not None]:
            raise raised

    def close(self) -> None:
        """Stop the threads."""
        if self._stop is not None:
            self._stop()
        self._process = 0

    def _start(self) -> None:
        """Start the helpers; they end with this object, or with the interpreter."""
        self._process = os.getpid()
        self._helpers = [_Helper() for _ in range(self.number - 1)]
        self._stop = weakref.finalize(self, _end, self._helpers, self._process)


class _Helper:
    """A thread that waits for a part of the work, does it, and waits again.

    Attributes:
        raised: what the last part raised.
    """

    def __init__(self) -> None:
        self.raised: BaseException | None = None
        self._parts: SimpleQueue[tuple[Run, int, int] | None] = SimpleQueue()
        self._ended: SimpleQueue[None] = SimpleQueue()
        self._busy = False
        self._thread = threading.Thread(target=self._work, name="watercooler", daemon=True)
        self._thread.start()

    def begin(self, run: Run, begin: int, end: int) -> None:
        """Hand over a part."""
        self.raised = None
        self._busy = True
        self._parts.put((run, begin, end))

    def wait(self) -> None:
        """Until the part is done; may be called again where an interrupt cut it short."""
        while self._busy:
            self._ended.get()

    def end(self) -> None:
        """Let the thread end, after what it has begun."""
        self._parts.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            part = self._parts.get()
            if part is None:
                return
            run, begin, end = part
            try:
                run(begin, end)
            except BaseException as error:
                self.raised = error
            del run, part  # they hold the whole organization
            self._busy = False
            self._ended.put(None)


def _wait(helpers: list[_Helper]) -> None:
    """Wait for all of them, whatever interrupts: until then they write to the organization."""
    interrupts = []
    for helper in helpers:
        while True:
            try:
                helper.wait()
                break
            except KeyboardInterrupt as error:
                interrupts.append(error)
    if interrupts:
        raise interrupts[0]


def _end(helpers: list[_Helper], process: int) -> None:
    """End helpers; a fork has none of its parent's."""
    if process == os.getpid():
        for helper in helpers:
            helper.end()
