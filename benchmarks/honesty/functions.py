"""Functions whose Sobol indices are known exactly, on shares of the ranges."""

from __future__ import annotations

import numpy as np

from experiments.analysis.outcomes import Assumption, Floats


def assumptions(count: int) -> tuple[Assumption, ...]:
    return tuple(Assumption(f"x{number}", f"X{number}", 0.0, 1.0) for number in range(count))


def ishigami(shares: Floats) -> Floats:
    """Ishigami & Homma 1990 with a = 7, b = 0.1, on -pi to pi."""
    x = np.pi * (2.0 * shares - 1.0)
    return np.asarray(np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def ishigami_truth() -> tuple[Floats, Floats, float]:
    """First-order and total shares, and the variance."""
    one = 0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2
    two = 49.0 / 8.0
    pair = 0.01 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = one + two + pair
    return np.array([one, two, 0.0]) / whole, np.array([one + pair, two, pair]) / whole, float(whole)


G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def sobol_g(shares: Floats) -> Floats:
    """Sobol's g-function (Saltelli & Sobol 1995)."""
    return np.prod((np.abs(4.0 * shares - 2.0) + G_WEIGHTS) / (1.0 + G_WEIGHTS), axis=1)


def sobol_g_truth() -> tuple[Floats, Floats, float]:
    """First-order and total shares, and the variance."""
    alone = 1.0 / (3.0 * (1.0 + G_WEIGHTS) ** 2)
    whole = float(np.prod(1.0 + alone)) - 1.0
    others = np.array([np.prod(np.delete(1.0 + alone, column)) for column in range(alone.size)])
    return alone / whole, alone * others / whole, whole
