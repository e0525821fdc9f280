"""The answer of a strategy study on the terminal: a sentence or two, and a line for each arm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.charts.fonts import clean
from experiments.strategy import shown
from experiments.strategy.answer import Answer
from experiments.strategy.figures import Figures
from experiments.strategy.figures_all import figures_of
from experiments.strategy.grids import kinds_paid
from experiments.strategy.words import headline
from experiments.wording import DASH, hours_number, interval, number

if TYPE_CHECKING:
    from rich.console import Console


NAME = 12
"""Columns that a name has at least, so that it is not broken letter by letter."""


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print the answer first, then every arm from the best to the worst; names are shown as they are.

    Effect as given; acceptable in how many futures; largest regret over them; how surely nothing dominates it.
    """
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = console or Console()
    figures = figures_of(answer)
    out.print(Text(clean(headline(answer, figures).text), style="bold"))
    paid = kinds_paid(answer)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    heads = ("Arm", "Effect (95 %)", *(kind.capitalize() for kind in paid), "Acceptable", "Regret", "Frontier")
    rows = [_cells(answer, figures, arm, paid) for arm in answer.ranked()]
    numbers = sum(2 + max(map(cell_len, column)) for column in [*zip(heads, *rows, strict=True)][1:])
    room = max(NAME, out.width - numbers - 1)  # names break before numbers do
    table.add_column(heads[0], overflow="fold", max_width=room)
    for place, head in enumerate(heads[1:]):
        table.add_column(head, justify="right", overflow="fold", no_wrap=place > 0 or room > NAME)
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    out.print(table)
    outcomes = answer.given.outcomes
    unit = outcomes.unit(answer.lead) or "its own unit"
    costs = " and ".join(paid)
    said = f"Effects on {answer.title(answer.lead)} in {unit}; {costs} a person-week."
    if dear := [answer.title(arm) for arm in answer.ranked() if not answer.affordable(arm)]:
        said += f" Beyond the budget where the assumptions are as given: {', '.join(dear)}."
    if answer.futures is None:
        said += " No assumption was named as uncertain (strategy.assumptions), so nothing is said of futures."
    out.print(Text(clean(said), style="dim"))


def _cells(answer: Answer, figures: Figures, arm: str, paid: list[str]) -> tuple[str, ...]:
    """One arm: how much it does, at what cost, and how it holds up."""
    result, unit = answer.effects[arm, answer.lead].paired, answer.given.outcomes.unit(answer.lead)
    known = math.isfinite(result.low)
    digits = shown.places(result.low, result.high, unit) if known else shown.digits(result.difference, unit)
    ends = f" ({interval(result.low, result.high, digits)})" if known else ""
    costs = answer.costs(arm)
    spent = {
        "hours": hours_number(costs["hours"], answer.design.strategy.budget.hours),
        "money": number(costs["money"]),
    }
    acceptable = regret = DASH
    if answer.lead in answer.robust:
        found = next(each for each in answer.robust[answer.lead].arms if each.name == arm)
        number_of = len(answer.robust[answer.lead].futures)
        acceptable = f"{round(found.acceptable.value * number_of)}/{number_of}"
        regret = number(found.regret_max.value, shown.digits(found.regret_max.value, unit))
    return (
        answer.title(arm), f"{number(result.difference, digits, sign=True)}{ends}", *(spent[kind] for kind in paid),
        acceptable, regret, figures.get("frontier", arm).text,
    )  # fmt: skip
