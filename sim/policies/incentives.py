"""Rewards for cross-team outcomes, sharing and mentoring instead of individual results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter, section
from sim.policies.base import Policy, PolicySettings
from sim.week import Mask, Week

FADE = np.float32(0.97)
"""Rewards wear off faster than attention to other policies."""
WILLINGNESS, RELIABILITY, ENGAGEMENT = 0.5, 0.3, 0.05
TEACHING, CODIFYING, MENTOR_ATTENDANCE = 0.1, 0.1, 0.1
PRACTICE_COST = 0.05


@dataclass(frozen=True)
class Rewards:
    """What is rewarded, each from not at all to fully."""

    cross_team: float = parameter(
        1.0, "cross-team outcomes: willingness and reliability across departments", low=0, high=1
    )
    sharing: float = parameter(1.0, "sharing: teaching and writing down", low=0, high=1)
    mentoring: float = parameter(1.0, "mentoring: attendance of mentors", low=0, high=1)


@dataclass(frozen=True)
class IncentivesSettings(PolicySettings):
    """Parameters of incentives."""

    kind: str = parameter("incentives", "which policy", choices=("incentives",))
    renewal_weeks: int | None = parameter(
        26, "weeks between renewals, each restoring full strength; null: never", unit="weeks", low=1, high=5200
    )
    weight: float = parameter(
        0.6, "weight of these rewards, the rest staying with individual results", low=0, high=1, source="A, B"
    )
    rewards: Rewards = section(Rewards, "what is rewarded")


class Incentives(Policy):
    """Reward people for what other teams gain from them.

    Pulls the readiness to share and the promises kept between departments while it lasts, and fades fast without
    renewal; costs at most 5 % of practice on own topics. Sizes: sources A and B (rewards on cross-team outcomes,
    sharing and mentoring); evidence for the sizes themselves is missing, so they are cautious. Moves learning per
    across-tie-week up.
    """

    kind = "incentives"
    Settings = IncentivesSettings
    target_metric = "learning_across_tie"
    sources = "A, B"
    bent_levers = (
        *("willingness.pull", "reliability.pull", "engagement.pull"),
        *("teaching", "codifying", "practice", "attendance"),
    )
    settings: IncentivesSettings

    def prepare(self, week: Week) -> None:
        """Keep which departments are other ones, (learner's department, source's department)."""
        self.other = ~np.eye(week.rule.departments, dtype=np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Pull culture towards the rewarded source departments, and what the rewarded people do."""
        s = self.settings
        w = self.strength(week, FADE) * np.float32(s.weight)
        if w <= 0:
            return
        covered = self._covered(week)
        across = self._across(week, covered) * w
        person = covered.astype(np.float32).reshape(week.state.frame.worlds, -1)
        mean_reward = np.float32((s.rewards.cross_team + s.rewards.sharing + s.rewards.mentoring) / 3.0)
        mentors = covered & week.mentoring  # those of last week: pairs are made after levers are bent
        mentor = mentors.astype(np.float32).reshape(person.shape)
        yield Bend("willingness.pull", add=across * np.float32(WILLINGNESS * s.rewards.cross_team))
        yield Bend("reliability.pull", add=across * np.float32(RELIABILITY * s.rewards.cross_team))
        yield Bend("engagement.pull", add=person * (w * np.float32(ENGAGEMENT) * mean_reward))
        yield Bend("teaching", scale=person * (w * np.float32(TEACHING * s.rewards.sharing)))
        yield Bend("codifying", scale=person * (w * np.float32(CODIFYING * s.rewards.sharing)))
        yield Bend("practice", scale=person * (-w * np.float32(PRACTICE_COST) * mean_reward))
        yield Bend("attendance", add=mentor * (w * np.float32(MENTOR_ATTENDANCE * s.rewards.mentoring)))

    def act(self, week: Week) -> None:
        """Book what the rewards cost."""
        s = self.settings
        if self.strength(week, FADE) > 0 and s.weight > 0:
            rewarded = self._covered(week)
            week.ask(rewarded, s.hours)
            week.book(self.label, rewarded, s.hours, s.money)

    def _covered(self, week: Week) -> Mask:
        """Who is rewarded, (person,); targets mask the source's department and level."""
        return week.covered(self.label, self.settings)

    def _across(self, week: Week, covered: Mask) -> Any:
        """Share of those targeted in each source department that is rewarded, (world, 1, source's department).

        0 inside departments, and where nobody is targeted.
        """
        people = week.count_by_department(week.eligible(self.settings.targets))
        rewarded = week.count_by_department(covered)
        share = np.divide(rewarded, people, out=np.zeros(people.shape), where=people > 0).astype(np.float32)
        return share[:, None, :] * self.other
