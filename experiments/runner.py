"""Runs the scenarios of a study, and stores each as soon as all its worlds are done.

A task is one scenario over a batch of seeds. A world's bits depend on its scenario and seed alone, so batches
and workers change nothing but the time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from experiments.store import CorruptBlockError, block_key, block_path, read_block, write_block
from experiments.workers import Crew, Machine, Task, simulate

if TYPE_CHECKING:
    from experiments.study import Arm
    from sim.recorder import Record

MOST_WORLDS = 64
"""Worlds share what calling a kernel costs: 32 of 500 people run a tenth faster than 16, and 64 hardly faster."""

_FEWEST_WORLDS = 8
_CACHE_BYTES = 2_000_000
_TASKS_A_WORKER = 3


class Progress(Protocol):
    """What the runner tells while it works; see experiments.progress."""

    def start(self, total: int) -> None:
        """Work begins; `total` is in world-weeks."""

    def advance(self, done: int) -> None:
        """So many world-weeks are done in all."""

    def say(self, text: str) -> None:
        """A sentence for the user."""


@dataclass
class Outcome:
    """What came of a study: arms already in the store, arms run now, and failures (arm -> reason)."""

    skipped: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def run_arms(
    folder: Path,
    arms: Sequence[Arm],
    seeds: Sequence[int],
    machine: Machine,
    progress: Progress,
    *,
    announce: bool = True,
) -> Outcome:
    """Run every arm that the store does not hold yet, and store it.

    Args:
        announce: whether to say how many arms are in the store already.

    Raises:
        KeyboardInterrupt: the user stopped; scenarios finished before are in the store.
        OSError: the folder cannot be written.
    """
    outcome = Outcome()
    todo: list[Arm] = []
    for arm in arms:
        (outcome.skipped.append(arm.name) if stored(folder, arm, seeds, progress) else todo.append(arm))
    if outcome.skipped and announce:
        progress.say(already_done(len(outcome.skipped), len(arms)))
    if not todo:
        return outcome
    tasks = _tasks(todo, seeds, machine)
    collected = _Collected(folder, todo, tasks, outcome, progress)
    _say_cold(progress)
    progress.start(collected.total)
    if machine.workers == 1 or len(tasks) == 1:
        _run_here(tasks, collected, progress)
    else:
        _run_in_workers(tasks, machine, collected, progress)
    return outcome


def _say_cold(progress: Progress) -> None:
    """Say why the first run waits before its first week."""
    from sim.kernels.jit import is_cold

    if is_cold():
        progress.say("First the model is compiled for this machine. That takes some ten seconds, once.")


def already_done(done: int, arms: int) -> str:
    """How much of a study the store holds, in a sentence."""
    if done == arms:
        return "Already done; the results are taken from the store."
    return f"{done} of {arms} scenarios already done."


def stored(folder: Path, arm: Arm, seeds: Sequence[int], progress: Progress) -> bool:
    """Whether the store holds a verified block of this arm over these seeds; a corrupt one is said."""
    path = block_path(folder, block_key(arm.identity, seeds))
    try:
        read_block(path)
    except FileNotFoundError:
        return False
    except CorruptBlockError as error:
        progress.say(f"The stored results of {arm.title} are damaged ({error.cause}); they are run again.")
        return False
    return True


def batches(seeds: Sequence[int], arms: int, world_bytes: int, workers: int) -> list[tuple[int, ...]]:
    """Seeds in even batches: as many worlds together as fit the cache, fewer where workers would stand idle."""
    most = max(1, min(MOST_WORLDS, _CACHE_BYTES // max(1, world_bytes)))
    wanted = -(-len(seeds) * arms // (_TASKS_A_WORKER * workers))
    size = max(min(most, wanted), min(most, _FEWEST_WORLDS))
    count = -(-len(seeds) // size)
    cuts = [len(seeds) * at // count for at in range(count + 1)]
    return [tuple(seeds[first:last]) for first, last in itertools.pairwise(cuts)]


class _Collected:
    """Gathers batches; writes an arm's block when its last batch is in.

    Attributes:
        total: world-weeks of all tasks.
    """

    def __init__(
        self, folder: Path, arms: Sequence[Arm], tasks: Sequence[Task], outcome: Outcome, progress: Progress
    ) -> None:
        self._folder, self._arms, self._outcome, self._progress = folder, arms, outcome, progress
        self.total = sum(_size(task) for task in tasks)
        self._parts: dict[int, dict[int, Record]] = {task.arm: {} for task in tasks}
        self._needed = {arm: sum(task.arm == arm for task in tasks) for arm in self._parts}

    def wants(self, task: Task) -> bool:
        """Whether the task's arm can still be completed."""
        return self._arms[task.arm].name not in self._outcome.failed

    def add(self, task: Task, record: Record) -> None:
        """Take a batch's record."""
        parts = self._parts[task.arm]
        parts[task.batch] = record
        if len(parts) < self._needed[task.arm] or not self.wants(task):
            return
        from sim.recorder import Record as RecordType

        arm = self._arms[task.arm]
        write_block(self._folder, arm, RecordType.join([parts[at] for at in sorted(parts)]))
        parts.clear()
        self._outcome.finished.append(arm.name)

    def fail(self, task: Task, error: BaseException) -> None:
        """Note that an arm cannot be completed; the others go on."""
        arm = self._arms[task.arm]
        if arm.name not in self._outcome.failed:
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self._outcome.failed[arm.name] = reason
            self._progress.say(f"{arm.title} failed: {reason}")


