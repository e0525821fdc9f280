"""Executives who are seen to take part in what the organization asks of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Rows, Week

LEADERS = 2
"""A manager stands in where a unit has no executive."""
VISIBILITY, ACCOUNTABILITY, SHOWCASES = 0.06, 0.04, 0.05
NOBODY = -1


@dataclass(frozen=True)
class SponsorshipSettings(PolicySettings):
    """Parameters of sponsorship."""

    kind: str = parameter("sponsorship", "which policy", choices=("sponsorship",))
    unit: str = parameter(
        "department", "one sponsor for each department, or for the organization", choices=("department", "organization")
    )
    visibility: float = parameter(0.6, "how visibly sponsors take part themselves", low=0, high=1, source="A, C")
    accountability: float = parameter(0.6, "how far sponsors ask who takes part", low=0, high=1, source="A, C")
    showcases: float = parameter(0.6, "how far results are shown and praised", low=0, high=1, source="C")
    succession: bool = parameter(False, "a successor is prepared, and takes over when a sponsor leaves", source="C")
    hours: float = parameter(1.0, "time of each sponsor, a week", unit="hours", low=0, high=60)


class Sponsorship(Policy):
    """Have executives take part visibly, ask who takes part, and show results.

    An executive of each department, or a manager where there is none, sponsors what other policies call people to:
    their chance to attend rises by up to 0.06 for visibility and 0.04 for accountability, and showcases pull
    engagement by up to 0.05. It ends with the sponsor who leaves, unless a successor is prepared; a renewal finds new
    sponsors (sources A and C). Support of superiors goes with transfer of training (Blume et al. 2010); evidence for
    the sizes here is missing, so they are cautious. Moves attendance up.
    """

    kind = "sponsorship"
    Settings = SponsorshipSettings
    target_metric = "attendance"
    partner = "circles"
    sources = "A, C"
    bent_levers = ("attendance", "engagement.pull")
    settings: SponsorshipSettings

    def prepare(self, week: Week) -> None:
        """Keep the sponsor of each unit, row or NOBODY, (world, unit), and where one is looked for."""
        frame = week.state.frame
        by_department = self.settings.unit == "department"
        self.field = "home_department" if by_department else "organization"
        units = len(frame.departments if by_department else frame.organizations)
        self.sponsor = np.full((frame.worlds, units), NOBODY, np.int64)
        self.wanted = np.ones((frame.worlds, units), np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Raise attendance and engagement where there is a sponsor; those found this week begin next week."""
        strength, s = self.strength(week), self.settings
        if strength <= 0 or not (self.sponsor != NOBODY).any():
            return
        reached = (self.sponsor != NOBODY).ravel()[self._unit(week)] & week.covered(self.label, s)
        lift = reached.reshape(week.state.frame.worlds, -1).astype(np.float32) * strength
        yield Bend("attendance", add=lift * np.float32(VISIBILITY * s.visibility + ACCOUNTABILITY * s.accountability))
        yield Bend("engagement.pull", add=lift * np.float32(SHOWCASES * s.showcases))

    def act(self, week: Week) -> None:
        """Find sponsors where they are wanted, and book their time."""
        s = self.settings
        if self.strength(week) <= 0 or s.coverage <= 0:
            return
        if self._renewed(week):
            self.wanted |= self.sponsor == NOBODY
        if self.wanted.any():
            self._find(week)
        sponsors = self.sponsor[self.sponsor != NOBODY]
        week.ask(sponsors, s.hours)
        week.book(self.label, sponsors, s.hours, s.money)

    def left(self, week: Week, rows: Rows) -> None:
        """Sponsorship ends with the sponsor; where a successor is prepared, one takes over next week."""
        gone = np.isin(self.sponsor, rows)
        self.sponsor[gone] = NOBODY
        self.wanted[gone] = self.settings.succession

    def _find(self, week: Week) -> None:
        """Draw a sponsor of each unit among its leaders, executives first."""
        level = week.state.arrays["level"]
        unit = self._unit(week)
        may = week.eligible(self.settings.targets) & (level >= LEADERS) & self.wanted.ravel()[unit]
        rows = np.flatnonzero(may)
        chance = week.hashes(self.label, "sponsor", weekly=False, rows=rows)
        order = rows[np.lexsort((chance, level[rows], unit[rows]))]
        last = np.append(unit[order][1:] != unit[order][:-1], True)[: len(order)]
        self.sponsor.ravel()[unit[order[last]]] = order[last]
        self.wanted[:] = False

    def _unit(self, week: Week) -> NDArray[np.int64]:
        """Unit of everybody, numbered through all worlds, (person,)."""
        rows = np.arange(week.state.frame.rows)
        return week.world_of(rows) * self.sponsor.shape[1] + week.state.arrays[self.field]

    def _renewed(self, week: Week) -> bool:
        s = self.settings
        since = week.number - s.start_week
        due = s.renewal_weeks is not None and since > 0 and since % s.renewal_weeks == 0
        return due or (week.renewed is not None and week.renewed == week.number - 1)
