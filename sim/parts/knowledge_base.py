"""The organization's knowledge base: what was written down of each topic, and how far it is still so."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.knowledge import FRESH_ENOUGH
from sim.levers import Levers
from sim.schema import EXPLICIT
from sim.state import State
from sim.tuples import Readable

Values = NDArray[np.float32]
Rows = NDArray[np.int64]
ZERO, ONE = np.float32(0.0), np.float32(1.0)


USED = ("codifying", "lookup", "push")
"""Levers by which a knowledge base is used at all; their base is 0."""


class KnowledgeBase:
    """What is written down, in the state's `coverage`, `freshness` and `codified`, and what is to be added this week.

    What policies add is collected and lands in the week's phase, so that nobody reads it before the others.

    Attributes:
        share: what each person writes down this week besides the lever `codifying`, float32 (person,).
    """

    def __init__(self, state: State, topics: int, staleness: float) -> None:
        self._state = state
        self._topics = topics
        self._kept = ONE - np.float32(staleness)
        width = state.structure.need.shape[1]
        self.share = np.zeros(state.frame.rows, np.float32)
        self._lessons = np.zeros((state.frame.worlds, width), np.float32)
        self._words = np.zeros_like(self._lessons)
        self._waiting = False

    # --- what policies and parts do ------------------------------------------------------------------------

    def write_once(self, rows: Rows, share: Any) -> None:
        """Let people write down this week, once, a share of what they could add to the base.

        Args:
            rows: who, each once. share: of the head count that writes with them, a number or (row,).
        """
        self.share[rows] += np.asarray(share, np.float32)
        self._waiting = True

    def add_lesson(self, world: Rows, topic: Rows, amount: Any) -> None:
        """Add to the coverage of topics (lesson,) in some worlds, by amounts of mastery; repeats add up."""
        np.add.at(self._lessons, (world, topic), np.asarray(amount, np.float32))
        self._waiting = True

    def put_in_words(self, world: Rows, topic: Rows, share: Any) -> None:
        """Put a share of what is still tacit of topics (lesson,) in words; repeats add up."""
        np.add.at(self._words, (world, topic), np.asarray(share, np.float32))
        self._waiting = True

    def find(self, world: Rows, topic: Rows, required: Any) -> NDArray[np.bool_]:
        """Whether topics (question,) at a required mastery are explicit, covered and fresh."""
        base = self.readable()
        covered = (base.coverage[world, topic] >= required) & (base.coverage[world, topic] > 0)
        found: NDArray[np.bool_] = covered & (base.freshness[world, topic] >= FRESH_ENOUGH)
        return found & (base.tacit[world, topic] <= EXPLICIT)

    def in_force(self, levers: Levers) -> bool:
        """Whether there is one this week: anybody may write down or look up anything."""
        return any(name in levers.contributions and bool(levers[name].any()) for name in USED)

    # --- what the week does --------------------------------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Whether something is to be added this week."""
        return self._waiting

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written."""
        arrays = self._state.arrays
        return not (arrays["coverage"].any() or arrays["codified"].any())

    def readable(self) -> Readable:
        """What can be read this week."""
        arrays = self._state.arrays
        tacit = (self._state.structure.tacitness * (ONE - arrays["codified"])).astype(np.float32)
        return Readable(arrays["coverage"], arrays["freshness"], tacit)

    def turn_over(self, contributed: Values, readings: Values, curation: Values) -> None:
        """End the week: what is there goes out of date, what is new comes in, and what is read is renewed.

            coverage  *= 1 - o_k, then += new
            freshness *= (1 - o_k) * (1 - staleness), then the mean of old and new by coverage, new being fresh
            freshness += (1 - freshness) * u / (1 + u),  u = curation * readings

        Args:
            contributed: mastery that people wrote down, and how often each topic was read, (world, padded topic).
            curation: how far a reading renews, (world, 1).
        """
        arrays, lasting = self._state.arrays, ONE - self._state.structure.obsolescence
        old = arrays["coverage"] * lasting
        new = np.minimum(contributed + self._lessons, ONE - old)
        fresh = arrays["freshness"] * lasting * self._kept
        whole = old + new
        fresh = np.divide(old * fresh + new, whole, out=np.zeros_like(fresh), where=whole > 0)
        renewed = curation * readings
        fresh += (ONE - fresh) * (renewed / (ONE + renewed)) * (whole > 0)
        arrays["coverage"][:] = whole
        arrays["freshness"][:] = np.minimum(fresh, ONE)
        codified = arrays["codified"] * lasting
        codified += (ONE - codified) * np.minimum(self._words, ONE)
        arrays["codified"][:] = codified
        for pending in (self.share, self._lessons, self._words):
            pending[:] = ZERO
        self._waiting = False

    def measure(self) -> NDArray[np.float64]:
        """Mean coverage over topics, the same times freshness, and the mean share of tacit topics put in words.

        Returns:
            float64 (3, world).
        """
        arrays = self._state.arrays
        coverage, fresh, codified = (
            arrays[name][:, : self._topics].astype(np.float64) for name in ("coverage", "freshness", "codified")
        )
        tacit = self._state.structure.tacitness[: self._topics] > EXPLICIT
        words = codified[:, tacit].mean(axis=1) if tacit.any() else np.zeros(len(codified))
        return np.stack([coverage.mean(axis=1), (coverage * fresh).mean(axis=1), words])
