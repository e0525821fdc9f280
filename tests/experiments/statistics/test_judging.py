"""Many comparisons, equivalence, shares and standardized sizes: closed forms, error rates, and the corners."""

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics import equivalence, holm, paired, share_interval, standardized


def test_holm_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03, 0.5]) == pytest.approx([0.09, 0.04, 0.09, 0.5])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


def test_what_has_no_p_value_is_no_comparison() -> None:
    found = holm([0.04, math.nan, 0.01])
    assert found[0] == pytest.approx(0.04)
    assert math.isnan(found[1])
    assert found[2] == pytest.approx(0.02)
    assert all(math.isnan(p) for p in holm([math.nan, math.nan]))


def test_holm_finds_at_least_what_bonferroni_finds_and_never_reorders() -> None:
    raw = list(np.random.default_rng(2).uniform(0.0, 0.2, 30))
    found = holm(raw)
    assert all(one <= min(1.0, 30 * p) + 1e-12 for one, p in zip(found, raw, strict=True))
    assert [found[i] for i in np.argsort(raw, kind="stable")] == sorted(found)


@pytest.mark.science
def test_no_arm_has_an_effect_and_in_one_study_of_twenty_one_is_called_real() -> None:
    draw = np.random.default_rng(8)
    wrong = 0
    gc.freeze()  # statsmodels collects garbage in every call
    for _ in range(1_000):
        shared = draw.normal(size=24)  # the baseline, in every arm's difference
        found = holm([paired(draw.normal(size=24), shared).p for _ in range(12)])
        wrong += min(found) <= 0.05
    gc.unfreeze()
    assert stats.binomtest(wrong, 1_000, 0.05, alternative="greater").pvalue > 0.001


def test_equivalence_agrees_with_two_one_sided_tests_of_scipy() -> None:
    draw = np.random.default_rng(3)
    baseline = draw.normal(40.0, 5.0, 24)
    arm = baseline + draw.normal(0.1, 0.6, 24)
    found = equivalence(arm, baseline, 0.5)
    below = stats.ttest_1samp(arm - baseline, -0.5, alternative="greater").pvalue
    above = stats.ttest_1samp(arm - baseline, 0.5, alternative="less").pvalue
    assert found.p == pytest.approx(max(below, above), rel=1e-9)
    bounds = stats.ttest_rel(arm, baseline).confidence_interval(0.90)
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high))


@pytest.mark.parametrize("gain", [0.0, 0.2, 0.35, 0.5, 1.0, -0.35])
def test_equivalent_is_what_has_its_interval_inside(gain: float) -> None:
    arm = gain + np.random.default_rng(3).normal(0.0, 0.5, 30)
    found = equivalence(arm, np.zeros(30), 0.5)
    assert found.equivalent == (found.low > -0.5 and found.high < 0.5)
    assert not (found.equivalent and found.matters)


def test_equivalence_in_the_corners() -> None:
    same = equivalence([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 0.1)
    assert same.equivalent
    assert not same.matters
    shifted = equivalence([2.0, 3.0, 4.0], [1.0, 2.0, 3.0], 0.5)
    assert shifted.p == 1.0
    assert shifted.matters
    assert not equivalence([2.0, 3.0, 4.0], [1.0, 2.0, 3.0], 1.0).equivalent, "as large as matters is not smaller"
    alone = equivalence([1.0], [1.0], 0.5)
    assert math.isnan(alone.p)
    assert not alone.equivalent
    with pytest.raises(ValueError, match="above 0"):
        equivalence([1.0, 2.0], [1.0, 2.0], 0.0)


@pytest.mark.science
def test_an_effect_that_just_matters_is_called_equivalent_once_in_twenty() -> None:
    draw = np.random.default_rng(13)
    wrong = sum(equivalence(draw.normal(0.5, 0.6, 20), np.zeros(20), 0.5).equivalent for _ in range(1_500))
    assert stats.binomtest(wrong, 1_500, 0.05).pvalue > 0.001


def test_shares_by_closed_form() -> None:
    low, high = share_interval(20, 20)
    assert (low, high) == (pytest.approx(0.025 ** (1 / 20)), 1.0)
    assert share_interval(0, 20) == (0.0, pytest.approx(1.0 - 0.025 ** (1 / 20)))
    assert all(math.isnan(bound) for bound in share_interval(0, 0))


def test_shares_agree_with_scipys_test() -> None:
    for count, n in ((1, 8), (20, 32), (31, 32), (500, 1_000)):
        known = stats.binomtest(count, n).proportion_ci(0.9, method="exact")
        assert share_interval(count, n, 0.9) == pytest.approx((known.low, known.high), rel=1e-9)


def test_an_exact_interval_covers_at_least_at_its_rate_everywhere() -> None:
    bounds = [share_interval(count, 24) for count in range(25)]
    for truth in np.linspace(0.01, 0.99, 50):
        inside = [low <= truth <= high for low, high in bounds]
        assert stats.binom.pmf(np.arange(25), 24, truth)[inside].sum() >= 0.95


def test_a_standardized_size_has_the_baseline_for_a_yardstick() -> None:
    baseline = np.random.default_rng(4).normal(40.0, 2.0, 4_000)
    assert standardized(paired(baseline + 1.0, baseline)) == pytest.approx(0.5, rel=0.03)
    few = paired([2.0, 4.0, 6.0], [1.0, 3.0, 5.0])  # gain 1, standard deviation 2, correction 1 - 3 / 7
    assert standardized(few) == pytest.approx(0.5 * 4.0 / 7.0)
    assert math.isnan(standardized(paired([2.0, 3.0, 4.0], [1.0, 1.0, 1.0])))
    assert math.isnan(standardized(paired([2.0, 4.0], [1.0, 3.0])))
