"""The helper that compiles ahead of need: it compiles what is needed, and nothing depends on it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim import ahead
from sim.kernels import jit
from sim.kernels.jit import _CheckedFiles

KINDS = ("rotation", "incentives", "mentorship")

FIRST_WEEK = """
from sim.kernels import jit
from sim.scenario import Scenario
from sim.simulation import Simulation
simulation = Simulation(Scenario.from_dict({}), seeds=[1])
simulation.step()
print(simulation.ensemble.state.digest())
print(sum(sum(kernel.stats.cache_hits.values()) for kernel in jit.MADE))
"""
FORESEEN = f"""
from sim import ahead
from sim.kernels import jit
from sim.scenario import Scenario
from sim.simulation import Simulation
first, later = ahead.seen({KINDS})
for kernel, types in [*first, *later]:
    kernel.compile(types)
before = sum(len(kernel.overloads) for kernel in jit.MADE)
policies = {{kind: {{"kind": kind, "start_week": 0}} for kind in {KINDS}}}
Simulation(Scenario.from_dict({{"policies": policies}}), seeds=[1, 2]).step()
print(len(first), before, sum(len(kernel.overloads) for kernel in jit.MADE))
"""


def python(program: str, **environment: str) -> list[str]:
    """What a program prints that runs in a fresh process, with compiled kernels."""
    fresh = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "COV_"))}
    fresh |= {"PYTHONPATH": str(Path(sim.__file__).parents[1]), **environment}
    done = subprocess.run([sys.executable, "-c", program], env=fresh, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.compiled
def test_a_first_week_needs_no_kernel_that_the_helper_did_not_foresee() -> None:
    first, before, after = map(int, python(FORESEEN, **{ahead.HELPER_VARIABLE: "0"}))
    assert first > 20
    assert after == before


@pytest.mark.compiled
def test_a_cold_run_loads_what_its_helper_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ahead.HELPER_VARIABLE, raising=False)
    alone = python(FIRST_WEEK, **{ahead.HELPER_VARIABLE: "0"})
    helped = python(FIRST_WEEK, **{jit.CACHE_VARIABLE: str(tmp_path)})
    assert helped[0] == alone[0]
    assert int(helped[1]) > (3 if ahead._can_help() else -1)
    assert not list(tmp_path.rglob(ahead.CLAIM)), "the end of the run did not end its helper"


@pytest.mark.compiled
def test_a_helper_ends_with_its_parent(tmp_path: Path) -> None:
    helper = subprocess.Popen(
        [sys.executable, "-c", ahead._PROGRAM, "\n".join(sys.path)],
        env=os.environ | {jit.CACHE_VARIABLE: str(tmp_path), ahead.HELPER_VARIABLE: "1"},
        stdin=subprocess.PIPE,
    )
    assert helper.stdin is not None
    helper.stdin.close()  # as the end of the parent does
    assert helper.wait(timeout=60) == 0
    assert len(list(tmp_path.rglob("*.nbi"))) < 20, "it compiled to its end"


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What was started, of two cores in a process that is no worker; nothing is."""
    commands: list[list[str]] = []
    monkeypatch.delenv(ahead.HELPER_VARIABLE, raising=False)
    monkeypatch.setattr(jit, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1}, raising=False)
    monkeypatch.setattr(sys, "executable", "/somewhere/python3")
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: None)
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: commands.append(command))
    monkeypatch.setattr(ahead.atexit, "register", lambda *arguments: None)
    ahead._start.cache_clear()
    return commands


def test_one_helper_starts_for_the_policies_of_the_run(started: list[list[str]]) -> None:
    ahead._start(KINDS)
    ahead._start(KINDS)
    ahead._start(())
    assert [tuple(command[4:]) for command in started] == [KINDS], "a second one started beside the first"


def test_a_helper_that_was_lost_is_replaced(started: list[list[str]], tmp_path: Path) -> None:
    claim = tmp_path / ahead.CLAIM
    claim.touch()
    ahead._start(())
    assert started == []
    ahead._start.cache_clear()
    long_ago = claim.stat().st_mtime - 2 * ahead.LONGEST_HELP
    os.utime(claim, (long_ago, long_ago))
    ahead._start(())
    assert len(started) == 1


@pytest.mark.parametrize("why", ["one core", "a worker", "a helper", "nothing is kept", "frozen", "no Python"])
def test_no_helper_starts_where_it_cannot_help(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "one core":
        monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    elif why == "a worker":
        monkeypatch.setattr(multiprocessing, "parent_process", lambda: "a parent")
    elif why == "a helper":
        monkeypatch.setenv(ahead.HELPER_VARIABLE, "1")
    elif why == "nothing is kept":
        monkeypatch.setattr(jit, "cache_folder", lambda: None)
    elif why == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    else:
        monkeypatch.setattr(sys, "executable", "/somewhere/notepad")
    ahead._start(())
    assert started == []


def test_a_helper_that_cannot_start_is_done_without(started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*command: Any, **options: Any) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", fail)
    ahead._start(())
    assert started == [], "and nothing was raised"


def test_two_that_save_at_once_never_mix_up_their_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (_CheckedFiles(str(tmp_path), "kernel", "stamp") for _ in range(2))
    one.save(("int64",), "for integers")
    with monkeypatch.context() as patched:
        patched.setattr(other, "_load_index", dict)  # read before the first was saved
        other.save(("float32",), "for floats")
    assert one.load(("int64",)) in (None, "for integers")
    assert one.load(("float32",)) == "for floats"
