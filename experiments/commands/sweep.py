"""`watercooler sweep`: run every scenario of a study, or every job of a multirun, and compare."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import provenance
from experiments.design import study_of, union
from experiments.door import Request, read_request
from experiments.progress import Screen
from experiments.records import records_of
from experiments.results import Notes, assemble, check_study
from experiments.runner import Outcome, run_wanted
from experiments.store import Store, Wanted
from experiments.study import Study
from experiments.workers import share_out, start_workers

if TYPE_CHECKING:
    from experiments.charts import ShareOut


def main(tokens: Sequence[str], command: Sequence[str], *, multirun: bool = False) -> int:
    """Run a sweep.

    Args:
        tokens: overrides.
        command: all words of the command line, for the provenance.
        multirun: whether keys may have several values, of which Hydra's sweeper forms every combination.

    Returns:
        0, or 1 if a scenario failed.

    Raises:
        InputError: with every problem, before anything is run or written.
    """
    request = read_request(tokens, multirun=multirun, begin=start_workers)
    seeds = None if request.seed is None else (request.seed,)
    if multirun:
        study = union(request.designs, _title(request), seeds)
    else:
        study = study_of(request.designs[0], request.name, seeds)
    notes = check_study(study)
    folder = request.folder(study.name)
    began = time.monotonic()
    with Screen() as screen:
        for warning in notes.warnings:
            screen.say(f"Note: {warning}")
        if replaced := provenance.replaces(folder, command):
            screen.say(replaced)
        screen.say(f"{study.name}: {len(study.arms)} scenarios over {len(study.seeds)} seeds, into {folder}")
        outcome = run_wanted(Store(folder), Wanted.of(study), request.machine, screen)
    origin = origin_of(folder, command, outcome, time.monotonic() - began, request.machine.plugins)
    return finish(folder, study, outcome, notes, origin, share_out(request.machine))


def finish(folder: Path, study: Study, outcome: Outcome, notes: Notes, origin: dict[str, Any], hands: ShareOut) -> int:
    """Assemble what can be, show it, and say what failed.

    Returns:
        0, or 1 if a scenario failed.
    """
    from experiments.commands.show import say_failures, show_comparison

    records = records_of(Store(folder), study)
    complete = study.only(records)
    if complete.arms:
        comparison = assemble(folder, study, records, origin, notes, hands)
        show_comparison(folder, comparison)
    return say_failures(study, outcome, complete)


def origin_of(
    folder: Path, command: Sequence[str], outcome: Outcome, seconds: float, plugins: Sequence[str]
) -> dict[str, Any]:
    """Provenance; where everything was stored already, the time is that of the run that did the work."""
    earlier = (provenance.read(folder) or {}).get("duration_seconds")
    spent = earlier if not outcome.finished and isinstance(earlier, int | float) else seconds
    return provenance.gather(command, float(spent), plugins)


def _title(request: Request) -> str:
    """What a multirun is called."""
    chosen = {choice.key: choice for choice in request.overrides.choices}
    names = {design.name for design in request.designs}
    alone = "study" in chosen or request.overrides.gives("name")
    return names.pop() if alone and len(names) == 1 else request.name
