"""Runs the scenarios of a study over worker processes, and stores each as soon as all its worlds are done.

A task is one scenario over a batch of seeds. Workers are spawned, never forked, and run serial kernels; the
kernels' cache is warmed in this process first, so that they do not all compile at once. A world's bits
depend on its scenario and seed alone, so batches and workers change nothing but the time.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from experiments.store import CorruptBlock, block_key, block_path, read_block, write_block

if TYPE_CHECKING:
    from experiments.study import Arm
    from sim.recorder import Record

MOST_WORLDS = 16
_FEWEST_WORLDS = 8
_CACHE_BYTES = 1_000_000
_TASKS_A_WORKER = 3
_ATTEMPTS = 2
_POLL = 0.1
_GRACE = 1.0


class Progress(Protocol):
    """What the runner tells while it works; see experiments.progress."""

    def start(self, total: int) -> None:
        """Work begins; `total` is in world-weeks."""

    def advance(self, done: int) -> None:
        """So many world-weeks are done in all."""

    def say(self, text: str) -> None:
        """A sentence for the user."""


@dataclass(frozen=True)
class Machine:
    """How the work is spread: worker processes, threads in each, and modules with plug-ins."""

    workers: int = 1
    threads: int = 1
    plugins: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What came of a study: arms already in the store, arms run now, and failures (arm -> reason)."""

    skipped: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One scenario over a batch of seeds, as plain data that can be sent to another process."""

    arm: int
    batch: int
    scenario: dict[str, Any]
    identity: str
    seeds: tuple[int, ...]
    machine: Machine


class Stopped(Exception):
    """A worker was asked to stop."""


def run_arms(
    folder: Path, arms: Sequence[Arm], seeds: Sequence[int], machine: Machine, progress: Progress, *, announce: bool = True
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
    progress.start(sum(len(task.seeds) * todo[task.arm].scenario.weeks for task in tasks))
    collected = _Collected(folder, todo, tasks, outcome, progress)
    if machine.workers == 1 or len(tasks) == 1:
        _run_here(tasks, collected, progress)
    else:
        _run_in_workers(tasks, machine, collected, progress)
    return outcome


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
    except CorruptBlock as error:
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


def simulate(task: Task, on_week: Callable[[int], None] | None = None) -> Record:
    """Run one task from its first week to its last.

    Raises:
        RuntimeError: the user's files changed since the study was checked.
    """
    from sim import OrganizationModel, Scenario

    scenario = Scenario.from_dict(task.scenario)
    if scenario.identity() != task.identity:
        raise RuntimeError("the user's files changed while the study was running")
    model = OrganizationModel(scenario=scenario, seeds=list(task.seeds), threads=task.machine.threads)
    try:
        model.run(on_week)
        return model.record()
    finally:
        model.close()


class _Collected:
    """Gathers batches; writes an arm's block when its last batch is in."""

    def __init__(
        self, folder: Path, arms: Sequence[Arm], tasks: Sequence[Task], outcome: Outcome, progress: Progress
    ) -> None:
        self._folder, self._arms, self._outcome, self._progress = folder, arms, outcome, progress
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
        except Exception as error:  # noqa: BLE001 - one scenario's failure must not hide the others
            collected.fail(task, error)
        else:
            collected.add(task, record)
        done += len(task.seeds) * task.scenario["weeks"]


def _run_in_workers(tasks: Sequence[Task], machine: Machine, collected: _Collected, progress: Progress) -> None:
    """Run tasks over a pool; a pool that breaks is replaced, and what was under way is tried once more."""
    attempts = dict.fromkeys(range(len(tasks)), 0)
    while attempts:
        crew = _Crew.of(machine)
        try:
            broken = crew.run(tasks, attempts, collected, progress)
        except BaseException:
            crew.stop()
            raise
        if broken:
            crew.stop()
        for at in broken:
            attempts[at] += 1
            if attempts[at] >= _ATTEMPTS:
                del attempts[at]
                collected.fail(tasks[at], RuntimeError("its worker process died, perhaps for lack of memory; try workers=1"))


class _Crew:
    """A pool of spawned workers with a shared count of world-weeks done and a shared sign to stop.

    It is kept for the next study of this process, since workers take seconds to start.
    """

    _kept: ClassVar[_Crew | None] = None

    def __init__(self, machine: Machine) -> None:
        warm()
        context = multiprocessing.get_context("spawn")
        self._machine = machine
        self._before = set(multiprocessing.active_children())
        self._done = context.Value("q", 0)
        self._stop = context.Event()
        self._pool = ProcessPoolExecutor(
            machine.workers, context, initializer=_start_worker, initargs=(self._done, self._stop, machine.plugins)
        )

    @classmethod
    def of(cls, machine: Machine) -> _Crew:
        """The crew that was kept, if it is of this kind, or a new one."""
        if cls._kept is None or cls._kept._machine != machine:
            close_workers()
            cls._kept = cls(machine)
        return cls._kept

    def run(
        self, tasks: Sequence[Task], attempts: dict[int, int], collected: _Collected, progress: Progress
    ) -> list[int]:
        """Run the tasks in `attempts`, removing those that end; gives those whose worker died."""
        self._done.value = 0
        waiting: dict[Future[Record], int] = {self._pool.submit(_work, tasks[at]): at for at in attempts}
        broken: list[int] = []
        while waiting:
            ended, _ = wait(waiting, timeout=_POLL, return_when=FIRST_COMPLETED)
            progress.advance(self._done.value)
            for future in ended:
                at = waiting.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    broken.append(at)
                    continue
                del attempts[at]
                if error is None:
                    collected.add(tasks[at], future.result())
                else:  # one scenario's failure must not hide the others
                    collected.fail(tasks[at], error)
        return broken

    def close(self) -> None:
        """Let idle workers end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """End now: ask, wait a moment, then end what has not listened."""
        _Crew._kept = None
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        own = [process for process in multiprocessing.active_children() if process not in self._before]
        deadline = time.monotonic() + _GRACE
        for process in own:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.terminate()


def close_workers() -> None:
    """End the workers that were kept."""
    if _Crew._kept is not None:
        _Crew._kept.close()
        _Crew._kept = None


def warm() -> None:
    """Fill the kernels' cache, so that workers load instead of compiling all at once."""
    from sim import OrganizationModel, Scenario

    tiny = {"organization": {"kind": "synthetic", "people": 8, "departments": 2, "topics": 4, "sources": 2}, "weeks": 2}
    model = OrganizationModel(scenario=Scenario.from_dict(tiny), seeds=[1])
    model.run()
    model.close()


_shared: dict[str, Any] = {}


def _start_worker(done: Any, stop: Any, plugins: tuple[str, ...]) -> None:
    """Prepare a worker: Ctrl-C is the parent's business, plug-ins are registered here too."""
    from experiments.plugins import load_plugins

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shared.update(done=done, stop=stop)
    load_plugins(plugins)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(task: Task) -> Record:
    """Run a task in a worker, counting weeks."""
    counted, stop = _shared["done"], _shared["stop"]

    def on_week(week: int) -> None:
        if stop.is_set():
            raise Stopped
        with counted.get_lock():
            counted.value += len(task.seeds)

    return simulate(task, on_week)


def default_workers() -> int:
    """One worker a processor that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
