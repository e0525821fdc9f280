"""Coaching: who is trained when, what the trained do better, and how the skill wears off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

F = np.float32


class TestHarness(PolicyHarness):
    kind = "coaching"
    lively = ({"coverage": 0.6},)


def coached(weeks: int = 60, extra: dict[str, Any] | None = None, **fields: Any) -> OrganizationModel:
    """A small world in which half are trained in week 2; nobody leaves."""
    policies = {"coaching": {"kind": "coaching", "start_week": 2, "coverage": 0.5, **fields}, **(extra or {})}
    return worlds.model(seeds=(1, 2), weeks=weeks, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def at_bend(made: OrganizationModel, number: int) -> dict[str, Any]:
    """Levers in a week."""
    while made.week < number:
        made.step()
    worlds.run_phases(made.plan, "bend")
    return {name: made.ensemble.levers[name].copy() for name in ("absorption", "teaching", "reliability.pull")}


def test_the_trained_take_up_teach_and_promise_better_from_the_week_after() -> None:
    made = coached(listening=1, reframing=0.5, negotiating=0.8)
    assert np.all(at_bend(made, 2)["absorption"] == 1)
    made = coached(listening=1, reframing=0.5, negotiating=0.8)
    found = at_bend(made, 3)
    trained = made.plan.policies[0].trained.reshape(2, 24)
    assert 0.2 < trained.mean() < 0.8
    np.testing.assert_allclose(found["absorption"], 1 + 0.99 * 0.15 * trained, rtol=1e-6)
    np.testing.assert_allclose(found["teaching"], 1 + 0.99 * 0.075 * trained, rtol=1e-6)
    home = made.state.arrays["home_department"].reshape(2, 24)
    share = np.array([[trained[w][home[w] == d].mean() for d in range(3)] for w in range(2)])
    expected = np.tile((0.99 * 0.08 * share)[:, None, :], (1, 3, 1))
    np.testing.assert_allclose(found["reliability.pull"], expected, rtol=1e-5)


@pytest.mark.parametrize(("number", "weeks"), [(3, 1), (11, 9), (12, 0), (13, 1), (22, 0)])
def test_the_skill_wears_off_until_a_refresher(number: int, weeks: int) -> None:
    made = coached(listening=1, renewal_weeks=10)
    found = at_bend(made, number)["absorption"]
    np.testing.assert_allclose(found.max(), 1 + 0.15 * 0.99**weeks, rtol=1e-5)


def test_training_is_booked_once_and_refreshers_when_they_are_held() -> None:
    made = coached(30, training_hours=6, refresher_hours=1.5, renewal_weeks=10)
    made.run()
    booked, number = made.record().weekly["hours:coaching"], made.plan.policies[0].trained.reshape(2, 24).sum(axis=1)
    expected = np.zeros((2, 30))
    expected[:, 2] = 6 * number
    expected[:, [12, 22]] = 1.5 * number[:, None]
    np.testing.assert_allclose(booked, expected)


def test_newcomers_are_trained_anew() -> None:
    made = worlds.model(
        seeds=(1, 2),
        weeks=20,
        policies={"coaching": {"kind": "coaching", "start_week": 0, "coverage": 1, "training_hours": 1}},
        turnover={"hazard": [0.1] * 4},
    ).run()
    weekly = made.record().weekly
    leavers = weekly["leavers"][:, :-1].sum(axis=1)
    assert leavers.min() > 10
    np.testing.assert_allclose(weekly["hours:coaching"].sum(axis=1), 24 + leavers)


def test_a_charter_s_renewal_is_a_refresher_for_all() -> None:
    charter = {"charter": {"kind": "charter", "start_week": 2, "renewal_weeks": 10, "purpose": 0, "hours": 0}}
    made = coached(30, charter, renewal_weeks=None, listening=1)
    found = at_bend(made, 13)["absorption"]
    np.testing.assert_allclose(found.max(), 1 + 0.15 * 0.99, rtol=1e-5)
    assert made.record().weekly["hours:coaching"][:, 3:].sum() == 0
    made.ensemble.sums.clear()
    worlds.run_phase(made.plan, "act")
    assert made.ensemble.sums["hours:coaching"].min() > 0
