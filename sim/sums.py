"""The raw quantities of one week: a table with a row for each name, so that one call fills many of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Wide = NDArray[np.float64]

LEARNED = (
    "from_ties",
    "from_sessions",
    "from_knowledge",
    "from_challenges",
    "from_pilots",
    "from_rules",
    "bound",
    "meetings",
    "learned_tacit",
)
AGED = ("from_practice", "from_forgetting", "from_obsolescence")
LEFT = ("leavers", "lost_by_leavers", "leaders_left", "lost_by_leaders", "from_turnover")
KNOWN = ("lookups", "fresh_lookups", "covered", "covered_fresh", "tacit_codified")
"""What the knowledge base is used for and holds, see `sim.phases.knowledge`."""
PILOTED = ("pilots_started", "adopted_elsewhere", "impacts", "impact_weeks", "practices_in_use")
"""Pilots and practices, see `sim.parts.pilots`."""
ALWAYS = ("ties_formed", "ties_refused", "hours", "money", "shocks", "from_shocks", "learned_between")
"""Quantities that every week has, whether anything was added or not."""


class Sums(Mapping[str, Wide]):
    """Quantities by name, each float64 (world,); a name that nobody added to since `clear` is 0.

    Attributes:
        table: float64 (quantity, world), rows in the order in which names came up.
        rows: row of each name.
    """

    def __init__(self, worlds: int) -> None:
        self.table = np.zeros((0, worlds))
        self.rows: dict[str, int] = {}
        self._blocks: dict[tuple[str, ...], slice] = {}
        for names in (LEARNED, AGED, LEFT, KNOWN, PILOTED, ALWAYS):
            self.block(names)

    def __getitem__(self, name: str) -> Wide:
        """One quantity, a live view (world,)."""
        row: Wide = self.table[self.rows[name]]
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, name: str, amount: Any) -> None:
        """Add to one quantity; a name that is new gets a row."""
        if name not in self.rows:
            self._register((name,))
        row = self.table[self.rows[name]]
        np.add(row, amount, out=row)

    def block(self, names: tuple[str, ...]) -> Wide:
        """Quantities that are kept side by side, in this order, a live view (quantity, world).

        Raises:
            ValueError: some of the names already have rows elsewhere.
        """
        if names not in self._blocks:
            if any(name in self.rows for name in names):
                raise ValueError(f"some of these quantities already stand elsewhere: {', '.join(names)}")
            self._blocks[names] = slice(len(self.rows), len(self.rows) + len(names))
            self._register(names)
        rows: Wide = self.table[self._blocks[names]]
        return rows

    def clear(self) -> None:
        """Set all to 0 for a new week."""
        self.table[:] = 0.0

    def _register(self, names: tuple[str, ...]) -> None:
        self.rows |= {name: len(self.rows) + n for n, name in enumerate(names)}
        self.table = np.vstack([self.table, np.zeros((len(names), self.table.shape[1]))])
