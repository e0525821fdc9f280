"""Precision: closed forms, the stopping rule step by step, and the coverage of what it stops with."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics import half_width, paired, seeds_needed, stop_or_go_on
from experiments.statistics.precision import FIRST_STAGE


def test_half_the_width() -> None:
    result = paired([3.0, 5.0, 7.0], [1.0, 2.0, 3.0])
    assert half_width(result) == pytest.approx(4.302653 / math.sqrt(3.0), rel=1e-6)
    assert math.isnan(half_width(paired([1.0], [0.0])))


@pytest.mark.parametrize("deviation", [0.01, 0.4, 1.0, 3.7, 40.0])
def test_the_seeds_needed_are_the_fewest_that_will_do(deviation: float) -> None:
    needed = seeds_needed(deviation, 0.5)
    assert needed is not None

    def reach(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1)) * deviation / math.sqrt(n)

    assert reach(needed) <= 0.5
    assert needed == 2 or reach(needed - 1) > 0.5


def test_seeds_needed_in_the_corners() -> None:
    assert seeds_needed(0.0, 0.5) == 2
    assert seeds_needed(math.nan, 0.5) is None
    with pytest.raises(ValueError, match="above 0"):
        seeds_needed(1.0, 0.0)


def test_the_first_stage_comes_first_whatever_it_holds() -> None:
    assert stop_or_go_on([], 0.5).more == FIRST_STAGE
    found = stop_or_go_on([1.0, 1.0, math.nan], 0.5)
    assert (found.more, found.n, found.reached) == (FIRST_STAGE - 2, 2, False)
    assert math.isnan(stop_or_go_on([1.0], 0.5).low)


def test_the_second_stage_is_steins() -> None:
    differences = np.random.default_rng(1).normal(2.0, 1.5, FIRST_STAGE)
    quantile = float(stats.t.ppf(0.975, FIRST_STAGE - 1))
    expected = math.ceil((quantile * differences.std(ddof=1) / 0.3) ** 2)
    found = stop_or_go_on(differences, 0.3)
    assert found.more == expected - FIRST_STAGE
    more = np.append(differences, np.full(5, 100.0))
    assert stop_or_go_on(more, 0.3).more == expected - FIRST_STAGE - 5, "later worlds do not change Stein's number"


def test_nobody_stops_while_the_interval_of_all_is_too_wide() -> None:
    quiet = np.tile([-0.1, 0.1], FIRST_STAGE // 2)
    assert stop_or_go_on(quiet, 0.3).more == 0
    loud = np.append(np.tile([-1.0, 1.0], FIRST_STAGE // 2), np.tile([-4.0, 4.0], 50))
    found = stop_or_go_on(loud, 0.5)
    assert 2 <= found.more <= math.ceil(0.5 * loud.size)
    assert not found.reached
    assert found.high - found.difference > 0.5


def test_what_is_reported_is_as_wide_as_wanted() -> None:
    found = stop_or_go_on(np.tile([-0.1, 0.1, 0.6], 20), 0.3)
    assert (found.more, found.reached) == (0, True)
    assert found.high - found.low == pytest.approx(0.6)
    assert found.difference == pytest.approx(0.2)


def test_no_more_than_was_allowed() -> None:
    differences = np.random.default_rng(1).normal(0.0, 5.0, FIRST_STAGE)
    assert stop_or_go_on(differences, 0.1, most=FIRST_STAGE + 8).more == 8
    found = stop_or_go_on(differences, 0.1, most=FIRST_STAGE)
    result = paired(differences, np.zeros(FIRST_STAGE))
    assert (found.more, found.reached) == (0, False)
    assert (found.low, found.high) == pytest.approx((result.low, result.high))


def test_the_same_difference_everywhere_stops_after_the_first_stage() -> None:
    found = stop_or_go_on(np.full(FIRST_STAGE, 0.1 + 0.2), 0.5)
    assert (found.more, found.reached) == (0, True)


def test_what_cannot_be_wanted() -> None:
    with pytest.raises(ValueError, match="above 0"):
        stop_or_go_on([1.0], 0.0)
    with pytest.raises(ValueError, match="at least 3"):
        stop_or_go_on([1.0], 1.0, first=2)


def run(draw: np.random.Generator, wanted: float) -> tuple[bool, int]:
    """A study that does what the rule says: whether its interval covers the truth, 0, and its seeds."""
    differences = np.empty(0)
    while True:
        found = stop_or_go_on(differences, wanted)
        if found.more == 0:
            return found.low <= 0.0 <= found.high, found.n
        differences = np.append(differences, draw.normal(0.0, 1.0, found.more))


@pytest.mark.science
def test_stopping_keeps_its_coverage_and_does_not_waste_seeds() -> None:
    draw = np.random.default_rng(17)
    wanted = float(stats.t.ppf(0.975, 63)) / 8.0  # what 64 worlds give
    found = [run(draw, wanted) for _ in range(1_500)]
    covered = sum(covers for covers, _ in found)
    assert stats.binomtest(covered, 1_500, 0.95, alternative="less").pvalue > 0.001
    assert np.mean([n for _, n in found]) < 1.25 * 64
