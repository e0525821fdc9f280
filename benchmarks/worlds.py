"""The organizations that are measured."""

from __future__ import annotations

from typing import Any

from sim import OrganizationModel, Scenario

POLICIES = ("rotation", "incentives", "mentorship")
SOURCES = 10
SEED = 1
WARM_WEEKS = 16
"""Weeks before the clock starts: policies, which begin in week 13, pairs and turnover are under way."""
FEWEST_DEPARTMENTS, LARGEST_DEPARTMENT = 8, 1000


def departments(people: int) -> int:
    """How many departments: eight, or as many as keep each at a thousand people."""
    return min(max(2, people // 3), max(FEWEST_DEPARTMENTS, people // LARGEST_DEPARTMENT))


NO_CHALLENGES = {"arrivals": 0}
"""The contenders, and the goals, know nothing of problems that two departments solve together."""


AS_CONTENDERS: dict[str, dict[str, Any]] = {"rotation": {"project_hours": 0}}
"""Settings in which the contenders know less than the policies as shipped: visitors have no project at the host."""


def organization(people: int, topics: int) -> dict[str, Any]:
    """A synthetic organization's settings."""
    return {"people": people, "departments": departments(people), "topics": topics, "sources": SOURCES}


def scenario(people: int, topics: int = 8, weeks: int = 5200, *, policies: bool = True, **settings: Any) -> Scenario:
    """A scenario with the three policies as shipped but for what the contenders do not know, or none.

    Args:
        settings: of all three policies, where they are not as shipped.
    """
    chosen = {kind: {"kind": kind, **AS_CONTENDERS.get(kind, {}), **settings} for kind in POLICIES} if policies else {}
    sections = {"organization": organization(people, topics), "challenges": NO_CHALLENGES}
    return Scenario.from_dict({**sections, "weeks": weeks, "policies": chosen})


def warm_up() -> None:
    """Load every kernel, on a tiny organization."""
    model = OrganizationModel(scenario(24, topics=6, start_week=0, coverage=1.0), seed=1)
    for _ in range(WARM_WEEKS):
        model.step()
    model.close()


def under_way(people: int, threads: int, side_by_side: int = 1) -> OrganizationModel:
    """A model of some worlds some weeks old, in which every policy acts."""
    model = OrganizationModel(scenario(people), seeds=side_by_side, threads=threads)
    for _ in range(WARM_WEEKS):
        model.step()
    return model
