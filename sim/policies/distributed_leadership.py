"""Local leaders who see whose attendance wanes, and ask them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Rows, Week


@dataclass(frozen=True)
class DistributedLeadershipSettings(PolicySettings):
    """Parameters of distributed leadership."""

    kind: str = parameter("distributed_leadership", "which policy", choices=("distributed_leadership",))
    coverage: float = parameter(0.05, "share of those targeted that are local leaders", low=0, high=1)
    span: int = parameter(5, "people whom a local leader can ask again in a week", unit="people", low=1, high=50)
    after: int = parameter(
        2, "sessions in a row that somebody missed before being asked again", unit="sessions", low=1, high=26
    )
    persuasion: float = parameter(0.3, "chance that who is asked again comes after all", low=0, high=1, source="B")
    hours: float = parameter(0.5, "time of each local leader, a week", unit="hours", low=0, high=60)


class DistributedLeadership(Policy):
    """Let local leaders watch over the health of the network, and ask those again who stay away.

    Local leaders see who in their department missed the last sessions that he or she was invited to, and ask as many
    of them as they can, in person; of those who would stay away once more, some then come. It counters the wear of
    voluntary attendance, and most for those who come least (sources A, B and C). Personal requests raise turnout by
    some percentage points (Gerber and Green 2000, on voters); for colleagues evidence is missing, and the default is
    a guess. Moves inequality of participation down.
    """

    kind = "distributed_leadership"
    Settings = DistributedLeadershipSettings
    target_metric = "participation_gini"
    partner = "circles"
    sources = "A, B, C"
    bent_levers = ("invitation",)
    settings: DistributedLeadershipSettings

    def prepare(self, week: Week) -> None:
        """Keep how many sessions in a row each person missed, (person,)."""
        self.missed = np.zeros(week.state.frame.rows, np.int32)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Ask some of those again who missed their last sessions."""
        s = self.settings
        strength = self.strength(week)
        if strength <= 0:
            return
        for invited, coming in week.answers:
            self.missed[invited[~coming]] += 1
            self.missed[invited[coming]] = 0
        waning = (self.missed >= s.after) & week.eligible(s.targets)
        if not waning.any():
            return
        asked = waning & (week.draw(self.label, "asked again") < self._share(week, waning))
        again = asked.reshape(week.state.frame.worlds, -1).astype(np.float32)
        yield Bend("invitation", add=again * (strength * np.float32(s.persuasion)))

    def act(self, week: Week) -> None:
        """Book the time of the local leaders."""
        s = self.settings
        if self.strength(week) > 0:
            leaders = week.covered(self.label, s)
            week.ask(leaders, s.hours)
            week.book(self.label, leaders, s.hours, s.money)

    def left(self, week: Week, rows: Rows) -> None:
        """A newcomer has missed nothing."""
        self.missed[rows] = 0

    def _share(self, week: Week, waning: Mask) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Share of the waning people of each person's department whom its local leaders can ask, (person,)."""
        many = week.count_by_department(waning)
        room = week.count_by_department(week.covered(self.label, self.settings)) * self.settings.span
        share = np.divide(room, many, out=np.zeros(many.shape), where=many > 0).astype(np.float32)
        rows = np.arange(len(waning))
        return share[week.world_of(rows), week.state.arrays["home_department"]]
