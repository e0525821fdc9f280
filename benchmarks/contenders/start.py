"""Where the contenders with the full rule begin: the scenario, and the state that `sim.build` makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import Size
from benchmarks.worlds import AS_CONTENDERS
from sim import Scenario
from sim.build import Prepared, build_state, prepare
from sim.state import State

KINDS = ("incentives", "mentorship", "rotation")
SIMPLE: Mapping[str, Mapping[str, Any]] = {
    "incentives": {"coverage": 1.0, "intensity": 1.0, "ramp_weeks": 0, "end_week": None, "hours": 0.0},
    "mentorship": {
        "intensity": 1.0,
        "ramp_weeks": 0,
        "end_week": None,
        "direction": "traditional",
        "boundary": "across",
        "matching": "gap",
        "mentor_targets": None,
        "mandatory": True,
        "two_way": None,
        "facilitation": 0.0,
        "confidentiality": 0.0,
        "introductions": 0,
        "training": True,
        "review": False,
        "minimum_sessions": 0,
        "coordinators": 0,
        "autonomy": 0.0,
        "rhythm_fit": 0.0,
        "calendar": (),
    },
    "rotation": {
        "intensity": 1.0,
        "ramp_weeks": 0,
        "end_week": None,
        "permanent": False,
        "host": "next",
        "pathways": False,
        "project_hours": 0.0,
    },
}
"""Settings of the policies that the contenders know only as shipped."""


@dataclass(frozen=True)
class Start:
    """One or several worlds at week 0."""

    prepared: Prepared
    state: State
    seeds: tuple[int, ...]

    def policy(self, kind: str) -> Any:
        """The settings of a policy, or None where it is not in force.

        Raises:
            ValueError: they differ from what the contenders can express.
        """
        settings = self.prepared.scenario.policies.get(kind)
        if settings is None:
            return None
        other = [name for name, value in SIMPLE[kind].items() if getattr(settings, name) != value]
        if other or settings.targets.departments or settings.targets.levels:
            raise ValueError(f"the contenders do not express {kind} with other {', '.join(other) or 'targets'}")
        return settings


def scenario_of(size: Size) -> Scenario:
    """The scenario of a size; weeks run on as long as they are asked for."""
    organization = {
        "people": size.people,
        "departments": size.departments,
        "topics": size.topics,
        "sources": size.sources,
    }
    policies = {kind: {"kind": kind, **AS_CONTENDERS.get(kind, {})} for kind in KINDS} if size.policies else {}
    return Scenario.from_dict({"organization": organization, "policies": policies, "weeks": 5200})


def start_of(size: Size, seeds: tuple[int, ...]) -> Start:
    """Worlds of these seeds at week 0."""
    return started(scenario_of(size), seeds)


def started(scenario: Scenario, seeds: tuple[int, ...]) -> Start:
    """The same of a scenario."""
    prepared = prepare(scenario)
    return Start(prepared, build_state(prepared, seeds), seeds)
