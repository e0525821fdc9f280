"""From a scenario to the state of its worlds at week 0."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.chance import Chance, Keys, text_keys
from sim.generate import LABEL, dealt_departments, department_names, generate, seat_names
from sim.load import file_hashes, load
from sim.organization import Organization
from sim.problems import InputError, Problem
from sim.scenario import Scenario
from sim.schema import EMERGING, KNOWLEDGE_FIELDS, Structure, Ties
from sim.settings import FRONTIER, REORGANISATION, FilesOrganization, SyntheticOrganization
from sim.start import base_trust, fill_level_and_tenure, initiative, starting_expertise, tie_contact
from sim.state import Array, Frame, State, repacked
from sim.structure import (
    Topics,
    department_organizations,
    generated_topics,
    loaded_interdependence,
    loaded_topics,
    need_table,
    overridden,
    padded_structure,
    ring_interdependence,
)

SPARE = 1
"""Slots of memory that a row has beyond its ties at the start."""

MOST_DEPARTMENTS = 10_000
"""Every pair of them has its culture, which is gigabytes at this size; kernels pack a department into 15 bits."""


@dataclass(frozen=True)
class Prepared:
    """A scenario whose files are read and whose references are checked.

    Attributes:
        organization: the user's, or None where each world draws its own.
        interdependence: (learner's department, source's department).
        department_organization: organization of each department.
        warnings, assumptions: sentences for the report.
    """

    scenario: Scenario
    organization: Organization | None
    departments: tuple[str, ...]
    topics: Topics
    interdependence: NDArray[np.float32]
    structure: Structure
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]

    @property
    def department_organization(self) -> NDArray[np.int32]:
        """Organization of each department, (department,)."""
        return self.structure.organization


def prepare(scenario: Scenario) -> Prepared:
    """Read the scenario's files, if any, and check what only they can tell.

    Raises:
        InputError: with every problem of the files, the topics table and the policies' targets.
    """
    settings = scenario.organization
    organization = None
    if isinstance(settings, FilesOrganization):
        organization = _load_once(settings)
        departments = organization.departments
        if len(departments) > MOST_DEPARTMENTS:
            cause = f"there are {len(departments):,} departments, more than {MOST_DEPARTMENTS:,}"
            mend = "group them: culture is kept for every pair of departments"
            raise InputError([Problem("organization.people", cause, mend)])
        given = organization.expertise is not None
        topics = (
            loaded_topics(organization, scenario.learning)
            if given
            else generated_topics(settings.topics, len(departments), scenario.learning)
        )
        interdependence = loaded_interdependence(organization)
        organizations = department_organizations(organization)
    else:
        departments = department_names(settings.departments)
        topics = generated_topics(settings.topics, settings.departments, scenario.learning)
        interdependence = ring_interdependence(settings.departments)
        organizations = dealt_departments(settings)
    topics = overridden(topics, scenario.topics, departments, scenario.learning)
    _check_policies(scenario, departments, organization, organizations)
    _check_shocks(scenario, topics, organizations)
    structure = padded_structure(topics, need_table(topics, interdependence), organizations)
    warnings = organization.warnings if organization else ()
    assumptions = organization.assumptions if organization else ()
    return Prepared(scenario, organization, departments, topics, interdependence, structure, warnings, assumptions)


_latest: list[tuple[FilesOrganization, dict[str, str], Organization]] = []
"""The files read last, and what was in them: scenarios of a study and their batches of worlds share it."""


def _load_once(settings: FilesOrganization) -> Organization:
    """The user's organization, read again only if its settings or a byte of its files are others than last time.

    Raises:
        InputError: with every problem of the files.
    """
    try:
        before = file_hashes(settings)
    except InputError:
        return load(settings)  # which tells all problems
    for known, hashes, organization in _latest:
        if known == settings and hashes == before:
            return organization
    organization = load(settings)
    for field in fields(organization):
        values = getattr(organization, field.name)
        if isinstance(values, np.ndarray):
            values.flags.writeable = False  # it is shared
    if file_hashes(settings) == before:
        _latest[:] = [(settings, before, organization)]
    return organization


def _check_policies(
    scenario: Scenario,
    departments: tuple[str, ...],
    organization: Organization | None,
    organizations: NDArray[np.int32],
) -> None:
    """Refuse targets that match nobody, and a boundary between organizations where there is only one."""
    problems = []
    for label, policy in scenario.policies.items():
        for name in ("targets", "mentor_targets"):
            targets = getattr(policy, name, None)
            if targets is None:
                continue
            place = f"policies.{label}.{name}"
            unknown = [d for d in targets.departments if d not in departments]
            for department in unknown:
                known = ", ".join(departments[:5]) + (" ..." if len(departments) > 5 else "")
                problems.append(
                    Problem(
                        f"{place}.departments", f"no department is called '{department}'", f"departments are {known}"
                    )
                )
            if organization is not None and not unknown and not _matches(targets, organization):
                problems.append(Problem(place, "nobody in the people file matches", "widen departments or levels"))
        if len(np.unique(organizations)) < 2:
            several = "give people an organization, or set organization.organizations"
            if getattr(policy, "boundary", "") == "organization":
                mend = f"use within or across, or {several}"
                problems.append(Problem(f"policies.{label}.boundary", "there is only one organization", mend))
            if policy.between_organizations:
                problems.append(Problem(f"policies.{label}", "there is only one organization", several))
    if problems:
        raise InputError(problems)


def _check_shocks(scenario: Scenario, topics: Topics, organizations: NDArray[np.int32]) -> None:
    """Refuse shocks that could not strike anything."""
    problems = []
    for position, shock in enumerate(scenario.shocks):
        if shock.kind == FRONTIER and not np.any(topics.kind == EMERGING):
            mend = "give the organization 6 topics or more, or make one emerging in the `topics` table"
            problems.append(Problem(f"shocks[{position}].kind", "there is no emerging topic to go out of date", mend))
        if shock.kind == REORGANISATION and len(organizations) == len(np.unique(organizations)):
            cause = "no organization has a second department to move to"
            problems.append(Problem(f"shocks[{position}].kind", cause, "use another kind, or more departments"))
    if problems:
        raise InputError(problems)


def _matches(targets: object, organization: Organization) -> bool:
    departments: tuple[str, ...] = targets.departments  # type: ignore[attr-defined]
    levels: tuple[int, ...] = targets.levels  # type: ignore[attr-defined]
    chosen = np.ones(len(organization.seats), np.bool_)
    if departments:
        chosen &= np.isin(organization.department, [organization.departments.index(d) for d in departments])
    if levels and np.all(organization.level >= 0):
        chosen &= np.isin(organization.level, levels)
    return bool(chosen.any())


def build_state(prepared: Prepared, seeds: tuple[int, ...]) -> State:
    """The worlds of these seeds at week 0, side by side."""
    settings = prepared.scenario.organization
    loaded = prepared.organization
    keys = text_keys(loaded.seats if loaded is not None else seat_names(settings.people))
    if isinstance(settings, FilesOrganization) or settings.seed is not None:
        one = _build_world(prepared, Chance([settings.seed or 0]), keys)
        parts = [one] * len(seeds)
    else:
        parts = [_build_world(prepared, Chance([seed]), keys) for seed in seeds]
    organization = parts[0].organization
    frame = Frame(
        len(seeds), organization.seats, organization.departments, organization.organizations, prepared.topics.names
    )
    arrays = {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays}
    arrays.update(_culture(prepared, len(seeds)))
    empty = (len(seeds), prepared.structure.need.shape[1])
    arrays.update({field.name: np.zeros(empty, np.float32) for field in KNOWLEDGE_FIELDS})
    return State(frame, prepared.structure, arrays, _join_ties([part.ties for part in parts], frame))


@dataclass(frozen=True)
class _World:
    organization: Organization
    arrays: dict[str, Array]
    ties: Ties


def _build_world(prepared: Prepared, chance: Chance, keys: Keys) -> _World:
    scenario = prepared.scenario
    settings = scenario.organization
    loaded = prepared.organization is not None
    specialization = 1.0
    if isinstance(settings, SyntheticOrganization):
        specialization = settings.specialization
    organization = prepared.organization or generate(settings, chance, keys)  # type: ignore[arg-type]
    level, tenure = fill_level_and_tenure(organization, chance, keys)
    need = np.ascontiguousarray(prepared.structure.need[:, : len(prepared.topics.names)])
    people = len(keys)
    arrays: dict[str, Array] = {
        "key": keys,
        "generation": np.zeros(people, np.int32),
        "department": organization.department.copy(),
        "home_department": organization.department.copy(),
        "organization": organization.organization.astype(np.int32),
        "level": level,
        "tenure": tenure,
        "expertise": starting_expertise(
            organization, chance, keys, level, prepared.topics, need, scenario.start, specialization
        ),
        "engagement": np.full(people, scenario.culture.engagement, np.float32),
        "initiative": initiative(chance.draw(LABEL, "initiative", None, keys[None, :])[0]),
    }
    return _World(organization, arrays, _ties_at_start(prepared, organization, chance, keys, loaded))


def _ties_at_start(prepared: Prepared, organization: Organization, chance: Chance, keys: Array, loaded: bool) -> Ties:
    """The ties of one world in rows without room."""
    contacts = prepared.scenario.contacts
    base = base_trust(organization, prepared.department_organization, prepared.scenario.trust)
    count = np.bincount(organization.learner, minlength=len(keys)).astype(np.int32)
    return Ties(
        first=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        count=count,
        limit=np.maximum(contacts.limit, count + contacts.headroom).astype(np.int32),
        source=organization.source.astype(np.int32),
        trust=base,
        contact=tie_contact(organization, chance, keys, contacts, loaded),
        base_trust=base,
        origin=np.zeros(len(base), np.int8),
    )


def _join_ties(parts: list[Ties], frame: Frame) -> Ties:
    """The ties of all worlds, in rows with room."""
    joined = parts[0] if len(parts) == 1 else _side_by_side(parts, frame.people)
    return repacked(joined, joined.count.astype(np.int64) + SPARE)


def _side_by_side(parts: list[Ties], people: int) -> Ties:
    """The ties of all worlds, in rows without room."""
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Ties._fields[1:]}
    joined["source"] += np.repeat(np.arange(len(parts), dtype=np.int32) * people, [len(part.source) for part in parts])
    return Ties(np.concatenate([[0], np.cumsum(joined["count"], dtype=np.int64)]), **joined)


def _culture(prepared: Prepared, worlds: int) -> dict[str, Array]:
    culture = prepared.scenario.culture
    organizations = prepared.department_organization
    departments = len(prepared.departments)
    same = np.eye(departments, dtype=np.bool_)
    within_organization = organizations[:, None] == organizations[None, :]
    arrays: dict[str, Array] = {"safety": np.full(worlds * departments, culture.safety, np.float32)}
    for name in ("clarity", "willingness", "reliability"):
        within, across, between = (
            np.float32(getattr(culture, f"{name}_{where}")) for where in ("within", "across", "between")
        )
        table = np.where(same, within, np.where(within_organization, across, between)).astype(np.float32)
        arrays[name] = np.tile(table.ravel(), worlds)
    return arrays
