"""A register of blockers, with owners who may remove them and a time after which they go up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Week

ESCALATED = np.float32(0.5)
"""Chance a week that what was escalated is cleared."""


@dataclass(frozen=True)
class RiskRegisterSettings(PolicySettings):
    """Parameters of the risk register."""

    kind: str = parameter("risk_register", "which policy", choices=("risk_register",))
    empowerment: float = parameter(
        0.15, "added to the chance that an owner clears a blocked challenge", unit="per week", low=0, high=1
    )
    escalation_weeks: int = parameter(
        4,
        "weeks blocked from which on leaders take it up, and clear half of them a week",
        unit="weeks",
        low=1,
        high=26,
    )
    hours: float = parameter(0.05, "keeping the register, a person-week", unit="hours", low=0, high=60)


class RiskRegister(Policy):
    """Write down what blocks work, give it an owner who may remove it, and a date when it goes up.

    Owners of the departments that keep it clear a blocked challenge more often, and one that waits for some weeks is
    escalated. Both act in proportion to the share of the owning department's people who take part. Sources A and B ask
    for it; no study gives sizes, so an owner is made twice as quick as without, and an escalation takes two weeks.
    Moves the median weeks blocked down.
    """

    kind = "risk_register"
    Settings = RiskRegisterSettings
    target_metric = "median_blocked"
    sources = "A, B"
    bent_levers = ("unblocking",)
    settings: RiskRegisterSettings

    def bend(self, week: Week) -> Iterable[Bend]:
        """Let owners clear more."""
        strength = self.strength(week)
        if strength > 0 and self.settings.empowerment > 0:
            yield Bend("unblocking", add=self._share(week) * (strength * np.float32(self.settings.empowerment)))

    def act(self, week: Week) -> None:
        """Escalate what has waited long, and book what the register costs."""
        strength = self.strength(week)
        if strength <= 0:
            return
        covered = week.covered(self.label, self.settings)
        week.ask(covered, self.settings.hours)
        week.book(self.label, covered, self.settings.hours, self.settings.money)
        part = week.challenges
        if part.count == 0:
            return
        late = part.open.blocked & (week.number - part.open.since >= self.settings.escalation_weeks)
        chance = self._share(week)[part.open.world, part.open.owner] * (strength * ESCALATED)
        part.clear(late & (part.draw(self.label, "escalate", week.number) < chance))

    def treated(self, week: Week) -> Mask | None:
        """Nobody in particular."""
        return None

    def _share(self, week: Week) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """Share of those targeted in each department that take part, (world, department)."""
        return week.share_by_department(week.covered(self.label, self.settings), self.settings.targets)
