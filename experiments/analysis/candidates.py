"""What a portfolio is made of: which policies are on, and how their dials are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.analysis.outcomes import HIGHER, LOWER, Floats


@dataclass(frozen=True)
class Dial:
    """A number of a policy that may be set between two ends.

    Attributes:
        path: dotted path in the scenario; unique in a search.
        step: distance between possible values, from `low` on; None for any value.
        unit: what it is measured in; empty for a pure number.
    """

    path: str
    title: str
    low: float
    high: float
    step: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.step is not None and not 0.0 < self.step <= self.high - self.low):
            raise ValueError(
                f"{self.path}: needs low < high and a step between, got {self.low}, {self.high}, {self.step}"
            )


@dataclass(frozen=True)
class Option:
    """A policy that a portfolio may hold, and the dials that are searched where it does."""

    policy: str
    title: str
    dials: tuple[Dial, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One portfolio: policies in the order of the options, and the settings (path, value) of those that are on."""

    policies: tuple[str, ...]
    settings: tuple[tuple[str, float], ...] = ()

    @staticmethod
    def of(options: tuple[Option, ...], parameters: Mapping[str, Any]) -> Candidate:
        """From a trial's parameters, at six significant digits, so that they are as they are written.

        Dials of policies that are off say nothing, so that equals are equal.
        """
        chosen = [option for option in options if parameters[option.policy]]
        settings = [(dial.path, float(f"{parameters[dial.path]:.6g}")) for option in chosen for dial in option.dials]
        return Candidate(tuple(option.policy for option in chosen), tuple(settings))


@dataclass(frozen=True)
class Objective:
    """What a portfolio should bring, or avoid.

    Attributes:
        better: "higher" or "lower".
        unit: of its values; empty for a pure number.
    """

    name: str
    title: str
    better: str = HIGHER
    unit: str = ""

    def __post_init__(self) -> None:
        if self.better not in (HIGHER, LOWER):
            raise ValueError(f"{self.name}: whether {HIGHER} or {LOWER} is better must be said")

    @property
    def sign(self) -> float:
        """1 where more is better, else -1."""
        return 1.0 if self.better == HIGHER else -1.0


@dataclass(frozen=True)
class Budget:
    """The most that a portfolio may cost a person-week beyond the baseline, on the mean over worlds."""

    hours: float = float("inf")
    money: float = float("inf")


@dataclass(frozen=True)
class Evaluated:
    """What candidates brought and cost: values (candidate, objective, world), hours and money (candidate, world)."""

    values: Floats
    hours: Floats
    money: Floats


@dataclass(frozen=True)
class Space:
    """What is searched.

    Raises:
        ValueError: two policies or dials have one name, or there is nothing to search or to aim at.
    """

    options: tuple[Option, ...]
    objectives: tuple[Objective, ...]
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        names = [option.policy for option in self.options]
        names += [dial.path for option in self.options for dial in option.dials]
        if len(set(names)) != len(names) or not names:
            raise ValueError(f"policies and dials need names of their own: {', '.join(names)}")
        if not self.objectives:
            raise ValueError("a search needs an objective")