def _tasks(arms: Sequence[Arm], seeds: Sequence[int], machine: Machine) -> list[Task]:
    """Every batch of every arm, an arm's batches together, so that arms are stored early."""
    tasks = []
    for at, arm in enumerate(arms):
        data = arm.scenario.to_dict()
        for number, batch in enumerate(batches(seeds, len(arms), _world_bytes(arm), machine.workers)):
            tasks.append(Task(at, number, data, arm.identity, batch, machine))
    return tasks


def _world_bytes(arm: Arm) -> int:
    """Size of one world's mastery in float32, which decides how many worlds share the cache."""
    from sim.build import prepare

    organization = arm.scenario.organization
    loaded = prepare(arm.scenario).organization
    people = len(loaded.seats) if loaded is not None else organization.people
    return int(people) * organization.topics * 4


def _run_here(tasks: Iterable[Task], collected: _Collected, progress: Progress) -> None:
    """Run tasks one after another in this process."""
    done = 0
    for task in tasks:
        if not collected.wants(task):
            continue

        def on_week(week: int, before: int = done, worlds: int = len(task.seeds)) -> None:
            progress.advance(before + worlds * week)

        try:
            record = simulate(task, on_week)
        except Exception as error:
            collected.fail(task, error)
        else:
            collected.add(task, record)
        done += _size(task)


def _run_in_workers(tasks: Sequence[Task], machine: Machine, collected: _Collected, progress: Progress) -> None:
    """Run tasks over a crew; after a lost worker, what was running is tried once more, each task alone.

    Alone, because nobody knows which of the running tasks took the worker down; at once, so that the other
    batches of a scenario that kills its workers are never started.
    """
    left = dict(enumerate(tasks))
    while left := {at: task for at, task in left.items() if collected.wants(task)}:
        for at in _with_crew(list(left), left, machine, collected, progress):
            while at in left and collected.wants(tasks[at]):
                if _with_crew([at], left, replace(machine, workers=1), collected, progress):
                    reason = "its worker process died, perhaps for lack of memory; try workers=1"
                    collected.fail(left.pop(at), RuntimeError(reason))


def _with_crew(
    numbers: Sequence[int], left: dict[int, Task], machine: Machine, collected: _Collected, progress: Progress
) -> list[int]:
    """Run tasks until all are done or a worker is lost; those that ended are taken out of `left`.

    Returns:
        The tasks that were running when a worker was lost.
    """
    crew = Crew.of(machine)
    before = collected.total - sum(_size(task) for task in left.values())
    lost: list[int] = []

    def tell(done: int) -> None:
        progress.advance(before + done)

    try:
        for at, record, error in crew.run({at: left[at] for at in numbers}, collected.wants, tell):
            if isinstance(error, BrokenProcessPool):
                lost.append(at)
            elif record is not None:
                collected.add(left.pop(at), record)
            elif error is not None:
                collected.fail(left.pop(at), error)
    except BaseException:
        crew.stop()
        raise
    if crew.broken:
        crew.stop()
        if not lost and all(at in left for at in numbers):
            return [numbers[0]]  # the workers died before they were given anything
    return lost


def _size(task: Task) -> int:
    """World-weeks of a task."""
    return len(task.seeds) * int(task.scenario["weeks"])
