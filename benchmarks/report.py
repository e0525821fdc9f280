"""Everything that was measured, as one file for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Findings, Point
from benchmarks.goals import Goal

FORMAT = 1


@dataclass(frozen=True)
class Report:
    """Machine and figures of one run of the benchmarks.

    Attributes:
        machine: see `benchmarks.machine.describe`.
        small: whether sizes were tiny, so that no figure means anything.
        seconds: how long each section took.
        remarks: sentences about a section.
    """

    machine: Mapping[str, Any]
    small: bool
    seconds: Mapping[str, float]
    figures: tuple[Figure, ...]
    points: tuple[Point, ...]
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, machine: Mapping[str, Any], small: bool, seconds: Mapping[str, float], found: Mapping[str, Findings]
    ) -> Report:
        """The findings of all sections."""
        figures = tuple(figure for findings in found.values() for figure in findings.figures)
        points = tuple(point for findings in found.values() for point in findings.points)
        remarks = {name: list(findings.remarks) for name, findings in found.items() if findings.remarks}
        return cls(machine, small, seconds, figures, points, remarks)

    def section(self, name: str) -> list[Figure]:
        """Figures of one section."""
        return [figure for figure in self.figures if figure.section == name]

    @property
    def sections(self) -> list[str]:
        """Sections that were measured, in order."""
        return list(dict.fromkeys(figure.section for figure in self.figures))


def write(report: Report, path: Path) -> None:
    """Write it as JSON."""
    figures = [asdict(figure) | {"verdict": figure.verdict or None} for figure in report.figures]
    data = {
        "format": FORMAT, "machine": dict(report.machine), "small": report.small, "seconds": dict(report.seconds),
        "figures": figures, "points": [asdict(point) for point in report.points], "remarks": dict(report.remarks),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Report:
    """Read what `write` wrote.

    Raises:
        ValueError: it is of another format.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    if data["format"] != FORMAT:
        raise ValueError(f"{path.name} is of format {data['format']}, not {FORMAT}: measure again")
    figures = []
    for given in data["figures"]:
        goal = Goal(**given["goal"]) if given["goal"] else None
        kept = {key: value for key, value in given.items() if key not in ("goal", "verdict")}
        figures.append(Figure(**kept, goal=goal))
    points = tuple(Point(**point) for point in data["points"])
    return Report(data["machine"], data["small"], data["seconds"], tuple(figures), points, data["remarks"])
