"""Whether a job sees the results folder of the driver: the same path on another machine may be another folder."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.files import write_text

_PREFIX, _SUFFIX = ".launch-", ".token"
_TRIES, _PAUSE = 3, 0.5
"""How often a job looks, and the seconds between: a network file system may show a new file late."""


@contextmanager
def shown(folder: Path) -> Iterator[str]:
    """Leave a token in a folder while jobs run.

    Raises:
        OSError: the folder cannot be written.
    """
    token = secrets.token_hex(16)
    path = _path(folder, token)
    write_text(path, token)
    try:
        yield token
    finally:
        with suppress(OSError):
            path.unlink()


def sees(folder: Path, token: str) -> bool:
    """Whether the folder holds the token that the driver wrote there."""
    for at in range(_TRIES if folder.is_dir() else 1):
        if at:
            time.sleep(_PAUSE)
        with suppress(OSError, UnicodeDecodeError):
            if _path(folder, token).read_text("utf-8") == token:
                return True
    return False


def _path(folder: Path, token: str) -> Path:
    return folder / f"{_PREFIX}{token[:8]}{_SUFFIX}"
