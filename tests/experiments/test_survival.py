"""Small versions of what benchmarks/survival measures: kills, failing disks, broken files, several sweeps at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.survival import study as survival
from experiments.results import assembling
from experiments.runner import run_wanted
from experiments.store import Store, Wanted
from experiments.store.claims import Claims, place_of
from experiments.workers import Machine

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")


MEASURING = """
import json, sys
from importlib import import_module
from benchmarks.survival import study
study.BLOCK_RUNS, study.BATCH = 6, 3
given, named = json.loads(sys.argv[2])
print(json.dumps(import_module(f"benchmarks.survival.{sys.argv[1]}").measure(*given, **named)))
"""


def measured(part: str, *given: int, **named: int) -> dict[str, int]:
    """What a part of the bench measures, in a process of its own: one that forks should have no threads."""
    words = [sys.executable, "-c", MEASURING, part, json.dumps([given, named])]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_kills_lose_nothing_and_repeat_a_block_at_most() -> None:
    found = measured("kills", 6, arms=2, seeds=12)
    assert found["kills"] == 6
    assert found["most runs made in vain by one kill"] <= 6 + 3
    for what in ("runs lost", "runs stored twice", "unreadable stores", "other tables"):
        assert found[what] == 0, what


@pytest.mark.compiled
def test_every_call_may_fail_in_every_way() -> None:
    found = measured("failures", arms=2, seeds=6, every=8)
    assert found["failures"] >= 9
    assert not {what for what, number in found.items() if number and what not in ("calls", "failures")}


def test_broken_files_are_never_taken_for_right() -> None:
    found = measured("corruption", 12, 4, arms=3, seeds=4)
    assert found["silently wrong"] == found["did not go on"] == 0
    assert found["flip: found"] >= 6


@pytest.mark.parametrize("killed", [0, 1])
def test_sweeps_at_once_share_the_work(killed: int) -> None:
    found = measured("together", 1, sweeps=3, killed=killed, arms=3, seeds=12)
    for what in ("hung", "failed", "runs lost", "runs stored twice", "other tables"):
        assert found[what] == 0, what
    assert killed or found["runs made twice"] == 0


def test_a_full_disk_is_said_and_survived() -> None:
    found = measured("full_disk", 3, arms=3, seeds=12)
    assert found["said so"] == found["went on"] == found["the same tables"] == found["points"] == 3
    assert found["unreadable stores"] == found["runs stored twice"] == 0


HOLDING = """
import sys, time
from pathlib import Path
from experiments.store.claims import Claims
with Claims.of(Path(sys.argv[1])) as claims:
    print(claims.take([int(word) for word in sys.argv[2:]]), flush=True)
    time.sleep(60)
"""


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    places = [place_of(("identity", "record"), seed) for seed in (1, 2, 3)]
    words = [sys.executable, "-c", HOLDING, str(tmp_path), *map(str, places[:2])]
    other = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "[True, True]\n"
        with Claims.of(tmp_path) as claims:
            assert claims.take(places) == [False, False, True]
            other.kill()
            other.wait()
            assert claims.take(places) == [True, True, True]
            claims.release(places)
    finally:
        other.kill()


class Told:
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self, total: int) -> None:
        """Do nothing."""

    def advance(self, done: int) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        self.said.append(text)


def test_what_another_process_runs_is_waited_for_and_taken_over_when_it_dies(tmp_path: Path) -> None:
    wanted = Wanted.of(survival.study(arms=1, seeds=4))
    places = [str(place_of(wanted[0].key, seed)) for seed in (2, 3)]
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "blocks"), *places], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == "[True, True]\n"
        end = threading.Timer(1.5, other.kill)
        end.start()
        told, begin = Told(), time.monotonic()
        outcome = run_wanted(Store(tmp_path), wanted, Machine(), told)
        assert time.monotonic() - begin > 1.0
        assert (outcome.runs, outcome.finished) == (4, ["arm0"])
        assert sum("Another process is running the rest" in text for text in told.said) == 1
    finally:
        other.kill()


ASSEMBLING = """
import sys, time
from pathlib import Path
from experiments.results import assembling
with assembling(Path(sys.argv[1])):
    print("alone", flush=True)
    time.sleep(60)
"""


def test_one_command_at_a_time_writes_tables_and_pages(tmp_path: Path) -> None:
    words = [sys.executable, "-c", ASSEMBLING, str(tmp_path)]
    other = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "alone\n"
        begin = time.monotonic()
        threading.Timer(1.0, other.kill).start()
        with assembling(tmp_path):
            assert time.monotonic() - begin >= 1.0
    finally:
        other.kill()


def test_where_there_are_no_locks_everything_is_granted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refuses(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuses)
    with Claims.of(tmp_path) as claims:
        assert claims.take([16, 17]) == [True, True]
        assert not claims.locks
        with claims.writing(), claims.tidying() as granted:
            assert granted
        with claims.alone() as alone:
            assert not alone, "nobody can know whether others are writing"


@pytest.mark.compiled
def test_ctrl_c_ends_soon_says_how_to_go_on_and_keeps_what_was_done(tmp_path: Path) -> None:
    words = ["sweep", "scenario=rotation", "organization.people=480", "weeks=300", "seeds=400", "workers=2", "out=here"]
    code = (
        "import signal, sys; from experiments import cli; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a test run in the background ignores Ctrl-C
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    running = subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120.0
    while not list(tmp_path.glob("here/blocks/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running.poll() is None, "it was to be still running"
    begin = time.monotonic()
    running.send_signal(2)
    _, said = running.communicate(timeout=30)
    assert time.monotonic() - begin < 5.0
    assert running.returncode == 130
    assert "goes on from there" in said
    kept = sum(len(group.seeds) for _, group in Store(tmp_path / "here").index.everything())
    assert 0 < kept < 400
