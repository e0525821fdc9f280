"""What policies book for some rows: repeats count, a mask is its rows, and nobody else is touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds

from sim.tallies import add_each, count_rows, numbers_of, rows_of


def test_repeats_count_in_their_order() -> None:
    draw = np.random.default_rng(3)
    rows, total = draw.integers(0, 30, 200), draw.random(30, np.float32)
    expected = total.copy()
    for row in rows.tolist():
        expected[row] += np.float32(0.1)
    add_each(total, rows_of(rows), 0.1)
    np.testing.assert_array_equal(total, expected)
    np.testing.assert_array_equal(count_rows(rows_of(rows), 10, 3), np.bincount(rows // 10, minlength=3))


@pytest.mark.parametrize("rows", [np.array([3, 30]), np.array([-1, 4])])
def test_a_row_that_stands_for_nobody_is_refused_before_anything_is_added(rows: Any) -> None:
    total = np.zeros(30, np.float32)
    with pytest.raises(IndexError, match="nobody"):
        add_each(total, rows, 1.0)
    with pytest.raises(IndexError, match="nobody"):
        count_rows(rows, 10, 3)
    assert not total.any()


def test_a_mask_and_rows_of_any_whole_type_are_the_same() -> None:
    mask = np.arange(30) % 4 == 1
    for rows in (mask, np.flatnonzero(mask).astype(np.int32), np.repeat(np.flatnonzero(mask), 2)[::2]):
        assert rows_of(rows).tolist() == np.flatnonzero(mask).tolist()


def test_one_number_for_all_or_one_for_each() -> None:
    assert numbers_of(0.5, 4).tolist() == [0.5]
    assert numbers_of([0.25, 0.5], 2).tolist() == [0.25, 0.5]
    with pytest.raises(ValueError, match="3 numbers are given for 2"):
        numbers_of([1, 2, 3], 2)


def test_ties_in_any_order_with_own_numbers_form_as_one_by_one_in_order() -> None:
    """Among them a tie twice, with other numbers the second time: the first given comes first."""
    together, alone = (
        worlds.model({"people": 30, "sources": 3}, seeds=(1, 2), contacts={"limit": 6, "headroom": 1}) for _ in "ab"
    )
    draw = np.random.default_rng(7)
    learner = draw.integers(0, 60, 500)
    source = learner // 30 * 30 + (learner + draw.integers(1, 30, 500)) % 30
    learner[-1], source[-1] = learner[0], source[0]
    trust, contact = draw.random((2, 500)).astype(np.float32)
    together.ensemble.form_ties(learner, source, trust, contact, "other")
    for n in np.lexsort((source, learner)).tolist():
        one = slice(n, n + 1)
        alone.ensemble.form_ties(learner[one], source[one], float(trust[n]), contact[one], "other")
    assert together.state.digest() == alone.state.digest()
    for name in ("ties_formed", "ties_refused"):
        found = together.ensemble.sums[name]
        assert found.min() > 0
        np.testing.assert_array_equal(found, alone.ensemble.sums[name])
