"""The driver: has what is missing launched in parts, stores what comes back, and launches again what is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.launching.cluster import cleared, joined, place_of
from experiments.launching.job import Answer, Job
from experiments.launching.jobs import start
from experiments.launching.launchers import Launcher
from experiments.launching.parts import PARTS_A_WORKER, Part, alone, cut
from experiments.launching.token import shown
from experiments.launching.watching import watching
from experiments.store.blocks import BlockFile, CorruptBlockError, Entry
from experiments.workers import Machine, Task, fill_cache

if TYPE_CHECKING:
    from experiments.runner import Progress
    from experiments.store import Store
    from experiments.store.claims import Claims
    from experiments.store.wanted import Wanted

ROUNDS = 4
"""Once, and three times again what was lost, the last time scenario by scenario."""

_WAVE = 4
"""Jobs a worker that Ray has together: what comes back from where no disk is shared is stored in between."""

_LONGEST_ARRAY = 1_000
"""Jobs that Slurm takes together, unless its administrator allows more."""

Key = tuple[str, str]


@dataclass
class Launched:
    """What came of it.

    Attributes:
        failed: identity of a scenario and name of a detail -> why it cannot be finished.
        runs: how many runs there are more than before.
    """

    failed: dict[Key, str] = field(default_factory=dict)
    runs: int = 0


def launch(
    store: Store, claims: Claims, wanted: Sequence[Wanted], machine: Machine, tasks: Callable[[int], list[Task]],
    progress: Progress,
) -> Launched:  # fmt: skip
    """Have the missing runs made by jobs of the machine's launcher.

    Args:
        wanted: each scenario and detail once.
        machine: with a launcher; how its jobs spread their work.
        tasks: what is missing, cut for so many workers.

    Raises:
        OSError: the folder cannot be written, or a cluster cannot be joined.
    """
    launcher = machine.launcher
    assert launcher is not None
    fill_cache()
    driver = _Driver(store, claims, wanted, launcher, progress)
    left = [each for each in wanted if store.missing(each)]
    with joined(launcher) as at_once, shown(store.folder) as token, watching(store.folder, left, progress):
        driver.run(_job(store.folder, token, machine), at_once, tasks)
    if not driver.done.failed:
        cleared(launcher, store.folder, token)
    return driver.done


def _job(folder: Path, token: str, machine: Machine) -> Job:
    """What every job is."""
    from sim import MODEL_VERSION

    return Job(str(folder.resolve()), token, str(Path.cwd()), replace(machine, launcher=None), MODEL_VERSION)


class _Driver:
    """Rounds of launching, until nothing is missing or nothing helps."""

    def __init__(
        self, store: Store, claims: Claims, wanted: Sequence[Wanted], launcher: Launcher, progress: Progress
    ) -> None:
        self.done = Launched()
        self._store, self._claims, self._wanted = store, claims, wanted
        self._launcher, self._progress = launcher, progress
        self._troubles: dict[Key, str] = {}

    def run(self, job: Job, at_once: int, tasks: Callable[[int], list[Task]]) -> None:
        """Launch what is missing, and again what was lost."""
        workers = at_once * job.machine.workers
        for turn in range(ROUNDS):
            left = [task for task in tasks(workers) if self._wanted[task.wanted].key not in self.done.failed]
            if not left:
                return
            if turn:
                self._say_again(sum(len(task.seeds) for task in left), turn)
            before = self._missing()
            if turn == ROUNDS - 1:
                useless = self._round(job, alone(self._wanted, left), self._wave(at_once, alone=True))
            else:
                useless = self._round(job, cut(self._wanted, left, self._number(at_once)), self._wave(at_once))
            self.done.runs += before - self._missing()
            if useless:
                break
        for each in self._wanted:
            if self._store.missing(each):
                self.done.failed.setdefault(each.key, f"its jobs were lost: {self._troubles.get(each.key, 'no word')}")

    def _number(self, at_once: int) -> int:
        """How many parts the work is cut into."""
        if self._launcher.jobs is not None:
            return self._launcher.jobs
        if self._launcher.name == "submitit_slurm":
            return 1  # by size alone: to start a job takes longer than many runs
        return at_once * (1 if self._launcher.name == "submitit_local" else PARTS_A_WORKER)

    def _wave(self, at_once: int, *, alone: bool = False) -> int:
        """How many jobs are launched together; alone, so that one that dies takes no other with it."""
        if self._launcher.name == "submitit_slurm":
            return _LONGEST_ARRAY  # where jobs die one by one
        if alone:
            return 1
        return {"ray": _WAVE * at_once, "submitit_local": at_once}.get(self._launcher.name, _LONGEST_ARRAY)

    def _round(self, job: Job, parts: Sequence[Part], wave: int) -> bool:
        """Launch parts, some together; says whether every job found that it can do nothing."""
        place = place_of(self._launcher, Path(job.folder), job.token)
        useless = True
        for begin in range(0, len(parts), wave):
            some = parts[begin : begin + wave]
            for part, answer in zip(some, start(self._launcher, job, [each.text for each in some], place), strict=True):
                self._take(part, answer)
                useless &= bool(answer.trouble) and not answer.lost
        return useless

    def _take(self, part: Part, answer: Answer) -> None:
        """Note what failed, and store what was sent."""
        if answer.trouble:
            self._troubles |= dict.fromkeys((each.key for each in part.wanted), answer.trouble)
        for each in part.wanted:
            if each.key in answer.failed and each.key not in self.done.failed:
                self.done.failed[each.key] = answer.failed[each.key]
                self._progress.say(f"{each.arm.title} failed: {answer.failed[each.key]}")
        deliver(self._store, self._claims, part.wanted, answer.blocks)

    def _missing(self) -> int:
        """How many runs are missing."""
        self._store.refresh()
        return sum(len(self._store.missing(each)) for each in self._wanted)

    def _say_again(self, runs: int, turn: int) -> None:
        """Say that something was lost."""
        causes = list(dict.fromkeys(self._troubles.values()))
        cause = f" ({causes[-1]})" if causes else ""
        self._progress.say(
            f"{runs} runs were lost with their jobs{cause}; launching them again ({turn} of {ROUNDS - 1})."
        )


def deliver(store: Store, claims: Claims, wanted: Sequence[Wanted], blocks: Sequence[tuple[str, bytes]]) -> None:
    """Store blocks that were sent, as far as they are sound, asked for, and not here already.

    Raises:
        OSError: the folder cannot be written.
    """
    asked: Mapping[Key, Wanted] = {each.key: each for each in wanted}
    entries = []
    for entry in _sent(blocks):
        each = asked.get((entry.facts.identity, entry.runs.detail))
        missing = set(store.missing(each)) if each is not None else set()
        rows = [row for row, seed in enumerate(entry.runs.seeds) if seed in missing]
        if rows:
            entries.append(Entry(entry.facts, entry.text, entry.runs.of(rows)))
    if entries:
        store.write(entries, claims)


def _sent(blocks: Sequence[tuple[str, bytes]]) -> list[Entry]:
    """What is sound in blocks that came as bytes."""
    found = []
    with tempfile.TemporaryDirectory(prefix="watercooler-") as folder:
        for name, data in blocks:
            path = Path(folder) / Path(name).name
            path.write_bytes(data)
            try:
                block = BlockFile(path)
            except CorruptBlockError:
                continue
            found += block.sound_entries()
            block.close()
    return found
