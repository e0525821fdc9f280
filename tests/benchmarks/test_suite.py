"""The benchmarks measure what they say: turns, ratios, goals, bytes, the table, the chart and the page."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from benchmarks import __main__ as command
from benchmarks import chart, exchange, field, limits, machine, memory, page, startup, sweep, table, timing, worlds
from benchmarks.figures import Findings, Point
from benchmarks.goals import GOALS, HIGHER, RIVALS, TITLES, Goal
from benchmarks.report import Report, read, write
from benchmarks.sections import SECTIONS
from benchmarks.timing import Times
from experiments.design import Document, read_design, study_of

ROOT = Path(__file__).parents[2]
on_linux = pytest.mark.skipif(not memory.STATUS.is_file(), reason="only Linux says how much memory a process holds")


def points() -> tuple[Point, ...]:
    """A chart's points: ours flat, one rival a hundred times as dear, and a limit."""
    sizes = (1000, 10_000, 100_000)
    ours = [Point("ours", "ours", people, 200.0 + people / 1e4) for people in sizes]
    rival = [Point(next(iter(RIVALS)), "contender", people, 20_000.0) for people in sizes[:2]]
    return (*ours, *rival, *(Point("limit", "limit", people, 20.0) for people in sizes))


def report(small: bool = False) -> Report:
    """A report in which every section has a promised figure and one beside it."""
    found = {}
    for section in TITLES:
        findings = Findings(section)
        goal = next(key for key in GOALS if key.startswith(section))
        findings.samples("promised", 1.0, (1.0, 2.0, 3.0), "times", goal=goal)
        findings.value("beside", 12345.678, "ns", note="counted")
        found[section] = findings
    found["p8"].points = list(points())
    found["p4"].remarks = ["Not measured: a slow one."]
    return Report.of(machine.describe(), small, dict.fromkeys(TITLES, 1.0), found)


# --- timing ------------------------------------------------------------------------------------------------


def test_contenders_take_turns_after_an_uncounted_call() -> None:
    order: list[str] = []
    times = timing.in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=3)
    assert order == ["a", "b", "a", "b", "a", "b", "a", "b"]
    assert len(times["a"].samples) == 3
    assert min(times["b"].samples) == times["b"].best


def test_a_short_call_is_repeated_until_its_turn_is_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])

    def call() -> None:
        clock[0] += 0.125

    times = timing.in_turn({"": call}, rounds=2, turn=1.0)[""]
    assert times.calls == 8
    assert times.samples == (0.125, 0.125)
    hurried = timing.in_turn({"": call}, rounds=100, patience=0.3)[""]
    assert len(hurried.samples) == 3


def test_the_middle_half_leaves_out_what_is_odd() -> None:
    assert timing.middle_half((1.0, 2.0, 3.0, 4.0, 100.0)) == (2.0, 4.0)
    assert timing.middle_half((7.0,)) == (7.0, 7.0)


def test_a_ratio_is_best_over_best_with_the_spread_of_the_rounds() -> None:
    found = Findings("p1")
    found.ratio("r", Times((4.0, 2.0, 6.0)), Times((1.0, 2.0, 2.0)), "times", scale=10.0, goal="p1 one thread")
    figure = found.figures[0]
    assert figure.value == 20.0
    assert (figure.low, figure.high) == (20.0, 35.0)  # of 40, 10 and 30
    assert figure.rounds == 3
    assert figure.goal is GOALS["p1 one thread"]


# --- goals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "better", "verdict"),
    [(2.1, "lower", "missed"), (2.0, "lower", "goal"), (1.0, "lower", "stretch"), (0.9, HIGHER, "missed"),
     (2.0, HIGHER, "stretch")],
)  # fmt: skip
def test_a_goal_says_what_a_value_reaches(value: float, better: str, verdict: str) -> None:
    stretch = 1.0 if better == "lower" else 2.0
    assert Goal(2.0 if better == "lower" else 1.0, stretch, better).verdict(value) == verdict


