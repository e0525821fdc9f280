"""What a strategy study says beside its scenarios: what is uncertain, what matters, what may be spent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.parameters import REQUIRED, parameter, section
from sim.parse import is_mapping, read_fields, read_section, suggestion
from sim.plain import UNREADABLE, Findings, KeyPath, shown

KEY = "strategy"
MOST_FUTURES = 100_000
DIRECTIONS = ("higher", "lower")
ANY_POLICY = "*"
"""In a path, in place of a label: every policy."""


@dataclass(frozen=True)
class Uncertain:
    """A number of the scenario that nobody knows, and the range in which it is believed to lie."""

    path: str = parameter(REQUIRED, "dotted path in the scenario, as contacts.rate or policies.*.intensity")
    low: float = parameter(REQUIRED, "lowest value that is believed possible")
    high: float = parameter(REQUIRED, "highest value that is believed possible")
    scale: str = parameter("linear", "drawn evenly, or evenly in the logarithm", choices=("linear", "log"))
    times: bool = parameter(False, "low and high are factors on what the scenario says, lists too")
    title: str = parameter("", "what charts call it; empty: its name")


@dataclass(frozen=True)
class Aim:
    """An outcome that matters."""

    smallest: float | None = parameter(
        None, "smallest effect that matters, in the outcome's unit (points for shares); null: any", low=0
    )
    threshold: float | None = parameter(None, "a level, in the same unit, whose first week is looked for; null: none")
    better: str | None = parameter(
        None, "which direction is better; null: as the metric itself says", choices=DIRECTIONS
    )


@dataclass(frozen=True)
class Budget:
    """What may be spent, a person and week."""

    hours: float | None = parameter(None, "extra hours; null: any number", unit="hours a person-week", low=0)
    money: float | None = parameter(None, "extra money; null: any amount", unit="a person-week", low=0)


@dataclass(frozen=True)
class Precision:
    """How sure the answer has to be where the assumptions are as the scenario has them."""

    half_width: float | None = parameter(
        None,
        "wanted half-width of the 95 % interval of the first outcome; more worlds are run until it is reached; null: "
        "the seeds given",
        low=0,
        low_excluded=True,
    )
    most_seeds: int = parameter(400, "most worlds that are run for it", unit="worlds", low=16, high=100_000)


@dataclass(frozen=True)
class Sensitivity:
    """Which assumptions matter: a screening, then shares of variance for those that it leaves."""

    arm: str = parameter("", "whose effect is explained; empty: the arm with the largest mean effect over the futures")
    trajectories: int = parameter(0, "Morris trajectories; 0: none", low=0, high=10_000)
    samples: int = parameter(0, "Sobol base samples, a power of two; 0: none", low=0, high=100_000)
    kept: int = parameter(6, "most assumptions that the screening leaves for the shares", low=2, high=100)
    seeds: int = parameter(4, "worlds at each point", unit="worlds", low=1, high=1000)


@dataclass(frozen=True)
class Knob:
    """A number of a policy that a search may set."""

    path: str = parameter(REQUIRED, "dotted path, as policies.rotation.coverage")
    low: float = parameter(REQUIRED, "lowest value")
    high: float = parameter(REQUIRED, "highest value")
    step: float | None = parameter(None, "distance between values; null: any value", low=0, low_excluded=True)


@dataclass(frozen=True)
class Search:
    """Which portfolio: a search over which of the study's policies are on, and how they are set."""

    trials: int = parameter(0, "portfolios that are tried; 0: none", low=0, high=100_000)
    seeds: int = parameter(8, "worlds in which each is tried", unit="worlds", low=2, high=10_000)
    fresh: int = parameter(32, "other worlds in which the best are run again", unit="worlds", low=2, high=10_000)


