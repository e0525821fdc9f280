"""A comparison on the terminal: the answer, then one row per arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments import report_tables, sentences
from experiments.charts.fonts import clean
from experiments.sentences import MAIN
from experiments.statistics import per_unit_of_cost
from experiments.wording import hours_number, number

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.comparison import Comparison


HEADS = ("Arm", "Need met", "Change (95 %)", "Better in", "Hours", "Per hour")
"""Columns for which 80 characters have room; changes in points, hours a person-week."""


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Print the answer in sentences and the headline table; names are shown as they are, never as markup."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = console or Console()
    for sentence in sentences.headline(comparison):
        out.print(Text(clean(sentence), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(HEADS):
        table.add_column(head, justify="right" if place else "left", overflow="fold", no_wrap=place > 0)
    for arm in comparison.arms:
        if (arm.name, MAIN) in comparison.results:
            heading = report_tables.baseline_heading(comparison, arm)
            if heading:
                table.add_row(Text(clean(heading), style="dim"))
            table.add_row(*(Text(clean(cell)) for cell in _cells(comparison, arm.name)))
    out.print(table)
    for reason in comparison.left_out:
        out.print(Text(clean(f"Left out: {reason}")))
    out.print(Text(sentences.savings(comparison), style="dim"))


def _cells(comparison: Comparison, arm: str) -> tuple[str, ...]:
    """One arm: where need met ends up, by how much it changed, how surely, and at what cost."""
    result, hours = comparison.results[arm, MAIN], comparison.hours[arm].difference
    return (
        comparison.titles[arm],
        f"{number(result.mean_arm, 1)} %",
        report_tables.difference(result, "points"),
        report_tables.better(comparison, arm, MAIN),
        hours_number(hours),
        number(per_unit_of_cost(result.difference, hours), 1, sign=True),
    )
