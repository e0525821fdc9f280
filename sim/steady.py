"""What a week leaves for the next one: tables over people that change only where a person does.

Most draws, targets and turns hold for as long as a person keeps the seat. Such a table is made once, and made anew for
the rows in which a field that it depends on is no longer what it was, whoever changed it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.tables import differ, group_by_department
from sim.state import State

Rows = NDArray[np.int64]
Make = Callable[[Rows], NDArray[Any]]


@dataclass
class _Table:
    fields: tuple[str, ...]
    make: Make
    values: NDArray[Any]


class Steady:
    """Tables over people, each up to date whenever it is asked for."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._seen: dict[str, NDArray[Any]] = {}
        self._tables: dict[Hashable, _Table] = {}
        self._grouped: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None

    def table(self, name: Hashable, fields: tuple[str, ...], make: Make) -> NDArray[Any]:
        """A table (person,) by its name, made by `make` at the first time and then wherever a field changed.

        The caller must not write to it.

        Args:
            fields: integer fields of the person that a row depends on, and nothing else but what never changes.
            make: the values of some rows, (row,).
        """
        for field in fields:
            self._notice(field)
        if name not in self._tables:
            self._tables[name] = _Table(fields, make, make(np.arange(self._state.frame.rows)))
        return self._tables[name].values

    def make_anew(self, name: Hashable, rows: Rows) -> None:
        """Make some rows of a table anew because of something that is no field; none where it was never asked for."""
        table = self._tables.get(name)
        if table is not None:
            table.values[rows] = table.make(rows)

    def by_department(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Everybody by world and home department: rows in order (person,), and where each department begins."""
        self._notice("home_department")
        if self._grouped is None:
            frame = self._state.frame
            members = np.empty(frame.rows, np.int32)
            first = np.zeros(frame.worlds * len(frame.departments) + 1, np.int64)
            group_by_department(self._state.arrays["home_department"], frame.people, first, members)
            self._grouped = members, first
        return self._grouped

    def _notice(self, field: str) -> None:
        """Make anew what depends on a field, in the rows where it changed since it was looked at last."""
        now = self._state.arrays[field]
        seen = self._seen.get(field)
        if seen is None:
            self._seen[field] = now.copy()
        elif differ(now, seen):
            rows = np.flatnonzero(now != seen)
            seen[rows] = now[rows]
            if field == "home_department":
                self._grouped = None
            for table in self._tables.values():
                if field in table.fields:
                    table.values[rows] = table.make(rows)
