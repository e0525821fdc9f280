"""The people file: ids, departments, levels, tenure, organizations and mastery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.files import cells, headings
from sim.files.findings import Findings, listing, quote
from sim.files.tables import Table

LONGEST_TENURE = 5200.0
"""Weeks: a hundred years."""


@dataclass(frozen=True)
class People:
    """Columns of the people file in its own order of rows."""

    ids: Sequence[str]
    departments: Sequence[str]
    organizations: Sequence[str]
    """Empty texts where the file has no such column."""
    level: NDArray[np.int32]
    tenure: NDArray[np.float64]
    topics: tuple[str, ...]
    expertise: NDArray[np.float64]
    """(row, topic)"""
    refused: frozenset[str]
    """Cells of refused rows: a tie to one of these is no further problem."""
    complete: bool
    """False where the file could not be read to its end: whom a tie names may be further down."""
    warnings: tuple[str, ...]


def read(table: Table, columns: Mapping[str, str], findings: Findings) -> People | None:
    """The people of a table; None where it lacks a required column. Problems are noted."""
    found = headings.resolve(table, headings.PEOPLE, columns, findings)
    if not {"id", "department"} <= found.keys():
        return None
    rows = len(table.lines)
    if not rows and table.complete and not table.malformed:
        findings.add(table.name, table.name, "lists nobody", "give a row for each person")
    ids = cells.names(table, found["id"], findings)
    _unique(table, found["id"], ids.texts, findings)
    departments = cells.names(table, found["department"], findings)
    organizations = _organizations(table, found.get("organization"), findings)
    level = cells.levels(table, found["level"], findings) if "level" in found else np.full(rows, -1, np.int32)
    tenure = (
        cells.numbers(table, found["tenure"], findings, 0.0, LONGEST_TENURE, "of weeks, ")
        if "tenure" in found
        else np.full(rows, np.nan)
    )
    used = set(found.values()) | headings.PEOPLE.keys()
    mastery = cells.mastery(table, [heading for heading in table.headings if heading not in used], findings)
    unused = [heading for heading in table.headings if heading in used - set(found.values())]
    apart, split = _apart(departments.texts, organizations.texts, findings, table.name)
    warnings = (
        *cells.stripped_warning("people", "ids", ids),
        *cells.stripped_warning("people", "departments", departments),
        *cells.stripped_warning("people", "organizations", organizations),
        *headings.ignored_warning(
            "people",
            (*unused, *mastery.ignored),
            table.unnamed,
            "they are no fields, and do not hold numbers from 0 to 1 as topics do",
        ),
        *split,
    )
    return People(
        ids.texts,
        apart,
        organizations.texts,
        level,
        tenure,
        mastery.topics,
        mastery.expertise,
        table.malformed,
        table.complete,
        warnings,
    )


def _unique(table: Table, heading: str, ids: Sequence[str], findings: Findings) -> None:
    """Notes every repeated id with the row that has it first; blank ones are noted elsewhere."""
    first: dict[str, int] = {}
    again = [row for row, text in enumerate(ids) if text and first.setdefault(text, row) != row]
    given = table.columns[heading]

    def word(row: int) -> tuple[str, str]:
        before = first[ids[row]]
        where = f"{table.unit} {table.lines[before]}"
        if given[before] != given[row]:
            both = f"{quote(given[row])} and {quote(given[before])} of {where}"
            return f"the ids {both} differ only in spaces", "give one of them another id, or remove one row"
        return f"the id {quote(ids[row])} is on {where} already", "give each person one row and an id of their own"

    findings.rows(table, again, heading, word)


def _organizations(table: Table, heading: str | None, findings: Findings) -> cells.Names:
    """Organization names (row,); a column that is blank throughout counts as absent."""
    if heading is None or not any(text.strip() for text in table.columns[heading]):
        return cells.Names([""] * len(table.lines), 0)
    return cells.names(table, heading, findings)


def _apart(
    departments: Sequence[str], organizations: Sequence[str], findings: Findings, name: str
) -> tuple[Sequence[str], tuple[str, ...]]:
    """Department names (row,) such that each belongs to one organization, and a warning where some were renamed.

    Culture differs between organizations, so two departments that share a name stay two.
    """
    pairs = set(zip(departments, organizations, strict=True))
    where: dict[str, list[str]] = {}
    for department, organization in sorted(pairs):
        where.setdefault(department, []).append(organization)
    shared = [department for department, owners in where.items() if department and len(owners) > 1]
    if not shared:
        return departments, ()
    renamed = {(department, owner): f"{department} ({owner})" for department in shared for owner in where[department]}
    for new in sorted(set(renamed.values()) & where.keys()):
        findings.add(
            name,
            name,
            f"the department {quote(new)} exists, and one of several organizations would be called the same",
            "rename it",
        )
    texts = [renamed.get(pair, pair[0]) for pair in zip(departments, organizations, strict=True)]
    first = renamed[shared[0], where[shared[0]][0]]
    warning = (
        f"Departments of several organizations are kept apart, with the organization in the name, such as "
        f"{quote(first)}: {listing(shared)}."
    )
    return texts, (warning,)
