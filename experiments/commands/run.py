"""`watercooler run`: one scenario, shown in short."""

from __future__ import annotations

import time
from collections.abc import Sequence

from experiments.commands.show import say_failures, show_run
from experiments.commands.sweep import origin_of
from experiments.design import single
from experiments.door import read_request
from experiments.progress import Screen
from experiments.records import records_of
from experiments.results import assemble, check_study
from experiments.runner import run_wanted
from experiments.store import Store, Wanted

DEFAULT_SEED = 1


def main(tokens: Sequence[str], command: Sequence[str]) -> int:
    """Run one scenario over one seed or several.

    Args:
        tokens: overrides.
        command: all words of the command line, for the provenance.

    Returns:
        0, or 1 if the scenario failed.

    Raises:
        InputError: with every problem, before anything is run or written.
    """
    request = read_request(tokens)
    design = request.designs[0]
    seeds = (request.seed,) if request.seed is not None else design.seeds or (DEFAULT_SEED,)
    study = single(design, request.name if request.name != "sweep" else "run", seeds)
    notes = check_study(study)
    folder = request.folder(study.name)
    store = Store(folder)
    began = time.monotonic()
    with Screen() as screen:
        for warning in notes.warnings:
            screen.say(f"Note: {warning}")
        outcome = run_wanted(store, Wanted.of(study), request.machine, screen)
    records = records_of(store, study)
    if records:
        origin = origin_of(folder, command, outcome, time.monotonic() - began, request.machine.plugins)
        assemble(folder, study, records, origin, notes)
        show_run(folder, study.arms[0].title, records[study.arms[0].name])
    return say_failures(study, outcome, study.only(records))
