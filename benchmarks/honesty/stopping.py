"""Stopping at a wanted half-width: coverage and seeds of our rule, beside two simpler ones.

Stein's alone never looks again after its first stage; "at once" looks after every seed and stops as soon as the t
interval is short enough, with that interval for an answer, as people do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import stdtrit

from benchmarks.honesty.differences import Draw
from benchmarks.honesty.outcome import Rate
from experiments.statistics import stop_or_go_on
from experiments.statistics.precision import FIRST_STAGE

WANTED = (32, 64, 200)
"""Half-widths, as the number of worlds that give them where the standard deviation is 1."""

Run = Callable[[np.ndarray, float], tuple[bool, int]]
_QUANTILE = np.append([np.inf, np.inf], stdtrit(np.arange(1, 100_000), 0.975))


def ours(differences: np.ndarray, wanted: float) -> tuple[bool, int]:
    n = 0
    while True:
        found = stop_or_go_on(differences[:n], wanted, most=differences.size)
        if found.more == 0:
            return found.low <= 0.0 <= found.high, found.n
        n += found.more


def stein(differences: np.ndarray, wanted: float) -> tuple[bool, int]:
    reach = _QUANTILE[FIRST_STAGE] * differences[:FIRST_STAGE].std(ddof=1)
    n = min(differences.size, max(FIRST_STAGE, math.ceil((reach / wanted) ** 2)))
    return bool(abs(differences[:n].mean()) <= reach / math.sqrt(n)), n


def at_once(differences: np.ndarray, wanted: float) -> tuple[bool, int]:
    counts = np.arange(1, differences.size + 1)
    means = differences.cumsum() / counts
    squares = np.maximum((differences**2).cumsum() - counts * means**2, 0.0)
    reach = _QUANTILE[counts[4:]] * np.sqrt(squares[4:] / counts[3:-1] / counts[4:])
    place = int(np.argmax(reach <= wanted)) if (reach <= wanted).any() else reach.size - 1
    return bool(abs(means[4 + place]) <= reach[place]), int(counts[4 + place])


def stopping(name: str, draw: Draw, experiments: int, promised: bool) -> Iterator[Rate]:
    rules: tuple[tuple[str, Run], ...] = (("ours", ours), ("Stein's alone", stein), ("at once", at_once))
    for enough in WANTED:
        wanted = float(_QUANTILE[enough]) / math.sqrt(enough)
        for title, rule in rules:
            luck = np.random.default_rng([7, enough])  # the same worlds for all three
            found = [rule(draw(luck, 8 * enough + 400), wanted) for _ in range(experiments)]
            seeds = float(np.mean([n for _, n in found]))
            mine = promised and title == "ours"
            yield Rate(f"stopping, {title}", f"{name}, {enough} would do", sum(hit for hit, _ in found), experiments,
                       0.945 if mine else None, 1.0 if mine else None, f"{seeds:.0f} seeds")  # fmt: skip
