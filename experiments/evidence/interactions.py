"""What two policies do together beyond what each does alone, for the strongest ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.evidence.subjects import Subject, subjects
from experiments.runner import Progress
from experiments.statistics import Paired, paired
from experiments.validation.fact import Floats
from experiments.workers import Machine
from experiments.worlds import Worlds

STRONGEST = 10
SEEDS = 32
METRIC = "need_met"
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Pair:
    """Two policies.

    Attributes:
        alone: effect of each on need met, in points. together: effect of both.
        beyond: effect of both less the sum of each.
        q: p of `beyond` under control of false discoveries over all pairs (Benjamini and Hochberg 1995).
    """

    kinds: tuple[str, str]
    alone: tuple[Paired, Paired]
    together: Paired
    beyond: Paired
    q: float

    @property
    def clear(self) -> bool:
        """Whether they are more or less than the sum of each."""
        return self.q < FALSE_DISCOVERIES


def measure(
    folder: Path, strengths: dict[str, float], machine: Machine, progress: Progress
) -> tuple[list[Pair], dict[str, str]]:
    """Run the strongest policies alone and in pairs.

    Args:
        strengths: effect on need met by kind, from which the strongest are taken.

    Returns:
        The pairs, and pair -> reason where worlds failed.
    """
    from sim.scenario import Scenario

    known = subjects()
    kinds = sorted(sorted(strengths, key=lambda kind: -abs(strengths[kind]))[:STRONGEST])
    wanted = {"none": Scenario.from_dict({})}
    for kind in kinds:
        wanted[kind] = Scenario.from_dict({"policies": _both(known[kind])})
    for one, other in itertools.combinations(kinds, 2):
        wanted[f"{one} + {other}"] = Scenario.from_dict({"policies": _both(known[one], known[other])})
    worlds = Worlds(folder, range(1, SEEDS + 1))
    worlds.run(wanted, machine, progress)
    values = {name: _values(worlds, name) for name in wanted if name not in worlds.failed}
    whole = [pair for pair in itertools.combinations(kinds, 2) if {*pair, " + ".join(pair), "none"} <= set(values)]
    return _judged(whole, values), worlds.failed


def _both(*chosen: Subject) -> dict[str, dict[str, str]]:
    return {kind: {"kind": kind} for subject in chosen for kind in (*subject.partners, subject.kind)}


def _values(worlds: Worlds, name: str) -> Floats:
    from sim.metrics import METRICS

    return 100.0 * np.asarray(METRICS[METRIC].value(worlds.record(name).weekly), np.float64)


def _judged(pairs: Sequence[tuple[str, str]], values: dict[str, Floats]) -> list[Pair]:
    from scipy import stats

    if not pairs:
        return []
    none = values["none"]
    beyond = [paired(values[f"{a} + {b}"] + none, values[a] + values[b]) for a, b in pairs]
    qs = stats.false_discovery_control([result.p for result in beyond])
    return [
        Pair(
            pair,
            (paired(values[pair[0]], none), paired(values[pair[1]], none)),
            paired(values[" + ".join(pair)], none),
            result,
            float(q),
        )
        for pair, result, q in zip(pairs, beyond, qs, strict=True)
    ]
