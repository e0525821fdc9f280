"""Eight lanes give what eight single numbers give, compiled and in plain Python."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

import sim.kernels.jit  # noqa: F401  numba knows the lanes from here on
from sim.kernels import vectors
from sim.kernels.common import topic_sum
from sim.kernels.vectors import (
    LANES,
    as_float32,
    as_float64,
    as_int64,
    count_bits,
    first_lanes,
    gather,
    larger,
    load,
    lowest_bit,
    mask_bits,
    prefetch,
    select,
    smaller,
    splat,
    store,
    store_where,
    total,
)

pytestmark = pytest.mark.compiled
DRAW = np.random.default_rng(20)
FLOAT_OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv, smaller, larger]
WHOLE_OPERATIONS = [operator.add, operator.sub, operator.mul, operator.and_, operator.or_, operator.xor]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def numbers(dtype: str) -> Any:
    """Sixteen numbers, some of them equal."""
    if dtype.startswith("float"):
        return np.concatenate([DRAW.random(12) - 0.5, [0, 0, 1, 1]]).astype(dtype)
    high = 2**63 if dtype == "uint64" else 1000
    return np.concatenate([DRAW.integers(0, high, 12), [0, 0, 1, 1]]).astype(dtype)


def both(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of the compiled function, after finding it equal to that of the same source in plain Python."""
    compiled = [value.copy() if isinstance(value, np.ndarray) else value for value in arguments]
    plain = [value.copy() if isinstance(value, np.ndarray) else value for value in arguments]
    with np.errstate(over="ignore"):
        results = numba.njit(function)(*compiled), function(*plain)
    for one, other in zip((*compiled, results[0]), (*plain, results[1]), strict=True):
        np.testing.assert_array_equal(one, other)
    return compiled


@pytest.mark.parametrize(
    ("dtype", "operation"),
    [
        *itertools.product(["float32", "float64"], FLOAT_OPERATIONS),
        *itertools.product(["int32", "uint64"], WHOLE_OPERATIONS),
    ],
)
def test_operations_work_lane_by_lane_with_lanes_and_with_numbers(dtype: str, operation: Any) -> None:
    number = np.dtype(dtype).type(3)

    def run(a, b, out):  # type: ignore[no-untyped-def]
        store(out, 0, operation(load(a, 0), load(b, 4)))
        store(out, 8, operation(load(a, 8), number))
        store(out, 16, operation(number, load(b, 8) + number))

    a, b = numbers(dtype), numbers(dtype) + number
    out = both(run, a, b, np.zeros(24, dtype))[2]
    single = {smaller: min, larger: max}.get(operation, operation)
    with np.errstate(over="ignore"):
        expected = [single(x, y) for x, y in zip(a[:8], b[4:12], strict=True)]
        expected += [single(x, number) for x in a[8:]] + [single(number, y) for y in b[8:] + number]
    np.testing.assert_array_equal(out, np.array(expected, dtype))


@pytest.mark.parametrize(("dtype", "operation"), list(itertools.product(["float32", "int32", "uint64"], COMPARISONS)))
def test_comparisons_make_masks(dtype: str, operation: Any) -> None:
    def run(a, b, out):  # type: ignore[no-untyped-def]
        mask = operation(load(a, 8), load(b, 8))
        store(out, 0, select(mask, load(a, 8), load(b, 8)))
        return mask_bits(mask) + 256 * mask_bits(~mask & first_lanes(3))

    a, b = numbers(dtype), numbers(dtype)
    out = both(run, a, b, np.zeros(8, dtype))[2]
    np.testing.assert_array_equal(out, [x if operation(x, y) else y for x, y in zip(a[8:], b[8:], strict=True)])


def test_gathers_take_what_an_index_names() -> None:
    def run(table, index, wide, out):  # type: ignore[no-untyped-def]
        prefetch(table, index[3])
        store(out, 0, gather(table, load(index, 0)) + gather(table, as_int64(load(index, 0)) + splat(np.int64(1))))
        store(wide, 0, gather(wide, load(index, 0)))

    table = DRAW.random((5, 8)).astype(np.float32)
    index = DRAW.integers(0, 39, 8).astype(np.int32)
    out = both(run, table, index, numbers("uint64").repeat(3), np.zeros(8, np.float32))[3]
    np.testing.assert_array_equal(out, table.ravel()[index] + table.ravel()[index + 1])


def test_a_masked_store_leaves_the_other_lanes_alone() -> None:
    def run(values, out, count):  # type: ignore[no-untyped-def]
        store_where(out, 2, load(values, 0), first_lanes(count))

    out = both(run, np.arange(8, dtype=np.float32) + 1, np.full(16, -1, np.float32), 3)[1]
    assert out.tolist() == [-1, -1, 1, 2, 3] + [-1] * 11


def test_bits_of_a_mask_are_counted_and_found_from_lane_zero() -> None:
    def run(flags, out):  # type: ignore[no-untyped-def]
        bits = mask_bits(load(flags, 0))
        out[0], out[1] = count_bits(bits), lowest_bit(bits)
        store(out, 2, as_float64(load(flags, 0)))

    flags = np.array([False, False, True, False, True, True, False, True])
    out = both(run, flags, np.zeros(10))[1]
    assert out.tolist() == [4, 2, *flags.astype(float)]


def test_hashes_become_uniform_numbers_in_lanes() -> None:
    def run(hashes, out):  # type: ignore[no-untyped-def]
        store(out, 0, as_float32(load(hashes, 0) >> np.uint64(40)) * np.float32(2**-24))

    hashes = DRAW.integers(0, 2**63, 8).astype(np.uint64) * np.uint64(2)
    out = both(run, hashes, np.zeros(8, np.float32))[1]
    np.testing.assert_array_equal(out, (hashes >> np.uint64(40)).astype(np.float32) * np.float32(2**-24))


@pytest.mark.parametrize("width", [8, 24])
def test_lanes_are_summed_in_the_order_of_a_sum_over_topics(width: int) -> None:
    def run(values, out):  # type: ignore[no-untyped-def]
        lanes = load(values, 0)
        for k in range(LANES, values.shape[0], LANES):
            lanes = lanes + load(values, k)
        out[0] = total(lanes)

    values = DRAW.random(width).astype(np.float32)
    out = both(run, values, np.zeros(1, np.float32))[1]
    assert out[0] == topic_sum(values)
    assert total(as_float64(values[:8])) == pytest.approx(values[:8].astype(np.float64).sum())


def test_only_lanes_of_one_type_meet() -> None:
    def run(a, b):  # type: ignore[no-untyped-def]
        return total(load(a, 0) * load(b, 0))

    with pytest.raises(numba.core.errors.TypingError):
        numba.njit(run)(np.zeros(8, np.float32), np.zeros(8))
    assert vectors.LANE.tolist() == list(range(LANES))
