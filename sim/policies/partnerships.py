"""Light contracts between organizations that want to learn from each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Week


@dataclass(frozen=True)
class PartnershipsSettings(PolicySettings):
    """Parameters of partnerships."""

    between_organizations: ClassVar[bool] = True

    kind: str = parameter("partnerships", "which policy", choices=("partnerships",))
    renewal_weeks: int | None = parameter(
        52, "weeks between renewals, each restoring full strength; null: never", unit="weeks", low=1, high=5200
    )
    reliability: float = parameter(
        0.15, "promises kept between organizations, more while contracts run", low=0, high=0.4, source="B"
    )
    clarity: float = parameter(
        0.15, "how far common terms raise the norm of a common language between them", low=0, high=0.5, source="B"
    )
    willingness: float = parameter(
        0.05, "readiness to share with the other organization, more while contracts run", low=0, high=0.5
    )
    hours: float = parameter(
        0.1, "time that each of those covered gives the partnership a week", unit="hours", low=0, high=60
    )


class Partnerships(Policy):
    """Agree with other organizations, in light contracts, on what is shared and how.

    A contract says what will be delivered, so promises between the organizations are kept more often; its terms
    are a beginning of a common language, which grows slowly; and people know that they may share. What a pair of
    departments gains is in proportion to the mean share of their people that is covered, and fades until the contract
    is renewed. Source B proposes such contracts for learning across organizations; that they support trust instead of
    replacing it is found by Poppo and Zenger 2002; no source gives sizes, so the three bring a pair of organizations
    less than half the way to what departments of one organization have. Moves learning between organizations up.
    """

    kind = "partnerships"
    Settings = PartnershipsSettings
    target_metric = "learning_between"
    sources = "B"
    bent_levers = ("reliability.pull", "clarity.norm", "willingness.pull")
    setting: ClassVar[dict[str, Any]] = {"organization": {"organizations": 2}}
    settings: PartnershipsSettings

    def prepare(self, week: Week) -> None:
        """Keep which departments belong to different organizations, and whom contracts ever covered."""
        organization = week.prepared.department_organization
        self.between = organization[:, None] != organization[None, :]
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Raise what contracts raise, between the departments that they cover."""
        s, strength = self.settings, self.strength(week)
        if strength <= 0:
            return
        share = self._covered_share(week) * strength
        yield Bend("reliability.pull", add=share * np.float32(s.reliability))
        yield Bend("clarity.norm", add=share * np.float32(s.clarity))
        yield Bend("willingness.pull", add=share * np.float32(s.willingness))

    def act(self, week: Week) -> None:
        """Ask those covered for their time."""
        s = self.settings
        members = week.members(self.label, s)
        if members.any():
            self.ever |= members
            week.ask(members, s.hours)
            week.book(self.label, members, s.hours, s.money)

    def treated(self, week: Week) -> Mask:
        """Those whom contracts ever covered."""
        return self.ever

    def _covered_share(self, week: Week) -> NDArray[np.float32]:
        """Mean share of those targeted on both sides that is covered, (world, learner's, source's department).

        0 inside an organization, and where nobody of one side is targeted.
        """
        people = week.count_by_department(week.eligible(self.settings.targets))
        covered = week.count_by_department(week.members(self.label, self.settings))
        share = np.divide(covered, people, out=np.zeros(people.shape), where=people > 0).astype(np.float32)
        both = (people > 0)[:, :, None] & (people > 0)[:, None, :] & self.between
        mean: NDArray[np.float32] = np.float32(0.5) * (share[:, :, None] + share[:, None, :]) * both
        return mean
