"""`watercooler study`: a question under uncertainty, from one document to an answer that can be defended."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from experiments import provenance
from experiments.design import Design as Document
from experiments.design import study_of
from experiments.door import Request, read_request
from experiments.progress import Screen
from experiments.results import assembling, check_study
from experiments.strategy.design import Design, designed
from experiments.strategy.settings import DEFAULT_OUTCOMES, Aim, Strategy
from experiments.workers import start_workers


def main(tokens: Sequence[str], command: Sequence[str]) -> int:
    """Run a strategy study.

    Args:
        tokens: overrides.
        command: all words of the command line, for the provenance.

    Returns:
        0, or 1 if something could not be run.

    Raises:
        InputError: with every problem, before anything is run or written.
    """
    request = read_request(tokens, begin=start_workers)
    design = _design(request)
    notes = check_study(design.study)
    folder = request.folder(design.study.name)
    from experiments.strategy.run import Lab, StudyError
    from experiments.strategy.stages import run_study

    began = time.monotonic()
    with Screen() as screen:
        for warning in notes.warnings:
            screen.say(f"Note: {warning}")
        lab = Lab.of(folder, design, request.machine, screen)
        if replaced := provenance.replaces(folder, command):
            screen.say(replaced)
        screen.say(f"{design.study.name}: {len(design.study.arms)} scenarios, into {folder}")
        try:
            answer = run_study(lab, design)
        except StudyError as error:
            print(f"Failed: {error}", file=sys.stderr)
            _say_failed(lab.failed)
            return 1
    if not all(arm.unchanged for arm in design.study.arms):
        cause = "the organization's files changed while the study was running, so its parts do not belong together"
        print(f"Failed: {cause}; the same command takes them as they are now", file=sys.stderr)
        return 1
    origin: dict[str, Any] = {
        **provenance.gather(command, time.monotonic() - began, request.machine.plugins),
        "warnings": list(notes.warnings),
        "assumptions": list(notes.assumptions),
    }
    from experiments.strategy.report import write_strategy_report
    from experiments.strategy.tables import write_strategy_tables

    with assembling(folder):
        write_strategy_tables(folder, answer)
        write_strategy_report(folder, answer, origin)
        provenance.write(folder, origin)
    from experiments.strategy.terminal import print_answer

    print_answer(answer)
    print(f"\nReport: {folder / 'report.html'}, in one page: {folder / 'summary.html'}")
    _say_failed(lab.failed)
    return 1 if lab.failed else 0


def _design(request: Request) -> Design:
    """The design of what was asked."""
    document: Document = request.designs[0]
    seeds = None if request.seed is None else (request.seed,)
    strategy = document.strategy or Strategy(outcomes=dict.fromkeys(DEFAULT_OUTCOMES, Aim()))
    return designed(study_of(document, request.name, seeds), strategy)


def _say_failed(failed: dict[str, str]) -> None:
    """What could not be run, and why."""
    for name, reason in failed.items():
        print(f"Missing from the results: {name} ({reason})", file=sys.stderr)
