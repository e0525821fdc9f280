"""`watercooler sweep`: run every scenario of a study, or every job of a multirun, and compare."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import provenance
from experiments.compose import multirun as hydra_multirun
from experiments.design import Document, read_design, study_of, union
from experiments.door import Request, read_request
from experiments.files import write_text
from experiments.plugins import load_plugins
from experiments.progress import Screen
from experiments.records import records_of
from experiments.results import Notes, assemble, check_study
from experiments.runner import Outcome, already_done, run_wanted
from experiments.store import Store, Wanted
from experiments.study import Study
from experiments.workers import Machine, share_out, start_workers, stop_workers
from sim.problems import InputError

if TYPE_CHECKING:
    from experiments.charts import ShareOut

_REASONS = "failed"
"""Folder in which the jobs of a multirun leave why an arm failed, until all have ended."""


def main(tokens: Sequence[str], command: Sequence[str], *, multirun: bool = False) -> int:
    """Run a sweep.

    Args:
        tokens: overrides.
        command: all words of the command line, for the provenance.
        multirun: whether Hydra expands keys with several values into jobs.

    Returns:
        0, or 1 if a scenario failed.

    Raises:
        InputError: with every problem, before anything is run or written.
    """
    try:
        return _main(tokens, command, multirun)
    except InputError:
        stop_workers()
        raise


def _main(tokens: Sequence[str], command: Sequence[str], multirun: bool) -> int:
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
        screen.say(f"{study.name}: {len(study.arms)} scenarios over {len(study.seeds)} seeds, into {folder}")
        if multirun:
            outcome = _run_jobs(request, study, folder, screen)
        else:
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


def _run_jobs(request: Request, study: Study, folder: Path, screen: Screen) -> Outcome:
    """Let Hydra start every job.

    Jobs that it starts here hand in what they want to be run, and all of it is run together, so that no worker waits at
    the end of a job. What jobs elsewhere did is read from the store afterwards.
    """
    store, wanted = Store(folder), Wanted.of(study)
    store.verify(each.key for each in wanted)
    before = [each.arm.name for each in wanted if not store.missing(each)]
    if before:
        screen.say(already_done(len(before), len(study.arms)))
    outcome = Outcome(skipped=before)
    missing = [arm for arm in study.arms if arm.name not in before]
    if not missing:
        return outcome
    names = {arm.identity: arm.title for arm in study.arms}
    job = Job(str(folder), study.seeds, request.machine, names, request.overrides.removed_policies)
    shutil.rmtree(folder / _REASONS, ignore_errors=True)
    with _handing_in() as handed_in:
        hydra_multirun(request.source, request.overrides, folder / "hydra", job)
    here = [arm for arm in missing if arm.identity in handed_in]
    ran = run_wanted(store, [each for each in wanted if each.arm in here], request.machine, screen, announce=False)
    elsewhere = Study(study.name, study.question, tuple(arm for arm in missing if arm not in here), study.seeds)
    outcome.finished = [*ran.finished, *records_of(store, elsewhere)]
    outcome.failed = ran.failed | _take_reasons(folder, elsewhere)
    return outcome


_wanted: set[str] | None = None
"""Identities that the jobs of a multirun in this process hand in; None where nobody collects them."""


@contextmanager
def _handing_in() -> Iterator[set[str]]:
    """Collect what jobs in this process want to be run."""
    global _wanted
    _wanted = set()
    try:
        yield _wanted
    finally:
        _wanted = None


def _take_reasons(folder: Path, study: Study) -> dict[str, str]:
    """Why arms failed, as their jobs left it beside the results; what is read is taken away."""
    reasons = folder / _REASONS
    failed = {}
    for arm in study.arms:
        with suppress(FileNotFoundError):
            failed[arm.name] = (reasons / arm.identity).read_text(encoding="utf-8")
    shutil.rmtree(reasons, ignore_errors=True)
    return failed


@dataclass(frozen=True)
class Job:
    """One job of a multirun: a scenario, and its own baseline where the store lacks it.

    In the process of the command it only says what is to be run.

    Plain data, so that any launcher can send it to another process.
    """

    folder: str
    seeds: tuple[int, ...]
    machine: Machine
    titles: Mapping[str, str]
    removed: tuple[str, ...] = ()

    def __call__(self, data: dict[str, Any]) -> None:
        """Run the job that this composed configuration describes."""
        load_plugins(self.machine.plugins)
        study = union([read_design(Document(data), self.removed)], "job", self.seeds)
        if _wanted is not None:
            _wanted.update(arm.identity for arm in study.arms)
            return
        arms = [replace(arm, title=self.titles[arm.identity]) for arm in study.arms]
        with Screen() as screen:
            screen.say("; ".join(arm.title for arm in arms if arm.baseline) or arms[0].title)
            try:
                wanted = [Wanted(arm, self.seeds) for arm in arms]
                outcome = run_wanted(Store(Path(self.folder)), wanted, self.machine, screen, announce=False)
                for arm in arms:
                    if arm.name in outcome.failed:  # in a file, since a launcher may run this on another machine
                        write_text(Path(self.folder) / _REASONS / arm.identity, outcome.failed[arm.name])
            except OSError as error:  # Hydra would show a traceback; the missing block is reported in the end
                screen.say(f"Cannot write results: {error}")