@dataclass(frozen=True)
class Strategy:
    """Everything that a strategy study asks beside its scenarios."""

    futures: int = parameter(50, "sampled futures; 1 or more", low=1, high=MOST_FUTURES)
    sampling: int = parameter(0, "seed of the sample of futures", low=0, high=2**32 - 1)
    assumptions: Mapping[str, Uncertain] = field(default_factory=dict)
    outcomes: Mapping[str, Aim] = field(default_factory=dict)
    dials: Mapping[str, Knob] = field(default_factory=dict)
    budget: Budget = section(Budget, "what may be spent")
    precision: Precision = section(Precision, "how sure the answer has to be")
    sensitivity: Sensitivity = section(Sensitivity, "which assumptions matter")
    search: Search = section(Search, "which portfolio")


_NAMED: dict[str, type] = {"assumptions": Uncertain, "outcomes": Aim, "dials": Knob}
DEFAULT_OUTCOMES = ("need_met", "adequacy")


def read_strategy(given: Any, findings: Findings, path: KeyPath = (KEY,)) -> Strategy | None:
    """Read the section `strategy` of a study; None where there is none or something in it was reported."""
    if given is None or given is UNREADABLE or not is_mapping(given, findings, path):
        return None
    before = len(findings.problems)
    values = read_fields(Strategy, given, findings, path, apart=_NAMED)
    named: dict[str, Any] = {key: _named(cls, given.get(key), findings, (*path, key)) for key, cls in _NAMED.items()}
    for name, uncertain in named["assumptions"].items():
        _check_range(uncertain, findings, (*path, "assumptions", name))
    for name, aim in named["outcomes"].items():
        _check_outcome(name, aim, findings, (*path, "outcomes", name))
    for name, knob in named["dials"].items():
        if not knob.low < knob.high:
            findings.add((*path, "dials", name), f"low {knob.low:g} is not below high {knob.high:g}", "give low < high")
    _check_samples(values.get("sensitivity"), findings, (*path, "sensitivity"))
    if len(findings.problems) > before:
        return None
    named["outcomes"] = named["outcomes"] or dict.fromkeys(DEFAULT_OUTCOMES, Aim())
    return Strategy(**values, **named)


def _named(cls: type, given: Any, findings: Findings, path: KeyPath) -> dict[str, Any]:
    """A mapping of sections by name; those that cannot be read are left out."""
    if not is_mapping(given, findings, path):
        return {}
    read = {str(name): read_section(cls, each, findings, (*path, name)) for name, each in (given or {}).items()}
    return {name: each for name, each in read.items() if each is not UNREADABLE}


def _check_range(uncertain: Uncertain, findings: Findings, path: KeyPath) -> None:
    """A range has a low and a high end, and a logarithm where it needs one."""
    if not (math.isfinite(uncertain.low) and math.isfinite(uncertain.high) and uncertain.low < uncertain.high):
        findings.add(path, f"low {uncertain.low:g} is not below high {uncertain.high:g}", "give low < high")
    elif uncertain.scale == "log" and uncertain.low <= 0:
        findings.add(path, "a logarithmic scale needs a range above 0", "raise low, or write scale: linear")


def _check_outcome(name: str, aim: Aim, findings: Findings, path: KeyPath) -> None:
    """An outcome is a metric with a direction."""
    from sim.metrics import METRICS

    if name not in METRICS:
        findings.add(path, f"there is no metric {shown(name)}", suggestion(name, list(METRICS)))
    elif METRICS[name].better not in DIRECTIONS and aim.better is None:
        findings.add(path, f"of {name} neither more nor less is better by itself", "add better: higher, or lower")


def _check_samples(sensitivity: Any, findings: Findings, path: KeyPath) -> None:
    """Sobol's sequence is balanced at powers of two only."""
    if not isinstance(sensitivity, Sensitivity):
        return
    if sensitivity.samples & max(0, sensitivity.samples - 1):
        power = 2 ** round(math.log2(sensitivity.samples))
        findings.add((*path, "samples"), f"{sensitivity.samples} is not a power of two", f"write {power}")
