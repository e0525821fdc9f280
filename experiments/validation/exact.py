"""Closed forms: what theory says of the smallest worlds, through the whole model, week by week."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.validation.fact import Floats

WEEKS = 100
RATE = 0.1
TOLERANCE, STALLED = 1e-6, 2e-5
"""What float32 allows; and at practice rates so small that float32 stops before the fixed point."""

PEOPLE = "id,department,level,T\nlearner,A,0,{low}\nsource,A,0,{high}\n"
ONE_TIE = "learner,source,contact,trust\nlearner,source,1,{trust}\n"
OPEN: dict[str, dict[str, Any]] = {
    "learning": {
        "rate": RATE,
        "phi": 0,
        "hours": 60,
        "pace": 10,
        "practice": 0,
        "forgetting": 0,
        "obsolescence": 0,
        "obsolescence_emerging": 0,
    },
    "culture": {"safety": 1, "willingness_within": 1, "clarity_within": 1, "reliability_within": 1, "engagement": 1},
    "turnover": {"hazard": [0, 0, 0, 0]},
    "topics": {"T": {"tacitness": 0, "obsolescence": 0}},
}
"""Every gate open, nothing lost, nobody leaves."""


@dataclass(frozen=True)
class ClosedForm:
    """A recursion that theory gives, and the same through the model.

    Attributes:
        largest: largest difference over all weeks.
        tolerance: what float32 allows.
    """

    title: str
    formula: str
    largest: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the model gives what theory says."""
        return self.largest < self.tolerance


def closed_forms() -> list[ClosedForm]:
    """Run every closed form."""
    with tempfile.TemporaryDirectory() as folder:
        return [form(Path(folder)) for form in (_gap, _logistic, _trust, _practice, _decay)]


def _course(
    folder: Path, read: Callable[[Any], float], low: float, trust: float = 1.0, **sections: Mapping[str, Any]
) -> Floats:
    """What `read` sees of the state at week 0 and after each week."""
    from sim.model import OrganizationModel
    from sim.scenario import Scenario

    (folder / "people.csv").write_text(PEOPLE.format(low=low, high=1.0), encoding="utf-8")
    (folder / "ties.csv").write_text(ONE_TIE.format(trust=trust), encoding="utf-8")
    merged = {name: {**OPEN.get(name, {}), **sections.get(name, {})} for name in {*OPEN, *sections}}
    files = {"kind": "files", "people": str(folder / "people.csv"), "ties": str(folder / "ties.csv")}
    model = OrganizationModel(Scenario.from_dict({"organization": files, "weeks": WEEKS, **merged}), seed=1)
    model.state.arrays["initiative"][:] = 1.0
    found = [read(model.state)]
    for _ in range(WEEKS):
        model.step()
        found.append(read(model.state))
    model.close()
    return np.array(found)


def _mastery(state: Any) -> float:
    return float(state.expertise[0, 0, 0])


def _compared(title: str, formula: str, found: Floats, expected: Floats, tolerance: float = TOLERANCE) -> ClosedForm:
    return ClosedForm(title, formula, float(np.abs(found - expected).max()), tolerance)


def _powers(base: float) -> Floats:
    """base^0 to base^WEEKS."""
    return np.cumprod(np.concatenate([[1.0], np.full(WEEKS, base)]))


def _gap(folder: Path) -> ClosedForm:
    found = 1.0 - _course(folder, _mastery, 0.2)
    expected = 0.8 * _powers(1.0 - RATE)
    return _compared("One tie with every gate open", "gap(t) = gap(0) (1 - rate)^t", found, expected)


def _logistic(folder: Path) -> ClosedForm:
    phi = 0.5
    found = 1.0 - _course(folder, _mastery, 0.2, learning={"phi": phi})
    expected = np.empty(WEEKS + 1)
    expected[0] = 0.8
    for week in range(WEEKS):
        expected[week + 1] = expected[week] - RATE * expected[week] * (1.0 - phi * expected[week])
    return _compared("Absorptive capacity", "gap(t+1) = gap(t) - rate gap(t) (1 - phi gap(t))", found, expected)


def _trust(folder: Path) -> ClosedForm:
    eta = 0.1
    found = _course(folder, lambda state: float(state.trust[0]), 0.2, trust=0.2)
    expected = 1.0 - 0.8 * _powers(1.0 - eta)
    return _compared("Trust in who keeps every promise", "trust(t) = 1 - (1 - trust(0)) (1 - eta)^t", found, expected)


def _practice(folder: Path) -> ClosedForm:
    p, o = 0.05, 0.01
    found = _course(
        folder, _mastery, 0.2, learning={"rate": 0, "practice": p}, topics={"T": {"tacitness": 0, "obsolescence": o}}
    )
    fixed = p * (1.0 - o) / (p + o - p * o)
    expected = fixed + (0.2 - fixed) * _powers((1.0 - p) * (1.0 - o))
    formula = "E(t) = E* + (E(0) - E*) ((1 - p)(1 - o))^t with E* = p (1 - o) / (p + o - p o)"
    return _compared("Practice against obsolescence", formula, found, expected)


def _decay(folder: Path) -> ClosedForm:
    o = 0.02
    found = _course(folder, _mastery, 0.7, learning={"rate": 0}, topics={"T": {"tacitness": 0, "obsolescence": o}})
    return _compared("Decay", "E(t) = E(0) (1 - o)^t", found, 0.7 * _powers(1.0 - o))
