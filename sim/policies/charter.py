"""A charter: a common purpose, and a planned renewal of everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.policies.psychological_safety import share_by_department
from sim.week import Week

WILLINGNESS = 0.15


@dataclass(frozen=True)
class CharterSettings(PolicySettings):
    """Parameters of a charter."""

    kind: str = parameter("charter", "which policy", choices=("charter",))
    renewal_weeks: int | None = parameter(
        52,
        "weeks between renewals, of the charter and of every other policy; null: never",
        unit="weeks",
        low=1,
        high=5200,
    )
    purpose: float = parameter(0.6, "how far departments make the purpose their own", low=0, high=1, source="A")
    hours: float = parameter(1.0, "time of each who takes part to adopt the charter, and at renewals", unit="hours",
                             low=0, high=60)  # fmt: skip


class Charter(Policy):
    """Agree on a common purpose, and renew it and every other policy at planned times.

    Moves the norm of willingness between departments by up to 0.15 with the share of the source's department that
    signs, as a shared identity makes knowledge of others worth having (Kane, Argote and Levine 2005). Each year the
    charter is renewed, and the attention that every policy has lost since it began is restored (sources A and B).
    That attention to programmes wears off without renewal is well told and badly measured; the loss of 1 % a week is
    the model's. Moves what the partner achieves in the last year up.
    """

    kind = "charter"
    Settings = CharterSettings
    target_metric = "learning_across_late"
    partner = "common_language"
    sources = "A, B"
    bent_levers = ("willingness.norm",)
    settings: CharterSettings

    def bend(self, week: Week) -> Iterable[Bend]:
        """Raise the norm of willingness between departments."""
        strength, s = self.strength(week), self.settings
        if strength <= 0 or s.coverage <= 0:
            return
        signed = share_by_department(week, week.covered(self.label, s), week.eligible(s.targets))[:, None, :]
        across = signed * ~np.eye(week.rule.departments, dtype=np.bool_)
        yield Bend("willingness.norm", add=across * (strength * np.float32(WILLINGNESS * s.purpose)))

    def act(self, week: Week) -> None:
        """Adopt or renew the charter; policies are as new from next week on."""
        s = self.settings
        if self.strength(week) <= 0 or s.coverage <= 0:
            return
        since = week.number - s.start_week
        renewing = s.renewal_weeks is not None and since > 0 and since % s.renewal_weeks == 0
        signing = week.covered(self.label, s)
        if renewing:
            week.renewed = week.number
        if renewing or since == 0:
            week.ask(signing, s.hours)
            week.book(self.label, signing, s.hours)
        week.book(self.label, signing, money=s.money)
