"""When a policy fails: planted boxes are found, noise gives none, and what is said of a box is so."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import chi2_contingency, qmc

from experiments.analysis.boxes import (
    best_by_peeling,
    jaccard,
    likelihood_ratio,
    quasi_p_values,
    without_doubtful,
    worth,
)
from experiments.analysis.discovery import Search, discover
from experiments.analysis.outcomes import Assumption, Floats, Outcomes, futures_at
from experiments.analysis.prim import inside, trajectory

OPEN = (-np.inf, np.inf)
PLANTED = np.array([(0.6, np.inf), (-np.inf, 0.5), OPEN, OPEN])
"""High growth and little slack: 20 % of the ranges."""
RANGES = (
    Assumption("growth", "Growth", 0.0, 10.0),
    Assumption("slack", "Slack", 1.0, 100.0, scale="log"),
    Assumption("trust", "Trust", 0.0, 1.0),
    Assumption("churn", "Churn", 0.0, 1.0),
)
QUICK = Search(resamples=4, boxes=1)


def sampled(futures: int, seed: int) -> Floats:
    return qmc.LatinHypercube(len(RANGES), seed=seed).random(futures)


def outcomes(shares: Floats, effect: Floats, noise: float = 0.0, worlds: int = 4) -> Outcomes:
    """One policy whose mean effect in each future is given."""
    luck = (
        np.random.default_rng(1).normal(0.0, noise, (len(shares), worlds)) if noise else np.zeros((len(shares), worlds))
    )
    values = np.stack([np.zeros(luck.shape), effect[:, None] + luck])
    return Outcomes(
        arms=("baseline", "mentoring"),
        titles={"mentoring": "Mentoring", "met": "Needs met"},
        assumptions=RANGES,
        futures=futures_at(RANGES, shares),
        seeds=tuple(range(worlds)),
        values={"met": values},
        better={"met": "higher"},
        hours=np.zeros(values.shape),
        money=np.zeros(values.shape),
        units={"met": "points"},
    )


def planted(futures: int, seed: int) -> Outcomes:
    """The effect is 3 points, but -1 inside the planted box."""
    shares = sampled(futures, seed)
    return outcomes(shares, np.where(inside(shares, PLANTED), -1.0, 3.0), noise=1.0)


def test_a_planted_box_is_found_in_the_units_of_its_assumptions() -> None:
    given = planted(300, seed=2)
    found = discover(given, "met", "mentoring", least=1.0, search=QUICK)
    (box,) = found.boxes
    assert [each.assumption.path for each in box.restrictions] == ["growth", "slack"]
    growth, slack = box.restrictions
    assert growth.low == pytest.approx(6.0, abs=0.3) and growth.high == np.inf
    assert slack.high == pytest.approx(10.0, rel=0.2) and slack.low == -np.inf
    limits = np.array([(growth.low / 10.0, np.inf), (-np.inf, np.log(slack.high) / np.log(100.0)), OPEN, OPEN])
    assert jaccard(limits, PLANTED) >= 0.9
    assert box.coverage > 0.9 and box.density > 0.95 and box.mass == pytest.approx(0.2, abs=0.03)
    assert box.density_fresh.value > 0.8 and box.coverage_fresh.value > 0.8 and box.overlap > 0.8
    assert growth.quasi_p_low < 1e-6 and np.isnan(growth.quasi_p_high)
    assert (growth.again_low, slack.again_high) == (1.0, 1.0)
    assert box.p == 1 / 500
    fails = given.effect("met")[1].mean(axis=1) < 1.0
    assert box.density == pytest.approx(fails[box.futures].mean())
    assert (found.arm_title, found.title, found.unit, found.futures) == ("Mentoring", "Needs met", "points", 300)
    assert found.failing.value == pytest.approx(fails.mean())


def test_noise_gives_no_box() -> None:
    for seed in range(3):
        shares = sampled(100, seed)
        effect = np.random.default_rng(seed).normal(size=100)
        found = discover(outcomes(shares, effect), "met", "mentoring", least=-0.5, search=QUICK)
        assert found.boxes == () and "random labels" in found.ended


def test_the_second_box_explains_what_the_first_left() -> None:
    shares = sampled(400, seed=5)
    other = np.array([OPEN, OPEN, (-np.inf, 0.35), (0.6, np.inf)])
    fails = inside(shares, PLANTED) | inside(shares, other)
    found = discover(
        outcomes(shares, np.where(fails, -1.0, 3.0)), "met", "mentoring", 1.0, Search(resamples=2, boxes=3)
    )
    assert [sorted(each.assumption.path for each in box.restrictions) for box in found.boxes[:2]] == [
        ["growth", "slack"],
        ["churn", "trust"],
    ]
    first, second = found.boxes[:2]
    assert not set(first.futures) & set(second.futures)
    assert first.coverage + second.coverage > 0.9
    assert second.coverage_fresh.high < second.coverage + 0.2, "of all failures too, not of those that the first left"


@pytest.mark.parametrize(("least", "word"), [(-5.0, "it does in 0 of the 60"), (9.0, "it does in all but 0 of the 60")])
def test_a_policy_that_never_or_always_fails_needs_no_search(least: float, word: str) -> None:
    found = discover(planted(60, seed=1), "met", "mentoring", least, QUICK)
    assert found.boxes == () and word in found.ended


def test_futures_without_a_value_are_left_out_and_members_keep_their_numbers() -> None:
    given = planted(200, seed=2)
    given.values["met"][1, :50] = np.nan
    found = discover(given, "met", "mentoring", 1.0, QUICK)
    assert (found.futures, found.left_out) == (150, 50)
    assert found.boxes[0].futures.min() >= 50


def test_the_same_seed_finds_the_same() -> None:
    one, other = (discover(planted(100, seed=3), "met", "mentoring", 1.0, QUICK).boxes[0] for _ in range(2))
    assert [(each.low, each.high, each.again_low) for each in one.restrictions] == [
        (each.low, each.high, each.again_low) for each in other.restrictions
    ]
    assert one.density_fresh == other.density_fresh


def test_too_few_permutations_are_refused() -> None:
    with pytest.raises(ValueError, match="98 permutations"):
        Search(permutations=98)
    assert Search(false_discovery=0.05, permutations=99).allowed == 5


def test_trajectories_are_boxes_that_hold_enough_points() -> None:
    shares = sampled(120, seed=4)
    fails = inside(shares, PLANTED)
    boxes = trajectory(shares, fails, least_points=8)
    assert boxes.shape[1:] == (4, 2)
    assert not np.isfinite(boxes[0]).any()
    assert min(inside(shares, box).sum() for box in boxes) >= 8
    assert worth(boxes, shares, fails)[0] == 0.0


def test_quasi_p_values_are_those_of_the_library() -> None:
    import pandas as pd
    from ema_workbench.analysis.prim import Prim

    shares = sampled(150, seed=4)
    fails = inside(shares, PLANTED)
    options = {"threshold": 0.5} if "threshold" in Prim.__init__.__code__.co_varnames else {}
    warnings.simplefilter("ignore")  # pandas announces what it will drop; pytest puts the filters back
    box = Prim(pd.DataFrame(shares, columns=list("abcd")), fails.astype(int), **options).find_box()
    limits = box.box_lims[-1].to_numpy(dtype=float).T
    opened = np.stack(
        [
            np.where(limits[:, 0] <= shares.min(axis=0), -np.inf, limits[:, 0]),
            np.where(limits[:, 1] >= shares.max(axis=0), np.inf, limits[:, 1]),
        ],
        axis=1,
    )
    ours = quasi_p_values(opened, shares, fails)
    theirs = (box.qp if hasattr(box, "qp") else box.p_values)[-1]
    assert theirs
    for name, values in theirs.items():
        for side, value in enumerate(values):
            mine = ours["abcd".index(name), side]
            assert (np.isnan(mine) and value == -1) or mine == pytest.approx(value)


def test_limits_that_add_nothing_are_dropped() -> None:
    shares = sampled(300, seed=6)
    fails = inside(shares, PLANTED)
    wordy = PLANTED.copy()
    wordy[2] = (0.02, np.inf)
    wordy[3] = (-np.inf, 0.97)
    assert np.array_equal(without_doubtful(wordy, shares, fails), PLANTED)


def test_peeling_for_the_test_is_the_peeling_of_the_library() -> None:
    """The library breaks ties between slices by how many assumptions stay free, so a few of many may differ."""
    same = 0
    for seed in range(10):
        shares = sampled(150, seed)
        fails = inside(shares, PLANTED) ^ (np.random.default_rng(seed).random(150) < 0.05)
        boxes = trajectory(shares, fails, 5)
        growth = np.diff([inside(shares, box).sum() for box in boxes])
        peeled = boxes[: int((growth > 0).argmax()) + 1 if (growth > 0).any() else None]
        same += best_by_peeling(shares, fails, 5) == pytest.approx(worth(peeled, shares, fails).max())
    assert same >= 7


def test_the_test_against_chance_is_as_strict_as_it_says() -> None:
    """At a level of 10 % noise passes in 10 % of cases: 40 of 400, give or take 18."""
    shown = 0
    for seed in range(400):
        draw = np.random.default_rng(seed)
        shares, fails = draw.random((40, 3)), draw.random(40) < 0.4
        value = best_by_peeling(shares, fails, 5)
        beaten = sum(best_by_peeling(shares, draw.permutation(fails), 5) >= value for _ in range(9))
        shown += beaten == 0
    assert 22 <= shown <= 58


def test_what_two_boxes_share() -> None:
    left, right = np.array([(-np.inf, 0.5), OPEN]), np.array([(0.25, np.inf), OPEN])
    assert jaccard(left, left) == 1.0
    assert jaccard(left, right) == pytest.approx(0.25)
    assert jaccard(left, np.array([(0.5, np.inf), OPEN])) == 0.0


def test_a_box_is_worth_more_the_less_it_could_be_luck() -> None:
    points = np.linspace(0.0, 1.0, 20)[:, None]
    fails = points[:, 0] > 0.7
    exact, wide, wrong, everything = (
        np.array([limits]) for limits in ((0.7, np.inf), (0.4, np.inf), (-np.inf, 0.5), OPEN)
    )
    values = worth(np.stack([exact, wide, wrong, everything]), points, fails)
    rate = 6.0 / 20.0
    assert values[0] == pytest.approx(-2.0 * (6 * np.log(rate) + 14 * np.log(1.0 - rate)))
    assert values[0] > values[1] > 0.0 and values[2] == values[3] == 0.0
    table = np.array([[6.0, 4.0], [2.0, 28.0]])
    known = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert likelihood_ratio(10, 6, 40, 8) == pytest.approx(known)
