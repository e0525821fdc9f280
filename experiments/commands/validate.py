"""`watercooler validate`: run the facts that must hold, show what was found, and write the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.files import write_text
from experiments.places import check_writable
from experiments.progress import Screen
from experiments.validation.exact import ClosedForm
from experiments.validation.fact import Fact
from experiments.validation.run import NAME, Validation
from experiments.workers import Machine
from sim.parse import suggestion
from sim.problems import InputError, Problem

PAGE, IMAGES = "validation.md", Path("images", "validation")
RESULTS = Path("results")


def main(names: Sequence[str], *, seeds: int, machine: Machine, out: Path | None, docs: Path | None) -> int:
    """Validate the model.

    Args:
        names: facts, all where none is named.
        out: folder for the worlds and the page, results/validation by default.
        docs: a folder that gets page and charts too.

    Returns:
        0, whatever was found; 1 if some fact could not be judged.

    Raises:
        InputError: a fact is not known, or a folder cannot be written.
    """
    chosen = _chosen(names)
    folder = out or RESULTS / NAME
    for place in (folder, docs):
        if place is not None:
            check_writable(place, str(place))
    from experiments.validation.exact import closed_forms
    from experiments.validation.run import validate

    with Screen() as screen:
        screen.say(f"{len(chosen)} facts over {seeds} worlds in each condition, into {folder}")
        forms = closed_forms()
        validation = validate(folder, chosen, tuple(range(1, seeds + 1)), machine, screen)
    _write(folder, validation, forms)
    if docs is not None:
        _write(docs, validation, forms, png=False)
    _show(validation, forms, folder)
    return 1 if validation.failed else 0


def _chosen(names: Sequence[str]) -> Mapping[str, Fact]:
    from experiments.validation.catalogue import facts

    known = facts()
    problems = [
        Problem(name, "no fact has this name", suggestion(name, list(known)) or f"facts are {', '.join(known)}")
        for name in names
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    return {name: fact for name, fact in known.items() if not names or name in names}


def _write(folder: Path, validation: Validation, forms: Sequence[ClosedForm], *, png: bool = True) -> None:
    """Charts first, then the page that shows them."""
    from experiments.validation.charts import draw_fact
    from experiments.validation.page import page

    images = folder / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    charts = {
        name: draw_fact(validation.facts[name], finding, images, png=png)
        for name, finding in validation.findings.items()
    }
    write_text(folder / PAGE, page(validation, forms, charts, folder))


def _show(validation: Validation, forms: Sequence[ClosedForm], folder: Path) -> None:
    from rich.table import Table

    from experiments.commands.show import print_plain
    from experiments.markdown import p_text
    from experiments.validation.page import summary, verdict_of

    table = Table(box=None, pad_edge=False)
    for head in ("Fact", "Kind", "Found", "p", "Verdict"):
        table.add_column(head, overflow="fold")
    for name, fact in validation.facts.items():
        kind = f"{fact.kind}, held back" if fact.held_back else fact.kind
        if name in validation.failed:
            table.add_row(fact.title, kind, validation.failed[name], "", verdict_of(validation, name))
            continue
        finding = validation.findings[name]
        table.add_row(fact.title, kind, finding.found, p_text(finding.p), verdict_of(validation, name))
    print_plain(table)
    print(summary(validation, forms))
    print(f"Page and charts: {folder / PAGE}")
