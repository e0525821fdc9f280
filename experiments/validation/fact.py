"""What a fact is: the worlds that it needs, and what is read off them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.recorder import Record

Floats = NDArray[np.float64]
Records = Mapping[str, "Record"]
LEVEL = 0.01
"""A fact holds where every one-sided p that it names is below this."""

BUILT_IN, CALIBRATED, EMERGENT = "built in", "calibrated", "emergent"


@dataclass(frozen=True)
class Sample:
    """One condition of a chart: a value for each world."""

    label: str
    values: Floats


@dataclass(frozen=True)
class Curve:
    """One line of a chart: a value for each world and step."""

    label: str
    values: Floats


@dataclass(frozen=True)
class Finding:
    """What the worlds say of a fact.

    Attributes:
        found: in words, with figures.
        p: the largest of the one-sided p values that the fact rests on; NaN where the fact is exact.
        holds: whether the model shows the fact.
        measure: what the chart's values are, with unit.
        samples, curves: what the chart shows, one of the two.
        steps: what the steps of curves are.
        reason: why the model does not show it, where that is known.
    """

    found: str
    p: float
    holds: bool
    measure: str
    samples: tuple[Sample, ...] = ()
    curves: tuple[Curve, ...] = ()
    steps: str = "week"
    reason: str = ""


@dataclass(frozen=True)
class Fact:
    """Something that is known of organizations.

    Attributes:
        name: by which the command line and the list of facts held back know it.
        expected: what the literature says, in terms of what is measured.
        setting: how the worlds are made that show it.
        arms: name -> scenario as plain data.
        judge: from the records of those arms to a finding.
    """

    name: str
    title: str
    kind: str
    source: str
    expected: str
    setting: str
    arms: Mapping[str, Mapping[str, Any]]
    judge: Callable[[Records], Finding]
    held_back: bool = field(default=False)


def p_above(values: Floats, than: float = 0.0) -> float:
    """One-sided p of Student's t that the mean over worlds is above a value; 1 where it is not, NaN for one world."""
    from scipy import stats

    known = values[np.isfinite(values)] - than
    if len(known) < 2:
        return math.nan
    if float(known.std()) == 0.0:
        return 0.0 if known[0] > 0 else 1.0
    return float(stats.ttest_1samp(known, 0.0, alternative="greater").pvalue)


def p_below(values: Floats, than: float = 0.0) -> float:
    """The same for a mean below a value."""
    return p_above(-values, -than)


def worst(*ps: float) -> float:
    """The largest p; NaN if any is."""
    return math.nan if any(math.isnan(p) for p in ps) else max(ps)


def interval(values: Floats, digits: int = 3) -> str:
    """Mean and 95 % interval over worlds, in words."""
    from experiments.statistics import paired

    result = paired(values, np.zeros_like(values))
    return f"{result.difference:.{digits}f} (95 % {result.low:.{digits}f} to {result.high:.{digits}f})"


def verdict(p: float, *more: bool) -> bool:
    """Whether p is small and everything else holds."""
    return bool(p < LEVEL) and all(more)


def metric(record: Record, name: str, since: int = 0) -> Floats:
    """A metric's one number of each world."""
    from sim.metrics import METRICS

    return np.asarray(METRICS[name].value(record.weekly, since), np.float64)


def series(record: Record, name: str) -> Floats:
    """A metric week by week, (world, week)."""
    from sim.metrics import METRICS

    return np.asarray(METRICS[name].series(record.weekly), np.float64)


def joined(parts: Sequence[Fact]) -> Mapping[str, Fact]:
    """Facts by name, in order.

    Raises:
        ValueError: two share a name.
    """
    found = {fact.name: fact for fact in parts}
    if len(found) < len(parts):
        raise ValueError("two facts share a name")
    return found
