"""Weeks until a threshold: counting, censoring, curves against a plain count, and the restricted difference."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from experiments.statistics import Durations, reached_curve, weeks_sooner, weeks_until
from experiments.statistics.durations import censored_share

RISING = [[0.1, 0.2, 0.5, 0.6], [0.0, 0.1, 0.2, 0.3], [0.7, 0.1, 0.8, 0.9], [math.nan, 0.9, math.nan, 0.1]]


def test_weeks_are_counted_to_the_first_at_or_beyond() -> None:
    found = weeks_until(RISING, 0.5, "higher")
    assert found.weeks.tolist() == [2.0, 4.0, 0.0, 1.0]
    assert found.reached.tolist() == [True, False, True, True]
    assert found.horizon == 4
    assert censored_share(found) == 0.25


def test_weeks_are_counted_from_the_start_that_is_given() -> None:
    found = weeks_until(RISING, 0.5, "higher", since=1)
    assert found.weeks.tolist() == [1.0, 3.0, 1.0, 0.0]
    assert found.horizon == 3


def test_less_is_reached_from_above() -> None:
    assert weeks_until(RISING, 0.1, "lower").weeks.tolist() == [0.0, 0.0, 1.0, 3.0]


def test_what_cannot_be_reached() -> None:
    with pytest.raises(ValueError, match="higher or lower"):
        weeks_until(RISING, 0.5, "")
    with pytest.raises(ValueError, match="no week"):
        weeks_until(RISING, 0.5, "higher", since=4)


def made(seed: int, gain: float = 0.0, horizon: int = 52) -> Durations:
    weeks = np.minimum(np.random.default_rng(seed).exponential(40.0, 60).round() * (1.0 - gain), horizon)
    return Durations(weeks, weeks < horizon, horizon)


def test_a_curve_is_the_share_of_worlds_that_have_reached_it() -> None:
    durations = made(3)
    curve = reached_curve(durations)
    plain = [(durations.weeks[durations.reached] <= week).sum() / 60 for week in curve.weeks]
    assert curve.reached == pytest.approx(plain)
    assert (curve.low <= curve.reached).all()
    assert (curve.reached <= curve.high).all()
    assert curve.weeks[np.argmax(curve.reached >= 0.5)] == curve.median


def test_curves_of_none_and_all() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        none = reached_curve(Durations(np.full(5, 52.0), np.zeros(5, bool), 52))
        everyone = reached_curve(Durations(np.full(5, 3.0), np.ones(5, bool), 52))
    assert none.median == math.inf
    assert none.reached.max() == 0.0
    assert none.high[-1] == pytest.approx(1.0 - 0.025 ** (1 / 5)), "none of five does not mean never"
    assert (everyone.median, everyone.reached[-1]) == (3.0, 1.0)
    assert everyone.low[-1] == pytest.approx(0.025 ** (1 / 5))


def test_the_restricted_means_are_the_areas_under_lifelines_curves() -> None:
    arm, baseline = made(3, gain=0.3), made(4)
    result = weeks_sooner(arm, baseline)
    for mean, durations in ((result.mean_arm, arm), (result.mean_baseline, baseline)):
        fitter = KaplanMeierFitter().fit(durations.weeks, durations.reached)
        assert mean == pytest.approx(restricted_mean_survival_time(fitter, 52))
    assert result.difference < 0.0


def test_a_difference_is_restricted_to_what_both_were_watched_for() -> None:
    long, short = made(3, horizon=104), made(3, horizon=52)
    assert (long.weeks > 52).any()
    assert weeks_sooner(long, short).difference == 0.0
    assert long.within(52).reached.tolist() == short.reached.tolist()


def test_worlds_that_reach_it_in_neither_arm_differ_by_nothing() -> None:
    never = Durations(np.full(4, 10.0), np.zeros(4, bool), 10)
    soon = Durations(np.array([10.0, 10.0, 10.0, 6.0]), np.array([False, False, False, True]), 10)
    assert weeks_sooner(soon, never).difference == -1.0
    same = weeks_sooner(never, never)
    assert (same.difference, same.p) == (0.0, 1.0)


def test_pairing_by_world_sharpens_the_difference() -> None:
    luck = np.random.default_rng(6).exponential(20.0, 200)
    slow = Durations(np.minimum(luck + 4.0, 52), luck + 4.0 < 52, 52)
    fast = Durations(np.minimum(luck, 52), luck < 52, 52)
    result = weeks_sooner(fast, slow)
    assert -4.0 < result.difference < -3.0, "some of the four weeks are lost beyond the horizon"
    assert result.sd_difference < 0.2 * result.sd_arm


def test_half_of_the_worlds_is_half_of_them_whatever_the_rounding() -> None:
    """The curve is a product: with 6, 8, 20 worlds it ends a hair short of a half where it should be one."""
    for worlds in range(1, 101):
        waited = Durations(np.arange(1.0, worlds + 1.0), np.ones(worlds, dtype=bool), worlds + 5)
        assert reached_curve(waited).median == -(-worlds // 2), worlds
