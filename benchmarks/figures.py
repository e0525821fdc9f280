"""What a benchmark finds: figures with their goal and spread, and points of the chart."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.goals import GOALS, Goal
from benchmarks.timing import Times, middle_half


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        section: `p1` to `p8`.
        name: what was measured, in words.
        value, unit: the number; a ratio where it can be one.
        low, high: between which the middle half of the rounds lies.
        rounds: how many rounds there were.
        goal: what was promised, or None where the figure stands beside for comparison.
        note: how it was measured, where that is not said elsewhere.
    """

    section: str
    name: str
    value: float
    unit: str
    low: float
    high: float
    rounds: int
    goal: Goal | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """`stretch`, `goal` or `missed`; empty where nothing was promised."""
        return self.goal.verdict(self.value) if self.goal else ""


@dataclass(frozen=True)
class Point:
    """One place of a line in the chart: nanoseconds a person-week of `line` at a size."""

    line: str
    kind: str
    people: int
    nanoseconds: float


@dataclass
class Findings:
    """What one section found; `remarks` are sentences about all of it, such as what could not be measured."""

    section: str
    figures: list[Figure] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def value(self, name: str, value: float, unit: str, *, goal: str = "", note: str = "") -> None:
        """Add a number that was counted, not timed."""
        self.figures.append(Figure(self.section, name, value, unit, value, value, 1, GOALS.get(goal), note))

    def samples(
        self, name: str, best: float, samples: tuple[float, ...], unit: str, *, goal: str = "", note: str = ""
    ) -> None:
        """Add a number with what the rounds gave."""
        low, high = middle_half(samples)
        self.figures.append(Figure(self.section, name, best, unit, low, high, len(samples), GOALS.get(goal), note))

    def time(self, name: str, times: Times, unit: str, *, scale: float = 1.0, goal: str = "", note: str = "") -> None:
        """Add a time: the best, and the spread of all."""
        samples = tuple(scale * seconds for seconds in times.samples)
        self.samples(name, scale * times.best, samples, unit, goal=goal, note=note)

    def ratio(
        self,
        name: str,
        over: Times,
        under: Times,
        unit: str,
        *,
        scale: float = 1.0,
        goal: str = "",
        note: str = "",
    ) -> None:
        """Add a ratio of two contenders: best over best, with the spread of the rounds' ratios.

        Args:
            scale: multiplies the ratio, where a call of the one does more work than a call of the other.
        """
        rounds = tuple(scale * a / b for a, b in zip(over.samples, under.samples, strict=True))
        self.samples(name, scale * over.best / under.best, rounds, unit, goal=goal, note=note)