def test_every_section_has_a_title_and_a_goal() -> None:
    assert list(SECTIONS) == list(TITLES) == sorted({key.split()[0] for key in GOALS})
    assert set(RIVALS.values()) <= set(GOALS)
    for goal in GOALS.values():
        assert goal.stretch is None or (goal.stretch > goal.goal) == (goal.better == HIGHER)


# --- what is measured --------------------------------------------------------------------------------------


def test_departments_hold_at_most_a_thousand_people() -> None:
    for people in (24, 500, 1000, 10_000, 30_000, 1_000_000):
        count = worlds.departments(people)
        assert people / count <= 1000
        assert count >= 8 or people < 1000


def test_the_product_is_that_of_the_models_ties_and_mastery() -> None:
    model = exchange.prepared(60, 8)
    result = exchange.product(model)()
    state = model.state
    expected = np.zeros_like(state.arrays["expertise"])
    for learner, source, trust in zip(state.learners(), state.source, state.trust, strict=True):
        expected[learner] += trust * state.arrays["expertise"][source]
    np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-5)


def test_every_call_of_the_exchange_is_another_week() -> None:
    model = exchange.prepared(60, 8)
    call = exchange.exchanging(model, 1)
    met = []
    for _ in range(3):
        with np.errstate(over="ignore"):
            call()
        met.append(model.ensemble.work.meetings.copy())
    assert model.ensemble.number == 3
    assert any(np.any(met[0] != other) for other in met[1:])


def test_the_study_is_ten_scenarios_of_three_policies() -> None:
    study = study_of(read_design(Document(sweep.study(500, 260, 100))), "thousand")
    assert len(study.arms) == 10
    assert len(study.seeds) == 100
    assert [len(arm.scenario.policies) for arm in study.arms] == [0] + [3] * 9
    kinds = {tuple(sorted(policy.kind for policy in arm.scenario.policies.values())) for arm in study.arms[1:]}
    assert kinds == {tuple(sorted(worlds.POLICIES))}
    assert len({arm.identity for arm in study.arms}) == 10


def test_a_process_that_fails_is_not_taken_for_a_fast_one() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        startup.python("-c", "raise SystemExit(3)")


class Lazy:
    """A contender that does nothing, twice at once."""

    name, package, work, worlds = "lazy", "none", "nothing", 2

    def __init__(self) -> None:
        self.weeks: list[int] = []

    def build(self, size: Any, seed: int) -> object:
        self.weeks.append(0)
        return size

    def week(self, built: object) -> None:
        self.weeks[-1] += 1

    def measures(self, built: object) -> dict[str, float]:
        return {}


def test_a_contender_is_warmed_up_and_its_run_is_run_whole() -> None:
    lazy: Any = Lazy()
    entrant = field.under_way(lazy, lazy)
    entrant.week()
    assert lazy.weeks == [worlds.WARM_WEEKS + 1]
    assert entrant.note == "nothing"
    impatient = field.under_way(lazy, lazy, seconds=0.0)
    assert "after 1 weeks, without policies" in impatient.note
    assert field.seconds_of_run(lazy, lazy, 30) >= 0.0
    assert lazy.weeks[-1] == 30


def test_a_contender_that_fails_is_remarked_and_no_more() -> None:
    found, lazy = Findings("p3"), Lazy()
    with field.entering(found, lazy):
        raise RuntimeError("no\nmore")
    assert field.title_of(lazy) == "lazy (simpler)"
    assert found.remarks == ["lazy failed: RuntimeError: no."]


# --- limits ------------------------------------------------------------------------------------------------


