"""Optuna's journal of a search in one file: held by one process, mended after a kill, and never of another search."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def journal(path: Path | None) -> Iterator[Any]:
    """Optuna's storage on this file, or in memory where there is none.

    A process that was killed may leave the library's own lock behind and half a line at the end of the file; as nobody
    else holds the search, the lock is taken away and the half line is cut off.

    Raises:
        BlockingIOError: another process holds this search.
    """
    from optuna.storages import InMemoryStorage, JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if path is None:
        yield InMemoryStorage()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".held").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise BlockingIOError(f"another process is searching in {path}; wait for it, or end it") from problem
        path.with_name(path.name + ".lock").unlink(missing_ok=True)
        _cut_half_line(path)
        yield JournalStorage(JournalFileBackend(str(path)))


def _cut_half_line(path: Path) -> None:
    if not path.exists():
        return
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        with path.open("r+b") as file:
            file.truncate(end)
