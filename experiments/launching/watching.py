"""Tells how far jobs are, by what is in the store: they may run on other machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.store import Store
from experiments.store.wanted import Wanted

if TYPE_CHECKING:
    from experiments.runner import Progress

_PAUSE = 2.0
_SHARE = 0.05
"""Seconds between two looks, and the share of the time that looking may take."""


@contextmanager
def watching(folder: Path, wanted: Sequence[Wanted], progress: Progress) -> Iterator[None]:
    """Tell the progress of wanted runs while jobs are at work on them."""
    stop = threading.Event()
    total = sum(size_of(each, len(each.seeds)) for each in wanted)
    progress.start(total)
    watcher = threading.Thread(target=_watch, args=(folder, wanted, total, progress, stop), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def size_of(wanted: Wanted, runs: int) -> int:
    """World-weeks of so many runs."""
    return runs * int(wanted.arm.scenario.weeks)


def _watch(folder: Path, wanted: Sequence[Wanted], total: int, progress: Progress, stop: threading.Event) -> None:
    """Look again and again; a store of its own, because one store is for one thread."""
    store, pause = None, _PAUSE
    while not stop.wait(pause):
        began = time.monotonic()
        with suppress(OSError):
            store = store or Store(folder)
            store.refresh()
            left = sum(size_of(each, len(store.missing(each))) for each in wanted)
            progress.advance(total - left)
        pause = max(_PAUSE, (time.monotonic() - began) / _SHARE)
