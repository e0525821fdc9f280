"""Anonymous pulse surveys and audits that move places to where need is least met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, reach, running
from sim.settings import LEVELS
from sim.week import Rows, Week

MOST = 3.0
"""No group gets more than three times its places."""


@dataclass(frozen=True)
class FeedbackSettings(PolicySettings):
    """Parameters of feedback."""

    kind: str = parameter("feedback", "which policy", choices=("feedback",))
    coverage: float = parameter(0.6, "share of those targeted that answer a survey", low=0, high=1)
    cadence: int = parameter(13, "weeks between surveys", unit="weeks", low=1, high=520)
    reallocation: float = parameter(
        4.0, "rise of a group's places, relative, for each relative rise of its unmet need", low=0, high=10
    )
    anonymity: int = parameter(
        3, "answers of a group below which nothing is told of it", unit="answers", low=1, high=50
    )
    hours: float = parameter(0.25, "time of each who answers, a survey", unit="hours", low=0, high=60)


class Feedback(Policy):
    """Ask people in anonymous surveys what they need, and move places to the groups that lack most.

    Each quarter a drawn share of the people says how far their needs are met. Groups by department and level whose
    unmet need is above the mean get more places in policies that draw members, those below it fewer, so that the sum
    hardly changes; of groups with too few answers nothing is told, and they keep theirs (sources B and C). No study
    measures the size of such a shift; the default of four moves two fifths of a group's places where its unmet need
    is a tenth above the mean. Moves the gap in unmet need between groups down.
    """

    kind = "feedback"
    Settings = FeedbackSettings
    target_metric = "need_gap"
    partner = "mentorship"
    sources = "B, C"
    bent_levers = ("reach",)
    settings: FeedbackSettings

    def prepare(self, week: Week) -> None:
        """Keep how much more or less of its places each group gets, (world, department, level)."""
        self.more = np.zeros((week.state.frame.worlds, week.rule.departments, len(LEVELS)), np.float32)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Shift places between groups, as the last survey said; that of this week counts from next week on."""
        strength = self.strength(week)
        if strength <= 0 or not self.more.any():
            return
        arrays, worlds = week.state.arrays, week.state.frame.worlds
        rows = np.arange(week.state.frame.rows)
        shift = self.more[week.world_of(rows), arrays["home_department"], arrays["level"]].reshape(worlds, -1)
        yield Bend("reach", scale=strength * shift)

    def act(self, week: Week) -> None:
        """Hold a survey where it is time."""
        s = self.settings
        if not running(s, week.number) or (week.number - s.start_week) % s.cadence:
            return
        answering = week.eligible(s.targets) & (week.draw(self.label, "answers") < reach(s, week.number))
        rows = np.flatnonzero(answering)
        week.ask(rows, s.hours)
        week.book(self.label, rows, s.hours, s.money)
        self.more[:] = self._shift(week, rows)

    def _shift(self, week: Week, rows: Rows) -> NDArray[np.float32]:
        """By how much the places of each group change, relative, (world, department, level)."""
        s, shape = self.settings, self.more.shape
        arrays = week.state.arrays
        world = week.world_of(rows)
        group = (world * shape[1] + arrays["home_department"][rows]) * shape[2] + arrays["level"][rows]
        unmet = self._unmet(week, rows)
        answers = np.bincount(group, minlength=self.more.size).reshape(shape)
        need = np.bincount(group, weights=unmet, minlength=self.more.size).reshape(shape)
        told = answers >= s.anonymity
        by_group = np.divide(need, answers, out=np.zeros(shape), where=told)
        heads = np.where(told, answers, 0).sum(axis=(1, 2))[:, None, None]
        lacking = np.where(told, need, 0.0).sum(axis=(1, 2))[:, None, None]
        mean = lacking / np.maximum(1, heads)
        apart = np.divide(by_group - mean, mean, out=np.zeros(shape), where=told & (mean > 0))
        return np.clip(s.reallocation * apart, -1.0, MOST - 1.0).astype(np.float32)

    def _unmet(self, week: Week, rows: Rows) -> NDArray[np.float64]:
        """Share of each person's need that is not met, (row,)."""
        need = week.state.structure.need[week.state.arrays["home_department"][rows]]
        lacking = np.maximum(np.float32(0.0), need - week.state.arrays["expertise"][rows]).sum(axis=1, dtype=np.float64)
        whole = need.sum(axis=1, dtype=np.float64)
        return np.divide(lacking, whole, out=np.zeros(len(rows)), where=whole > 0)
