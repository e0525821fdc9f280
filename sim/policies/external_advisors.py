"""Advisors from outside: what is new enters at the top, and has to travel from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import extend, uniform
from sim.parameters import parameter
from sim.parts.outsiders import Advice
from sim.policies.base import Policy, PolicySettings, running
from sim.schema import EMERGING
from sim.sessions import Encounters
from sim.week import Mask, Week

LEADERS = (2, 3)
"""Levels that are advised, unless the targets say otherwise."""
ADVISORS = 4
"""How many advisors an organization has; each leader has one of them."""
SPREAD = np.float32(0.2)
"""Advisors know an emerging topic at the frontier or up to this share less."""


@dataclass(frozen=True)
class ExternalAdvisorsSettings(PolicySettings):
    """Parameters of external advisors."""

    kind: str = parameter("external_advisors", "which policy", choices=("external_advisors",))
    coverage: float = parameter(1.0, "share of those targeted that are advised; no level named: leaders", low=0, high=1)
    frontier: float = parameter(0.85, "mastery of emerging topics that the best advisors have", low=0, high=1)
    cadence: int = parameter(4, "weeks between sessions", unit="weeks", low=1, high=52)
    hours: float = parameter(2.0, "time with an advisor, for each who attends", unit="hours", low=0, high=40)
    asynchronous: float = parameter(
        0.3, "share of the time that is written: no load, but nothing tacit passes", low=0, high=1, source="A"
    )


class ExternalAdvisors(Policy):
    """Let outsiders who know what is new advise the leaders.

    Each leader (manager or executive, unless targets name levels) has one of four advisors, who know the emerging
    topics near the frontier, and nothing else of use. Advisors decide nothing, form no ties and are no part of the head
    count; leaders understand and trust them as another organization's strangers. What they bring counts as learning in
    sessions, and reaches others only as leaders pass it on (sources A and C: advisory boards that meet monthly and
    answer in writing between meetings). Evidence for the sizes is missing; two hours a month is cautious. Moves
    leaders' mastery of emerging topics up.
    """

    kind = "external_advisors"
    Settings = ExternalAdvisorsSettings
    target_metric = "leaders_emerging"
    sources = "A, C"
    settings: ExternalAdvisorsSettings

    def prepare(self, week: Week) -> None:
        """Keep what the advisors of each world know, and who was ever advised."""
        self.mastery = self._frontier(week)
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def act(self, week: Week) -> None:
        """Book what membership costs."""
        if running(self.settings, week.number):
            members = self._members(week)
            self.ever |= members
            week.book(self.label, members, money=self.settings.money)

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Advise those who come; no encounters between people are made."""
        s = self.settings
        if not running(s, week.number) or (week.number - s.start_week) % s.cadence:
            return ()
        invited = np.flatnonzero(self._members(week) & ~week.away)
        week.ask(invited, s.hours * (1.0 - s.asynchronous))
        coming = invited[week.attends(self.label, invited, self.faded(week))]
        week.attend(self.label, coming, s.hours)
        own = week.hashes(self.label, "advisor", weekly=False, rows=coming) % np.uint64(ADVISORS)
        culture, trust = week.scenario.culture, week.scenario.trust
        week.outsiders.advise(
            Advice(
                learner=coming,
                advisor=week.world_of(coming) * ADVISORS + own.astype(np.int64),
                mastery=self.mastery,
                spoken=s.hours * (1.0 - s.asynchronous),
                written=s.hours * s.asynchronous,
                clarity=culture.clarity_between,
                trust=trust.stranger,
            )
        )
        return ()

    def treated(self, week: Week) -> Mask:
        """Those who were ever advised."""
        return self.ever

    def _members(self, week: Week) -> Mask:
        members = week.members(self.label, self.settings)
        if self.settings.targets.levels:
            return members
        return members & np.isin(week.state.arrays["level"], LEADERS)

    def _frontier(self, week: Week) -> NDArray[np.float32]:
        """What the advisors know, (world and advisor, padded topic)."""
        structure, worlds = week.state.structure, week.state.frame.worlds
        chain = week.chance.stream(self.label, "mastery", None)
        advisor = extend(chain[:, None], np.arange(ADVISORS, dtype=np.uint64)[None, :])
        topic = np.arange(len(structure.topic_kind), dtype=np.uint64)
        less = SPREAD * uniform(extend(advisor[:, :, None], topic[None, None, :]))
        emerging = structure.topic_kind == EMERGING
        emerging[week.rule.topics :] = False
        mastery = np.where(emerging, np.float32(self.settings.frontier) * (np.float32(1.0) - less), np.float32(0.0))
        return mastery.reshape(worlds * ADVISORS, -1).astype(np.float32)
