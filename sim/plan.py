"""The week as a printable table of phases."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.phases import ageing, challenges, channels, governance, knowledge, pilots, shocks, turnover
from sim.phases.scratch import room_for_lessons
from sim.policies.base import Policy
from sim.recorder import Recorder
from sim.schema import EncounterArrays, Gates, Meetings
from sim.sessions import Meeting
from sim.typed import joining_of
from sim.week import Week


@dataclass(frozen=True)
class Phase:
    """One row of the plan: what runs, whose it is, what it reads and what it writes."""

    name: str
    owner: str
    reads: str
    writes: str
    run: Callable[[Plan], None]

    @property
    def doc(self) -> str:
        """What the phase does, in a sentence."""
        return (self.run.__doc__ or "").strip().splitlines()[0]


def _observe(plan: Plan) -> None:
    """Take the week's measures."""
    plan.week.state.week = plan.week.number + 1
    plan.recorder.observe(plan)


PHASES = (
    Phase("shocks", "scenario", "readiness", "expertise, home_department, who leaves, ledger", shocks.shocks),
    Phase("bend", "policies", "state", "levers, culture of the week", governance.bend),
    Phase("act", "policies", "state", "department, home_department, ties, pairs", governance.act),
    Phase("convene", "policies", "trust, engagement", "attendance, load", governance.convene),
    Phase("rules", "user", "state of the week's start", "gain of rules", channels.rules),
    Phase("ties", "model", "expertise, culture, contact", "gain, trust", channels.ties),
    Phase("sessions", "model", "expertise, culture, trust of the week's start", "gain, trust, ties", channels.sessions),
    Phase("knowledge base", "model", "expertise, levers", "gain, coverage, freshness", knowledge.knowledge_base),
    Phase("challenges", "model", "expertise, trust, culture, blocked", "gain, challenges", challenges.challenges),
    Phase("pilots", "model", "expertise, ties, safety", "gain, practices", pilots.pilots),
    Phase("land", "user", "what rules set", "state", channels.land),
    Phase("learn", "model", "gain, hours", "expertise, ledger", channels.learn),
    Phase("practice", "model", "need", "expertise, ledger", ageing.practice),
    Phase("drift", "model", "norms, load", "culture, engagement", ageing.drift),
    Phase("leave and join", "model", "tenure, level", "people, ties, ledger", turnover.leave_and_join),
    Phase("observe", "model", "everything", "measures", _observe),
)
"""The order of a week."""


class Plan:
    """Runs the phases and carries what one phase hands to a later one.

    Attributes:
        week, policies, rules, recorder: the ensemble at work; policies and rules in label order.
        meeting, encounters, slots, brought: this week's sessions, (encounter,).
        lessons: this week's meetings over ties, once they were held; `meetings` is what they are held in.
        market: whom newcomers are drawn from, and how likely people leave.
        load, hours: hours asked over hours available, and the latter, never 0, float32 (person,).
        gates: what people bring to meetings, kept from week to week; `followed` are the levers that it follows from.
        flat: levers that were asked for in one piece, by name.
        seconds: time spent in each phase so far, by name.
    """

    meeting: Meeting
    encounters: EncounterArrays
    slots: NDArray[np.int64]
    brought: NDArray[np.float32]

    def __init__(self, week: Week, policies: Sequence[Policy], rules: Sequence[Any]) -> None:
        self.week = week
        self.policies = sorted(policies, key=lambda policy: policy.label)
        self.rules = sorted(rules, key=lambda rule: rule.label)
        rows = week.state.frame.rows
        self.load, self.hours = np.zeros(rows, np.float32), np.zeros(rows, np.float32)
        self.gates = Gates(*(np.ones(rows, np.float32) for _ in Gates._fields))
        self.rate = np.float32(week.scenario.learning.rate)
        self.followed: dict[str, NDArray[np.float32]] = {}
        self.flat: dict[str, NDArray[np.float32]] = {}
        self.lessons = room_for_lessons(week.state)
        self.meetings: dict[int, Meetings] = {}
        self.market = joining_of(week.prepared, week.chance)
        self.restart_measures()
        self.seconds = dict.fromkeys((phase.name for phase in PHASES), 0.0)
        for part in (*self.policies, *self.rules):
            part.prepare(week)

    def restart_measures(self) -> None:
        """Forget what was measured so far."""
        labels = [part.label for part in (*self.policies, *self.rules)]
        self.week.challenges.restart_measures()
        self.recorder = Recorder(self.week, labels, self.week.prepared.topics.names)

    def step(self) -> None:
        """Run one week."""
        with np.errstate(over="ignore"):  # without the jit, keyed hashes wrap around in numpy scalars
            for phase in PHASES:
                begin = time.perf_counter()
                phase.run(self)
                self.seconds[phase.name] += time.perf_counter() - begin
        self.week.number += 1

    def mean_mastery(self) -> NDArray[np.float64]:
        """Mean mastery over people and topics, float64 (world,)."""
        mean: NDArray[np.float64] = self.week.state.expertise.mean(axis=(1, 2), dtype=np.float64)
        return mean

    def flat_lever(self, name: str) -> NDArray[np.float32]:
        """A lever as kernels read it, in one piece; kept while nobody bends it anew."""
        lever = self.week.levers[name]
        if self.followed.get(name) is not lever:
            self.followed[name] = lever
            self.flat[name] = np.ascontiguousarray(lever.ravel())
        return self.flat[name]

    def by_world(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values (person,) seen as (world, person)."""
        return values.reshape(self.week.state.frame.worlds, -1)


def table() -> list[dict[str, str]]:
    """The plan as rows of text: phase, owner, reads, writes, what it does."""
    return [
        {"phase": phase.name, "owner": phase.owner, "reads": phase.reads, "writes": phase.writes, "does": phase.doc}
        for phase in PHASES
    ]
