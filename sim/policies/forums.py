"""Forums: a few experts speak to many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.gatherings import experts_to_all
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, running
from sim.schema import EXPLICIT
from sim.sessions import Encounters
from sim.week import Mask, Rows, Week

NONE = -1


@dataclass(frozen=True)
class ForumsSettings(PolicySettings):
    """Parameters of forums."""

    kind: str = parameter("forums", "which policy", choices=("forums",))
    coverage: float = parameter(0.3, "share of those targeted that are invited", low=0, high=1)
    hours: float = parameter(1.0, "length of a forum, for each who attends", unit="hours", low=0, high=40)
    cadence: int = parameter(4, "weeks between forums", unit="weeks", low=1, high=52, source="B")
    experts: int = parameter(2, "who speak at a forum", unit="people", low=1, high=10)
    mandatory: bool = parameter(False, "attendance does not depend on engagement and does not fade")


class Forums(Policy):
    """Let experts speak to many who need to know.

    Every few weeks there is a forum on each topic that can largely be put in words (tacitness 0.5 or less). Its
    speakers are those targeted who know it best; who is invited goes to the one on the topic that is missing most
    (0.7 need - E), and learns from all its speakers in equal parts. Nobody gets to know anybody: trust is a stranger's,
    no ties form (source B: forums spread what is known, circles build trust; Hansen 1999 on codified knowledge). Sizes
    are cautious: an hour a month for three in ten. Moves adequacy on explicit topics up.
    """

    kind = "forums"
    Settings = ForumsSettings
    target_metric = "adequacy_explicit"
    sources = "B"
    settings: ForumsSettings

    def prepare(self, week: Week) -> None:
        """Keep the topics that forums are about, and who was ever invited."""
        structure, topics = week.state.structure, week.rule.topics
        self.topics = np.flatnonzero(structure.tacitness[:topics] <= EXPLICIT)
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def act(self, week: Week) -> None:
        """Book what membership costs."""
        if running(self.settings, week.number):
            members = week.members(self.label, self.settings)
            self.ever |= members
            week.book(self.label, members, money=self.settings.money)

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Hold a forum on each explicit topic."""
        s = self.settings
        due = running(s, week.number) and (week.number - s.start_week) % s.cadence == 0
        if not due or len(self.topics) == 0:
            return
        present = ~week.away
        invited = np.flatnonzero(week.members(self.label, s) & present)
        missing = self._missing(week, invited)
        topic = missing.argmax(axis=1)
        listening = missing[np.arange(len(invited)), topic] > 0
        listener, topic = invited[listening], topic[listening]
        if len(listener) == 0:
            return
        speaker, speaks_on = self._experts(week, week.eligible(s.targets) & present)
        forum = week.world_of(listener) * len(self.topics) + topic
        held = np.isin(speaks_on, forum)
        speaker, speaks_on = speaker[held], speaks_on[held]
        week.ask(np.concatenate([listener, speaker]), s.hours)
        fade = None if s.mandatory else self.faded(week)
        comes = np.zeros(week.state.frame.rows, np.bool_)
        everybody = np.unique(np.concatenate([listener, speaker]))
        comes[everybody[week.attends(self.label, everybody, fade)]] = True
        talk = experts_to_all(
            speaker[comes[speaker]], speaks_on[comes[speaker]], listener[comes[listener]], forum[comes[listener]]
        )
        if len(talk.learner) == 0:
            return
        week.attend(self.label, np.unique(np.concatenate([talk.learner, talk.source])), s.hours)
        yield Encounters(
            talk.learner, talk.source, talk.share * np.float32(s.hours), np.ones(len(talk.learner), np.float32)
        )

    def treated(self, week: Week) -> Mask:
        """Those who were ever invited."""
        return self.ever

    def _missing(self, week: Week, rows: Rows) -> NDArray[np.float32]:
        """max(0, 0.7 need - E) of the topics that forums are about, (row, topic)."""
        arrays = week.state.arrays
        met = week.needs.met[arrays["home_department"][rows]][:, self.topics]
        need = week.needs.need[arrays["home_department"][rows]][:, self.topics]
        missing = np.maximum(np.float32(0.0), met - arrays["expertise"][rows][:, self.topics])
        return np.where(need > 0, missing, np.float32(0.0))

    def _experts(self, week: Week, among: Mask) -> tuple[Rows, NDArray[np.int64]]:
        """Who know each topic best in each world, and the number of the forum they speak at; the first row on equality.

        A forum of a world has the number world * topics of forums + topic.
        """
        frame = week.state.frame
        mastery = week.state.expertise[:, :, self.topics]
        mastery = np.where(among.reshape(frame.worlds, -1)[:, :, None], mastery, np.float32(NONE))
        speakers, forums = [], []
        world, topic = np.indices((frame.worlds, len(self.topics)))
        for _ in range(min(self.settings.experts, frame.people)):
            best = mastery.argmax(axis=1)
            there = mastery[world, best, topic] > 0
            speakers.append((world * frame.people + best)[there])
            forums.append((world * len(self.topics) + topic)[there])
            mastery[world, best, topic] = NONE
        return np.concatenate(speakers), np.concatenate(forums)
