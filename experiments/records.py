"""The records of a study's arms, read from the store when they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from experiments.store import Store, Wanted

if TYPE_CHECKING:
    from experiments.study import Study
    from sim.recorder import Record

_KEPT = 4
"""Records that are kept in memory besides those of baselines."""


class Records(Mapping[str, "Record"]):
    """Arm name -> record. Baselines are kept, of the others the last few, so that a study of any size fits.

    Args:
        store: where the runs are.
        wanted: arms whose runs are all there.
    """

    def __init__(self, store: Store, wanted: Iterable[Wanted]) -> None:
        self._store = store
        self._wanted = {each.arm.name: each for each in wanted}
        self._bases = {each.arm.baseline for each in self._wanted.values()}
        self._baselines: dict[str, Record] = {}
        self._last: OrderedDict[str, Record] = OrderedDict()

    def __getitem__(self, name: str) -> Record:
        """The record of an arm.

        Raises:
            KeyError: it is not all there.
            CorruptBlockError: a block cannot be read.
        """
        wanted = self._wanted[name]
        if name in self._baselines:
            return self._baselines[name]
        if name in self._last:
            self._last.move_to_end(name)
            return self._last[name]
        record = self._store.record(wanted)
        if name in self._bases:
            self._baselines[name] = record
            return record
        self._last[name] = record
        if len(self._last) > _KEPT:
            self._last.popitem(last=False)
        return record

    def __iter__(self) -> Iterator[str]:
        return iter(self._wanted)

    def __len__(self) -> int:
        return len(self._wanted)

    def __contains__(self, name: object) -> bool:
        return name in self._wanted


def records_of(store: Store, study: Study) -> Records:
    """The records of the arms whose runs are all in the store."""
    return Records(store, [each for each in Wanted.of(study) if not store.missing(each)])
