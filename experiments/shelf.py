"""Runs that are done, until there are enough of them for a block."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.store.blocks import Entry
from experiments.store.claims import place_of
from experiments.store.facts import Facts, text_of
from experiments.store.wanted import Wanted

if TYPE_CHECKING:
    from experiments.store import Store
    from experiments.store.claims import Claims
    from experiments.store.packing import Runs

BLOCK_RUNS, BLOCK_BYTES, BLOCK_SECONDS = 4096, 32 << 20, 5.0
"""A block is closed as soon as it has so many runs, so many bytes, or as many seconds have passed since the last one:
what a crash can lose."""


class Shelf:
    """Runs of this process that are not in a block yet; their claims are given back when they are."""

    def __init__(self, store: Store, claims: Claims, wanted: Sequence[Wanted]) -> None:
        self._store, self._claims, self._wanted = store, claims, wanted
        self._runs: list[tuple[int, Runs]] = []
        self._held: dict[tuple[str, str], set[int]] = {}
        self._described: dict[int, tuple[Facts, str]] = {}
        self._stored = time.monotonic()

    def missing(self, wanted: Wanted) -> tuple[int, ...]:
        """Seeds whose runs are neither in the store nor here."""
        held = self._held.get(wanted.key, ())
        return tuple(seed for seed in self._store.missing(wanted) if seed not in held)

    def add(self, number: int, runs: Runs) -> None:
        """Take runs of the wanted of that number; closes a block where there is enough for one."""
        self._runs.append((number, runs))
        self._held.setdefault(self._wanted[number].key, set()).update(runs.seeds)
        count = sum(len(each.seeds) for _, each in self._runs)
        size = sum(each.payload.size for _, each in self._runs)
        if count >= BLOCK_RUNS or size >= BLOCK_BYTES or time.monotonic() - self._stored >= BLOCK_SECONDS:
            self.store()

    def store(self) -> None:
        """Write a block of all that is here.

        Raises:
            OSError: it cannot be written; what was here stays here.
        """
        if not self._runs:
            return
        self._store.write([Entry(*self._about(number), runs) for number, runs in self._runs], self._claims)
        for number, runs in self._runs:
            key = self._wanted[number].key
            self._claims.release(place_of(key, seed) for seed in runs.seeds)
        self._runs.clear()
        self._held.clear()
        self._stored = time.monotonic()
        self._store.tidy(self._claims, many=True)

    def _about(self, number: int) -> tuple[Facts, str]:
        """What a block says of a scenario."""
        if number not in self._described:
            arm = self._wanted[number].arm
            self._described[number] = Facts.of(arm), text_of(arm)
        return self._described[number]
