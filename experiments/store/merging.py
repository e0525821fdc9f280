"""Small blocks become few large ones: the new block is whole and on disk before an old one goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from experiments.store.blocks import BlockFile, CorruptBlockError, Entry

SMALL = 8 << 20
"""Bytes of a file below which a block is merged."""

LARGE = 16 << 20
"""Bytes of files that are merged into one."""

FEW, MANY = 8, 64
"""Small blocks that are worth merging when a run ends, and in the middle of one."""


def least_of(sizes: Mapping[str, int]) -> list[str]:
    """The blocks that are small, in order of their names."""
    return sorted(name for name, size in sizes.items() if size < SMALL)


def merge(folder: Path, names: Sequence[str], write: Callable[[Sequence[Entry]], str]) -> Iterator[str]:
    """Merge blocks, and give the names of those that are gone. What is in two of them is written once.

    Args:
        write: writes a block, whole or not at all, and gives its name.
    """
    for batch in _batches(folder, names):
        entries: list[Entry] = []
        merged: list[str] = []
        for name in batch:
            with suppress(FileNotFoundError, CorruptBlockError):
                block = BlockFile(folder / name)
                try:
                    found = block.sound_entries()
                finally:
                    block.close()
                if sum(len(entry.runs.seeds) for entry in found) == sum(len(group.seeds) for group in block.groups):
                    entries += found
                    merged.append(name)
        if len(merged) < 2:
            continue
        new = write(entries)
        for name in merged:
            if name == new:
                continue
            with suppress(FileNotFoundError):
                (folder / name).unlink()
            yield name


def _batches(folder: Path, names: Sequence[str]) -> Iterator[list[str]]:
    """Blocks that make one together."""
    batch: list[str] = []
    total = 0
    for name in names:
        with suppress(FileNotFoundError):
            total += (folder / name).stat().st_size
            batch.append(name)
        if total >= LARGE:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
