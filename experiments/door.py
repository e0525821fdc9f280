"""The door: from words on the command line to a request that is checked, with nothing written yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from experiments.compose import Bases, Source, compose, jobs
from experiments.design import HIGHEST_SEED, Design, Document, read_design
from experiments.files import slug
from experiments.launching.launchers import Launcher, read_launcher
from experiments.overrides import POLICY_GROUP, Overrides, read_overrides
from experiments.places import check_writable, user_path
from experiments.plugins import load_plugins
from experiments.workers import Machine, default_workers
from sim.problems import InputError, Problem

T = TypeVar("T")
MOST_WORKERS = 1024
MOST_JOBS = 100_000
RESULTS = "results"


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Attributes:
        designs: the documents described, one a job; a single one without `-m`.
        overrides: as checked, for Hydra's multirun.
        source: where composition starts.
        machine: how the work is spread.
        out: folder for the results, or None for the default.
        seed: the one seed given as `seed=`.
        name: what to call results that nothing else names.
    """

    designs: tuple[Design, ...]
    overrides: Overrides
    source: Source
    machine: Machine
    out: Path | None
    seed: int | None
    name: str

    def folder(self, name: str) -> Path:
        """Where results of that name go.

        Raises:
            InputError: nothing can be written there.
        """
        folder = self.out or Path(RESULTS) / slug(name)
        check_writable(folder, str(folder))
        return folder


def read_request(
    tokens: Sequence[str], *, multirun: bool = False, begin: Callable[[Machine], None] | None = None
) -> Request:
    """Read and check everything that the command line and the files it names say.

    Args:
        tokens: the words of the command line.
        multirun: whether keys may take several values.
        begin: called as soon as it is known how the work is spread, while there is more to read; None where the work
            is not spread, so that launchers have no place.

    Raises:
        InputError: with every problem, of overrides, files and parameters alike.
    """
    from sim.scenario import Scenario

    heads = [section.name for section in fields(Scenario)]
    overrides = read_overrides(tokens, heads, multirun=multirun)
    problems = overrides.problems
    plugins = tuple(part.strip() for part in overrides.door.get("plugins", "").split(",") if part.strip())
    _try(lambda: load_plugins(plugins), problems)
    machine = _machine(overrides, plugins, spread=begin is not None)
    if begin is not None and not problems:
        begin(machine)
    out = _try(lambda: _out(overrides), problems)
    seed = _whole(overrides, "seed", 0, HIGHEST_SEED)
    source = _try(lambda: _source(overrides), problems)
    designs = _designs(source, overrides, problems) if source else []
    unique = list(dict.fromkeys(problems))
    if unique or source is None:
        raise InputError(unique)
    return Request(tuple(designs), overrides, source, machine, out, seed, _name(overrides, multirun))


def _machine(overrides: Overrides, plugins: tuple[str, ...], *, spread: bool) -> Machine:
    """How the work is spread; a job of a launcher has one worker for each processor that the launcher gives it."""
    workers = _whole(overrides, "workers", 1, MOST_WORKERS)
    threads = _whole(overrides, "threads", 1, MOST_WORKERS) or 1
    jobs = _whole(overrides, "jobs", 1, MOST_JOBS)
    if not spread:
        mend = "launchers are for sweep and study; leave it out"
        words = [value.written for value in overrides.hydra] + ([] if jobs is None else [f"jobs={jobs}"])
        overrides.problems.extend(Problem(word, "has no place here", mend) for word in words)
        return Machine(workers or default_workers(), threads, plugins)
    launcher: Launcher | None = _try(lambda: read_launcher(overrides.hydra, jobs), overrides.problems)
    if launcher is not None and launcher.name != "basic":
        return Machine(workers or launcher.processors or 1, threads, plugins, launcher)
    return Machine(workers or default_workers(), threads, plugins, launcher)


def _source(overrides: Overrides) -> Source:
    """The shipped configuration, or the user's file once it stands on its own.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    if "file" not in overrides.door:
        return Source()
    document = Document.from_file(user_path("file", overrides.door["file"]))
    design = read_design(document)
    organization = design.catalogue.to_dict()["organization"]
    return Source.given({**document.data, "organization": organization})


def _designs(source: Source, overrides: Overrides, problems: list[Problem]) -> list[Design]:
    """The design of every job; problems that several jobs share appear once."""
    each = _try(lambda: jobs(overrides), problems) or []
    found = []
    bases: Bases = {}
    for job in each:
        single = _job(job) if overrides.sweeps else overrides
        problems.extend(single.problems if single is not overrides else ())
        design = _try(lambda single=single: design_of(source, single, bases), problems)  # type: ignore[misc]
        if design is not None:
            found.append(design)
    return found


def design_of(source: Source, overrides: Overrides, bases: Bases) -> Design:
    """Compose and read one document; `bases` is what other jobs have composed, see `compose`.

    Raises:
        InputError: with every problem.
    """
    design = read_design(Document(compose(source, overrides, bases)), overrides.removed_policies)
    if problems := _untaken(design, overrides):
        raise InputError(problems)
    return design


def _untaken(design: Design, overrides: Overrides) -> list[Problem]:
    """Policies that the command line speaks of and no scenario takes: what it says of them would change nothing.

    A catalogue may hold more than its scenarios take, as long as the command line does not ask for it.
    """
    if design.choices is None:
        return []
    taken = {label for labels in design.choices.values() for label in labels}
    asked = {value.path[1]: value.written for value in overrides.values if value.path[0] == "policies"}
    for choice in overrides.choices:
        if choice.key == POLICY_GROUP:
            asked |= {label: choice.written for label in design.catalogue.policies if label in _words(choice.written)}
    names = ", ".join(design.choices)
    return [
        Problem(written, f"no scenario takes {label!r}", f"add scenarios.NAME=[{label}]; the scenarios are {names}")
        for label, written in asked.items()
        if label not in taken
    ]


def _words(text: str) -> set[str]:
    """The names in a choice such as `+policy@policies=[rotation,mentorship]`."""
    return set(re.findall(r"[A-Za-z0-9_-]+", text.split("=", 1)[1]))


def _job(tokens: Iterable[str]) -> Overrides:
    """The overrides of one job of a multirun."""
    from sim.scenario import Scenario

    return read_overrides(tokens, [section.name for section in fields(Scenario)])


def _try(action: Callable[[], T], problems: list[Problem]) -> T | None:
    """The action's result, or None after noting its problems."""
    try:
        return action()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _whole(overrides: Overrides, key: str, low: int, high: int) -> int | None:
    """A whole number of the command line, None where it is not given or wrong."""
    text = overrides.door.get(key)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high:
        return int(text)
    mend = "a list of seeds is written seeds=[1,2,3]" if key == "seed" and "," in text else f"write {key}={max(low, 1)}"
    overrides.problems.append(Problem(f"{key}={text}"[:100], f"is not a whole number from {low} to {high}", mend))
    return None


def _out(overrides: Overrides) -> Path | None:
    """The results folder of the command line, checked to be one that can be written.

    Raises:
        InputError: it is not.
    """
    text = overrides.door.get("out")
    if text is None:
        return None
    out = user_path("out", text)
    check_writable(out, f"out={text}")
    return out


def _name(overrides: Overrides, multirun: bool) -> str:
    """What results are called that no document names."""
    if "file" in overrides.door:
        return Path(overrides.door["file"]).stem
    return "multirun" if multirun else "sweep"
