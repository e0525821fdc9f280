"""Work that is shared out is done once and whole, and nothing that goes wrong in a part leaves the others behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from sim.threads import Threads

FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")


@pytest.fixture(name="team", params=[1, 2, 3])
def _team(request: pytest.FixtureRequest) -> Iterator[Threads]:
    team = Threads(request.param)
    yield team
    team.close()


def helpers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "watercooler"]


@pytest.mark.parametrize("blocks", [1, 2, 3, 7, 64])
def test_every_block_is_done_once_and_cut_only_at_borders(team: Threads, blocks: int) -> None:
    borders = [block * 10 for block in range(blocks)] + [blocks * 10 - 3]
    for _ in range(50):
        done: list[tuple[int, int]] = []
        team.share_out(lambda begin, end, done=done: done.append((begin, end)), borders)  # type: ignore[misc]
        assert len(done) == min(team.number, blocks)
        assert sorted(done)[0][0] == 0 and sorted(done)[-1][1] == borders[-1]
        assert {end for _, end in done} - {borders[-1]} == {begin for begin, _ in done} - {0}
        assert {border for part in done for border in part} <= set(borders)


def test_threads_work_at_the_same_time() -> None:
    team, meet = Threads(3), threading.Barrier(3)
    met: list[int] = []
    team.share_out(lambda begin, end: met.append(meet.wait(timeout=10)), [0, 1, 2, 3])
    team.close()
    assert sorted(met) == [0, 1, 2] and not meet.broken


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_what_a_part_raises_is_raised_after_all_parts_have_ended(bad: int) -> None:
    team, ended = Threads(3), []

    def part(begin: int, end: int) -> None:
        if begin == bad:
            raise ValueError(f"part {begin}")
        time.sleep(0.05)
        ended.append(begin)

    for _ in range(3):
        ended.clear()
        with pytest.raises(ValueError, match=f"part {bad}"):
            team.share_out(part, [0, 1, 2, 3])
        assert sorted(ended) == sorted({0, 1, 2} - {bad})
    team.share_out(lambda begin, end: ended.append(10 + begin), [0, 1, 2, 3])
    assert sorted(ended)[-3:] == [10, 11, 12], "what was raised once is forgotten"
    team.close()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises, though a process that was started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise")
def test_an_interrupt_is_raised_after_all_parts_have_ended(interruptible: None) -> None:
    team, ended = Threads(2), []

    def part(begin: int, end: int) -> None:
        if begin == 1:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
            ended.append(begin)

    for _ in range(3):
        ended.clear()
        with pytest.raises(KeyboardInterrupt):
            team.share_out(part, [0, 1, 2])
        assert ended == [1]
    team.close()


def test_closed_threads_end_and_start_again() -> None:
    before, team = len(helpers()), Threads(2)
    for _ in range(2):
        team.share_out(lambda begin, end: None, [0, 1, 2])
        assert len(helpers()) == before + 1
        team.close()
        assert len(helpers()) == before
    team.close()


def test_threads_end_with_whoever_has_them() -> None:
    before, team = len(helpers()), Threads(3)
    team.share_out(lambda begin, end: None, [0, 1, 2, 3])
    del team
    gc.collect()
    assert len(helpers()) == before


ENDINGS = {
    "left open": "",
    "left by an error": "raise SystemExit(0)",
    "left in a cycle": "team.itself = team; del team",
    "forked, in the child too": "import os; child = os.fork(); team.share_out(done, [0, 1, 2]); child and os.wait()",
}


@FORK
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_interpreter_ends_whatever_its_threads_do(ending: str) -> None:
    lines = [
        "from sim.threads import Threads",
        "team = Threads(2)",
        "done = lambda begin, end: None",
        "team.share_out(done, [0, 1, 2])",
        ENDINGS[ending],
    ]
    ended = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", "\n".join(lines)],
        timeout=60,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
