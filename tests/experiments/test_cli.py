"""The command line, end to end on small organizations: what it writes, what it refuses, what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from experiments import cli
from experiments.runner import close_workers
from sim.problems import Problem
from sim.scenario import Scenario

SMALL = ["organization.people=24", "organization.departments=3", "organization.topics=6", "weeks=16", "seeds=2", "workers=1"]
TABLES = ("runs.parquet", "series.parquet", "summary.csv")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Call the command in an empty folder; gives exit status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        try:
            status = cli.main(words)
        except SystemExit as stop:
            status = int(stop.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return status, said.out, said.err

    yield call
    close_workers()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(run: Run, *words: str) -> str:
    """The problems of a refusal, which writes nothing."""
    before = contents(Path())
    status, out, err = run(*words)
    assert status == 2
    assert not out
    assert contents(Path()) == before
    return err


def test_a_sweep_leaves_everything_it_promises(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("sweep", "study=demo", *SMALL)
    assert status == 0
    assert "report.html" in out
    folder = tmp_path / "results" / "demo"
    assert {path.name for path in folder.iterdir()} == {
        *TABLES, "blocks", "charts", "report.html", "scenarios", "provenance.json",
    }  # fmt: skip
    assert os.listdir(tmp_path) == ["results"]
    assert os.listdir(tmp_path / "results") == ["demo"]
    runs = pd.read_parquet(folder / "runs.parquet")
    assert list(runs.groupby("scenario", sort=False).size()) == [2] * 5
    assert {"policies.rotation.coverage", "learning.rate", "organization.people", "need_met", "seed", "weeks_to_half"} <= set(runs.columns)
    assert runs.set_index("scenario")["policies.rotation.coverage"].isna()["baseline"].all()
    series = pd.read_parquet(folder / "series.parquet")
    assert len(series) == 5 * 2 * 16
    assert list(series.columns[:3]) == ["scenario", "seed", "week"]
    assert len(list((folder / "blocks").iterdir())) == len(list((folder / "scenarios").iterdir())) == 5
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["command"].startswith("watercooler sweep study=demo")
    assert {"versions", "git", "machine", "duration_seconds", "model_version", "study"} <= provenance.keys()


def test_the_second_time_nothing_is_run_and_nothing_changes(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "+policy@policies=[rotation]", *SMALL)
    run(*words)
    before = contents(tmp_path)
    _, _, err = run(*words)
    assert "Already done" in err
    assert contents(tmp_path) == before


def test_report_assembles_the_same_from_the_blocks(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[rotation,incentives]", *SMALL)
    folder = tmp_path / "results" / "sweep"
    before = contents(folder)
    for name in ("charts", "scenarios"):
        shutil.rmtree(folder / name)
    for name in (*TABLES, "report.html"):
        (folder / name).unlink()
    assert run("report", str(folder))[0] == 0
    assert contents(folder) == before


def test_report_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[rotation,incentives]", *SMALL)
    folder = tmp_path / "results" / "sweep"
    listed = json.loads((folder / "provenance.json").read_text())["study"]["scenarios"]
    block = folder / "blocks" / f"{listed[1]['block']}.parquet"
    block.write_bytes(block.read_bytes()[:-9])
    status, _, err = run("report", str(folder))
    assert status == 1
    assert "damaged" in err
    assert len(pd.read_parquet(folder / "runs.parquet")["scenario"].unique()) == 3


@pytest.mark.parametrize("words", [("report", "nowhere"), ("report", ".")])
def test_report_without_results_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert "holds no results" in refused(run, *words)


def test_run_shows_one_scenario(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("run", "scenario=rotation", "seed=7", *SMALL[:4])
    assert status == 0
    assert "Need met" in out
    assert "seed 7" in out
    runs = pd.read_parquet(tmp_path / "results" / "rotation" / "runs.parquet")
    assert list(runs["seed"]) == [7]
    assert run("report", "results/rotation")[0] == 0


def test_a_stored_scenario_can_be_given_back(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[mentorship]", "policies.mentorship.direction=peer", *SMALL)
    (file,) = (tmp_path / "results" / "sweep" / "scenarios").glob("mentorship-*.yaml")
    assert run("run", f"file={file}", "seeds=2", "out=again")[0] == 0
    blocks = [set(contents(tmp_path / folder / "blocks")) for folder in ("again", "results/sweep")]
    assert blocks[0] < blocks[1]


def test_out_is_where_results_go(run: Run, tmp_path: Path) -> None:
    run("run", "scenario=baseline", "out=some where/${x}".replace("${x}", "é"), *SMALL)
    assert (tmp_path / "some where" / "é" / "runs.parquet").is_file()
    assert os.listdir(tmp_path) == ["some where"]


def test_a_multirun_is_one_study(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "-m", "+policy@policies=[],[rotation],[rotation,mentorship]", "organization.people=24,30", *SMALL[1:])
    status, _, err = run(*words)
    assert status == 0
    folder = tmp_path / "results" / "multirun"
    runs = pd.read_parquet(folder / "runs.parquet")
    assert set(runs["scenario"]) == {f"{name}, {people} people" for name in ("baseline", "rotation", "rotation + mentorship") for people in (24, 30)}
    compared = runs[runs["baseline"].notna()]
    assert all(row.baseline == f"baseline, {row['organization.people']} people" for _, row in compared.iterrows())
    assert len(list((folder / "blocks").iterdir())) == 6
    assert os.listdir(tmp_path) == ["results"]
    assert not list(tmp_path.rglob(".hydra"))
    assert "job" not in err
    before = contents(folder)
    _, _, err = run(*words)
    assert "Already done" in err
    assert contents(folder) == before


def test_a_multirun_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "-m", "scenario=rotation", "policies.rotation.coverage=0.1,0.9", *SMALL)
    run(*words)
    folder = tmp_path / "results" / "multirun"
    before = contents(folder)
    sorted((folder / "blocks").iterdir())[0].unlink()
    assert run(*words)[0] == 0
    after = contents(folder)
    assert {name: data for name, data in after.items() if name.endswith(".parquet")} == {
        name: data for name, data in before.items() if name.endswith(".parquet")
    }


def test_a_multirun_of_a_file(run: Run, tmp_path: Path) -> None:
    scenario = {"organization": {"kind": "synthetic", "people": 20, "departments": 2, "topics": 4}, "weeks": 16,
                "policies": {"stay & learn $x": {"kind": "rotation"}}}  # fmt: skip
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(scenario))
    assert run("sweep", "-m", "file=mine.yaml", "learning.rate=0.1,0.2", "seeds=2", "workers=1")[0] == 0
    runs = pd.read_parquet(tmp_path / "results" / "mine" / "runs.parquet")
    assert set(runs["scenario"]) == {f"{name}, learning rate {rate}" for name in ("baseline", "stay & learn $x") for rate in (0.1, 0.2)}


def test_names_that_try_to_break_things(run: Run, tmp_path: Path) -> None:
    labels = ["<b>x", "重点 🎉", "a$b_c$", "=1+1"]
    names = ["<script>alert(1)</script>", "../../x", "arm 重点 🎉", "a$b_c$"]
    study = {
        "name": "../../evil <b>", "question": "</script> $\\frac$ ?", "weeks": 16, "seeds": 2,
        "organization": {"kind": "synthetic", "people": 20, "departments": 2, "topics": 4},
        "policies": {label: {"kind": "incentives", "weight": 0.1 * at} for at, label in enumerate(labels, 1)},
        "scenarios": {"nothing": [], **{name: [label] for name, label in zip(names, labels, strict=True)}},
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), "utf-8")
    assert run("sweep", "file=study.yaml", "workers=1")[0] == 0
    assert sorted(os.listdir(tmp_path)) == ["results", "study.yaml"]
    (folder,) = (tmp_path / "results").iterdir()
    assert set(pd.read_parquet(folder / "runs.parquet")["scenario"]) == {"nothing", *names}
    assert "<script>alert" not in (folder / "report.html").read_text("utf-8")


def test_the_users_own_organization(run: Run, tmp_path: Path) -> None:
    people = [f"p{i},{'AB'[i % 2]}" for i in range(12)]
    (tmp_path / "my people, all.csv").write_text("node,department\n" + "\n".join(people) + "\n")
    (tmp_path / "ties.csv").write_text("who,from whom\n" + "\n".join(f"p{i},p{(i * 5 + 1) % 12}" for i in range(12)) + "\np1,p1\n")
    columns = ["organization.columns.id=node", "organization.columns.learner=who", "organization.columns.source=from whom"]
    status, out, _ = run("check", "my people, all.csv", "ties.csv", *columns)
    assert status == 0
    assert "organization=synthetic organization.people=12" in out
    assert "assumption" in out.lower()
    given = ["organization=files", "organization.people=my people, all.csv", "organization.ties=ties.csv", *columns]
    assert run("sweep", "+policy@policies=[rotation]", *given, "weeks=16", "seeds=2", "workers=1")[0] == 0
    provenance = json.loads((tmp_path / "results" / "sweep" / "provenance.json").read_text())
    assert provenance["warnings"]
    assert provenance["assumptions"]
    (tmp_path / "ties.csv").unlink()
    assert run("report", "results/sweep")[0] == 0


def test_every_problem_of_the_users_files_comes_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,department\na,A\na,B\n,C\n")
    (tmp_path / "t.csv").write_text("learner,source,trust\na,zz,2\n")
    err = refused(run, "check", "p.csv", "t.csv")
    assert err.count(".csv, line") >= 3
    again = refused(run, "sweep", "study=demo", "organization=files", "organization.people=p.csv", "organization.ties=t.csv")
    assert again == err
    assert "has no place" in refused(run, "check", "p.csv", "t.csv", "weeks=3", "study=demo", "out=x")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "scenario=rotatoin"), ("run", "study=demo"), ("sweep",), ("sweep", "scenario=baseline"), ("sweep", "study=demo", "weeks=0"),
        ("sweep", "study=demo", "weeks=5"), ("run", "scenario=rotation", "policies.rotation.end_week=3"), ("run", "file=none.yaml"),
        ("run", "scenario=baseline", "plugins=nowhere"), ("run", "scenario=baseline", "out=/dev/null/x"), ("sweep", "-m", "study=dmeo"),
        ("sweep", "-m", "scenario=rotation", "policies.rotation.coverage=0.1,7"), ("sweep", "-m", "study=demo", "seeds=1,2"),
        ("sweep", "-m", "study=demo", "hydra/launcher=nothing"), ("policies", "rotatoin"), ("policies", "rotation", "x"), ("plan", "x"),
        ("frobnicate",), ("run", "--cfg", "job"), ("sweep", "study=demo", "hydra.sweep.dir=/tmp/x"), ("check", "a.csv"),
        ("sweep", "study=demo", "learning.rate=nan"), ("sweep", "study=demo", "learning.rate=inf"), ("run", "scenario=baseline", "seeds=[1,1]"),
    ],
)  # fmt: skip
def test_mistakes_are_refused_before_anything_is_written(run: Run, words: tuple[str, ...]) -> None:
    assert len(refused(run, *words)) > 20


@pytest.mark.parametrize(
    "text",
    [
        "policies: {a: {_target_: os.system}}", "weeks: ${oc.env:HOME}", "weeks: !!python/object/apply:os.system [ls]", "[" * 5000,
        "a: &a [1]\nb: [*a, *a]", "weeks: .inf", "weeks: 1\nweeks: 2", "", "- 1", "hydra: {run: {dir: /tmp/x}}",
    ],
)  # fmt: skip
def test_a_file_never_does_anything(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    began = time.perf_counter()
    assert "bad.yaml" in refused(run, "sweep", "file=bad.yaml")
    assert time.perf_counter() - began < 1


def test_a_failure_is_exit_status_one(run: Run) -> None:
    words = ("plugins=breaking_plugin", "+policies.bad.kind=breaking", "+policy@policies=[rotation]", *SMALL)
    status, out, err = run("sweep", *words)
    assert status == 1
    assert "on purpose" in err
    assert "Rotation" in out
    status, _, err = run("sweep", "-m", *words, "learning.rate=0.1,0.2", "out=multirun")
    assert status == 1
    assert err.count("Missing from the results") == 2


def test_ctrl_c_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.commands import plan

    def stop() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(plan, "main", stop)
    status, _, err = run("plan")
    assert status == 130
    assert "goes on from there" in err


def test_a_full_disk_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments import runner

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runner, "write_block", full)
    status, _, err = run("run", "scenario=baseline", *SMALL)
    assert status == 1
    assert "No space left" in err


def test_the_catalogue_describes_every_parameter(run: Run) -> None:
    status, out, _ = run("policies")
    assert status == 0
    for name in ("rotation", "incentives", "mentorship"):
        assert name in out
        _, described, _ = run("policies", name)
        for word in ("coverage", "start_week", "targets.departments", "intensity", "default", "range", "unit"):
            assert word in described


def test_the_plan_is_a_table(run: Run) -> None:
    status, out, _ = run("plan")
    assert status == 0
    for phase in ("bend", "act", "ties", "sessions", "practice", "observe"):
        assert phase in out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from experiments import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy', 'numba', 'pandas', 'hydra', 'rich', 'mesa', 'matplotlib', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    subprocess.run([sys.executable, "-m", "experiments.cli", "--help"], capture_output=True, check=True)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "experiments.cli", "sweep", "--help"], capture_output=True, check=True)
    assert time.perf_counter() - began < 0.5


def test_problems_are_counted_and_mended(capsys: pytest.CaptureFixture[str]) -> None:
    cli._print_problems([Problem("a", "b", "c"), Problem("", "d")])
    assert capsys.readouterr().err == "Nothing was run: there are 2 problems.\n  a: b\n      c\n  d\n"


def test_shipped_scenarios_run(run: Run) -> None:
    for name in ("baseline", "rotation", "incentives", "mentorship", "together"):
        assert run("run", f"scenario={name}", *SMALL)[0] == 0


def test_a_scenario_file_is_a_scenario(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(Scenario.from_dict({"weeks": 16, "organization": {"kind": "synthetic", "people": 9, "departments": 3}}).to_yaml())
    assert run("run", "file=scenario.yaml", "weeks=5")[0] == 0
    assert set(pd.read_parquet(tmp_path / "results" / "scenario" / "runs.parquet")["weeks"]) == {5}
