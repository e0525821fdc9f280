"""Every number that a report shows, each under an id: its text, its value, how it was computed, and from which runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.files import write_text

NAME = "numbers.json"
GIVEN, FUTURES, SCREENED, SHARED = "as given", "futures", "screening", "sensitivity"
SEARCHED, FRESH = "search", "fresh worlds"
"""Parts of a study: which of its runs a number comes from."""
SETTINGS = "the study's settings"
"""Where a number comes from that no run has made."""
AS_GIVEN = 0
"""The point of all runs in which the assumptions are as the scenarios have them; sampled points count from 1."""


@dataclass(frozen=True)
class Rows:
    """The runs that a number comes from.

    Attributes:
        where: which part of the study.
        arms: names, the baseline too where it is compared with.
        outcome: the metric, or hours or money; empty where it is none of them.
        points: numbers of the sampled futures, or points of a design; empty where the assumptions are as given.
        seeds: the worlds.
    """

    where: str
    arms: tuple[str, ...] = ()
    outcome: str = ""
    points: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Method:
    """How numbers of one kind are computed: what they are, by which function, and its formula.

    `meaning` may name {arm}, {other}, {outcome} and {about}.
    """

    meaning: str
    function: str
    formula: str


@dataclass(frozen=True)
class Figure:
    """A number as the report shows it.

    Attributes:
        id: `kind/name/...`, unique in a report.
        text: what the report shows.
        value: the number itself; NaN where there is none.
        meaning: what it is, in words.
        function, formula: how it is computed.
        rows: from which runs.
    """

    id: str
    text: str
    value: float
    meaning: str
    function: str
    formula: str
    rows: Rows


@dataclass(frozen=True)
class Figures:
    """All numbers of a report by their ids, in the order in which they are told."""

    by_id: Mapping[str, Figure]

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> Figures:
        """Collect figures.

        Raises:
            ValueError: two of them share an id.
        """
        found: dict[str, Figure] = {}
        for each in figures:
            if each.id in found:
                raise ValueError(f"two numbers share the id {each.id}")
            found[each.id] = each
        return cls(found)

    def get(self, kind: str, *names: str) -> Figure:
        """The number of that kind.

        Raises:
            KeyError: there is none.
        """
        return self.by_id[figure_id(kind, *names)]

    def has(self, kind: str, *names: str) -> bool:
        """Whether there is such a number."""
        return figure_id(kind, *names) in self.by_id

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)


def figure_id(kind: str, *names: str) -> str:
    """An id; a stroke in a name is written so that no two names give the same one."""
    return "/".join([kind, *(name.replace("%", "%25").replace("/", "%2F") for name in names)])


def write_figures(path: Path, figures: Figures) -> None:
    """Write all numbers as JSON, whole or not at all; runs that many numbers share are written once.

    Raises:
        OSError: the file cannot be written.
    """
    runs: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    rows = []
    for each in figures:
        number = runs.setdefault((each.rows.points, each.rows.seeds), len(runs))
        rows.append({
            "id": each.id, "text": each.text, "value": each.value if math.isfinite(each.value) else str(each.value),
            "meaning": each.meaning, "function": each.function, "formula": each.formula, "where": each.rows.where,
            "arms": list(each.rows.arms), "outcome": each.rows.outcome, "runs": number,
        })  # fmt: skip
    written = [{"points": _ranges(points), "seeds": _ranges(seeds)} for points, seeds in runs]
    text = json.dumps({"runs": written, "numbers": rows}, ensure_ascii=False, indent=1, allow_nan=False)
    write_text(path, text + "\n")


def read_figures(path: Path) -> Figures:
    """Read what `write_figures` wrote.

    Raises:
        OSError: there is no such file.
        ValueError: it is not what was written.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        runs = [(_numbers(each["points"]), _numbers(each["seeds"])) for each in data["runs"]]
        return Figures.of(
            Figure(
                str(row["id"]), str(row["text"]), float(row["value"]), str(row["meaning"]), str(row["function"]),
                str(row["formula"]),
                Rows(str(row["where"]), tuple(map(str, row["arms"])), str(row["outcome"]), *runs[row["runs"]]),
            )
            for row in data["numbers"]
        )  # fmt: skip
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error


def _ranges(numbers: Sequence[int]) -> list[list[int]]:
    """Runs of consecutive numbers as [first, last], in the order given."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def _numbers(ranges: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(number for first, last in ranges for number in range(first, last + 1))
