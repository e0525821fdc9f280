"""The figures as a table: on the terminal, and in Markdown for a page."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Figure
from benchmarks.goals import HIGHER, MISSED, REACHED, STRETCH, TITLES
from benchmarks.machine import in_words
from benchmarks.report import Report

HEADS = ("figure", "measured", "unit", "middle half", "goal", "stretch", "")
WIDTH = 130
"""Characters in a line where there is no terminal to ask."""
VERDICTS = {STRETCH: "stretch reached", REACHED: "goal reached", MISSED: "not yet", "": ""}
STYLES = {STRETCH: "bold green", REACHED: "green", MISSED: "bold red", "": ""}


def number(value: float) -> str:
    """A number with three digits that count, and no more than are needed."""
    if value == 0.0:
        return "0"
    if abs(value) >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10.0 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def cells(figure: Figure) -> list[str]:
    """A figure as a row of text."""
    spread = f"{number(figure.low)} to {number(figure.high)}" if figure.rounds > 1 else ""
    goal, stretch = (_limit(figure, name) for name in ("goal", "stretch"))
    return [figure.name, number(figure.value), figure.unit, spread, goal, stretch, VERDICTS[figure.verdict]]


def _limit(figure: Figure, name: str) -> str:
    """A goal with its direction."""
    limit = getattr(figure.goal, name, None)
    if figure.goal is None or limit is None:
        return ""
    return f"{'≥' if figure.goal.better == HIGHER else '≤'} {limit:g}"


def print_report(report: Report, console: Console | None = None) -> None:
    """Print machine, figures and goals; what was promised stands out."""
    out = console or Console(width=None if sys.stdout.isatty() else WIDTH)
    if report.small:
        out.print(Text("Tiny sizes, once: this shows that everything works, and nothing about speed.", style="bold"))
    out.print(Text(in_words(dict(report.machine)), style="dim"))
    for section in report.sections:
        out.print(Text(f"{section.upper()}  {TITLES[section]}", style="bold"))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, head in enumerate(HEADS):
            table.add_column(head, justify="right" if place in (1, 3, 4, 5) else "left", no_wrap=place > 0)
        for figure in report.section(section):
            style = "" if figure.goal else "dim"
            *row, verdict = cells(figure)
            table.add_row(*(Text(cell, style=style) for cell in row), Text(verdict, style=STYLES[figure.verdict]))
        out.print(table)
        for remark in report.remarks.get(section, ()):
            out.print(Text(remark, style="dim"))


def markdown(report: Report) -> str:
    """The promised figures as a table."""
    promised = [figure for figure in report.figures if figure.goal]
    lines = [_row(["", *HEADS]), _row(["---", "---", "---:", "---", *["---:"] * 3, "---"])]
    lines += [_row([figure.section.upper(), *cells(figure)]) for figure in promised]
    return "".join(lines)


def markdown_beside(report: Report, section: str) -> str:
    """The figures of one section that nothing was promised about, and what is to be said of it."""
    figures = [figure for figure in report.section(section) if not figure.goal]
    lines = [_row([*HEADS[:4], "how"]), _row(["---", "---:", "---", "---:", "---"])]
    lines += [_row([*cells(figure)[:4], figure.note]) for figure in figures]
    return "".join([*lines, *(f"\n{remark}\n" for remark in report.remarks.get(section, ()))])


def _row(words: Iterable[str]) -> str:
    return "| " + " | ".join(word.replace("|", "\\|") for word in words) + " |\n"
