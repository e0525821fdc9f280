"""Outcomes as arrays: signs, differences within a world, ranges and their scales, and what does not fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.analysis.outcomes import Assumption, Outcomes, futures_at, mean_over_worlds, shares_of


def outcomes() -> Outcomes:
    """Two arms, one future, two worlds; the second outcome is better when lower."""
    return Outcomes(
        arms=("baseline", "mentoring"),
        titles={"mentoring": "Mentoring", "met": "Needs met"},
        assumptions=(Assumption("learning.rate", "Learning rate", 0.1, 0.3),),
        futures=np.array([[0.2]]),
        seeds=(1, 2),
        values={"met": np.array([[[40.0, 50.0]], [[43.0, 49.0]]]), "weeks": np.array([[[9.0, 8.0]], [[7.0, np.nan]]])},
        better={"met": "higher", "weeks": "lower"},
        hours=np.array([[[1.0, 1.0]], [[3.0, 4.0]]]),
        money=np.zeros((2, 1, 2)),
        units={"met": "points"},
    )


def test_effects_are_differences_within_a_world_and_more_is_better() -> None:
    given = outcomes()
    assert given.effect("met").tolist() == [[[0.0, 0.0]], [[3.0, -1.0]]]
    assert given.effect("weeks")[1, 0].tolist() == pytest.approx([2.0, np.nan], nan_ok=True)
    assert given.extra_hours[1, 0].tolist() == [2.0, 3.0]
    assert (given.title("mentoring"), given.title("weeks"), given.unit("met"), given.unit("weeks")) == (
        "Mentoring",
        "weeks",
        "points",
        "",
    )


def test_shares_of_a_range_and_back() -> None:
    straight = Assumption("a", "A", 2.0, 6.0)
    curved = Assumption("b", "B", 1.0, 100.0, scale="log")
    futures = futures_at((straight, curved), np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]))
    assert futures == pytest.approx(np.array([[2.0, 1.0], [4.0, 10.0], [6.0, 100.0]]))
    assert shares_of((straight, curved), futures) == pytest.approx(np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]))
    assert curved.at(1.0) <= curved.high  # rounding never leaves the range


@pytest.mark.parametrize(
    ("low", "high", "scale", "word"),
    [
        (1.0, 1.0, "linear", "below"),
        (0.0, 1.0, "log", "above 0"),
        (0.0, 1.0, "cubic", "scale"),
        (0, np.inf, "linear", "below"),
    ],
)
def test_a_range_that_cannot_be_drawn_from_is_refused(low: float, high: float, scale: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Assumption("a", "A", low, high, scale=scale)


@pytest.mark.parametrize(
    "wrong",
    [
        {"arms": ("same", "same")},
        {"seeds": (1, 2, 3)},
        {"futures": np.zeros((1, 2))},
        {"better": {"met": "higher"}},
        {"hours": np.zeros((2, 1, 1))},
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be|names of their own"):
        replace(outcomes(), **wrong)


def test_a_mean_leaves_out_what_is_undefined_and_nothing_has_no_mean() -> None:
    assert mean_over_worlds(np.array([[1.0, np.nan, 3.0], [np.nan] * 3])).tolist() == pytest.approx(
        [2.0, np.nan], nan_ok=True
    )
