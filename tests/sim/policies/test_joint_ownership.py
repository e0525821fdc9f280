"""Joint ownership: who leads when, where goals are shared, and what is solved by it."""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import PolicyHarness

from .facing import facing, total


class TestHarness(PolicyHarness):
    kind = "joint_ownership"
    lively = ({"hours": 3}, {"hours": 3, "shared_goals": 0.4, "handover_weeks": 1, "coverage": 0.9})


def owning(**fields: Any) -> dict[str, Any]:
    return {"joint_ownership": {"kind": "joint_ownership", "start_week": 0, **fields}}


def test_ownership_goes_back_and_forth_at_its_rhythm() -> None:
    made = facing(owning(handover_weeks=3), find=0, line=0, block=0, weeks=14)
    for _ in range(14):
        made.step()
    challenges = made.ensemble.challenges.open
    turns = (13 - challenges.arrived) // 3
    np.testing.assert_array_equal(challenges.owner, np.where(turns % 2 == 0, challenges.department, challenges.partner))
    led = challenges.lead >= 0
    assert led.sum() > 10 and turns.max() > 3
    home = made.state.arrays["home_department"]
    np.testing.assert_array_equal(home[challenges.lead[led]], challenges.owner[led])


def test_only_some_are_owned_jointly_where_only_some_take_part() -> None:
    shares = []
    for coverage in (0.0, 0.7, 1.0):
        made = facing(owning(handover_weeks=52, coverage=coverage), find=0, line=0, block=0, weeks=60).run()
        challenges = made.ensemble.challenges.open
        once = challenges.arrived < 8
        shares.append(np.mean(challenges.owner[once] != challenges.department[once]))
    assert shares[0] == 0 < shares[1] < shares[2] == 1


def test_goals_are_shared_between_departments_that_depend_on_each_other() -> None:
    made = facing(owning(shared_goals=0.3), shape={"departments": 6, "people": 36}, weeks=2)
    made.step()
    depends = made.ensemble.prepared.interdependence > 0
    tied = depends | depends.T
    assert not tied.all()
    added = made.ensemble.culture.willingness.reshape(2, 6, 6) - made.state.willingness
    expected = np.where(tied, 0.3, 0.0)
    np.testing.assert_allclose(added[0], expected, atol=2e-3)


def test_challenges_of_several_departments_are_solved_sooner() -> None:
    alone, owned = (
        total(facing(policies, weeks=60, shape={"people": 48}), "challenges_open_several")
        for policies in ({}, owning(handover_weeks=4))
    )
    assert owned < 0.9 * alone
