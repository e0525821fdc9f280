"""A policy under test: the worlds with and without it, and what it aims at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.pairing import display_factor
from experiments.statistics import Paired, paired

if TYPE_CHECKING:
    from sim.policies.base import Policy
    from sim.recorder import Record


@dataclass(frozen=True)
class Subject:
    """A policy of the catalogue in the default scenario, beside its partner where it acts on another policy."""

    kind: str

    @property
    def policy(self) -> type[Policy]:
        """Its class."""
        from sim.policies import registry

        return registry()[self.kind]

    @property
    def partners(self) -> dict[str, dict[str, Any]]:
        """The policies that it acts on, as shipped, by label."""
        partner = self.policy.partner
        return {partner: {"kind": partner}} if partner else {}

    def without(self) -> dict[str, Any]:
        """The scenario that it is compared with."""
        return {**self.policy.setting, "policies": self.partners}

    def under(self, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The scenario with it, some fields other than shipped."""
        mine = {self.kind: {"kind": self.kind, **(fields or {})}}
        return {**self.policy.setting, "policies": {**self.partners, **mine}}

    @property
    def start(self) -> int:
        """Its first week as shipped, from which flows count."""
        return int(self.policy.Settings().start_week)

    def compare(self, name: str, arm: Record, baseline: Record) -> Paired:
        """A metric of both records, world by world, as people read it; seat metrics of those whom the arm treated."""
        from sim.metrics import METRICS
        from sim.seats import SEAT_METRICS

        if name in SEAT_METRICS:
            mask = arm.treated.get(self.kind, np.zeros(next(iter(arm.seats.values())).shape, np.bool_))
            values = [SEAT_METRICS[name].of(record.seats, mask) for record in (arm, baseline)]
            factor = display_factor(SEAT_METRICS[name].unit)
        else:
            values = [METRICS[name].value(record.weekly, self.start) for record in (arm, baseline)]
            factor = display_factor(METRICS[name].unit)
        return paired(factor * values[0], factor * values[1])


def subjects() -> dict[str, Subject]:
    """Every built-in policy by kind."""
    from sim.policies import POLICIES

    return {kind: Subject(kind) for kind in sorted(POLICIES.built_in)}


def title_and_unit(name: str) -> tuple[str, str, str]:
    """Title, unit and better direction of a metric or seat metric."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    metric = SEAT_METRICS[name] if name in SEAT_METRICS else METRICS[name]
    return metric.title, metric.unit, metric.better
