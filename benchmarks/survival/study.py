"""The study that is disturbed, and what is asked of its folder afterwards."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import runner, shelf, turns, workers
from experiments.records import records_of
from experiments.runner import Outcome, run_wanted
from experiments.store import RECORD, Store, Wanted, merging
from experiments.study import Arm, Study
from experiments.tables import write_tables
from experiments.workers import Machine, Task
from sim.scenario import Scenario

LOG = "log"
BLOCK_RUNS, BATCH = 50, 10
"""Small blocks and batches, so that a small study has many of both."""


class Quiet:
    """Progress that says nothing."""

    def start(self, total: int) -> None:
        """Do nothing."""

    def advance(self, done: int) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        """Do nothing."""


def study(arms: int = 10, seeds: int = 100, people: int = 12, weeks: int = 4) -> Study:
    """A baseline and coverages of rotation in a small organization: 1,000 runs where nothing else is said."""
    organization = {"kind": "synthetic", "people": people, "departments": 3, "topics": 4, "sources": 3}
    chosen = []
    for at in range(arms):
        rotation = {"kind": "rotation", "coverage": 0.05 * at, "start_week": 1}
        policies = {"rotation": rotation} if at else {}
        scenario = Scenario.from_dict({"organization": organization, "weeks": weeks, "policies": policies})
        chosen.append(Arm(f"arm{at}", f"Arm {at}", scenario, "arm0" if at else None))
    return Study("survival", "Does it survive?", tuple(chosen), tuple(range(1, seeds + 1)))


def small_blocks() -> None:
    """Close blocks and cut batches early, and merge as few as two."""
    shelf.BLOCK_RUNS = BLOCK_RUNS
    merging.FEW = 2
    runner.MOST_WORLDS = BATCH


def sweep(folder: Path, asked: Study, *, order: int = 0) -> Outcome:
    """Run what is missing, the scenarios in another order for another number, and note every run that was made."""
    wanted = Wanted.of(asked)
    turned = wanted[order % len(wanted) :] + wanted[: order % len(wanted)]
    count_runs(folder)
    return run_wanted(Store(folder), turned, Machine(), Quiet())


def count_runs(folder: Path) -> None:
    """Let every run that is made from now on be noted in a file, by a write that the system keeps whole."""
    simulate = getattr(workers, "uncounted", workers.simulate)
    workers.uncounted = simulate  # type: ignore[attr-defined]
    folder.mkdir(parents=True, exist_ok=True)

    def counted(task: Task, on_week: Callable[[int], None] | None = None) -> Any:
        runs = simulate(task, on_week)
        log = REAL_OPEN(folder / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        REAL_WRITE(log, "".join(f"{os.getpid()} {task.identity} {seed}\n" for seed in task.seeds).encode())
        os.close(log)
        return runs

    workers.simulate = turns.simulate = counted


REAL_OPEN, REAL_WRITE = os.open, os.write
"""As they are where nothing fails."""


@dataclass(frozen=True)
class State:
    """What is in a folder.

    Attributes:
        lost: wanted runs that are not in the store.
        twice: runs that are in it more than once.
        damaged: blocks that cannot be used.
        made: how many runs were made in all.
        files: how many files the store has.
    """

    lost: int
    twice: int
    damaged: int
    made: int
    files: int


def state(folder: Path, asked: Study) -> State:
    """Look at a folder as somebody does who comes new to it."""
    store = Store(folder)
    store.verify(each.key for each in Wanted.of(asked))
    times = Counter((g.facts.identity, seed) for _, g in store.index.everything() for seed in g.seeds)
    log = folder / LOG
    return State(
        lost=sum(len(store.missing(each)) for each in Wanted.of(asked)),
        twice=sum(number - 1 for number in times.values()),
        damaged=len(store.index.damaged),
        made=len(log.read_text().splitlines()) if log.exists() else 0,
        files=sum(path.is_file() for path in store.blocks.rglob("*")),
    )


def tables(folder: Path, asked: Study) -> str:
    """Digest of the tables that the folder's runs give."""
    write_tables(folder, asked, records_of(Store(folder), asked))
    names = ("runs.parquet", "series.parquet")
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()


def in_child(work: Callable[[], Any]) -> int:
    """Start a copy of this process that does some work and ends; gives its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        found = work()
        status = 2 if isinstance(found, Outcome) and found.failed else 0
    except KeyboardInterrupt:
        status = 130
    except OSError:
        status = 3
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """Wait for a child; its exit status, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def warm_up(asked: Study) -> None:
    """Load the kernels and modules that children need, so that they begin to work at once."""
    import pyarrow.parquet  # noqa: F401

    for arm in asked.arms[:2]:
        workers.simulate(Task(0, arm.scenario.to_dict(), arm.identity, (1, 2), RECORD, Machine()))


def undisturbed(folder: Path, asked: Study) -> str:
    """Digest of the tables of a study that nothing happened to. In a child, which leaves no threads behind here."""
    warm_up(asked)
    if ended(in_child(lambda: (sweep(folder, asked), (folder / "digest").write_text(tables(folder, asked))))):
        raise RuntimeError("the undisturbed study failed")
    return (folder / "digest").read_text()


def judged(folder: Path, asked: Study) -> tuple[State, str]:
    """State of a folder and digest of its tables, found out in a child."""
    found = folder / "judged"
    found.unlink(missing_ok=True)

    def judge() -> None:
        here = state(folder, asked)
        digest = "" if here.lost else tables(folder, asked)
        found.write_text(repr((here.lost, here.twice, here.damaged, here.made, here.files, digest)))

    if ended(in_child(judge)):
        raise RuntimeError("the folder cannot be read")
    *numbers, digest = eval(found.read_text())
    return State(*numbers), digest


def table(rows: Sequence[tuple[str, object]]) -> str:
    """Findings as lines."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)
