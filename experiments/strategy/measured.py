"""What was measured in a strategy study, as arrays, in the units that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.outcomes import Outcomes
from experiments.pairing import display_factor
from experiments.strategy.design import Design
from experiments.strategy.settings import Aim, weekly

Floats = NDArray[np.float64]
HOURS, MONEY = "hours", "money"


class Read(Protocol):
    """Values as the store gives them, (run, world, ...); see `experiments.store.Values`."""

    @property
    def courses(self) -> NDArray[np.float32]:
        """Values of every week, (run, world, course, week)."""

    def of(self, metric: str) -> Floats:
        """One metric, (run, world)."""


@dataclass(frozen=True)
class Measured:
    """What came of some futures.

    Attributes:
        outcomes: everything as arrays.
        courses: outcome that has a value every week -> its course, in display units (arm, future, world, week).
        numbers: of the futures, counted from 1 as the design has them; empty where they are all of it.
    """

    outcomes: Outcomes
    courses: Mapping[str, Floats]
    numbers: tuple[int, ...] = ()


def gathered(design: Design, values: Read, futures: Floats, seeds: Sequence[int]) -> Measured:
    """Arrays (arm, future, world) of values that were read future by future, arm by arm."""
    number = len(design.study.arms)
    shape = (len(futures), number, len(seeds))

    def of(name: str) -> Floats:
        return np.ascontiguousarray(values.of(name).reshape(shape).transpose(1, 0, 2))

    aims = design.strategy.outcomes
    found = Outcomes(
        arms=tuple(arm.name for arm in design.study.arms),
        titles={arm.name: arm.title for arm in design.study.arms} | {name: titles(name) for name in aims},
        assumptions=design.assumptions,
        futures=futures,
        seeds=tuple(seeds),
        values={name: factor(name) * of(name) for name in aims},
        better={name: better(name, aim) for name, aim in aims.items()},
        hours=of(HOURS),
        money=of(MONEY),
        units={name: unit(name) for name in aims},
    )
    kept, weeks = [name for name in aims if weekly(name)], values.courses.shape[-1]
    wide = values.courses.reshape(*shape, len(kept), weeks).transpose(3, 1, 0, 2, 4)
    courses = {name: factor(name) * wide[at].astype(np.float64) for at, name in enumerate(kept)}
    return Measured(found, courses)


def titles(metric: str) -> str:
    """What people call a metric."""
    from sim.metrics import METRICS

    return METRICS[metric].title


def unit(metric: str) -> str:
    """The unit in which people read a metric."""
    from sim.metrics import METRICS

    return METRICS[metric].unit


def factor(metric: str) -> float:
    """From a metric's own values to those that people read."""
    return display_factor(unit(metric))


def better(metric: str, aim: Aim) -> str:
    """Which direction of a metric is better."""
    from sim.metrics import METRICS

    return aim.better or METRICS[metric].better
