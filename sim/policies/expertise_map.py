"""A map of who knows what, for those who look for a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Week


@dataclass(frozen=True)
class ExpertiseMapSettings(PolicySettings):
    """Parameters of the expertise map."""

    kind: str = parameter("expertise_map", "which policy", choices=("expertise_map",))
    coverage: float = parameter(0.7, "share of those targeted that use it", low=0, high=1)
    renewal_weeks: int | None = parameter(
        26, "weeks between renewals, each restoring full strength; null: never", unit="weeks", low=1, high=5200
    )
    quality: float = parameter(
        0.2, "added to the chance that who leads a challenge is named the best source", unit="per week", low=0, high=1
    )
    referral: float = parameter(
        0.3, "how far contacts of trusted contacts help, relative to the contacts themselves", low=0, high=1
    )
    hours: float = parameter(0.05, "keeping one's entry, a member-week", unit="hours", low=0, high=60)


class ExpertiseMap(Policy):
    """Show who knows what, so that people find the best source beyond those whom they know.

    Who leads a challenge and uses the map is named whoever knows most of a missing topic more often, and asks on
    through trusted contacts. It stands for a directory of specialties that people keep in mind together, a transactive
    memory (Ren, Carley and Argote 2006, whose groups save the more time the larger they are). How good such maps are in
    firms is not measured: two in three searches of a month succeed through it, and entries go out of date unless they
    are renewed. Source B. Moves the weeks to find a source down.
    """

    kind = "expertise_map"
    Settings = ExpertiseMapSettings
    target_metric = "source_weeks"
    sources = "B"
    bent_levers = ("directory", "referral")
    settings: ExpertiseMapSettings

    def bend(self, week: Week) -> Iterable[Bend]:
        """Let members be named sources, and be helped by contacts of contacts."""
        strength = self.strength(week)
        if strength <= 0:
            return
        using = week.covered(self.label, self.settings).astype(np.float32).reshape(week.state.frame.worlds, -1)
        yield Bend("directory", add=using * (strength * np.float32(self.settings.quality)))
        yield Bend("referral", add=using * (strength * np.float32(self.settings.referral)))

    def act(self, week: Week) -> None:
        """Book what the map costs."""
        if self.strength(week) > 0:
            using = week.covered(self.label, self.settings)
            week.ask(using, self.settings.hours)
            week.book(self.label, using, self.settings.hours, self.settings.money)
