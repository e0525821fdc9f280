"""Claims: which runs somebody is making, so that several sweeps in one folder share the work.

A claim is a lock on one byte of a file that stays empty; the byte is made from the run's name. The system drops it when
its process ends, however it ends, so nothing is ever left behind and nothing has to be cleaned up. Where the system or
the file system has no such locks, everything is granted: work may then be done twice, with the same results.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Self

from experiments.files import make_folder

try:
    import fcntl
except ImportError:  # a system without these locks
    fcntl = None  # type: ignore[assignment]

NAME = "claims.lock"
_WRITING, _TIDYING, _ASSEMBLING, _FIRST = 0, 1, 2, 16
"""Bytes of the file: shared by all who write, held by who merges, by who writes tables, and the first byte of runs."""

_PAUSE = 0.1

_HELD = {errno.EACCES, errno.EAGAIN}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


class Claims:
    """The claims of this process in one folder.

    The system drops all locks of a process on a file as soon as the process closes it once, so a folder's claims are
    opened once in a process and shared.

    Attributes:
        locks: whether the file system has locks.
    """

    _open: ClassVar[dict[Path, Claims]] = {}

    def __init__(self, path: Path) -> None:
        self.locks = fcntl is not None
        self._path = path
        self._users = 0
        self._held: set[int] = set()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666) if self.locks else -1

    @classmethod
    def of(cls, folder: Path) -> Claims:
        """The claims in a folder of blocks; to be used with `with`.

        Raises:
            OSError: the folder cannot be written.
        """
        make_folder(folder)
        path = folder.resolve() / NAME
        if path not in cls._open:
            cls._open[path] = cls(path)
        return cls._open[path]

    def __enter__(self) -> Self:
        self._users += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._users -= 1
        if not self._users:
            del self._open[self._path]
            if self.locks:
                os.close(self._file)

    def take(self, places: Iterable[int]) -> list[bool]:
        """Claim runs by their places; says of each whether nobody else has it."""
        return [self._take(place) for place in places]

    def release(self, places: Iterable[int]) -> None:
        """Give claims back."""
        for place in places:
            if place in self._held:
                self._held.discard(place)
                self._lock(place, exclusive=None)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let others know that this process has a file half written."""
        self._lock(_WRITING, exclusive=False)
        try:
            yield
        finally:
            self._lock(_WRITING, exclusive=None)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody is writing, and nobody begins to."""
        granted = self._lock(_WRITING, exclusive=True)
        try:
            yield granted and self.locks
        finally:
            if granted:
                self._lock(_WRITING, exclusive=None)

    @contextmanager
    def tidying(self) -> Iterator[bool]:
        """Whether this process is the one that merges blocks."""
        granted = self._lock(_TIDYING, exclusive=True)
        try:
            yield granted
        finally:
            if granted:
                self._lock(_TIDYING, exclusive=None)

    @contextmanager
    def assembling(self) -> Iterator[None]:
        """Wait until this process is the one that writes tables and pages, so that they are all of one command."""
        while not self._lock(_ASSEMBLING, exclusive=True):
            time.sleep(_PAUSE)
        try:
            yield
        finally:
            self._lock(_ASSEMBLING, exclusive=None)

    def _take(self, place: int) -> bool:
        if place not in self._held and self._lock(place, exclusive=True):
            self._held.add(place)
        return place in self._held

    def _lock(self, place: int, *, exclusive: bool | None) -> bool:
        """Lock a byte for this process alone, or shared, or no longer (None); whether that was granted.

        Only a shared lock waits, for somebody who clears away what was left half written.
        """
        if not self.locks:
            return True
        how = {True: fcntl.LOCK_EX | fcntl.LOCK_NB, False: fcntl.LOCK_SH, None: fcntl.LOCK_UN}[exclusive]
        try:
            fcntl.lockf(self._file, how, 1, place)
        except OSError as error:
            if error.errno in _HELD:
                return False
            if error.errno not in _NO_LOCKS:
                raise
            self.locks = False
            with suppress(OSError):
                os.close(self._file)
        return True


def place_of(key: tuple[str, str], seed: int) -> int:
    """The byte that stands for a run: identity and detail, and seed."""
    digest = hashlib.sha256(f"{key[0]} {key[1]} {seed}".encode()).digest()
    return _FIRST + (int.from_bytes(digest[:8], "big") >> 2)
