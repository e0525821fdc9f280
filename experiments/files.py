"""Files written whole or not at all, and file names that cannot leave their folder."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PARTIAL = ".partial"
"""How the names of temporary files end."""

_LONGEST = 60


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in its place.

    The file and the folder are flushed to disk, so that after a crash the path holds the old content,
    the new content or nothing, never a part.

    Raises:
        OSError: the folder cannot be written.
    """
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PARTIAL)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        _flush(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
        _flush(path.parent)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write bytes, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    write_whole(path, lambda temporary: _fill(temporary, memoryview(data)))


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with `\\n` line ends, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each flushed to disk in the folder that it lies in."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _flush(folder.parent)


def clear_partial(folder: Path, older_than: float = 0.0) -> None:
    """Remove temporary files that writers who were killed have left in a folder.

    Args:
        older_than: seconds; younger ones may belong to somebody who is writing now.
    """
    for left in folder.glob(f".*{PARTIAL}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime >= older_than:
                left.unlink()


def slug(name: str, key: str = "") -> str:
    """A file name for a name given by the user: letters, digits, `-` and `_`, never a path.

    Args:
        name: any text.
        key: content hash; its first eight digits keep names apart that read alike.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:_LONGEST].strip("-_")
    if not stem and not key:
        key = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return "-".join(part for part in (stem, key[:8]) if part)


def _fill(path: Path, data: memoryview) -> None:
    """Write all of the data into a file; a system may take a part of it at a time."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    try:
        left = data.cast("B")
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def _umask() -> int:
    """The process's file mode mask, which mkstemp ignores."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _flush(path: Path) -> None:
    """Force a file or a folder to disk; folders cannot be opened on every system."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
