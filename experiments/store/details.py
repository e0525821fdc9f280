"""What is kept of a run: all that the world recorded, or one number a metric and some courses."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property


@dataclass(frozen=True)
class Detail:
    """What is kept of a run.

    Attributes:
        since: first week of flows and ratios of its outcomes; None where the whole record is kept.
        courses: metrics whose values of every week are kept with the outcomes, as float32.
    """

    since: int | None = None
    courses: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the whole record is kept."""
        return self.since is None

    @cached_property
    def name(self) -> str:
        """Its part of a run's name. It changes with what is measured, so that other measures are another detail."""
        if self.since is None:
            return f"record {_quantities()}"
        return f"outcomes {json.dumps({'since': self.since, 'courses': self.courses, 'measures': _measures()})}"


RECORD = Detail()
"""All that a world recorded, see `sim.recorder.Record`."""


def outcomes(since: int, courses: tuple[str, ...] = ()) -> Detail:
    """One number a metric and metric by seat, flows and ratios from a week on, and courses of some metrics.

    Raises:
        ValueError: a course is of no metric that has a value every week.
    """
    from sim.metrics import METRICS

    for name in courses:
        if name not in METRICS or METRICS[name].kind == "run":
            raise ValueError(f"no metric with a value every week is called {name!r}")
    return Detail(since, courses)


@cache
def _quantities() -> str:
    """Short hash of the names of what today's metrics are made of: raw quantities, and values by seat."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    measured = [metric for metric in METRICS.values() if metric.kind in ("stock", "final", "ratio", "year")]
    names = {name for metric in measured for name in (metric.numerator, metric.denominator)} | set(SEAT_METRICS)
    return _short(sorted(names))


@cache
def _measures() -> str:
    """Short hash of how today's metrics are made."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    made = [(metric.name, metric.kind, metric.numerator, metric.denominator) for metric in METRICS.values()]
    return _short([made, list(SEAT_METRICS)])


def _short(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]
