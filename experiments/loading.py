"""Read a results folder back: the study that its provenance lists, or what its blocks tell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import provenance
from experiments.naming import apart, stem, title_of, titles
from experiments.records import records_of
from experiments.results import Notes
from experiments.store import RECORD, Facts, Store
from experiments.study import Arm, Study
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from sim.recorder import Record


@dataclass(frozen=True)
class Stored:
    """What a results folder holds: the study, its records, the provenance, notes on the user's files."""

    study: Study
    records: Mapping[str, Record]
    provenance: Mapping[str, Any]
    notes: Notes
    said: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Scenario:
    """A scenario in the store: its facts, as plain data, and the seeds over which it was run."""

    facts: Facts
    data: Mapping[str, Any]
    seeds: tuple[int, ...]

    @property
    def bare(self) -> dict[str, Any]:
        """The scenario without its policies: what it shares with its baseline."""
        return {key: value for key, value in self.data.items() if key != "policies"}

    @property
    def policies(self) -> list[str]:
        """Labels of its policies."""
        return list(self.data.get("policies") or {})

    def arm(self, name: str, title: str, baseline: str | None) -> Arm:
        """An arm of it; its identity is the stored one, since the user's files may be gone."""
        from sim.scenario import Scenario

        return Arm(name, title, Scenario.from_dict(dict(self.data)), baseline, self.facts.identity)


def load(folder: Path) -> Stored:
    """Read a results folder back.

    The study is the one that `provenance.json` lists. Without it, everything that was stored in whole is taken, and
    names are made from the scenarios themselves.

    Raises:
        InputError: there is no such folder, or nothing in it that can be used.
    """
    place = str(folder)
    store = Store(folder)
    if not store.blocks.is_dir():
        raise InputError(
            [Problem(place, "holds no results", "give a folder that watercooler sweep wrote, such as results/demo")]
        )
    said: list[str] = []
    origin = provenance.read(folder)
    listed = provenance.listed(origin)
    if not listed and (folder / provenance.NAME).exists():
        said.append(f"{provenance.NAME} cannot be used; all blocks are taken, and names are made from the scenarios.")
        origin = None
    found = _scenarios(store, [str(entry["identity"]) for entry in listed] or None, said)
    if not found:
        told = [Problem("", text) for text in said]
        raise InputError([Problem(place, "holds no whole block of results", "run the sweep again"), *told])
    _refuse_other_models(place, found)
    try:
        study = _as_listed(listed, found, origin or {}, said) if listed else _as_found(folder.name, found, said)
    except InputError as error:
        raise InputError([*error.problems, *_missing_plugins(origin or {})]) from error
    if not study.arms:
        told = [Problem("", text) for text in said]
        raise InputError([Problem(place, "holds no scenario over all of its seeds", "run the sweep again"), *told])
    notes = Notes(provenance.texts(origin, "warnings"), provenance.texts(origin, "assumptions"))
    kept = {key: value for key, value in (origin or {}).items() if key not in ("study", "warnings", "assumptions")}
    return Stored(study, records_of(store, study), kept, notes, tuple(said))


def _scenarios(store: Store, identities: Sequence[str] | None, said: list[str]) -> dict[str, _Scenario]:
    """Scenarios that are stored in whole, by identity: these or all; damage is said, and what it hit is left out."""
    store.verify((identity, RECORD.name) for identity in identities or store.identities())
    for name, cause in sorted(store.index.damaged.items()):
        said.append(f"Block {name[:12]} is damaged ({cause}); run the sweep again to repair it.")
    found = {}
    for identity in identities or sorted(store.identities()):
        seeds = tuple(sorted(store.index.seeds((identity, RECORD.name))))
        if seeds:
            facts, text = store.described(identity)
            found[identity] = _Scenario(facts, json.loads(text), seeds)
    return found


def _missing_plugins(origin: Mapping[str, Any]) -> list[Problem]:
    """What may be behind scenarios that cannot be read: plug-ins that the results were made with."""
    modules = ",".join(provenance.texts(origin, "plugins"))
    return [Problem("", f"the results were made with plug-ins: {modules}", f"add plugins={modules}")] if modules else []


def _refuse_other_models(place: str, found: Mapping[str, _Scenario]) -> None:
    """Raise InputError where results come from another version of the model: today's metrics do not fit them."""
    from sim import MODEL_VERSION

    others = sorted({each.facts.model for each in found.values()} - {MODEL_VERSION})
    if others:
        cause = f"holds results of version {others[0]} of the model, and this is version {MODEL_VERSION}"
        raise InputError([Problem(place, cause, "run the sweep again, or use the version that wrote them")])


def _as_listed(
    listed: Sequence[Mapping[str, Any]], found: Mapping[str, _Scenario], origin: Mapping[str, Any], said: list[str]
) -> Study:
    """The study as `provenance.json` has it, of the arms whose runs are all there."""
    seeds = provenance.listed_seeds(origin)
    arms = []
    for entry in listed:
        here = found.get(str(entry["identity"]))
        lacking = len(seeds) if here is None else len(set(seeds) - set(here.seeds))
        if lacking:
            said.append(
                f"{entry['title']}: {lacking} of {len(seeds)} runs are missing; run the sweep again to fill them in."
            )
        elif here is not None:
            arms.append(here.arm(str(entry["name"]), str(entry["title"]), entry.get("baseline")))
    described = origin["study"]
    since = described.get("since")
    starts = since if isinstance(since, int) and not isinstance(since, bool) and since >= 0 else None
    whole = Study(str(described.get("name", "")), str(described.get("question", "")), tuple(arms), seeds, starts)
    return whole.only(arm.name for arm in arms)


def _as_found(name: str, found: Mapping[str, _Scenario], said: list[str]) -> Study:
    """A study over the most common seeds, its scenarios named by what differs; what is left out is said."""
    seeds = [each.seeds for each in found.values()]
    common = max(dict.fromkeys(seeds), key=lambda each: (seeds.count(each), -len(each)))
    chosen = [each for each in found.values() if set(common) <= set(each.seeds)]
    chosen.sort(key=lambda each: (len(each.policies), each.facts.identity))
    if others := len(found) - len(chosen):
        said.append(f"{others} of {len(found)} scenarios are left out: they are over other seeds than most.")
    called = titles([(stem(each.policies), dict(each.data)) for each in chosen])
    by_title = dict(zip(apart(called, [each.facts.identity for each in chosen]), chosen, strict=True))
    bare = {title: each for title, each in by_title.items() if not each.policies}
    arms = []
    for title, each in by_title.items():
        base = None if title in bare else _base(each, bare)
        if base is None and title not in bare:
            said.append(f"{title} is not compared: its baseline is not here, or cannot be told from others.")
        arms.append(each.arm(title, title_of(title), base))
    question = f"How do the scenarios in {name} differ from doing nothing?"
    return Study(name, question, tuple(arms), common)


def _base(scenario: _Scenario, bare: Mapping[str, _Scenario]) -> str | None:
    """Name of a scenario's baseline: by identity, which knows the bytes of the user's files.

    Where it is not known, since the files were gone when the block was written: by what both share, where one fits.
    """
    known = scenario.facts.baseline_identity
    if known:
        fitting = [title for title, other in bare.items() if other.facts.identity == known]
    else:
        fitting = [title for title, other in bare.items() if other.bare == scenario.bare]
    return fitting[0] if len(fitting) == 1 else None
