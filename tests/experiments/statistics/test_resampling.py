"""The bootstrap: an independent computation, the corners, the same bits, and coverage."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from experiments.statistics import bca_interval
from experiments.statistics.resampling import resampled_means

NOTHING = np.zeros(40)


def by_hand(differences: np.ndarray, resamples: int) -> tuple[float, float]:
    """Efron's formulas for a mean, written out, with other resamples."""
    draw = np.random.default_rng(99)
    n = differences.size
    means = np.sort(differences[draw.integers(0, n, (resamples, n))].mean(axis=1))
    bias = stats.norm.ppf(((means < differences.mean()).mean() + (means <= differences.mean()).mean()) / 2.0)
    deviations = differences - differences.mean()
    acceleration = np.sum(deviations**3) / (6.0 * np.sum(deviations**2) ** 1.5)
    low, high = (
        stats.norm.cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z))) for z in stats.norm.ppf([0.025, 0.975])
    )
    return float(np.quantile(means, low)), float(np.quantile(means, high))


def test_agrees_with_the_formulas_written_out() -> None:
    differences = np.random.default_rng(5).exponential(2.0, 40)
    low, high = bca_interval(differences, NOTHING)
    expected = by_hand(differences, 200_000)
    width = expected[1] - expected[0]
    assert (low, high) == pytest.approx(expected, abs=0.03 * width)
    mean = differences.mean()
    assert high - mean > 1.05 * (mean - low), "skewed to the right, it reaches further to the right"


def test_the_same_numbers_give_the_same_bits_and_another_global_seed_changes_nothing() -> None:
    arm = np.random.default_rng(1).normal(size=33)
    first = bca_interval(arm, NOTHING[:33])
    np.random.default_rng().normal(size=10)
    assert bca_interval(arm, NOTHING[:33]) == first
    assert bca_interval(np.append(arm, math.nan), NOTHING[:34]) == first


def test_how_many_are_resampled_at_once_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    arm = np.random.default_rng(1).normal(size=33)
    first = bca_interval(arm, NOTHING[:33])
    monkeypatch.setattr("experiments.statistics.resampling._AT_ONCE", 33 * 100)
    assert bca_interval(arm, NOTHING[:33]) == first


def test_corners_are_as_documented_and_never_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(math.isnan(bound) for bound in bca_interval([1.0], [0.0]))
        assert all(math.isnan(bound) for bound in bca_interval([], []))
        assert bca_interval([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == (0.0, 0.0)
        shifted = bca_interval(np.array([0.1, 0.2, 0.7]) + 0.3, [0.1, 0.2, 0.7])
        assert shifted == pytest.approx((0.3, 0.3))
        assert bca_interval(1e9 + 1e-6 * np.arange(20), np.full(20, 1e9)) == (0.0, 0.0)
        assert bca_interval([1.0, 3.0], [0.0, 0.0]) == (1.0, 3.0)


def test_an_interval_moves_and_scales_with_its_numbers() -> None:
    arm = np.random.default_rng(1).exponential(size=30)
    low, high = bca_interval(arm, NOTHING[:30])
    assert bca_interval(3.0 * arm + 7.0, NOTHING[:30]) == pytest.approx((3.0 * low + 7.0, 3.0 * high + 7.0))
    assert bca_interval(NOTHING[:30], arm) == pytest.approx((-high, -low), abs=0.03 * (high - low))


def test_rows_are_resampled_jointly() -> None:
    one = np.random.default_rng(1).normal(size=25)
    means = resampled_means([one, 2.0 * one + 1.0], 500)
    assert means[1] == pytest.approx(2.0 * means[0] + 1.0)
    assert means[0].std() == pytest.approx(one.std() / 5.0, rel=0.15)
    assert means[0].mean() == pytest.approx(one.mean(), abs=0.05)


@pytest.mark.science
@pytest.mark.parametrize(("name", "least"), [("normal", 0.92), ("skewed", 0.915)])
def test_coverage_in_twenty_worlds(name: str, least: float) -> None:
    draw = np.random.default_rng(21)
    made = {"normal": lambda: draw.normal(size=20), "skewed": lambda: (draw.gamma(8.2, size=20) - 8.2) / 8.2**0.5}
    hits = 0
    for _ in range(1_000):
        low, high = bca_interval(made[name](), NOTHING[:20], resamples=2_000)
        hits += low <= 0.0 <= high
    assert stats.binomtest(hits, 1_000, least).pvalue > 0.001 or hits > 1_000 * least
    assert hits < 970
