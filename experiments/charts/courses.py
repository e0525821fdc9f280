"""Values over the weeks: mean and spread over worlds, as a line with its band."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.statistics import SPREAD, Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Course:
    """A metric over the weeks: mean and 10th and 90th percentile over worlds, each (week,)."""

    mean: Floats
    low: Floats
    high: Floats


def course(values: Floats) -> Course:
    """Mean and spread over worlds of values (world, week); weeks without a value in any world are NaN."""
    if np.isfinite(values).all():  # numpy's functions for gaps go week by week in Python
        low, high = np.percentile(values, SPREAD, axis=0)
        return Course(values.mean(axis=0), low, high)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a week in which no world has a value
        low, high = np.nanpercentile(values, SPREAD, axis=0)
        return Course(np.nanmean(values, axis=0), low, high)


def week_ticks(weeks: int, most: int = 4) -> list[int]:
    """A few weeks to name on an axis: years where there are two or more, else quarters or less."""
    for step in (1, 2, 4, 13, 26, 52, 104, 260, 520, 1040):
        if weeks / step <= most + 0.2:
            return list(range(0, weeks + 1, step))
    return [0, weeks]


def draw_course(ax: Axes, course: Course, colour: str, *, baseline: bool = False, width: float = 3.0) -> None:
    """A line with its band."""
    weeks = np.arange(course.mean.size)
    ax.fill_between(weeks, course.low, course.high, color=colour, alpha=0.11, linewidth=0)
    ax.plot(weeks, course.mean, color=colour, linewidth=width, zorder=3 if baseline else 4)


def mark_weeks(ax: Axes, weeks: int, since: int, *, named: bool = True, ticks: int = 4) -> None:
    """A few weeks on the axis, and where the first policy starts."""
    places = week_ticks(weeks, ticks)
    ax.set_xlim(0, max(1, weeks - 1))
    ax.set_xticks([min(place, max(1, weeks - 1)) for place in places])
    ax.set_xticklabels([f"week {place}" if place == places[-1] and named else str(place) for place in places])
    if places[-1] >= 0.95 * weeks:
        ax.get_xticklabels()[-1].set_horizontalalignment("right")
    ax.set(xlabel="", ylabel="")
    if 0 < since < weeks:
        ax.axvline(since, color=style.QUIET, linewidth=1.2, linestyle=(0, (1, 2)), zorder=1)
        if named:
            ax.annotate(
                f"policies start, week {since}", (since, 1), xycoords=("data", "axes fraction"), xytext=(6, -2),
                textcoords="offset points", va="top", fontsize=style.SMALL, color=style.QUIET,
            )  # fmt: skip
