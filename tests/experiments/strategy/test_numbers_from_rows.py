"""Means, differences, shares and regrets of a report, computed again from the rows to which `why` leads, and no others.

The study is one of outcomes that are missing in some worlds, in one arm, and with money that is paid.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.commands import why
from experiments.strategy.figures import Figure, Figures, read_figures

pytestmark = pytest.mark.compiled

STUDY = """
name: rows
seeds: 6
weeks: 24
organization: {kind: synthetic, people: 60, departments: 4, topics: 8}
policies:
  mentorship: {kind: mentorship, start_week: 2, coverage: 0.6, cadence: 1}
  incentives: {kind: incentives, start_week: 2, money: 3}
strategy:
  futures: 6
  assumptions:
    contact: {path: contacts.rate, low: 0.2, high: 0.8}
    money: {path: policies.incentives.money, low: 1, high: 6}
  outcomes:
    loss_per_leader: {smallest: 0.1}
    adequacy: {smallest: 0.5}
    attendance: {}
    hours: {smallest: 0.5, better: higher}
  budget: {hours: 4, money: 3.5}
"""
LOWER = "loss_per_leader"
BUDGET = {"hours": 4.0, "money": 3.5}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the results."""
    folder = tmp_path_factory.mktemp("rows")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    assert main(["study", f"file={folder / 'study.yaml'}", f"out={folder}", "workers=1"]) == 0
    return folder


class Again:
    """A number computed again from its rows."""

    def __init__(self, figure: Figure, rows: pd.DataFrame, figures: Figures) -> None:
        self.rows, self.column = rows, figure.rows.outcome
        self.kind, self.arm, *rest = figure.id.split("/")
        self.sign = -1.0 if self.column == LOWER else 1.0
        wanted = f"wanted/{rest[-1]}" if rest else ""
        self.least = figures.by_id[wanted].value if wanted in figures.by_id else 0.0

    def of(self, arm: str, column: str = "") -> pd.Series:
        """A column of an arm, by point and seed."""
        return self.rows[self.rows["arm"] == arm].set_index(["point", "seed"])[column or self.column]

    def extra(self, column: str = "") -> pd.Series:
        """The arm less the baseline in the same point and world."""
        return self.of(self.arm, column) - self.of("baseline", column)

    def by_point(self, column: str = "") -> pd.Series:
        """The mean of that over the worlds of each point."""
        return self.extra(column).groupby("point").mean()

    def strong(self) -> pd.Series:
        """Whether the gain is enough, by point."""
        return self.sign * self.by_point() >= self.least

    def cheap(self) -> pd.Series:
        """Whether the budget is kept, by point."""
        return (self.by_point("hours") <= BUDGET["hours"]) & (self.by_point("money") <= BUDGET["money"])

    def regret(self) -> pd.Series:
        """The best arm less this one, by point."""
        means = self.sign * self.rows.groupby(["point", "arm"])[self.column].mean().unstack()
        return means.max(axis=1) - means[self.arm]


KINDS: dict[str, Callable[[Again], float]] = {
    "level": lambda again: again.of(again.arm).mean(),
    "effect": lambda again: again.extra().mean(),
    "defined": lambda again: again.extra().notna().sum(),
    "hours": lambda again: again.extra("hours").mean(),
    "money": lambda again: again.extra("money").mean(),
    "better": lambda again: (again.sign * again.extra() > 1e-9).sum(),
    "better_share": lambda again: (again.sign * again.extra().dropna() > 1e-9).mean(),
    "gain": lambda again: (again.sign * again.by_point()).mean(),
    "acceptable": lambda again: (again.strong() & again.cheap()).mean(),
    "too_weak": lambda again: (~again.strong()).mean(),
    "too_dear": lambda again: (~again.cheap()).mean(),
    "regret_max": lambda again: again.regret().max(),
    "regret_high": lambda again: np.percentile(again.regret(), 90),
    "first": lambda again: (again.regret() <= 1e-9).mean(),
    "used": lambda again: again.rows["point"].nunique(),
}


def test_numbers_are_those_of_the_rows_to_which_they_lead(out: Path) -> None:
    figures = read_figures(out / "numbers.json")
    checked: Counter[str] = Counter()
    for figure in figures:
        kind = figure.id.split("/")[0]
        rows = why._rows(out, figure)
        if kind not in KINDS or rows is None:
            continue
        value = float(KINDS[kind](Again(figure, rows, figures)))
        same = (math.isnan(value) and math.isnan(figure.value)) or math.isclose(
            value, figure.value, rel_tol=1e-9, abs_tol=1e-9
        )
        assert same, f"{figure.id}: {figure.value} is {value} by its rows"
        checked[kind] += 1
    assert set(checked) == set(KINDS), "every kind was there"
    assert any(figure.id.startswith("effect/") and math.isnan(figure.value) for figure in figures), (
        "and what is undefined"
    )
    of_leaders = figures.get("defined", "mentorship", LOWER).value
    assert 0 < of_leaders < 6, "and what is undefined in some worlds"


def test_what_is_undefined_is_a_dash_everywhere(out: Path) -> None:
    figures = read_figures(out / "numbers.json")
    undefined = [each for each in figures if math.isnan(each.value) and each.rows.outcome == "attendance"]
    assert undefined
    assert {each.text for each in undefined} == {"\u2013"}
    table = pd.read_csv(out / "effects.csv").query("outcome == 'attendance'")
    assert (table["n"] == 0).all() and table[["difference", "low", "high", "p", "p_holm"]].isna().all().all()
