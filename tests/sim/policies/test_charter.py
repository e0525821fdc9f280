"""A charter: a purpose that departments share, and the renewal of everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

OTHERS = ~np.eye(3, dtype=bool)
INCENTIVES: dict[str, dict[str, Any]] = {"incentives": {"kind": "incentives", "start_week": 2, "renewal_weeks": None}}


class TestHarness(PolicyHarness):
    kind = "charter"
    lively = ({"purpose": 1},)


def chartered(extra: dict[str, Any] | None = None, **fields: Any) -> OrganizationModel:
    """A small world with a charter from week 2 on, renewed every tenth week."""
    charter = {"kind": "charter", "start_week": 2, "renewal_weeks": 10, **fields}
    policies = {"charter": charter, **(extra or {})}
    return worlds.model(seeds=(1, 2), weeks=60, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def at_bend(made: OrganizationModel, number: int) -> Any:
    """Levers in a week."""
    while made.week < number:
        made.step()
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers


@pytest.mark.parametrize(("number", "weeks"), [(2, 0), (3, 1), (11, 9), (12, 0), (13, 1), (22, 0)])
def test_a_purpose_moves_the_norm_of_willingness_between_departments(number: int, weeks: int) -> None:
    made = chartered(purpose=0.8)
    base = made.ensemble.levers.base["willingness.norm"]
    rise = 0.15 * 0.8 * 0.99**weeks
    expected = base + np.tile(rise * OTHERS, (2, 1, 1))
    np.testing.assert_allclose(at_bend(made, number)["willingness.norm"], expected, rtol=1e-5)


@pytest.mark.parametrize(("number", "weeks"), [(3, 1), (12, 10), (13, 1), (22, 10), (23, 1)])
def test_it_renews_all_other_policies(number: int, weeks: int) -> None:
    levers = at_bend(chartered(INCENTIVES), number)
    np.testing.assert_allclose(levers["engagement.pull"], 0.05 * 0.6 * 0.97**weeks, rtol=1e-5)


def test_a_charter_that_nobody_signs_renews_nothing() -> None:
    for zero in ({"coverage": 0}, {"intensity": 0}, {"renewal_weeks": None}, {"end_week": 12}):
        levers = at_bend(chartered(INCENTIVES, **zero), 13)
        np.testing.assert_allclose(levers["engagement.pull"], 0.05 * 0.6 * 0.97**11, rtol=1e-5, err_msg=str(zero))


def test_time_is_given_to_adopt_and_to_renew_it() -> None:
    booked = chartered(hours=1.5, coverage=1).run().record().weekly["hours:charter"]
    assert np.flatnonzero(booked[0]).tolist() == list(range(2, 60, 10))
    np.testing.assert_allclose(booked[:, 2::10], 24 * 1.5)
