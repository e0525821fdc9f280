"""The table of pairs that a mentoring programme keeps: matching, ageing, stagnation, introductions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.matching import NOBODY, WITHIN, match, pair_gaps, strongest_source
from sim.week import Mask, Rows, Week

QUARTER = 13
"""Weeks between reviews of the pairs."""

__all__ = ["NOBODY", "QUARTER", "Pairing"]


class Pairing:
    """Pairs of an ensemble, by the mentee's row.

    Attributes:
        mentor: row of the mentor, or NOBODY, (person,).
        since: week in which the pair was made, (person,).
        held: sessions held this quarter, (person,).
        first_gap: what the mentee could use of the mentor when the pair was made, (person,).
    """

    def __init__(self, label: str, rows: int, programme: tuple[int, int, int], capacity: int) -> None:
        self.label = label
        self.programme = programme
        self.capacity = capacity
        self.mentor = np.full(rows, NOBODY, np.int64)
        self.since = np.zeros(rows, np.int64)
        self.held = np.zeros(rows, np.int64)
        self.first_gap = np.zeros(rows, np.float32)

    def mentees(self) -> Rows:
        """Rows of those who have a mentor."""
        return np.flatnonzero(self.mentor != NOBODY)

    def dissolve(self, mentees: Rows) -> None:
        """End the pairs of these mentees."""
        self.mentor[mentees] = NOBODY
        self.held[mentees] = 0

    def older_than(self, number: int, weeks: int) -> Rows:
        """Mentees whose pair has lasted that long."""
        return np.flatnonzero((self.mentor != NOBODY) & (number - self.since >= weeks))

    def left(self, rows: Rows) -> None:
        """End every pair that one of these rows is part of."""
        self.dissolve(rows)
        self.dissolve(np.flatnonzero(np.isin(self.mentor, rows)))

    def match(self, week: Week, mentees: Rows, may_mentor: Mask, quality: NDArray[np.float32] | None = None) -> None:
        """Find mentors for some mentees, world by world.

        Args:
            may_mentor: who may be a mentor, (person,).
            quality: chance that the best candidate is found instead of the first, (world,); None: always the best.
        """
        if len(mentees) == 0:
            return
        points = week.hashes(self.label, "mentee")
        ring_points = week.hashes(self.label, "mentor")
        chain = week.chance.stream(self.label, "fit", week.number)
        hasty = np.zeros(len(may_mentor), np.bool_)
        if quality is not None:
            hasty[mentees] = week.draw(self.label, "hasty")[mentees] >= quality[week.world_of(mentees)]
        room = self.capacity - np.bincount(self.mentor[self.mentees()], minlength=len(may_mentor))
        people, structure = week.state.people, week.state.structure
        for world in np.unique(week.world_of(mentees)):
            ring, first = self._ring(week, int(world), may_mentor, ring_points)
            own = mentees[week.world_of(mentees) == world]
            own = own[np.argsort(points[own], kind="stable")]
            score = np.zeros(len(own), np.float32)
            match(
                own,
                points[own],
                ring,
                ring_points[ring],
                first,
                self.mentor,
                room,
                chain[world],
                people,
                structure,
                self.programme,
                hasty[own],
                score,
            )
            self._note(week, own[self.mentor[own] != NOBODY])

    def _ring(self, week: Week, world: int, may_mentor: Mask, points: NDArray[np.uint64]) -> tuple[Rows, Rows]:
        """The eligible mentors of a world by keyed hash, and where each department begins if pairs stay within one."""
        base = world * week.rule.people
        ring = base + np.flatnonzero(may_mentor[base : base + week.rule.people])
        if self.programme[1] != WITHIN:
            return ring[np.argsort(points[ring], kind="stable")], np.array([0, len(ring)])
        home = week.state.arrays["home_department"][ring]
        order = np.lexsort((points[ring], home))
        return ring[order], np.searchsorted(home[order], np.arange(week.rule.departments + 1))

    def stagnant(self, week: Week, mentees: Rows, minimum_sessions: int, share: float) -> Rows:
        """Mentees whose pair met too seldom in the quarter that it had, or has little left of its first gap."""
        gap = self._gaps(week, mentees)
        few = (self.held[mentees] < minimum_sessions) & (week.number - self.since[mentees] >= QUARTER)
        return mentees[few | (gap < np.float32(share) * self.first_gap[mentees])]

    def introduce(self, week: Week, mentees: Rows) -> None:
        """Give each mentee a tie to the mentor's strongest source that it does not know yet."""
        found = np.full(len(mentees), NOBODY, np.int64)
        strongest_source(self.mentor[mentees], mentees, week.state.ties, found)
        learner, source = mentees[found != NOBODY], found[found != NOBODY]
        trust = week.stranger_trust(learner, source)
        week.form_ties(learner, source, trust, week.rule.formed, "introduction")

    def _note(self, week: Week, mentees: Rows) -> None:
        self.since[mentees] = week.number
        self.held[mentees] = 0
        self.first_gap[mentees] = self._gaps(week, mentees)

    def _gaps(self, week: Week, mentees: Rows) -> NDArray[np.float32]:
        gaps = np.zeros(len(mentees), np.float32)
        pair_gaps(mentees, self.mentor[mentees], week.state.people, week.state.structure.need, gaps)
        return gaps
