"""A glossary and shared definitions between departments, and scenarios planned together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, running
from sim.week import Mask, Week

CLARITY = 0.3
"""What a glossary that everybody uses adds to the norm of clarity between departments: 0.55 to nearly that within."""


@dataclass(frozen=True)
class CommonLanguageSettings(PolicySettings):
    """Parameters of a common language."""

    kind: str = parameter("common_language", "which policy", choices=("common_language",))
    glossary: float = parameter(
        0.6, "how much of what departments say to each other has a shared definition", low=0, high=1, source="A"
    )
    scenarios: float = parameter(
        0.3, "scenario planning: share of the loss at a frontier shock that those who take part avoid", low=0, high=1
    )
    hours: float = parameter(0.1, "workshops and upkeep, a member-week", unit="hours", low=0, high=60)


class CommonLanguage(Policy):
    """Agree on what words mean, so that departments understand each other.

    Moves the norm of clarity between two departments by 0.3 * glossary * the shares of both that take part: clarity
    follows slowly (half-life 26 weeks), and sinks back as attention fades. Planning scenarios together makes those who
    take part readier for a shift of the frontier (lever `readiness`; it shows only where a shock comes). Source A names
    both; the size is cautious: a full glossary nearly closes the difference to the own department's clarity. Moves
    learning per across-meeting up.
    """

    kind = "common_language"
    Settings = CommonLanguageSettings
    target_metric = "learning_across_meeting"
    sources = "A"
    bent_levers = ("clarity.norm", "readiness")
    settings: CommonLanguageSettings

    def prepare(self, week: Week) -> None:
        """Keep which departments are other ones, (learner's department, source's department)."""
        self.other = ~np.eye(week.rule.departments, dtype=np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Move the norm of clarity between departments, and make people readier for what may come."""
        s, strength = self.settings, self.strength(week)
        if strength <= 0:
            return
        share = self._share(week)
        both = share[:, :, None] * share[:, None, :] * self.other
        member = self._members(week).astype(np.float32).reshape(week.state.frame.worlds, -1)
        yield Bend("clarity.norm", add=both * (strength * np.float32(CLARITY * s.glossary)))
        yield Bend("readiness", add=member * (strength * np.float32(s.scenarios)))

    def act(self, week: Week) -> None:
        """Book the hours of workshops and upkeep."""
        s = self.settings
        if running(s, week.number) and s.intensity > 0:
            members = self._members(week)
            week.ask(members, s.hours)
            week.book(self.label, members, s.hours, s.money)

    def _members(self, week: Week) -> Mask:
        return week.covered(self.label, self.settings)

    def _share(self, week: Week) -> Any:
        """Share of each department's people that take part, float32 (world, department)."""
        people = week.count_by_department(np.ones(week.state.frame.rows, np.bool_))
        taking_part = week.count_by_department(self._members(week))
        return np.divide(taking_part, people, out=np.zeros(people.shape), where=people > 0).astype(np.float32)
