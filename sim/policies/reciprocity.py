"""Public recognition of help: who helped is helped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.policies.psychological_safety import share_by_department
from sim.week import Mask, Week

WILLINGNESS = 0.30
Wide = NDArray[np.float64]


@dataclass(frozen=True)
class ReciprocitySettings(PolicySettings):
    """Parameters of reciprocity."""

    kind: str = parameter("reciprocity", "which policy", choices=("reciprocity",))
    recognition: float = parameter(0.6, "how visibly help is recognized", low=0, high=1, source="A, B")
    public: float = parameter(
        0.5,
        "who returns help: only those who were helped (0), or everybody who sees it recognized (1)",
        low=0,
        high=1,
        source="Baker and Bulkley 2014",
    )
    memory_weeks: int = parameter(13, "weeks for which help is remembered", unit="weeks", low=1, high=520)
    hours: float = parameter(0.05, "time to give thanks, of each who takes part, a week", unit="hours", low=0, high=60)


class Reciprocity(Policy):
    """Recognize help in public, so that who helped is helped.

    What one department's people taught another's is remembered for some weeks. A department that was helped becomes
    readier to share with its helper, and all do with those who help much: the norm of willingness towards a
    department rises by up to 0.30 with help given, half of it at the mean (sources A and B; Baker and Bulkley 2014
    found that people pass on help they got, lastingly, and reward a name for helping, which wears off). The size is
    cautious. Readier departments meet more often, and trust is an average of promises kept in meetings that drifts to
    a low base without any: so more meetings are more trust. Moves trust across departments up.
    """

    kind = "reciprocity"
    Settings = ReciprocitySettings
    target_metric = "trust_across"
    sources = "A, B"
    bent_levers = ("willingness.norm",)
    settings: ReciprocitySettings

    def prepare(self, week: Week) -> None:
        """Keep the help remembered, (world, learner's department, source's department)."""
        self.helped = np.zeros_like(week.taught)
        self.other = ~np.eye(week.rule.departments, dtype=np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Raise the norm of willingness of those who were helped, and of those who saw it, towards the helpers."""
        s = self.settings
        strength = self.strength(week)
        if strength <= 0 or s.coverage <= 0:
            return
        self.helped *= 1.0 - 1.0 / s.memory_weeks
        self.helped += np.where(self.other, week.taught, 0.0)
        number = max(1, int(self.other.sum()))
        mean = self.helped.reshape(len(self.helped), -1).sum(axis=1) / number
        returned = _part(self.helped, mean[:, None, None]).transpose(0, 2, 1)
        given = self.helped.sum(axis=1) / max(1, week.rule.departments - 1)
        seen = _part(given, mean[:, None])[:, :, None]
        willing = np.where(self.other, (1.0 - s.public) * returned + s.public * seen, 0.0).astype(np.float32)
        returning = share_by_department(week, self._taking_part(week), week.eligible(s.targets))[:, None, :]
        yield Bend("willingness.norm", add=willing * returning * (strength * np.float32(WILLINGNESS * s.recognition)))

    def act(self, week: Week) -> None:
        """Book the time that thanks take."""
        s = self.settings
        if self.strength(week) > 0 and s.recognition > 0:
            week.ask(self._taking_part(week), s.hours)
            week.book(self.label, self._taking_part(week), s.hours, s.money)

    def _taking_part(self, week: Week) -> Mask:
        return week.covered(self.label, self.settings)


def _part(help_given: Wide, mean: Wide) -> Wide:
    """Help given over itself plus the mean: 0 without any, half at the mean, towards 1 with much."""
    whole = help_given + mean
    return np.divide(help_given, whole, out=np.zeros_like(whole), where=whole > 0)
