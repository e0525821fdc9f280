"""Paired statistics: known values, coverage, planted savings, and the corners."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics import (
    both_defined,
    independent_seeds,
    paired,
    per_unit_of_cost,
    saving_in_seeds,
    spread,
    worlds_better,
)


def test_agrees_with_scipy_on_the_paired_t_test() -> None:
    draw = np.random.default_rng(4)
    baseline = draw.normal(40.0, 5.0, 17)
    arm = baseline + draw.normal(1.0, 2.0, 17)
    known = stats.ttest_rel(arm, baseline)
    bounds = known.confidence_interval(0.95)
    result = paired(arm, baseline)
    assert (result.p, result.low, result.high) == pytest.approx((known.pvalue, bounds.low, bounds.high), rel=1e-10)
    assert result.difference == pytest.approx(result.mean_arm - result.mean_baseline)
    assert result.n == 17


def test_known_values_by_hand() -> None:
    result = paired([3.0, 5.0, 7.0], [1.0, 2.0, 3.0])  # differences 2, 3, 4: mean 3, sd 1, t(0.975, 2) = 4.302653
    assert result.difference == 3.0
    assert result.high - 3.0 == pytest.approx(4.302653 / math.sqrt(3.0), rel=1e-6)
    assert (result.sd_baseline, result.sd_arm, result.sd_difference) == pytest.approx((1.0, 2.0, 1.0))
    assert saving_in_seeds(result) == pytest.approx(5.0)
    assert independent_seeds(3, saving_in_seeds(result)) == 15


def test_intervals_cover_the_truth_at_their_rate() -> None:
    draw = np.random.default_rng(11)
    hits = 0
    for _ in range(600):
        luck = draw.normal(0.0, 3.0, 8)
        result = paired(luck + 0.5 + draw.normal(0.0, 1.0, 8), luck)
        hits += result.low <= 0.5 <= result.high
    assert stats.binomtest(hits, 600, 0.95).pvalue > 0.001


def test_saving_is_what_shared_luck_is_worth() -> None:
    draw = np.random.default_rng(2)
    luck = draw.normal(0.0, 3.0, 40_000)
    result = paired(luck + draw.normal(0.0, 1.0, luck.size), luck)
    assert saving_in_seeds(result) == pytest.approx((9.0 + 1.0 + 9.0) / 1.0, rel=0.05)


def test_independent_seeds_would_give_the_same_interval() -> None:
    draw = np.random.default_rng(3)
    luck = draw.normal(0.0, 3.0, 400)
    arm, baseline = luck + draw.normal(0.0, 1.0, 400), luck
    needed = independent_seeds(400, saving_in_seeds(paired(arm, baseline)))
    assert needed is not None
    unpaired = math.sqrt((np.var(arm, ddof=1) + np.var(baseline, ddof=1)) / needed)
    assert unpaired == pytest.approx(np.std(arm - baseline, ddof=1) / math.sqrt(400), rel=1e-3)


def test_worlds_without_a_value_are_left_out_of_both_arms() -> None:
    result = paired([1.0, math.nan, 3.0, 9.0], [0.0, 5.0, 1.0, math.inf])
    assert result.n == 2
    assert result.difference == 1.5
    assert worlds_better([1.0, math.nan, 3.0], [0.0, 5.0, 4.0], "higher") == 1
    assert spread([math.nan, 1.0, 2.0, 3.0]) == pytest.approx((1.2, 2.8))


def test_one_world_gives_a_difference_and_no_interval() -> None:
    result = paired([2.0], [1.0])
    assert (result.n, result.difference) == (1, 1.0)
    assert math.isnan(result.low)
    assert math.isnan(result.p)
    assert not result.clear
    assert math.isnan(saving_in_seeds(result))


def test_no_world_gives_nothing() -> None:
    result = paired([math.nan], [1.0])
    assert result.n == 0
    assert math.isnan(result.difference)
    assert all(math.isnan(bound) for bound in spread([math.nan]))


def test_the_same_difference_everywhere_divides_by_nothing() -> None:
    same = paired([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (same.low, same.high, same.p, same.clear) == (0.0, 0.0, 1.0, False)
    shifted = paired(np.array([0.1, 0.2, 0.7]) + 0.3, [0.1, 0.2, 0.7])
    assert shifted.sd_difference == 0.0
    assert shifted.p == 0.0
    assert shifted.low == shifted.high == pytest.approx(0.3)
    assert math.isnan(saving_in_seeds(shifted))
    assert independent_seeds(3, math.nan) is None


def test_rounding_is_no_effect() -> None:
    baseline = np.array([0.1, 0.2, 0.7])
    for worlds in (3, 1):
        result = paired(np.nextafter(baseline, 1.0)[:worlds], baseline[:worlds])
        assert result.difference == 0.0
        assert not result.clear
    assert worlds_better(np.nextafter(baseline, 1.0), baseline, "higher") == 0
    assert worlds_better(baseline + 1e-9, baseline, "higher") == 3
    assert worlds_better([], [], "higher") == 0


def test_better_follows_the_direction_and_ties_are_not_better() -> None:
    arm, baseline = [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]
    assert worlds_better(arm, baseline, "higher") == 1
    assert worlds_better(arm, baseline, "lower") == 1
    assert worlds_better(arm, baseline, "") is None


def test_effect_per_hour_needs_hours() -> None:
    assert per_unit_of_cost(3.0, 1.5) == 2.0
    assert math.isnan(per_unit_of_cost(3.0, 0.0))
    assert math.isnan(per_unit_of_cost(3.0, -1.0))
    assert math.isnan(per_unit_of_cost(3.0, math.nan))


def test_arms_of_different_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="same worlds"):
        both_defined([1.0, 2.0], [1.0])
