"""Leaders who show their own mistakes, and mistakes that are treated as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Week

LEADERS = 2
"""Managers and executives lead; this is the level of a manager."""
MODELLING, MISTAKES = 0.15, 0.10


@dataclass(frozen=True)
class PsychologicalSafetySettings(PolicySettings):
    """Parameters of psychological safety."""

    kind: str = parameter("psychological_safety", "which policy", choices=("psychological_safety",))
    modelling: float = parameter(
        0.6, "how openly leaders show mistakes of their own and ask for help", low=0, high=1, source="A, C"
    )
    mistakes: float = parameter(
        0.6, "how far mistakes are looked at as data, without blame", low=0, high=1, source="A, B"
    )
    hours: float = parameter(0.25, "time of each leader who takes part, a week", unit="hours", low=0, high=60)


class PsychologicalSafety(Policy):
    """Make it safe to ask, to doubt and to admit mistakes.

    Moves the norm of safety of a department by up to 0.15 with the share of its leaders who take part and how openly
    they do it, and by up to 0.10 with the share of its people who treat mistakes as data; the state follows over months
    and drifts back. Safety opens meetings, lets tacit knowledge pass, and lets those of lower level be heard in
    sessions (sources A, B and C; Sanner and Bunderson 2015 on tacit work; Coutifaris and Grant 2022 on leaders who
    share criticism of themselves, whose effect lasted a year). The sizes are cautious: field effects are a fraction of
    a standard deviation. Moves learning on tacit topics up.
    """

    kind = "psychological_safety"
    Settings = PsychologicalSafetySettings
    target_metric = "learning_tacit"
    sources = "A, B, C"
    bent_levers = ("safety.norm",)
    settings: PsychologicalSafetySettings

    def bend(self, week: Week) -> Iterable[Bend]:
        """Raise the norm of safety with the share of leaders and of people who take part."""
        strength, s = self.strength(week), self.settings
        if strength <= 0 or s.coverage <= 0:
            return
        taking_part, targeted = week.covered(self.label, s), week.eligible(s.targets)
        lead = week.state.arrays["level"] >= LEADERS
        leaders = share_by_department(week, taking_part & lead, targeted & lead)
        people = share_by_department(week, taking_part, targeted)
        by_leaders, by_people = np.float32(MODELLING * s.modelling), np.float32(MISTAKES * s.mistakes)
        yield Bend("safety.norm", add=strength * (by_leaders * leaders + by_people * people))

    def act(self, week: Week) -> None:
        """Book the leaders' time."""
        s = self.settings
        if self.strength(week) > 0 and s.coverage > 0:
            leaders = week.covered(self.label, s) & (week.state.arrays["level"] >= LEADERS)
            week.ask(leaders, s.hours)
            week.book(self.label, leaders, s.hours, s.money)


def share_by_department(week: Week, some: Mask, all_: Mask) -> NDArray[np.float32]:
    """Share of some people among others by home department, float32 (world, department); 0 where there are none."""
    whole = week.count_by_department(all_)
    part = week.count_by_department(some)
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0).astype(np.float32)
