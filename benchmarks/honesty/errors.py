"""How often something is called real that is not: Holm's family, equivalence at its edge, the frontier."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import numpy as np

from benchmarks.honesty.differences import Draw, gamma, normal, student
from benchmarks.honesty.outcome import Rate
from experiments.statistics import equivalence, frontier, holm, paired

ARMS, OUTCOMES, WORLDS = 12, 2, 20


def families(experiments: int) -> Iterator[Rate]:
    """A family of 12 arms and two outcomes in 20 worlds; the baseline's luck is in every arm's difference."""
    cases: tuple[tuple[str, Draw, int], ...] = (
        ("nothing is real, normal", normal, 0),
        ("half of the arms are, normal", normal, ARMS // 2),
        ("nothing is real, skewness 1", gamma(4.0), 0),
        ("nothing is real, Student with 5 degrees", student(5.0), 0),
    )
    for name, draw, real in cases:
        luck = np.random.default_rng([4, real])
        gc.freeze()  # statsmodels collects garbage in every call, which takes far longer than its work
        found = [family(draw, luck, real) for _ in range(experiments)]
        gc.unfreeze()
        raw = sum(plain for plain, _ in found) / experiments
        wrong = sum(adjusted for _, adjusted in found)
        yield Rate("family-wise error, Holm", name, wrong, experiments, 0.0, 0.055, f"unadjusted {100 * raw:.0f} %")


def family(draw: Draw, luck: np.random.Generator, real: int) -> tuple[bool, bool]:
    """One study: whether any arm without an effect has p <= 0.05, and whether any has after Holm."""
    p_values = []
    for _ in range(OUTCOMES):
        baseline = draw(luck, WORLDS)
        gains = [1.0 if arm < real else 0.0 for arm in range(ARMS)]
        p_values.append([paired(gain + draw(luck, WORLDS), baseline).p for gain in gains])
    adjusted = np.reshape(holm(np.ravel(p_values).tolist()), (OUTCOMES, ARMS))
    return bool(np.array(p_values)[:, real:].min() <= 0.05), bool(adjusted[:, real:].min() <= 0.05)


def edges(cases: dict[str, Draw], experiments: int) -> Iterator[Rate]:
    """An effect that just matters, called too small to matter; one in twenty is allowed."""
    for name, draw in cases.items():
        for n in (20, 64):
            luck, nothing = np.random.default_rng([5, n]), np.zeros(n)
            smallest = 3.0 / n**0.5
            wrong = sum(equivalence(draw(luck, n) + smallest, nothing, smallest).equivalent for _ in range(experiments))
            high = 0.055 if name == "normal" else None
            yield Rate("equivalence at its edge", f"{name}, {n} pairs", wrong, experiments, 0.0 if high else None, high)


def frontiers(experiments: int) -> Iterator[Rate]:
    """Of two arms at one price that are exactly as good, how often one is on the frontier in over 95 % of resamples."""
    hours = {"hours": np.ones((2, 32))}
    luck, sure = np.random.default_rng(6), 0
    for _ in range(experiments):
        standing = frontier(("one", "other"), luck.normal(size=(2, 32)), hours, resamples=1_000).of("one")
        sure += standing.frontier_share > 0.95
    yield Rate("frontier, sure of a tie", "normal, 32 worlds", sure, experiments, 0.03, 0.07)
