"""Stays in another department, and what visitors take home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, reach, running
from sim.policies.projects import HostProjects
from sim.sessions import Encounters
from sim.week import Mask, Rows, Week

HOSTS = 4
HOST_TRUST = np.float32(0.4)
HOST_CONTACT = np.float32(0.6)
FATIGUE_WEEKS = 26
DEBRIEF_COLLEAGUES = 8
PLAYBOOK = 1.0
"""Share of what a returner could add to the knowledge base that a debrief writes down; of one member's weight."""
ORIGIN = "rotation"
AT_HOME = -(10**6)
"""No week: the end of a stay, or the last return, of someone who has none."""


@dataclass(frozen=True)
class RotationSettings(PolicySettings):
    """Parameters of rotation."""

    kind: str = parameter("rotation", "which policy", choices=("rotation",))
    coverage: float = parameter(0.1, "share of those targeted that leave at each occasion", low=0, high=1)
    cadence: int = parameter(13, "weeks between a person's occasions to leave", unit="weeks", low=1, high=520)
    stay_weeks: int = parameter(4, "length of a stay", unit="weeks", low=1, high=520, source="A, C")
    permanent: bool = parameter(False, "people change department for good, once each; no hours are booked")
    host: str = parameter(
        "next",
        "which department: drawn by chance, the next partner, or where most is to be learned",
        choices=("random", "next", "greatest_need"),
    )
    rest_weeks: int = parameter(
        26, "weeks at home between two stays, at least the week of return", unit="weeks", low=0, high=520
    )
    fatigue: float = parameter(0.05, "fall of engagement for each stay beyond the first in 26 weeks", low=0, high=1)
    pathways: bool = parameter(False, "for volunteers: those with most initiative leave instead of a drawn share")
    project_hours: float = parameter(
        1.0,
        "a project with four colleagues at the host: hours of a weekly meeting; 0: none",
        unit="hours",
        low=0,
        high=40,
        source="A, C",
    )
    debrief_hours: float = parameter(
        1.0, "debrief with colleagues in the week of return; 0: none", unit="hours", low=0, high=40
    )
    hours: float = parameter(
        40.0, "working time booked for each week of a stay; not load", unit="hours", low=0, high=60
    )


