"""What matching is made of: sorting by hash, whatever the hashes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.kernels.matching import sort_by_hash
from sim.schema import Sorting


def sorting(points: Any) -> Sorting:
    size = len(points)
    return Sorting(
        np.arange(size) * 3,
        np.array(points, np.uint64),
        np.zeros(size, np.int64),
        np.zeros(size, np.uint64),
        np.full(2 * size + 3, 99, np.int64),
    )


@pytest.mark.parametrize("size", [0, 1, 2, 3, 8, 9, 500, 1025])
def test_rows_are_sorted_by_hash(size: int) -> None:
    points = np.random.default_rng(size).integers(0, 2**64, size, dtype=np.uint64)
    scratch = sorting(points)
    with np.errstate(over="ignore"):
        sort_by_hash(size, scratch)
    order = np.argsort(points, kind="stable")
    np.testing.assert_array_equal(scratch.sorted_points, points[order])
    np.testing.assert_array_equal(scratch.sorted_rows, 3 * order)


def test_hashes_that_share_their_leading_bits_are_sorted_too_and_equals_keep_their_order() -> None:
    points = [2**64 - 1, 7, 3, 7, 0, 2**63, 5, 2**64 - 2, 3]
    scratch = sorting(points)
    with np.errstate(over="ignore"):
        sort_by_hash(len(points), scratch)
    assert scratch.sorted_points.tolist() == sorted(points)
    assert scratch.sorted_rows.tolist() == [3 * n for n in sorted(range(9), key=lambda n: points[n])]


def test_only_the_first_rows_are_sorted() -> None:
    scratch = sorting([9, 4, 1])
    with np.errstate(over="ignore"):
        sort_by_hash(2, scratch)
    assert scratch.sorted_points.tolist() == [4, 9, 0]
