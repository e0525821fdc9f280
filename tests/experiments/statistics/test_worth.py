"""Cost-effectiveness: planted frontiers, a plain computation beside it, and shares that mean what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.statistics import frontier

WORLDS = 40
ARMS = ("nothing", "cheap", "waste", "dear")


def planted(noise: float = 0.1) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Doing nothing, a cheap gain, a dearer and smaller one, a dear and large one; all in the same luck."""
    draw = np.random.default_rng(1)
    luck = draw.normal(0.0, noise, WORLDS)
    gains = np.array([np.zeros(WORLDS), *(gain + luck + draw.normal(0.0, noise, WORLDS) for gain in (2.0, 1.0, 4.0))])
    hours = np.array([0.0, 1.0, 2.0, 3.0])[:, np.newaxis] * np.ones(WORLDS)
    return gains, {"hours": hours}


def test_a_planted_frontier_is_found_and_the_dominated_named() -> None:
    found = frontier(ARMS, *planted())
    assert [standing.arm for standing in found.standings if standing.efficient] == ["nothing", "cheap", "dear"]
    waste = found.of("waste")
    assert [(by.arm, by.share) for by in waste.dominated_by] == [("cheap", 1.0)]
    assert waste.frontier_share == 0.0
    assert found.of("dear").frontier_share == 1.0
    assert found.of("nothing").costs == {"hours": 0.0}


def test_the_ladder_goes_up_the_frontier() -> None:
    gains, costs = planted()
    found = frontier(ARMS, gains, costs)
    assert [(step.start, step.end) for step in found.steps] == [("nothing", "cheap"), ("cheap", "dear")]
    assert found.steps[1].effect_per_cost == pytest.approx((gains[3] - gains[1]).mean() / 2.0)
    assert found.steps[1].effect.low < (gains[3] - gains[1]).mean() < found.steps[1].effect.high


def test_who_is_dominated_by_a_plain_loop() -> None:
    draw = np.random.default_rng(7)
    gains, hours, money = (draw.normal(size=(8, 1)) + draw.normal(0.0, 0.5, (8, 12)) for _ in range(3))
    names = [str(i) for i in range(8)]
    found = frontier(names, gains, {"hours": hours, "money": money}, resamples=200)
    points = np.stack([gains.mean(1), -hours.mean(1), -money.mean(1)], axis=1)
    for i, standing in enumerate(found.standings):
        by = {names[j] for j in range(8) if (points[j] >= points[i]).all() and (points[j] > points[i]).any()}
        assert {each.arm for each in standing.dominated_by} == by
        assert standing.efficient == (not by)


def test_worlds_are_drawn_jointly() -> None:
    luck = np.random.default_rng(3).normal(0.0, 50.0, 30)
    found = frontier(("a", "b"), [luck, luck + 0.01], {"hours": np.ones((2, 30))})
    assert found.of("a").frontier_share == 0.0, "worse by a little in every world, however much worlds differ"


def test_what_nobody_knows_is_near_one_half() -> None:
    draw = np.random.default_rng(5)
    one = draw.normal(size=200)
    other = draw.normal(size=200)
    other += one.mean() - other.mean()
    found = frontier(("a", "b"), [one, other], {"hours": np.ones((2, 200))})
    assert found.of("a").frontier_share == pytest.approx(0.5, abs=0.06)
    assert found.of("a").frontier_share + found.of("b").frontier_share == pytest.approx(1.0)


def test_equal_arms_do_not_dominate_each_other() -> None:
    gains = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]])
    found = frontier(("a", "b"), gains + 1.0, {"hours": np.full((2, 3), 0.7)})
    assert all(standing.efficient and standing.frontier_share == 1.0 for standing in found.standings)
    assert found.steps == ()


def test_worlds_without_a_value_are_left_out_of_all_arms() -> None:
    gains, costs = planted()
    holes = gains.copy()
    holes[1, 0] = math.nan
    found = frontier(ARMS, holes, costs)
    assert found.worlds == WORLDS - 1
    assert found.of("dear").effect == pytest.approx(gains[3, 1:].mean())
    with pytest.raises(ValueError, match="no world"):
        frontier(ARMS, np.full((4, 3), math.nan), {"hours": np.ones((4, 3))})
    with pytest.raises(ValueError, match="alike"):
        frontier(ARMS, gains, {"hours": np.ones((4, 3))})


def test_the_same_numbers_give_the_same_shares() -> None:
    assert frontier(ARMS, *planted(2.0)) == frontier(ARMS, *planted(2.0))
