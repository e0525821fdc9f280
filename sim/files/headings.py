"""Which of the file's headings holds which field: by its own name, or by the user's mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.files.findings import Findings, Nearest, listing, quote
from sim.files.tables import Table

PEOPLE = {"id": True, "department": True, "level": False, "tenure": False, "organization": False}
TIES = {"learner": True, "source": True, "weight": False, "trust": False, "contact": False}
"""Fields of each file, and whether it must have them."""

_KEY = "organization.columns"
_USUAL = {
    "id": ("node", "person", "person_id", "employee", "employee_id", "user", "user_id", "name"),
    "department": ("dept", "team", "unit", "group"),
    "learner": ("recipient", "receiver", "to", "target"),
    "source": ("sender", "from"),
}


def check_keys(columns: Mapping[str, str], findings: Findings) -> None:
    """Notes mapped fields that neither file has."""
    fields = [*PEOPLE, *TIES]
    for field in columns:
        if field not in fields:
            hint = Nearest(fields).hint(field, f"the fields are {', '.join(fields)}")
            findings.add(_KEY, f"{_KEY}.{field}", "is not a field of the files", hint)


def resolve(table: Table, fields: Mapping[str, bool], columns: Mapping[str, str], findings: Findings) -> dict[str, str]:
    """The heading of each field that the table holds; what cannot be resolved is noted.

    A heading that the user mapped to one field is never read as another of the same name.
    """
    taken: dict[str, str] = {}
    found: dict[str, str] = {}
    for field in (field for field in fields if field in columns):
        heading = columns[field].strip()
        if heading not in table.columns:
            findings.add(
                table.name,
                f"{_KEY}.{field}",
                f"{table.name} has no column headed {quote(heading)}",
                Nearest(table.headings).hint(heading, f"its headings are {listing(table.headings)}"),
            )
        elif heading in taken:
            findings.add(
                table.name,
                f"{_KEY}.{field}",
                f"{quote(heading)} is mapped to {taken[heading]} already",
                "give each field a column of its own",
            )
        else:
            found[field] = heading
            taken[heading] = field
    for field, required in fields.items():
        if field in columns:
            continue
        if field in table.columns and field not in taken:
            found[field] = field
        elif required:
            findings.add(table.name, f"{table.name}, header", *_missing(table, field, taken))
    return found


def _missing(table: Table, field: str, taken: Mapping[str, str]) -> tuple[str, str]:
    if field in taken:
        return (
            f"the column {quote(field)} is mapped to {taken[field]}, so nothing is left for {field}",
            f"name the column that holds it: {_KEY}.{field}=HEADING",
        )
    cause = f"there is no column {quote(field)}; the headings are {listing(table.headings)}"
    free = {heading.casefold(): heading for heading in table.headings if heading not in taken}
    usual = next((free[name] for name in (field, *_USUAL[field]) if name in free), None)
    usual = usual or Nearest(free.values()).to(field)
    example = _shell(usual) if usual else "HEADING"
    return cause, f"put headings in the first line, or name the column that holds it: {_KEY}.{field}={example}"


def _shell(heading: str) -> str:
    return heading if heading.replace("_", "").isalnum() else quote(heading)


def ignored_warning(file: str, headings: Sequence[str], unnamed: int, reason: str) -> tuple[str, ...]:
    """One sentence that names the columns that nothing reads, if there are any."""
    if not headings and not unnamed:
        return ()
    blank = [f"{unnamed} without a heading"] if unnamed else []
    named = [listing(headings)] if headings else []
    why = f": {reason}" if headings else ""
    return (f"Columns of the {file} file that are not used: {' and '.join(named + blank)}{why}.",)
