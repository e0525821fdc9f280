"""Paths that the user gives, checked before any work: whose home they name, and whether they can be written."""

from __future__ import annotations

import os
from pathlib import Path

from sim.problems import InputError, Problem

_DEEPEST = Path("blocks", "0" * 100)
"""At least as long as any path below a results folder."""


def user_path(key: str, text: str) -> Path:
    """A path of the command line, with `~` filled in.

    Raises:
        InputError: it begins with the home of somebody unknown.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        problem = Problem(f"{key}={text}"[:100], "names the home of a user who is not known", "write the path in full")
        raise InputError([problem]) from None


def check_writable(folder: Path, place: str) -> None:
    """Check that results can be written into a folder, which need not exist.

    Raises:
        InputError: it cannot be made or written.
    """
    try:
        (folder / _DEEPEST).exists()
        nearest = next(at for at in (folder, *folder.absolute().parents) if at.exists())
    except OSError as error:
        raise InputError([Problem(place[:100], f"cannot be a folder: {error.strerror}", "give out=FOLDER")]) from error
    if not nearest.is_dir():
        raise InputError([Problem(place[:100], f"{nearest} is a file", "give another folder, as out=FOLDER")])
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError([Problem(place[:100], f"{nearest} cannot be written", "give another folder, as out=FOLDER")])
