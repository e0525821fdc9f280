"""On-ramps: newcomers get acquainted, a buddy, and time to learn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.sessions import Encounters
from sim.week import Mask, Rows, Week

NOBODY = -1


@dataclass(frozen=True)
class OnboardingSettings(PolicySettings):
    """Parameters of onboarding."""

    kind: str = parameter("onboarding", "which policy", choices=("onboarding",))
    renewal_weeks: int | None = parameter(
        26, "weeks between reviews, each restoring full strength; null: never", unit="weeks", low=1, high=5200
    )
    weeks: int = parameter(26, "how long a newcomer is on the on-ramp", unit="weeks", low=1, high=104, source="B, C")
    introductions: int = parameter(
        4, "colleagues of the own department that a newcomer is made acquainted with", unit="people", low=0, high=20
    )
    cadence: int = parameter(1, "weeks between meetings with the buddy", unit="weeks", low=1, high=26)
    hours: float = parameter(1.0, "length of a meeting with the buddy, for both", unit="hours", low=0, high=40)
    learning_hours: float = parameter(1.0, "time to learn beyond the usual", unit="hours a week", low=0, high=10)


class Onboarding(Policy):
    """Help newcomers on their way: acquaintances, a buddy, and time to learn.

    A newcomer gets ties to some colleagues of the own department, meets a buddy among its experienced people at a
    fixed rhythm (an hour counts as an hour over a tie, not twice as in mentoring), and has more time for learning from
    others. Sources B and C name all three; that on-ramps shorten the time to competence is well supported (Bauer et al.
    2007, a meta-analysis), their sizes in hours are not, so an hour each is an assumption. Time to learn is booked as
    a cost beside the meetings. Moves weeks until newcomers know half down.
    """

    kind = "onboarding"
    Settings = OnboardingSettings
    target_metric = "newcomer_weeks"
    sources = "B, C"
    bent_levers = ("hours",)
    written_state = ("ties",)
    settings: OnboardingSettings

    def prepare(self, week: Week) -> None:
        """Keep each newcomer's buddy, who was introduced already, and who ever was on the on-ramp."""
        rows = week.state.frame.rows
        self.buddy = np.full(rows, NOBODY, np.int64)
        self.introduced = np.zeros(rows, np.bool_)
        self.ever = np.zeros(rows, np.bool_)
        self.on = np.zeros(0, np.int64)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Give those on the on-ramp time to learn."""
        s, strength = self.settings, self.strength(week)
        self.on = np.zeros(0, np.int64)
        if strength <= 0:
            return
        self.on = np.flatnonzero(week.members(self.label, s) & self._new(week))
        time = np.zeros(week.state.frame.rows, np.float32)
        time[self.on] = strength * np.float32(s.learning_hours)
        yield Bend("hours", add=time.reshape(week.state.frame.worlds, -1))

    def act(self, week: Week) -> None:
        """Introduce who is new, and find a buddy for who has none."""
        s = self.settings
        if len(self.on) == 0:
            return
        self.ever[self.on] = True
        week.book(self.label, self.on, float(self.strength(week)) * s.learning_hours, s.money)
        home = week.state.arrays["home_department"]
        experienced = week.eligible(s.targets) & ~self._new(week)
        fresh = self.on[~self.introduced[self.on]]
        self.introduced[fresh] = True
        known = week.colleagues(self.label, "introduce", fresh, home[fresh], s.introductions, experienced)
        there = known >= 0
        newcomer, colleague = fresh[there.nonzero()[0]], known[there]
        learner, source = np.concatenate([newcomer, colleague]), np.concatenate([colleague, newcomer])
        trust = week.stranger_trust(learner, source)
        week.form_ties(learner, source, trust, week.rule.formed, self.kind)
        alone = self.on[self.buddy[self.on] == NOBODY]
        self.buddy[alone] = week.colleagues(self.label, "buddy", alone, home[alone], 1, experienced)[:, 0]

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Newcomers whose turn it is meet their buddies, if both come."""
        s = self.settings
        if len(self.on) == 0:
            return
        newcomer = self.on[(week.turn(self.label, s.start_week, s.cadence) & (self.buddy != NOBODY))[self.on]]
        buddy = self.buddy[newcomer]
        week.ask(np.concatenate([newcomer, buddy]), s.hours)
        both = week.attends(self.label, newcomer, None) & week.attends(self.label, buddy, None)
        newcomer, buddy = newcomer[both], buddy[both]
        if len(newcomer) == 0:
            return
        week.attend(self.label, np.concatenate([newcomer, buddy]), s.hours)
        even = np.ones(len(newcomer), np.float32)
        yield Encounters(newcomer, buddy, even * np.float32(s.hours), even, origin=self.kind)

    def left(self, week: Week, rows: Rows) -> None:
        """Whoever takes the seat is new, and whose buddy left needs another one."""
        gone = np.zeros(len(self.buddy), np.bool_)
        gone[rows] = True
        lost = gone | ((self.buddy != NOBODY) & gone[np.maximum(self.buddy, 0)])
        self.buddy[lost] = NOBODY
        self.introduced[rows] = False

    def treated(self, week: Week) -> Mask:
        """The seats of those who ever were on the on-ramp."""
        return self.ever

    def _new(self, week: Week) -> Mask:
        new: Mask = week.state.arrays["tenure"] < self.settings.weeks
        return new
