"""`watercooler study` and `watercooler why`, on a small organization, from one document to every number's rows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import main

pytestmark = pytest.mark.compiled

STUDY = """
name: small
question: Does mentoring help?
seeds: 6
weeks: 30
organization: {kind: synthetic, people: 48, departments: 4, topics: 8}
policies:
  mentorship: {kind: mentorship, start_week: 2, coverage: 0.6, cadence: 1}
  rotation: {kind: rotation, start_week: 2, coverage: 0.3}
strategy:
  futures: 5
  assumptions:
    contact: {path: contacts.rate, low: 0.2, high: 0.8}
    practice: {path: learning.practice, low: 0.002, high: 0.008, scale: log}
  outcomes:
    adequacy: {smallest: 0.2, threshold: 60}
    hours: {}
  budget: {hours: 4}
  sensitivity: {trajectories: 4, samples: 4, seeds: 2}
  search: {trials: 3, seeds: 2, fresh: 2}
  dials:
    coverage: {path: policies.mentorship.coverage, low: 0.2, high: 0.8, step: 0.2}
"""
TABLES = ("runs.parquet", "futures.csv", "effects.csv", "robustness.csv", "numbers.json", "report.html", "summary.html")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The document, and the folder of its results."""
    folder = tmp_path_factory.mktemp("study")
    document = folder / "study.yaml"
    document.write_text(STUDY, encoding="utf-8")
    assert main(["study", f"file={document}", f"out={folder / 'out'}", "workers=1"]) == 0
    return document, folder / "out"


def test_every_table_and_page_is_there(done: tuple[Path, Path]) -> None:
    _, out = done
    assert all((out / name).is_file() for name in TABLES)
    runs = pd.read_parquet(out / "runs.parquet")
    assert len(runs) == 4 * 6 * (1 + 5), "arms, worlds, and the futures beside the assumptions as given"
    assert set(runs["arm"]) == {"baseline", "mentorship", "rotation", "all_together"}
    baseline = runs[(runs["arm"] == "baseline") & (runs["future"] == 0)]
    assert baseline["adequacy"].between(20, 95).all() and (baseline["hours"] == 0).all()


def test_a_number_leads_to_the_rows_that_give_it(done: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = done
    capsys.readouterr()
    assert main(["why", str(out), "effect/mentorship/adequacy"]) == 0
    told = capsys.readouterr().out
    runs = pd.read_parquet(out / "runs.parquet").query("future == 0")
    means = runs.groupby("arm")["adequacy"].mean()
    value = next(n for n in json.loads((out / "numbers.json").read_text())["numbers"] if n["id"].startswith("effect/m"))
    assert float(value["value"]) == pytest.approx(means["mentorship"] - means["baseline"], rel=1e-9)
    assert repr(float(value["value"])) in told and "12 rows" in told
    assert main(["why", str(out)]) == 0
    assert "effect/rotation/adequacy" in capsys.readouterr().out


def test_a_number_that_is_not_there_is_refused(done: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = done
    assert main(["why", str(out), "effect/mentorshp/adequacy"]) == 2
    assert "did you mean 'effect/mentorship/adequacy'?" in capsys.readouterr().err
    assert main(["why", str(out.parent)]) == 2
    assert "holds no numbers.json" in capsys.readouterr().err


def test_a_second_time_nothing_is_run_and_the_tables_are_the_same_bytes(
    done: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    document, out = done
    before = {name: (out / name).read_bytes() for name in TABLES[:5]}
    blocks = sorted(path.name for path in (out / "blocks").glob("*.parquet"))
    assert main(["study", f"file={document}", f"out={out}", "workers=1"]) == 0
    assert {name: (out / name).read_bytes() for name in before} == before
    assert sorted(path.name for path in (out / "blocks").glob("*.parquet")) == blocks
    assert "Already done" in capsys.readouterr().err


def test_more_worlds_are_run_until_the_answer_is_precise(done: tuple[Path, Path], tmp_path: Path) -> None:
    document, _ = done
    wanted = [
        "strategy.precision.half_width=0.4",
        "strategy.futures=1",
        "strategy.sensitivity={}",
        "strategy.search={}",
    ]
    assert main(["study", f"file={document}", f"out={tmp_path}", "workers=1", "seeds=16", *wanted]) == 0
    effects = pd.read_csv(tmp_path / "effects.csv").query("outcome == 'adequacy'")
    assert (effects["n"] >= 16).all()
    wide = (effects["high"] - effects["low"]) / 2
    assert (wide <= 0.4).all()


def test_another_question_never_takes_values_of_an_earlier_search(done: tuple[Path, Path]) -> None:
    from experiments.analysis.candidates import Objective, Option, Space
    from experiments.store import outcomes
    from experiments.strategy.searching import journal_name
    from sim.scenario import Scenario

    _, out = done
    assert len(list(out.glob("search-*.journal"))) == 1
    space = Space((Option("rotation", "rotation"),), (Objective("need_met", "need met"),))
    longer, shorter = (Scenario.from_dict({"weeks": weeks}) for weeks in (60, 52))
    names = {journal_name(each, outcomes(since), space) for each in (longer, shorter) for since in (0, 13)}
    assert len(names) == 4 and journal_name(longer, outcomes(0), space) in names


def test_what_is_wrong_is_said_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "study.yaml"
    document.write_text(STUDY.replace("contacts.rate", "contacts.rat"), encoding="utf-8")
    assert main(["study", f"file={document}", f"out={tmp_path / 'out'}"]) == 2
    assert "no number stands at 'contacts.rat'" in capsys.readouterr().err
    assert not (tmp_path / "out" / "blocks").exists()