@pytest.mark.compiled
@pytest.mark.parametrize("threads", [1, 2])
def test_the_limits_touch_every_row_and_every_byte(threads: int) -> None:
    draw = np.random.default_rng(1)
    rows = draw.integers(0, 2**63, (50, 4), dtype=np.uint64)
    source, out = draw.integers(0, 50, 301), np.zeros(1, np.uint64)
    limits.gather(0, 301, source, rows, out)
    assert out[0] == np.bitwise_xor.reduce(rows[source].ravel())
    a, b, c = np.zeros(1001), draw.random(1001), draw.random(1001)
    limits.Team(threads).run(limits.triad, 1001, a, b, c)
    np.testing.assert_allclose(a, b + 0.5 * c)


def test_an_exchange_must_touch_six_numbers_a_tie_and_two_rows_a_person() -> None:
    assert limits.necessary_bytes(people=3, ties=10, width=8) == 10 * 20 + 3 * 64


# --- memory ------------------------------------------------------------------------------------------------


class Pair(NamedTuple):
    one: Any
    two: Any


def test_each_buffer_is_counted_once_wherever_it_is_held() -> None:
    base = np.zeros((4, 10), np.float32)
    views = [base[1:], base.ravel(), np.lib.stride_tricks.as_strided(base, (2, 10), (0, 4))]
    held = {"views": views, "pair": Pair(base, {"copy": base.copy()}), "names": ("a", "b")}
    found = memory.holdings({"root": held, "wide": np.broadcast_to(np.float32(1.0), (1000, 1000))})
    assert [part.size for part in found] == [160, 160, 4]
    assert [part.place for part in found] == ["root.views.0", "root.pair.two.copy", "wide"]


def test_the_sums_are_those_of_the_state_the_week_and_the_plan() -> None:
    model = worlds.under_way(60, threads=1)
    sums, state = memory.Sums.of(model), model.state
    names = ("source", "trust", "contact", "base_trust", "origin")
    assert sums.ties == sum(getattr(state.ties, name).nbytes for name in names)
    of_people = sum(part.nbytes for part in state.arrays.values() if len(part) == 60)
    counts = sum(part.nbytes for part in state.ties if len(part) in (60, 61))
    assert sums.people == of_people + counts
    of_departments = sum(part.nbytes for part in state.arrays.values() if len(part) != 60)
    assert sums.rest == of_departments + sum(part.nbytes for part in state.structure)
    work = sum(part.nbytes for part in model.ensemble.work if isinstance(part, np.ndarray))
    assert sums.scratch >= work
    model.ensemble.hoard = np.zeros(12_345, np.int8)  # type: ignore[attr-defined]
    assert memory.Sums.of(model).scratch == sums.scratch + 12_345


@on_linux
def test_a_passing_copy_shows_in_the_peak_and_is_gone_after() -> None:
    memory.forget_peak()
    before = memory.resident(memory.NOW)
    size = 64 * 2**20
    np.ones(size, np.int8).sum()
    assert memory.resident(memory.PEAK) - before > 0.9 * size
    memory.forget_peak()
    assert memory.resident(memory.PEAK) - before < 0.5 * size


# --- what is shown -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.0123, "0.012"), (0.5, "0.50"), (12.34, "12.3"), (1234.5, "1,234")]
)
def test_numbers_have_as_many_digits_as_count(value: float, text: str) -> None:
    assert table.number(value) == text


def test_the_table_shows_each_figure_beside_its_goal() -> None:
    console = Console(width=table.WIDTH, record=True, file=io.StringIO())
    table.print_report(report(small=True), console)
    text = console.export_text()
    assert "nothing about speed" in text
    for title in TITLES.values():
        assert title in text
    assert "stretch reached" in text and "not yet" in text and "≥ 150" in text


