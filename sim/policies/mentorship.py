"""Pairs of mentor and mentee: traditional, reverse or peer; within, across or between organizations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, Targets, running
from sim.policies.pairing import NOBODY, QUARTER, Pairing
from sim.sessions import Encounters
from sim.settings import LEVELS
from sim.week import Mask, Rows, Week

DIRECTIONS = ("traditional", "reverse", "peer")
BOUNDARIES = ("within", "across", "organization")
MATCHINGS = ("random", "gap", "complementarity")
TWO_WAY = {"traditional": 0.0, "reverse": 0.3, "peer": 0.5}
DOUBLE = 2.0
"""A mentoring hour counts twice an hour over a tie."""
TRAINED_TEACHING, TRAINING_HOURS = 1.1, 4.0
REVIEW_ATTENDANCE, REVIEW_HOURS = 0.05, 0.25
AUTONOMY_ATTENDANCE = 0.05
STAGNANT = 0.25
PAIRS_A_COORDINATOR = 40.0
YEAR = 52


@dataclass(frozen=True)
class MentorshipSettings(PolicySettings):
    """Parameters of mentorship."""

    kind: str = parameter("mentorship", "which policy", choices=("mentorship",))
    coverage: float = parameter(0.3, "share of those targeted that are mentees", low=0, high=1)
    hours: float = parameter(1.0, "length of a session, for mentor and mentee", unit="hours", low=0, high=40)
    direction: str = parameter(
        "traditional", "mentor's level above, below or equal to the mentee's", choices=DIRECTIONS
    )
    boundary: str = parameter("across", "the same department, another one, or another organization", choices=BOUNDARIES)
    matching: str = parameter("gap", "by chance, by what the mentee can use, or by what both can", choices=MATCHINGS)
    mentor_targets: Targets | None = parameter(None, "who may be a mentor; null: those targeted")
    capacity: int = parameter(2, "mentees that a mentor can have", unit="people", low=1, high=1000)
    cadence: int = parameter(2, "weeks between sessions", unit="weeks", low=1, high=52)
    rematch_weeks: int = parameter(
        26, "weeks after which pairs are matched anew, at the next occasion", unit="weeks", low=1, high=5200
    )
    mandatory: bool = parameter(
        True,
        "mentees are drawn; otherwise those with most initiative volunteer, and attend by engagement",
        source="Sandvik et al., NBER 29148",
    )
    two_way: float | None = parameter(
        None,
        "the mentor's learning, the mentee's being the rest; null: traditional 0, reverse 0.3, peer 0.5",
        low=0,
        high=1,
    )
    facilitation: float = parameter(0.0, "evens out who is heard, and helps promises to be kept", low=0, high=1)
    confidentiality: float = parameter(0.0, "least psychological safety of a session", low=0, high=1)
    introductions: int = parameter(0, "ties to the mentor's strongest contacts", unit="ties a quarter", low=0, high=50)
    training: bool = parameter(True, "mentors are trained: teach better in sessions, for 4 hours once")
    review: bool = parameter(False, "quarterly review: attendance up, for a quarter of an hour")
    minimum_sessions: int = parameter(
        0, "sessions in a quarter below which coordinators re-match a pair", unit="sessions", low=0, high=13
    )
    coordinators: int = parameter(
        0, "people who re-match stagnant pairs each quarter", unit="people", low=0, high=10_000
    )
    autonomy: float = parameter(0.0, "own rhythm: attendance up, number of sessions varies more", low=0, high=1)
    rhythm_fit: float = parameter(
        0.0, "share of hours inside meetings that exist anyway, not added to load", low=0, high=1
    )
    calendar: tuple[int, ...] = parameter(
        (), "busy weeks of the year, 0 to 51, without sessions", unit="week", low=0, high=51
    )


class Mentorship(Policy):
    """Pair people so that one learns from the other in regular sessions.

    Mentees get a mentor with room among sixteen drawn candidates, by what they could use of the mentor's mastery,
    and meet at a fixed rhythm; sessions teach, build trust and form ties (sources A, B and C; Sandvik et al., NBER
    29148, on mandatory mentoring). Moves the adequacy of mentees up.
    """

    kind = "mentorship"
    Settings = MentorshipSettings
    target_metric = "adequacy_members"
    sources = "A, B, C"
    written_state = ("ties",)
    settings: MentorshipSettings

    @classmethod
    def check(cls, settings: MentorshipSettings, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """Some mentor must stand in the right relation to some mentee."""
        everyone = tuple(range(len(LEVELS)))
        mentees = settings.targets.levels or everyone
        mentors = (settings.mentor_targets or settings.targets).levels or everyone
        fits = {"traditional": max(mentors) > min(mentees), "reverse": min(mentors) < max(mentees)}
        if not fits.get(settings.direction, any(level in mentors for level in mentees)):
            mend = "set mentor_targets.levels, or another direction"
            yield "targets.levels", f"no targeted level can be {settings.direction} mentor to a targeted mentee", mend
        if settings.minimum_sessions and not settings.coordinators:
            yield "minimum_sessions", "nobody is there to re-match a pair that meets too seldom", "set coordinators"

    def prepare(self, week: Week) -> None:
        """Keep the pairs, who was trained, and who ever was a mentee."""
        rows = week.state.frame.rows
        s = self.settings
        programme = (DIRECTIONS.index(s.direction), BOUNDARIES.index(s.boundary), MATCHINGS.index(s.matching))
        self.pairs = Pairing(self.label, rows, programme, s.capacity)
        self.trained = np.zeros(rows, np.bool_)
        self.ever = np.zeros(rows, np.bool_)

    def act(self, week: Week) -> None:
        """End, review and make pairs."""
        s = self.settings
        if not running(s, week.number):
            self.pairs.dissolve(self.pairs.mentees())
            return
        since = week.number - s.start_week
        if since > 0 and since % QUARTER == 0:
            self._quarter(week)
        if since % s.cadence == 0:
            self.pairs.dissolve(self.pairs.older_than(week.number, s.rematch_weeks))
            members = week.members(self.label, s, voluntary=not s.mandatory)
            mentees = np.flatnonzero(members & (self.pairs.mentor == NOBODY))
            self.pairs.match(week, mentees, self._may_mentor(week))
        self._engage(week)

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Sessions of the pairs whose turn it is and who both come."""
        s = self.settings
        mentee = self._scheduled(week)
        if len(mentee) == 0:
            return
        mentor = self.pairs.mentor[mentee]
        week.ask(np.concatenate([mentee, mentor]), s.hours * (1.0 - s.rhythm_fit))
        fade = None if s.mandatory else self.faded(week)
        more = REVIEW_ATTENDANCE * s.review + AUTONOMY_ATTENDANCE * s.autonomy
        both = week.attends(self.label, mentee, fade, more) & week.attends(self.label, mentor, fade, more)
        mentee, mentor = mentee[both], mentor[both]
        self.pairs.held[mentee] += 1
        week.attend(self.label, np.concatenate([mentee, mentor]), s.hours)
        back = TWO_WAY[s.direction] if s.two_way is None else s.two_way
        even = np.ones(len(mentee), np.float32)
        weight = even * np.float32(DOUBLE * s.hours)
        taught = np.float32(TRAINED_TEACHING if s.training else 1.0)
        gates: dict[str, Any] = {
            "facilitation": s.facilitation,
            "confidentiality": s.confidentiality,
            "origin": self.kind,
        }
        yield Encounters(mentee, mentor, weight * np.float32(1.0 - back), even * taught, **gates)
        if back > 0:
            yield Encounters(mentor, mentee, weight * np.float32(back), even, **gates)

    def left(self, week: Week, rows: Rows) -> None:
        """Pairs end with either side."""
        self.pairs.left(rows)
        self.trained[rows] = False

    def treated(self, week: Week) -> Mask:
        """Those who ever were mentees."""
        return self.ever

    def _scheduled(self, week: Week) -> Rows:
        """Mentees whose pair meets this week; autonomy trades the fixed rhythm for chance at the same mean."""
        s = self.settings
        mentees = self.pairs.mentees()
        if len(mentees) == 0 or week.number % YEAR in s.calendar:
            return mentees[:0]
        turn = week.turn(self.label, s.start_week, s.cadence)[mentees]
        if s.autonomy == 0:
            return mentees[turn]
        chance = np.float32(1.0 - s.autonomy) * turn + np.float32(s.autonomy / s.cadence)
        return mentees[week.draw(self.label, "own rhythm", rows=mentees) < chance]

    def _may_mentor(self, week: Week) -> Mask:
        return week.eligible(self.settings.mentor_targets or self.settings.targets)

    def _engage(self, week: Week) -> None:
        """Note who is mentor and mentee, train new mentors, book money."""
        s = self.settings
        mentees, mentors = self.pairs.mentor != NOBODY, self.pairs.taught > 0
        self.ever |= mentees
        week.mentoring |= mentors
        week.book(self.label, mentees | mentors, money=s.money)
        if s.training:
            fresh = np.flatnonzero(mentors & ~self.trained)
            if len(fresh):
                week.ask(fresh, TRAINING_HOURS)
                week.book(self.label, fresh, hours=TRAINING_HOURS)
                self.trained[fresh] = True

    def _quarter(self, week: Week) -> None:
        """Introduce, review, and let coordinators re-match pairs that do not meet or no longer learn."""
        s = self.settings
        mentees = self.pairs.mentees()
        for _ in range(s.introductions):
            self.pairs.introduce(week, mentees)
        if s.review:
            both = np.concatenate([mentees, self.pairs.mentor[mentees]])
            week.ask(both, REVIEW_HOURS)
            week.book(self.label, both, hours=REVIEW_HOURS)
        if s.coordinators:
            stagnant = self.pairs.stagnant(week, mentees, s.minimum_sessions, STAGNANT)
            self.pairs.dissolve(stagnant)
            self.pairs.match(week, stagnant, self._may_mentor(week), self._quality(week, mentees))
        self.pairs.held[:] = 0

    def _quality(self, week: Week, mentees: Rows) -> NDArray[np.float32]:
        """Chance that coordinators find the best candidate, (world,): 1 / (1 + pairs a coordinator / 40)."""
        pairs = np.bincount(week.world_of(mentees), minlength=week.state.frame.worlds)
        load = pairs / (self.settings.coordinators * PAIRS_A_COORDINATOR)
        return (1.0 / (1.0 + load)).astype(np.float32)
