"""What does not change during a run: topics, who owns them, who needs what, which departments depend on which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.organization import Organization
from sim.problems import InputError, Problem
from sim.schema import EMERGING, ENTERPRISE, HOME, TOPIC_KINDS, Structure, padded
from sim.settings import Learning, Topic

ENTERPRISE_NEED = np.float32(0.6)
EMERGING_NEED = np.float32(0.4)
PARTNER_NEED = np.float32(0.5)
PARTNERS = (np.float32(1.0), np.float32(0.6))
"""Interdependence with the first and the second partner department."""
TACITNESS_LOW, TACITNESS_SPAN, GOLDEN = 0.3, 0.4, 0.618034
LOADED_TACITNESS = 0.5


@dataclass(frozen=True)
class Topics:
    """The topics by name: kind (topic,), tacitness (topic,), and owners (department, topic)."""

    names: tuple[str, ...]
    kind: NDArray[np.int32]
    own: NDArray[np.bool_]
    tacitness: NDArray[np.float32]
    obsolescence: NDArray[np.float32]


def topic_names(count: int) -> tuple[str, ...]:
    """Names of generated topics, padded so that text order is number order."""
    width = max(2, len(str(count)))
    return tuple(f"Topic {k + 1:0{width}}" for k in range(count))


def generated_topics(count: int, departments: int, learning: Learning) -> Topics:
    """Home topics first, then enterprise, then emerging; home topics are dealt round robin to departments."""
    sixth = count // 6
    home = count - 2 * sixth
    kind = np.array([HOME] * home + [ENTERPRISE] * sixth + [EMERGING] * sixth, np.int32)
    own = np.zeros((departments, count), np.bool_)
    for k in range(home):
        for d in range(departments):
            own[d, k] = k % departments == d if departments <= home else d % home == k
    step = [TACITNESS_LOW + TACITNESS_SPAN * ((GOLDEN * k) % 1.0) for k in range(count)]
    return Topics(topic_names(count), kind, own, np.array(step, np.float32), _obsolescence(kind, learning))


def loaded_topics(organization: Organization, learning: Learning) -> Topics:
    """Topics of a people file: all home topics, owned by the department with the highest mean."""
    expertise = organization.expertise
    assert expertise is not None
    departments = len(organization.departments)
    own = np.zeros((departments, len(organization.topics)), np.bool_)
    for k in range(len(organization.topics)):
        given = ~np.isnan(expertise[:, k])
        total = np.bincount(organization.department[given], expertise[given, k], departments)
        people = np.bincount(organization.department[given], minlength=departments)
        mean = np.divide(total, people, out=np.full(departments, -1.0), where=people > 0)
        own[np.argmax(mean), k] = True
    kind = np.full(len(organization.topics), HOME, np.int32)
    tacitness = np.full(len(organization.topics), LOADED_TACITNESS, np.float32)
    return Topics(organization.topics, kind, own, tacitness, _obsolescence(kind, learning))


def _obsolescence(kind: NDArray[np.int32], learning: Learning) -> NDArray[np.float32]:
    return np.where(kind == EMERGING, np.float32(learning.obsolescence_emerging), np.float32(learning.obsolescence))


def overridden(topics: Topics, table: Mapping[str, Topic], departments: tuple[str, ...], learning: Learning) -> Topics:
    """Topics after the scenario's own `topics` table.

    Raises:
        InputError: the table names a topic or a department that does not exist.
    """
    problems = []
    kind, own, tacitness = topics.kind.copy(), topics.own.copy(), topics.tacitness.copy()
    index = {name: k for k, name in enumerate(topics.names)}
    for name, entry in table.items():
        if name not in index:
            known = ", ".join(topics.names[:6])
            problems.append(Problem(f"topics.{name}", "no topic has this name", f"topics are {known} ..."))
            continue
        if entry.department is not None and entry.department not in departments:
            problems.append(Problem(f"topics.{name}.department", f"no department is called '{entry.department}'"))
            continue
        k = index[name]
        if entry.kind is not None or entry.department is not None:
            kind[k] = TOPIC_KINDS.index(entry.kind or "home")
        if entry.department is not None:
            own[:, k] = [department == entry.department for department in departments]
        if kind[k] != HOME:
            own[:, k] = False
        if entry.tacitness is not None:
            tacitness[k] = entry.tacitness
        if kind[k] == HOME and not own[:, k].any():
            problems.append(Problem(f"topics.{name}", "a home topic needs an owner", "name a department"))
    if problems:
        raise InputError(problems)
    obsolescence = _obsolescence(kind, learning)
    for name, entry in table.items():
        if entry.obsolescence is not None:
            obsolescence[index[name]] = entry.obsolescence
    return Topics(topics.names, kind, own, tacitness, obsolescence)


def ring_interdependence(departments: int) -> NDArray[np.float32]:
    """Interdependence (learner's department, source's department): the next two departments, 1.0 and 0.6."""
    table = np.zeros((departments, departments), np.float32)
    for step, value in enumerate(PARTNERS, start=1):
        if step < departments:
            for d in range(departments):
                table[d, (d + step) % departments] = value
    return table


def loaded_interdependence(organization: Organization) -> NDArray[np.float32]:
    """The two departments that give most cross ties, 1.0 and 0.6 (equal: by name); none stays none."""
    departments = len(organization.departments)
    learner = organization.department[organization.learner].astype(np.int64)
    source = organization.department[organization.source].astype(np.int64)
    given = np.bincount(learner * departments + source, minlength=departments**2).reshape(departments, departments)
    np.fill_diagonal(given, 0)
    table = np.zeros((departments, departments), np.float32)
    for d in range(departments):
        for value, partner in zip(PARTNERS, np.argsort(-given[d], kind="stable"), strict=False):
            if given[d, partner] > 0:
                table[d, partner] = value
    return table


def need_table(topics: Topics, interdependence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mastery that a department's work requires, (department, topic).

    1.0 on own topics, 0.6 enterprise, 0.4 emerging, 0.5 * interdependence on another department's (the largest
    over its owners), else 0.
    """
    partner = np.zeros(topics.own.shape, np.float32)
    for department, other in np.argwhere(interdependence > 0):
        lent = PARTNER_NEED * interdependence[department, other]
        partner[department] = np.where(topics.own[other], np.maximum(partner[department], lent), partner[department])
    need = np.where(topics.own, np.float32(1.0), partner)
    need = np.where(topics.kind == ENTERPRISE, ENTERPRISE_NEED, need)
    return np.where(topics.kind == EMERGING, EMERGING_NEED, need).astype(np.float32)


def department_organizations(organization: Organization) -> NDArray[np.int32]:
    """Organization of each department (department,): the one most of its people belong to, by name on equality."""
    count = np.zeros((len(organization.departments), max(1, len(organization.organizations))), np.int64)
    np.add.at(count, (organization.department, organization.organization), 1)
    return np.argmax(count, axis=1).astype(np.int32)


def padded_structure(topics: Topics, need: NDArray[np.float32], organizations: NDArray[np.int32]) -> Structure:
    """The arrays that kernels read, topics padded by zeros."""
    extra = padded(len(topics.names)) - len(topics.names)
    wide = ((0, 0), (0, extra))
    return Structure(
        need=np.ascontiguousarray(np.pad(need, wide)),
        own=np.ascontiguousarray(np.pad(topics.own, wide)),
        tacitness=np.pad(topics.tacitness, (0, extra)),
        obsolescence=np.pad(topics.obsolescence, (0, extra)),
        topic_kind=np.pad(topics.kind, (0, extra)),
        organization=organizations,
    )
