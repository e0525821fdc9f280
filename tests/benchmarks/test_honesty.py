"""The measure of honesty: its truths are what it says, its counting can fail, and a small run keeps every promise."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.honesty.__main__ import PROMISED, line
from benchmarks.honesty.coverage import bca, shares, student, weeks
from benchmarks.honesty.differences import MADE, every, measured
from benchmarks.honesty.errors import families, frontiers
from benchmarks.honesty.outcome import Rate
from benchmarks.honesty.stopping import at_once, ours, stopping


@pytest.mark.parametrize("name", every())
def test_the_truth_is_what_it_is_said_to_be(name: str) -> None:
    drawn = every()[name](np.random.default_rng(1), 400_000)
    assert drawn.mean() == pytest.approx(0.0, abs=5.0 / 400_000**0.5)
    if name not in ("Student, 3 degrees", "lognormal, skewness 6"):  # whose sample variances hardly settle
        assert drawn.std() == pytest.approx(1.0, abs=0.02)


def test_what_is_promised_exists_and_holds_what_headlines_are_made_of() -> None:
    assert set(PROMISED) <= set(every())
    assert sum(name in PROMISED for name in measured()) == 3


def test_a_rate_knows_when_its_promise_is_broken() -> None:
    rate = Rate("t", "normal", 930, 1_000, 0.943, 0.957)
    assert rate.kept is False
    assert "BROKEN" in line(rate)
    assert not rate.refuted(), "that few may be chance"
    assert Rate("t", "normal", 8_000, 10_000, 0.943, 0.957).refuted()
    assert Rate("t", "normal", 9_900, 10_000, 0.943, 0.957).refuted()
    assert Rate("t", "normal", 1, 10).kept is None


def test_stopping_at_once_stops_earlier_than_our_rule() -> None:
    differences = np.random.default_rng(2).normal(size=600)
    assert at_once(differences, 0.25)[1] < ours(differences, 0.25)[1] < 120


@pytest.mark.science
def test_a_small_run_refutes_no_promise() -> None:
    rates = [
        *student("normal", MADE["normal"], 1_000, True),
        *bca("normal", MADE["normal"], 150, True),
        *shares(),
        *families(100),
        *stopping("normal", MADE["normal"], 200, True),
        *weeks(500),
        *frontiers(150),
    ]
    assert [line(rate) for rate in rates if rate.refuted()] == []
    assert sum(rate.kept is not None for rate in rates) == 18
