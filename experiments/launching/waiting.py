"""Waiting for jobs of submitit: each for itself, whatever becomes of the others."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.launching.launchers import Launcher

_GRACE = 1.5
"""Seconds that jobs of this machine have to end by the Ctrl-C that they heard themselves."""


@contextmanager
def each_for_itself(launcher: Launcher) -> Iterator[None]:
    """Have Hydra's launcher wait for every job: it would give up at the first that is lost, and leave the rest at work.

    Jobs on this machine end with the command. Who minds them is silent, and would otherwise tell Ctrl-C by a traceback.
    """
    if not launcher.name.startswith("submitit"):
        yield
        return
    from submitit import AutoExecutor

    here = launcher.name == "submitit_local"
    submit = AutoExecutor.map_array
    started: list[_Waited] = []

    def submitted(*given: Any) -> list[_Waited]:
        with _silent(here):
            started.extend(map(_Waited, submit(*given)))
        return started

    AutoExecutor.map_array = submitted
    try:
        yield
    except KeyboardInterrupt:
        if here:
            _end(started)
        raise
    finally:
        del AutoExecutor.map_array  # what it inherits is there again


class _Waited:
    """A job, of which Hydra's launcher wants the results: where it is lost, they say so."""

    def __init__(self, job: Any) -> None:
        self.job = job

    def results(self) -> list[Any]:
        """What the job returned, or why there is nothing."""
        from hydra.core.utils import JobReturn, JobStatus

        try:
            found: list[Any] = self.job.results()
        except Exception as error:
            return [JobReturn(status=JobStatus.FAILED, _return_value=error)]
        return found


def _end(started: list[_Waited]) -> None:
    """End jobs of this machine that are still at work."""
    deadline = time.monotonic() + _GRACE
    while not all(each.job.done() for each in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    for each in started:
        if not each.job.done():
            each.job.cancel()


@contextmanager
def _silent(wanted: bool) -> Iterator[None]:
    """Let processes that are started meanwhile write their errors nowhere; those of jobs are in files of their own."""
    if not wanted:
        yield
        return
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
