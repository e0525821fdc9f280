"""Mentorship in the vectorized contender: all mentees of all worlds are matched at once.

Mentees choose one after another, each the best of sixteen candidates who still has room. That is a stable matching
with one ranking of mentees for all mentors, so deferred acceptance in rounds comes to the same pairs, without a loop
over people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.numpy_draws import Rows, uniform
from benchmarks.contenders.sizes import CANDIDATES, DOUBLE, MENTORSHIP, NOBODY, TRAINED_TEACHING, TRAINING_HOURS

if TYPE_CHECKING:
    from benchmarks.contenders.numpy_world import Session, World


class Mentorship:
    """Pairs by the mentee's row: mentor or NOBODY, since which week; and who was trained."""

    def __init__(self, settings: Any, world: World) -> None:
        self.settings = settings
        self.mentor = np.full(world.rows, NOBODY)
        self.since = np.zeros(world.rows, np.int64)
        self.trained = np.zeros(world.rows, np.bool_)

    def act(self, world: World) -> None:
        """End old pairs, make new ones, train new mentors."""
        s = self.settings
        if world.week < s.start_week:
            return
        if (world.week - s.start_week) % s.cadence == 0:
            self.mentor[(self.mentor != NOBODY) & (world.week - self.since >= s.rematch_weeks)] = NOBODY
            member = uniform(world.draws.people("mentorship", "member", None)) < np.float32(s.coverage)
            self._match(world, np.flatnonzero(member & (self.mentor == NOBODY)))
        mentors = np.unique(self.mentor[self.mentor != NOBODY])
        world.mentoring[mentors] = True
        fresh = mentors[~self.trained[mentors]]
        world.ask(fresh, TRAINING_HOURS)
        world.book(fresh, TRAINING_HOURS)
        self.trained[fresh] = True

    def convene(self, world: World) -> list[Session]:
        """Sessions of the pairs whose turn it is and who both come."""
        s = self.settings
        mentee = np.flatnonzero(self.mentor != NOBODY)
        if len(mentee) == 0:
            return []
        phase = (world.draws.people("mentorship", "phase", None)[mentee] % np.uint64(s.cadence)).astype(np.int64)
        mentee = mentee[(world.week - s.start_week - phase) % s.cadence == 0]
        mentor = self.mentor[mentee]
        world.ask(np.concatenate([mentee, mentor]), s.hours)
        come = world.attends("mentorship", np.arange(world.rows))
        both = come[mentee] & come[mentor]
        mentee, mentor = mentee[both], mentor[both]
        world.book(np.concatenate([mentee, mentor]), s.hours)
        return [world.session("mentorship", mentee, mentor, DOUBLE * s.hours, TRAINED_TEACHING, MENTORSHIP)]

    def left(self, rows: Rows) -> None:
        """Pairs end with either side."""
        gone = np.zeros(len(self.mentor), np.bool_)
        gone[rows] = True
        self.mentor[gone | ((self.mentor != NOBODY) & gone[self.mentor])] = NOBODY
        self.trained[rows] = False

    def _match(self, world: World, mentees: Rows) -> None:
        mentees = mentees[world.level[mentees] < world.level.max()]
        if len(mentees) == 0:
            return
        points = world.draws.people("mentorship", "mentee", world.week, mentees)
        order = np.lexsort((points, world.world_of[mentees]))
        mentees = mentees[order]
        candidates = self._candidates(world, mentees, points[order])
        fit = self._fit(world, mentees, candidates)
        room = self.settings.capacity - np.bincount(self.mentor[self.mentor != NOBODY], minlength=world.rows)
        chosen = deferred_acceptance(candidates, fit, room)
        paired = chosen != NOBODY
        self.mentor[mentees[paired]] = chosen[paired]
        self.since[mentees[paired]] = world.week

    def _candidates(self, world: World, mentees: Rows, points: Any) -> Rows:
        """The next people of higher level and other departments on a ring of words, (mentee, candidate) or NOBODY."""
        words = world.draws.people("mentorship", "mentor", world.week)
        ring = np.lexsort((words, world.world_of))
        found = np.full((len(mentees), CANDIDATES), NOBODY)
        level = world.level[ring]
        for lower in range(int(level.max())):
            asking = np.flatnonzero(world.level[mentees] == lower)
            if len(asking):
                above = ring[level > lower]
                found[asking] = _next_on_ring(world, mentees[asking], points[asking], above, words[above])
        return found

    def _fit(self, world: World, mentees: Rows, candidates: Rows) -> NDArray[np.float32]:
        """What each mentee could use of each candidate: sum of need * max(0, gap); 0 where there is no candidate."""
        gap = world.expertise[candidates] - world.expertise[mentees][:, None]
        np.maximum(gap, np.float32(0.0), out=gap)
        gap *= world.need[world.home[mentees]][:, None]
        return np.where(candidates == NOBODY, np.float32(0.0), gap @ world.ones)


def _next_on_ring(world: World, mentees: Rows, points: NDArray[np.uint64], ring: Rows, words: Any) -> Rows:
    """The first people of other departments after each mentee's point on its world's ring, (mentee, candidate).

    Args:
        ring: rows by (world, word); words: theirs.
    """
    found = np.full((len(mentees), CANDIDATES), NOBODY)
    worlds = np.concatenate([world.world_of[ring], world.world_of[mentees]])
    order = np.lexsort((np.concatenate([words, points]), worlds))
    before = np.empty(len(order), np.int64)
    before[order] = np.cumsum(order < len(ring))
    first, last = (np.searchsorted(world.world_of[ring], world.world_of[mentees], side) for side in ("left", "right"))
    start, size = before[len(ring) :] - first, last - first
    waiting = np.flatnonzero(size > 0)
    width = 2 * CANDIDATES
    while len(waiting):
        steps = np.arange(width)
        around = size[waiting][:, None]
        people = ring[first[waiting][:, None] + (start[waiting][:, None] + steps) % around]
        other = (world.home[people] != world.home[mentees[waiting]][:, None]) & (steps < around)
        rank = np.cumsum(other, axis=1)
        enough = (rank[:, -1] >= CANDIDATES) | (size[waiting] <= width)
        row, step = np.nonzero(other & (rank <= CANDIDATES) & enough[:, None])
        found[waiting[row], rank[row, step] - 1] = people[row, step]
        waiting = waiting[~enough]
        width *= 4
    return found


def deferred_acceptance(candidates: Rows, fit: NDArray[np.float32], room: Rows) -> Rows:
    """The mentor of each mentee or NOBODY, where mentees choose in the order given.

    Args:
        candidates, fit: (mentee, candidate); a fit of 0 makes no pair. room: mentees that each person can take.
    """
    order = np.argsort(-fit, axis=1, kind="stable")
    ranked = np.take_along_axis(candidates, order, axis=1)
    useful = np.count_nonzero(fit > 0, axis=1)
    tried = np.zeros(len(ranked), np.int64)
    chosen = np.full(len(ranked), NOBODY)
    asking = np.flatnonzero(useful > 0)
    while len(asking):
        chosen[asking] = ranked[asking, tried[asking]]
        hoping = np.flatnonzero(chosen != NOBODY)
        hoping = hoping[np.argsort(chosen[hoping], kind="stable")]
        mentors = chosen[hoping]
        rank = np.arange(len(mentors)) - np.searchsorted(mentors, mentors)
        refused = hoping[rank >= room[mentors]]
        chosen[refused] = NOBODY
        tried[refused] += 1
        asking = refused[tried[refused] < useful[refused]]
    return chosen
