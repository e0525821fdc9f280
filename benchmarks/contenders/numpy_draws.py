"""Chance for the vectorized contender: as 64-bit words, from a generator, or keyed as the model's own.

A numpy user draws from a generator; keyed words cost several times as much in numpy, but let a test compare courses
draw by draw.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.chance import MODEL, Chance, extend, text_keys, uniform

Words = NDArray[np.uint64]
Rows = NDArray[np.int64]
NEXT, MASK, UNIT = np.uint64(16), np.uint64(2**24 - 1), np.float32(2.0**-24)
LARGEST = np.iinfo(np.uint64).max


class Draws(Protocol):
    """Words for decisions; rows may be None for everybody."""

    def people(self, label: str, decision: str, week: int | None, rows: Rows | None = None) -> Words:
        """One word a person; without a week always the same one, as long as the person stays."""
        ...

    def pairs(self, label: str, decision: str, week: int, learner: Rows, source: Rows) -> Words:
        """One word a pair."""
        ...

    def topics(self, decision: str, week: int, rows: Rows) -> Words:
        """One word a person and topic."""
        ...

    def replace(self, rows: Rows, keys: Words) -> None:
        """Somebody new sits here, under a new key."""
        ...


class Keyed:
    """The model's own draws, through `sim.chance`."""

    def __init__(self, seeds: tuple[int, ...], keys: Words, topics: tuple[str, ...]) -> None:
        self.chance = Chance(seeds)
        self.keys = keys.copy()
        self.world = np.repeat(np.arange(len(seeds)), len(keys) // len(seeds))
        self.topic_keys = text_keys(topics)

    def people(self, label: str, decision: str, week: int | None, rows: Rows | None = None) -> Words:
        stream = self.chance.stream(label, decision, week)
        if rows is None:
            return extend(stream.take(self.world), self.keys)
        return extend(stream.take(self.world.take(rows)), self.keys.take(rows))

    def pairs(self, label: str, decision: str, week: int, learner: Rows, source: Rows) -> Words:
        if len(learner) < len(self.keys):
            return extend(self.people(label, decision, week, learner), self.keys.take(source))
        return extend(self.people(label, decision, week).take(learner), self.keys.take(source))

    def topics(self, decision: str, week: int, rows: Rows) -> Words:
        return extend(self.people(MODEL, decision, week, rows)[:, None], self.topic_keys)

    def replace(self, rows: Rows, keys: Words) -> None:
        self.keys[rows] = keys


class Generated:
    """Words from numpy's fastest generator."""

    def __init__(self, seeds: tuple[int, ...], keys: Words, topics: tuple[str, ...]) -> None:
        self.generator = np.random.Generator(np.random.SFC64(list(seeds)))
        self.rows = len(keys)
        self.width = len(topics)
        self.kept: dict[str, Words] = {}

    def people(self, label: str, decision: str, week: int | None, rows: Rows | None = None) -> Words:
        if week is not None:
            return self._words(self.rows if rows is None else len(rows))
        name = f"{label}/{decision}"
        if name not in self.kept:
            self.kept[name] = self._words(self.rows)
        return self.kept[name] if rows is None else self.kept[name][rows]

    def pairs(self, label: str, decision: str, week: int, learner: Rows, source: Rows) -> Words:
        return self._words(len(learner))

    def topics(self, decision: str, week: int, rows: Rows) -> Words:
        return self._words((len(rows), self.width))

    def replace(self, rows: Rows, keys: Words) -> None:
        for words in self.kept.values():
            words[rows] = self._words(len(rows))

    def _words(self, shape: Any) -> Words:
        return self.generator.integers(0, LARGEST, shape, np.uint64, endpoint=True)


def second_uniform(words: Words) -> NDArray[np.float32]:
    """A second number in [0, 1) of the same words, from the next 24 bits."""
    return ((words >> NEXT) & MASK).astype(np.float32) * UNIT


__all__ = ["MODEL", "Draws", "Generated", "Keyed", "Rows", "Words", "second_uniform", "uniform"]
