"""Small groups of peers that meet at a rhythm, everybody learning from everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.parameters import parameter
from sim.policies.gathering import Gathering, GatheringSettings
from sim.week import Week


@dataclass(frozen=True)
class CirclesSettings(GatheringSettings):
    """Parameters of circles."""

    kind: str = parameter("circles", "which policy", choices=("circles",))
    scope: str = parameter(
        "across",
        "who shares a circle: people of different departments, or of one",
        choices=("across", "within"),
        source="B",
    )
    facilitation: float = parameter(
        0.3, "evens out who speaks and who is heard, and helps promises to be kept", low=0, high=1, source="B"
    )
    confidentiality: float = parameter(0.0, "least psychological safety of a session", low=0, high=1, source="B")


class Circles(Gathering):
    """Let peers meet in small circles, where each learns from all the others.

    Members are drawn, sit in groups of six that last, and meet every other week for an hour, if they come: attendance
    is voluntary, so it goes with engagement and wears off. Sessions teach; promises kept there build trust and form
    ties. How much passes of tacit knowledge depends on the safety of the learner's department and on trust, so that
    circles work better where people feel safe (source B; Sandvik et al. 2020 on meetings of peers, whose effect
    lasted). Group size and rhythm are source B's; evidence for them is missing. Moves trust of members in people of
    other departments up.
    """

    kind = "circles"
    origin = "circles"
    Settings = CirclesSettings
    target_metric = "trust_members"
    sources = "B"
    settings: CirclesSettings

    @classmethod
    def check(cls, settings: CirclesSettings, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """Circles across departments take people of two."""
        if settings.scope == "across" and len(settings.targets.departments) == 1:
            yield "targets.departments", "one department alone makes no circle across", "name two, or scope: within"

    def prepare(self, week: Week) -> None:
        """Spread departments over circles, unless each has its own."""
        super().prepare(week)
        self.mixed = self.settings.scope == "across"

    def scope(self, week: Week) -> tuple[NDArray[np.int32], int]:
        """Circles stay inside a department, or inside an organization."""
        arrays, frame = week.state.arrays, week.state.frame
        if self.settings.scope == "within":
            return arrays["home_department"], len(frame.departments)
        return arrays["organization"], len(frame.organizations)

    def confidentiality(self, week: Week) -> float:
        """Least psychological safety of a session."""
        return self.settings.confidentiality
