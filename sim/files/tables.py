"""Reads one CSV or Parquet file into columns of text, each cell with its place in the file.

Nothing is guessed: no cell becomes a number, a date or a missing value here, so `007` stays
`007`, `NA` stays `NA`, and 9007199254740993 stays exact beside a blank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.files import csvtext
from sim.files.findings import Findings, Nearest, quote

_UNNAMED = re.compile(r"(__index_level_\d+__|Unnamed: \d+)?")
"""No heading at all, or what pandas writes for its index."""
_FOREIGN = (
    (rb"PK\x03\x04", "an Excel workbook or a zip archive"),
    (rb"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (rb"\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd", "a compressed file"),
    (rb"ARROW1|FEA1", "an Arrow or Feather file"),
    (rb"SQLite format 3", "a SQLite database"),
    (rb"%PDF", "a PDF"),
    (rb'\s*(\{\s*"|\[\s*[\[{"])', "JSON"),
    (rb"(?i)(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|graphml)", "XML, GraphML or HTML"),
)


@dataclass(frozen=True)
class Table:
    """One file as text: `columns[heading][row]`; a blank or null cell is the empty text."""

    name: str
    """The path as the user gave it."""
    unit: str
    """What `lines` counts: "line" of a text file, "row" of a Parquet file, both from 1."""
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    """Where each row begins: a quoted cell may run over several lines."""
    floating: frozenset[str] = frozenset()
    """Headings that the file stores as floating-point numbers."""
    malformed: frozenset[str] = frozenset()
    """Cells of rows that were refused for their length: they say who was meant, and nothing more."""
    unnamed: int = 0
    """Columns without a heading, left out."""
    complete: bool = True
    """False where the file could not be parsed to its end."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings in the order of the file."""
        return tuple(self.columns)

    def place(self, row: int, heading: str = "") -> str:
        """Where a row or one of its cells stands, such as `people.csv, line 3, column department`."""
        column = f", column {_bare(heading)}" if heading else ""
        return f"{self.name}, {self.unit} {self.lines[row]}{column}"


def read_bytes(key: str, name: str, base: Path | None, findings: Findings) -> bytes | None:
    """The bytes of a user's file, or None with a problem noted.

    Args:
        key: the setting that names the file, such as `organization.people`.
        name: the path as given; a relative one starts from `base`, else from the current folder.
    """
    if not name.strip():
        findings.add(key, key, "no file is given", f"name it: {key}=PATH")
        return None
    path = (base or Path()) / name
    try:
        if path.is_dir():
            findings.add(name, name, "is a folder, not a file", f"name the file in it: {key}=PATH")
        elif not path.exists():
            findings.add(name, name, "there is no such file", _whereabouts(path, key))
        elif not path.is_file():
            findings.add(name, name, "is not a regular file", f"name a CSV or Parquet file: {key}=PATH")
        else:
            return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        findings.add(name, name, f"cannot be read ({reason})", "check the path and its permissions")
    return None


def _whereabouts(path: Path, key: str) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"its folder does not exist either: correct {key}"
    return Nearest(entry.name for entry in folder.iterdir()).hint(path.name, f"correct {key}")


def read_table(name: str, data: bytes, findings: Findings) -> Table | None:
    """The file's table, or None where nothing in it can be checked; problems are noted."""
    if not data.strip():
        findings.add(name, name, *csvtext.EMPTY)
        return None
    if data.startswith(b"PAR1"):
        return _parquet(name, data, findings)
    for start, kind in _FOREIGN:
        if re.match(start, data):
            findings.add(
                name, name, f"is neither CSV nor Parquet but {kind}", "save it as CSV (UTF-8, commas) or as Parquet"
            )
            return None
    if Path(name).suffix.lower() in (".parquet", ".pq"):
        findings.add(
            name, name, "is named as Parquet but does not hold it", "save it again, or name it .csv if it is CSV"
        )
        return None
    return _csv(name, data, findings)


def _csv(name: str, data: bytes, findings: Findings) -> Table | None:
    text = csvtext.decode(name, data, findings)
    if text is None:
        return None
    separator = csvtext.foreign_separator(text)
    if separator:
        findings.add(
            name,
            f"{name}, line 1",
            f"the columns look separated by {separator}, not by commas",
            "save it with commas between columns and points in numbers",
        )
        return None
    records = csvtext.records(name, text, findings)
    if not records.header:
        return None
    _note_uneven(name, records, findings)
    malformed = frozenset(cell.strip() for row in records.uneven for cell in row)
    kept, unnamed = _headings(name, records.header, findings)
    columns = {heading: records.cells[at :: len(records.header)] for heading, at in kept.items()}
    return Table(name, "line", columns, records.lines, malformed=malformed, unnamed=unnamed, complete=records.complete)


def _note_uneven(name: str, records: csvtext.Records, findings: Findings) -> None:
    """Notes every row that is wider or narrower than the header."""
    width = len(records.header)

    def word(row: int) -> tuple[str, str]:
        cells = len(records.uneven[row])
        cause = f"{cells} {'cell' if cells == 1 else 'cells'} under {width} headings"
        if cells > width:
            return cause, "remove the surplus, or put quotes around a cell that contains a comma"
        return cause, "fill in the missing cells; a blank one still needs its comma"

    findings.rows(Table(name, "line", {}, records.uneven_lines), range(len(records.uneven)), "", word)


def _headings(name: str, header: Sequence[str], findings: Findings) -> tuple[dict[str, int], int]:
    """Column number by heading; repeated headings are noted, and columns without one counted."""
    kept: dict[str, int] = {}
    unnamed = 0
    for at, heading in enumerate(text.strip() for text in header):
        if _UNNAMED.fullmatch(heading):
            unnamed += 1
        elif heading in kept:
            findings.add(
                name,
                f"{name}, header",
                f"columns {kept[heading] + 1} and {at + 1} are both headed {quote(heading)}",
                "rename or remove one of them",
            )
        else:
            kept[heading] = at
    return kept, unnamed


def _parquet(name: str, data: bytes, findings: Findings) -> Table | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read()
        kept, unnamed = _headings(name, table.column_names, findings)
        columns = {heading: _as_text(table.column(at)) for heading, at in kept.items()}
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:  # damage shows as any of these
        reason = str(error).partition("\n")[0].rstrip(".")
        findings.add(name, name, f"cannot be read as Parquet ({reason})", "it is damaged or cut short: save it again")
        return None
    types = table.schema.types
    floating = frozenset(heading for heading, at in kept.items() if pa.types.is_floating(types[at]))
    return Table(name, "row", columns, range(1, table.num_rows + 1), floating=floating, unnamed=unnamed)


def _as_text(column: Any) -> list[str]:
    """A Parquet column as exact text; integers never pass through floating point."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        values = column.cast(pa.large_string()).to_pylist()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # nested or binary: readable as text only through Python
        values = [None if value is None else str(value) for value in column.to_pylist()]
    return ["" if value is None else value for value in values]


def _bare(heading: str) -> str:
    """A heading as it is where it is plain, else in quotes."""
    return heading if heading.isprintable() and len(heading) <= 60 and heading == heading.strip() else quote(heading)
