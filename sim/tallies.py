"""Adding up over a few rows, as policies name them: by row with repeats, or by a mask over everybody."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.tables import add_hours, count_by_world

Rows = NDArray[np.int64]
NOBODY_THERE = "some rows stand for nobody"


def rows_of(among: Rows | NDArray[np.bool_]) -> Rows:
    """Rows as kernels read them, from rows or from a mask (person,)."""
    if among.dtype == np.bool_:
        return among.nonzero()[0]
    return np.ascontiguousarray(among, np.int64).ravel()


def numbers_of(given: Any, number: int) -> NDArray[np.float32]:
    """A number for all, (1,), or one for each, (number,).

    Raises:
        ValueError: there is another number of them.
    """
    numbers = np.ascontiguousarray(given, np.float32).ravel()
    if len(numbers) not in (1, number):
        raise ValueError(f"{len(numbers)} numbers are given for {number} rows")
    return numbers


def count_rows(rows: Rows, people: int, worlds: int) -> NDArray[np.float64]:
    """How many of some rows (row,) each world of so many people has, float64 (world,).

    Raises:
        IndexError: a row stands for nobody.
    """
    counts = np.zeros(worlds, np.int64)
    if not count_by_world(rows, people, counts):
        raise IndexError(NOBODY_THERE)
    return counts.astype(np.float64)


def add_each(total: NDArray[np.float32], rows: Rows, amount: float) -> None:
    """Add an amount for each of some rows (row,), repeats too, to `total` (person,).

    Raises:
        IndexError: a row stands for nobody.
    """
    if not add_hours(rows, np.float32(amount), total):
        raise IndexError(NOBODY_THERE)
