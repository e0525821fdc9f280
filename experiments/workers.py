"""Worker processes that simulate: spawned, never forked, each with serial kernels and its own Python.

They start while the command line is still being read, since they take a second. Where the kernels' cache is cold it
is filled by one process first, so that workers load instead of compiling all at once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from experiments.launching.launchers import Launcher
    from experiments.store.details import Detail
    from experiments.store.packing import Runs

T = TypeVar("T")
R = TypeVar("R")
POLL = 0.1
_GRACE = 1.0


@dataclass(frozen=True)
class Machine:
    """How the work is spread: worker processes, threads in each, and modules with plug-ins.

    Attributes:
        launcher: who starts jobs, each of which has so many workers; None for workers of this process.
    """

    workers: int = 1
    threads: int = 1
    plugins: tuple[str, ...] = ()
    launcher: Launcher | None = None


@dataclass(frozen=True)
class Task:
    """One scenario over a batch of seeds, as plain data that can be sent to another process.

    Attributes:
        wanted: number of the scenario among those that are wanted.
    """

    wanted: int
    scenario: dict[str, Any]
    identity: str
    seeds: tuple[int, ...]
    detail: Detail
    machine: Machine

    @property
    def size(self) -> int:
        """World-weeks."""
        return len(self.seeds) * int(self.scenario["weeks"])


class StoppedError(Exception):
    """A worker was asked to stop."""


class FailedError(Exception):
    """A task failed in a worker: the reason as text, since not every error of a plug-in can be sent."""


def reason_of(error: BaseException) -> str:
    """Why a task failed, in words."""
    if isinstance(error, FailedError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def simulate(task: Task, on_week: Callable[[int], None] | None = None) -> Runs:
    """Run one task from its first week to its last, and give what is kept of its worlds.

    Raises:
        RuntimeError: files of the organization or a plug-in changed since the study was checked, or are others here.
    """
    from experiments.store.packing import pack
    from sim.scenario import Scenario
    from sim.simulation import Simulation

    scenario = Scenario.from_dict(task.scenario)
    if scenario.identity() != task.identity:
        raise RuntimeError(
            "the organization's files or a plug-in are not what they were when the study was checked; if they changed "
            "meanwhile, the same command takes them as they are now"
        )
    simulation = Simulation(scenario, list(task.seeds), threads=task.machine.threads)
    try:
        simulation.run(on_week)
        return pack(scenario, task.identity, simulation.record(), task.detail)
    finally:
        simulation.close()


class Crew:
    """A pool of spawned workers with a shared count of world-weeks done and a shared sign to stop.

    It is kept for the next study of this process, since workers take seconds to start.

    Attributes:
        broken: whether a worker was lost, after which nothing more is handed out.
    """

    _kept: ClassVar[Crew | None] = None

    def __init__(self, machine: Machine) -> None:
        self.broken = False
        context = multiprocessing.get_context("spawn")
        self._machine = machine
        self._before = set(multiprocessing.active_children())
        self._done = context.Value("q", 0)
        self._stop = context.Event()
        self._pool = ProcessPoolExecutor(
            machine.workers, context, initializer=_start_worker, initargs=(self._done, self._stop, machine.plugins)
        )
        try:
            for _ in range(machine.workers):
                self._start(_load)
        except BaseException:
            self.stop(grace=0.0)
            raise

    @classmethod
    def of(cls, machine: Machine) -> Crew:
        """The crew that was kept, if it is of this kind, or a new one."""
        if cls._kept is None or cls._kept._machine != machine:
            close_workers()
            cls._kept = cls(machine)
        return cls._kept

    def run(
        self, tasks: Sequence[int], take: Callable[[int], Task | None], tell: Callable[[int], None]
    ) -> Iterator[tuple[int, Runs | None, BaseException | None]]:
        """Run tasks, and give each as it ends: its number, and its runs or why there are none.

        No more tasks are handed out than there are workers, so that a lost worker leaves in doubt only what was
        running. Tasks that were never handed out are not given; see `broken`.

        Args:
            tasks: their numbers.
            take: what is to be run of a task, asked just before it is started; None for nothing.
            tell: called often with the number of world-weeks done so far in this run.
        """
        fill_cache()
        self._done.value = 0
        left = iter(tasks)
        waiting: dict[Future[Runs], int] = {}
        self._hand_out(left, take, waiting)
        while waiting:
            ended, _ = wait(waiting, timeout=POLL, return_when=FIRST_COMPLETED)
            tell(self._done.value)
            good = []
            for future in ended:
                at, error = waiting.pop(future), future.exception()
                self.broken |= isinstance(error, BrokenProcessPool)
                if error is None:
                    good.append((at, future.result()))
                else:
                    yield at, None, error
            self._hand_out(left, take, waiting)  # before runs are written, so that no worker waits for it
            for at, runs in good:
                yield at, runs, None

    def _hand_out(
        self, left: Iterator[int], take: Callable[[int], Task | None], waiting: dict[Future[Runs], int]
    ) -> None:
        """Give every idle worker a task."""
        while not self.broken and len(waiting) < self._machine.workers:
            at, task = next(((at, task) for at in left if (task := take(at)) is not None), (-1, None))
            if task is None:
                return
            try:
                waiting[self._start(_work, task)] = at
            except BrokenProcessPool:
                self.broken = True

    def share_out(self, work: Callable[[T], R], items: Sequence[T]) -> Iterable[R]:
        """Call a function that can be sent on every item, in the workers that have nothing else to do."""
        given = [(item, self._submit(work, item)) for item in items]
        return (self._result(work, item, future) for item, future in given)

    def _submit(self, work: Callable[[T], R], item: T) -> Future[R] | None:
        try:
            return self._start(work, item)
        except BrokenProcessPool:
            return None

    def _start(self, work: Callable[..., R], *given: Any) -> Future[R]:
        """Hand something to the pool, which may start a worker for it: one that Ctrl-C never reaches."""
        with _interrupts_held():
            return self._pool.submit(work, *given)

    @staticmethod
    def _result(work: Callable[[T], R], item: T, future: Future[R] | None) -> R:
        """What a worker made of an item; made here where the worker is gone."""
        if future is not None:
            with suppress(BrokenProcessPool):
                return future.result()
        return work(item)

    def close(self) -> None:
        """Let idle workers end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def stop(self, grace: float = _GRACE) -> None:
        """End now: ask, wait so many seconds, then end what has not listened."""
        Crew._kept = None
        self._stop.set()
        manager = getattr(self._pool, "_executor_manager_thread", None)
        self._pool.shutdown(wait=False, cancel_futures=True)
        own = [process for process in multiprocessing.active_children() if process not in self._before]
        deadline = time.monotonic() + grace
        for process in own:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.terminate()
        if manager is not None:
            manager.join(_GRACE)  # Python may trip over a thread of the pool that ends while it ends itself


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C for a moment: processes that are started meanwhile hold it back for good.

    They could say so themselves, but only after their Python has started, and until then would end with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_workers(machine: Machine) -> None:
    """Start the workers that a study will need, if it will need any."""
    if machine.workers > 1 and machine.launcher is None:
        Crew.of(machine)


