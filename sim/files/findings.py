"""Gathers the problems of several files, and words only the first of them."""

from __future__ import annotations

import bisect
import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from sim.files.tables import Table

SHOWN = 20
_POOL = 2_000  # more candidates than this make a suggestion slow: only the neighbours in sorted order are compared


class Findings:
    """Problems found so far; the files are all read before `raise_any` refuses them.

    A file with a million bad rows costs no more than one with twenty: the rest are counted.
    """

    def __init__(self) -> None:
        self._found: list[tuple[tuple[bool, int, int, int], Problem]] = []
        self._counts: Counter[str] = Counter()

    def add(self, name: str, place: str, cause: str, mend: str, *, line: int = 0) -> None:
        """Notes one problem of the file `name`; line 0 concerns the whole file and is shown before any row."""
        self._counts[name] += 1
        self._keep(name, Problem(place, cause, mend), line)

    def rows(self, table: Table, rows: Sequence[int], heading: str, word: Callable[[int], tuple[str, str]]) -> None:
        """Notes one problem for each of the ascending `rows`; `word(row)` gives cause and mend."""
        if not rows:
            return
        self._counts[table.name] += len(rows)
        for row in rows[:SHOWN]:
            self._keep(table.name, Problem(table.place(row, heading), *word(row)), table.lines[row])

    def _keep(self, name: str, problem: Problem, line: int) -> None:
        order = (line > 0, list(self._counts).index(name), line, len(self._found))
        self._found.append((order, problem))

    @property
    def total(self) -> int:
        """Number of problems, worded or not."""
        return self._counts.total()

    def raise_any(self) -> None:
        """Refuses the input if anything was found.

        Raises:
            InputError: the first `SHOWN` problems, those of whole files first, then by file and
                line; a last one counts the rest.
        """
        if not self._found:
            return
        problems = [problem for _, problem in sorted(self._found, key=lambda found: found[0])[:SHOWN]]
        if self.total > len(problems):
            problems.append(self._rest(len(problems)))
        raise InputError(problems)

    def _rest(self, shown: int) -> Problem:
        counts = ", ".join(f"{count:,} in {name}" for name, count in self._counts.items())
        return Problem(
            "",
            f"{self.total - shown:,} more problems are not shown (altogether {counts})",
            "mend these and check again",
        )


class Nearest:
    """Suggests the candidate that a misspelled name most likely means."""

    def __init__(self, candidates: Iterable[str]) -> None:
        self._candidates = candidates

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(set(self._candidates))

    @cached_property
    def _plain(self) -> dict[str, str]:
        return {_plain(candidate): candidate for candidate in reversed(self._sorted)}

    def to(self, name: str) -> str | None:
        """The candidate equal to `name` but for case and leading zeros, else the closest; None if none is close."""
        alike = self._plain.get(_plain(name))
        if alike is not None:
            return alike
        pool, cutoff = self._sorted, 0.6
        if len(pool) > _POOL:
            middle = bisect.bisect(pool, name)
            pool, cutoff = pool[max(0, middle - _POOL // 2) : middle + _POOL // 2], 0.85
        close = difflib.get_close_matches(name[:200], pool, n=1, cutoff=cutoff)
        return close[0] if close else None

    def hint(self, name: str, otherwise: str) -> str:
        """`did you mean X?`, or `otherwise` where nothing is close."""
        close = self.to(name)
        return otherwise if close is None else f"did you mean {quote(close)}?"


def _plain(name: str) -> str:
    return name.strip().casefold().lstrip("0")


def quote(text: str, width: int = 60) -> str:
    """A user's text in quotes, on one line, with control characters escaped and long text cut."""
    return repr(text if len(text) <= width else text[: width - 3] + "...")


def listing(names: Sequence[str], most: int = 10) -> str:
    """The first names in quotes, and how many more there are."""
    shown = ", ".join(quote(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
