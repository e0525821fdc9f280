"""Runs what is wanted and not in the store yet, and stores it in blocks while it goes on.

A task is one scenario over a batch of seeds. A world's bits depend on its scenario and seed alone, so batches, workers,
blocks, and who else works in the same folder change nothing but the time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from experiments.shelf import Shelf
from experiments.store.claims import place_of
from experiments.store.notes import notes
from experiments.store.wanted import Wanted, united
from experiments.turns import Turn
from experiments.workers import Machine, Task, reason_of

if TYPE_CHECKING:
    from experiments.store import Store
    from experiments.store.claims import Claims
    from experiments.store.packing import Runs
    from experiments.study import Arm

MOST_WORLDS = 64
"""Worlds share what calling a kernel costs: 32 of 500 people run a tenth faster than 16, and 64 hardly faster."""

PATIENCE = 0.25
"""Seconds between two looks at what another process is still running."""

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
    """What came of it, by names of arms: those that were in the store, those that are now, and failures with reasons.

    Attributes:
        runs: how many runs this process made.
    """

    skipped: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    runs: int = 0


def run_wanted(
    store: Store,
    wanted: Sequence[Wanted],
    machine: Machine,
    progress: Progress,
    *,
    announce: bool = True,
    told: set[str] | None = None,
) -> Outcome:
    """Run what the store does not hold yet, and store it: in workers, or in jobs of the machine's launcher.

    What another process is running is waited for.

    Args:
        announce: whether to say how much is in the store already.
        told: what was noted of stored results before, and is not said again; what is noted now is added.

    Raises:
        KeyboardInterrupt: the user stopped; runs that were finished are in the store.
        OSError: the folder cannot be written; what was stored before is whole.
    """
    with store.claims() as claims:
        store.clear(claims)
        store.refresh()
        once = united(wanted)
        for cause in store.mend(once, claims):
            progress.say(f"A block of stored results is damaged ({cause}); what cannot be read of it is run again.")
        left = {each.key: len(store.missing(each)) for each in once}
        if announce:
            _say_stored(wanted, left, store, progress)
        work = _Work(store, claims, once, machine, progress)
        if any(left.values()):
            told = set() if told is None else told
            for note in notes(store, [each for each in once if left[each.key]]):
                if note not in told:
                    progress.say(note)
                told.add(note)
            if machine.launcher is None:
                _run_all(work)
            else:
                work.launch()
        store.tidy(claims)
        return work.outcome(wanted, left)


def _run_all(work: _Work) -> None:
    """Run until nothing is missing; on the way out, store what is done."""
    try:
        while tasks := work.tasks():
            if not work.run(tasks) and work.tasks():
                work.wait()
        work.shelf.store()
    except OSError:
        raise
    except BaseException:
        with suppress(OSError):
            work.shelf.store()
        raise


def _say_stored(wanted: Sequence[Wanted], left: dict[tuple[str, str], int], store: Store, progress: Progress) -> None:
    """Say how much the store holds already."""
    done = sum(not left[each.key] for each in wanted)
    runs = sum(len(each.seeds) for each in wanted)
    stored = runs - sum(len(store.missing(each)) for each in wanted)
    if stored > sum(len(each.seeds) for each in wanted if not left[each.key]):
        progress.say(f"{stored} of {runs} runs already done.")
    elif done:
        progress.say(already_done(done, len(wanted)))


def already_done(done: int, scenarios: int) -> str:
    """How much of a study the store holds, in a sentence."""
    if done == scenarios:
        return "Already done; the results are taken from the store."
    return f"{done} of {scenarios} scenarios already done."


def _say_cold(progress: Progress) -> None:
    """Say why the first run waits before its first week."""
    from sim.kernels.jit import is_cold

    if is_cold():
        progress.say("First the model is compiled for this machine. That takes some ten seconds, once.")


def batches(seeds: Sequence[int], runs: int, world_bytes: int, workers: int) -> list[tuple[int, ...]]:
    """Seeds in even batches: as many worlds together as fit the cache, fewer where workers would stand idle.

    Args:
        runs: how many are to be made in all, of this scenario and the others.
    """
    most = max(1, min(MOST_WORLDS, _CACHE_BYTES // max(1, world_bytes)))
    wanted = -(-runs // (_TASKS_A_WORKER * workers))
    size = max(min(most, wanted), min(most, _FEWEST_WORLDS))
    count = -(-len(seeds) // size)
    cuts = [len(seeds) * at // count for at in range(count + 1)]
    return [tuple(seeds[first:last]) for first, last in itertools.pairwise(cuts)]


class _Work:
    """What is to be run, what is running, and what came of it.

    Attributes:
        shelf: runs that are done and not in a block yet.
        failed: number of a scenario -> why it cannot be finished.
    """

    def __init__(
        self, store: Store, claims: Claims, wanted: Sequence[Wanted], machine: Machine, progress: Progress
    ) -> None:
        self._store, self._claims, self._wanted = store, claims, wanted
        self._machine, self._progress = machine, progress
        self.shelf = Shelf(store, claims, wanted)
        self.failed: dict[int, str] = {}
        self._total = self._before = self._runs = 0
        self._waiting = False
        self._bytes: dict[str, int] = {}

    def launch(self) -> None:
        """Have jobs of a launcher run all that is missing."""
        from experiments.launching.driver import launch

        done = launch(self._store, self._claims, self._wanted, self._machine, self.tasks, self._progress)
        numbers = {each.key: at for at, each in enumerate(self._wanted)}
        self.failed = {numbers[key]: reason for key, reason in done.failed.items()}
        self._runs += done.runs

    def tasks(self, workers: int | None = None) -> list[Task]:
        """Everything that is still missing, a scenario's batches together, so that whole scenarios are stored early.

        Args:
            workers: who share the work; those of the machine by default.
        """
        workers = self._machine.workers if workers is None else workers
        self._store.refresh()
        missing = {
            at: seeds
            for at, each in enumerate(self._wanted)
            if at not in self.failed and (seeds := self.shelf.missing(each))
        }
        tasks, runs = [], sum(map(len, missing.values()))
        for at, seeds in missing.items():
            each = self._wanted[at]
            data = each.arm.scenario.to_dict()
            cut = batches(seeds, runs, self._world_bytes(each.arm), workers)
            tasks += [Task(at, data, each.arm.identity, batch, each.detail, self._machine) for batch in cut]
        return tasks

    def run(self, tasks: Sequence[Task]) -> int:
        """Run those tasks that nobody else is running; says how many runs that were."""
        left = sum(task.size for task in tasks)
        if not self._total:
            _say_cold(self._progress)
            self._total = left
            self._progress.start(left)
        self._before, made = max(0, self._total - left), self._runs
        turn = Turn(self, tasks)
        if self._machine.workers == 1 or len(tasks) == 1:
            turn.run_here()
        else:
            turn.run_in_workers(self._machine)
        return self._runs - made

    def wait(self) -> None:
        """Wait for another process, which is running all that is left."""
        self.shelf.store()
        if not self._waiting:
            self._progress.say("Another process is running the rest in this folder; waiting for it.")
            self._waiting = True
        time.sleep(PATIENCE)

    def take(self, task: Task) -> Task | None:
        """Claim a task: what of it is missing and nobody else is running; None for nothing."""
        if task.wanted in self.failed:
            return None
        each = self._wanted[task.wanted]
        granted = self._claims.take(place_of(each.key, seed) for seed in task.seeds)
        seeds = tuple(seed for seed, own in zip(task.seeds, granted, strict=True) if own)
        if seeds:
            self._store.refresh()  # who held these claims before may have stored the runs
            missing = self.shelf.missing(replace(each, seeds=seeds))
            self._claims.release(place_of(each.key, seed) for seed in set(seeds) - set(missing))
            seeds = missing
        return replace(task, seeds=seeds) if seeds else None

    def advance(self, done: int) -> None:
        """Tell how many world-weeks of this turn are done."""
        self._progress.advance(min(self._total, self._before + done))

    def add(self, task: Task, runs: Runs) -> None:
        """Take the runs of a task; what others of the same scenario did is stored whatever becomes of this one."""
        self._runs += len(runs.seeds)
        self.shelf.add(task.wanted, runs)

    def fail(self, task: Task, error: BaseException) -> None:
        """Note that a scenario cannot be finished; the others go on."""
        each = self._wanted[task.wanted]
        self._claims.release(place_of(each.key, seed) for seed in task.seeds)
        if task.wanted not in self.failed:
            self.failed[task.wanted] = reason = reason_of(error)
            self._progress.say(f"{each.arm.title} failed: {reason}")

    def outcome(self, wanted: Sequence[Wanted], left: dict[tuple[str, str], int]) -> Outcome:
        """What came of it for everybody who wanted something."""
        reasons = {self._wanted[at].key: reason for at, reason in self.failed.items()}
        outcome = Outcome(runs=self._runs)
        for each in wanted:
            if not left[each.key]:
                outcome.skipped.append(each.arm.name)
            elif each.key in reasons and self._store.missing(each):
                outcome.failed[each.arm.name] = reasons[each.key]
            else:
                outcome.finished.append(each.arm.name)
        return outcome

    def _world_bytes(self, arm: Arm) -> int:
        """Size of one world's mastery in float32, which decides how many worlds share the cache."""
        from sim.build import prepare

        if arm.identity not in self._bytes:
            organization = arm.scenario.organization
            loaded = prepare(arm.scenario).organization
            people = len(loaded.seats) if loaded is not None else organization.people
            self._bytes[arm.identity] = int(people) * organization.topics * 4
        return self._bytes[arm.identity]
