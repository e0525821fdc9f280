"""Planned renewal of a network's members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, reach
from sim.week import Week


@dataclass(frozen=True)
class MembershipRefreshSettings(PolicySettings):
    """Parameters of membership refresh."""

    kind: str = parameter("membership_refresh", "which policy", choices=("membership_refresh",))
    coverage: float = parameter(
        0.25, "share of those targeted whose membership is decided anew each time", low=0, high=1
    )
    cadence: int = parameter(26, "weeks between renewals of the membership", unit="weeks", low=1, high=520)
    of: str = parameter(
        "circles",
        "kind of the policy whose members are renewed",
        choices=("circles", "council", "forums", "pods", "mentorship"),
    )
    hours: float = parameter(0.5, "introduction of each member drawn anew", unit="hours", low=0, high=60)


class MembershipRefresh(Policy):
    """Renew a network's members at planned times, a part of them each time, so that it reaches more people.

    Twice a year the membership of a drawn share of the people is decided anew, members and others alike: the network
    keeps its size and most of its members, some leave, and others come in their place (sources B and C).
    As attention wears off, by 1 % a week, it is carried out less fully, until it is renewed itself. It spreads the
    same hours over more people, each of whom gets fewer; evidence for a best pace is missing. Moves seats reached up.
    """

    kind = "membership_refresh"
    Settings = MembershipRefreshSettings
    target_metric = "people_reached"
    partner = "circles"
    sources = "B, C"
    settings: MembershipRefreshSettings

    def act(self, week: Week) -> None:
        """Decide the membership of some people anew, and introduce those of them who are members now."""
        s = self.settings
        share = reach(s, week.number) * self.faded(week)
        since = week.number - s.start_week
        if share <= 0 or since == 0 or since % s.cadence:
            return
        rows = np.flatnonzero(week.eligible(s.targets) & (week.draw(self.label, "afresh") < share))
        for label, renewed in week.scenario.policies.items():
            if renewed.kind == s.of:
                week.draw_members_afresh(label, rows)
                members = rows[week.members(label, renewed)[rows]]
                week.ask(members, s.hours)
                week.book(self.label, members, s.hours, s.money)
