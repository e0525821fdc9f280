"""Membership that is drawn afresh, and reach."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import worlds

from sim.levers import Bend
from sim.policies.base import PolicySettings
from sim.week import Week

HALF = PolicySettings(kind="any", start_week=0, coverage=0.5)


@pytest.fixture
def week() -> Iterator[Week]:
    with np.errstate(over="ignore"):
        yield worlds.model({"people": 400}, seeds=(1, 2)).ensemble


def test_only_those_drawn_afresh_may_change(week: Week) -> None:
    before = week.members("circles", HALF)
    rows = np.arange(0, 800, 2)
    week.draw_members_afresh("circles", rows)
    after = week.members("circles", HALF)
    moved = np.flatnonzero(before != after)
    assert set(moved) <= set(rows) and 150 < len(moved) < 250
    week.draw_members_afresh("circles", rows)
    again = week.members("circles", HALF)
    assert 150 < (again != after).sum() < 250 and not np.array_equal(again, before)


def test_a_newcomer_is_drawn_anew_whatever_was_before(week: Week) -> None:
    week.draw_members_afresh("circles", np.arange(800))
    before = week.members("circles", HALF)
    week.state.arrays["key"][:100] += np.uint64(1)
    after = week.members("circles", HALF)
    assert 25 < (before != after)[:100].sum() < 75
    np.testing.assert_array_equal(before[100:], after[100:])


def test_reach_is_a_factor_on_coverage(week: Week) -> None:
    factor = np.ones((2, 400), np.float32)
    factor[:, :200] = 1.6
    plain = week.members("circles", HALF)
    week.levers.apply([("feedback", Bend("reach", scale=factor - np.float32(1.0)))])
    more = week.members("circles", HALF)
    assert np.all(more >= plain)
    np.testing.assert_array_equal(more.reshape(2, 400)[:, 200:], plain.reshape(2, 400)[:, 200:])
    np.testing.assert_allclose(more.reshape(2, 400)[:, :200].mean(), 0.8, atol=0.06)
