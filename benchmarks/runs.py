"""P4: whole runs of small worlds, in worker processes as a sweep makes them, and in other frameworks one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import worlds
from benchmarks.field import entering, field_of, seconds_of_run, size_of, title_of
from benchmarks.figures import Findings
from benchmarks.progress import say
from benchmarks.timing import in_turn
from experiments.runner import run_wanted
from experiments.store import Store, Wanted
from experiments.study import Arm
from experiments.workers import Machine, close_workers

PEOPLE, WEEKS, MORE_TOPICS, CORES = 500, 260, 24, 2


class Silence:
    """Progress that says nothing."""

    def start(self, total: int) -> None:
        """Do nothing."""

    def advance(self, done: int) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        """Do nothing."""


def sweeping(people: int, topics: int, weeks: int, runs: int, workers: int) -> Callable[[], None]:
    """A call that runs one scenario in so many worlds, and stores it."""
    arm = Arm("all", "All", worlds.scenario(people, topics, weeks))

    def sweep() -> None:
        with tempfile.TemporaryDirectory() as folder:
            wanted = [Wanted(arm, tuple(range(1, runs + 1)))]
            outcome = run_wanted(Store(Path(folder)), wanted, Machine(workers), Silence())
        if outcome.finished != ["all"]:
            raise RuntimeError(f"the runs failed: {outcome.failed}")

    return sweep


def measure(*, small: bool) -> Findings:
    """Measure runs a second."""
    people, weeks, runs, rounds = (24, 20, 4, 1) if small else (PEOPLE, WEEKS, 96, 4)
    alone = max(2, runs // 6)
    found = Findings("p4")
    calls = {
        "two": sweeping(people, 8, weeks, runs, CORES),
        "more topics": sweeping(people, MORE_TOPICS, weeks, runs, CORES),
        "one": sweeping(people, 8, weeks, alone, 1),
    }
    say("p4", f"{runs} runs of {weeks} weeks in two processes, {rounds} rounds")
    times = in_turn(calls, rounds, patience=60.0)
    close_workers()
    rates = tuple(runs / seconds for seconds in times["two"].samples)
    ours = max(rates)
    found.samples("8 topics, two processes", ours, rates, "runs/s", goal="p4 runs")
    name = f"{MORE_TOPICS} topics against 8, two processes"
    found.ratio(name, times["more topics"], times["two"], "times the time", goal="p4 24 topics")
    rates = tuple(alone / seconds for seconds in times["one"].samples)
    found.samples("8 topics, one process, one batch", max(rates), rates, "runs/s")
    for contender in field_of(found, side_by_side=True):
        say("p4", f"one run in {contender.name}")
        with entering(found, contender):
            rate = 1.0 / seconds_of_run(contender, size_of(people), weeks)
            found.value(f"{title_of(contender)}, one process", rate, "runs/s", note=f"one run; {contender.work}")
            note = "two processes of ours against twice the other's rate"
            found.value(f"against {title_of(contender)}", ours / (CORES * rate), "times as fast", note=note)
    return found
