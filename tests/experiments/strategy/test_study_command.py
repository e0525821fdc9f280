"""`watercooler study` and `watercooler why`, on a small organization, from one document to every number's rows."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.provenance import replaces, write
from experiments.strategy import stages
from experiments.strategy.design import Design
from experiments.strategy.figures import Figure, read_figures
from experiments.strategy.run import Lab, StudyError

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
TABLES = (
    "runs.parquet", "points.csv", "portfolios.csv", "effects.csv", "robustness.csv", "numbers.json", "report.html",
    "summary.html",
)  # fmt: skip


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
    compared = runs[runs["part"].isin(["as given", "futures"])]
    assert len(compared) == 4 * 6 * (1 + 5), "arms, worlds, and the futures beside the assumptions as given"
    assert set(compared["arm"]) == {"baseline", "mentorship", "rotation", "all_together"}
    baseline = runs[(runs["arm"] == "baseline") & (runs["part"] == "as given")]
    assert baseline["adequacy"].between(20, 95).all() and (baseline["hours"] == 0).all()


def test_a_number_leads_to_the_rows_that_give_it(done: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = done
    capsys.readouterr()
    assert main(["why", str(out), "effect/mentorship/adequacy"]) == 0
    told = capsys.readouterr().out
    runs = pd.read_parquet(out / "runs.parquet").query("part == 'as given'")
    means = runs.groupby("arm")["adequacy"].mean()
    value = next(n for n in json.loads((out / "numbers.json").read_text())["numbers"] if n["id"].startswith("effect/m"))
    assert float(value["value"]) == pytest.approx(means["mentorship"] - means["baseline"], rel=1e-9)
    assert repr(float(value["value"])) in told and "12 rows" in told
    assert main(["why", str(out)]) == 0
    assert "effect/rotation/adequacy" in capsys.readouterr().out


def test_what_a_search_promised_and_kept_is_in_the_rows_of_its_portfolios(done: tuple[Path, Path]) -> None:
    _, out = done
    numbers, tried = read_figures(out / "numbers.json"), pd.read_csv(out / "portfolios.csv")
    assert tried["finalist"].any() and len(tried) == numbers.get("search", "tried").value
    for place in range(1, 1 + int(tried["finalist"].sum())):
        promised, kept, fall = (numbers.get(kind, str(place), "adequacy") for kind in ("promised", "kept", "fall"))
        seen, again = (_gain(_rows(out, each), "adequacy").mean() for each in (promised, kept))
        assert promised.value == pytest.approx(seen) and kept.value == pytest.approx(again)
        assert fall.value == pytest.approx(seen - again)
        hours = numbers.get("portfolio_hours", str(place))
        assert hours.value == pytest.approx(_gain(_rows(out, hours), "hours").mean())
        row = tried.set_index("arm").loc[kept.rows.arms[1]]
        assert row["fresh_adequacy"] == pytest.approx(again) and row["adequacy"] == pytest.approx(seen)


def test_the_strength_of_an_assumption_is_that_of_the_rows_of_its_points(done: tuple[Path, Path]) -> None:
    """Morris' mu star from the tables alone: change of the effect for a move over the whole range."""
    _, out = done
    numbers = read_figures(out / "numbers.json")
    points = pd.read_csv(out / "points.csv").query("part == 'screening'").set_index("point")
    shares = pd.DataFrame({
        "contact": (points["contact"] - 0.2) / 0.6,
        "practice": np.log(points["practice"] / 0.002) / np.log(4),
    })  # fmt: skip
    first = numbers.get("strength", "contact")
    effects = _gain(_rows(out, first), "adequacy").groupby("point").mean()
    assert list(effects.index) == list(shares.index) == list(range(1, 13)), "four trajectories of three points"
    moves: dict[str, list[float]] = {"contact": [], "practice": []}
    for point in (at for at in shares.index if at % 3):
        step = shares.loc[point + 1] - shares.loc[point]
        name = step.abs().idxmax()
        moves[str(name)].append(abs(effects[point + 1] - effects[point]) / abs(step[name]))
    for name, each in moves.items():
        assert numbers.get("strength", name).value == pytest.approx(np.mean(each), rel=1e-4), name


def _rows(out: Path, figure: Figure) -> pd.DataFrame:
    """The rows that a number names, in the table of runs."""
    runs, rows = pd.read_parquet(out / "runs.parquet"), figure.rows
    kept = runs[(runs["part"] == rows.where) & runs["arm"].isin(rows.arms) & runs["seed"].isin(rows.seeds)]
    return kept[kept["point"].isin(rows.points or (0,))]


