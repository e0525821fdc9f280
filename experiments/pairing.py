"""Two arms in the same worlds: their records matched by seed, and one value per world of what is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import Floats, Paired, paired

if TYPE_CHECKING:
    from sim.metrics import Metric
    from sim.recorder import Record
    from sim.seats import SeatMetric


@dataclass(frozen=True)
class Pair:
    """One metric of an arm and of its baseline in the same worlds, as people read it; NaN where undefined."""

    seeds: tuple[int, ...]
    baseline: Floats
    arm: Floats

    @property
    def difference(self) -> Floats:
        """Arm minus baseline, (world,)."""
        return self.arm - self.baseline


@dataclass(frozen=True)
class Matched:
    """The records of an arm and of its baseline, and the rows of their common worlds, in rising order of seeds."""

    seeds: tuple[int, ...]
    arm: Record
    baseline: Record
    arm_rows: NDArray[np.intp]
    baseline_rows: NDArray[np.intp]

    @classmethod
    def of(cls, arm: Record, baseline: Record) -> Matched:
        """Match worlds by seed."""
        in_arm = {int(seed): row for row, seed in enumerate(arm.seeds)}
        in_baseline = {int(seed): row for row, seed in enumerate(baseline.seeds)}
        seeds = sorted(in_arm.keys() & in_baseline.keys())
        arm_rows, baseline_rows = (
            np.array([where[seed] for seed in seeds], dtype=np.intp) for where in (in_arm, in_baseline)
        )
        return cls(tuple(seeds), arm, baseline, arm_rows, baseline_rows)

    def metric(self, metric: Metric, since: int) -> Pair | None:
        """The metric in both arms; None where no common world has a value in both."""
        arm = _values(metric, self.arm, since)[self.arm_rows]
        baseline = _values(metric, self.baseline, since)[self.baseline_rows]
        return Pair(self.seeds, baseline, arm) if np.any(np.isfinite(arm) & np.isfinite(baseline)) else None

    def metrics(self, since: int) -> dict[str, Pair]:
        """Every metric of the registry that has a value in both arms."""
        from sim.metrics import METRICS

        found = {name: self.metric(metric, since) for name, metric in METRICS.items()}
        return {name: pair for name, pair in found.items() if pair is not None}

    def members(self, metric: SeatMetric, labels: Sequence[str]) -> Pair | None:
        """A metric of the seats that any of these policies of the arm ever treated, in both arms.

        None where no policy says whom it treats, as a plug-in may not.
        """
        told = [np.asarray(self.arm.treated[label], dtype=bool) for label in labels if label in self.arm.treated]
        if not told:
            return None
        treated = np.any(told, axis=0)
        mask = np.zeros(np.asarray(self.baseline.seats[metric.name]).shape, dtype=bool)
        mask[self.baseline_rows] = treated[self.arm_rows]
        factor = display_factor(metric.unit)
        arm = factor * metric.of(self.arm.seats, treated)[self.arm_rows]
        baseline = factor * metric.of(self.baseline.seats, mask)[self.baseline_rows]
        return Pair(self.seeds, baseline, arm)

    def cost(self, name: str) -> Paired:
        """Extra `hours` or `money` a person-week of the arm over all weeks of the run; without worlds, NaN."""
        from sim.metrics import METRICS

        pair = self.metric(METRICS[name], 0)
        return paired(pair.arm, pair.baseline) if pair is not None else paired((), ())


def display_factor(unit: str) -> float:
    """From a metric's own values to the numbers that people read: shares become percentage points."""
    return 100.0 if unit == "points" else 1.0


def _values(metric: Metric, record: Record, since: int) -> Floats:
    """One value per world of a record, as people read it."""
    values: Any = metric.value(record.weekly, since)
    return display_factor(metric.unit) * np.asarray(values, dtype=np.float64)


def aims(scenario: Any, baseline: Any) -> tuple[tuple[str, ...], dict[str, dict[str, str]]]:
    """The metrics that an arm's own policies aim at; and for those by seat, label -> kind of the policies.

    A policy that the baseline has too, with the same settings, is not what the arm is compared for. The aim of one
    that works on a partner says something only against that partner, and is left out where the baseline is without
    it. An aim that is no metric is left out: results must not be lost for a word in a plug-in.
    """
    from sim.metrics import METRICS
    from sim.policies import registry
    from sim.seats import SEAT_METRICS

    kinds = registry()
    found: list[str] = []
    members: dict[str, dict[str, str]] = {}
    beside = {settings.kind for settings in baseline.policies.values()}
    for label, settings in scenario.policies.items():
        if baseline.policies.get(label) == settings:
            continue
        kind = kinds[settings.kind]
        if kind.partner and kind.partner not in beside:
            continue
        metric = kind.target_metric
        if metric in SEAT_METRICS:
            members.setdefault(metric, {})[label] = settings.kind
        if metric not in found and (metric in SEAT_METRICS or metric in METRICS):
            found.append(metric)
    return tuple(found), members
