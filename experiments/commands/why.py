"""`watercooler why`: where a number of a study's report comes from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.show import print_plain
from experiments.strategy.figures import AS_GIVEN, FUTURES, NAME, SETTINGS, Figure, Figures, read_figures
from experiments.strategy.tables import POINTS, RUNS
from sim.parse import suggestion
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 40
"""Rows that are printed; all of them are in the table."""
MOST_ARMS = 12
"""Arms that are named."""


def main(folder: Path, number: str | None) -> int:
    """List the numbers of a report, or trace one to its runs.

    Returns:
        0.

    Raises:
        InputError: there are no numbers in the folder, or none of that name.
    """
    figures = _figures(folder)
    if number is None:
        _list(figures)
        return 0
    if number not in figures.by_id:
        mend = suggestion(number, list(figures.by_id)) + " (without a number, all are listed)"
        raise InputError([Problem(number, f"no number in {folder} has this id", mend)])
    _explain(folder, figures.by_id[number])
    return 0


def _figures(folder: Path) -> Figures:
    try:
        return read_figures(folder / NAME)
    except FileNotFoundError:
        mend = "give a folder that watercooler study wrote, such as results/strategy"
        raise InputError([Problem(str(folder), f"holds no {NAME}", mend)]) from None
    except ValueError as error:
        mend = "run the study again; it is assembled anew from the stored runs"
        raise InputError([Problem(str(folder / NAME), str(error), mend)]) from error


def _list(figures: Figures) -> None:
    """Every number with its id and what it is."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in ("Id", "Number", "What it is"):
        table.add_column(head, overflow="fold")
    for figure in figures:
        table.add_row(figure.id, figure.text, figure.meaning)
    print_plain(table)


def _explain(folder: Path, figure: Figure) -> None:
    """One number: what it is, how it is computed, and the rows that it comes from."""
    print(f"{figure.text}  (unrounded: {figure.value!r})")
    print(f"What it is:  {figure.meaning}")
    print(f"Computed by: {figure.function}")
    print(f"Formula:     {figure.formula}")
    print(f"From:        {_source(figure)}")
    if point := _point(folder, figure):
        print(f"Assumptions: {point}")
    rows = _rows(folder, figure)
    if rows is None:
        return
    print(f"\n{len(rows)} rows of {folder / RUNS}:")
    print(rows.head(MOST_ROWS).to_string(index=False))
    if len(rows) > MOST_ROWS:
        print(f"... and {len(rows) - MOST_ROWS} more. To read them all: {_query(folder, figure)}")


def _source(figure: Figure) -> str:
    """Which runs, in words."""
    rows = figure.rows
    told = [rows.where]
    if rows.points:
        told.append(f"{'futures' if rows.where == FUTURES else 'points'} {_spans(rows.points)}")
    if rows.seeds:
        told.append(f"seeds {_spans(rows.seeds)}")
    if rows.arms:
        told.append(f"arms {', '.join(rows.arms[:MOST_ARMS])}")
        told[-1] += f" and {len(rows.arms) - MOST_ARMS} more" if len(rows.arms) > MOST_ARMS else ""
    return "; ".join(told)


def _point(folder: Path, figure: Figure) -> str:
    """The assumptions of the one future that a number is of; empty where it is of more, or of none."""
    rows = figure.rows
    if rows.where != FUTURES or len(rows.points) != 1 or not (folder / POINTS).is_file():
        return ""
    import pandas as pd

    table = pd.read_csv(folder / POINTS, encoding="utf-8-sig")
    found = table[table["part"].eq(rows.where) & table["point"].eq(rows.points[0])].drop(columns=["part", "point"])
    values = found.dropna(axis="columns").to_dict("records")
    return ", ".join(f"{name} {value:g}" for name, value in values[0].items()) if values else ""


def _rows(folder: Path, figure: Figure) -> pd.DataFrame | None:
    """The runs behind a number; None where it does not come from runs, or the table is gone."""
    rows = figure.rows
    if rows.where == SETTINGS or not rows.arms or not (folder / RUNS).is_file():
        return None
    import pandas as pd

    table = pd.read_parquet(folder / RUNS)
    if "part" not in table.columns:
        mend = "run the study again; it is assembled anew from the stored runs"
        raise InputError([Problem(str(folder / RUNS), "another command has written its own table here", mend)])
    points = rows.points or (AS_GIVEN,)
    kept = table[table["part"].eq(rows.where) & table["point"].isin(points)]
    kept = kept[kept["arm"].isin(rows.arms) & kept["seed"].isin(rows.seeds)]
    shown = [rows.outcome] if rows.outcome in table.columns else []
    return kept[["point", "arm", "seed", *dict.fromkeys([*shown, "hours", "money"])]]


def _query(folder: Path, figure: Figure) -> str:
    """How to select the same rows in Python."""
    rows = figure.rows
    points = list(rows.points or (AS_GIVEN,))
    few = points if len(points) <= 12 else f"range({points[0]}, {points[-1] + 1})"
    arms = f" and arm in {list(rows.arms)}" if len(rows.arms) <= MOST_ARMS else ""
    table = f"pandas.read_parquet({str(folder / RUNS)!r})"
    return f"{table}.query({f'part == {rows.where!r} and point in @p{arms}'!r}) with p = {few}"


def _spans(numbers: Sequence[int]) -> str:
    """`1 to 20, 25`."""
    found: list[list[int]] = []
    for each in numbers:
        if found and each == found[-1][1] + 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in found)
