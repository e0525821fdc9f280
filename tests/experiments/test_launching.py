"""Launchers: one result whoever launches, what is lost is launched again, and settings come from a short list."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from calling import SMALL, Run, contents, run

from experiments.design import Document, read_design, study_of
from experiments.launching import driver, job, launchers
from experiments.launching.job import Answer, Job
from experiments.launching.launchers import KEYS, KINDS, Launcher, read_launcher
from experiments.launching.parts import LARGEST, Part, alone, cut
from experiments.launching.token import sees, shown
from experiments.overrides import Value
from experiments.plugins import load_plugins
from experiments.runner import Outcome, run_wanted
from experiments.store import Store, Wanted, outcomes
from experiments.study import Study
from experiments.workers import Machine, Task
from sim import MODEL_VERSION
from sim.problems import InputError

__all__ = ["run"]
TABLES = ("runs.parquet", "series.parquet", "summary.csv")
INSTALLED = {
    name: pytest.param(
        name, marks=pytest.mark.skipif(find_spec(kind.module) is None, reason=f"{name} is not installed")
    )
    for name, kind in KINDS.items()
}


def study(seeds: Sequence[int] = (1, 2, 3), **policies: dict[str, object]) -> Study:
    kinds = policies or {"rotation": {"kind": "rotation"}}
    data = {
        "organization": {"kind": "synthetic", "people": 12, "departments": 3, "topics": 4, "sources": 3},
        "weeks": 6, "policies": {label: {"start_week": 1, **settings} for label, settings in kinds.items()},
    }  # fmt: skip
    return study_of(read_design(Document(data)), "test", tuple(seeds))


def told(*words: str) -> list[Value]:
    return [Value(word.split("=")[0], word, word) for word in words]


def problems(*words: str, jobs: int | None = None) -> str:
    with pytest.raises(InputError) as refused:
        read_launcher(told(*words), jobs)
    return "\n".join(f"{each.place}: {each.cause}; {each.mend}" for each in refused.value.problems)


class Telling(job.Silence):
    """Progress that keeps sentences."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def launched(
    folder: Path, asked: Study, launcher: Launcher, progress: Telling, plugins: tuple[str, ...] = ()
) -> Outcome:
    machine = Machine(plugins=plugins, launcher=launcher)
    return run_wanted(Store(folder), Wanted.of(asked), machine, progress)


def everything(folder: Path, asked: Study) -> list[bytes]:
    """Digests of all runs of a study in a folder."""
    store = Store(folder)
    found = []
    for each in Wanted.of(asked):
        for _, runs in store._found(each.key, each.seeds):
            found += [(runs.identity, seed, row.tobytes()) for seed, row in zip(runs.seeds, runs.digests, strict=True)]
    return [repr(each).encode() for each in sorted(found)]


@pytest.fixture
def plain(tmp_path: Path) -> Callable[[Study], list[bytes]]:
    """What a study gives without any launcher."""

    def made(asked: Study) -> list[bytes]:
        run_wanted(Store(tmp_path / "plain"), Wanted.of(asked), Machine(), job.Silence())
        return everything(tmp_path / "plain", asked)

    return made


def test_without_a_launcher_there_is_none() -> None:
    assert read_launcher([]) is None
    assert "add hydra/launcher=NAME" in problems("hydra.launcher.n_jobs=2")
    assert "jobs=3" in problems(jobs=3)


def test_every_setting_of_every_launcher_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launchers, "_installed", lambda module: True)
    monkeypatch.setattr(launchers.shutil, "which", lambda name: f"/usr/bin/{name}")
    good = {launchers._COUNT: "4", launchers._PROCESSES: "-1", launchers._NAME: "a-b_c.d", launchers._ADDRESS: "auto"}
    for name, kind in KINDS.items():
        choice = f"hydra/launcher={name}"
        for key, pattern in kind.settings.items():
            found = read_launcher(told(choice, f"hydra.launcher.{key}={good[pattern]}"), jobs=7)
            assert found == Launcher(name, ((key, good[pattern]),), 7)
            for bad in ("0", "-2", "$(id)", "a;b", "../x", "1.5", ""):
                if not (pattern == launchers._NAME and bad in ("0", "1.5")):
                    assert "is not a value of it" in problems(choice, f"hydra.launcher.{key}={bad}")
        others = [key for key in KEYS if key.removeprefix("hydra.launcher.") not in kind.settings]
        for key in others:
            assert "takes no such setting" in problems(choice, f"{key}=4")


@pytest.mark.parametrize(
    ("name", "command"), [("ray", "'watercooler[ray]'"), ("submitit_slurm", "'watercooler[slurm]'")]
)
def test_a_launcher_that_is_not_installed_names_its_remedy(
    name: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launchers, "_installed", lambda module: False)
    assert f"pip install {command}" in problems(f"hydra/launcher={name}")


