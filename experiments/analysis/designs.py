"""Which points to run so that assumptions can be told apart: plain arrays from a seed, by SALib's samplers.

Run every point of a design in the same worlds. The runs then have their luck in common, and luck that is the same at
all points drops out of every difference between points; what is left of chance is only how luck and assumptions act
together. Indices then converge with few worlds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.analysis.outcomes import Assumption, Floats, futures_at

MORRIS, SOBOL = "morris", "sobol"
LEVELS = 4
"""Levels of a Morris grid: the usual number, with which a step is two thirds of the range."""

POOL = 100


@dataclass(frozen=True)
class Design:
    """Points to run, and what is needed to read the results.

    Attributes:
        method: "morris" or "sobol".
        shares: where each point lies in the ranges, 0 to 1 (point, assumption).
        base: trajectories of a Morris design, base samples of a Sobol one.
        second_order: whether pairs of assumptions can be told apart as well (Sobol only).
    """

    method: str
    assumptions: tuple[Assumption, ...]
    shares: Floats
    base: int
    second_order: bool = False

    @property
    def futures(self) -> Floats:
        """The points in the assumptions' own units (point, assumption)."""
        return futures_at(self.assumptions, self.shares)

    @property
    def block(self) -> int:
        """How many points belong to one trajectory or one base sample; they follow each other."""
        return len(self.shares) // self.base

    @property
    def problem(self) -> dict[str, Any]:
        """The same as SALib wants it said."""
        return _problem(self.assumptions)


def morris_design(assumptions: tuple[Assumption, ...], trajectories: int, seed: int, pool: int = 0) -> Design:
    """The trajectories that lie farthest apart among a pool of random ones (Campolongo 2007, search by Ruano 2012).

    Points: trajectories x (assumptions + 1).

    Args:
        pool: how many random trajectories to choose from; if 0, a hundred or twice as many as wanted (the search
            takes time with the square of it).

    Raises:
        ValueError: fewer than two assumptions or trajectories, or a pool that leaves nothing to choose.
    """
    from SALib.sample.morris import sample

    candidates = pool or max(POOL, 2 * trajectories)
    if len(assumptions) < 2 or not 2 <= trajectories < candidates:
        raise ValueError("a Morris design needs two assumptions, two trajectories, and a larger pool to choose from")
    shares = sample(
        _problem(assumptions),
        candidates,
        num_levels=LEVELS,
        optimal_trajectories=trajectories,
        local_optimization=True,
        seed=seed,
    )
    return Design(MORRIS, assumptions, np.clip(shares, 0.0, 1.0), trajectories)


def sobol_design(assumptions: tuple[Assumption, ...], base: int, seed: int, second_order: bool = False) -> Design:
    """Saltelli's cross-sampled matrices from a scrambled Sobol sequence.

    Points: base x (assumptions + 2), or base x (2 assumptions + 2) for second order. The same seed with a larger base
    starts with the same points, so that a design grows without running anything again.

    Raises:
        ValueError: `base` is no power of two, on which the sequence's balance rests, or there are no two assumptions.
    """
    from SALib.sample.sobol import sample

    if base < 4 or base & (base - 1):
        raise ValueError(f"base samples must be a power of two and at least 4, got {base}")
    if len(assumptions) < 2:
        raise ValueError("with fewer than two assumptions there is nothing to tell apart")
    shares = sample(_problem(assumptions), base, calc_second_order=second_order, scramble=True, seed=seed)
    return Design(SOBOL, assumptions, np.clip(shares, 0.0, 1.0), base, second_order)


def _problem(assumptions: tuple[Assumption, ...]) -> dict[str, Any]:
    """All ranges are shares; the scale of an assumption is applied afterwards."""
    names = [each.path for each in assumptions]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def values_of(design: Design, values: Floats) -> tuple[Floats, int]:
    """Values (point, world) of the worlds in which every point has one, and how many worlds were left out.

    Raises:
        ValueError: the values are not one row a point, or no world has them all.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 2 or len(given) != len(design.shares):
        raise ValueError(f"values must be (point, world) with {len(design.shares)} points, got shape {given.shape}")
    whole = np.isfinite(given).all(axis=0)
    if not whole.any():
        raise ValueError("in no world every point has a value")
    return given[:, whole], int(np.count_nonzero(~whole))
