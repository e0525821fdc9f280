"""Ctrl-C at any moment: no worker hears it, none is waited for, and whatever a library makes of it, it is a stop."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from experiments import cli
from experiments.commands import plan
from experiments.workers import Crew, Machine, stop_workers


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """A test run in the background ignores Ctrl-C, and what it starts does too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def no_workers_left() -> Iterator[None]:
    stop_workers()
    yield
    stop_workers()


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="the system cannot hold signals back")
def test_a_worker_that_is_just_starting_does_not_hear_ctrl_c() -> None:
    crew = Crew(Machine())
    try:
        (worker,) = crew._pool._processes
        os.kill(worker, signal.SIGINT)
        assert crew._pool.submit(os.getpid).result() == worker
    finally:
        crew.stop(grace=0.0)
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, set()) & {signal.SIGINT}, "this process hears it again"


def test_workers_that_do_something_else_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy() -> int:
        crew = Crew.of(Machine(2))
        workers.extend(crew._pool._processes.values())
        list(crew.share_out(time.sleep, [0.0, 0.0]))
        crew.share_out(time.sleep, [60.0] * 4)
        raise KeyboardInterrupt

    workers: list[object] = []
    monkeypatch.setattr(plan, "main", busy)
    assert cli.main(["plan"]) == cli.STOPPED
    assert "the same command goes on from there" in capsys.readouterr().err
    begin = time.monotonic()
    for worker in workers:
        worker.join(5.0)  # type: ignore[attr-defined]
    assert time.monotonic() - begin < 5.0
    assert Crew._kept is None


def test_a_library_that_makes_another_error_of_ctrl_c_is_stopped_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def loading() -> int:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1.0)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None
        return 0

    monkeypatch.setattr(plan, "main", loading)
    assert cli.main(["plan"]) == cli.STOPPED
    assert "Stopped" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_import_that_fails_without_ctrl_c_is_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def loading() -> int:
        raise ImportError("initialization failed")

    monkeypatch.setattr(plan, "main", loading)
    with pytest.raises(ImportError, match="initialization failed"):
        cli.main(["plan"])
