"""Facts from the literature: that each can fail, which are held back, and what a validation leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.cli import main
from experiments.progress import Screen
from experiments.store import Store
from experiments.validation.catalogue import facts, held_back
from experiments.validation.exact import closed_forms
from experiments.validation.fact import (
    BUILT_IN,
    CALIBRATED,
    EMERGENT,
    Fact,
    Finding,
    Records,
    Sample,
    metric,
    p_above,
    p_below,
    verdict,
    worst,
)
from experiments.validation.page import page, score
from experiments.validation.run import validate
from experiments.workers import Machine
from sim.recorder import Record
from sim.scenario import Scenario
from sim.simulation import Simulation

SMALL = {"organization": {"people": 24, "departments": 3, "topics": 8, "sources": 5}, "weeks": 6}
FACTS = facts()


@lru_cache(maxsize=1)
def one_record() -> Record:
    """Three worlds that know nothing of any fact, for as many weeks as a fact may look at."""
    simulation = Simulation(Scenario.from_dict({**SMALL, "weeks": 110}), seeds=(1, 2, 3))
    simulation.run()
    return simulation.record()


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_says_all_that_a_reader_needs(name: str) -> None:
    fact = FACTS[name]
    assert fact.name == name and fact.kind in (BUILT_IN, CALIBRATED, EMERGENT)
    assert fact.title and fact.source and fact.expected and fact.setting and fact.arms
    for data in fact.arms.values():
        assert Scenario.from_dict(data).weeks > 0


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.kind != CALIBRATED])
def test_where_every_condition_is_the_same_world_a_fact_does_not_hold(name: str) -> None:
    finding = FACTS[name].judge(dict.fromkeys(FACTS[name].arms, one_record()))
    assert not finding.holds and finding.found and finding.measure
    assert bool(finding.samples) != bool(finding.curves)


def test_four_of_the_emergent_facts_are_held_back_and_none_else() -> None:
    assert len(held_back()) == 4
    assert held_back() <= {"contagion", *(name for name, fact in FACTS.items() if fact.kind == EMERGENT)}
    assert {name for name, fact in FACTS.items() if fact.held_back} == held_back() & set(FACTS)


def test_one_sided_p_is_students() -> None:
    values = np.array([0.3, -0.1, 0.4, 0.2, np.nan, 0.1])
    known = values[np.isfinite(values)]
    assert p_above(values) == pytest.approx(stats.ttest_1samp(known, 0, alternative="greater").pvalue)
    assert p_below(values, 0.1) == pytest.approx(stats.ttest_1samp(known, 0.1, alternative="less").pvalue)
    assert p_above(np.full(4, 2.0)) == 0 and p_above(np.full(4, -2.0)) == 1
    assert np.isnan(p_above(np.array([1.0]))) and np.isnan(worst(0.1, float("nan")))
    assert verdict(0.009) and not verdict(0.01) and not verdict(0.001, False) and not verdict(float("nan"))


def test_closed_forms_hold_within_rounding() -> None:
    forms = closed_forms()
    assert len(forms) >= 5
    for form in forms:
        assert form.holds and form.largest < form.tolerance <= 2e-5, form


def made_up(name: str, held: bool = False, kind: str = EMERGENT, **arms: Mapping[str, object]) -> Fact:
    """A fact that holds where its second arm has more topics met than its first."""

    def judge(records: Records) -> Finding:
        first, second = (metric(records[f"{name}: {arm}"], "adequacy") for arm in ("low", "high"))
        p = p_above(second - first)
        return Finding("it is so", p, verdict(p), "points", (Sample("high less low", second - first),))

    given = {f"{name}: {arm}": {**SMALL, **sections} for arm, sections in arms.items()}
    return Fact(name, name.title(), kind, "nobody", "more", "small worlds", given, judge, held)


SLOW, FAST = {"learning": {"practice": 0.0}}, {"learning": {"practice": 0.5}}


def test_worlds_that_two_facts_share_are_run_once_and_never_again(tmp_path: Path) -> None:
    found = {"up": made_up("up", low=SLOW, high=FAST), "down": made_up("down", held=True, low=FAST, high=SLOW)}
    with Screen() as screen:
        validation = validate(tmp_path, found, (1, 2, 3, 4), Machine(), screen)
    blocks = sorted(path for path in tmp_path.rglob("*.parquet"))
    assert sum(len(group.seeds) for _, group in Store(tmp_path).index.everything()) == 2 * 4
    written = [path.stat().st_mtime_ns for path in blocks]
    with Screen() as screen:
        again = validate(tmp_path, found, (1, 2, 3, 4), Machine(), screen)
    assert [path.stat().st_mtime_ns for path in blocks] == written
    assert validation.findings["up"].holds and not validation.findings["down"].holds
    assert again.findings["up"].p == validation.findings["up"].p
    assert score(validation, held_back=False) == (1, 1) and score(validation, held_back=True) == (0, 1)


def test_the_page_shows_every_fact_with_its_verdict(tmp_path: Path) -> None:
    found = {"up": made_up("up", low=SLOW, high=FAST), "down": made_up("down", held=True, low=FAST, high=SLOW)}
    with Screen() as screen:
        validation = validate(tmp_path, found, (1, 2, 3, 4), Machine(), screen)
    failed = replace(validation, findings={"up": validation.findings["up"]}, failed={"down": "its worker died"})
    text = page(failed, closed_forms(), {"up": tmp_path / "images" / "up.svg"}, tmp_path)
    assert "1 of 2 emergent facts are shown: 1 of 1 that defaults could be calibrated against, 0 of 1 held back" in text
    assert "| Up | emergent | nobody |" in text and "![Up: shown](images/up.svg)" in text
    assert "Not judged: its worker died" in text and "emergent, held back" in text


def test_an_unknown_fact_is_refused_with_the_right_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "tie_strenght", "--seeds", "2"]) == 2
    assert "tie_strenght: no fact has this name" in (err := capsys.readouterr().err) and "'tie_strength'" in err


def test_the_command_writes_page_and_charts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs = tmp_path / "docs"
    words = [
        "validate",
        "retention",
        "--seeds",
        "2",
        "--workers",
        "1",
        "--out",
        str(tmp_path / "out"),
        "--docs",
        str(docs),
    ]
    assert main(words) == 0
    assert "Unused knowledge" in capsys.readouterr().out
    for folder in (tmp_path / "out", docs):
        assert "## Unused knowledge is lost by 1.3 % a month" in (folder / "validation.md").read_text(encoding="utf-8")
        assert (folder / "images" / "validation" / "retention.svg").read_text(encoding="utf-8").count("a month") >= 4
