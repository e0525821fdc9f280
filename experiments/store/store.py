"""One store: what is missing, and what is there."""

from __future__ import annotations

import errno
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.files import clear_partial, make_folder
from experiments.store import merging
from experiments.store.blocks import BlockFile, CorruptBlockError, Entry, write_block
from experiments.store.claims import Claims
from experiments.store.details import RECORD
from experiments.store.facts import Facts
from experiments.store.index import Index
from experiments.store.merging import least_of, merge
from experiments.store.packing import Runs, metric_names, outcome_arrays, unpack_outcomes, unpack_record
from experiments.store.wanted import Wanted

if TYPE_CHECKING:
    from sim.recorder import Record

T = TypeVar("T")
BLOCKS, DAMAGED = "blocks", "damaged"
_OPEN = 4
"""Blocks that are kept open for reading."""

_TRIES = 5
"""How often what others merged meanwhile is looked for."""


class MissingRunsError(LookupError):
    """Runs that are not in the store."""


@dataclass(frozen=True)
class Values:
    """Outcomes as arrays.

    Attributes:
        metrics: names, of the last axis of `values`.
        values: float64 (wanted, world, metric); NaN where a metric is undefined.
        courses: float32 (wanted, world, course, week); NaN beyond the horizon of a shorter scenario.
    """

    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    courses: NDArray[np.float32]

    def of(self, metric: str) -> NDArray[np.float64]:
        """One metric, (wanted, world)."""
        found: NDArray[np.float64] = self.values[:, :, self.metrics.index(metric)]
        return found


