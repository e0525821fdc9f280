"""What policies share whose members meet in groups at a rhythm: circles, pods, councils."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.chance import extend, uniform
from sim.gatherings import all_to_all
from sim.kernels.grouping import NOWHERE
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, running
from sim.policies.groups import Groups
from sim.sessions import Encounters
from sim.week import Mask, Rows, Week

AUTONOMY_ATTENDANCE = 0.05
"""Autonomy raises the chance to attend by this much."""
YEAR = 52
EVERYBODY = 1


@dataclass(frozen=True)
class GatheringSettings(PolicySettings):
    """Parameters of every policy whose members meet in groups."""

    coverage: float = parameter(0.3, "share of those targeted that are members", low=0, high=1)
    hours: float = parameter(1.0, "length of a session, for each who attends", unit="hours", low=0, high=40)
    cadence: int = parameter(2, "weeks between a group's sessions", unit="weeks", low=1, high=52)
    group_size: int = parameter(6, "people in a group", unit="people", low=2, high=100)
    facilitation: float = parameter(
        0.0, "evens out who speaks and who is heard, and helps promises to be kept", low=0, high=1
    )
    mandatory: bool = parameter(False, "attendance does not depend on engagement and does not fade")
    autonomy: float = parameter(0.0, "own rhythm: attendance up, number of sessions varies more", low=0, high=1)
    rhythm_fit: float = parameter(
        0.0, "share of hours inside meetings that exist anyway, not added to load", low=0, high=1
    )
    calendar: tuple[int, ...] = parameter(
        (), "busy weeks of the year, 0 to 51, without sessions", unit="week", low=0, high=51
    )


class Gathering(Policy):
    """Members sit together in groups that last, all learning from all.

    Subclasses say who may share a group (`scope`), and what else comes of a session (`held`).
    """

    origin: ClassVar[str]
    mixed: bool = False
    settings: GatheringSettings

    def prepare(self, week: Week) -> None:
        """Keep the groups, and who was ever in one."""
        rows = week.state.frame.rows
        self.groups = Groups(self.label, rows, self.settings.group_size)
        self.ever = np.zeros(rows, np.bool_)

    def act(self, week: Week) -> None:
        """Fill the groups, and book what membership costs."""
        if not running(self.settings, week.number):
            self.groups.end(self.groups.members())
            return
        scope, scopes = self.scope(week)
        self.groups.fill(week, self.chosen(week), scope, scopes, self.mixed)
        members = self.groups.members()
        self.ever[members] = True
        week.book(self.label, members, money=self.settings.money)

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Sessions of the groups whose turn it is: who of them comes learns from all others who do."""
        s = self.settings
        members = self.scheduled(week)
        if len(members) == 0:
            return
        guests, hosts = self.guests(week, members)
        invited = np.concatenate([members, guests])
        session = np.concatenate([self.groups.number(members), self.groups.number(hosts)])
        week.ask(invited, s.hours * (1.0 - s.rhythm_fit))
        fade = None if s.mandatory else self.faded(week)
        comes = week.attends(self.label, invited, fade, AUTONOMY_ATTENDANCE * s.autonomy)
        coming = invited[comes]
        facilitation = self.facilitation(week)
        talk = all_to_all(coming, session[comes], week.state.arrays["level"], facilitation)
        if len(talk.learner) == 0:
            return
        present = np.unique(talk.learner)
        week.attend(self.label, present, s.hours)
        self.held(week, present)
        weight = talk.share * np.float32(s.hours)
        even = np.ones(len(weight), np.float32)
        yield Encounters(
            talk.learner,
            talk.source,
            weight,
            even,
            confidentiality=self.confidentiality(week),
            facilitation=facilitation,
            origin=self.origin,
        )

    def left(self, week: Week, rows: Rows) -> None:
        """The seat in the group is vacant."""
        self.groups.end(rows)

    def treated(self, week: Week) -> Mask:
        """Those who ever were members."""
        return self.ever

    def chosen(self, week: Week) -> Mask:
        """Who is to be in a group this week, (person,): people who are away do not join."""
        return week.members(self.label, self.settings)

    def scope(self, week: Week) -> tuple[NDArray[np.int32], int]:
        """Who may share a group: a number for each person, (person,), and how many numbers there are."""
        return np.zeros(week.state.frame.rows, np.int32), EVERYBODY

    def facilitation(self, week: Week) -> float:
        """Facilitation of this week's sessions, what other policies add to it included."""
        return min(1.0, self.settings.facilitation + float(week.levers["facilitation"].max()))

    def confidentiality(self, week: Week) -> float:
        """Least psychological safety of a session."""
        return 0.0

    def held(self, week: Week, present: Rows) -> None:
        """What else comes of this week's sessions for those who were there, each named once."""

    def guests(self, week: Week, members: Rows) -> tuple[Rows, Rows]:
        """Who is invited this week besides the members who meet, by the lever `invitation`, and by whom.

        A guest comes with a member of the own department, the one with the largest keyed hash.
        """
        nobody = np.zeros(0, np.int64)
        if "invitation" not in week.levers.contributions:
            return nobody, nobody
        chance = week.levers["invitation"].ravel()
        meets = np.zeros(len(chance), np.bool_)
        meets[members] = True
        free = np.flatnonzero((chance > 0) & ~meets & ~week.away & (self.groups.group == NOWHERE))
        guests = free[week.draw(self.label, "guest", rows=free) < chance[free]]
        home = week.state.arrays["home_department"][guests]
        hosts = week.colleagues(self.label, "host of a guest", guests, home, 1, meets)[:, 0]
        return guests[hosts >= 0], hosts[hosts >= 0]

    def scheduled(self, week: Week) -> Rows:
        """Members whose group meets this week; autonomy trades the fixed rhythm for chance at the same mean."""
        s = self.settings
        members = self.groups.members()
        if len(members) == 0 or week.number % YEAR in s.calendar:
            return members[:0]
        turn = (week.number - s.start_week - self.groups.group[members]) % s.cadence == 0
        if s.autonomy == 0:
            return members[turn]
        chance = np.float32(1.0 - s.autonomy) * turn + np.float32(s.autonomy / s.cadence)
        stream = week.stream(self.label, "own rhythm", members)
        group = (self.groups.pool[members] % self._scopes(week)).astype(np.uint64)
        drawn = uniform(extend(extend(stream, group), self.groups.group[members].astype(np.uint64)))
        return members[drawn < chance]

    def _scopes(self, week: Week) -> int:
        return self.scope(week)[1]
