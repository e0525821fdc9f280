"""Columns of text into ids, numbers and levels; every cell that is none of these is noted."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.files.findings import Findings, quote
from sim.files.tables import Table
from sim.settings import LEVELS

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_ENDLESS = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_LEVEL_MEND = f"write 0 to 3 or {', '.join(LEVELS)}; leave it blank if unknown"


@dataclass(frozen=True)
class Names:
    """A column of names without the spaces around them, and how many cells had such spaces."""

    texts: list[str]
    stripped: int


def names(table: Table, heading: str, findings: Findings) -> Names:
    """Ids or names as text (row,), the spaces around them left out; blank cells are noted."""
    given = table.columns[heading]
    texts = [text.strip() for text in given]
    if heading in table.floating:
        findings.add(
            table.name,
            f"{table.name}, column {heading}",
            "names are stored as floating-point numbers, which merge long ids",
            "save the column as text or as whole numbers",
        )
    nul = [row for row, text in enumerate(texts) if "\0" in text]
    findings.rows(table, nul, heading, lambda row: (f"{quote(texts[row])} holds a NUL character", "remove it"))
    blank = [row for row, text in enumerate(texts) if not text]
    findings.rows(table, blank, heading, lambda row: ("the cell is blank", "fill it in or remove the row"))
    return Names(texts, sum(before != after for before, after in zip(given, texts, strict=True)))


def number(text: str) -> float | None:
    """The number that a cell holds: NaN where blank, infinity where not finite, None where it is no number.

    Stricter than `float`: no underscores, and only the digits 0 to 9.
    """
    text = text.strip()
    if not text:
        return math.nan
    if _ENDLESS.fullmatch(text):
        return math.inf
    return float(text) if _NUMBER.fullmatch(text) else None


def numbers(
    table: Table, heading: str, findings: Findings, low: float, high: float, unit: str = ""
) -> NDArray[np.float64]:
    """Numbers (row,) from `low` to `high`, NaN where blank; all other cells are noted and become NaN."""
    texts = table.columns[heading]
    plain = _plain(texts, low, high)
    if plain is not None:
        return plain
    values: dict[str, float] = {}
    refused: dict[str, str] = {}
    for text in set(texts):
        value = number(text)
        cause = _refusal(text, value, low, high)
        values[text] = math.nan if value is None or cause else value
        if cause:
            refused[text] = cause
    if refused:
        bounds = f"at least {low:g}" if math.isinf(high) else f"from {low:g} to {high:g}"
        mend = f"give a number {unit}{bounds}, or leave the cell blank if it is unknown"
        bad = [row for row, text in enumerate(texts) if text in refused]
        findings.rows(table, bad, heading, lambda row: (refused[texts[row]], mend))
    return np.fromiter(map(values.__getitem__, texts), np.float64, len(texts))


def _plain(texts: Sequence[str], low: float, high: float) -> NDArray[np.float64] | None:
    """The numbers of a column where every cell is one in range; None where cells have to be looked at one by one."""
    everything = "".join(texts)
    if "_" in everything or not everything.isascii():  # `float` would take 1_000 and the digits of other scripts
        return None
    try:
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return None
    return values if ((values >= low) & (values <= high) & np.isfinite(values)).all() else None


def _refusal(text: str, value: float | None, low: float, high: float) -> str:
    """Why a cell is refused, or the empty text."""
    if value is None:
        return f"{quote(text)} is not a number"
    if math.isinf(value):
        return f"{quote(text)} is not a finite number"
    if value < low or value > high:
        return f"{quote(text)} is negative" if value < 0 <= low else f"{quote(text)} is outside {low:g} to {high:g}"
    return ""


def levels(table: Table, heading: str, findings: Findings) -> NDArray[np.int32]:
    """Levels (row,) 0 to 3, -1 where blank; all other cells are noted and become -1."""
    texts = table.columns[heading]
    values = {text: _level(text) for text in set(texts)}
    bad = [row for row, text in enumerate(texts) if values[text] is None]
    findings.rows(table, bad, heading, lambda row: (f"{quote(texts[row])} is not a level", _LEVEL_MEND))
    known = {text: -1 if value is None else value for text, value in values.items()}
    return np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))


def _level(text: str) -> int | None:
    word = text.strip().casefold()
    if not word:
        return -1
    if word in LEVELS:
        return LEVELS.index(word)
    value = number(word)
    return int(value) if value is not None and value in range(len(LEVELS)) else None


@dataclass(frozen=True)
class Mastery:
    """Topic columns of the people file, and the columns that are none."""

    topics: tuple[str, ...]
    expertise: NDArray[np.float64]
    """(row, topic) in [0, 1], NaN where blank."""
    ignored: tuple[str, ...]


def mastery(table: Table, headings: Sequence[str], findings: Findings) -> Mastery:
    """Which of `headings` are topics: those that hold numbers from 0 to 1 or blanks.

    A column of mostly other text is no topic and is left out. One of mostly numbers is taken for
    a topic: cells that are no numbers, and a scale other than 0 to 1, are noted.
    """
    topics: list[str] = []
    columns: list[NDArray[np.float64]] = []
    ignored: list[str] = []
    for heading in headings:
        texts = table.columns[heading]
        values = _plain(texts, 0.0, 1.0) if len(texts) else None
        if values is None and not _mostly_numbers(texts):
            ignored.append(heading)
            continue
        topics.append(heading)
        columns.append(_topic(table, heading, findings) if values is None else values)
    shape = (len(table.lines), len(topics))
    expertise = np.stack(columns, axis=1) if columns else np.empty(shape)
    return Mastery(tuple(topics), expertise, tuple(ignored))


def _mostly_numbers(texts: Sequence[str]) -> bool:
    """Whether more than half of the cells that are not blank hold numbers."""
    filled = {text: count for text, count in Counter(texts).items() if text.strip()}
    return 2 * sum(count for text, count in filled.items() if number(text) is not None) > sum(filled.values())


def _topic(table: Table, heading: str, findings: Findings) -> NDArray[np.float64]:
    """Mastery (row,) of one topic; one problem for a column on another scale, not one a cell."""
    texts = table.columns[heading]
    values = {text: number(text) for text in set(texts)}
    finite = {text: value for text, value in values.items() if value is not None and math.isfinite(value)}
    outside = {text for text, value in finite.items() if not 0 <= value <= 1}
    if not outside:
        return numbers(table, heading, findings, 0.0, 1.0)
    rows = [row for row, text in enumerate(texts) if text in outside]
    others = f", and {len(rows) - 1:,} more cells of this column" if len(rows) > 1 else ""
    findings.rows(
        table,
        rows[:1],
        heading,
        lambda row: (
            f"{quote(texts[row])} is outside 0 to 1{others}: extra columns of numbers are read as mastery of a topic",
            "scale a topic to 0 to 1, map the column of a field (organization.columns.tenure=HEADING), or remove it",
        ),
    )
    return np.full(len(texts), np.nan)


def stripped_warning(file: str, what: str, *columns: Names) -> tuple[str, ...]:
    """One sentence that counts the cells that had spaces around them, if any had."""
    count = sum(column.stripped for column in columns)
    if not count:
        return ()
    return (f"Spaces around {what} of the {file} file were left out; cells with such spaces: {count:,}.",)
