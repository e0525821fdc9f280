"""The answer of a strategy study on the terminal: a sentence or two, and a line for each arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.charts.fonts import clean
from experiments.strategy.answer import Answer
from experiments.strategy.figures_all import figures_of
from experiments.strategy.words import headline
from experiments.wording import DASH, decimals, hours_number, interval, number

if TYPE_CHECKING:
    from rich.console import Console

HEADS = ("Arm", "Effect (95 %)", "Hours", "Acceptable", "Regret", "Frontier")
"""Effect as given; acceptable in how many futures; largest regret over them; how surely nothing dominates it."""


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print the answer first, then every arm from the best to the worst; names are shown as they are."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = console or Console()
    out.print(Text(clean(headline(answer, figures_of(answer)).text), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(HEADS):
        table.add_column(head, justify="right" if place else "left", overflow="fold", no_wrap=place > 0)
    for arm in answer.ranked():
        table.add_row(*(Text(clean(cell)) for cell in _cells(answer, arm)))
    out.print(table)
    outcomes = answer.given.outcomes
    unit = outcomes.unit(answer.lead) or "its own unit"
    out.print(Text(f"Effects on {answer.title(answer.lead)} in {unit}; hours a person-week.", style="dim"))


def _cells(answer: Answer, arm: str) -> tuple[str, ...]:
    """One arm: how much it does, at what cost, and how it holds up."""
    result, unit = answer.effects[arm, answer.lead].paired, answer.given.outcomes.unit(answer.lead)
    digits = decimals(result.low, result.high, unit)
    ends = interval(result.low, result.high, digits)
    standing = answer.frontier.of(arm)
    acceptable = regret = DASH
    if answer.lead in answer.robust:
        found = next(each for each in answer.robust[answer.lead].arms if each.name == arm)
        number_of = len(answer.robust[answer.lead].futures)
        acceptable = f"{round(found.acceptable.value * number_of)}/{number_of}"
        regret = number(found.regret_max.value, 1)
    return (
        answer.title(arm), f"{number(result.difference, digits, sign=True)} ({ends})",
        hours_number(standing.costs["hours"]), acceptable, regret, f"{number(100 * standing.frontier_share, 0)} %",
    )  # fmt: skip
