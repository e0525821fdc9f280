"""`watercooler evidence`: measure what every policy, parameter and pair of policies does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from experiments import markdown
from experiments.commands.show import print_plain
from experiments.evidence import PAIRS, effects, interactions, parameters
from experiments.evidence.page import (
    EFFECT_HEADS,
    PAIR_HEADS,
    TURN_HEADS,
    Rows,
    effect_rows,
    pair_rows,
    turn_rows,
)
from experiments.files import write_text
from experiments.places import check_writable
from experiments.progress import Screen
from experiments.workers import Machine
from sim.parse import suggestion
from sim.problems import InputError, Problem

QUESTIONS = ("effects", "parameters", "interactions")
RESULTS = Path("results") / "evidence"
PAGE = "policies.md"


def main(question: str, kinds: Sequence[str], *, machine: Machine, out: Path | None, docs: Path | None) -> int:
    """Measure, show, and with `docs` write the table into the page there.

    Args:
        question: effects, parameters or interactions.
        kinds: policies, all where none is named.
        out: folder for the worlds, results/evidence by default.
        docs: the folder of policies.md.

    Returns:
        0; 1 if some worlds failed.

    Raises:
        InputError: a policy is not known, or a folder cannot be written.
    """
    _check(kinds)
    folder = (out or RESULTS) / question
    check_writable(folder, str(folder))
    if docs is not None and not (docs / PAGE).is_file():
        raise InputError([Problem(str(docs), f"there is no {PAGE} in it", "name the folder of the documentation")])
    with Screen() as screen:
        heads, rows, failed = _MEASURES[question](folder, kinds, machine, screen)
    _show(heads, rows)
    for name, reason in failed.items():
        print(f"Missing: {name} ({reason})")
    if docs is not None and not failed:
        _fill(docs / PAGE, question, markdown.table(heads, rows))
        if question == "interactions":
            write_text(PAIRS, (folder / PAIRS.name).read_text(encoding="utf-8"))
    return 1 if failed else 0


Measured = tuple[Sequence[str], Rows, Mapping[str, str]]


def _effects(folder: Path, kinds: Sequence[str], machine: Machine, screen: Screen) -> Measured:
    found, failed = effects.measure(folder, kinds, range(1, effects.SEEDS + 1), machine, screen)
    return EFFECT_HEADS, effect_rows(found), failed


def _parameters(folder: Path, kinds: Sequence[str], machine: Machine, screen: Screen) -> Measured:
    found, failed = parameters.measure(folder, kinds, machine, screen)
    without = [each.turn.name for each in found if not each.moves]
    screen.say(f"{len(found)} parameters turned; without effect: {', '.join(without) or 'none'}.")
    return TURN_HEADS, turn_rows(found), failed


def _interactions(folder: Path, kinds: Sequence[str], machine: Machine, screen: Screen) -> Measured:
    alone, failed = effects.measure(folder.with_name("effects"), kinds, range(1, effects.SEEDS + 1), machine, screen)
    strengths = {effect.subject.kind: effect.need_met.difference for effect in alone}
    pairs, missing = interactions.measure(folder, strengths, machine, screen)
    told = [
        {"policies": pair.kinds, "beyond": round(pair.beyond.difference, 3), "q": float(f"{pair.q:.2g}")}
        for pair in pairs
        if pair.clear
    ]
    write_text(folder / PAIRS.name, json.dumps(told, indent=1) + "\n")
    return PAIR_HEADS, pair_rows(pairs), {**failed, **missing}


_MEASURES: dict[str, Callable[[Path, Sequence[str], Machine, Screen], Measured]] = {
    "effects": _effects,
    "parameters": _parameters,
    "interactions": _interactions,
}


def _check(kinds: Sequence[str]) -> None:
    from experiments.evidence.subjects import subjects

    known = list(subjects())
    problems = [
        Problem(kind, "no policy has this name", suggestion(kind, known)) for kind in kinds if kind not in known
    ]
    if problems:
        raise InputError(problems)


def _show(heads: Sequence[str], rows: Rows) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(cell.replace("`", "") for cell in row))
    print_plain(table)


def _fill(page: Path, name: str, table: str) -> None:
    """Put a table between its marks in the page."""
    text = page.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- evidence {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    write_text(page, marked.sub(lambda match: match.group(1) + table + match.group(2), text))
