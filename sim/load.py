"""The user's own people and ties, read strictly into one organization.

Every problem of both files is found before any is raised. Ids and names are text: nothing is
converted, and people are sorted by id, so a shuffled file gives the same organization.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.files import assumptions, headings, people, ties
from sim.files.findings import Findings, listing
from sim.files.tables import read_bytes, read_table
from sim.organization import Organization, isolated, lone_departments, part_sizes
from sim.settings import FilesOrganization

_FILES = ("people", "ties")


def load(settings: FilesOrganization, base: Path | None = None) -> Organization:
    """The organization that two files describe.

    Args:
        settings: the files, and the user's headings for the fields.
        base: the folder from which relative paths start; the current one if None.

    Raises:
        InputError: anything wrong with either file, all of it at once, each with its place,
            cause and mend.
    """
    findings = Findings()
    headings.check_keys(settings.columns, findings)
    data = _read(settings, base, findings)
    tables = {file: read_table(getattr(settings, file), content, findings) for file, content in data.items()}
    staff = people.read(table, settings.columns, findings) if (table := tables.get("people")) else None
    network = ties.read(table, settings.columns, staff, findings) if (table := tables.get("ties")) else None
    findings.raise_any()
    if staff is None or network is None:
        raise AssertionError("a file was refused without a problem noted")
    return _assemble(staff, network, settings)


def file_hashes(settings: FilesOrganization, base: Path | None = None) -> dict[str, str]:
    """The sha256, in hex, of the bytes of each file: `people` and `ties`.

    Raises:
        InputError: a file cannot be read.
    """
    findings = Findings()
    data = _read(settings, base, findings)
    findings.raise_any()
    return {file: hashlib.sha256(content).hexdigest() for file, content in data.items()}


def _read(settings: FilesOrganization, base: Path | None, findings: Findings) -> dict[str, bytes]:
    """The bytes of each file that can be read."""
    read = ((file, read_bytes(f"organization.{file}", getattr(settings, file), base, findings)) for file in _FILES)
    return {file: content for file, content in read if content is not None}


def _assemble(staff: people.People, network: ties.Ties, settings: FilesOrganization) -> Organization:
    """Sorts people by id and ties by (learner, source), and says what was found and what is filled in."""
    order = np.array(sorted(range(len(staff.ids)), key=staff.ids.__getitem__), np.int64)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    learner, source = rank[network.learner], rank[network.source]
    sorting = np.lexsort((source, learner))
    departments, department = _indexed([staff.departments[at] for at in order])
    organizations, organization = _indexed([staff.organizations[at] for at in order])
    loaded = Organization(
        seats=tuple(staff.ids[at] for at in order),
        departments=departments,
        organizations=organizations,
        department=department,
        organization=organization,
        level=staff.level[order],
        tenure=staff.tenure[order],
        topics=staff.topics,
        expertise=staff.expertise[order] if staff.topics else None,
        learner=learner[sorting].astype(np.int32),
        source=source[sorting].astype(np.int32),
        weight=network.weight[sorting],
        trust=network.trust[sorting],
        contact=network.contact[sorting],
    )
    return replace(
        loaded,
        warnings=(*staff.warnings, *network.warnings, *_shape_warnings(loaded)),
        assumptions=assumptions.of(loaded, settings),
    )


def _indexed(texts: list[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Names sorted as text, and each row's index among them."""
    names = sorted(set(texts))
    index = {name: at for at, name in enumerate(names)}
    return tuple(names), np.fromiter(map(index.__getitem__, texts), np.int32, len(texts))


def _shape_warnings(organization: Organization) -> tuple[str, ...]:
    """Sentences on shapes that are accepted but may be a mistake in the data."""
    warnings = []
    if lone := lone_departments(organization):
        warnings.append(f"Departments of one person: {len(lone):,} ({listing(lone)}).")
    if len(alone := isolated(organization)):
        ids = [organization.seats[row] for row in alone]
        warnings.append(f"People without any tie: {len(ids):,} ({listing(ids)}).")
    if len(sizes := part_sizes(organization)) > 1:
        warnings.append(
            f"The ties fall into {len(sizes):,} parts that nothing connects; the largest has "
            f"{sizes[0]:,} people, the next {sizes[1]:,}."
        )
    return tuple(warnings)
