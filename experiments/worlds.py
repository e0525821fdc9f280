"""Worlds of many scenarios by name, each run once whoever asks for it, and read when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runner import Progress, run_wanted
from experiments.store import Store, Wanted
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
        self._store = Store(folder)
        self._wanted: dict[str, Wanted] = {}

    def run(self, wanted: Mapping[str, Scenario], machine: Machine, progress: Progress) -> None:
        """Run what the folder does not hold yet.

        Raises:
            KeyboardInterrupt: the user stopped; what was finished before is in the folder.
            OSError: the folder cannot be written.
        """
        new = {name: Wanted(Arm(name, name, scenario), self.seeds) for name, scenario in wanted.items()}
        self._wanted |= new
        self.failed |= run_wanted(self._store, list(new.values()), machine, progress).failed

    def record(self, name: str) -> Record:
        """The worlds of a scenario.

        Raises:
            KeyError: it was not run, or failed.
        """
        if name in self.failed:
            raise KeyError(name)
        return self._store.record(self._wanted[name])
