"""CSV from bytes to records: encoding, separator and quoting are checked, never guessed."""

from __future__ import annotations

import csv
import io
from array import array
from dataclasses import dataclass, field

from sim.files.findings import Findings, quote

_BOM = b"\xef\xbb\xbf"
EMPTY = ("is empty", "give a first line of headings and a row for each person or tie")
_SEPARATORS = {";": "';'", "\t": "tabs", "|": "'|'"}


@dataclass
class Records:
    """Records that are not blank, and the line on which each begins.

    Cells of rows as wide as the header lie in one list, row after row: a list for each of a
    million rows takes several times as long.
    """

    header: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("q"))
    uneven: list[list[str]] = field(default_factory=list)
    """Rows that are wider or narrower than the header."""
    uneven_lines: list[int] = field(default_factory=list)
    complete: bool = True
    """False where the file could not be parsed to its end."""


def decode(name: str, data: bytes, findings: Findings) -> str | None:
    """The text of a UTF-8 file, with or without a byte-order mark; None with a problem noted."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data.count(0) > len(data) // 4:
        findings.add(name, f"{name}, line 1", "the text is UTF-16 or UTF-32, not UTF-8", "save it as CSV UTF-8")
        return None
    data = data.removeprefix(_BOM)
    if 0 in data:
        line = _line_of(data, data.index(0))
        findings.add(
            name,
            f"{name}, line {line}",
            "holds a NUL byte, which no text has",
            "the file is damaged: export it again as CSV UTF-8",
            line=line,
        )
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        before = data[max(0, error.start - 20) : error.start].replace(b"\r", b"\n").rpartition(b"\n")[2]
        shown = (before + data[error.start : error.start + 12].splitlines()[0]).decode("latin-1")
        findings.add(
            name,
            f"{name}, line {line}",
            f"byte {data[error.start]:#04x} is not UTF-8 (as Latin-1 it reads {quote(shown)})",
            "save the file as CSV UTF-8",
            line=line,
        )
        return None


def _line_of(data: bytes, at: int) -> int:
    return len((data[:at] + b".").splitlines())


def foreign_separator(text: str) -> str:
    """What separates the columns of the first line where it is not a comma, in words; else the empty text."""
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    mark = max(_SEPARATORS, key=header.count)
    return _SEPARATORS[mark] if header.count(mark) > header.count(",") else ""


def records(name: str, text: str, findings: Findings) -> Records:
    """Every record that is not blank; a record that cannot be parsed is noted and ends the reading."""
    found = Records()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line, width = 1, 0
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                pass
            elif not width:
                found.header, width = row, len(row)
            elif len(row) == width:
                found.cells += row
                found.lines.append(line)
            else:
                found.uneven.append(row)
                found.uneven_lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        findings.add(
            name,
            f"{name}, line {line}",
            f"cannot be read as CSV ({error})",
            "close every quote, and double a quote inside a quoted cell",
            line=line,
        )
        found.complete = False
    else:
        if not width:
            findings.add(name, name, *EMPTY)
    return found
