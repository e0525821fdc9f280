"""What matching is made of: sorting by hash, and colleagues by the largest hash, whatever the hashes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.chance import extend
from sim.kernels.matching import NOBODY, choose_colleagues, sort_by_hash
from sim.tuples import Sorting


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


@pytest.mark.parametrize(("size", "wanted"), [(1, 1), (3, 4), (8, 4), (23, 8), (400, 1), (401, 8)])
def test_colleagues_are_those_with_the_largest_hashes(size: int, wanted: int) -> None:
    """Two departments whose people are mixed; choosers are of both, and look in either."""
    draw = np.random.default_rng(size)
    key = draw.integers(0, 2**64, 2 * size, dtype=np.uint64)
    shuffled = draw.permutation(2 * size)
    members = np.concatenate([np.sort(shuffled[:size]), np.sort(shuffled[size:])]).astype(np.int32)
    among = draw.random(2 * size) < 0.7
    chooser = draw.integers(0, 2 * size, 12)
    where = np.arange(12) % 2
    chain = draw.integers(0, 2**64, 12, dtype=np.uint64)
    chosen, best = np.full((12, wanted), NOBODY), np.zeros((12, wanted), np.uint64)
    first = np.array([0, size, 2 * size])
    with np.errstate(over="ignore"):
        for begin, end in ((5, 12), (0, 5)):
            choose_colleagues(begin, end, chooser, where, chain, key, members, first, among, best, chosen)
    for n in range(12):
        there = members[first[where[n]] : first[where[n] + 1]]
        there = there[among[there] & (there != chooser[n])]
        hashes = extend(extend(chain[n], key[chooser[n]]), key[there])
        wished = there[np.argsort(hashes)[::-1]][:wanted]
        assert chosen[n].tolist() == wished.tolist() + [NOBODY] * (wanted - len(wished))
