"""Jobs of submitit: one that is lost takes no other with it, and those of this machine end with the command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hydra.core.utils import JobReturn, JobStatus

from experiments.launching import waiting
from experiments.launching.cluster import cleared, place_of
from experiments.launching.launchers import Launcher
from experiments.launching.waiting import each_for_itself


class MadeUpJob:
    """A job as submitit shows it: lost, done, or at work until it is cancelled."""

    def __init__(self, what: str) -> None:
        self.what = what

    def results(self) -> list[JobReturn]:
        if self.what == "lost":
            raise RuntimeError("the node is gone")
        return [JobReturn(status=JobStatus.COMPLETED, _return_value=self.what)]

    def done(self) -> bool:
        return self.what != "at work"

    def cancel(self) -> None:
        assert self.what == "at work"
        self.what = "cancelled"


class Executor:
    """What submitit's executor inherits."""

    def map_array(self, function: object, *given: list[str]) -> list[MadeUpJob]:
        os.write(2, b"a minder's traceback\n")
        return [MadeUpJob(what) for what in given[0]]


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> type[Executor]:
    """The executor that Hydra's launcher uses."""
    automatic = type("AutoExecutor", (Executor,), {})
    monkeypatch.setitem(sys.modules, "submitit", SimpleNamespace(AutoExecutor=automatic))  # type: ignore[arg-type]
    return automatic


def test_a_lost_job_leaves_the_others_their_answers(executor: type[Executor]) -> None:
    with each_for_itself(Launcher("submitit_slurm")):
        jobs = executor().map_array(None, ["one", "lost", "three"])
        found = [each.results()[0] for each in jobs]
    assert [each.status for each in found] == [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.COMPLETED]
    assert str(found[1]._return_value) == "the node is gone"
    assert executor.map_array is Executor.map_array


@pytest.mark.parametrize(("name", "ends"), [("submitit_local", True), ("submitit_slurm", False)])
def test_ctrl_c_ends_jobs_of_this_machine_only(
    executor: type[Executor], monkeypatch: pytest.MonkeyPatch, name: str, ends: bool
) -> None:
    monkeypatch.setattr(waiting, "_GRACE", 0.1)
    jobs = []
    with pytest.raises(KeyboardInterrupt), each_for_itself(Launcher(name)):
        jobs = executor().map_array(None, ["at work", "one", "at work"])
        raise KeyboardInterrupt
    assert [each.job.what for each in jobs].count("cancelled") == (2 if ends else 0)
    assert executor.map_array is Executor.map_array


@pytest.mark.parametrize(("name", "heard"), [("submitit_local", ""), ("submitit_slurm", "a minder's traceback\n")])
def test_who_minds_jobs_of_this_machine_is_silent(
    executor: type[Executor], capfd: pytest.CaptureFixture[str], name: str, heard: str
) -> None:
    with each_for_itself(Launcher(name)):
        executor().map_array(None, ["one"])
    os.write(2, b"ours\n")
    assert capfd.readouterr().err == heard + "ours\n"


def test_a_command_that_is_done_leaves_the_jobs_of_another_their_files(tmp_path: Path) -> None:
    launcher = Launcher("submitit_slurm")
    one, other = (place_of(launcher, tmp_path, token) for token in ("1" * 32, "2" * 32))
    for place in (one, other):
        place.mkdir(parents=True)
        (place / "submitted.pkl").write_bytes(b"")
    cleared(launcher, tmp_path, "1" * 32)
    assert not one.exists() and (other / "submitted.pkl").exists()
    cleared(launcher, tmp_path, "2" * 32)
    assert not list(tmp_path.iterdir())
