"""A map of who depends on whom, and bridges where that is most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Week

ORIGIN = "bridge"


@dataclass(frozen=True)
class InterdependencyMapSettings(PolicySettings):
    """Parameters of the interdependency map."""

    kind: str = parameter("interdependency_map", "which policy", choices=("interdependency_map",))
    coverage: float = parameter(0.1, "share of those targeted that build bridges", low=0, high=1)
    bridges: int = parameter(
        1,
        "people of the department depended on most to get to know at each occasion",
        unit="people",
        low=1,
        high=10,
    )
    cadence: int = parameter(13, "weeks between a person's occasions", unit="weeks", low=1, high=104)
    visibility: float = parameter(
        0.05, "added to clarity between departments that depend on each other, where all take part", low=0, high=1
    )
    hours: float = parameter(1.0, "getting to know each other, for each of both", unit="hours", low=0, high=40)


class InterdependencyMap(Policy):
    """Draw who depends on whom, and let people get to know each other where it matters most.

    At a fixed rhythm members are introduced to people of the department that theirs depends on most, and each gets a
    tie to the other, which fades unless the two meet. Seeing what depends on what makes language between such
    departments a little clearer, in proportion to the share of both departments' people who take part. Source A; no
    study gives sizes: a bridge a quarter, and a twentieth of clarity. Moves ties to the department depended on most up.
    """

    kind = "interdependency_map"
    Settings = InterdependencyMapSettings
    target_metric = "ties_closest"
    sources = "A"
    bent_levers = ("clarity.pull",)
    written_state = ("ties",)
    settings: InterdependencyMapSettings

    def prepare(self, week: Week) -> None:
        """Keep the department that each depends on most, -1 where on none, and who ever built a bridge."""
        depends = week.prepared.interdependence
        self.tied = (depends > 0) | (depends.T > 0)
        self.closest = week.closest
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Make language clearer between departments that depend on each other."""
        strength = self.strength(week) * np.float32(self.settings.visibility)
        if strength > 0:
            share = week.share_by_department(week.covered(self.label, self.settings), self.settings.targets)
            both = share[:, :, None] * share[:, None, :] * self.tied
            yield Bend("clarity.pull", add=both.astype(np.float32) * strength)

    def act(self, week: Week) -> None:
        """Introduce those whose occasion it is."""
        s = self.settings
        members = week.members(self.label, s)
        if not members.any():
            return
        week.book(self.label, members, money=s.money)
        home = week.state.arrays["home_department"]
        turn = np.flatnonzero(week.turn(self.label, s.start_week, s.cadence) & members)
        turn = turn[self.closest[home[turn]] >= 0]
        there = self.closest[home[turn]]
        met = week.colleagues(self.label, "bridge", turn, there, s.bridges, week.eligible(s.targets) & ~week.away)
        found = met >= 0
        one, other = turn[found.nonzero()[0]], met[found]
        if len(one) == 0:
            return
        both = np.concatenate([one, other])
        trust = np.tile(week.stranger_trust(one, other), 2)
        week.form_ties(both, np.concatenate([other, one]), trust, week.rule.formed, ORIGIN)
        week.ask(both, s.hours)
        week.book(self.label, both, s.hours)
        self.ever[both] = True

    def treated(self, week: Week) -> Mask:
        """Those who ever built a bridge."""
        return self.ever
