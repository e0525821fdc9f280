"""Job shadowing, storytelling, journals and debriefs: what is tacit is lived, told, and partly put in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.gathering import Gathering, GatheringSettings
from sim.schema import EXPLICIT
from sim.week import Rows, Week


@dataclass(frozen=True)
class TacitExchangeSettings(GatheringSettings):
    """Parameters of the exchange of tacit knowledge."""

    kind: str = parameter("tacit_exchange", "which policy", choices=("tacit_exchange",))
    group_size: int = parameter(3, "people who watch and tell each other", unit="people", low=2, high=100)
    lessons: float = parameter(
        0.2,
        "share of what a participant knows of tacit topics that a session puts in words",
        unit="per session",
        low=0,
        high=1,
    )
    journals: float = parameter(0.1, "how much better members absorb, by reflecting on their work", low=0, high=1)


class TacitExchange(Gathering):
    """Let colleagues watch each other work and tell what happened, and write down what can be told.

    Small groups of a department meet and learn from each other as in any session. Each session puts part of the tacit
    share of topics (tacitness above 0.5) in words:

        codified_k += (1 - codified_k) * lessons * sum over those present of E_ik / people targeted

    so that a knowledge base can hold it and people can read it; it goes out of date with the topic, and what is told is
    written down where it can be. Journals raise the absorption of members, and fade as attention does (sources B and
    C; Nonaka and Takeuchi 1995 on externalization, without sizes, so these are cautious). Moves the share of tacit
    topics that was put in words up.
    """

    kind = "tacit_exchange"
    Settings = TacitExchangeSettings
    target_metric = "codified"
    sources = "B, C"
    origin = "tacit_exchange"
    bent_levers = ("absorption",)
    settings: TacitExchangeSettings

    def prepare(self, week: Week) -> None:
        """Keep which topics are tacit."""
        super().prepare(week)
        tacit = week.state.structure.tacitness[: week.rule.topics] > EXPLICIT
        self.topics = np.flatnonzero(tacit)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Let those who keep a journal absorb more."""
        strength = self.strength(week)
        if strength > 0 and self.settings.journals > 0:
            member = np.zeros(week.state.frame.rows, np.float32)
            member[self.groups.members()] = strength * np.float32(self.settings.journals)
            yield Bend("absorption", scale=member.reshape(week.state.frame.worlds, -1))

    def scope(self, week: Week) -> tuple[NDArray[np.int32], int]:
        """Groups are of one department."""
        return week.state.arrays["home_department"], week.rule.departments

    def held(self, week: Week, present: Rows) -> None:
        """Put in words what those present know, and write it down."""
        world = week.world_of(present)
        targeted = np.maximum(1.0, week.count(week.eligible(self.settings.targets)))
        share = (self.settings.lessons / targeted[world]).astype(np.float32)
        base = week.knowledge_base
        known = week.state.arrays["expertise"][present][:, self.topics]
        base.put_in_words(world[:, None], self.topics[None, :], share[:, None] * known)
        base.write_once(present, share)
