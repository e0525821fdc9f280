"""Small worlds for tests: quick to build, and with everything in them that a test may want to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.model import OrganizationModel
from sim.plan import PHASES, Plan
from sim.scenario import Scenario

BUSY: dict[str, dict[str, Any]] = {
    "rotation": {"kind": "rotation", "start_week": 1, "cadence": 3, "coverage": 0.6, "stay_weeks": 2, "rest_weeks": 0},
    "incentives": {"kind": "incentives", "start_week": 2, "weight": 0.7, "hours": 0.5, "money": 3.0},
    "mentorship": {
        "kind": "mentorship",
        "start_week": 1,
        "coverage": 0.6,
        "two_way": 0.3,
        "introductions": 1,
        "facilitation": 0.3,
    },
}
"""All three policies, at a pace that shows everything within a few weeks."""

CIRCLES: dict[str, dict[str, Any]] = {
    "circles": {"kind": "circles", "start_week": 1, "coverage": 0.7, "group_size": 4, "cadence": 1}
}
"""A policy that others act on, as lively as a small world needs it."""

ALL_OPEN: dict[str, dict[str, Any]] = {
    "learning": {
        "rate": 0.1,
        "phi": 0,
        "hours": 60,
        "pace": 10,
        "practice": 0,
        "forgetting": 0,
        "obsolescence": 0,
        "obsolescence_emerging": 0,
    },
    "culture": {
        "safety": 1,
        "willingness_within": 1,
        "willingness_across": 1,
        "clarity_within": 1,
        "clarity_across": 1,
        "reliability_within": 1,
        "reliability_across": 1,
        "engagement": 1,
        "drift": 0,
    },
    "turnover": {"hazard": [0, 0, 0, 0]},
}
"""Every gate open, nothing lost, nobody leaves, and time enough for any gain."""


def scenario(organization: Mapping[str, Any] | None = None, **sections: Any) -> Scenario:
    """24 people of three departments and eight topics for 12 weeks, unless said otherwise."""
    people = {"kind": "synthetic", "people": 24, "departments": 3, "topics": 8, "sources": 5}
    return Scenario.from_dict({"organization": people | dict(organization or {}), "weeks": 12, **sections})


def model(organization: Mapping[str, Any] | None = None, seeds: Sequence[int] = (1,), **sections: Any) -> Any:
    """A model of `scenario`."""
    return OrganizationModel(scenario(organization, **sections), seeds=seeds)


def files(folder: Path, people: str, ties: str) -> dict[str, str]:
    """The organization section of two files with this text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.csv").write_text(people, encoding="utf-8")
    (folder / "ties.csv").write_text(ties, encoding="utf-8")
    return {"kind": "files", "people": str(folder / "people.csv"), "ties": str(folder / "ties.csv")}


def all_open(folder: Path, people: str, ties: str, seeds: Sequence[int] = (1,), **sections: Any) -> OrganizationModel:
    """A loaded organization with every gate open, no tacit knowledge on its topic `T`, and full initiative."""
    merged = {name: ALL_OPEN.get(name, {}) | sections.get(name, {}) for name in {*ALL_OPEN, *sections} - {"weeks"}}
    merged.setdefault("topics", {"T": {"tacitness": 0, "obsolescence": 0}})
    data = {"organization": files(folder, people, ties), "weeks": sections.get("weeks", 100), **merged}
    made = OrganizationModel(Scenario.from_dict(data), seeds=seeds)
    made.state.arrays["initiative"][:] = 1
    return made


def run_phases(plan: Plan, last: str) -> None:
    """Run this week's phases up to and with one of them."""
    with np.errstate(over="ignore"):
        for phase in PHASES:
            phase.run(plan)
            if phase.name == last:
                return
    raise AssertionError(f"no phase is called {last}")


def run_phase(plan: Plan, name: str) -> None:
    """Run one phase of the week alone."""
    with np.errstate(over="ignore"):
        next(phase for phase in PHASES if phase.name == name).run(plan)


def lessons_of(plan: Any) -> dict[tuple[int, int], float]:
    """What each meeting over a tie brought this week before the budget, by rows of learner and source."""
    lessons, found = plan.lessons, {}
    for first, number in zip(lessons.first.tolist(), lessons.number.tolist(), strict=True):
        for n in range(first, first + number):
            found[int(lessons.learner[n]), int(lessons.source[n])] = float(lessons.gain[n])
    return found
