"""The table of pairs that a mentoring programme keeps: matching, ageing, stagnation, introductions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.matching import NOBODY, WITHIN, end_pairs, end_pairs_with, match, pair_gaps, strongest_source
from sim.settings import LEVELS
from sim.tuples import Rings, Sorting
from sim.week import Mask, Rows, Week

QUARTER = 13
"""Weeks between reviews of the pairs."""

__all__ = ["NOBODY", "QUARTER", "Pairing"]


class Pairing:
    """Pairs of an ensemble, by the mentee's row.

    Attributes:
        mentor: row of the mentor, or NOBODY, (person,).
        taught: how many mentees a person has, (person,).
        since: week in which the pair was made, (person,).
        held: sessions held this quarter, (person,).
        first_gap: what the mentee could use of the mentor when the pair was made, (person,).
    """

    def __init__(self, label: str, rows: int, programme: tuple[int, int, int], capacity: int) -> None:
        self.label = label
        self.programme = programme
        self.capacity = capacity
        self.mentor = np.full(rows, NOBODY, np.int64)
        self.taught = np.zeros(rows, np.int32)
        self.since = np.zeros(rows, np.int32)
        self.held = np.zeros(rows, np.int32)
        self.first_gap = np.zeros(rows, np.float32)
        self._scratch: tuple[Sorting, Rings] | None = None

    def mentees(self) -> Rows:
        """Rows of those who have a mentor."""
        return np.flatnonzero(self.mentor != NOBODY)

    def dissolve(self, mentees: Rows) -> None:
        """End the pairs of these people, as mentees, each named once."""
        end_pairs(mentees, self.mentor, self.taught, self.held)

    def older_than(self, number: int, weeks: int) -> Rows:
        """Mentees whose pair has lasted that long."""
        return np.flatnonzero((self.mentor != NOBODY) & (number - self.since >= weeks))

    def left(self, rows: Rows) -> None:
        """End every pair that one of these rows is part of."""
        end_pairs_with(rows, np.zeros(len(self.mentor), np.bool_), self.mentor, self.taught, self.held)

    def match(self, week: Week, mentees: Rows, may_mentor: Mask, quality: NDArray[np.float32] | None = None) -> None:
        """Find mentors for some mentees.

        Args:
            may_mentor: who may be a mentor, (person,).
            quality: chance that the best candidate is found instead of the first, (world,); None: always the best.
        """
        if len(mentees) == 0:
            return
        mentees = np.sort(mentees)
        hasty = np.zeros(len(may_mentor), np.bool_)
        if quality is not None:
            hasty[mentees] = week.draw(self.label, "hasty", rows=mentees) >= quality[week.world_of(mentees)]
        match(
            mentees,
            may_mentor,
            hasty,
            tuple(week.chance.stream(self.label, decision, week.number) for decision in ("mentee", "mentor", "fit")),
            self.mentor,
            self.taught,
            self.capacity,
            week.state.people,
            week.state.structure,
            week.rule,
            self.programme,
            *self._room(week),
        )
        self._note(week, mentees[self.mentor[mentees] != NOBODY])

    def _room(self, week: Week) -> tuple[Sorting, Rings]:
        """Scratch of `match`, made when it is first needed."""
        if self._scratch is None:
            self._scratch = self._new_scratch(week)
        return self._scratch

    def _new_scratch(self, week: Week) -> tuple[Sorting, Rings]:
        people, levels = week.rule.people, len(LEVELS)
        rings = levels * week.rule.departments if self.programme[1] == WITHIN else levels

        def rows(size: int) -> Rows:
            return np.empty(size, np.int64)

        def hashes(size: int) -> NDArray[np.uint64]:
            return np.empty(size, np.uint64)

        return (
            Sorting(rows(people), hashes(people), rows(people), hashes(people), rows(2 * people + 3)),
            Rings(
                rows(levels * people),
                hashes(levels * people),
                first=rows(rings + 1),
                place=rows(rings),
                wanted=np.empty(levels, np.bool_),
                useful=np.empty(levels, np.bool_),
            ),
        )

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
