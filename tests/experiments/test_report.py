"""The report and the terminal: complete, self-contained, and safe whatever people call things."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_studies import DEMO, HOSTILE, Plan, study
from pages import Page
from rich.console import Console

from experiments.charts import draw_charts
from experiments.commands.show import show_run, table_start
from experiments.comparison import compare
from experiments.report import LIMITS, write_report
from experiments.report_tables import arms, origin, seeds_text, short
from experiments.tables import RUNS, write_table
from experiments.terminal import print_comparison

PROVENANCE = {
    "command": "watercooler sweep study='<b>x</b>'", "model_version": 1, "versions": {"numpy": "2.4"},
    "git": {"commit": "abc", "changed": False}, "plugins": [], "seconds": None,
    "study": {"scenarios": [{"name": "rotation", "file": "scenarios/rotation.yaml"}]},
}  # fmt: skip


def reported(folder: Path, plans: Any, question: str = "Which policy?", **options: Any) -> tuple[str, Page]:
    made, records = study(plans, **options)
    made = replace(made, question=question)
    comparison = compare(made, records)
    charts = draw_charts(made, records, comparison, folder / "charts")
    path = folder / "report.html"
    write_report(
        path, made, records, comparison, charts,
        provenance=PROVENANCE, assumptions=["levels were <i>drawn</i>"], warnings=["642 ties pointed to one person"],
    )  # fmt: skip
    text = path.read_text("utf-8")
    page = Page()
    page.feed(text)
    return text, page


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Page]:
    plans = [Plan(f"arm{i}", name, effects={"need_met": 0.03 + 0.01 * i}, hours=1.0) for i, name in enumerate(HOSTILE)]
    folder = tmp_path_factory.mktemp("hostile")
    return reported(folder, plans, f"Does {HOSTILE[0]} help?", seeds=3, weeks=30, departments=HOSTILE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Page]:
    return reported(tmp_path_factory.mktemp("demo"), DEMO, seeds=9, weeks=60)


def test_names_are_text_and_never_markup(hostile: tuple[str, Page]) -> None:
    text, page = hostile
    assert "<script" not in text.lower()
    assert not {"script", "i", "iframe", "object", "link", "img", "form"} & set(page.tags)
    assert page.handlers == []
    for name in HOSTILE:
        assert name in page.text


def test_nothing_is_loaded_from_anywhere(demo: tuple[str, Page]) -> None:
    text, page = demo
    assert all(load.startswith(("#", "data:image/png;base64,")) for load in page.loads)
    assert "@import" not in text
    assert "url(http" not in text
    assert "default-src 'none'" in text
    addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, never loaded


def test_ids_are_unique_and_charts_have_names(demo: tuple[str, Page]) -> None:
    text, page = demo
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("svg") == 8
    assert text.count('role="img"') == 8


def test_the_page_answers_first_and_holds_every_part(demo: tuple[str, Page]) -> None:
    _, page = demo
    order = [
        "Which policy?", "All three together raised need met by", "What each of them did", "How sure that is",
        "p after Holm", "The charts", "All metrics",
        "What was simulated", "The same chance for all", "Assumptions", "levels were <i>drawn</i>", "642 ties",
        "What the model cannot say", "How to reproduce it", "watercooler sweep study='<b>x</b>'", "Versions",
    ]  # fmt: skip
    places = [page.text.index(part) for part in order]
    assert places == sorted(places)
    for head, _ in LIMITS:
        assert head in page.text
    assert "times as many seeds" in page.text
    assert "scenarios/rotation.yaml" in page.text
    assert "9 worlds: 1 to 9" in page.text


def test_every_metric_of_every_arm_is_in_the_full_table(demo: tuple[str, Page]) -> None:
    from sim.metrics import METRICS

    _, page = demo
    for metric in METRICS.values():
        assert page.text.count(metric.title) >= 4
    assert "Adequacy of mentees (target)" in page.text


def test_the_same_study_gives_the_same_page(demo: tuple[str, Page], tmp_path: Path) -> None:
    assert reported(tmp_path, DEMO, seeds=9, weeks=60)[0] == demo[0]


def test_few_worlds_are_called_few(tmp_path: Path) -> None:
    assert "Only 2 worlds" in reported(tmp_path, DEMO[:1], seeds=2, weeks=20)[0]


def test_a_study_with_nothing_to_compare_still_has_a_page(tmp_path: Path) -> None:
    assert "There is nothing to compare" in reported(tmp_path, (), seeds=2, weeks=20)[1].text


def test_arms_beyond_what_the_charts_show_are_in_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.charts.scene.MOST_ARMS", 2)
    monkeypatch.setattr("experiments.report.MOST_ARMS", 2)
    plans = [Plan(f"a{i}", f"Arm number {i}", effects={"need_met": 0.01 * i}) for i in range(4)]
    _, page = reported(tmp_path, plans, seeds=2, weeks=20)
    assert "The charts show 2 of 4 arms" in page.text
    assert page.text.count("Arm number 0") >= 2


def test_policies_are_listed_with_what_differs_from_the_defaults() -> None:
    from sim.policies import registry
    from sim.policies.base import Targets

    made, _ = study(DEMO[:1], seeds=2, weeks=20)
    usual = registry()["rotation"].Settings()
    settings = replace(usual, start_week=20, coverage=0.25, targets=Targets(departments=("销售部",)))
    scenario: Any = made.arms[1].scenario
    scenario.policies = {"swap": settings}
    rows = {row.cells[0]: row.cells[1] for row in arms(made).rows}
    assert rows["Baseline"] == "none"
    assert rows["Rotation"] == "swap (rotation): from week 20, coverage 0.25, targets departments 销售部"
    scenario.policies = {"swap": settings, "rotation": replace(usual, start_week=20)}
    assert arms(made).rows[1].cells[1].endswith("departments 销售部; rotation; all from week 20")
    scenario.policies = {"swap": settings, "rotation": usual}
    assert arms(made).rows[1].cells[1].endswith("; rotation: from week 13")


def test_one_column_has_one_denominator() -> None:
    plans = [DEMO[0], Plan("paid", "Paid", effects={"need_met": 0.05}, money=4.0)]
    grid = short(compare(*study(plans, seeds=4)))
    assert grid.heads[-1] == "Points per hour"
    assert [row.cells[-1] == "–" for row in grid.rows] == [False, True]
    grid = short(compare(*study(plans[1:], seeds=4)))
    assert grid.heads[-1] == "Points per unit of money"
    assert grid.rows[0].cells[-1].startswith("+1.")


def test_arms_of_one_title_are_told_apart() -> None:
    made, _ = study([Plan(name, "Long stays") for name in ("long_stays", "long stays")], seeds=2, weeks=20)
    for arm in made.arms[1:]:
        arm.scenario.policies.clear()
    assert [row.cells[0] for row in arms(made).rows] == ["Baseline", "long_stays", "long stays"]


def test_a_run_is_shown_from_the_week_of_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, records = study(DEMO[:1], seeds=2, weeks=60)
    write_table(tmp_path / RUNS, [{"policies.a.start_week": [13, None], "policies.b.start_week": [20, 20]}])
    show_run(tmp_path, "Rotation", records["rotation"])
    said = capsys.readouterr().out
    assert "from week 13 on" in said
    assert re.search(r"Hours .* 1\.[12]\d*  \(", said)
    show_run(tmp_path, "Rotation", records["rotation"], 0)
    assert re.search(r"over the run[\s\S]* Hours .* 0\.9\d+  \(", capsys.readouterr().out)
    write_table(tmp_path / RUNS, [{"seed": [1]}])
    assert table_start(tmp_path) == 0


def test_provenance_is_flattened_into_lines() -> None:
    lines = {row.cells[0]: row.cells[1] for row in origin(PROVENANCE).rows}
    assert lines == {
        "model version": "1", "versions: numpy": "2.4", "git: commit": "abc", "git: changed": "no", "plugins": "none",
        "seconds": "unknown",
    }  # fmt: skip


def test_seeds_are_named_briefly() -> None:
    assert seeds_text((3, 1, 2)) == "1 to 3"
    assert seeds_text((1, 5, 9)) == "1, 5, 9"
    assert seeds_text((7,)) == "7"


def test_the_terminal_shows_names_as_they_are_within_80_columns() -> None:
    plans = [Plan("a", "[bold]R&D[/bold]\x1b[31m", effects={"need_met": 0.05}, hours=1.0), *DEMO]
    console = Console(width=80, record=True, force_terminal=False, file=io.StringIO())
    print_comparison(compare(*study(plans, seeds=4)), console)
    text = console.export_text()
    assert "[bold]R&D[/bold]" in text.replace("\n", "") or "[bold]R&D" in text
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "4 of 4" in text


def test_the_terminal_names_baselines_and_what_is_left_out() -> None:
    made, records = study(DEMO[:2], seeds=3, weeks=20)
    second = [replace(made.arms[0], name="other", title="Other"), replace(made.arms[2], baseline="other")]
    made = replace(made, arms=(*made.arms[:2], *second, replace(made.arms[1], name="gone", title="Gone")))
    records["other"] = records["baseline"]
    console = Console(width=100, record=True, file=io.StringIO())
    print_comparison(compare(made, records), console)
    text = console.export_text()
    assert "Against Baseline" in text
    assert "Against Other" in text
    assert "Left out: Gone: no results of gone" in text
