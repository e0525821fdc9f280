"""The design of a strategy study: which futures are looked at, and the scenario of every arm in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.outcomes import Assumption, futures_at
from experiments.strategy.settings import ANY_POLICY, Strategy, Uncertain
from experiments.study import Arm, Study
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = NDArray[np.float64]
DIGITS = 6
"""Significant digits of a sampled value: what is written can be read, and means the same everywhere."""


@dataclass(frozen=True)
class Design:
    """A strategy study, ready to be run.

    Attributes:
        study: arms as the scenario has them, the baseline first, and the seeds.
        strategy: what is asked.
        assumptions: what is uncertain, in the order of the columns of `futures`.
        futures: sampled values (future, assumption).
        called: what one of them is called.
    """

    study: Study
    strategy: Strategy
    assumptions: tuple[Assumption, ...]
    futures: Floats
    called: str = "future"

    def arms_in(self, future: int) -> tuple[Arm, ...]:
        """Every arm in a future, named after the arm and the number of the future, from 1."""
        return self._worlds[future]

    @cached_property
    def _worlds(self) -> tuple[tuple[Arm, ...], ...]:
        return tuple(self._future(number, values) for number, values in enumerate(self.futures, start=1))

    def _future(self, number: int, values: Floats) -> tuple[Arm, ...]:
        """Every arm in one future.

        Raises:
            InputError: its values are refused, together, by the model.
        """
        try:
            return tuple(self.arm_at(arm, values, f"{self.called} {number}") for arm in self.study.arms)
        except InputError as error:
            pairs = ", ".join(f"{each.path} {at:g}" for each, at in zip(self.assumptions, values, strict=True))
            told = f"{self.called} {number} of {len(self.futures)} ({pairs})"
            mend = "narrow the ranges until they go together"
            raise InputError(
                [Problem("strategy.assumptions", f"{told} is refused: {each.place}: {each.cause}", mend)
                 for each in dict.fromkeys(error.problems)]
            ) from error  # fmt: skip

    def arm_at(self, arm: Arm, values: Sequence[float] | Floats, place: str) -> Arm:
        """An arm with the assumptions at some values (assumption,); `place` is told beside its title."""
        uncertain = [self.strategy.assumptions[each.path] for each in self.assumptions]
        scenario = changed(arm.scenario, list(zip(uncertain, map(float, values), strict=True)))
        return Arm(f"{arm.name} / {place}", f"{arm.title}, {place}", scenario, arm.baseline)


def designed(study: Study, strategy: Strategy) -> Design:
    """Sample the futures of a study, and the scenario of every arm in each; the first arm of a design does nothing.

    Raises:
        InputError: there is no one baseline, a path is in no arm, or the model refuses an arm in a future.
    """
    baselines = [arm for arm in study.arms if arm.baseline is None]
    problems = [] if len(baselines) == 1 else [_one_baseline(len(baselines))]
    asked = strategy.sensitivity
    if (asked.trajectories or asked.samples) and len(study.seeds) < 2:
        cause = "which assumptions matter is asked, and one world cannot tell them from chance"
        problems.append(Problem("seeds", cause, "give two or more, or leave trajectories and samples out"))
    problems += [_in_no_arm(name, each) for name, each in strategy.assumptions.items() if not _reached(study, each)]
    if problems:
        raise InputError(problems)
    ordered = sorted(study.arms, key=lambda arm: arm.baseline is not None)
    study = Study(study.name, study.question, tuple(ordered), study.seeds, study.starts)
    found = tuple(assumption(name, each) for name, each in strategy.assumptions.items())
    design = Design(study, strategy, found, sample(found, strategy.futures, strategy.sampling))
    design.arms_in(0)
    return design


def assumption(name: str, uncertain: Uncertain) -> Assumption:
    """An uncertain number as the analyses know it, under its name in the study."""
    title = uncertain.title or name.replace("_", " ")
    unit = "times" if uncertain.times else ""
    return Assumption(name, title, uncertain.low, uncertain.high, uncertain.scale, unit)


def sample(assumptions: tuple[Assumption, ...], number: int, seed: int) -> Floats:
    """A Latin hypercube of futures (future, assumption): every range is covered evenly (McKay et al. 1979).

    With nothing uncertain there is one future, without columns.
    """
    if not assumptions:
        return np.zeros((1, 0))
    from scipy.stats import qmc

    shares = qmc.LatinHypercube(len(assumptions), rng=np.random.default_rng(seed)).random(number)
    return rounded(futures_at(assumptions, shares))


def rounded(values: Floats) -> Floats:
    """Values at so many significant digits that they are written as they are meant."""
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[np.float64])(values)


def changed(scenario: Scenario, values: Sequence[tuple[Uncertain, float]]) -> Scenario:
    """A scenario with uncertain numbers at some values; whole numbers stay whole, to the nearest.

    Raises:
        InputError: the model refuses a value.
        KeyError: a path leads nowhere, or to something that is no number.
    """
    from sim.scenario import Scenario as ScenarioType

    if not values:
        return scenario
    data = scenario.to_dict()
    for uncertain, value in values:
        for holder, key in places(data, uncertain.path):
            if refusal(holder[key], uncertain.times):
                raise KeyError(uncertain.path)
            holder[key] = _times(holder[key], value) if uncertain.times else _whole(holder[key], value)
    return ScenarioType.from_dict(data)


def places(data: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a dotted path leads: the mapping that holds the value, and its key there; `*` is every policy.

    Policies that the scenario does not have are passed over, so that one path serves every arm.

    Raises:
        KeyError: it leads nowhere.
    """
    *sections, last = path.split(".")
    holders: list[Any] = [data]
    for depth, name in enumerate(sections):
        if depth == 1 and sections[0] == "policies":
            holders = [each for label, each in holders[0].items() if name in (ANY_POLICY, label)]
        else:
            holders = [holder[name] for holder in holders]
    for holder in holders:
        if not isinstance(holder, Mapping) or last not in holder or isinstance(holder[last], Mapping):
            raise KeyError(path)
        yield holder, last  # type: ignore[misc]


def refusal(value: Any, times: bool) -> tuple[str, str] | None:
    """Why a value of a scenario cannot be varied, and what to do; None where it can."""
    if isinstance(value, list | tuple) and not times:
        return "it is a list", "write times: true, and low and high as factors on its values"
    if value is None:
        return "it is empty", "give it a number in the scenario first"
    numbers = value if isinstance(value, list | tuple) else [value]
    if not numbers or any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers):
        return "it is no number", "see watercooler policies and docs/model.md for what can be varied"
    return None


def _times(value: Any, factor: float) -> Any:
    """A number, or each of a list, times a factor."""
    if isinstance(value, list | tuple):
        return [_times(each, factor) for each in value]
    return _whole(value, float(f"{value * factor:.{DIGITS}g}"))


def _whole(before: float, value: float) -> float:
    """A value, whole where what stood before it is."""
    return round(value) if isinstance(before, int) else value


def _one_baseline(number: int) -> Problem:
    cause = f"a strategy study compares with doing nothing, and this has {number} scenarios without a baseline"
    return Problem("scenarios", cause, "name one scenario without policies")


def _reached(study: Study, uncertain: Uncertain) -> bool:
    """Whether a path leads to something in any arm."""
    return any(True for arm in study.arms for _ in places(arm.scenario.to_dict(), uncertain.path))


def _in_no_arm(name: str, uncertain: Uncertain) -> Problem:
    return Problem(f"strategy.assumptions.{name}", f"{uncertain.path!r} is in no scenario of the study", "leave it out")
