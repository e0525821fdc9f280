"""The vectorized contender's worlds: arrays over people, tables over departments, and the order of the week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders import numpy_ageing, numpy_exchange, numpy_measures
from benchmarks.contenders.numpy_draws import Draws, Generated, Rows, uniform
from benchmarks.contenders.numpy_mentorship import Mentorship
from benchmarks.contenders.numpy_rotation import Rotation
from benchmarks.contenders.numpy_ties import Ties
from benchmarks.contenders.sizes import (
    ENGAGEMENT,
    LEAST_HOURS,
    MEAN_SQUARED_INITIATIVE,
    MENTOR_ATTENDANCE,
    PRACTICE_COST,
    RELIABILITY,
    SAFE_ENOUGH,
    TEACHING,
    WILLINGNESS,
    faded,
)
from benchmarks.contenders.start import Start

Real = NDArray[np.float32]
ZERO, ONE = np.float32(0.0), np.float32(1.0)


@dataclass(frozen=True)
class Session:
    """Pairs who meet in the sessions of one policy this week; every array is (pair,), and each pair is there once.

    Attributes:
        slot: of their tie, or -1. trust, heard: as the week begins.
        origin: of ties that kept promises form, None where they form none.
    """

    kind: str
    learner: Rows
    source: Rows
    weight: Real
    teaching: Real
    slot: Rows
    trust: Real
    heard: NDArray[np.bool_]
    origin: int | None


@dataclass(frozen=True)
class Culture:
    """What holds this week, flat over (world, pair), safety over (world, department).

    `at_home`, `hosting` and `away` are factors on a tie's chance of a meeting, by where its two people work.
    """

    safety: Real
    clarity: Real
    reliability: Real
    at_home: Real
    hosting: Real
    away: Real


class World:
    """One or several worlds; row = world * people + seat.

    Attributes:
        wanted: need of each person where it works this week, (row, topic).
        places: what else depends on where people work, see `numpy_ageing.Places`.
        gain, asked_gain: mastery of this week's meetings, (row, topic), and its sum (row,).
        factor: share of the gains that the learning budget lets through, (row,).
        met, brought: slots of the ties that met, and what each brought, (meeting,).
    """

    wanted: Real
    gain: Real
    asked_gain: Real
    factor: Real
    met: Rows
    brought: Real
    meetings: Rows

    def __init__(self, start: Start, draws: type[Any] = Generated) -> None:
        self.start, self.scenario = start, start.prepared.scenario
        state, frame = start.state, start.state.frame
        self.worlds, self.people, self.topics = frame.worlds, frame.people, len(frame.topics)
        self.rows, self.departments = frame.rows, len(frame.departments)
        self.week = 0
        self.key, self.level, self.tenure = (getattr(state, name).ravel().copy() for name in ("key", "level", "tenure"))
        self.home = state.home_department.ravel().astype(np.int64)
        self.here = self.home.copy()
        self.away = np.zeros(self.rows, np.bool_)
        self.world_of = np.repeat(np.arange(self.worlds), self.people)
        self.flat_home = self.world_of * self.departments + self.home
        self.expertise: Real = np.ascontiguousarray(state.expertise.reshape(self.rows, self.topics))
        self.engagement, self.initiative = state.engagement.ravel().copy(), state.initiative.ravel().copy()
        self.draws: Draws = draws(start.seeds, self.key, frame.topics)
        self.ties = Ties(start, self.home, self.flat_home)
        self._constants()
        self.wanted = np.zeros_like(self.expertise)
        self._culture_at_start()
        self.places = numpy_ageing.Places(self)
        self.place(np.arange(self.rows), self.home)
        self.mentoring = np.zeros(self.rows, np.bool_)
        settings = {kind: start.policy(kind) for kind in ("incentives", "mentorship", "rotation")}
        self.incentives = settings["incentives"]
        self.policies: list[Any] = []
        if settings["mentorship"] is not None:
            self.policies.append(Mentorship(settings["mentorship"], self))
        self.rotation = None
        if settings["rotation"] is not None:
            self.rotation = Rotation(settings["rotation"], self)
            self.policies.append(self.rotation)
        self.measures = numpy_measures.Measures(self)

    def _constants(self) -> None:
        f, s, structure = np.float32, self.scenario, self.start.state.structure
        self.need = structure.need[:, : self.topics].copy()
        self.own = structure.own[:, : self.topics].copy()
        self.tacitness: Real = structure.tacitness[: self.topics].copy()
        self.codified = ONE - self.tacitness
        self.obsolescence: Real = structure.obsolescence[: self.topics].copy()
        self.ones = np.ones(self.topics, f)
        self.phi, self.eta, self.delta = f(s.learning.phi), f(s.trust.eta), f(s.trust.delta)
        self.host_clarity, self.host_willingness = f(s.stays.clarity), f(s.stays.willingness)
        self.absence_contact = f(s.stays.absence_contact)
        self.capacity = f(s.learning.hours) * f(s.learning.pace)
        self.hours = max(f(s.learning.hours), LEAST_HOURS)
        self.rate = np.full(self.rows, s.learning.rate, f)

    def _culture_at_start(self) -> None:
        names = ("safety", "clarity", "willingness", "reliability")
        self.states: dict[str, Real] = {name: getattr(self.start.state, name).ravel().copy() for name in names}
        self.norms = {name: values.copy() for name, values in self.states.items()}
        pair = np.arange(self.worlds * self.departments**2) % self.departments**2
        self.across = (pair // self.departments != pair % self.departments).astype(np.float32)

    def cell(self, learner: Rows, source: Rows) -> Rows:
        """Flat (world, learner's home, source's home)."""
        return self.flat_home[learner] * self.departments + self.home[source]

    def place(self, rows: Rows, department: Rows) -> None:
        """Let people work in these departments."""
        home = self.home[rows]
        self.here[rows] = department
        self.away[rows] = department != home
        self.wanted[rows] = self.places.wanted[home, department]
        self.places.move(rows, home, department)

    def stranger_trust(self, learner: Rows, source: Rows) -> Real:
        """Trust between people without a tie."""
        trust = self.scenario.trust
        same = self.home[learner] == self.home[source]
        return np.where(same, np.float32(trust.stranger_within), np.float32(trust.stranger))

    def attends(self, kind: str, rows: Rows) -> NDArray[np.bool_]:
        """Who of some people comes to this week's session."""
        coming: NDArray[np.bool_] = uniform(self.draws.people(kind, "attend", self.week)[rows]) < self.attendance[rows]
        return coming

    def session(
        self, kind: str, learner: Rows, source: Rows, weight: float, teaching: float, origin: int | None
    ) -> Session:
        """A session's pairs, with the trust of the week's start and who is heard."""
        slot = self.ties.find(learner, source)
        trust = self.stranger_trust(learner, source)
        trust[slot >= 0] = self.ties.trust[slot[slot >= 0]]
        words = self.draws.pairs(kind, "heard", self.week, learner, source)
        safety = self.culture.safety[self.world_of[learner] * self.departments + self.here[learner]]
        heard = (self.level[source] >= self.level[learner]) | (uniform(words) < safety)
        even = np.ones(len(learner), np.float32)
        return Session(
            kind, learner, source, even * np.float32(weight), even * np.float32(teaching), slot, trust, heard, origin
        )

    def step(self) -> None:
        """One week."""
        self.asked_hours = np.zeros(self.rows, np.float32)
        self.booked = np.zeros(self.worlds)
        self._bend()
        self.mentoring[:] = False
        for policy in self.policies:
            policy.act(self)
        self._gates()
        self.sessions = [session for policy in self.policies for session in policy.convene(self)]
        self.load = self.asked_hours / self.hours
        self.keeps = ONE / np.maximum(ONE, self.load)
        self.gain = np.zeros_like(self.expertise)
        self.asked_gain = np.zeros(self.rows, np.float32)
        numpy_exchange.exchange(self)
        self.measures.before_sessions(self)
        numpy_exchange.hold_sessions(self)
        numpy_ageing.absorb(self)
        self.measures.follow(self)
        numpy_ageing.practise(self)
        numpy_ageing.drift(self)
        numpy_ageing.leave_and_join(self)
        self.measures.observe(self)
        self.week += 1

    def book(self, rows: Rows, hours: float) -> None:
        """Book hours for each of some rows; repeats count."""
        self.booked += np.bincount(self.world_of[rows], minlength=self.worlds) * hours

    def ask(self, rows: Rows, hours: float) -> None:
        """Add to the hours asked of people, which are their load; repeats count."""
        self.asked_hours += np.bincount(rows, minlength=self.rows).astype(np.float32) * np.float32(hours)

    def _bend(self) -> None:
        """The levers of the week, and culture as it holds."""
        s = self.incentives
        w = ZERO
        if s is not None and s.start_week <= self.week:
            w = faded(self.week, s.start_week, s.renewal_weeks) * np.float32(s.weight)
        cross, sharing, mentoring = (s.rewards.cross_team, s.rewards.sharing, s.rewards.mentoring) if w else (0, 0, 0)
        reward = np.float32((cross + sharing + mentoring) / 3.0)
        self.pull = w * np.float32(ENGAGEMENT) * reward
        self.teaching = np.full(self.rows, ONE + w * np.float32(TEACHING * sharing), np.float32)
        self.practice = max(ZERO, ONE - w * np.float32(PRACTICE_COST) * reward)
        more = self.mentoring * (w * np.float32(MENTOR_ATTENDANCE * mentoring))
        self.attendance = np.clip(np.float32(self.scenario.sessions.attendance) + more, ZERO, ONE)
        self.tired = self.rotation.tired() if self.rotation is not None else ZERO
        willingness = np.clip(self.states["willingness"] + self.across * (w * np.float32(WILLINGNESS * cross)), 0, 1)
        reliability = np.clip(self.states["reliability"] + self.across * (w * np.float32(RELIABILITY * cross)), 0, 1)
        hosting = np.minimum(ONE, willingness + self.host_willingness)
        self.culture = Culture(
            self.states["safety"],
            self.states["clarity"],
            reliability,
            willingness,
            hosting,
            self.absence_contact * willingness,
        )

    def _gates(self) -> None:
        """What each person brings to this week's meetings."""
        self.engaged = np.clip(self.engagement + (self.pull + self.tired), ZERO, ONE)
        safety = self.culture.safety[self.world_of * self.departments + self.here]
        self.seeks = safety * self.engaged * (self.initiative * self.initiative / MEAN_SQUARED_INITIATIVE)
        self.openness = np.minimum(ONE, SAFE_ENOUGH * safety)
