"""Measures by seat, counted seat by seat, and their means over those whom a policy treated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds

from sim.seats import SEAT_METRICS

SEEDS = (1, 2)


@pytest.fixture(scope="module")
def followed() -> tuple[Any, np.ndarray, np.ndarray]:
    """A busy model of nine weeks, and what each seat learned over ties in how many meetings, week by week."""
    made = worlds.model(seeds=SEEDS, policies=worlds.BUSY, weeks=9)
    learned, meetings = np.zeros((2, 9, 48))
    for week in range(9):
        worlds.run_phases(made.plan, "observe")
        made.ensemble.number += 1
        work = made.ensemble.work
        learned[week] = work.from_ties.astype(float) * work.factor
        meetings[week] = work.meetings
    return made, learned, meetings


def test_learning_is_what_came_over_ties_by_meeting(followed: tuple[Any, np.ndarray, np.ndarray]) -> None:
    made, learned, meetings = followed
    found = made.record().seats["learning_members"].ravel()
    met = meetings.sum(axis=0)
    assert (met == 0).sum() < 24 and (met > 1).any()
    np.testing.assert_allclose(found[met > 0], learned.sum(axis=0)[met > 0] / met[met > 0], rtol=1e-5)
    assert np.isnan(found[met == 0]).all()


def test_trust_is_the_mean_over_ties_to_other_departments(followed: tuple[Any, np.ndarray, np.ndarray]) -> None:
    made, _, _ = followed
    state, found = made.state, made.record().seats["trust_members"].ravel()
    home = state.arrays["home_department"]
    told = 0
    for seat in range(48):
        there = [
            float(trust)
            for learner, source, trust in zip(state.learners(), state.source, state.trust, strict=True)
            if learner == seat and home[source] != home[seat]
        ]
        told += bool(there)
        expected = np.mean(there) if there else np.nan
        np.testing.assert_allclose(found[seat], expected, rtol=1e-6)
    assert told > 24


def test_the_mean_is_over_the_mask_and_what_is_defined() -> None:
    values = np.array([[0.1, np.nan, 0.4, 0.9]] * 3, np.float32)
    mask = np.array([[True, True, True, False], [False, True, False, False], [True, True, True, True]])
    for name, metric in SEAT_METRICS.items():
        found = metric.of({name: values}, mask)
        np.testing.assert_allclose(found, [0.25, np.nan, 1.4 / 3], rtol=1e-6)
        assert found.dtype == np.float64


def test_a_run_that_has_not_begun_has_no_values_but_trust() -> None:
    seats = worlds.model().record().seats
    assert list(seats) == list(SEAT_METRICS)
    assert np.isnan(seats["adequacy_members"]).all() and np.isnan(seats["learning_members"]).all()
    assert np.nanmin(seats["trust_members"]) > 0
    assert all(values.shape == (1, 24) and values.dtype == np.float32 for values in seats.values())
