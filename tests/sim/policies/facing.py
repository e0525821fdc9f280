"""Small worlds with many challenges, for the policies that act on them."""

from __future__ import annotations

from typing import Any

import worlds


def facing(
    policies: Any = None, seeds: tuple[int, ...] = (1, 2), weeks: int = 30, shape: Any = None, **fields: Any
) -> Any:
    """Two worlds in which a challenge arises between two departments every other week, and nobody leaves."""
    given = {"arrivals": 0.5, **fields}
    calm = {"turnover": {"hazard": [0, 0, 0, 0]}}
    return worlds.model(shape, seeds=seeds, weeks=weeks, policies=policies or {}, challenges=given, **calm)


def total(made: Any, name: str) -> float:
    """Sum of a raw quantity over worlds and weeks of a whole run."""
    return float(made.run().record().weekly[name].sum())
