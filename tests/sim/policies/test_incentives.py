"""Incentives: what is bent by how much, when it fades, whom it reaches and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness
from numpy.typing import NDArray

from sim.model import OrganizationModel
from sim.policies.incentives import Rewards

F = np.float32
OTHERS = ~np.eye(3, dtype=bool)
ALL_LEVERS = ("willingness.pull", "reliability.pull", "engagement.pull", "teaching", "practice", "attendance")
"""Those whose base is not 0, so that a bend is seen."""


class TestHarness(PolicyHarness):
    kind = "incentives"
    lively = ({"weight": 0.7},)
    zeros = (*PolicyHarness.zeros, {"weight": 0})


def rewarding(weeks: int = 40, extra: dict[str, Any] | None = None, **fields: Any) -> OrganizationModel:
    """A small world with rewards from week 2; nobody leaves."""
    policies = {"incentives": {"kind": "incentives", "start_week": 2, **fields}, **(extra or {})}
    return worlds.model(seeds=(1, 2), weeks=weeks, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def bent_in(made: OrganizationModel, number: int) -> dict[str, NDArray[np.float32]]:
    """Value of every lever in a week."""
    made.ensemble.number = number
    worlds.run_phases(made.plan, "bend")
    return {name: made.ensemble.levers[name].copy() for name in ALL_LEVERS}


def faded(weeks: int) -> np.float32:
    left = F(1)
    for _ in range(weeks):
        left = left * F(0.97)
    return left


@pytest.mark.parametrize(
    ("number", "share"),
    [(2, 1.0), (3, faded(1)), (12, faded(10)), (27, faded(25)), (28, 1.0), (29, faded(1)), (2 + 52, 1.0)],
)
def test_it_pulls_by_its_weight_and_fades_until_renewed(number: int, share: float) -> None:
    levers = bent_in(rewarding(60, weight=0.6), number)
    w = F(0.6) * F(share)
    for name, size in (("willingness.pull", 0.5), ("reliability.pull", 0.3)):
        np.testing.assert_allclose(levers[name], np.tile(size * w * OTHERS, (2, 1, 1)), rtol=1e-6)
    np.testing.assert_allclose(levers["engagement.pull"], 0.05 * w, rtol=1e-6)
    np.testing.assert_allclose(levers["teaching"], 1 + 0.1 * w, rtol=1e-6)
    np.testing.assert_allclose(levers["practice"], 1 - 0.05 * w, rtol=1e-6)
    np.testing.assert_array_equal(levers["attendance"], F(0.9))


def test_before_its_start_and_after_its_end_nothing_is_bent() -> None:
    made = rewarding(weight=1, end_week=20)
    for number in (1, 20, 39):
        bent_in(made, number)
        assert made.ensemble.levers.contributions == {}
    assert bent_in(made, 19)["teaching"].min() > 1


def test_renewal_can_be_left_out_or_come_sooner() -> None:
    never = bent_in(rewarding(100, weight=1, renewal_weeks=None), 42)
    np.testing.assert_allclose(never["engagement.pull"], 0.05 * faded(40), rtol=1e-6)
    soon = bent_in(rewarding(weight=1, renewal_weeks=4), 9)
    np.testing.assert_allclose(soon["engagement.pull"], 0.05 * faded(3), rtol=1e-6)


def test_intensity_and_ramp_scale_the_weight() -> None:
    full = bent_in(rewarding(weight=0.8), 3)
    half = bent_in(rewarding(weight=0.8, intensity=0.5), 3)
    rising = bent_in(rewarding(weight=0.8, ramp_weeks=4), 3)
    for name in ("willingness.pull", "engagement.pull"):
        np.testing.assert_allclose(half[name], 0.5 * full[name], rtol=1e-6)
        np.testing.assert_allclose(rising[name], 0.5 * full[name], rtol=1e-6)


@pytest.mark.parametrize(
    ("reward", "moved"),
    [
        ("cross_team", {"willingness.pull", "reliability.pull", "engagement.pull", "practice"}),
        ("sharing", {"teaching", "engagement.pull", "practice"}),
        ("mentoring", {"attendance", "engagement.pull", "practice"}),
    ],
)
def test_each_reward_moves_its_own_levers(reward: str, moved: set[str]) -> None:
    none = dict.fromkeys(("cross_team", "sharing", "mentoring"), 0)
    plain = bent_in(rewarding(weight=0), 2)
    made = rewarding(weight=1, rewards=none | {reward: 1})
    made.ensemble.mentoring[:] = True
    levers = bent_in(made, 2)
    assert {name for name in ALL_LEVERS if not np.array_equal(levers[name], plain[name])} == moved
    assert all(np.array_equal(bent_in(rewarding(weight=1, rewards=none), 2)[name], plain[name]) for name in ALL_LEVERS)


def test_a_reward_scales_what_it_moves() -> None:
    half = bent_in(rewarding(weight=1, rewards={"cross_team": 0.5, "sharing": 0.5}), 2)
    np.testing.assert_allclose(half["willingness.pull"][:, OTHERS], 0.25, rtol=1e-6)
    np.testing.assert_allclose(half["reliability.pull"][:, OTHERS], 0.15, rtol=1e-6)
    np.testing.assert_allclose(half["teaching"], 1.05, rtol=1e-6)
    assert Rewards() == Rewards(cross_team=1, sharing=1, mentoring=1)


def test_own_practice_costs_at_most_a_twentieth() -> None:
    made = rewarding(weight=1)
    worlds.run_phases(made.plan, "observe")
    assert bent_in(made, 2)["practice"].min() == pytest.approx(0.95)


def test_targets_mask_the_department_of_the_source() -> None:
    levers = bent_in(rewarding(weight=1, targets={"departments": ["Department 2"]}), 2)
    expected = np.zeros((3, 3))
    expected[[0, 2], 1] = 0.5
    np.testing.assert_allclose(levers["willingness.pull"], np.tile(expected, (2, 1, 1)), rtol=1e-6)
    person = (np.arange(24) // 8 == 1) * 0.05
    np.testing.assert_allclose(levers["engagement.pull"], np.tile(person, (2, 1)), rtol=1e-6)


def test_target_levels_mask_departments_where_nobody_is_targeted() -> None:
    made = rewarding(weight=1, targets={"levels": ["manager"]})
    made.state.arrays["level"][:] = 0
    made.state.arrays["level"][[0, 1, 8, 24]] = 2
    pull = bent_in(made, 2)["willingness.pull"]
    np.testing.assert_allclose(pull[0, 2], [0.5, 0.5, 0], rtol=1e-6)
    np.testing.assert_allclose(pull[1, 2], [0.5, 0, 0], rtol=1e-6)
    engaged = np.flatnonzero(made.ensemble.levers["engagement.pull"].ravel())
    np.testing.assert_array_equal(engaged, [0, 1, 8, 24])


def test_coverage_is_the_share_rewarded() -> None:
    made = rewarding(weight=1, coverage=0.5)
    levers = bent_in(made, 2)
    made.ensemble.number = 3
    members = made.ensemble.members("incentives", made.scenario.policies["incentives"]).reshape(2, 24)
    np.testing.assert_array_equal(levers["teaching"] > 1, members)
    share = members.reshape(2, 3, 8).mean(axis=2)
    expected = 0.5 * np.broadcast_to(share[:, None, :], (2, 3, 3)) * OTHERS
    np.testing.assert_allclose(levers["willingness.pull"], expected, rtol=1e-6)
    assert 0.2 < members.mean() < 0.8


def test_mentors_attend_more() -> None:
    mentoring = {"mentorship": {"kind": "mentorship", "start_week": 2, "coverage": 1, "boundary": "within"}}
    made = rewarding(weight=0.5, extra=mentoring)
    for _ in range(3):
        made.step()
    mentors = np.unique(made.plan.policies[1].pairs.mentor)[1:]
    attendance = bent_in(made, 3)["attendance"].ravel()
    raised = np.flatnonzero(attendance > F(0.9))
    np.testing.assert_array_equal(raised, mentors)
    assert 0 < len(mentors) < 48
    np.testing.assert_allclose(attendance[mentors], 0.9 + 0.1 * 0.5 * faded(1), rtol=1e-6)


def test_the_pull_acts_on_the_week_and_leaves_no_trace_in_the_culture() -> None:
    made = rewarding(weight=1, end_week=5)
    plain = worlds.model(seeds=(1, 2), weeks=40, turnover={"hazard": [0, 0, 0, 0]})
    bent_in(made, 2)
    culture = made.ensemble.culture
    np.testing.assert_allclose(culture.willingness.reshape(2, 3, 3)[:, OTHERS], 1.0, rtol=1e-6)
    np.testing.assert_allclose(culture.reliability.reshape(2, 3, 3)[:, OTHERS], 1.0, rtol=1e-6)
    np.testing.assert_allclose(culture.willingness.reshape(2, 3, 3)[:, ~OTHERS], 0.9, rtol=1e-6)
    made = rewarding(weight=1, end_week=5)
    for _ in range(8):
        made.step(), plain.step()
    for name in ("willingness", "reliability", "clarity", "safety", "engagement"):
        np.testing.assert_array_equal(made.state.arrays[name], plain.state.arrays[name])
    assert made.state.digest() != plain.state.digest(), "what was learned stays"


def test_everyone_rewarded_costs_hours_and_money_each_week() -> None:
    made = rewarding(6, hours=0.25, money=40, targets={"departments": ["Department 1"]}, end_week=4)
    weekly = made.run().record().weekly
    np.testing.assert_array_equal(weekly["hours:incentives"], np.tile([0, 0, 2.0, 2.0, 0, 0], (2, 1)))
    np.testing.assert_array_equal(weekly["money:incentives"], np.tile([0, 0, 320.0, 320.0, 0, 0], (2, 1)))


def test_two_programmes_add_up() -> None:
    second = {"more": {"kind": "incentives", "start_week": 2, "weight": 0.2}}
    pull = bent_in(rewarding(weight=0.4, extra=second), 2)["willingness.pull"]
    np.testing.assert_allclose(pull[:, OTHERS], 0.3, rtol=1e-6)
