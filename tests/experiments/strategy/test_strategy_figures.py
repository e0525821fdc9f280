"""Every number of a report: an id of its own, the value that its rows give, and a function that exists."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
from made_up_study import answered

from experiments.analysis.robustness import robustness
from experiments.strategy.answer import Answer
from experiments.strategy.figures import Figure, Figures, Rows, figure_id, read_figures, write_figures
from experiments.strategy.figures_all import METHODS, figures_of
from experiments.strategy.figures_futures import acceptable_in, sign_test

OUTCOMES = {"need_met": {"smallest": 2.0, "threshold": 44.0}}


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answered(budget={"hours": 1.3}, outcomes=OUTCOMES)


@pytest.fixture(scope="module")
def figures(answer: Answer) -> Figures:
    return figures_of(answer)


def test_numbers_come_back_as_they_were_written(figures: Figures, tmp_path: Path) -> None:
    write_figures(tmp_path / "numbers.json", figures)
    back = read_figures(tmp_path / "numbers.json")
    assert len(back) == len(figures) > 50
    for one, two in zip(figures, back, strict=True):
        assert (one.id, one.text, one.meaning, one.function, one.formula, one.rows) == (
            two.id, two.text, two.meaning, two.function, two.formula, two.rows)  # fmt: skip
        assert np.array_equal(one.value, two.value, equal_nan=True)


def test_damaged_numbers_are_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "numbers.json").write_text('{"runs": [], "numbers": [{"id": "a"}]}', "utf-8")
    with pytest.raises(ValueError, match="damaged"):
        read_figures(tmp_path / "numbers.json")


def test_no_two_names_give_one_id() -> None:
    assert figure_id("effect", "a/b", "c") != figure_id("effect", "a", "b/c")
    assert figure_id("effect", "a%2F") != figure_id("effect", "a/")
    one = Figure("a", "", 0.0, "", "", "", Rows(""))
    with pytest.raises(ValueError, match="share the id a"):
        Figures.of([one, one])


def test_every_function_that_is_named_exists() -> None:
    for kind, method in METHODS.items():
        parts = method.function.split(".")
        found = None
        for length in range(len(parts) - 1, 0, -1):
            try:
                found = importlib.import_module(".".join(parts[:length]))
            except ModuleNotFoundError:
                continue
            for name in parts[length:]:
                found = getattr(found, name)
            break
        assert callable(found) or isinstance(found, property), f"{kind} names {method.function}"


def test_values_are_those_of_the_rows_that_they_name(answer: Answer, figures: Figures) -> None:
    """Recomputed from the arrays by way of the rows alone."""
    measured = {"as given": answer.given, "futures": answer.futures}
    checked = 0
    for each in figures:
        kind = each.id.split("/")[0]
        if kind not in ("effect", "level", "hours", "gain", "better", "reached", "acceptable"):
            continue
        found = measured[each.rows.where]
        assert found is not None
        outcomes = found.outcomes
        assert each.rows.seeds == outcomes.seeds
        futures = [number - 1 for number in each.rows.points] or [0]
        table = outcomes.hours if kind == "hours" else outcomes.values[each.rows.outcome]
        arms = [outcomes.arms.index(arm) for arm in each.rows.arms]
        named = each.id.split("/")[1]
        mine = table[outcomes.arms.index(named)][futures]
        base = table[0][futures]
        expected = {
            "effect": (mine - base).mean(), "hours": (mine - base).mean(), "gain": (mine - base).mean(),
            "level": mine.mean(), "better": (mine > base).sum(),
            "reached": (answer.given.courses["need_met"][arms[0], 0, :, 13:] >= 44.0).any(axis=1).sum(),
            "acceptable": ((mine - base).mean(axis=1) >= 2.0)[
                (outcomes.hours[outcomes.arms.index(named)] - outcomes.hours[0])[futures].mean(axis=1) <= 1.3
            ].sum() / len(futures),
        }[kind]  # fmt: skip
        assert each.value == pytest.approx(expected, abs=1e-9), each.id
        checked += 1
    assert checked >= 7 * 3


def test_acceptable_futures_are_those_of_the_robustness(answer: Answer) -> None:
    for found in answer.robust["need_met"].arms:
        assert acceptable_in(answer, found.name).mean() == pytest.approx(found.acceptable.value)


def test_all_futures_acceptable_is_no_certainty(figures: Figures, answer: Answer) -> None:
    """Drawing thirty successes again gives thirty successes; the exact interval of a share does not."""
    seen = next(each for each in answer.robust["need_met"].arms if each.name == "rotation").acceptable
    assert (seen.value, seen.low, seen.high) == (1.0, 1.0, 1.0)
    assert figures.get("acceptable", "rotation", "need_met").text == "100 % (88 to 100)"
    assert figures.get("acceptable", "all_together", "need_met").text == "0 % (0 to 12)"


def test_the_sign_test_is_exact() -> None:
    assert sign_test(5, 0) == pytest.approx(2 / 2**5)
    assert sign_test(0, 0) == sign_test(3, 3) == 1.0


def test_futures_left_out_are_not_among_the_rows() -> None:
    found = answered(futures=8)
    assert found.futures is not None
    outcomes = found.futures.outcomes
    outcomes.values["need_met"][1, 2] = np.nan
    again = robustness(outcomes, "need_met", found.robust["need_met"].wanted)
    from dataclasses import replace

    rows = figures_of(replace(found, robust={"need_met": again})).get("regret_max", "rotation", "need_met").rows
    assert rows.points == (1, 2, 4, 5, 6, 7, 8)
