"""Feedback: what a survey tells of groups, and where places go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

MENTORSHIP: dict[str, dict[str, Any]] = {"mentorship": {"kind": "mentorship", "start_week": 1, "coverage": 0.5}}


class TestHarness(PolicyHarness):
    kind = "feedback"
    partners = MENTORSHIP
    lively = ({"coverage": 1, "cadence": 2, "anonymity": 1, "reallocation": 10},)


def surveyed(lacking: dict[int, float], **fields: Any) -> OrganizationModel:
    """A small world of staff, all of whom answer, whose departments lack such a share of what they need."""
    given = {"kind": "feedback", "start_week": 0, "coverage": 1, "anonymity": 1, "reallocation": 1, **fields}
    made = worlds.model(seeds=(1, 2), weeks=40, policies={"feedback": given}, turnover={"hazard": [0, 0, 0, 0]})
    arrays = made.state.arrays
    arrays["level"][:] = 0
    share = np.array([lacking[d] for d in range(3)], np.float32)[arrays["home_department"]]
    arrays["expertise"][:] = made.state.structure.need[arrays["home_department"]] * (1 - share)[:, None]
    worlds.run_phases(made.plan, "act")
    return made


def places(made: OrganizationModel) -> Any:
    """Factor on the coverage of each person in the week after, (person,)."""
    made.ensemble.number += 1
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers["reach"].ravel()


def test_places_go_to_departments_that_lack_more_than_the_mean() -> None:
    made = surveyed({0: 0.6, 1: 0.5, 2: 0.4}, reallocation=2)
    home = made.state.arrays["home_department"]
    expected = 1 + 0.99 * 2 * np.array([0.2, 0.0, -0.2])
    np.testing.assert_allclose(places(made), expected[home], rtol=1e-4)


def test_nobody_gets_less_than_nothing_nor_more_than_three_times() -> None:
    made = surveyed({0: 0.9, 1: 0.3, 2: 0.0}, reallocation=10)
    found = places(made)
    home = made.state.arrays["home_department"]
    np.testing.assert_allclose(found, (1 + 0.99 * np.array([2.0, -1.0, -1.0]))[home], rtol=1e-4)


def test_of_groups_with_few_answers_nothing_is_told() -> None:
    made = surveyed({0: 0.6, 1: 0.5, 2: 0.4}, anonymity=9)
    assert np.all(places(made) == 1)
    told = surveyed({0: 0.6, 1: 0.5, 2: 0.4}, anonymity=8)
    assert np.ptp(places(told)) > 0


def test_surveys_are_held_each_cadence_and_those_who_answer_give_time() -> None:
    made = surveyed({0: 0.6, 1: 0.5, 2: 0.4})
    scenario = made.scenario.with_policies(
        {"feedback": {"kind": "feedback", "start_week": 3, "cadence": 5, "hours": 0.5, "coverage": 0.5}}
    )
    booked = OrganizationModel(scenario, seeds=(1, 2)).run().record().weekly["hours:feedback"]
    weeks = np.flatnonzero(booked.any(axis=0))
    np.testing.assert_array_equal(weeks, np.arange(3, 40, 5))
    np.testing.assert_allclose(booked[:, weeks].mean(), 0.5 * 12, atol=1)
    assert len(set(booked[0, weeks])) > 1, "others answer each time"


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_reach_moves_members(factor: float) -> None:
    policies = {"mentorship": {"kind": "mentorship", "start_week": 0, "coverage": 0.4}}
    made = worlds.model({"people": 1000}, weeks=2, policies=policies)
    week, settings = made.ensemble, made.plan.policies[0].settings
    week.levers.contributions["reach"] = {}
    week.levers.values["reach"] = np.full((1, 1000), factor, np.float32)
    np.testing.assert_allclose(week.members("mentorship", settings).mean(), 0.4 * factor, atol=0.05)
