"""Regret, acceptance and ranks: a table by hand, invariances, and intervals that hold the truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.analysis.outcomes import Assumption, Floats, Outcomes
from experiments.analysis.robustness import Wanted, robustness


def made(values: Floats, hours: Floats | None = None, better: str = "higher") -> Outcomes:
    """Outcomes of one metric from values (arm, future, world)."""
    arms, futures, worlds = values.shape
    costs = np.zeros(values.shape) if hours is None else hours
    return Outcomes(
        arms=("baseline", *(f"arm {number}" for number in range(1, arms))),
        titles={"met": "Needs met"},
        assumptions=(Assumption("rate", "Rate", 0.0, 1.0),),
        futures=np.linspace(0.0, 1.0, futures)[:, None],
        seeds=tuple(range(worlds)),
        values={"met": values},
        better={"met": better},
        hours=costs,
        money=np.zeros(values.shape),
        units={"met": "points"},
    )


BY_HAND = np.array(
    [
        [10.0, 20.0, 30.0, 40.0],  # baseline
        [14.0, 22.0, 31.0, 46.0],
        [13.0, 28.0, 28.0, 41.0],
    ]
)[:, :, None] + np.array([-1.0, 1.0])
"""Means over two worlds, the same luck in all: best are arm 1, arm 2, arm 1, arm 1."""


def test_a_table_by_hand() -> None:
    hours = np.zeros(BY_HAND.shape)
    hours[1], hours[2] = 2.0, np.array([1.0, 1.0, 1.0, 5.0])[:, None]
    found = robustness(made(BY_HAND, hours), "met", Wanted(effect=2.0, hours=2.0), resamples=50)
    assert found.regret.tolist() == [[4.0, 8.0, 1.0, 6.0], [0.0, 6.0, 0.0, 0.0], [1.0, 0.0, 3.0, 5.0]]
    assert [arm.regret_max.value for arm in found.arms] == [8.0, 6.0, 5.0]
    assert [arm.regret_high.value for arm in found.arms] == pytest.approx([7.4, 4.2, 4.4])
    assert [arm.acceptable.value for arm in found.arms] == [0.0, 0.75, 0.5]
    assert [(arm.too_weak, arm.too_dear) for arm in found.arms] == [(1.0, 0.0), (0.25, 0.0), (0.5, 0.25)]
    assert [arm.rank for arm in found.arms] == [3, 1, 2]
    assert [arm.worst_future for arm in found.arms] == [1, 1, 3]
    assert found.best.tolist() == [1, 2, 1, 1]
    assert [arm.rank_futures.tolist() for arm in found.arms] == [
        [0.0, 0.25, 0.75],
        [0.75, 0.25, 0.0],
        [0.25, 0.5, 0.25],
    ]
    assert found.tau_futures.tolist() == pytest.approx([1.0, 1 / 3, 1 / 3, 1.0])
    assert (found.title, found.unit, found.left_out) == ("Needs met", "points", 0)


def test_luck_that_all_arms_share_leaves_no_doubt() -> None:
    found = robustness(made(BY_HAND), "met", Wanted(effect=2.0), resamples=50)
    for arm in found.arms:
        assert (arm.regret_max.low, arm.regret_max.high) == pytest.approx((arm.regret_max.value,) * 2)
        assert arm.rank_worlds[arm.rank - 1] == 1.0
    assert found.tau_worlds.tolist() == [1.0] * 50


def test_lower_is_better_turns_everything_round_and_nothing_else() -> None:
    draw = np.random.default_rng(3)
    values = draw.normal(size=(4, 6, 5))
    one = robustness(made(values), "met", Wanted(0.1), resamples=40)
    other = robustness(made(-values, better="lower"), "met", Wanted(0.1), resamples=40)
    assert np.array_equal(one.regret, other.regret)
    assert [arm.acceptable for arm in one.arms] == [arm.acceptable for arm in other.arms]


def test_the_same_answer_for_the_same_seed_and_whatever_the_order_of_futures() -> None:
    values = np.random.default_rng(5).normal(size=(3, 8, 6))
    one, again = (robustness(made(values), "met", Wanted(0.0), resamples=60, seed=2) for _ in range(2))
    assert [arm.regret_max for arm in one.arms] == [arm.regret_max for arm in again.arms]
    turned = robustness(made(values[:, ::-1]), "met", Wanted(0.0), resamples=60, seed=2)
    assert [arm.regret_max.high for arm in one.arms] == pytest.approx([arm.regret_max.high for arm in turned.arms])


def test_arms_that_are_equal_share_the_better_rank() -> None:
    values = np.ones((3, 2, 2))
    values[2] = 2.0
    found = robustness(made(values), "met", Wanted(0.0), resamples=20)
    assert [arm.rank for arm in found.arms] == [2, 2, 1]
    assert found.arms[0].rank_futures.tolist() == [0.0, 1.0, 0.0]


def test_futures_without_a_value_are_left_out_and_counted() -> None:
    values = BY_HAND.copy()
    values[2, 1] = np.nan
    found = robustness(made(values), "met", Wanted(0.0), resamples=30)
    assert (found.futures.tolist(), found.left_out) == ([0, 2, 3], 1)
    assert found.arms[2].worst_future == 3
    with pytest.raises(ValueError, match="no future"):
        robustness(made(np.full((2, 3, 2), np.nan)), "met", Wanted(0.0))


def test_one_world_gives_no_interval() -> None:
    found = robustness(made(BY_HAND[:, :, :1]), "met", Wanted(0.0), resamples=20)
    assert math.isnan(found.arms[0].regret_max.low) and found.arms[0].regret_max.value == 8.0


def test_doing_nothing_costs_nothing_and_has_no_effect() -> None:
    values = np.random.default_rng(7).normal(size=(2, 4, 3))
    baseline = robustness(made(values), "met", Wanted(0.0, hours=0.0), resamples=20).arms[0]
    assert (baseline.effect.value, baseline.hours, baseline.acceptable.value) == (0.0, 0.0, 1.0)


def test_a_budget_is_kept_to_the_last_bit_of_rounding() -> None:
    given = made(np.zeros((2, 1, 3)), hours=np.array([0.1, 0.1 + 0.3])[:, None, None] * np.ones((2, 1, 3)))
    assert robustness(given, "met", Wanted(0.0, hours=0.3), resamples=10).arms[1].acceptable.value == 1.0
    assert robustness(given, "met", Wanted(0.0, hours=0.299), resamples=10).arms[1].acceptable.value == 0.0
    assert robustness(replace(given), "met", Wanted(0.01), resamples=10).arms[1].too_weak == 1.0


@pytest.mark.science
def test_intervals_of_the_largest_regret_hold_the_truth() -> None:
    """A largest of noisy numbers is too large; the percentiles of a bootstrap would hold it in one of eight cases."""
    draw = np.random.default_rng(11)
    inside = []
    for _ in range(60):
        truth = draw.normal(0.0, 0.5, (6, 1)) + draw.normal(0.0, 0.5, (6, 30))
        noise = draw.normal(0.0, 1.5, (6, 30, 20))
        known = (truth.max(axis=0) - truth).max(axis=1)
        found = robustness(made(truth[..., None] + noise), "met", Wanted(0.0), resamples=150)
        inside += [
            arm.regret_max.low <= exact <= arm.regret_max.high for arm, exact in zip(found.arms, known, strict=True)
        ]
    assert 0.90 <= np.mean(inside) <= 1.0