class Store:
    """The runs in a results folder. Reading needs no leave of anybody; writing is for who holds the claims.

    Args:
        folder: the results folder; the blocks are in a folder of their own below it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blocks = folder / BLOCKS
        self.index = Index(self.blocks)
        self._files: OrderedDict[str, BlockFile] = OrderedDict()
        self._verified: set[tuple[str, int]] = set()
        self.index.refresh()

    def claims(self) -> Claims:
        """The claims of this folder, to be used with `with`."""
        return Claims.of(self.blocks)

    def refresh(self) -> None:
        """Take note of what others wrote."""
        self.index.refresh()

    def missing(self, wanted: Wanted) -> tuple[int, ...]:
        """Seeds whose runs are not here. A whole record answers for its outcomes too."""
        have = self.index.seeds(wanted.key) | self.index.seeds(_whole(wanted))
        return tuple(seed for seed in wanted.seeds if seed not in have)

    def write(self, entries: Sequence[Entry], claims: Claims) -> str:
        """Write runs as one block, and give its name.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        try:
            with claims.writing():
                path = write_block(self.blocks, entries)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                cause = (
                    "No space left on device; what was stored before stays whole and readable. Free some space, and "
                    "the same command goes on from there"
                )
                raise OSError(error.errno, cause, str(self.blocks)) from error
            raise
        self.index.forget(path.name)  # whatever a damaged one of this name was
        self.index.refresh()
        if path.name in self.index.damaged:
            raise OSError(errno.EIO, "What was written cannot be read back", str(path))
        self._verified.update((path.name, group.first) for name, group in self.index.everything() if name == path.name)
        return path.name

    def mend(self, wanted: Iterable[Wanted], claims: Claims) -> list[str]:
        """Read all that is here of the wanted runs, and set aside blocks that are not what they should be.

        What is sound in such a block is written to a new one first; the damaged file is kept in a folder `damaged`.

        Returns:
            What was wrong with each.
        """
        self.verify(dict.fromkeys(key for each in wanted for key in (each.key, _whole(each))))
        causes = []
        for name, cause in list(self.index.damaged.items()):
            self._close(name)
            entries = self._sound(name)
            if entries and self.write(entries, claims) == name:
                continue  # somebody else has made it again meanwhile
            make_folder(self.blocks / DAMAGED)
            with suppress(FileNotFoundError):
                (self.blocks / name).replace(self.blocks / DAMAGED / name)
                causes.append(cause)
            self.index.forget(name)
        self.index.contested.clear()
        return causes

    def tidy(self, claims: Claims, *, many: bool = False) -> None:
        """Merge small blocks and write the manifest; nothing where somebody else is at it.

        Args:
            many: only where there are so many that it is worth while in the middle of a run.
        """
        if len(small := least_of(self.index.sizes())) < (merging.MANY if many else merging.FEW):
            if not many:
                self.index.save()
            return
        with claims.tidying() as granted:
            if not granted:
                return
            self.index.refresh()
            small = least_of(self.index.sizes())
            with suppress(OSError):  # such as a full disk: what is not merged is as good
                for gone in merge(self.blocks, small, lambda entries: self.write(entries, claims)):
                    self._close(gone)
            self.index.refresh()
            self.index.save()

    def clear(self, claims: Claims) -> None:
        """Remove what writers who were killed have left half written."""
        with claims.alone() as granted:
            if granted:
                clear_partial(self.blocks)

    def record(self, wanted: Wanted) -> Record:
        """The record of the wanted worlds, in the order of their seeds.

        Raises:
            MissingRunsError: some are not here, or not in whole.
            CorruptBlockError: a block cannot be read.
        """
        from sim.recorder import Record as RecordType

        parts = self._again(lambda: list(self._found(_whole(wanted), wanted.seeds)))
        joined = RecordType.join([unpack_record(runs) for _, runs in parts])
        return _in_order(joined, [row for rows, _ in parts for row in rows])

    def outcomes(self, wanted: Sequence[Wanted]) -> Values:
        """Outcomes of many scenarios over equally many seeds.

        Raises:
            MissingRunsError: some runs are not here.
            CorruptBlockError: a block cannot be read.
            ValueError: they are not all over equally many seeds, or in different details.
        """
        first = wanted[0]
        if any(each.detail != first.detail or len(each.seeds) != len(first.seeds) for each in wanted):
            raise ValueError("outcomes are read over equally many seeds in one detail")
        weeks = max(int(each.arm.scenario.weeks) for each in wanted)
        shape, names = (len(wanted), len(first.seeds)), metric_names()
        values = np.full((*shape, len(names)), np.nan)
        courses = np.full((*shape, len(first.detail.courses), weeks), np.nan, np.float32)
        for at in self._in_order_of_blocks(wanted):
            each = wanted[at]
            for rows, numbers, course in self._again(lambda each=each: list(self._outcomes(each))):  # type: ignore[misc]
                values[at, rows] = numbers
                courses[at, rows, :, : course.shape[2]] = course
        return Values(names, values, courses)

    def identities(self) -> list[str]:
        """Scenarios of which there are whole records, in rising order."""
        return sorted({g.facts.identity for _, g in self.index.everything() if g.detail == RECORD.name})

    def described(self, identity: str) -> tuple[Facts, str]:
        """What is known of a scenario, and the scenario as JSON.

        Raises:
            MissingRunsError: no block holds it.
        """
        return self._again(lambda: self._described(identity))

    def verify(self, keys: Iterable[tuple[str, str]]) -> None:
        """Read all that is here of some scenarios in some detail; blocks that are not sound count as damaged."""
        for key in keys:
            self._verify(key)

    def _described(self, identity: str) -> tuple[Facts, str]:
        for name, group in self.index.everything():
            if group.facts.identity == identity and name not in self.index.damaged:
                return group.facts, self._file(name).texts[identity]
        raise MissingRunsError(identity)

    def _outcomes(self, wanted: Wanted) -> Iterable[tuple[list[int], NDArray[np.float64], NDArray[np.float32]]]:
        """Outcomes part by part: rows among the wanted seeds, numbers, courses."""
        kept = self.index.seeds(wanted.key)
        own = tuple(seed for seed in wanted.seeds if seed in kept)
        rest = tuple(seed for seed in wanted.seeds if seed not in kept)
        row_of = {seed: row for row, seed in enumerate(wanted.seeds)}
        for _, runs in self._found(wanted.key, own):
            yield [row_of[seed] for seed in runs.seeds], *unpack_outcomes(runs)
        for _, runs in self._found(_whole(wanted), rest):
            arrays = outcome_arrays(wanted.arm.scenario, unpack_record(runs), wanted.detail)
            yield [row_of[seed] for seed in runs.seeds], *arrays

    def _found(self, key: tuple[str, str], seeds: Sequence[int]) -> Iterable[tuple[list[int], Runs]]:
        """Runs block by block, with their rows among the seeds.

        Raises:
            MissingRunsError: some are not here.
        """
        left = {seed: row for row, seed in enumerate(seeds)}
        for name, group in self.index.groups(key):
            rows = [
                row for row, seed in enumerate(group.seeds) if seed in left and (key, seed) not in self.index.contested
            ]
            if rows:
                runs = self._file(name).read(group, rows)
                yield [left.pop(seed) for seed in runs.seeds], runs
        if left:
            raise MissingRunsError(f"{len(left)} runs are not in {self.folder}")

    def _again(self, read: Callable[[], T]) -> T:
        """Read, and once more where a block was merged meanwhile."""
        for _ in range(_TRIES):
            try:
                return read()
            except (FileNotFoundError, MissingRunsError):
                before = self.index.sizes().keys()
                self.index.refresh()
                if before == self.index.sizes().keys():
                    raise
        return read()

    def _in_order_of_blocks(self, wanted: Sequence[Wanted]) -> list[int]:
        """Numbers of the wanted in the order in which they lie in the blocks, so that each is read once."""

        def place(at: int) -> tuple[str, int]:
            key = wanted[at].key
            groups = self.index.groups(key) or self.index.groups(_whole(wanted[at]))
            return (groups[0][0], groups[0][1].first) if groups else ("", 0)

        return sorted(range(len(wanted)), key=place)

    def _verify(self, key: tuple[str, str]) -> None:
        for name, group in list(self.index.groups(key)):
            if (name, group.first) in self._verified or name in self.index.damaged:
                continue
            try:
                block = self._file(name)
                if group not in block.groups:
                    self.index.read_again(name)
                    self._verify(key)
                    return
                cause = "" if block.sound(group).all() else "results do not fit their digest"
            except FileNotFoundError:
                continue
            except CorruptBlockError as error:
                cause = error.cause
            if cause:
                self.index.damaged[name] = cause
            else:
                self._verified.add((name, group.first))

    def _sound(self, name: str) -> list[Entry]:
        """What of a damaged block is still sound and not contested."""
        try:
            block = BlockFile(self.blocks / name)
        except (CorruptBlockError, FileNotFoundError):
            return []
        try:
            return [kept for entry in block.sound_entries() if (kept := self._uncontested(entry)) is not None]
        finally:
            block.close()

    def _uncontested(self, entry: Entry) -> Entry | None:
        key = entry.facts.identity, entry.runs.detail
        rows = [row for row, seed in enumerate(entry.runs.seeds) if (key, seed) not in self.index.contested]
        return Entry(entry.facts, entry.text, entry.runs.of(rows)) if rows else None

    def _file(self, name: str) -> BlockFile:
        """A block, open; the last few are kept."""
        if name in self._files:
            self._files.move_to_end(name)
            return self._files[name]
        self._files[name] = block = BlockFile(self.blocks / name)
        if len(self._files) > _OPEN:
            self._files.popitem(last=False)[1].close()
        return block

    def _close(self, name: str) -> None:
        if name in self._files:
            self._files.pop(name).close()


def _whole(wanted: Wanted) -> tuple[str, str]:
    """The name under which whole records of the same runs are stored."""
    return wanted.arm.identity, RECORD.name


def _in_order(record: Record, rows: Sequence[int]) -> Record:
    """The worlds of a record, given in the order `rows`, in rising order of those."""
    if list(rows) == sorted(rows):
        return record
    order = np.argsort(np.array(rows), kind="stable")
    return replace(
        record,
        seeds=tuple(record.seeds[at] for at in order),
        weekly={name: values[order] for name, values in record.weekly.items()},
        flow=record.flow[order],
        seats={name: values[order] for name, values in record.seats.items()},
        treated={name: mask[order] for name, mask in record.treated.items()},
    )
