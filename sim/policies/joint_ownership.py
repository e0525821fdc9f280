"""Shared deliverables of two departments, whose ownership goes back and forth between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Week


@dataclass(frozen=True)
class JointOwnershipSettings(PolicySettings):
    """Parameters of joint ownership."""

    kind: str = parameter("joint_ownership", "which policy", choices=("joint_ownership",))
    shared_goals: float = parameter(
        0.1, "added to willingness between departments that depend on each other, both ways", low=0, high=1
    )
    handover_weeks: int = parameter(
        6, "weeks after which the other department leads a challenge", unit="weeks", low=1, high=52
    )
    hours: float = parameter(0.1, "agreeing on goals, a person-week", unit="hours", low=0, high=60)


class JointOwnership(Policy):
    """Make two departments own a deliverable together, in turns, with goals that both set.

    What is owned jointly is led by one department for some weeks, then by someone of the other one, who knows other
    people; goals set together make departments that depend on each other readier to share. A challenge is owned jointly
    by chance, with the product of the shares of both departments' people who take part; that holds while the policy
    runs, whereas the readiness fades with attention. Source A; no study gives sizes, so a turn is a month and a half,
    and readiness rises by a tenth. Moves challenges of several departments solved up.
    """

    kind = "joint_ownership"
    Settings = JointOwnershipSettings
    target_metric = "solved_several"
    sources = "A"
    bent_levers = ("willingness.pull",)
    settings: JointOwnershipSettings

    def prepare(self, week: Week) -> None:
        """Keep which departments depend on each other, either way, (department, department)."""
        depends = week.prepared.interdependence > 0
        self.tied = depends | depends.T

    def bend(self, week: Week) -> Iterable[Bend]:
        """Raise the readiness to share between departments with goals in common."""
        strength = self.strength(week) * np.float32(self.settings.shared_goals)
        if strength > 0:
            share = week.share_by_department(week.covered(self.label, self.settings), self.settings.targets)
            both = share[:, :, None] * share[:, None, :] * self.tied
            yield Bend("willingness.pull", add=both.astype(np.float32) * strength)

    def act(self, week: Week) -> None:
        """Hand over what is due, and book what common goals cost."""
        members = week.members(self.label, self.settings)
        if not members.any():
            return
        week.ask(members, self.settings.hours)
        week.book(self.label, members, self.settings.hours, self.settings.money)
        part, open_now = week.challenges, week.challenges.open
        if part.count == 0:
            return
        share = week.share_by_department(members, self.settings.targets)
        both = share[open_now.world, open_now.department] * share[open_now.world, open_now.partner]
        age = week.number - open_now.arrived
        due = (age > 0) & (age % self.settings.handover_weeks == 0)
        joint = part.draw(self.label, "joint", None) < both
        others = np.where(open_now.owner == open_now.department, open_now.partner, open_now.department)
        part.hand_over(due & joint, others)
