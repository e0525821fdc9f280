"""What all policies share: strength, membership, the hooks' defaults and the registry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds

from sim import policies
from sim.policies import registry
from sim.policies.base import Policy
from sim.policy_settings import PolicySettings, Targets, faded, ramp, reach, running, strength
from sim.problems import InputError

HALF = np.float32(0.5)


def settings(**fields: Any) -> PolicySettings:
    return PolicySettings(**{"start_week": 10, **fields})


def repeated(factor: float, times: int) -> np.float32:
    left = np.float32(1.0)
    for _ in range(times):
        left = np.float32(left * np.float32(factor))
    return left


def test_it_runs_from_its_start_until_before_its_end() -> None:
    assert [running(settings(end_week=12), week) for week in (9, 10, 11, 12, 13)] == [False, True, True, False, False]
    assert running(settings(), 5000)


def test_the_ramp_rises_evenly_from_the_first_week() -> None:
    assert [float(ramp(settings(ramp_weeks=4), week)) for week in (10, 11, 12, 13, 14, 99)] == [
        0.25,
        0.5,
        0.75,
        1,
        1,
        1,
    ]
    assert float(ramp(settings(), 10)) == 1
    assert float(ramp(settings(ramp_weeks=1), 10)) == 1


def test_a_bend_fades_by_repeated_product_and_is_renewed() -> None:
    assert faded(settings(), 10) == 1
    assert faded(settings(), 40) == repeated(0.99, 30)
    assert faded(settings(renewal_weeks=13), 22) == repeated(0.99, 12)
    assert faded(settings(renewal_weeks=13), 23) == 1
    assert faded(settings(renewal_weeks=13), 39) == repeated(0.99, 3)
    assert faded(settings(), 14, np.float32(0.97)) == repeated(0.97, 4)


def test_strength_is_intensity_times_ramp_times_fade() -> None:
    half = settings(intensity=0.5, ramp_weeks=4, end_week=20)
    assert strength(half, 9) == 0
    assert strength(half, 20) == 0
    assert strength(half, 10) == HALF * np.float32(0.25)
    assert strength(half, 11) == HALF * HALF * np.float32(0.99)
    assert strength(half, 15) == HALF * repeated(0.99, 5)
    assert strength(settings(intensity=0), 15) == 0


def test_coverage_in_force_never_fades() -> None:
    covering = settings(coverage=0.5, intensity=0.5, ramp_weeks=2, end_week=60)
    assert [float(reach(covering, week)) for week in (9, 10, 11, 59, 60)] == [0, 0.125, 0.25, 0.25, 0]


def test_membership_is_one_draw_a_person_and_label_whatever_the_week() -> None:
    week = worlds.model({"people": 60}, seeds=(1, 2)).ensemble
    week.number = 20
    half, most = (week.members("a", settings(coverage=share)) for share in (0.5, 0.8))
    week.number = 90
    np.testing.assert_array_equal(half, week.members("a", settings(coverage=0.5)))
    assert np.all(most[half]) and 0.3 < half.mean() < 0.7 < most.mean() < 0.9
    assert not np.array_equal(half, week.members("b", settings(coverage=0.5)))
    assert not np.array_equal(half[:60], half[60:]), "worlds draw for themselves"
    assert week.members("a", settings()).all()
    assert not week.members("a", settings(intensity=0)).any()


def test_a_newcomer_draws_membership_anew() -> None:
    week = worlds.model({"people": 60}).ensemble
    week.number = 20
    before = week.members("a", settings(coverage=0.5))
    week.state.arrays["key"][:30] += np.uint64(1)
    after = week.members("a", settings(coverage=0.5))
    assert not np.array_equal(before[:30], after[:30])
    np.testing.assert_array_equal(before[30:], after[30:])


def test_volunteers_are_the_upper_share_by_initiative() -> None:
    week = worlds.model({"people": 24}).ensemble
    week.number = 20
    week.state.arrays["initiative"][:] = np.linspace(0.1, 1.0, 24, dtype=np.float32)
    volunteers = week.members("a", settings(coverage=0.25), voluntary=True)
    np.testing.assert_array_equal(volunteers, week.state.arrays["initiative"] >= np.float32(0.775))
    assert volunteers.sum() == 6


def test_targets_are_home_departments_and_levels() -> None:
    week = worlds.model().ensemble
    arrays = week.state.arrays
    arrays["level"][:] = np.arange(24) % 4
    arrays["department"][0] = 2
    assert week.eligible(Targets()).all()
    np.testing.assert_array_equal(
        week.eligible(Targets(departments=("Department 1", "Department 3"))), np.arange(24) // 8 != 1
    )
    np.testing.assert_array_equal(week.eligible(Targets(levels=(0, 3))), np.isin(np.arange(24) % 4, (0, 3)))
    both = week.eligible(Targets(departments=("Department 1",), levels=(1,)))
    np.testing.assert_array_equal(np.flatnonzero(both), [1, 5])


@pytest.mark.parametrize("kind", sorted(policies.POLICIES.built_in))
@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"start_week": 5, "end_week": 5}, "the policy ends in week 5 but starts in week 5"),
        ({"start_week": 12}, "the policy starts in week 12, but the last week is 11"),
        ({"targets": {"departments": ["Department 4"]}}, "no department is called 'Department 4'"),
        ({"coverage": 1.5}, "too high"),
        ({"intensity": -0.1}, "too low"),
        ({"renewal_weeks": 0}, "too low"),
        ({"targets": {"level": [1]}}, "did you mean 'levels'?"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind: str, fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=r"policies\.some") as caught:
        worlds.scenario(policies={"some": {"kind": kind, "start_week": 3, **fields}})
    assert problem in str(caught.value)


def test_targets_that_match_nobody_are_refused() -> None:
    with pytest.raises(InputError, match="nobody in this organization is executive"):
        worlds.scenario(
            {"levels": [0.5, 0.25, 0.25, 0]},
            policies={"a": {"kind": "incentives", "start_week": 3, "targets": {"levels": ["executive"]}}},
        )


def test_every_hook_does_nothing_by_default() -> None:
    week = worlds.model().ensemble
    policy = Policy("idle", settings())
    digest = week.state.digest()
    policy.prepare(week)
    policy.act(week)
    policy.left(week, np.array([0]))
    assert (list(policy.bend(week)), list(policy.convene(week)), policy.treated(week)) == ([], [], None)
    assert list(policy.check(settings(), {})) == []
    assert week.state.digest() == digest


def test_a_policy_of_ones_own_is_found_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies.POLICIES, "_added", {})

    @policies.register
    class Picnic(Policy):
        kind = "picnic"
        Settings = PolicySettings

    assert registry()["picnic"] is Picnic
    assert policies.register(Picnic) is Picnic

    class Other(Picnic):
        kind = "rotation"

    with pytest.raises(ValueError, match="a policy of kind 'rotation' exists already"):
        policies.register(Other)
