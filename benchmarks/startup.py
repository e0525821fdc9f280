"""P6: from the command to the first week done, in fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Findings
from benchmarks.progress import say
from benchmarks.timing import Times, in_turn
from benchmarks.worlds import POLICIES

ROOT = Path(__file__).parents[1]
CACHE = "WATERCOOLER_CACHE"
RUN = ("run", "scenario=together", *(f"policies.{kind}.start_week=0" for kind in POLICIES), "challenges.arrivals=0",
       "seed=1", "workers=1")  # fmt: skip
"""A run in which every policy acts in the first week, without challenges, as in all other sections."""

UNTIL_FIRST_WEEK = """
import os, sys
from experiments.cli import main
from sim.plan import Plan
step = Plan.step
def only_once(plan):
    step(plan)
    os._exit(42)
Plan.step = only_once
main(sys.argv[1:])
"""
FIRST_WEEK_IN_PYTHON = f"""
from sim import OrganizationModel, Scenario
kinds = {POLICIES}
world = {{"challenges": {{"arrivals": 0}}, "policies": {{kind: {{"kind": kind, "start_week": 0}} for kind in kinds}}}}
OrganizationModel(Scenario.from_dict(world)).step()
"""
DONE = 42
"""What the process returns that ends after its first week."""


def python(*words: str, expected: int = 0, **environment: str) -> None:
    """Run Python in a fresh process, from the repository's folder.

    Raises:
        RuntimeError: it failed.
    """
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode != expected:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def command(*words: str) -> None:
    """Run the program's own command in a fresh process."""
    python("-m", "experiments.cli", *words)


def first_week(out: str, **environment: str) -> None:
    """Run the command until its first week is done."""
    python("-c", UNTIL_FIRST_WEEK, *RUN, f"out={out}", expected=DONE, **environment)


def cold(out: str) -> Callable[[], None]:
    """A call that does so with no compiled kernel at hand."""

    def run() -> None:
        with tempfile.TemporaryDirectory() as cache:
            first_week(out, **{CACHE: cache})

    return run


def measure(*, small: bool) -> Findings:
    """Time fresh processes."""
    found = Findings("p6")
    with tempfile.TemporaryDirectory() as out:
        calls: dict[str, Callable[[], object]] = {
            "empty": lambda: python("-c", ""),
            "help": lambda: command("--help"),
            "first week": lambda: first_week(out),
            "python": lambda: python("-c", FIRST_WEEK_IN_PYTHON),
        }
        say("p6", "warm starts")
        times = in_turn(calls, 1 if small else 7)
        _add(found, "watercooler --help", times["help"], "p6 help")
        _add(found, "watercooler run, to the first week done", times["first week"], "p6 first week")
        _add(found, "the same from Python, to its end", times["python"], "")
        _add(found, "Python alone, doing nothing", times["empty"], "")
        if not small:
            say("p6", "cold starts")
            starts = in_turn({"cold": cold(out)}, 2)["cold"]
            _add(found, "watercooler run, to the first week done, no compiled kernels", starts, "p6 cold")
    return found


def _add(found: Findings, name: str, times: Times, goal: str) -> None:
    found.time(name, times, "s", goal=goal, note=f"median {times.median:.2f} s")
