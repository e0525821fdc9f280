"""What commands print at the end: results in short, where they lie, and what failed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rich.table import Table

    from experiments.comparison import Comparison
    from experiments.runner import Outcome
    from experiments.study import Study
    from sim.recorder import Record

HEADLINES = ("need_met", "adequacy", "share_across", "trust_within", "trust_across", "performance", "hours")


def show_comparison(folder: Path, comparison: Comparison | None) -> None:
    """Print the comparison and where the results lie."""
    if comparison is None:
        print("There is one scenario, so nothing to compare: add a baseline with watercooler sweep.")
    else:
        from experiments.terminal import print_comparison

        print_comparison(comparison)
        print(f"\nReport: {folder / 'report.html'}")
    print(f"Tables: {folder / 'runs.parquet'}, {folder / 'series.parquet'}")


def show_run(folder: Path, title: str, record: Record, since: int | None = None) -> None:
    """Print the headline metrics of one scenario: at the start, and over the last weeks or from `since` on.

    Args:
        folder: the results folder, with its tables.
        title: what the scenario is called.
        record: its results.
        since: first week of flows and ratios; without it, the one that the tables in the folder have.
    """
    from rich.table import Table

    from experiments.pairing import display_factor
    from experiments.wording import number
    from sim.metrics import METRICS

    first_week = table_start(folder) if since is None else since
    worlds = len(record.seeds)
    table = Table(title=title, title_justify="left")
    for heading in ("", "first week", _over(first_week), "unit"):
        table.add_column(heading, justify="right" if heading and heading != "unit" else "left")
    for metric in (METRICS[name] for name in HEADLINES):
        factor = display_factor(metric.unit)
        first = factor * np.asarray(metric.series(record.weekly))[:, 0]
        value = factor * np.asarray(metric.value(record.weekly, first_week))
        shown = number(float(value.mean()))
        if worlds > 1:
            shown += f"  ({number(float(value.min()))} to {number(float(value.max()))})"
        start = number(float(first.mean())) if metric.kind == "stock" else ""
        table.add_row(metric.title, start, shown, metric.unit)
    print_plain(table)
    seeds = f"seed {record.seeds[0]}" if worlds == 1 else f"mean (lowest to highest) of {worlds} seeds"
    print(f"{seeds}. Tables: {folder / 'runs.parquet'}, {folder / 'series.parquet'}")


def _over(since: int) -> str:
    """What the values are taken over."""
    return f"at the end or from week {since} on" if since else "at the end or over the run"


def table_start(folder: Path) -> int:
    """First week of flows and ratios in the folder's table of runs: when its first policy starts; 0 without one.

    Read from the table itself, so that the screen and the file beside it say the same.
    """
    import pyarrow.parquet

    from experiments.tables import RUNS

    path = folder / RUNS
    names = [name for name in pyarrow.parquet.read_schema(path).names if _is_start(name)]
    columns = pyarrow.parquet.read_table(path, columns=names).to_pydict() if names else {}
    return min((int(week) for weeks in columns.values() for week in weeks if week is not None), default=0)


def _is_start(column: str) -> bool:
    return column.startswith("policies.") and column.endswith(".start_week")


def print_plain(table: Table) -> None:
    """Print a table; wide and without styles where no terminal sets the width."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(table)


def say_failures(study: Study, outcome: Outcome, complete: Study) -> int:
    """Say which scenarios are missing from the results, and why.

    Returns:
        0, or 1 if any is.
    """
    have = {arm.name for arm in complete.arms}
    missing = [arm for arm in study.arms if arm.name not in have]
    for arm in missing:
        reason = outcome.failed.get(arm.name)
        if reason is None:
            reason = "its baseline failed" if arm.baseline in {gone.name for gone in missing} else "it was not finished"
        print(f"Missing from the results: {arm.title} ({reason})", file=sys.stderr)
    return 1 if missing else 0
