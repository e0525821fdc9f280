"""What each policy moves at its shipped parameters: its target, need met, and hours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.evidence.subjects import Subject, subjects, title_and_unit
from experiments.runner import Progress
from experiments.statistics import Paired
from experiments.workers import Machine
from experiments.worlds import Worlds

LEVEL = 0.01
SEEDS = 64


@dataclass(frozen=True)
class Effect:
    """A policy's effect on its target, on need met, and what it costs, world by world.

    Attributes:
        target: name of the metric or seat metric that it aims at.
        p: one-sided, in the direction that the target's metric calls better.
    """

    subject: Subject
    target: str
    moved: Paired
    need_met: Paired
    hours: Paired
    p: float

    @property
    def holds(self) -> bool:
        """Whether it moves its target in the direction that it claims."""
        return self.p < LEVEL


def measure(
    folder: Path, kinds: Sequence[str], seeds: Sequence[int], machine: Machine, progress: Progress
) -> tuple[list[Effect], dict[str, str]]:
    """Run every policy beside what it is compared with.

    Returns:
        Effects in order of kind, and policy -> reason where worlds failed.
    """
    from sim.scenario import Scenario

    chosen = {kind: subject for kind, subject in subjects().items() if not kinds or kind in kinds}
    wanted = {}
    for kind, subject in chosen.items():
        wanted[f"{kind}: without"] = Scenario.from_dict(subject.without())
        wanted[f"{kind}: with"] = Scenario.from_dict(subject.under())
    worlds = Worlds(folder, seeds)
    worlds.run(wanted, machine, progress)
    effects, failed = [], {}
    for kind, subject in chosen.items():
        reasons = [worlds.failed[name] for name in (f"{kind}: without", f"{kind}: with") if name in worlds.failed]
        if reasons:
            failed[kind] = reasons[0]
        else:
            effects.append(_effect(subject, worlds))
    return effects, failed


def _effect(subject: Subject, worlds: Worlds) -> Effect:
    arm, baseline = worlds.record(f"{subject.kind}: with"), worlds.record(f"{subject.kind}: without")
    target = subject.policy.target_metric
    moved = subject.compare(target, arm, baseline)
    return Effect(
        subject,
        target,
        moved,
        subject.compare("need_met", arm, baseline),
        subject.compare("hours", arm, baseline),
        one_sided(moved, better_of(target)),
    )


def better_of(name: str) -> str:
    """The direction that a metric calls better."""
    return title_and_unit(name)[2]


def one_sided(result: Paired, better: str) -> float:
    """One-sided p from the two-sided one, in the direction `better`; NaN where there is no interval."""
    if math.isnan(result.p):
        return math.nan
    right = result.difference > 0 if better == "higher" else result.difference < 0
    return result.p / 2 if right else 1 - result.p / 2
