"""A leader's mastery and trust are handed over before the seat changes hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Week

LEADER = 2
"""Managers and executives are leaders; who targets other levels prepares the succession of their people."""


@dataclass(frozen=True)
class SuccessionSettings(PolicySettings):
    """Parameters of succession."""

    kind: str = parameter("succession", "which policy", choices=("succession",))
    renewal_weeks: int | None = parameter(
        26,
        "weeks between reviews of the plans, each restoring full strength; null: never",
        unit="weeks",
        low=1,
        high=5200,
    )
    share: float = parameter(
        0.5, "share of a leaver's lead, in mastery and in trust, that is handed over", low=0, high=1, source="C"
    )
    hours: float = parameter(
        0.5, "time that each leader spends a week on notes, and on a deputy who sits in", unit="hours", low=0, high=60
    )


class Succession(Policy):
    """Prepare who follows a leader while the leader is still there.

    Managers and executives write down what they do and let a deputy sit in, so that whoever takes the seat starts with
    a share of what the leaver knew more than a newcomer does, and with the same share of the trust that
    the ties of the seat had beyond a newcomer's: context is inherited. Plans go out of date (they fade) until they
    are reviewed. Source C asks for hand-over and inherited context; it gives no size and we know of no field experiment
    that does, so half is an assumption on the cautious side of its wording. Moves loss per leaving leader down.
    """

    kind = "succession"
    Settings = SuccessionSettings
    target_metric = "loss_per_leader"
    sources = "C"
    bent_levers = ("handover",)
    settings: SuccessionSettings

    def prepare(self, week: Week) -> None:
        """Keep whose seats were ever prepared for a change."""
        rows = week.state.frame.rows
        self.leaders, self.ever = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Let leaders hand over."""
        strength = self.strength(week)
        self.leaders = week.members(self.label, self.settings)
        if not self.settings.targets.levels:
            self.leaders &= week.state.arrays["level"] >= LEADER
        if strength > 0:
            leaders = self.leaders.reshape(week.state.frame.worlds, -1)
            yield Bend("handover", add=leaders * (strength * np.float32(self.settings.share)))

    def act(self, week: Week) -> None:
        """Ask leaders for the time that it takes."""
        s = self.settings
        if self.leaders.any():
            self.ever |= self.leaders
            week.ask(self.leaders, s.hours)
            week.book(self.label, self.leaders, s.hours, s.money)

    def treated(self, week: Week) -> Mask:
        """The seats whose change was ever prepared."""
        return self.ever
