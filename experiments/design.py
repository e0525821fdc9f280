"""From a document to a study: the catalogue of policies, and the scenarios that choose from it.

A document is a scenario with, optionally, a name, a question, seeds, and `scenarios`: which policy labels each
scenario takes. Every problem of the document is found before any is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.naming import BASELINE, apart, stem, title_of, titles
from experiments.strategy.settings import KEY as STRATEGY
from experiments.strategy.settings import Ground, Strategy, read_strategy
from experiments.study import Arm, Study
from experiments.words import STUDY_KEYS
from sim.plain import UNREADABLE, Findings, KeyPath, shown
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from sim.scenario import Scenario

MOST_SEEDS = 100_000
HIGHEST_SEED = 2**63 - 1
DEFAULT_SEEDS = tuple(range(1, 33))


@dataclass(frozen=True)
class Document:
    """Plain data of a study or scenario, and where its keys stand, for problems.

    Attributes:
        data: the mapping, complete or not.
        name: what problems call the document; empty for composed configuration.
        lines: line of every key path, or None where there are none.
        folder: where relative paths in it start: for composed configuration the current folder, so that what is
            stored means the same from any other.
        problems: what reading the text found.
    """

    data: Mapping[str, Any]
    name: str = ""
    lines: Mapping[KeyPath, int] | None = None
    folder: Path = Path()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def from_file(cls, path: Path) -> Document:
        """The document in a YAML file, with whatever problems its text has.

        Raises:
            InputError: nothing can be made of the file at all.
        """
        from sim.documents import read_document

        read = read_document(path, str(path))
        return cls(read.content, str(path), read.lines, path.parent, read.problems)

    def findings(self) -> Findings:
        """A collection for problems of this document."""
        return Findings(self.name, self.lines, list(self.problems))


@dataclass(frozen=True)
class Design:
    """What a document says, before arms are made of it.

    Attributes:
        catalogue: the scenario with all its policies.
        choices: name -> labels chosen, or None where the document names no scenarios.
        strategy: what a strategy study asks beside; None where the document has no such section.
    """

    name: str
    question: str
    seeds: tuple[int, ...] | None
    catalogue: Scenario
    choices: Mapping[str, tuple[str, ...]] | None = field(default=None)
    strategy: Strategy | None = None


def read_design(document: Document, removed: Iterable[str] = ()) -> Design:
    """Read a document.

    Args:
        document: the study or scenario.
        removed: policy labels that an override took out; scenarios do without them.

    Raises:
        InputError: with every problem of the document.
    """
    from sim.parse import suggestion
    from sim.scenario import Scenario, parse

    findings = document.findings()
    known = (*STUDY_KEYS, *(section.name for section in fields(Scenario)))
    rest = {key: value for key, value in document.data.items() if key not in STUDY_KEYS}
    for key in [key for key in rest if key not in known]:
        findings.add((key,), f"unknown field {shown(key)}", suggestion(key, known))
        del rest[key]
    catalogue = None
    try:
        catalogue = parse(rest, document.lines, document.name or "scenario", document.folder)
    except InputError as error:
        findings.problems.extend(error.problems)
    name, question = (_text(document.data.get(key), key, findings) for key in ("name", "question"))
    seeds = _seeds(document.data.get("seeds"), findings)
    labels = rest.get("policies")
    choices = _choices(document.data.get("scenarios"), list(labels or {}), set(removed), findings)
    ground = None if catalogue is None else _ground(catalogue, choices)
    strategy = read_strategy(document.data.get(STRATEGY), findings, ground=ground)
    findings.raise_if_any()
    assert catalogue is not None
    return Design(name, question, seeds, catalogue, choices, strategy)


def _ground(catalogue: Scenario, choices: Mapping[str, tuple[str, ...]] | None) -> Ground:
    """What a strategy section is checked against: the scenario, and the arms that study_of makes of it."""
    named = choices if choices is not None else _default_choices(tuple(catalogue.policies))
    return Ground(catalogue, tuple(name for name, labels in named.items() if labels))


def study_of(design: Design, name: str, seeds: Sequence[int] | None = None) -> Study:
    """The study of a document: its scenarios, or the baseline, each policy alone and all together.

    Raises:
        InputError: the document holds no policy and names no scenarios.
    """
    choices = design.choices if design.choices is not None else _default_choices(tuple(design.catalogue.policies))
    if not any(choices.values()):
        mend = "name a study=, a scenario=, a file=, or add +policy@policies=[rotation]"
        raise InputError([Problem("scenarios", "there is no policy to compare with the baseline", mend)])
    base = next((key for key, labels in choices.items() if not labels), BASELINE)
    everything = {base: (), **choices}
    called = {key: title_of(key) for key in everything}
    twins = [key for key, title in called.items() if list(called.values()).count(title) > 1]
    called |= {key: key for key in twins}
    arms = tuple(
        Arm(key, called[key], _with(design.catalogue, everything[key]), None if key == base else base)
        for key in sorted(everything, key=lambda key: key != base)
    )
    return Study(
        design.name or name, design.question or _question(arms), arms, tuple(seeds or design.seeds or DEFAULT_SEEDS)
    )


def single(design: Design, name: str, seeds: Sequence[int]) -> Study:
    """A study of one scenario, with all policies of the document and nothing to compare it with.

    It is called otherwise than a sweep of the same document, so that by default a run never takes the place of
    a sweep's report.

    Raises:
        InputError: the document names several scenarios.
    """
    if design.choices is not None:
        raise InputError(
            [Problem("scenarios", "a run is of one scenario, and this names several", "use watercooler sweep")]
        )
    called = design.name or name
    arm = Arm(called, title_of(called), design.catalogue)
    own = called if called == "run" else f"{called}-run"
    return Study(own, design.question, (arm,), tuple(seeds))


def union(designs: Sequence[Design], name: str, seeds: Sequence[int] | None) -> Study:
    """One study of the scenarios of many documents, each with its own baseline; titles say what differs."""
    wanted: dict[str, tuple[str, Scenario]] = {}
    for design in designs:
        for called, scenario in [(BASELINE, design.catalogue.without_policies()), *_of_one(design)]:
            wanted.setdefault(scenario.identity(), (called, scenario))
    names = apart(titles([(called, scenario.to_dict()) for called, scenario in wanted.values()]), list(wanted))
    by_identity = dict(zip(wanted, names, strict=True))
    arms = tuple(
        Arm(by_identity[key], title_of(by_identity[key]), scenario,
            by_identity[scenario.without_policies().identity()] if scenario.policies else None)
        for key, (_, scenario) in wanted.items()
    )  # fmt: skip
    first = designs[0]
    return Study(name, first.question or _question(arms), arms, tuple(seeds or first.seeds or DEFAULT_SEEDS))


def _of_one(design: Design) -> list[tuple[str, Scenario]]:
    """The scenarios with policies that a document asks for, each with what it is called."""
    if design.choices is None:
        labels = tuple(design.catalogue.policies)
        return [(stem(labels), design.catalogue)] if labels else []
    return [(key, _with(design.catalogue, labels)) for key, labels in design.choices.items() if labels]


def _with(catalogue: Scenario, labels: Sequence[str]) -> Scenario:
    """The catalogue's scenario with these of its policies only, in the catalogue's order."""
    return catalogue.with_policies(
        {label: settings for label, settings in catalogue.policies.items() if label in labels}
    )


def _default_choices(labels: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Baseline, each policy alone, and all together where there are several."""
    choices: dict[str, tuple[str, ...]] = {label: (label,) for label in labels if label != BASELINE}
    if len(labels) > 1:
        together = next(name for name in ("all_together", "all_of_them", "every_policy") if name not in choices)
        choices[together] = labels
    return {BASELINE: (), **choices}


