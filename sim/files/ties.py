"""The ties file: who learns from whom, how much, and with what trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from sim.files import cells, headings
from sim.files.findings import Findings, Nearest, quote
from sim.files.people import People
from sim.files.tables import Table


@dataclass(frozen=True)
class Ties:
    """Ties between rows of the people file, in the ties file's order, self-ties left out."""

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    weight: NDArray[np.float64]
    trust: NDArray[np.float64]
    contact: NDArray[np.float64]
    warnings: tuple[str, ...]


def read(table: Table, columns: Mapping[str, str], people: People | None, findings: Findings) -> Ties | None:
    """The ties of a table; None where it lacks a required column or there are no people. Problems are noted.

    Without people (their file was refused) only what the ties file says by itself is checked.
    """
    found = headings.resolve(table, headings.TIES, columns, findings)
    if not {"learner", "source"} <= found.keys():
        return None
    learner, source = (cells.names(table, found[field], findings) for field in ("learner", "source"))
    weight = _numbers(table, found.get("weight"), findings, np.inf)
    trust = _numbers(table, found.get("trust"), findings, 1.0)
    contact = _numbers(table, found.get("contact"), findings, 1.0)
    if people is None:
        return None
    row = {text: at for at, text in enumerate(people.ids) if text}
    rows = {
        field: np.fromiter(map(row.get, given.texts, repeat(-1)), np.int64, len(given.texts))
        for field, given in (("learner", learner), ("source", source))
    }
    nearest = Nearest(row)
    for field, given in (("learner", learner), ("source", source)):
        _known(table, found[field], given.texts, rows[field], people, nearest, findings)
    known = np.flatnonzero((rows["learner"] >= 0) & (rows["source"] >= 0))
    kept = known[rows["learner"][known] != rows["source"][known]]
    _unique(table, rows["learner"][kept] * len(people.ids) + rows["source"][kept], kept, people.ids, findings)
    extra = [heading for heading in table.headings if heading not in found.values()]
    warnings = (
        *cells.stripped_warning("ties", "ids", learner, source),
        *headings.ignored_warning("ties", extra, table.unnamed, "they are no fields of a tie"),
        *_self_warning(len(known) - len(kept)),
    )
    return Ties(rows["learner"][kept], rows["source"][kept], weight[kept], trust[kept], contact[kept], warnings)


def _numbers(table: Table, heading: str | None, findings: Findings, high: float) -> NDArray[np.float64]:
    if heading is None:
        return np.full(len(table.lines), np.nan)
    return cells.numbers(table, heading, findings, 0.0, high)


def _known(
    table: Table,
    heading: str,
    texts: Sequence[str],
    rows: NDArray[np.int64],
    people: People,
    nearest: Nearest,
    findings: Findings,
) -> None:
    """Notes ids that the people file does not list."""
    if not people.complete:
        return
    missing = [at for at in np.flatnonzero(rows < 0).tolist() if texts[at] and texts[at] not in people.refused]
    findings.rows(
        table,
        missing,
        heading,
        lambda at: (
            f"{quote(texts[at])} is not among the people",
            nearest.hint(texts[at], "add the person, or remove the tie"),
        ),
    )


def _unique(
    table: Table, keys: NDArray[np.int64], kept: NDArray[np.int64], ids: Sequence[str], findings: Findings
) -> None:
    """Notes every tie (`keys` of the rows `kept`) that stands on an earlier row too."""
    firsts, inverse = np.unique(keys, return_index=True, return_inverse=True)[1:]
    first = {int(at): int(kept[before]) for at, before in zip(kept, firsts[inverse], strict=True) if kept[before] != at}

    def word(at: int) -> tuple[str, str]:
        learner, source = divmod(int(keys[np.searchsorted(kept, at)]), len(ids))
        pair = f"learner {quote(ids[learner])} from source {quote(ids[source])}"
        return (
            f"the tie of {pair} is on {table.unit} {table.lines[first[at]]} already",
            "keep one row for each pair; how often they meet can go into a weight",
        )

    findings.rows(table, list(first), "", word)


def _self_warning(dropped: int) -> tuple[str, ...]:
    if not dropped:
        return ()
    if dropped == 1:
        return ("1 tie points from a person to the same person and was left out.",)
    return (f"{dropped:,} ties point from a person to the same person and were left out.",)
