"""How often intervals hold the truth: Student's t, BCa, shares of worlds, and restricted mean weeks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import binom, binomtest

from benchmarks.honesty.differences import Draw
from benchmarks.honesty.outcome import Rate
from experiments.statistics import Durations, bca_interval, paired, share_interval, weeks_sooner

T_PAIRS, BCA_PAIRS = (8, 16, 20, 32, 64), (10, 20, 32, 64)
T_FROM, BCA_FROM = 16, 20
"""From so many pairs on a promise is made."""


def student(name: str, draw: Draw, experiments: int, promised: bool) -> Iterator[Rate]:
    for n in T_PAIRS:
        luck, nothing, hits = np.random.default_rng([1, n]), np.zeros(n), 0
        for _ in range(experiments):
            result = paired(draw(luck, n), nothing)
            hits += result.low <= 0.0 <= result.high
        low, high = (0.943, 0.957) if promised and n >= T_FROM else (None, None)
        yield Rate("Student's t", f"{name}, {n} pairs", hits, experiments, low, high)


def bca(name: str, draw: Draw, experiments: int, promised: bool) -> Iterator[Rate]:
    for n in BCA_PAIRS:
        luck, nothing, hits = np.random.default_rng([2, n]), np.zeros(n), 0
        for _ in range(experiments):
            low, high = bca_interval(draw(luck, n), nothing)
            hits += low <= 0.0 <= high
        least, most = (0.92, 0.96) if promised and n >= BCA_FROM else (None, None)
        yield Rate("BCa", f"{name}, {n} pairs", hits, experiments, least, most)


def shares() -> Iterator[Rate]:
    """Least coverage over shares of 0.5 to 0.999, computed and not simulated; parts in a million."""
    for n in (16, 32, 64):
        truths = np.linspace(0.5, 0.999, 500)[:, np.newaxis]
        chances = binom.pmf(np.arange(n + 1), n, truths)
        exact = np.array([share_interval(count, n) for count in range(n + 1)])
        wilson = np.array([tuple(binomtest(count, n).proportion_ci(0.95, method="wilson")) for count in range(n + 1)])
        for name, bounds in (("exact", exact), ("Wilson's", wilson)):
            inside = (bounds[:, 0] <= truths) & (truths <= bounds[:, 1])
            covered = (chances * inside).sum(axis=1)
            promised = (0.95, 1.0) if name == "exact" else (None, None)
            yield Rate(
                "share of worlds, worst case", f"{name}, {n} worlds", int(1e6 * covered.min()), 1_000_000, *promised
            )


def weeks(experiments: int) -> Iterator[Rate]:
    """Exponential waits of 60 weeks, cut to 75 % by the policy, which has luck of its own; watched for 104 weeks."""
    mean, horizon, factor = 60.0, 104.0, 0.75

    def restricted(scale: float) -> float:
        return float(scale * -np.expm1(-horizon / scale))

    truth = restricted(factor * mean) - restricted(mean)
    for n in (20, 32, 64):
        luck, hits = np.random.default_rng([3, n]), 0
        for _ in range(experiments):
            waits = luck.exponential(mean, n)
            shared = luck.random(n) < 0.8  # in the other worlds the arm has its own luck
            own = factor * np.where(shared, waits, luck.exponential(mean, n))
            arms = [Durations(np.minimum(each, horizon), each < horizon, 104) for each in (own, waits)]
            result = weeks_sooner(*arms)
            hits += result.low <= truth <= result.high
        yield Rate("restricted mean weeks", f"exponential waits, {n} worlds", hits, experiments)