def _gain(rows: pd.DataFrame, column: str) -> pd.Series:
    """What the other arm has more than the baseline, in the same point and world."""
    wide = rows.pivot(index=["point", "seed"], columns="arm", values=column)
    other = next(name for name in wide if name != "baseline")
    return wide[other] - wide["baseline"]


def test_every_number_can_be_explained(done: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Each that comes from runs leads to as many rows as its arms, points and worlds are."""
    _, out = done
    capsys.readouterr()
    for figure in read_figures(out / "numbers.json"):
        rows = figure.rows
        assert main(["why", str(out), figure.id]) == 0
        told = capsys.readouterr().out
        assert rows.where in told
        if rows.where == "the study's settings":
            assert "rows of" not in told
        else:
            expected = len(rows.arms) * len(rows.points or (0,)) * len(rows.seeds)
            assert f"\n{expected} rows of " in told, figure.id


def test_a_folder_that_two_commands_wrote_to_is_never_read_as_one(
    done: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = done
    assert main(["report", str(out)]) == 2
    assert "watercooler study file=" in capsys.readouterr().err
    shutil.copy(out / "numbers.json", tmp_path)
    pd.DataFrame({"arm": ["rotation"], "seed": [1], "adequacy": [50.0]}).to_parquet(tmp_path / "runs.parquet")
    assert main(["why", str(tmp_path), "effect/rotation/adequacy"]) == 2
    assert "another command has written its own table here" in capsys.readouterr().err


def test_why_says_what_is_assumed_in_the_future_that_it_names(
    done: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = done
    worst = next(each for each in read_figures(out / "numbers.json") if each.id == "worst/rotation/adequacy")
    points = pd.read_csv(out / "points.csv", encoding="utf-8-sig").query("part == 'futures'").set_index("point")
    assert main(["why", str(out), worst.id]) == 0
    expected = points.loc[worst.value]
    wanted = f"\nAssumptions: contact {expected['contact']:g}, practice {expected['practice']:g}\n"
    assert wanted in capsys.readouterr().out


def test_a_longer_horizon_is_said_once_for_all_stages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "small.yaml"
    document.write_text(STUDY.split("  sensitivity:")[0].replace("seeds: 6", "seeds: 2"), encoding="utf-8")
    for weeks in (12, 14):
        words = ("strategy.futures=2", f"weeks={weeks}", f"out={tmp_path / 'out'}", "workers=1")
        assert main(["study", f"file={document}", *words]) == 0
    assert capsys.readouterr().err.count("they are run from week 0") == 1


def test_another_commands_report_is_not_replaced_without_a_word(tmp_path: Path) -> None:
    assert replaces(tmp_path, ["study", "study=demo"]) == ""
    write(tmp_path, {"command": "watercooler sweep study=demo"})
    told = replaces(tmp_path, ["study", "study=demo"])
    assert "is that of watercooler sweep study=demo." in told and "name=NAME" in told
    assert replaces(tmp_path, ["sweep", "study=demo", "seeds=64"]) == ""


def test_a_study_over_files_that_changed_meanwhile_gives_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people, ties = tmp_path / "people.csv", tmp_path / "ties.csv"
    people.write_text("id,department\na,X\nb,Y\nc,X\nd,Y\n")
    ties.write_text("learner,source\na,b\nb,a\nc,a\nd,b\n")
    organization = f"{{kind: files, people: {people}, ties: {ties}}}"
    document = tmp_path / "study.yaml"
    document.write_text(re.sub(r"\{kind: synthetic.*\}", organization, STUDY), encoding="utf-8")

    def changing(lab: Lab, design: Design) -> None:
        assert all(arm.identity for arm in design.study.arms)
        people.write_text("id,department\na,Y\nb,Y\nc,X\nd,Y\n")

    monkeypatch.setattr(stages, "run_study", changing)
    assert main(["study", f"file={document}", f"out={tmp_path / 'out'}", "workers=1"]) == 1
    assert "files changed while the study was running" in capsys.readouterr().err
    assert not (tmp_path / "out" / "report.html").exists()


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
    before = {name: (out / name).read_bytes() for name in TABLES[:6]}
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
    from experiments.study import Arm
    from sim.scenario import Scenario

    _, out = done
    assert len(list(out.glob("search-*.journal"))) == 1
    space = Space((Option("rotation", "rotation"),), (Objective("need_met", "need met"),))
    longer, shorter = (Scenario.from_dict({"weeks": weeks}) for weeks in (60, 52))
    nothing = Arm("baseline", "Baseline", longer)
    names = {journal_name(each, nothing, outcomes(since), space) for each in (longer, shorter) for since in (0, 13)}
    assert len(names) == 4 and journal_name(longer, nothing, outcomes(0), space) in names
    assert journal_name(longer, Arm("baseline", "Baseline", shorter), outcomes(0), space) not in names


BROKEN = """
name: broken
seeds: 4
weeks: 20
organization: {kind: synthetic, people: 48, departments: 4, topics: 8}
policies:
  mentorship: {kind: mentorship, start_week: 2, coverage: 0.6}
  bad: {kind: breaking}
scenarios: {baseline: [], mentorship: [mentorship], bad: [bad], both: [mentorship, bad]}
strategy:
  futures: 3
  assumptions:
    contact: {path: contacts.rate, low: 0.2, high: 0.8}
  search: {trials: 4, seeds: 2, fresh: 2}
"""


def test_a_scenario_that_fails_is_listed_and_the_others_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, out = tmp_path / "broken.yaml", tmp_path / "out"
    document.write_text(BROKEN, encoding="utf-8")
    asked = ["study", f"file={document}", f"out={out}", "workers=1", "plugins=breaking_plugin"]
    assert main(asked) == 1
    told = capsys.readouterr().err
    assert "Missing from the results: bad (" in told and "Missing from the results: both (" in told
    assert "on purpose" in told and "Traceback" not in told
    runs = pd.read_parquet(out / "runs.parquet")
    compared = runs[runs["part"].isin(["as given", "futures"])]
    assert set(compared["arm"]) == {"baseline", "mentorship"} and len(compared) == 2 * 4 * (1 + 3)
    report = (out / "report.html").read_text("utf-8")
    assert "it could not be run" in report and "on purpose" in report
    document.write_text(
        BROKEN.replace("mentorship: [mentorship], ", "").replace(", both: [mentorship, bad]", ""), "utf-8"
    )
    assert main(asked) == 1
    assert "so there is nothing to compare" in capsys.readouterr().err


def test_a_scenario_that_fails_in_every_future_is_left_out_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As given it is carried out well enough not to break."""
    document, out = tmp_path / "broken.yaml", tmp_path / "out"
    weak = BROKEN.replace("kind: breaking", "kind: breaking, below: 0.9").replace("search:", "sensitivity: {} #")
    assumption = "    care: {path: policies.bad.intensity, low: 0.5, high: 0.8}\n"
    document.write_text(weak.replace("  assumptions:\n", "  assumptions:\n" + assumption), encoding="utf-8")
    assert main(["study", f"file={document}", f"out={out}", "workers=1", "plugins=breaking_plugin"]) == 1
    assert "Missing from the results: bad (in every future; in the first: " in capsys.readouterr().err
    assert set(pd.read_parquet(out / "runs.parquet")["arm"]) == {"baseline", "mentorship"}
    assert "What Bad would do: it could not be run (in every future" in (out / "report.html").read_text("utf-8")


def test_what_is_wrong_is_said_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "study.yaml"
    document.write_text(STUDY.replace("contacts.rate", "contacts.rat"), encoding="utf-8")
    assert main(["study", f"file={document}", f"out={tmp_path / 'out'}"]) == 2
    assert "no number stands at 'contacts.rat'" in capsys.readouterr().err
    assert not (tmp_path / "out" / "blocks").exists()


def test_the_document_on_the_page_of_studies_is_read_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "studies.md").read_text(encoding="utf-8")
    found = re.search(r"^`bundles.yaml`\n\n```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    (tmp_path / "bundles.yaml").write_text(found[1], encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,department\na,X\nb,Y\nc,X\nd,Y\n", encoding="utf-8")
    (tmp_path / "ties.csv").write_text("learner,sender\na,b\nb,a\nc,a\nd,b\n", encoding="utf-8")
    read: list[Design] = []

    def stopping(lab: Lab, design: Design) -> None:
        read.append(design)
        raise StudyError("far enough")

    monkeypatch.setattr(stages, "run_study", stopping)
    monkeypatch.chdir(tmp_path)
    first_look = next(line for line in re.sub(r"\\\n +", "", page).splitlines() if "a first look" in line)
    for words in (["file=bundles.yaml"], first_look.split("#")[0].split()[2:]):
        assert main(["study", *words]) == 1
    assert [arm.name for arm in read[0].study.arms] == ["baseline", "rotation", "peers_first"]
    assert [len(each.futures) for each in read] == [40, 4]
    assert read[0].strategy.search.trials == 100 and read[1].strategy.search.trials == 0
