"""A council of leaders of all departments, with the right to clear what is blocked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.grouping import NOWHERE
from sim.parameters import parameter
from sim.policies.base import Targets
from sim.policies.gathering import Gathering, GatheringSettings
from sim.week import Mask, Rows, Week

DOMINATED = 0.5
"""What a facilitator who never changes leaves of the facilitation."""
LEADERS = (2, 3)


@dataclass(frozen=True)
class CouncilSettings(GatheringSettings):
    """Parameters of the council."""

    kind: str = parameter("council", "which policy", choices=("council",))
    targets: Targets = parameter(Targets(levels=LEADERS), "whom the policy may draw")
    coverage: float = parameter(1.0, "share of those targeted that may be members", low=0, high=1)
    seats: int = parameter(2, "members of a department", unit="people", low=1, high=20)
    group_size: int = parameter(20, "people in a council; more make another one", unit="people", low=2, high=100)
    hours: float = parameter(1.5, "length of a session, for each who attends", unit="hours", low=0, high=40)
    facilitation: float = parameter(
        0.4, "evens out who speaks and who is heard, and helps promises to be kept", low=0, high=1
    )
    facilitator: str = parameter(
        "rotating",
        "whether all facilitate in turns, or always the same one, who dominates",
        choices=("rotating", "fixed"),
    )
    decision_rights: float = parameter(
        0.5, "chance that a session clears a blocked challenge of a department that is there", low=0, high=1
    )


class Council(Gathering):
    """Bring leaders of all departments together at a rhythm, with the right to decide.

    Some leaders of each department sit in it; whoever is in stays. A session teaches and forms ties as any other, and
    clears blocked challenges of the departments whose members are there. A facilitator who never changes dominates, and
    leaves half of the facilitation. Source A; no study gives the share of blockers that such a council removes: every
    other one is a proposal. Moves blocked challenges cleared within four weeks up.
    """

    kind = "council"
    Settings = CouncilSettings
    target_metric = "cleared_in_time"
    sources = "A"
    origin = "council"
    mixed = True
    settings: CouncilSettings

    def chosen(self, week: Week) -> Mask:
        """Those of each department who sit in the council: members of last week first, then by keyed hash."""
        rows = np.flatnonzero(super().chosen(week))
        chosen = np.zeros(week.state.frame.rows, np.bool_)
        department = week.world_of(rows) * week.rule.departments + week.state.arrays["home_department"][rows]
        new = self.groups.group[rows] == NOWHERE
        order = np.lexsort((week.hashes(self.label, "seat", weekly=False, rows=rows), new, department))
        first = np.searchsorted(department[order], department[order], "left")
        chosen[rows[order][np.arange(len(rows)) - first < self.settings.seats]] = True
        return chosen

    def facilitation(self, week: Week) -> float:
        """Facilitation of this week's session; one who never changes dominates."""
        whole = super().facilitation(week)
        return whole * DOMINATED if self.settings.facilitator == "fixed" else whole

    def held(self, week: Week, present: Rows) -> None:
        """Clear blocked challenges whose owner is there."""
        part = week.challenges
        if part.count == 0 or self.settings.decision_rights <= 0:
            return
        members = present[self.groups.group[present] != NOWHERE]
        there = np.zeros((week.state.frame.worlds, week.rule.departments), np.bool_)
        there[week.world_of(members), week.state.arrays["home_department"][members]] = True
        may = part.open.blocked & there[part.open.world, part.open.owner]
        decided = part.draw(self.label, "decide", week.number) < np.float32(self.settings.decision_rights)
        part.clear(may & decided)