def test_slurm_is_missed_before_anything_is_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launchers, "_installed", lambda module: True)
    monkeypatch.setattr(launchers.shutil, "which", lambda name: None)
    assert "srun is not found" in problems("hydra/launcher=submitit_slurm")
    monkeypatch.setattr(launchers.shutil, "which", lambda name: f"/usr/bin/{name}")
    chosen = read_launcher([Value("hydra/launcher", "", "hydra/launcher=submitit_slurm", False)])
    assert chosen is not None and chosen.name == "submitit_slurm"


def test_a_single_run_takes_no_launcher(run: Run) -> None:
    status, _, err = run("run", "scenario=baseline", "hydra/launcher=basic", "jobs=2", *SMALL)
    assert status == 2
    assert err.count("has no place here") == 2


def test_a_part_says_all_that_its_job_must_know() -> None:
    asked = study(range(1, 30), one={"kind": "rotation"}, other={"kind": "mentorship"})
    detail = outcomes(1, ("need_met",))
    part = Part(tuple(Wanted(arm, asked.seeds[:number], detail) for number, arm in enumerate(asked.arms, 1)))
    read = Part.read(part.text)
    assert [(each.key, each.seeds) for each in read.wanted] == [(each.key, each.seeds) for each in part.wanted]
    assert [each.arm.scenario.identity() for each in read.wanted] == [each.arm.identity for each in part.wanted]
    assert part.text.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("number", [1, 3, 7, 1000])
def test_parts_hold_every_run_once(number: int) -> None:
    asked = study(range(1, 900))
    wanted = Wanted.of(asked)
    tasks = [
        Task(at, {"weeks": 6}, each.arm.identity, each.seeds[begin : begin + 64], each.detail, Machine())
        for at, each in enumerate(wanted)
        for begin in range(0, len(each.seeds), 64)
    ]
    for parts in (cut(wanted, tasks, number), alone(wanted, tasks)):
        runs = [(each.key, seed) for part in parts for each in part.wanted for seed in each.seeds]
        assert sorted(runs) == sorted((each.key, seed) for each in wanted for seed in each.seeds)
        assert all(sum(len(each.seeds) for each in part.wanted) <= LARGEST for part in parts)
    sizes = [sum(len(each.seeds) for each in part.wanted) for part in cut(wanted, tasks, 7)]
    assert len(sizes) == 7
    assert max(sizes) - min(sizes) <= 2 * 64
    assert all(len(part.wanted) == 1 for part in alone(wanted, tasks))


