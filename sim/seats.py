"""What is kept of every seat over a run, so that those whom a policy treated can be compared between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.metrics import LAST_WEEKS, SPREAD, TRUST, Wide

if TYPE_CHECKING:
    from sim.week import Week

Reals = NDArray[np.float32]


@dataclass(frozen=True)
class SeatMetric:
    """What is measured by seat: of those whom an arm's policies treated, and of the same seats in its baseline."""

    name: str
    title: str
    group: str
    unit: str
    better: str
    doc: str

    def of(self, seats: Mapping[str, NDArray[np.float32]], mask: NDArray[np.bool_]) -> Wide:
        """Mean over the seats in mask (world, seat) that have a value, float64 (world,); NaN where none has.

        Args:
            seats: values of every seat by metric, see `sim.recorder.Record`.
        """
        values = seats[self.name]
        told = mask & ~np.isnan(values)
        total = np.where(told, values, 0.0).astype(np.float64).sum(axis=1)
        return ratio(total, told.sum(axis=1).astype(np.float64))


# fmt: off
_SEAT_METRICS = (
    SeatMetric("adequacy_members", "Adequacy of members", SPREAD, "points", "higher",
               "adequacy over the last 13 weeks of the seats that the arm's policy ever treated, in both arms"),
    SeatMetric("learning_members", "Learning per meeting of members", SPREAD, "mastery a meeting", "higher",
               "what the seats that the arm's policy ever treated learned over ties in the whole run, after the "
               "budget, per meeting, in both arms"),
    SeatMetric("trust_members", "Trust of members across departments", TRUST, "trust", "higher",
               "mean trust at the end, over live ties to other departments, of the seats that the arm's policy ever "
               "treated, in both arms"),
)
# fmt: on
SEAT_METRICS: dict[str, SeatMetric] = {metric.name: metric for metric in _SEAT_METRICS}


class Seats:
    """Measures by seat: adequacy of the last weeks, and what was learned over ties in how many meetings so far.

    Attributes:
        adequacy: of the last 13 weeks, float32 (week, person), the oldest overwritten.
        learned: mastery learned over ties after the budget, float32 (person,).
        meetings: over ties, int32 (person,).
    """

    def __init__(self, rows: int) -> None:
        self.adequacy = np.zeros((LAST_WEEKS, rows), np.float32)
        self.learned = np.zeros(rows, np.float32)
        self.meetings = np.zeros(rows, np.int32)
        self._this_week = np.zeros(rows, np.float32)

    def follow(self, week: Week) -> None:
        """Add what was learned this week."""
        np.multiply(week.work.from_ties, week.work.factor, out=self._this_week)
        self.learned += self._this_week
        self.meetings += week.work.meetings

    def values(self, week: Week, weeks: int) -> dict[str, Reals]:
        """Every seat metric so far, float32 (world, seat) by name; NaN where it is not defined.

        Args:
            weeks: how many were measured.
        """
        adequacy = np.full(len(self.learned), np.nan, np.float32)
        if weeks:
            adequacy = self.adequacy[:weeks].mean(axis=0, dtype=np.float64).astype(np.float32)
        met = self.meetings.astype(np.float64)
        found = {
            "adequacy_members": adequacy,
            "learning_members": ratio(self.learned.astype(np.float64), met).astype(np.float32),
            "trust_members": trust_across(week),
        }
        return {name: values.reshape(week.state.frame.worlds, -1) for name, values in found.items()}


def trust_across(week: Week) -> Reals:
    """Mean trust of each person in those of other departments whom it has ties to, (person,); NaN without any."""
    state, rows = week.state, week.state.frame.rows
    home = state.arrays["home_department"]
    learner, source = state.learners(), state.source
    across = home[learner] != home[source]
    who, trust = learner[across], state.trust[across]
    number = np.bincount(who, minlength=rows).astype(np.float64)
    return ratio(np.bincount(who, weights=trust, minlength=rows).astype(np.float64), number).astype(np.float32)


def ratio(numerator: Wide, denominator: Wide) -> Wide:
    """Quotient element by element; NaN where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator != 0)
