"""The organization as a struct of arrays, and its ties as rows with room.

An ensemble of worlds is one long organization: row `world * people + seat`. Flat arrays are what kernels
read; every schema field is also an attribute of that name: of people and culture a live view seen as
(world, person, ...), of ties a copy over the live ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.ties import copy_rows
from sim.kernels.vectors import LANES
from sim.schema import (
    CULTURE_FIELDS,
    FIELDS,
    KNOWLEDGE_FIELDS,
    ORIGINS,
    PERSON_FIELDS,
    TIE_FIELDS,
    People,
    Structure,
    Ties,
)

Array = NDArray[Any]
ROOM, RARE = 3, 0.5
"""Slots beyond its ties that every row gets when free ones become rare, and free slots for each row that are rare.

Until then a full row borrows from another.
"""
LARGE = 2**16
"""Rows from which on memory counts for more than the few per cent that borrowing costs."""
TIGHT_ROOM, TIGHT_RARE = 1, 0.25
"""The same from there on: with seven ties a person or more, a tie and its share of the room take at most 20 bytes."""
BEYOND = LANES
"""Slots after the last row, so that kernels may load eight ties at once from any slot."""
OF_TOPICS = tuple(field.name for field in KNOWLEDGE_FIELDS)
_TIE_ARRAYS = ("source", "trust", "contact", "base_trust", "origin")


@dataclass(frozen=True)
class Frame:
    """Names and sizes: what the rows and columns of the arrays stand for."""

    worlds: int
    seats: tuple[str, ...]
    departments: tuple[str, ...]
    organizations: tuple[str, ...]
    topics: tuple[str, ...]

    @property
    def people(self) -> int:
        """Head count of one world."""
        return len(self.seats)

    @property
    def rows(self) -> int:
        """Rows of all worlds."""
        return self.worlds * len(self.seats)


class State:
    """All that changes from week to week.

    Attributes:
        frame: names and sizes.
        structure: needs and topics, fixed.
        week: weeks done.
        arrays: flat array of every person and culture field; expertise is (row, padded topic), what the knowledge
            base holds (world, padded topic).
        ties: the network, see `sim.schema.Ties`.
    """

    def __init__(self, frame: Frame, structure: Structure, arrays: dict[str, Array], ties: Ties) -> None:
        self.frame = frame
        self.structure = structure
        self.arrays = arrays
        self.ties = ties
        self.week = 0

    def __getattr__(self, name: str) -> Array:
        """A schema field: a live view (world, person, ...) or (world, department, ...), or a copy (live tie,)."""
        arrays: dict[str, Array] = self.__dict__.get("arrays", {})
        frame: Frame | None = self.__dict__.get("frame")
        if frame is not None and name in arrays:
            if name in OF_TOPICS:
                return arrays[name][:, : len(frame.topics)]
            view = arrays[name].reshape(frame.worlds, -1, *arrays[name].shape[1:])
            if name == "expertise":
                return view[:, :, : len(frame.topics)]
            pair = len(frame.departments)
            return view.reshape(frame.worlds, pair, pair) if name in ("clarity", "willingness", "reliability") else view
        if name in {field.name for field in TIE_FIELDS}:
            live: Array = getattr(self.__dict__["ties"], name)[self.live_slots()]
            return live
        raise AttributeError(f"the state has no field '{name}'; fields are {', '.join(field.name for field in FIELDS)}")

    @property
    def people(self) -> People:
        """The arrays of people that kernels read."""
        a = self.arrays
        return People(a["key"], a["department"], a["home_department"], a["level"], a["expertise"], a["initiative"])

    def __dir__(self) -> list[str]:
        """The usual names, and every schema field."""
        return [*super().__dir__(), *(field.name for field in FIELDS)]

    def __repr__(self) -> str:
        frame = self.frame
        return f"State({frame.people} people, {frame.worlds} worlds, {len(frame.topics)} topics, week {self.week})"

    def live_slots(self) -> NDArray[np.int64]:
        """Slots of all live ties, in order of (learner row, source row), (live tie,)."""
        return live_slots(self.ties)

    def learners(self) -> NDArray[np.int64]:
        """Row of the learner of each live tie, (live tie,)."""
        return np.repeat(np.arange(len(self.ties.count)), self.ties.count)

    def ensure_room(self, learner: NDArray[np.int64]) -> None:
        """Have memory for the new ties of these learners (new tie,); never changes a result."""
        rows = len(self.ties.count)
        room, rare = (TIGHT_ROOM, TIGHT_RARE) if rows >= LARGE else (ROOM, RARE)
        free = int(self.ties.first[-1]) - int(self.ties.count.sum())
        if free < len(learner) + rare * rows:
            wanted = self.ties.count + np.bincount(learner, minlength=rows)
            self.ties = repacked(self.ties, wanted + room)

    def digest(self) -> list[str]:
        """One sha256 a world over all its fields, little-endian, in schema order: identical state, identical digest."""
        live = self.live_slots()
        bounds = np.searchsorted(self.learners(), np.arange(self.frame.worlds + 1) * self.frame.people)
        return [
            self._digest_world(world, live[bounds[world] : bounds[world + 1]]) for world in range(self.frame.worlds)
        ]

    def _digest_world(self, world: int, slots: NDArray[np.int64]) -> str:
        digest = hashlib.sha256(f"week {self.week}\n".encode())
        for field in PERSON_FIELDS + CULTURE_FIELDS:
            view = np.ascontiguousarray(getattr(self, field.name)[world])
            digest.update(field.name.encode() + view.astype(view.dtype.newbyteorder("<")).tobytes())
        rows = slice(world * self.frame.people, (world + 1) * self.frame.people)
        digest.update(self.ties.count[rows].astype("<i4").tobytes())
        for field in TIE_FIELDS:
            values = getattr(self.ties, field.name)[slots]
            if field.name == "source":
                values = values - np.int32(world * self.frame.people)
            digest.update(field.name.encode())
            if field.name == "origin":
                digest.update("\n".join(ORIGINS[code] for code in values).encode())
            else:
                digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
        written = {field.name: np.ascontiguousarray(getattr(self, field.name)[world]) for field in KNOWLEDGE_FIELDS}
        if any(values.any() for values in written.values()):
            for name, values in written.items():
                digest.update(name.encode() + values.astype("<f4").tobytes())
        return digest.hexdigest()

    def violations(self) -> list[str]:
        """Every invariant that does not hold: ranges, finite values, head count, sorted live ties within one world."""
        found = []
        for field in FIELDS:
            values = getattr(self, field.name)
            if field.dtype.startswith("float") and not np.all(np.isfinite(values)):
                found.append(f"{field.name} is not finite")
            if field.dtype != "uint64" and values.size and (values.min() < field.low or values.max() > field.high):
                found.append(f"{field.name} leaves [{field.low}, {field.high}]: {values.min()} to {values.max()}")
        learner, source = self.learners(), self.source.astype(np.int64)
        if np.any(learner // self.frame.people != source // self.frame.people):
            found.append("a tie leaves its world")
        if np.any(learner == source):
            found.append("a person learns from itself")
        same = learner[1:] == learner[:-1]
        if np.any(source[1:][same] <= source[:-1][same]):
            found.append("sources of a row are not sorted or not unique")
        if np.any(self.ties.count > self.ties.limit):
            found.append("a person has more sources than the limit")
        keys = np.sort(self.key, axis=1)
        if np.any(keys[:, 1:] == keys[:, :-1]):
            found.append("two people of a world share a key")
        return found


def live_slots(ties: Ties) -> NDArray[np.int64]:
    """Slots of all live ties, in order, (live tie,)."""
    count = ties.count.astype(np.int64)
    before = np.cumsum(count) - count
    return np.repeat(ties.first[:-1] - before, count) + np.arange(int(count.sum()))


def repacked(ties: Ties, slots: NDArray[np.int64]) -> Ties:
    """The same ties in rows of `slots` places each (person,)."""
    first = np.concatenate([[0], np.cumsum(slots)]).astype(np.int64)
    arrays = (np.zeros(first[-1] + BEYOND, getattr(ties, name).dtype) for name in _TIE_ARRAYS)
    fresh = Ties(first, ties.count, ties.limit, *arrays)
    copy_rows(ties, fresh)
    return fresh
