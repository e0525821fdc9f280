"""What a strategy study says beside its scenarios: what is uncertain, what matters, what may be spent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.parameters import REQUIRED, parameter, section
from sim.parse import is_mapping, read_fields, read_section, suggestion
from sim.plain import UNREADABLE, Findings, KeyPath, shown

if TYPE_CHECKING:
    from sim.scenario import Scenario

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
    seeds: int = parameter(4, "worlds at each point; one could not tell chance", unit="worlds", low=2, high=1000)


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


@dataclass(frozen=True)
class Ground:
    """What a section is checked against.

    Attributes:
        catalogue: the scenario with every policy of the document.
        arms: names of the scenarios that do something.
    """

    catalogue: Scenario
    arms: Sequence[str]


_NAMED: dict[str, type] = {"assumptions": Uncertain, "outcomes": Aim, "dials": Knob}
DEFAULT_OUTCOMES = ("need_met", "adequacy")


def read_strategy(
    given: Any, findings: Findings, path: KeyPath = (KEY,), ground: Ground | None = None
) -> Strategy | None:
    """Read the section `strategy` of a study; None where there is none or something in it was reported.

    Args:
        ground: the scenario and the arms that it is checked against; None where these could not be read.
    """
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
        _check_dial(knob, findings, (*path, "dials", name))
    _check_samples(values.get("sensitivity"), given, findings, (*path, "sensitivity"))
    if ground is not None:
        _check_against(ground, values, named, findings, path)
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


def _stands(ranged: Uncertain | Knob) -> bool:
    """Whether a range can be drawn from, so that where it leads is worth a look."""
    stands = math.isfinite(ranged.low) and math.isfinite(ranged.high) and ranged.low < ranged.high
    return stands and not (isinstance(ranged, Uncertain) and ranged.scale == "log" and ranged.low <= 0)


def _check_dial(knob: Knob, findings: Findings, path: KeyPath) -> None:
    """A range has a low and a high end, and a step that fits between them."""
    if not knob.low < knob.high:
        findings.add(path, f"low {knob.low:g} is not below high {knob.high:g}", "give low < high")
    elif knob.step is not None and knob.step > knob.high - knob.low:
        span = f"the {knob.high - knob.low:g} from low to high"
        findings.add(path, f"step {knob.step:g} is larger than {span}", "give a smaller step")


def _check_outcome(name: str, aim: Aim, findings: Findings, path: KeyPath) -> None:
    """An outcome is a metric with a direction."""
    from sim.metrics import METRICS

    if name not in METRICS:
        findings.add(path, f"there is no metric {shown(name)}", suggestion(name, list(METRICS)))
    elif METRICS[name].better not in DIRECTIONS and aim.better is None:
        findings.add(path, f"of {name} neither more nor less is better by itself", "add better: higher, or lower")
    if aim.threshold is not None and name in METRICS and not weekly(name):
        findings.add((*path, "threshold"), f"{name} has no value every week", "leave the threshold out")


def weekly(metric: str) -> bool:
    """Whether a metric has a value every week, so that it has a course, and may reach a threshold."""
    from sim.metrics import METRICS

    return METRICS[metric].kind != "run"


def _check_samples(sensitivity: Any, given: Any, findings: Findings, path: KeyPath) -> None:
    """Designs need enough points and two assumptions; Sobol's sequence is balanced at powers of two only."""
    if not isinstance(sensitivity, Sensitivity):
        return
    trajectories, samples = sensitivity.trajectories, sensitivity.samples
    if trajectories == 1:
        findings.add((*path, "trajectories"), "one trajectory has no spread", "write 0 for none, or 4 and more")
    if samples & max(0, samples - 1):
        power = 2 ** round(math.log2(samples))
        findings.add((*path, "samples"), f"{samples} is not a power of two", f"write {max(power, 4)}")
    elif 0 < samples < 4:
        findings.add((*path, "samples"), f"{samples} base samples are too few", "write 0 for none, or 4 and more")
    assumptions = (given or {}).get("assumptions") or {}
    if (trajectories or samples) and isinstance(assumptions, Mapping) and len(assumptions) < 2:
        cause = "which assumptions matter is asked, and there are fewer than two"
        findings.add(path, cause, "add assumptions, or leave trajectories and samples out")


def _check_against(
    ground: Ground, values: Mapping[str, Any], named: Mapping[str, Any], findings: Findings, path: KeyPath
) -> None:
    """What a section asks of its scenario, of the parts of it that can be read."""
    from experiments.strategy.checks import check_arm, check_assumptions, check_dials

    assumptions = {name: each for name, each in named["assumptions"].items() if _stands(each)}
    check_assumptions(assumptions, ground, findings, (*path, "assumptions"))
    dials = {name: each for name, each in named["dials"].items() if _stands(each)}
    check_dials(dials, ground, findings, (*path, "dials"))
    sensitivity = values.get("sensitivity")
    if isinstance(sensitivity, Sensitivity):
        check_arm(sensitivity.arm, ground, findings, (*path, "sensitivity", "arm"))
