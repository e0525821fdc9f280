"""Seats for guests of every level, and a word for everyone who sits there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Week


@dataclass(frozen=True)
class InclusionSettings(PolicySettings):
    """Parameters of inclusion."""

    kind: str = parameter("inclusion", "which policy", choices=("inclusion",))
    invitation: float = parameter(
        0.02, "chance that someone who is no member is invited to a session of a council", low=0, high=1
    )
    voice: float = parameter(0.2, "added to the facilitation of sessions, so that every level speaks", low=0, high=1)
    hours: float = parameter(0.02, "preparing guests, a person-week", unit="hours", low=0, high=60)


class Inclusion(Policy):
    """Invite people of every level to where leaders sit, and see that they are heard.

    Members of a council invite guests of their own department, and facilitation evens out who speaks in all sessions.
    Acts on groups that others call: alone it does nothing but cost. Sources A and C; no study gives sizes, so a council
    of 480 people has up to ten guests. Moves the inequality of participation between levels down.
    """

    kind = "inclusion"
    Settings = InclusionSettings
    target_metric = "participation_gini_level"
    sources = "A, C"
    partner = "council"
    bent_levers = ("invitation", "facilitation")
    settings: InclusionSettings

    def bend(self, week: Week) -> Iterable[Bend]:
        """Open seats, and give guests a voice; in proportion to how many may come."""
        strength = self.strength(week)
        if strength <= 0:
            return
        covered = week.covered(self.label, self.settings)
        open_to = covered.astype(np.float32).reshape(week.state.frame.worlds, -1)
        targeted = np.maximum(1.0, week.count(week.eligible(self.settings.targets)))
        share = (week.count(covered) / targeted).astype(np.float32)[:, None]
        yield Bend("invitation", add=open_to * (strength * np.float32(self.settings.invitation)))
        yield Bend("facilitation", add=share * (strength * np.float32(self.settings.voice)))

    def act(self, week: Week) -> None:
        """Book what preparing costs."""
        if self.strength(week) > 0:
            open_to = week.covered(self.label, self.settings)
            week.ask(open_to, self.settings.hours)
            week.book(self.label, open_to, self.settings.hours, self.settings.money)