def test_a_folder_of_the_same_name_elsewhere_is_not_taken_for_the_results(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with shown(tmp_path / "here") as token:
        assert sees(tmp_path / "here", token)
        assert not sees(tmp_path / "elsewhere", token)
        assert not sees(tmp_path / "here", "another")
        assert not sees(tmp_path / "nowhere", token)
    assert not list((tmp_path / "here").iterdir())


def job_of(folder: Path, token: str, **others: Any) -> Job:
    return replace(Job(str(folder), token, str(Path.cwd()), Machine(), MODEL_VERSION), **others)


def test_blocks_travel_back_from_where_no_disk_is_shared(tmp_path: Path, plain: Callable[[Study], list[bytes]]) -> None:
    asked = study()
    wanted = Wanted.of(asked)
    sent = pickle.loads(pickle.dumps(job_of(tmp_path / "not here", "token")))
    answer: Answer = sent({"part": Part(tuple(wanted)).text})
    assert not (tmp_path / "not here").exists()
    assert answer.blocks and not answer.failed and not answer.trouble
    store = Store(tmp_path / "results")
    with store.claims() as claims:
        driver.deliver(store, claims, wanted, answer.blocks)
        driver.deliver(store, claims, wanted, answer.blocks)
    assert everything(tmp_path / "results", asked) == plain(asked)
    assert sum(len(group.seeds) for _, group in store.index.everything()) == 6


def test_what_was_changed_on_its_way_is_not_stored(tmp_path: Path) -> None:
    wanted = Wanted.of(study())
    ((name, data),) = job_of(tmp_path / "not here", "token")({"part": Part(tuple(wanted)).text}).blocks
    store = Store(tmp_path / "results")
    for place in range(0, len(data), 997):
        changed = bytearray(data)
        changed[place] ^= 1
        with store.claims() as claims:
            driver.deliver(store, claims, wanted, [(name, bytes(changed))])
        store.refresh()
    assert everything_sound(store, wanted)


def everything_sound(store: Store, wanted: Sequence[Wanted]) -> bool:
    """Whether what is stored of the wanted runs is what a plain run gives."""
    kept = {(key, seed): row for each in wanted for key, seed, row in _rows(store, each)}
    fresh = Store(store.folder / "fresh")
    run_wanted(fresh, wanted, Machine(), job.Silence())
    right = {(key, seed): row for each in wanted for key, seed, row in _rows(fresh, each)}
    return all(right[place] == row for place, row in kept.items())


def _rows(store: Store, each: Wanted) -> Iterator[tuple[tuple[str, str], int, bytes]]:
    have = tuple(seed for seed in each.seeds if seed not in store.missing(each))
    for _, runs in store._found(each.key, have):
        yield from ((each.key, seed, row.tobytes()) for seed, row in zip(runs.seeds, runs.payload, strict=True))


def test_a_job_that_cannot_work_says_why(tmp_path: Path) -> None:
    part = {"part": Part(tuple(Wanted.of(study()))).text}
    other = job_of(tmp_path, "x", model=MODEL_VERSION + 1)(part)
    assert f"version {MODEL_VERSION} of the model and the driver {MODEL_VERSION + 1}" in other.trouble
    lacking = job_of(tmp_path, "x", machine=Machine(plugins=("no_such_module",)))(part)
    assert "no_such_module" in lacking.trouble
    assert not list(tmp_path.iterdir())


def test_a_trouble_that_all_jobs_have_is_met_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    def start(launcher: Launcher, each: Job, parts: Sequence[str], place: Path) -> list[Answer]:
        started.append(len(parts))
        return [Answer(trouble="no such policy here")] * len(parts)

    monkeypatch.setattr(driver, "start", start)
    outcome = launched(tmp_path, study(), Launcher("joblib"), Telling())
    assert len(started) == 1
    assert set(outcome.failed) == {"baseline", "rotation"}
    assert all("no such policy here" in reason for reason in outcome.failed.values())


@pytest.mark.parametrize("losses", [1, 3])
def test_what_is_lost_is_launched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: Callable[[Study], list[bytes]], losses: int
) -> None:
    asked = study(range(1, 25))
    rounds = 0

    def start(launcher: Launcher, each: Job, parts: Sequence[str], place: Path) -> list[Answer]:
        nonlocal rounds
        rounds += 1
        if rounds > losses:
            return [each({"part": part}) for part in parts]
        each({"part": parts[0]})  # is stored, and its answer lost with all others
        return [Answer(trouble="NodeDiedError: gone", lost=True)] * len(parts)

    monkeypatch.setattr(driver, "start", start)
    progress = Telling()
    outcome = launched(tmp_path / "results", asked, Launcher("joblib", jobs=4), progress)
    assert not outcome.failed
    assert outcome.runs == 48
    assert everything(tmp_path / "results", asked) == plain(asked)
    assert sum("NodeDiedError" in text and "launching them again" in text for text in progress.said) == losses


def test_what_is_lost_again_and_again_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        driver, "start", lambda launcher, each, parts, place: [Answer(trouble="gone", lost=True)] * len(parts)
    )
    status, _, err = run("sweep", "scenario=rotation", "hydra/launcher=joblib", *SMALL)
    assert status == 1
    assert err.count("launching them again") == driver.ROUNDS - 1
    assert err.count("Missing from the results") == 2 and "its jobs were lost: gone" in err


@pytest.mark.parametrize("name", [INSTALLED[name] for name in ("basic", "joblib", "submitit_local", "ray")])
@pytest.mark.parametrize("how", ["raise", "exit"])
def test_a_failing_scenario_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, how: str
) -> None:
    if name == "basic" and how == "exit":
        pytest.skip("the basic launcher runs jobs in this very process")
    load_plugins(["breaking_plugin"])
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    monkeypatch.setattr(driver, "ROUNDS", 2)
    asked = study(bad={"kind": "breaking", "how": how}, good={"kind": "rotation"})
    outcome = launched(tmp_path, asked, Launcher(name, jobs=2), Telling(), ("breaking_plugin",))
    assert set(outcome.failed) == {"bad", "all_together"}
    assert set(outcome.finished) == {"baseline", "good"}
    assert all(("on purpose" if how == "raise" else "jobs were lost") in reason for reason in outcome.failed.values())


@pytest.mark.parametrize("name", [INSTALLED[name] for name in ("basic", "joblib", "submitit_local", "ray")])
def test_every_launcher_gives_the_same_tables(run: Run, tmp_path: Path, name: str) -> None:
    words = ("sweep", "-m", "scenario=rotation", "policies.rotation.coverage=0.1,0.2", *SMALL)
    assert run(*words, "out=own")[0] == 0
    other_words = (*words, "out=other", f"hydra/launcher={name}", "jobs=3")
    assert run(*other_words)[0] == 0
    own, other = (contents(tmp_path / folder) for folder in ("own", "other"))
    assert [name for name in TABLES if own[name] != other[name]] == []
    assert not [name for name in other if "hydra" in name or "launch" in name]
    before = contents(tmp_path / "other")
    _, _, err = run(*other_words)
    assert "Already done" in err
    assert contents(tmp_path / "other") == before
