"""What every chart of a study draws from: results, comparison, names that fit, and one colour for each arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.charts import style
from experiments.charts.courses import Course, course
from experiments.charts.fonts import clean
from experiments.comparison import Comparison
from experiments.pairing import display_factor
from experiments.sentences import MAIN

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.study import Arm, Study
    from sim.metrics import Metric
    from sim.recorder import Record

MOST_ARMS = 24
"""Arms beyond this many are in the table only.

The charts show those that changed the headline metric most, clear effects first.
"""

ONE_PANEL = 5
"""Arms that one panel can show; more of them get a panel each."""


@dataclass(frozen=True)
class Drawing:
    """A chart before it is drawn: its words, and how to draw it with the names of a scene."""

    name: str
    title: Callable[[Scene], str]
    caption: str
    draw: Callable[[Scene], Figure]


@dataclass(frozen=True)
class Scene:
    """Results of a study as the charts see them; `stand_ins` replaces names that no font can draw."""

    study: Study
    records: Mapping[str, Record]
    comparison: Comparison
    stand_ins: Mapping[str, str]
    _courses: dict[tuple[str, str], Course] = field(default_factory=dict, repr=False, compare=False)

    def name(self, name: str) -> str:
        """A user's name as it is written on charts."""
        return self.stand_ins.get(clean(name), clean(name))

    def title(self, arm: str) -> str:
        """An arm's name on charts."""
        return self.name(self.comparison.titles[arm])

    def colour(self, arm: str) -> str:
        """An arm's colour, the same in every chart."""
        treated = [each.name for each in self.study.arms if each.baseline is not None]
        return style.colour(treated.index(arm)) if arm in treated else style.BASELINE

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms that the charts show, in the order of the study."""
        arms = [arm for arm in self.comparison.arms if (arm.name, MAIN) in self.comparison.results]
        if len(arms) > MOST_ARMS:
            results = {arm.name: self.comparison.results[arm.name, MAIN] for arm in arms}
            order = sorted(results, key=lambda name: (not results[name].clear, -abs(results[name].difference)))
            arms = [arm for arm in arms if arm.name in order[:MOST_ARMS]]
        return tuple(arms)

    @property
    def baselines(self) -> tuple[str, ...]:
        """The baselines of the arms shown."""
        return tuple(dict.fromkeys(str(arm.baseline) for arm in self.arms))

    @property
    def together(self) -> bool:
        """Whether all arms fit into one panel."""
        return len(self.arms) <= ONE_PANEL and len(self.baselines) == 1

    def course(self, arm: str, metric: Metric) -> Course:
        """A metric of an arm over the weeks, as people read it."""
        key = (arm, metric.name)
        if key not in self._courses:  # a baseline is drawn behind every arm
            values: Any = metric.series(self.records[arm].weekly)
            self._courses[key] = course(display_factor(metric.unit) * np.asarray(values, dtype=np.float64))
        return self._courses[key]
