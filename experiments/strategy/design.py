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
        return tuple(
            tuple(self.arm_at(arm, values, f"{self.called} {number}") for arm in self.study.arms)
            for number, values in enumerate(self.futures, start=1)
        )

    def arm_at(self, arm: Arm, values: Sequence[float] | Floats, place: str) -> Arm:
        """An arm with the assumptions at some values (assumption,); `place` is told beside its title."""
        uncertain = [self.strategy.assumptions[each.path] for each in self.assumptions]
        scenario = changed(arm.scenario, list(zip(uncertain, map(float, values), strict=True)))
        return Arm(f"{arm.name} / {place}", f"{arm.title}, {place}", scenario, arm.baseline)


def designed(study: Study, strategy: Strategy) -> Design:
    """Sample the futures of a study; the first arm of a design does nothing.

    Raises:
        InputError: a path leads nowhere, an end of a range is refused by the model, or there is no one baseline.
    """
    baselines = [arm for arm in study.arms if arm.baseline is None]
    problems = [] if len(baselines) == 1 else [_one_baseline(len(baselines))]
    for name, uncertain in strategy.assumptions.items():
        problems += _ends(study, name, uncertain)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    ordered = sorted(study.arms, key=lambda arm: arm.baseline is not None)
    study = Study(study.name, study.question, tuple(ordered), study.seeds, study.starts)
    found = tuple(assumption(name, each) for name, each in strategy.assumptions.items())
    return Design(study, strategy, found, sample(found, strategy.futures, strategy.sampling))


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
    """A scenario with uncertain numbers at some values.

    Raises:
        InputError: the model refuses a value.
        KeyError: a path leads nowhere.
    """
    from sim.scenario import Scenario as ScenarioType

    if not values:
        return scenario
    data = scenario.to_dict()
    for uncertain, value in values:
        for holder, key in places(data, uncertain.path):
            holder[key] = _times(holder[key], value) if uncertain.times else value
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


def _times(value: Any, factor: float) -> Any:
    """A number, or each of a list, times a factor; whole numbers stay whole."""
    if isinstance(value, list | tuple):
        return [_times(each, factor) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise KeyError(value)
    product = value * factor
    return round(product) if isinstance(value, int) else float(f"{product:.{DIGITS}g}")


def _one_baseline(number: int) -> Problem:
    cause = f"a strategy study compares with doing nothing, and this has {number} scenarios without a baseline"
    return Problem("scenarios", cause, "name one scenario without policies")


def _ends(study: Study, name: str, uncertain: Uncertain) -> list[Problem]:
    """What is wrong with an assumption, tried at both ends of its range in every arm."""
    place = f"strategy.assumptions.{name}"
    reached, problems = False, []
    for arm in study.arms:
        data = arm.scenario.to_dict()
        try:
            reached = reached or any(True for _ in places(data, uncertain.path))
            for value in (uncertain.low, uncertain.high):
                changed(arm.scenario, [(uncertain, value)])
        except (KeyError, TypeError):
            cause = f"no number stands at {uncertain.path!r} in a scenario"
            return [Problem(place, cause, "see watercooler policies and docs/model.md for what can be varied")]
        except InputError as error:
            problems += [Problem(place, f"{each.place}: {each.cause}", each.mend) for each in error.problems]
    if not reached:
        problems.append(Problem(place, f"{uncertain.path!r} is in no scenario of the study", "leave it out"))
    return problems