def test_figures_are_written_and_read_again(tmp_path: Path) -> None:
    written = report()
    write(written, tmp_path / "new" / "bench.json")
    assert read(tmp_path / "new" / "bench.json") == written
    data = json.loads((tmp_path / "new" / "bench.json").read_text(encoding="utf-8"))
    assert data["figures"][0]["verdict"] == "stretch"
    data["format"] = 0
    (tmp_path / "old.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match="measure again"):
        read(tmp_path / "old.json")


def test_the_charts_title_is_its_finding() -> None:
    rival = next(iter(RIVALS))
    flat = "A person-week costs 200 to 210 ns at every size from 1,000 to 100,000 people"
    assert chart.title(report()) == f"{flat}: 100 times less than in {rival}"
    steep = (Point("ours", "ours", 10, 100.0), Point("ours", "ours", 20, 4000.0))
    alone = Report({}, False, {}, (), steep)
    assert chart.title(alone) == "A person-week costs 100 ns to 4 µs from 10 to 20 people"


def test_the_chart_names_every_line_and_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = (chart.write(report(), tmp_path / name) for name in ("a", "b"))
    text = first[0].read_text(encoding="utf-8")
    for name in ("ours", "limit", next(iter(RIVALS)), "100,000", "people in the organization"):
        assert f">{name}<" in text
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=8))
def test_labels_keep_apart_and_inside(wanted: list[float]) -> None:
    places = chart.spread(sorted(wanted), 1.0, 1.0, 9.0)
    assert all(later - earlier > 0.999 for earlier, later in itertools.pairwise(places))
    assert min(places) > 0.999 and max(places) < 9.001


def test_the_page_takes_its_figures_from_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    marked = {name for _, name, _ in page.MARKED.findall(text)}
    assert {"machine", "goals", "finding"} <= marked <= set(page.PLACES)
    full = page.filled(text, report())
    assert page.filled(full, report()) == full
    assert "| P1 | promised | 1.00 | times | 1.50 to 2.50 | ≤ 2 | ≤ 1.3 | stretch reached |" in full
    assert f"![{chart.title(report())}](images/{chart.NAME}.svg)" in full
    assert "| beside | 12,346 | ns |  | counted |" in full
    assert "Not measured: a slow one." in full
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(page, "IMAGES", tmp_path)
    page.PAGE.write_text(text, encoding="utf-8")
    (tmp_path / "results").mkdir()
    chart.write(report(), tmp_path / "results")
    page.rewrite(report(), tmp_path / "results")
    assert page.PAGE.read_text(encoding="utf-8") == full
    assert (tmp_path / f"{chart.NAME}.svg").is_file()


def test_the_page_refuses_what_shows_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="real sizes"):
        page.rewrite(report(small=True), tmp_path)
    part = report()
    some = Report(part.machine, False, part.seconds, tuple(f for f in part.figures if f.section != "p4"), part.points)
    with pytest.raises(ValueError, match="p4"):
        page.rewrite(some, tmp_path)


def test_the_machine_is_known_and_nobody_else() -> None:
    described = machine.describe()
    assert described["cores"] == machine.cores()
    assert {"numpy", "numba", "scipy"} <= set(machine.packages())
    text = machine.in_words(described)
    assert str(described["processor"]) in text
    assert "/" not in text


# --- the command -------------------------------------------------------------------------------------------


def test_a_section_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fake(section: str, small: bool) -> Findings:
        if section == "p1":
            raise RuntimeError("broken")
        found = Findings(section)
        found.value("it works", 1.0, "times")
        return found

    monkeypatch.setattr(command, "apart", fake)
    assert command.main(["P1", "p6", "--small", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "it works" in said.out
    assert "Failed: P1" in said.err
    assert [figure.name for figure in read(tmp_path / "bench.json").figures] == ["it works"]
    with pytest.raises(SystemExit):
        command.main(["p9"])


@pytest.mark.compiled
def test_the_benchmarks_run(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "benchmarks", "--small", "--out", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = read(tmp_path / "bench.json")
    assert found.small
    assert found.sections == list(TITLES)
    assert {figure.goal for figure in found.figures if figure.goal} >= {GOALS["p1 one thread"], GOALS["p8 flat"]}
    assert all(np.isfinite(figure.value) and figure.value >= 0.0 for figure in found.figures)
    assert (tmp_path / f"{chart.NAME}.svg").is_file() and (tmp_path / f"{chart.NAME}.png").is_file()
