"""A plug-in for tests: a policy that breaks, by an error or by taking its process down."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sim.parameters import parameter
from sim.policies import register
from sim.policies.base import Policy, PolicySettings
from sim.week import Week


class OddError(Exception):
    """An error that can be sent to another process and not be made again there."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} {other}")


@dataclass(frozen=True)
class BreakingSettings(PolicySettings):
    """Parameters of the policy that breaks."""

    kind: str = parameter("breaking", "which policy", choices=("breaking",))
    below: float = parameter(2.0, "it goes wrong only with an intensity below this", low=0.0, high=2.0)
    how: str = parameter("raise", "what goes wrong", choices=("raise", "oddly", "exit"))


@register
class Breaking(Policy):
    """Goes wrong in its first week."""

    kind = "breaking"
    Settings = BreakingSettings
    target_metric = "adequacy"
    sources = ""

    def act(self, week: Week) -> None:
        """Break."""
        if week.number < self.settings.start_week or self.settings.intensity >= self.settings.below:
            return
        if self.settings.how == "exit":
            os._exit(9)
        if self.settings.how == "oddly":
            raise OddError("on", "purpose")
        raise ValueError("on purpose")
