"""The index: which runs are in which block, kept up to date with the folder that others may be writing to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from experiments.store.blocks import SUFFIX, BlockFile, CorruptBlockError, Group
from experiments.store.manifest import Listed, read_manifest, signature, write_manifest

Key = tuple[str, str]
"""Identity of a scenario, and name of a detail."""


class Index:
    """What the blocks of a folder hold.

    Attributes:
        damaged: blocks that cannot be used -> why.
        contested: runs of which two blocks hold different results.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: dict[str, str] = {}
        self.contested: set[tuple[Key, int]] = set()
        self._listed: dict[str, Listed] = {}
        self._where: dict[Key, list[tuple[str, Group]]] = {}
        self._manifest: dict[str, Listed] | None = None

    def refresh(self) -> None:
        """Take note of blocks that came and went."""
        names = self._names()
        for gone in self._listed.keys() - names:
            self.forget(gone)
        for name in sorted(names - self._listed.keys() - self.damaged.keys()):
            try:
                self._add(name, self._read(name))
            except FileNotFoundError:
                continue
            except CorruptBlockError as error:
                self.damaged[name] = error.cause

    def read_again(self, name: str) -> None:
        """Take from a block itself what it holds, where the manifest was wrong."""
        self.forget(name)
        self._manifest = {}
        self.refresh()

    def save(self) -> None:
        """Write the manifest."""
        write_manifest(self.folder, self._listed)

    def forget(self, name: str) -> None:
        """A block is gone."""
        listed = self._listed.pop(name, None)
        self.damaged.pop(name, None)
        for key in {(group.facts.identity, group.detail) for group in listed.groups} if listed else ():
            kept = [place for place in self._where[key] if place[0] != name]
            if kept:
                self._where[key] = kept
            else:
                del self._where[key]

    def groups(self, key: Key) -> Sequence[tuple[str, Group]]:
        """Blocks, and groups in them, that hold runs of a scenario in a detail; damaged ones are left out."""
        places = self._where.get(key, [])
        return [place for place in places if place[0] not in self.damaged] if self.damaged else places

    def seeds(self, key: Key) -> set[int]:
        """Seeds of which a scenario's runs are here in a detail."""
        found = {seed for _, group in self.groups(key) for seed in group.seeds}
        return {seed for seed in found if (key, seed) not in self.contested} if self.contested else found

    def everything(self) -> Iterator[tuple[str, Group]]:
        """All groups, with the names of their blocks."""
        for name, listed in self._listed.items():
            for group in listed.groups:
                yield name, group

    def sizes(self) -> dict[str, int]:
        """Bytes of each block that can be used."""
        return {name: listed.size for name, listed in self._listed.items() if name not in self.damaged}

    def _names(self) -> set[str]:
        """Blocks in the folder.

        A block that is merged while a folder is listed can be missed in its old place and in its new one, so the folder
        is listed until it says the same twice.
        """
        names = None
        while names != (now := self._list()):
            names = now
        return now

    def _list(self) -> set[str]:
        try:
            with os.scandir(self.folder) as entries:
                return {each.name for each in entries if each.name.endswith(SUFFIX) and not each.name.startswith(".")}
        except FileNotFoundError:
            return set()

    def _read(self, name: str) -> Listed:
        """What a block holds, from the manifest where that knows this very file."""
        if self._manifest is None:
            self._manifest = read_manifest(self.folder)
        path = self.folder / name
        size, changed = signature(path)
        known = self._manifest.get(name)
        if known is not None and (known.size, known.changed) == (size, changed):
            return known
        block = BlockFile(path)
        try:
            return Listed(size, changed, block.groups)
        finally:
            block.close()

    def _add(self, name: str, listed: Listed) -> None:
        self._listed[name] = listed
        shared: dict[str, list[_Shared]] = {}
        for group in listed.groups:
            key = group.facts.identity, group.detail
            for other, place in self.groups(key):
                if other != name and (seeds := set(place.seeds) & set(group.seeds)):
                    shared.setdefault(other, []).append(_Shared(key, seeds, place, group))
            self._where.setdefault(key, []).append((name, group))
        for other, parts in shared.items():
            self._compare(other, name, parts)

    def _compare(self, first: str, second: str, parts: Sequence[_Shared]) -> None:
        """Two blocks that hold the same runs must agree; where they do not, neither is believed."""
        with ExitStack() as opened:
            blocks = []
            for name in (first, second):
                try:
                    blocks.append(opened.enter_context(closing(BlockFile(self.folder / name))))
                except FileNotFoundError:
                    return
                except CorruptBlockError as error:
                    self.damaged[name] = error.cause
                    return
            differing = set()
            for part in parts:
                told = [
                    {seed: block.digest(group, row) for row, seed in enumerate(group.seeds) if seed in part.seeds}
                    for block, group in zip(blocks, (part.first, part.second), strict=True)
                ]
                differing |= {(part.key, seed) for seed in part.seeds if told[0][seed] != told[1][seed]}
        self.contested |= differing
        if differing:
            cause = "it and another block hold different results of the same run"
            self.damaged |= dict.fromkeys((first, second), cause)


@dataclass(frozen=True)
class _Shared:
    """Runs that two blocks hold both, with the groups in which each has them."""

    key: Key
    seeds: set[int]
    first: Group
    second: Group