def close_workers() -> None:
    """End the workers that were kept."""
    if Crew._kept is not None:
        Crew._kept.close()
        Crew._kept = None


def stop_workers() -> None:
    """End the workers that were kept, whatever they are doing."""
    if Crew._kept is not None:
        Crew._kept.stop(grace=0.0)


def share_out(machine: Machine) -> Callable[[Callable[[T], R], Sequence[T]], Iterable[R]]:
    """Who does other work than simulating: the workers that were kept, or this process."""
    crew = Crew._kept
    return crew.share_out if crew is not None and crew._machine == machine and not crew.broken else map


def fill_cache() -> None:
    """Compile the kernels that most runs need, unless they are in the cache or none are kept."""
    from sim.kernels.jit import warm_mark

    mark = warm_mark()
    if mark is not None and not mark.exists():
        warm()
        with suppress(OSError):
            mark.touch()


def warm() -> None:
    """Load the kernels that most runs need: a tiny organization goes through every built-in policy."""
    from sim.ahead import tiny
    from sim.policies import POLICIES
    from sim.simulation import Simulation

    simulation = Simulation(tiny(POLICIES.built_in), seeds=[1])
    simulation.run()
    simulation.close()


_shared: dict[str, Any] = {}


def _start_worker(done: Any, stop: Any, plugins: tuple[str, ...]) -> None:
    """Prepare a worker: Ctrl-C is the parent's business, plug-ins are registered here too."""
    from experiments.plugins import load_plugins

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shared.update(done=done, stop=stop)
    load_plugins(plugins)


def _load() -> None:
    """Import what simulating needs, and load its kernels if they are compiled."""
    import sim.simulation  # noqa: F401
    from sim.kernels.jit import warm_mark

    mark = warm_mark()
    if mark is not None and mark.exists():
        warm()


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(task: Task) -> Runs:
    """Run a task in a worker, counting weeks."""
    counted, stop = _shared["done"], _shared["stop"]

    def on_week(week: int) -> None:
        if stop.is_set():
            raise StoppedError
        with counted.get_lock():
            counted.value += len(task.seeds)

    try:
        return simulate(task, on_week)
    except StoppedError:
        raise
    except Exception as error:
        raise FailedError(reason_of(error)) from None


def default_workers() -> int:
    """One worker a processor that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
