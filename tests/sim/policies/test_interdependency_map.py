"""The interdependency map: who gets to know whom, how often, and where language becomes clearer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from harness import PolicyHarness

from sim.metrics import METRICS
from sim.schema import ORIGINS

from .facing import facing


class TestHarness(PolicyHarness):
    kind = "interdependency_map"
    lively = ({"cadence": 2, "coverage": 0.8}, {"cadence": 3, "bridges": 3, "visibility": 0.3, "coverage": 1})


def mapping(**fields: Any) -> dict[str, Any]:
    return {"interdependency_map": {"kind": "interdependency_map", "start_week": 0, **fields}}


def bridges(made: Any) -> set[tuple[int, int]]:
    there = made.state.origin == ORIGINS.index("bridge")
    return set(zip(made.state.learners()[there].tolist(), made.state.source[there].tolist(), strict=True))


def test_bridges_lead_both_ways_to_the_department_depended_on_most() -> None:
    made = facing(mapping(coverage=1, cadence=1), shape={"departments": 4, "people": 40}, weeks=1).run()
    built, home = bridges(made), made.state.arrays["home_department"]
    assert len(built) > 40
    closest = made.ensemble.closest
    known = set(zip(made.state.learners().tolist(), made.state.source.tolist(), strict=True))
    for i, j in built:
        assert home[j] == closest[home[i]] or home[i] == closest[home[j]]
        assert (j, i) in known


@pytest.mark.parametrize(("field", "values"), [("bridges", (1, 4)), ("coverage", (0.2, 1)), ("cadence", (12, 2))])
def test_more_of_it_builds_more_bridges_and_costs_more(field: str, values: tuple[float, float]) -> None:
    few, many = (
        facing(mapping(**{"cadence": 4, field: value}), weeks=12, shape={"people": 60}).run() for value in values
    )
    assert len(bridges(few)) < len(bridges(many))
    assert few.record().weekly["hours"].sum() < many.record().weekly["hours"].sum()
    ties = [METRICS["ties_closest"].value(made.record().weekly).mean() for made in (few, many)]
    assert ties[0] < ties[1]


def test_language_becomes_clearer_where_departments_depend_on_each_other() -> None:
    made = facing(mapping(visibility=0.2, coverage=1, intensity=0.5), shape={"departments": 6, "people": 36}, weeks=2)
    made.step()
    depends = made.ensemble.prepared.interdependence > 0
    added = made.ensemble.culture.clarity.reshape(2, 6, 6) - made.state.clarity
    np.testing.assert_allclose(added[0], np.where(depends | depends.T, 0.1, 0.0), atol=2e-3)


def test_one_who_depends_on_nobody_builds_none() -> None:
    assert bridges(facing(mapping(coverage=1, cadence=1), shape={"departments": 1}, weeks=3).run()) == set()
