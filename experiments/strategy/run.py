"""Runs what a strategy study needs, through the store, and gives it back as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from experiments.runner import Outcome, Progress, run_wanted
from experiments.store import Detail, Store, Values, Wanted, outcomes
from experiments.strategy.design import Design
from experiments.strategy.measured import Measured, gathered
from experiments.strategy.settings import weekly
from experiments.study import Arm
from experiments.workers import Machine


class StudyError(Exception):
    """Something of which nothing can be said, since it could not be run."""


@dataclass
class Lab:
    """Where the worlds of a study are run and read.

    Attributes:
        detail: what is kept of each run: every metric, and the courses of the outcomes that have one.
        failed: arm in a future -> reason.
        made: runs that this process made.
        told: notes on stored results that were said; every stage would have the same.
    """

    store: Store
    machine: Machine
    progress: Progress
    detail: Detail
    failed: dict[str, str] = field(default_factory=dict)
    made: int = 0
    told: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path, design: Design, machine: Machine, progress: Progress) -> Lab:
        """The lab of a study, in its results folder."""
        courses = tuple(name for name in design.strategy.outcomes if weekly(name))
        return cls(Store(folder), machine, progress, outcomes(design.study.since, courses))

    def run(self, arms: Sequence[Arm], seeds: Sequence[int]) -> None:
        """Run arms over seeds, unless the store holds them.

        Raises:
            KeyboardInterrupt: the user stopped; runs that were finished are in the store.
            OSError: the folder cannot be written.
        """
        wanted = [Wanted(arm, tuple(seeds), self.detail) for arm in arms]
        result: Outcome = run_wanted(self.store, wanted, self.machine, self.progress, told=self.told)
        self.made += result.runs
        self.failed |= result.failed

    def values(self, arms: Sequence[Arm], seeds: Sequence[int]) -> Values:
        """What was measured in arms that were run, (arm, world, ...); see `Store.outcomes`."""
        return self.store.outcomes([Wanted(arm, tuple(seeds), self.detail) for arm in arms])


def measured(lab: Lab, design: Design, futures: Sequence[int], seeds: Sequence[int]) -> Measured:
    """Read what was measured in some futures of a design, those left out in which an arm failed.

    Raises:
        MissingRunsError: some of it was not run.
    """
    kept = [at for at in futures if not any(arm.name in lab.failed for arm in design.arms_in(at))]
    rows = [arm for at in kept for arm in design.arms_in(at)]
    found = gathered(design, lab.values(rows, seeds), design.futures[kept], seeds)
    return replace(found, numbers=tuple(at + 1 for at in kept))


def as_given(lab: Lab, design: Design, seeds: Sequence[int]) -> Measured:
    """Read what was measured where the assumptions are as the scenarios have them: one future without columns."""
    bare = Design(design.study, design.strategy, (), np.zeros((1, 0)))
    return gathered(bare, lab.values(design.study.arms, seeds), bare.futures, seeds)
