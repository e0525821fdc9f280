"""What turning each parameter from its lowest to its highest value moves.

Which metric to look at is chosen in some worlds and tested in others, so that the best of many is no find of chance.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.evidence.subjects import Subject, subjects
from experiments.runner import Progress
from experiments.statistics import Paired
from experiments.workers import Machine
from experiments.worlds import Worlds
from sim.parameters import describe

if TYPE_CHECKING:
    from sim.recorder import Record

LEVEL = 0.01
CHOOSING, TESTING = 16, 32
"""Worlds in which the metric is chosen, and other ones in which it is tested."""

BESIDE = Path(__file__).with_name("beside.yaml")
SCENARIO = "scenario"
"""Under this name, sections of the scenario stand among the fields that a parameter needs beside it."""
HALF_A_YEAR = tuple(range(26))


@dataclass(frozen=True)
class Turn:
    """A parameter turned from one end to the other.

    Attributes:
        path: dotted name. low, high: values at the ends. beside: fields without which it has nothing to act on, and
            under `scenario` sections of the scenario.
    """

    subject: Subject
    path: str
    low: Any
    high: Any
    beside: Mapping[str, Any]

    def scenario(self, value: Any) -> dict[str, Any]:
        """The scenario with the parameter at a value."""
        beside = dict(self.beside)
        sections = beside.pop(SCENARIO, {})
        return {**self.subject.under(_nested({**beside, self.path: value})), **sections}

    @property
    def name(self) -> str:
        """By which results are found."""
        return f"{self.subject.kind}.{self.path}"


@dataclass(frozen=True)
class Turned:
    """What came of it: the metric that was chosen, and its difference, high less low, in fresh worlds."""

    turn: Turn
    metric: str
    moved: Paired

    @property
    def moves(self) -> bool:
        """Whether the parameter moves the metric."""
        return self.moved.p < LEVEL


def turns(kinds: Sequence[str] = ()) -> list[Turn]:
    """Every parameter of every policy with its two ends."""
    beside = _beside()
    return [
        Turn(subject, path, low, high, beside.get(f"{kind}.{path}", beside.get(f"*.{path}", {})))
        for kind, subject in subjects().items()
        if not kinds or kind in kinds
        for path, low, high in _ends(subject.policy.Settings, subject)
    ]


@lru_cache(maxsize=1)
def _beside() -> Mapping[str, Mapping[str, Any]]:
    import yaml

    written: Mapping[str, Mapping[str, Any]] = yaml.safe_load(BESIDE.read_text(encoding="utf-8")) or {}
    return written


def _ends(settings: type, subject: Subject, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Dotted name, lowest and highest value of each parameter of a settings class."""
    for field in dataclasses.fields(settings):
        if field.name == "kind":
            continue
        default = getattr(settings(), field.name)
        path = prefix + field.name
        if dataclasses.is_dataclass(default) and not isinstance(default, type):
            yield from _ends(type(default), subject, f"{path}.")
        else:
            yield path, *_both(path, default, describe(field), subject)


def _both(path: str, default: Any, described: Any, subject: Subject) -> tuple[Any, Any]:
    """The two ends of one parameter."""
    name = path.rsplit(".", 1)[-1]
    if name == "departments":
        return [], _two_departments()
    if name == "levels":
        return [], ["staff"]
    if name == "mentor_targets":
        return None, {"levels": ["executive"]}
    if name == "start_week":
        return 0, _last_week()
    if name == "end_week":
        return subject.start + 1, described.high
    if isinstance(default, bool):
        return False, True
    if described.choices:
        return described.choices[0], described.choices[-1]
    if isinstance(default, tuple):
        return [], list(HALF_A_YEAR)
    whole = not isinstance(default, float) and float(described.low).is_integer() and _is_whole(subject, path)
    return (int(described.low), int(described.high)) if whole else (float(described.low), float(described.high))


def _is_whole(subject: Subject, path: str) -> bool:
    """Whether a parameter takes whole numbers only, by its annotation."""
    settings: Any = subject.policy.Settings
    *sections, name = path.split(".")
    for section in sections:
        settings = type(getattr(settings(), section))
    annotation = next(field.type for field in dataclasses.fields(settings) if field.name == name)
    return "float" not in str(annotation)


def _two_departments() -> list[str]:
    from sim.generate import department_names
    from sim.settings import SyntheticOrganization

    return list(department_names(SyntheticOrganization().departments)[:2])


def _last_week() -> int:
    """The last week in which a policy can begin: later ones are refused, since it would never act."""
    from sim.scenario import Scenario

    return Scenario.from_dict({}).weeks - 1


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as nested mappings."""
    found: dict[str, Any] = {}
    for path, value in flat.items():
        *sections, name = path.split(".")
        here = found
        for section in sections:
            here = here.setdefault(section, {})
        here[name] = value
    return found


def measure(
    folder: Path, kinds: Sequence[str], machine: Machine, progress: Progress
) -> tuple[list[Turned], dict[str, str]]:
    """Turn every parameter of some policies, all where none is named.

    Returns:
        What each moves, and name -> reason where worlds failed.
    """
    from sim.scenario import Scenario

    chosen = turns(kinds)
    wanted = {}
    for turn in chosen:
        for end, value in (("low", turn.low), ("high", turn.high)):
            wanted[f"{turn.name} {end}"] = Scenario.from_dict(turn.scenario(value))
    worlds = Worlds(folder, range(1, CHOOSING + TESTING + 1))
    worlds.run(wanted, machine, progress)
    found, failed = [], {}
    for turn in chosen:
        reasons = [worlds.failed[name] for end in ("low", "high") if (name := f"{turn.name} {end}") in worlds.failed]
        if reasons:
            failed[turn.name] = reasons[0]
        else:
            found.append(judged(turn, worlds.record(f"{turn.name} high"), worlds.record(f"{turn.name} low")))
    return found, failed


def judged(turn: Turn, high: Record, low: Record) -> Turned:
    """Choose the metric that moves most surely in the first worlds, and test it in the others."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    first, rest = slice(0, CHOOSING), slice(CHOOSING, None)
    ps = {}
    for name in (*METRICS, *SEAT_METRICS):
        p = turn.subject.compare(name, _part(high, first), _part(low, first)).p
        ps[name] = math.inf if math.isnan(p) else p
    preferred = (turn.subject.policy.target_metric, "need_met", "adequacy")
    metric = min(ps, key=lambda name: (max(ps[name], LEVEL**2), preferred.index(name) if name in preferred else 3))
    return Turned(turn, metric, turn.subject.compare(metric, _part(high, rest), _part(low, rest)))


def _part(record: Record, worlds: slice) -> Record:
    """Some worlds of a record."""
    return dataclasses.replace(
        record,
        seeds=record.seeds[worlds],
        weekly={name: values[worlds] for name, values in record.weekly.items()},
        flow=record.flow[worlds],
        seats={name: np.ascontiguousarray(values[worlds]) for name, values in record.seats.items()},
        treated={name: values[worlds] for name, values in record.treated.items()},
    )
