"""The ties of the vectorized contender: one array a field, sorted by (learner, source), edited as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.numpy_draws import Rows
from benchmarks.contenders.sizes import BASELINE, ROTATION
from benchmarks.contenders.start import Start

COLUMNS = ("code", "learner", "source", "cell", "trust", "contact", "base", "origin")


class Ties:
    """All ties of all worlds.

    Attributes:
        code: learner * rows + source, rising. learner, source: rows.
        cell: (world, learner's home, source's home), flat.
        trust, contact, base: float32. origin: position in ORIGINS.
        later: slots of ties that policies formed.
        side: world * 2, and 1 more where the tie leaves its department.
    """

    code: Rows
    learner: Rows
    source: Rows
    cell: Rows
    trust: NDArray[np.float32]
    contact: NDArray[np.float32]
    base: NDArray[np.float32]
    origin: NDArray[np.int8]
    later: Rows
    side: Rows

    def __init__(self, start: Start, home: Rows, flat_home: Rows) -> None:
        state, scenario = start.state, start.prepared.scenario
        self.rows, self.departments, self.worlds = len(home), len(start.prepared.departments), len(start.seeds)
        self.home, self.flat_home = home, flat_home
        self.learner, self.source = state.learners().astype(np.int64), state.source.astype(np.int64)
        self.code = self.learner * self.rows + self.source
        self.cell = self._cells(self.learner, self.source)
        self.trust, self.contact, self.base = state.trust, state.contact, state.base_trust
        self.origin = state.origin
        self.formed = np.float32(scenario.contacts.formed)
        self.keep = np.float32(1.0) - np.float32(scenario.contacts.fading)
        self.floor = np.float32(scenario.contacts.floor)
        self.newcomer = np.float32(scenario.trust.newcomer)
        self.trust_within, self.trust_across = (
            np.float32(value) for value in (scenario.trust.base_within, scenario.trust.base_across)
        )
        self.count = np.bincount(self.learner, minlength=self.rows)
        self.limit = np.maximum(scenario.contacts.limit, self.count + scenario.contacts.headroom)
        here = np.arange(self.worlds * self.departments**2)
        world, pair = here // self.departments**2, here % self.departments**2
        self.side_of_cell = world * 2 + (pair // self.departments != pair % self.departments)
        self._after_edit()

    def find(self, learner: Rows, source: Rows) -> Rows:
        """Slots of these pairs, -1 where there is no tie."""
        code = learner * self.rows + source
        at = np.minimum(np.searchsorted(self.code, code), max(0, len(self.code) - 1))
        return np.where(self.code[at] == code, at, -1) if len(self.code) else np.full(len(code), -1)

    def form(self, learner: Rows, source: Rows, trust: Any, contact: np.float32, origin: int) -> None:
        """Form ties, or lift the contact of those that policies formed before.

        All at once: only where several ties come to a full row (40 sources) does the order of the model matter.
        """
        slot = self.find(learner, source)
        there = slot[slot >= 0]
        there = there[self.origin[there] != BASELINE]
        lift = np.where(self.origin[there] == origin, contact, min(contact, self.formed))
        self.contact[there] = np.maximum(self.contact[there], lift)
        fresh = np.flatnonzero(slot < 0)
        if len(fresh) == 0:
            return
        fresh = fresh[np.argsort(learner[fresh] * self.rows + source[fresh], kind="stable")]
        learner, source = learner[fresh], source[fresh]
        added: dict[str, Any] = {
            "code": learner * self.rows + source,
            "learner": learner,
            "source": source,
            "cell": self._cells(learner, source),
            "trust": np.broadcast_to(np.asarray(trust, np.float32), slot.shape)[fresh],
            "contact": contact,
            "base": np.where(self.home[learner] == self.home[source], self.trust_within, self.trust_across),
            "origin": origin,
        }
        at = np.searchsorted(self.code, added["code"]) + np.arange(len(fresh))
        old = np.ones(len(self.code) + len(fresh), np.bool_)
        old[at] = False
        for name in COLUMNS:
            column = getattr(self, name)
            joined = np.empty(len(old), column.dtype)
            joined[old] = column
            joined[at] = added[name]
            setattr(self, name, joined)
        self.count += np.bincount(learner, minlength=self.rows)
        self._end_excess(~old)
        self._after_edit()

    def tidy(self, left: NDArray[np.bool_], here: Rows) -> None:
        """Ties that policies formed lose contact and end; a leaver's seat keeps those of the start, at less trust."""
        if left.any():
            gone = left.take(self.learner) | left.take(self.source)
            kept = np.flatnonzero(gone & (self.origin == BASELINE))
            self.trust[kept] = self.newcomer * self.base[kept]
        later = self.later
        if len(later) == 0:
            return
        guests = self._guests(later, here, np.ones(self.rows, np.bool_)) & (self.origin[later] == ROTATION)
        contact = self.contact[later]
        self.contact[later] = np.where(guests, contact, contact * self.keep)
        ended = self.contact[later] < self.floor
        if left.any():
            ended |= gone[later]
        self._drop(later[ended])

    def end_stays(self, returning: Rows, here: Rows) -> None:
        """Contact between returning visitors and their hosts falls to that of a new tie, both ways."""
        back = np.zeros(self.rows, np.bool_)
        back[returning] = True
        stays = self.later[self.origin[self.later] == ROTATION]
        ended = stays[self._guests(stays, here, back)]
        self.contact[ended] = np.minimum(self.contact[ended], self.formed)

    def _guests(self, slots: Rows, here: Rows, who: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Where either side, if `who` names it (person,), stays in the other's own department."""
        learner, source = self.learner[slots], self.source[slots]
        away = here != self.home
        one = (who & away)[learner] & (here[learner] == self.home[source])
        other = (who & away)[source] & (here[source] == self.home[learner])
        return one | other

    def _cells(self, learner: Rows, source: Rows) -> Rows:
        return self.flat_home.take(learner) * self.departments + self.home.take(source)

    def _end_excess(self, fresh: NDArray[np.bool_]) -> None:
        """Where a row is over its limit its weakest ties end; of equals the older, then the lower source."""
        excess = self.count - self.limit
        if np.all(excess <= 0):
            return
        slots = np.flatnonzero(excess[self.learner] > 0)
        learner = self.learner[slots]
        order = np.lexsort((fresh[slots], self.contact[slots] * self.trust[slots], learner))
        rank = np.arange(len(slots)) - np.searchsorted(learner, learner)
        self._drop(np.sort(slots[order][rank < excess[learner]]))

    def _drop(self, slots: Rows) -> None:
        if len(slots) == 0:
            return
        keep = np.ones(len(self.code), np.bool_)
        keep[slots] = False
        self.count -= np.bincount(self.learner[slots], minlength=self.rows)
        for name in COLUMNS:
            setattr(self, name, getattr(self, name)[keep])
        self._after_edit()

    def _after_edit(self) -> None:
        self.later = np.flatnonzero(self.origin)
        self.side = self.side_of_cell.take(self.cell)
