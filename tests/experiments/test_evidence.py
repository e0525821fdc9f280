"""Evidence on policies: every parameter is turned, effects can be absent, and pairs are judged against the sum."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.cli import main
from experiments.commands import evidence
from experiments.evidence import interactions
from experiments.evidence.effects import one_sided
from experiments.evidence.page import figure, pair_rows
from experiments.evidence.parameters import CHOOSING, TESTING, Turn, judged, turns
from experiments.evidence.subjects import Subject, subjects
from experiments.statistics import paired
from sim.scenario import Scenario
from sim.simulation import Simulation

SMALL = {"organization": {"people": 24, "departments": 3, "topics": 8, "sources": 5}, "weeks": 20}


def test_every_parameter_of_every_policy_is_turned() -> None:
    named = {turn.name for turn in turns()}
    for kind, subject in subjects().items():
        for field in dataclasses.fields(subject.policy.Settings):
            assert field.name == "kind" or any(name.startswith(f"{kind}.{field.name}") for name in named)


@pytest.mark.parametrize("turn", turns(), ids=lambda turn: turn.name)
def test_both_ends_of_a_parameter_are_allowed_and_differ(turn: Turn) -> None:
    low, high = (Scenario.from_dict(turn.scenario(value)) for value in (turn.low, turn.high))
    assert low.identity() != high.identity()
    assert low.without_policies().identity() == high.without_policies().identity()


def run(data: dict[str, Any], worlds: int = CHOOSING + TESTING) -> Any:
    simulation = Simulation(Scenario.from_dict({**data, **SMALL}), seeds=range(1, worlds + 1))
    simulation.run()
    return simulation.record()


def test_a_parameter_that_does_nothing_is_found_out_and_one_that_does_is_not() -> None:
    subject = Subject("incentives")
    idle = Turn(subject, "ramp_weeks", 0, 0, {"start_week": 0})
    record = run(idle.scenario(0))
    assert not judged(idle, record, record).moves
    weight = Turn(subject, "weight", 0.0, 1.0, {"start_week": 0})
    found = judged(weight, run(weight.scenario(1.0)), run(weight.scenario(0.0)))
    assert found.moves and found.moved.n == TESTING


def test_one_sided_p_follows_the_better_direction() -> None:
    rising = paired([1.0, 2.0, 3.0, 2.5], [0.0, 0.5, 0.5, 0.0])
    assert one_sided(rising, "higher") == pytest.approx(rising.p / 2)
    assert one_sided(rising, "lower") == pytest.approx(1 - rising.p / 2)


def test_a_pair_is_judged_against_the_sum_of_each() -> None:
    draw = np.random.default_rng(1)
    none = draw.normal(40, 1, 32)
    alone = {"a": none + 2, "b": none + draw.normal(3, 0.1, 32), "c": none + 1}
    both = {
        "a + b": none + 2 + (alone["b"] - none) + draw.normal(0, 0.1, 32),
        "a + c": none + 3 + draw.normal(1, 0.1, 32),
        "b + c": none + (alone["b"] - none) + draw.normal(0, 0.1, 32),
    }
    pairs = interactions._judged([("a", "b"), ("a", "c"), ("b", "c")], {"none": none, **alone, **both})
    assert [pair.clear for pair in pairs] == [False, True, True]
    assert pairs[1].beyond.difference == pytest.approx(1, abs=0.1) and pairs[2].beyond.difference < -0.8
    assert [row[0] for row in pair_rows(pairs)] == ["`a` + `c`", "`a` + `b`", "`b` + `c`"]


def test_figures_are_short_and_have_a_real_minus() -> None:
    assert [figure(value) for value in (-0.00123456, 12.3456, -0.0, 1234.5)] == [
        "\u22120.00123",
        "12.3",
        "0",
        "1.23e+03",
    ]


def test_an_unknown_policy_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "effects", "rotatoin"]) == 2
    assert "'rotation'" in capsys.readouterr().err


def test_the_page_gets_its_table_between_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "policies.md"
    page.write_text("Before\n<!-- evidence effects -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    rows = [("`x`", "", "y", "1", "0.1", "2", "3", "not shown")]
    monkeypatch.setitem(evidence._MEASURES, "effects", lambda *_: (("a",) * 8, rows, {}))
    assert main(["evidence", "effects", "--out", str(tmp_path / "out"), "--docs", str(tmp_path)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| `x` |  | y | 1 | 0.1 | 2 | 3 | not shown |" in text and "old" not in text and text.endswith("after\n")
    assert "not shown" in capsys.readouterr().out
    monkeypatch.setitem(evidence._MEASURES, "effects", lambda *_: (("a",) * 8, [], {"x": "died"}))
    assert main(["evidence", "effects", "--out", str(tmp_path / "out"), "--docs", str(tmp_path)]) == 1
    assert page.read_text(encoding="utf-8") == text, "a table with holes does not replace a whole one"


def test_a_folder_without_the_page_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", "effects", "--out", str(tmp_path / "out"), "--docs", str(tmp_path)]) == 2
    assert "policies.md" in capsys.readouterr().err


def test_a_policy_without_a_partner_is_compared_with_nothing() -> None:
    subject = Subject("rotation")
    assert subject.without() == {"policies": {}} and list(subject.under()["policies"]) == ["rotation"]
    record = SimpleNamespace(treated={}, seats={"adequacy_members": np.ones((3, 4), np.float32)}, weekly={})
    assert np.isnan(subject.compare("adequacy_members", record, record).difference)  # type: ignore[arg-type]


def test_the_catalogue_says_what_a_policy_bends_and_with_which_others_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = tmp_path / "interactions.json"
    pairs.write_text('[{"policies": ["circles", "rotation"], "beyond": -0.31, "q": 0.001}]', encoding="utf-8")
    monkeypatch.setattr("experiments.commands.policies.PAIRS", pairs)
    assert main(["policies", "rotation"]) == 0
    out = capsys.readouterr().out
    assert "Less than the sum with: circles (-0.31 points of need met)" in out and "Bends: engagement.pull" in out
    assert main(["policies", "coaching"]) == 0
    assert "the sum with" not in capsys.readouterr().out
