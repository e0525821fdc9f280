"""The raw quantities of a week: by name for policies, side by side for kernels."""

from __future__ import annotations

import numpy as np
import pytest

from sim.sums import ALWAYS, Sums


def test_a_name_of_ones_own_gets_a_row_and_keeps_it() -> None:
    sums = Sums(3)
    sums.add("mine", 2.0)
    sums.add("mine", np.array([1, 0, 5]))
    np.testing.assert_array_equal(sums["mine"], [3, 2, 7])
    sums.clear()
    assert "mine" in sums and not sums["mine"].any()
    assert "yours" not in sums and sums.get("yours") is None


def test_what_every_week_has_is_there_before_anything_happened() -> None:
    assert all(not Sums(2)[name].any() for name in ALWAYS)


def test_a_block_is_a_live_view_in_the_order_of_its_names() -> None:
    sums = Sums(2)
    names = ("c", "a", "b")
    sums.block(names)[:] = [[1, 2], [3, 4], [5, 6]]
    sums.add("later", 9)
    sums.block(names)[1] += 10
    assert {name: sums[name].tolist() for name in names} == {"c": [1, 2], "a": [13, 14], "b": [5, 6]}


def test_a_block_cannot_take_rows_from_elsewhere() -> None:
    sums = Sums(1)
    sums.add("b", 1)
    with pytest.raises(ValueError, match="already stand elsewhere: a, b"):
        sums.block(("a", "b"))
