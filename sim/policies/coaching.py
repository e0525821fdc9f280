"""Training in listening, reframing and negotiating, with refreshers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, running
from sim.policies.psychological_safety import share_by_department
from sim.week import Mask, Rows, Week

ABSORPTION, TEACHING, RELIABILITY = 0.15, 0.15, 0.10


@dataclass(frozen=True)
class CoachingSettings(PolicySettings):
    """Parameters of coaching."""

    kind: str = parameter("coaching", "which policy", choices=("coaching",))
    coverage: float = parameter(0.3, "share of those targeted that are trained", low=0, high=1)
    renewal_weeks: int | None = parameter(
        26, "weeks between refreshers, each restoring the skill; null: none", unit="weeks", low=1, high=5200
    )
    listening: float = parameter(0.6, "listening: the trained take up more", low=0, high=1, source="A, C")
    reframing: float = parameter(0.6, "reframing: the trained teach better", low=0, high=1, source="A, C")
    negotiating: float = parameter(0.6, "negotiating: promises that can be kept", low=0, high=1, source="A")
    training_hours: float = parameter(8.0, "training of a person, once", unit="hours", low=0, high=200)
    refresher_hours: float = parameter(2.0, "each refresher", unit="hours", low=0, high=200)


class Coaching(Policy):
    """Train people to listen, to reframe and to negotiate.

    Those trained take up more of what they meet (up to 15 %), teach better (up to 15 %), and their departments keep
    more of their promises (up to 0.10, with the share of the trained); the skill wears off by 1 % a week until the
    next refresher. Newcomers are trained when they join (sources A and C). Field studies find moderate effects of
    coaching on behaviour (Jones, Woods and Guillaume 2016); none measures take-up by meeting, so the sizes are
    cautious. Moves learning per meeting of those trained up.
    """

    kind = "coaching"
    Settings = CoachingSettings
    target_metric = "learning_members"
    sources = "A, C"
    bent_levers = ("absorption", "teaching", "reliability.pull")
    settings: CoachingSettings

    def prepare(self, week: Week) -> None:
        """Keep who is trained, and which seats ever were."""
        self.trained = np.zeros(week.state.frame.rows, np.bool_)
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def bend(self, week: Week) -> Iterable[Bend]:
        """What the trained do better; those of this week begin next week."""
        s = self.settings
        if not running(s, week.number) or not self.trained.any():
            return
        skill = self.faded(week)
        trained = self.trained.reshape(week.state.frame.worlds, -1).astype(np.float32)
        everybody = np.ones(len(self.trained), np.bool_)
        by_source = share_by_department(week, self.trained, everybody)[:, None, :]
        yield Bend("absorption", scale=trained * (skill * np.float32(ABSORPTION * s.listening)))
        yield Bend("teaching", scale=trained * (skill * np.float32(TEACHING * s.reframing)))
        yield Bend("reliability.pull", add=by_source * (skill * np.float32(RELIABILITY * s.negotiating)))

    def act(self, week: Week) -> None:
        """Train those who are new to it, refresh the others, and book both."""
        s = self.settings
        if not running(s, week.number):
            return
        fresh = np.flatnonzero(week.members(self.label, s) & ~self.trained)
        if self._refreshes(week):
            self._teach(week, np.flatnonzero(self.trained), s.refresher_hours)
        self._teach(week, fresh, s.training_hours)
        self.trained[fresh] = True
        self.ever[fresh] = True
        week.ask(self.trained, s.hours)
        week.book(self.label, self.trained, s.hours, s.money)

    def left(self, week: Week, rows: Rows) -> None:
        """A newcomer is not trained yet."""
        self.trained[rows] = False

    def treated(self, week: Week) -> Mask:
        """Those who ever were trained."""
        return self.ever

    def _refreshes(self, week: Week) -> bool:
        """Whether refreshers are held this week: after so many weeks, or because a charter renewed all policies."""
        s = self.settings
        since = week.number - s.start_week
        due = s.renewal_weeks is not None and since > 0 and since % s.renewal_weeks == 0
        return due or (week.renewed is not None and week.renewed == week.number - 1)

    def _teach(self, week: Week, rows: Rows, hours: float) -> None:
        if hours and len(rows):
            week.ask(rows, hours)
            week.book(self.label, rows, hours)
