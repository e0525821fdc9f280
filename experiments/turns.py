"""Some tasks run once, here or in worker processes, whatever becomes of the workers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from experiments.workers import Crew, Machine, Task, simulate

if TYPE_CHECKING:
    from experiments.store.packing import Runs


class Work(Protocol):
    """Whose tasks they are."""

    def take(self, task: Task) -> Task | None:
        """What is to be run of a task; None for nothing."""

    def advance(self, done: int) -> None:
        """So many world-weeks of this turn are done."""

    def add(self, task: Task, runs: Runs) -> None:
        """A task is done."""

    def fail(self, task: Task, error: BaseException) -> None:
        """A task cannot be done."""


class Turn:
    """One turn over some tasks; those that ended, failed or are somebody else's are taken out of `left`."""

    def __init__(self, work: Work, tasks: Sequence[Task]) -> None:
        self._work, self._tasks = work, list(tasks)
        self._left = dict.fromkeys(range(len(tasks)))
        self._done = 0

    def take(self, at: int) -> Task | None:
        """What is to be run of a task."""
        taken = self._work.take(self._tasks[at])
        if taken is None:
            self._end(at)
        else:
            self._done += self._tasks[at].size - taken.size
            self._tasks[at] = taken
        return taken

    def run_here(self) -> None:
        """Run tasks one after another in this process."""
        for at in range(len(self._tasks)):
            task = self.take(at)
            if task is None:
                continue

            def on_week(week: int, before: int = self._done, worlds: int = len(task.seeds)) -> None:
                self._work.advance(before + worlds * week)

            try:
                runs = simulate(task, on_week)
            except Exception as error:
                self._work.fail(task, error)
            else:
                self._work.add(task, runs)
            self._end(at)

    def run_in_workers(self, machine: Machine) -> None:
        """Run tasks over a crew; after a lost worker, what was running is tried once more, each task alone.

        Alone, because nobody knows which of the running tasks took the worker down; at once, so that the other batches
        of a scenario that kills its workers are never started.
        """
        while self._left:
            for at in self._with_crew(list(self._left), machine):
                while at in self._left:
                    if self._with_crew([at], replace(machine, workers=1)) and at in self._left:
                        reason = "its worker process died, perhaps for lack of memory; try workers=1"
                        self._work.fail(self._tasks[at], RuntimeError(reason))
                        self._end(at)

    def _with_crew(self, numbers: Sequence[int], machine: Machine) -> list[int]:
        """Run tasks until all are done or a worker is lost.

        Returns:
            The tasks that were running when a worker was lost.
        """
        crew = Crew.of(machine)
        before, ended = self._done, 0
        lost: list[int] = []

        def tell(done: int) -> None:
            self._work.advance(max(self._done, before + done))

        try:
            for at, runs, error in crew.run(numbers, self.take, tell):
                if isinstance(error, BrokenProcessPool):
                    lost.append(at)
                    continue
                ended += 1
                if runs is not None:
                    self._work.add(self._tasks[at], runs)
                elif error is not None:
                    self._work.fail(self._tasks[at], error)
                self._end(at)
        except BaseException:
            crew.stop()
            raise
        if crew.broken:
            crew.stop()
            if not lost and not ended and numbers[0] in self._left:
                return [numbers[0]]  # the workers died before they were given anything
        return lost

    def _end(self, at: int) -> None:
        """A task needs nothing more of this turn."""
        if at in self._left:
            del self._left[at]
            self._done += self._tasks[at].size
