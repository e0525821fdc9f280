"""Onboarding: acquaintances, buddies, time, and for whom."""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import PolicyHarness
from worlds import model, run_phases

from sim.schema import ORIGINS

STILL: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}}


class TestHarness(PolicyHarness):
    kind = "onboarding"
    lively = ({"hours": 1, "introductions": 3}, {"weeks": 104, "cadence": 2, "learning_hours": 5, "coverage": 0.7})


def onboarding(**fields: Any) -> dict[str, Any]:
    return {"onboarding": {"kind": "onboarding", "start_week": 0, **fields}}


def with_newcomers(tenure: int = 0, **fields: Any) -> Any:
    """Everybody is experienced but the first four, who joined some weeks ago."""
    made = model(policies=onboarding(**fields), **STILL)
    made.state.arrays["tenure"][:] = 200
    made.state.arrays["tenure"][:4] = tenure
    return made


def test_a_newcomer_is_introduced_once_both_ways_in_the_own_department() -> None:
    made = with_newcomers(introductions=3, hours=0)
    for _ in range(3):
        made.step()
    origin = made.state.origin == ORIGINS.index("onboarding")
    learner, source = made.state.learners()[origin], made.state.source[origin]
    known = set(zip(made.state.learners().tolist(), made.state.source.tolist(), strict=True))
    assert all((j, i) in known for i, j in zip(learner.tolist(), source.tolist(), strict=True)), "both ways"
    home = made.state.home_department[0]
    np.testing.assert_array_equal(home[learner], home[source])
    assert np.all((learner < 4) ^ (source < 4)), "one of the two is new, the other is not"
    assert 0 < origin.sum() <= 2 * 3 * 4


def test_time_to_learn_is_given_and_booked_as_long_as_they_are_new() -> None:
    made = with_newcomers(tenure=23, weeks=26, learning_hours=2.0, hours=0, renewal_weeks=None)
    hours = []
    for _ in range(5):
        made.step()
        hours.append(made.ensemble.levers["hours"][0, [0, 10]].tolist())
    expected = [1.5 + 2 * 0.99**week if week < 3 else 1.5 for week in range(5)]
    np.testing.assert_allclose([pair[0] for pair in hours], expected, rtol=1e-5)
    assert {pair[1] for pair in hours} == {1.5}
    booked = made.record().weekly["hours:onboarding"][0]
    np.testing.assert_allclose(booked, [4 * 2 * 0.99**week if week < 3 else 0 for week in range(5)], rtol=1e-5)


def test_a_buddy_is_experienced_and_stays_the_same_until_one_leaves() -> None:
    made = with_newcomers(cadence=3)
    policy = made.plan.policies[0]
    made.step()
    before = policy.buddy.copy()
    assert np.all(before[:4] >= 4) and np.all(before[4:] == -1)
    made.step()
    np.testing.assert_array_equal(policy.buddy, before)
    policy.left(made.ensemble, before[:1])
    assert policy.buddy[0] == -1
    made.step()
    assert policy.buddy[0] >= 4


def test_meetings_are_at_the_rhythm_and_booked_for_both() -> None:
    made = with_newcomers(cadence=4, hours=1.5, learning_hours=0)
    made.run()
    booked = made.record().weekly["hours:onboarding"][0]
    assert set((booked / 3.0 % 1).tolist()) == {0}
    assert 0 < booked.sum() <= 4 * 3 * 3.0, "each at most once in four weeks, for twelve weeks"


def test_the_buddy_teaches() -> None:
    made, alone = with_newcomers(introductions=0), with_newcomers(introductions=0, hours=0)
    for one in (made, alone):
        for _ in range(2):
            run_phases(one.plan, "observe")
            one.ensemble.number += 1
    assert made.ensemble.work.from_sessions[:4].sum() > 0
    assert made.state.expertise[0, :4].sum() > alone.state.expertise[0, :4].sum()


def test_who_joined_before_the_policy_and_is_still_new_is_on_the_on_ramp_too() -> None:
    made = with_newcomers(tenure=5)
    made.step()
    np.testing.assert_array_equal(made.plan.policies[0].ever[:6], [True] * 4 + [False] * 2)
