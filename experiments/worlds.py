"""Worlds of many scenarios by name, each run once whoever asks for it, and read when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runner import Progress, run_arms
from experiments.store import block_key, block_path, read_block
from experiments.study import Arm
from experiments.workers import Machine

if TYPE_CHECKING:
    from sim.recorder import Record
    from sim.scenario import Scenario


class Worlds:
    """Scenarios over the same seeds in one folder; scenarios that are the same are one.

    Attributes:
        failed: name -> reason, of scenarios that could not be finished.
    """

    def __init__(self, folder: Path, seeds: Sequence[int]) -> None:
        self.folder = folder
        self.seeds = tuple(seeds)
        self.failed: dict[str, str] = {}
        self._identity: dict[str, str] = {}

    def run(self, wanted: Mapping[str, Scenario], machine: Machine, progress: Progress) -> None:
        """Run what the folder does not hold yet.

        Raises:
            KeyboardInterrupt: the user stopped; what was finished before is in the folder.
            OSError: the folder cannot be written.
        """
        arms: dict[str, Arm] = {}
        for name, scenario in wanted.items():
            arm = Arm(name, name, scenario)
            self._identity[name] = arm.identity
            arms.setdefault(arm.identity, arm)
        outcome = run_arms(self.folder, tuple(arms.values()), self.seeds, machine, progress)
        reasons = {arm.identity: outcome.failed[arm.name] for arm in arms.values() if arm.name in outcome.failed}
        self.failed |= {name: reasons[self._identity[name]] for name in wanted if self._identity[name] in reasons}

    def record(self, name: str) -> Record:
        """The worlds of a scenario.

        Raises:
            KeyError: it was not run, or failed.
        """
        if name in self.failed:
            raise KeyError(name)
        return read_block(block_path(self.folder, block_key(self._identity[name], self.seeds))).record