def _question(arms: Sequence[Arm]) -> str:
    """A question for a study that states none."""
    compared = [arm.title for arm in arms if arm.baseline]
    if not compared:
        return "How does knowledge spread when nothing is done?"
    which = compared[0] if len(compared) == 1 else f"each of {len(compared)} scenarios"
    return f"How does {which} change the way knowledge spreads, against doing nothing?"


def _text(given: Any, key: str, findings: Findings) -> str:
    """Optional text."""
    if given is None or given is UNREADABLE:
        return ""
    if isinstance(given, str):
        return given.strip()
    findings.add((key,), f"{shown(given)} is not text", f'write {key}: "..."')
    return ""


def _seeds(given: Any, findings: Findings) -> tuple[int, ...] | None:
    """Seeds from a count or a list; None where there are none or a problem was noted."""
    if given is None or given is UNREADABLE:
        return None
    mend = "give a number of worlds, such as 32, or a list of distinct seeds, such as [1, 2, 3]"
    if isinstance(given, int) and not isinstance(given, bool):
        if 1 <= given <= MOST_SEEDS:
            return tuple(range(1, given + 1))
        findings.add(("seeds",), f"{shown(given)} is not between 1 and {MOST_SEEDS:,}", mend)
    elif not isinstance(given, list | tuple) or not given or len(given) > MOST_SEEDS:
        findings.add(("seeds",), f"{shown(given)} is not a number of worlds", mend)
    elif not all(isinstance(s, int) and not isinstance(s, bool) and 0 <= s <= HIGHEST_SEED for s in given):
        findings.add(("seeds",), "a seed is not a whole number from 0 to 2^63 - 1", mend)
    elif len(set(given)) < len(given):
        findings.add(("seeds",), "a seed is given twice", mend)
    else:
        return tuple(given)
    return None


def _choices(
    given: Any, labels: Sequence[str], removed: set[str], findings: Findings
) -> dict[str, tuple[str, ...]] | None:
    """Which policies each named scenario takes; a label that an override removed is left out."""
    from sim.parse import suggestion

    if given is None or given is UNREADABLE:
        return None
    if not isinstance(given, Mapping) or not given:
        findings.add(
            ("scenarios",), f"{shown(given)} names no scenarios", "write `name: [policy labels]` lines beneath it"
        )
        return None
    chosen: dict[str, tuple[str, ...]] = {}
    for name, items in given.items():
        if not isinstance(items, list | tuple):
            findings.add(
                ("scenarios", name),
                f"{shown(items)} is not a list of policies",
                "write [] for the baseline, or [rotation]",
            )
            continue
        for at, label in enumerate(items):
            if label not in labels and label not in removed:
                findings.add(
                    ("scenarios", name, at), f"there is no policy {shown(label)} here", suggestion(str(label), labels)
                )
        kept = tuple(label for label in items if label not in removed)
        if name == BASELINE and kept:
            findings.add(("scenarios", name), "the baseline takes no policies", "write [] or choose another name")
        twin = next((other for other, labels_of in chosen.items() if set(labels_of) == set(kept)), None)
        if twin is None:
            chosen[name] = kept
        elif len(kept) == len(items):
            findings.add(("scenarios", name), f"takes the same policies as {shown(twin)}", "remove one of the two")
    return chosen
