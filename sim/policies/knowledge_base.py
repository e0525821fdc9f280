"""A repository and playbook: what people write down, and how others find it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, running
from sim.week import Mask, Week


@dataclass(frozen=True)
class KnowledgeBaseSettings(PolicySettings):
    """Parameters of the knowledge base."""

    kind: str = parameter("knowledge_base", "which policy", choices=("knowledge_base",))
    contribution: float = parameter(
        0.25, "share of what a member could add to it that is written down", unit="per week", low=0, high=1
    )
    lookups: float = parameter(
        0.5, "chance that a member looks up what is needed most, times engagement", unit="per week", low=0, high=1
    )
    tagging: float = parameter(0.6, "one vocabulary and format: chance that what is looked up is found", low=0, high=1)
    summaries: float = parameter(
        0.5, "share of entries with a summary, which brings twice as much in the time of a reading", low=0, high=1
    )
    push: float = parameter(
        0.05, "chance that what is fresh is sent to a member who needs it, times engagement",
        unit="per week", low=0, high=1,
    )  # fmt: skip
    curation: float = parameter(
        0.02, "how far each reading leads to the entry being checked and renewed", unit="per reading", low=0, high=1
    )
    hours: float = parameter(0.1, "writing and looking after entries, a member-week", unit="hours", low=0, high=60)


class KnowledgeBase(Policy):
    """Write down what can be written down, so that others find it without asking.

    Members write down a share of what they know beyond the base, never the tacit part; they look up the topic on which
    their need is met least, and find it as well as entries are tagged. What nobody reads and renews goes stale within a
    year or so (sources A, B and C ask for review by use). Attention to writing, reading and curating fades as that to
    other policies; tags and summaries stay. No study gives the sizes: a member looks something up every third week or
    so, and a reading brings no more than a good meeting would. The share of lookups that are fresh does not exist
    without a knowledge base, so the target is their number. Moves fresh finds, lookups a person-week that find fresh
    knowledge, up.
    """

    kind = "knowledge_base"
    Settings = KnowledgeBaseSettings
    target_metric = "fresh_finds"
    sources = "A, B, C"
    bent_levers = ("codifying", "lookup", "push", "tagging", "reading", "curation")
    settings: KnowledgeBaseSettings

    def bend(self, week: Week) -> Iterable[Bend]:
        """Let members write, look up and be sent things."""
        s, strength = self.settings, self.strength(week)
        if strength <= 0:
            return
        worlds = week.state.frame.worlds
        member = (self._members(week).astype(np.float32) * strength).reshape(worlds, -1)
        head_count = np.maximum(1.0, week.count(week.eligible(s.targets))).astype(np.float32)
        yield Bend("codifying", add=member * (np.float32(s.contribution) / head_count)[:, None])
        yield Bend("lookup", add=member * np.float32(s.lookups))
        yield Bend("push", add=member * np.float32(s.push))
        yield Bend("tagging", add=np.full((worlds, 1), s.tagging, np.float32))
        yield Bend("reading", scale=np.full((worlds, 1), s.summaries, np.float32))
        yield Bend("curation", add=np.full((worlds, 1), strength * np.float32(s.curation)))

    def act(self, week: Week) -> None:
        """Book the hours of writing."""
        s = self.settings
        if running(s, week.number) and s.intensity > 0:
            members = self._members(week)
            week.ask(members, s.hours)
            week.book(self.label, members, s.hours, s.money)

    def treated(self, week: Week) -> Mask | None:
        """Those who use it."""
        return self._members(week) if self.strength(week) > 0 else None

    def _members(self, week: Week) -> Mask:
        return week.covered(self.label, self.settings)