class Rotation(Policy):
    """Let people work in another department for some weeks.

    A visitor takes on part of the host's needs, learns over closer and more willing contact, forms ties to four
    colleagues that outlast the stay and works with them on a project, practises own topics less, and debriefs
    colleagues on return, which feeds the playbook where there is a knowledge base (sources A and C; Kane, Argote and
    Levine 2005 on shared identity). Volunteers come to projects as they are engaged, and less from week to week until
    the policy is renewed. Moves need met on other departments' topics up.
    """

    kind = "rotation"
    Settings = RotationSettings
    target_metric = "need_met_other"
    sources = "A, C"
    bent_levers = ("engagement.pull",)
    written_state = ("department", "home_department", "ties")
    settings: RotationSettings

    @classmethod
    def check(cls, settings: RotationSettings, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """A stay needs another department to go to."""
        if len(settings.targets.departments) == 1:
            yield "targets.departments", "one department alone has no other to visit", "name at least two, or none"

    def prepare(self, week: Week) -> None:
        """Keep for each person: end of the stay, stays so far, last return, and a bit for each week a stay began."""
        rows = week.state.frame.rows
        self.ends = np.full(rows, AT_HOME, np.int32)
        self.stays = np.zeros(rows, np.int32)
        self.returned = np.full(rows, AT_HOME, np.int32)
        self.begun = np.zeros(rows, np.uint32)
        self.moved = np.zeros(rows, np.bool_)
        self.ever = np.zeros(rows, np.bool_)
        self.back = np.zeros(0, np.int64)
        self.projects = HostProjects(rows, HOSTS)
        self.open_to = self._open(week)
        interdependence = np.where(self.open_to, week.prepared.interdependence, 0.0)
        self.partners = np.argsort(-interdependence, axis=1, kind="stable")
        self.partner_count = (interdependence > 0).sum(axis=1)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Tire those who went away more than once in half a year."""
        begun = np.bitwise_count(self.begun)
        if self.settings.fatigue > 0 and begun.max() > 1:
            many = begun.astype(np.float32) - np.float32(1.0)
            pull = -np.float32(self.settings.fatigue) * np.maximum(np.float32(0.0), many)
            yield Bend("engagement.pull", add=pull.reshape(week.state.frame.worlds, -1))

    def act(self, week: Week) -> None:
        """Bring back those whose stay ends, then send out those whose occasion it is."""
        self.begun = (self.begun << np.uint32(1)) & np.uint32((1 << (FATIGUE_WEEKS - 1)) - 1)
        self._return(week)
        if running(self.settings, week.number):
            self._leave(week)
        staying = np.flatnonzero(self.ends != AT_HOME)
        if len(staying):
            week.book(self.label, staying, self.settings.hours, self.settings.money)

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Let visitors meet their project, and those who are back debrief."""
        s = self.settings
        if s.project_hours > 0:
            fade = self.faded(week) if s.pathways else None
            yield from self.projects.meet(week, self.label, s.project_hours, fade, ORIGIN)
        yield from self._debrief(week)

    def _debrief(self, week: Week) -> Iterable[Encounters]:
        """An hour's forum, the returner to eight colleagues at home; everybody draws attendance."""
        hours = self.settings.debrief_hours
        if len(self.back) == 0 or hours <= 0:
            return
        home = week.state.arrays["home_department"][self.back]
        present = week.eligible(self.settings.targets) & ~week.away
        listeners = week.colleagues(self.label, "listener", self.back, home, DEBRIEF_COLLEAGUES, present)
        invited = np.concatenate([self.back, listeners[listeners >= 0]])
        week.ask(invited, hours)
        coming = np.zeros(week.state.frame.rows, np.bool_)
        coming[invited] = week.attends(self.label, invited, None)
        here = coming[self.back][:, None] & (listeners >= 0) & coming[np.maximum(listeners, 0)]
        learner = listeners[here]
        source = self.back[here.nonzero()[0]]
        if len(learner):
            week.attend(self.label, np.concatenate([learner, self.back[here.any(axis=1)]]), hours)
            self._write_playbook(week, self.back[here.any(axis=1)])
            even = np.ones(len(learner), np.float32)
            yield Encounters(learner, source, even * np.float32(hours), even)

    def left(self, week: Week, rows: Rows) -> None:
        """A newcomer starts at home, rested."""
        self.projects.left(rows)
        self.ends[rows] = AT_HOME
        self.stays[rows] = 0
        self.returned[rows] = AT_HOME
        self.begun[rows] = 0
        self.moved[rows] = False

    def treated(self, week: Week) -> Mask:
        """Those who ever went."""
        return self.ever

    def _write_playbook(self, week: Week, returners: Rows) -> None:
        """What is told in a debrief is written down where there is a knowledge base."""
        base = week.knowledge_base
        if base.in_force(week.levers):
            targeted = np.maximum(1.0, week.count(week.eligible(self.settings.targets)))
            base.write_once(returners, PLAYBOOK / targeted[week.world_of(returners)])

    def _return(self, week: Week) -> None:
        self.back = np.flatnonzero(self.ends == week.number)
        if len(self.back) == 0:
            return
        arrays = week.state.arrays
        week.end_stays(self.back)
        arrays["department"][self.back] = arrays["home_department"][self.back]
        self.ends[self.back] = AT_HOME
        self.projects.end(self.back)
        self.returned[self.back] = week.number

    def _leave(self, week: Week) -> None:
        s = self.settings
        share = reach(s, week.number)
        if share <= 0:
            return
        turn = np.flatnonzero(week.turn(self.label, s.start_week, s.cadence))
        rested = week.number - self.returned[turn] >= max(1, s.rest_weeks)
        arrays = week.state.arrays
        at_home = arrays["department"][turn] == arrays["home_department"][turn]
        free = week.eligible(s.targets)[turn] & at_home & ~self.moved[turn]
        rested_and_free = turn[rested & free]
        if s.pathways:
            going = rested_and_free[week.volunteers(share)[rested_and_free]]
        else:
            going = rested_and_free[week.draw(self.label, "leave", rows=rested_and_free) < share]
        if len(going) == 0:
            return
        hosts = self._hosts(week, going)
        going, hosts = going[hosts >= 0], hosts[hosts >= 0]
        if len(going):
            self._settle(week, going, hosts)

    def _settle(self, week: Week, going: Rows, hosts: NDArray[np.int32]) -> None:
        arrays = week.state.arrays
        present = week.eligible(self.settings.targets) & ~week.away
        present[going] = False
        colleagues = week.colleagues(self.label, "host", going, hosts, HOSTS, present)
        arrays["department"][going] = hosts
        if self.settings.permanent:
            arrays["home_department"][going] = hosts
            self.moved[going] = True
        else:
            self.ends[going] = week.number + self.settings.stay_weeks
            self.projects.begin(going, colleagues)
        self.stays[going] += 1
        self.begun[going] |= np.uint32(1)
        self.ever[going] = True
        there = colleagues >= 0
        visitor = going[there.nonzero()[0]]
        host = colleagues[there]
        week.form_ties(
            np.concatenate([visitor, host]), np.concatenate([host, visitor]), HOST_TRUST, HOST_CONTACT, ORIGIN
        )

    def _hosts(self, week: Week, going: Rows) -> NDArray[np.int32]:
        """Host department of each visitor, -1 where there is none to go to."""
        arrays = week.state.arrays
        home = arrays["home_department"][going]
        if self.settings.host == "next":
            return self._next_partner(going, home)
        if self.settings.host == "random":
            fit = week.department_hashes(self.label, "department", going).astype(np.float64) + 1.0
        else:
            fit = self._to_learn(week, going, home)
        fit = np.where(self.open_to[home], fit, 0.0)
        best = np.argmax(fit, axis=1)
        return np.where(fit[np.arange(len(going)), best] > 0, best, -1).astype(np.int32)

    def _open(self, week: Week) -> Mask:
        """Where a department's people may go, (department, host): another one, targeted, of the same organization."""
        organization = week.prepared.department_organization
        same = organization[:, None] == organization[None, :]
        targeted = week.targeted_departments(self.settings.targets)
        return same & targeted[None, :] & ~np.eye(len(organization), dtype=np.bool_)

    def _next_partner(self, going: Rows, home: NDArray[np.int32]) -> NDArray[np.int32]:
        """The home department's open partners in order of falling interdependence, one further each stay."""
        partners = self.partner_count[home]
        following = self.partners[home, self.stays[going] % np.maximum(1, partners)]
        return np.where(partners > 0, following, -1).astype(np.int32)

    def _to_learn(self, week: Week, going: Rows, home: NDArray[np.int32]) -> NDArray[np.float64]:
        """What a visitor could use of each host: sum of need * max(0, host's mean E - own E), (visitor, host).

        The mean is over those targeted: nobody else is there to be met.
        """
        mean = week.department_means(week.eligible(self.settings.targets))[week.world_of(going)]
        own = week.state.arrays["expertise"][going, : week.rule.topics]
        need = week.state.structure.need[home, : week.rule.topics]
        return (need[:, None, :] * np.maximum(0.0, mean - own[:, None, :])).sum(axis=2)
