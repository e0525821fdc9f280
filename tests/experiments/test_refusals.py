"""Mistakes on the command line: refused before anything is written, with every problem and a way to mend it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from calling import SMALL, Run, contents, run

from experiments import cli
from sim.problems import Problem

__all__ = ["run"]


def refused(run: Run, *words: str) -> str:
    """The problems of a refusal, which writes nothing."""
    before = contents(Path())
    status, out, err = run(*words)
    assert status == 2
    assert not out
    assert contents(Path()) == before
    return err


@pytest.mark.parametrize("words", [("report", "nowhere"), ("report", ".")])
def test_report_without_results_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert "holds no results" in refused(run, *words)


def test_every_problem_of_the_users_files_comes_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,department\na,A\na,B\n,C\n")
    (tmp_path / "t.csv").write_text("learner,source,trust\na,zz,2\n")
    err = refused(run, "check", "p.csv", "t.csv")
    assert err.count(".csv, line") >= 3
    again = refused(
        run, "sweep", "study=demo", "organization=files", "organization.people=p.csv", "organization.ties=t.csv"
    )
    assert again.replace(f"{tmp_path}/", "") == err
    assert "has no place" in refused(run, "check", "p.csv", "t.csv", "weeks=3", "study=demo", "out=x")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "scenario=rotatoin"),
        ("run", "study=demo"),
        ("sweep",),
        ("sweep", "scenario=baseline"),
        ("sweep", "study=demo", "weeks=0"),
        ("sweep", "study=demo", "weeks=5"),
        ("run", "scenario=rotation", "policies.rotation.end_week=3"),
        ("run", "file=none.yaml"),
        ("run", "scenario=baseline", "plugins=nowhere"),
        ("run", "scenario=baseline", "out=/dev/null/x"),
        ("sweep", "-m", "study=dmeo"),
        ("sweep", "-m", "scenario=rotation", "policies.rotation.coverage=0.1,7"),
        ("sweep", "-m", "study=demo", "seeds=1,2"),
        ("sweep", "-m", "study=demo", "hydra/launcher=nothing"),
        ("sweep", "-m", "scenario=rotation", "hydra.launcher.n_jobs=2"),
        ("policies", "rotatoin"),
        ("policies", "rotation", "x"),
        ("plan", "x"),
        ("plan", "plugins=nonexistent"),
        ("run", "scenario=baseline", "out=~nobody-of-that-name/y"),
        ("run", "file=~nobody-of-that-name/y.yaml"),
        ("run", "scenario=baseline", "out=" + "x" * 300),
        ("sweep", "scenario=rotation", "+policy@policies=[mentorship]"),
        ("frobnicate",),
        ("run", "--cfg", "job"),
        ("sweep", "study=demo", "hydra.sweep.dir=/tmp/x"),
        ("check", "a.csv"),
        ("sweep", "study=demo", "learning.rate=nan"),
        ("sweep", "study=demo", "learning.rate=inf"),
        ("run", "scenario=baseline", "seeds=[1,1]"),
    ],
)
def test_mistakes_are_refused_before_anything_is_written(run: Run, words: tuple[str, ...]) -> None:
    assert len(refused(run, *words)) > 20


@pytest.mark.parametrize(
    "text",
    [
        "policies: {a: {_target_: os.system}}",
        "weeks: ${oc.env:HOME}",
        "weeks: !!python/object/apply:os.system [ls]",
        "[" * 5000,
        "a: &a [1]\nb: [*a, *a]",
        "weeks: .inf",
        "weeks: 1\nweeks: 2",
        "",
        "- 1",
        "hydra: {run: {dir: /tmp/x}}",
    ],
)
def test_a_file_never_does_anything(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    began = time.process_time()
    assert "bad.yaml" in refused(run, "sweep", "file=bad.yaml")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("word", ["organization.ties=o.csv", "organization.people=o.csv", "organization.kind=files"])
def test_a_check_is_of_the_files_it_names(run: Run, tmp_path: Path, word: str) -> None:
    (tmp_path / "p.csv").write_text("id,department\na,A\nb,B\n")
    for name in ("t.csv", "o.csv"):
        (tmp_path / name).write_text("learner,source\na,b\n")
    assert f"{word}: the two files are given already" in refused(run, "check", "p.csv", "t.csv", word)


@pytest.mark.parametrize("words", [("run",), ("sweep",), ("sweep", "-m")])
def test_results_that_are_a_file_are_found_before_work(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "results").write_text("")
    err = refused(run, *words, "scenario=rotation", *SMALL)
    assert "results is a file" in err
    assert "out=FOLDER" in err


def test_a_question_may_be_three_question_marks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "asked.yaml").write_text('question: "???"\npolicies: {rotation: {kind: rotation}}\n')
    assert run("sweep", "file=asked.yaml", *SMALL)[0] == 0
    assert "<h1>???" in (tmp_path / "results" / "asked" / "report.html").read_text()


def test_policies_next_to_a_study_are_one_problem(run: Run) -> None:
    assert "there is a problem." in refused(run, "sweep", "study=demo", "+policy@policies=[mentorship]")


def test_a_multirun_says_why_a_scenario_failed(run: Run, tmp_path: Path) -> None:
    words = ("plugins=breaking_plugin", "+policies.bad.kind=breaking", "policies.bad.start_week=1,2")
    status, _, err = run("sweep", "-m", *words, *SMALL)
    assert status == 1
    ends = [line for line in err.splitlines() if line.startswith("Missing from the results")]
    assert len(ends) == 2
    assert all("on purpose" in line for line in ends)
    assert not (tmp_path / "results" / "multirun" / "failed").exists()


def test_problems_are_counted_and_mended(capsys: pytest.CaptureFixture[str]) -> None:
    cli._print_problems([Problem("a", "b", "c"), Problem("", "d")])
    assert capsys.readouterr().err == "Nothing was run: there are 2 problems.\n  a: b\n      c\n  d\n"


def test_nothing_was_run_is_said_only_where_something_would_be(run: Run, tmp_path: Path) -> None:
    for words in (("why", "nowhere"), ("report", "nowhere"), ("policies", "rotatio")):
        assert run(*words)[2].startswith("There "), words
    assert run("plan", "now")[2].startswith("Nothing was run: ")


def test_near_misses_are_told_what_was_meant(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("policies: {rotation: {kind: rotation}}\n")
    assert "write file=mine.yaml" in refused(run, "study", "mine.yaml")
    assert "did you mean 'strategy.futures'?" in refused(run, "study", "file=mine.yaml", "futures=3")
    told = refused(run, "study", "file=mine.yaml", "hydra/launcher=joblib", "hydra.launcher.n_job=2")
    assert "did you mean 'hydra.launcher.n_jobs'?" in told


def test_help_says_what_the_command_takes(capsys: pytest.CaptureFixture[str]) -> None:
    told = {}
    for command in ("study", "sweep", "check"):
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        told[command] = capsys.readouterr().out
    assert "strategy.search.trials" in told["study"] and "strategy" not in told["sweep"]
    assert "hydra/launcher=basic" in told["sweep"] and "hydra" not in told["check"]
    assert "examples:" in told["check"]
