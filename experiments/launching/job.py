"""One job: it runs its part through the same runner as everything else, wherever it finds itself."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.launching.parts import Part
from experiments.launching.token import sees
from experiments.plugins import load_plugins
from experiments.runner import run_wanted
from experiments.store import Store
from experiments.workers import Machine
from sim.problems import InputError

PART = "part"
"""Key under which a job finds its part."""


@dataclass(frozen=True)
class Answer:
    """What a job sends back.

    Attributes:
        failed: identity of a scenario and name of a detail -> why it cannot be finished.
        blocks: name and bytes of the blocks that it made, where it does not see the results folder.
        trouble: why the whole job did nothing, or why nobody knows; empty where all is well.
        lost: whether the job was lost, so that another one may do better.
    """

    failed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    blocks: tuple[tuple[str, bytes], ...] = ()
    trouble: str = ""
    lost: bool = False


@dataclass(frozen=True)
class Job:
    """What Hydra calls for every part; plain data, so that any launcher can send it anywhere.

    Attributes:
        folder: the results folder, as the driver sees it.
        token: what the driver left there; see `experiments.launching.token`.
        home: the folder in which the command was given, for relative paths and plug-ins.
        machine: how the job spreads its work.
        model: version of the model that the driver has.
    """

    folder: str
    token: str
    home: str
    machine: Machine
    model: int

    def __call__(self, config: Mapping[str, Any]) -> Answer:
        """Run the part that the configuration holds."""
        from sim import MODEL_VERSION

        if self.model != MODEL_VERSION:
            return Answer(trouble=f"a job has version {MODEL_VERSION} of the model and the driver {self.model}")
        with _in_folder(self.home):
            try:
                load_plugins(self.machine.plugins)
                part = Part.read(config[PART])
            except InputError as error:
                return Answer(trouble="; ".join(f"{each.place}: {each.cause}" for each in error.problems))
            try:
                if sees(Path(self.folder), self.token):
                    return Answer(self._run(part, Path(self.folder)))
                with tempfile.TemporaryDirectory(prefix="watercooler-", ignore_cleanup_errors=True) as own:
                    failed = self._run(part, Path(own))
                    return Answer(failed, _blocks(Path(own)))
            except OSError as error:  # a full disk, say; what is missing in the end is launched again
                return Answer(trouble=str(error))

    def _run(self, part: Part, folder: Path) -> dict[tuple[str, str], str]:
        """Run what a folder does not hold; gives what failed."""
        outcome = run_wanted(Store(folder), part.wanted, self.machine, Silence(), announce=False)
        key_of = {each.arm.name: each.key for each in part.wanted}
        return {key_of[name]: reason for name, reason in outcome.failed.items()}


class Silence:
    """A job tells nothing: the driver looks at the store."""

    def start(self, total: int) -> None:
        """Work begins."""

    def advance(self, done: int) -> None:
        """Some of it is done."""

    def say(self, text: str) -> None:
        """A sentence for nobody."""


@contextlib.contextmanager
def _in_folder(folder: str) -> Iterator[None]:
    """Work in a folder, where this machine has it."""
    if not os.access(folder, os.X_OK) or Path.cwd() == Path(folder):
        yield
        return
    with contextlib.chdir(folder):
        yield


def _blocks(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """The blocks of a folder of the job's own."""
    return tuple((path.name, path.read_bytes()) for path in sorted(Store(folder).blocks.glob("*.parquet")))
