"""The ten measures that every contender with the full rule takes each week, and the one number of each per run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

LAST_WEEKS = 13
STOCKS = (
    "adequacy",
    "need_met",
    "need_met_other",
    "mean_expertise",
    "trust_within",
    "trust_across",
    "gini",
)
FLOWS = ("hours", "meetings")
TEN = (*STOCKS, *FLOWS, "across_over_within")
LEARNED = ("learned_within", "learned_across", "ties_within", "ties_across")
"""Over the ties of the start, this week: mastery by ties inside and between departments, and how many there are."""


def quotient(learned: Any) -> Any:
    """Learning per across-tie-week over learning per within-tie-week, of the four LEARNED; NaN where undefined."""
    within, across, ties_within, ties_across = (np.asarray(value, np.float64) for value in learned)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (across / ties_across) / (within / ties_within)


def summary(series: Mapping[str, Any], learned: Any) -> dict[str, float]:
    """The one number of each measure.

    Args:
        series: by name, (week,) or (week, world).
        learned: the four LEARNED summed over all weeks.
    """
    values = {name: np.mean(np.asarray(series[name])[-LAST_WEEKS:]) for name in STOCKS}
    values |= {name: np.mean(np.asarray(series[name])) for name in FLOWS}
    values["across_over_within"] = np.mean(quotient(learned))
    return {name: float(value) for name, value in values.items()}


def gini(values: Any) -> Any:
    """Gini of values of 0 or more along the last axis: sum_i (2 i - n - 1) x_i / (n sum x), x rising, i from 1."""
    n = values.shape[-1]
    ordered = np.sort(values, axis=-1)
    return (ordered @ (2.0 * np.arange(1, n + 1) - n - 1.0)) / (n * ordered.sum(axis=-1))
