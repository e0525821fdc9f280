"""Small multiples over the weeks: a panel for each arm, with its baseline in grey behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.charts.courses import draw_course, mark_weeks
from experiments.charts.scene import Scene
from experiments.charts.style import Sheet
from experiments.charts.text import shorten, shorten_all
from experiments.pairing import display_factor
from experiments.statistics import paired
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.study import Arm
    from sim.metrics import Metric

PANEL_HEIGHT, HEAD, FOOT, GAP = 2.0, 0.75, 0.45, 0.3
"""Inches of a panel, above it, below it, and between panels."""


def draw_grid(
    scene: Scene, title: str, subtitle: str, metrics: Sequence[Metric], *, suffix: str = "", names: Sequence[str] = ()
) -> Figure:
    """A panel for each arm, all on the same scale, four to a row."""
    columns = min(4, max(2, len(scene.arms)))
    rows = math.ceil(len(scene.arms) / columns)
    sheet = Sheet.of(title, f"{subtitle}; the baseline is grey", rows * (PANEL_HEIGHT + HEAD + FOOT))
    left = style.MARGIN + 0.75
    across = (sheet.width - left - style.MARGIN - GAP * (columns - 1)) / columns
    heads = shorten_all([scene.title(arm.name) for arm in scene.arms], across, style.BODY, bold=True)
    panels: list[Axes] = []
    for place, arm in enumerate(scene.arms):
        x = left + (place % columns) * (across + GAP)
        y = sheet.top - (place // columns + 1) * (PANEL_HEIGHT + HEAD + FOOT) + FOOT
        ax = sheet.axes(x, y, across, PANEL_HEIGHT)
        panels.append(ax)
        _panel(scene, ax, arm, metrics, names)
        colour = style.text_colour(scene.colour(arm.name))
        sheet.write(x, y + PANEL_HEIGHT + 0.38, heads[place], size=style.BODY, weight="bold", color=colour)
        change = shorten(_change(scene, arm, metrics, names), across, style.SMALL - 1)
        sheet.write(x, y + PANEL_HEIGHT + 0.11, change, size=style.SMALL - 1, color=style.QUIET)
        ax.tick_params(labelleft=place % columns == 0)
    _same_scale(panels, suffix)
    return sheet.figure


def _panel(scene: Scene, ax: Axes, arm: Arm, metrics: Sequence[Metric], names: Sequence[str]) -> None:
    """The arm over its baseline."""
    weeks = 1
    for metric in metrics:
        for name in (str(arm.baseline), arm.name):
            course = scene.course(name, metric)
            weeks = course.mean.size
            draw_course(ax, course, scene.colour(name), baseline=name == arm.baseline, width=2.5)
    style.quiet_axes(ax)
    mark_weeks(ax, weeks, scene.comparison.since, named=False, ticks=3)
    for metric, named in zip(metrics, names, strict=False):
        bands = [scene.course(name, metric).high[: max(1, 2 * weeks // 5)] for name in (str(arm.baseline), arm.name)]
        if not np.isfinite(bands).any():
            continue
        ax.annotate(
            named, (0.02, float(np.nanmax(bands))), xycoords=("axes fraction", "data"), xytext=(0, 3),
            textcoords="offset points", fontsize=style.SMALL - 2, color=style.QUIET,
        )  # fmt: skip


def _change(scene: Scene, arm: Arm, metrics: Sequence[Metric], names: Sequence[str]) -> str:
    """By how much the arm changed each metric, in the mean."""
    parts = []
    for place, metric in enumerate(metrics):
        result = scene.comparison.results.get((arm.name, metric.name), paired((), ()))
        digits = 1 if display_factor(metric.unit) == 100.0 else 2
        unit = " points" if metric.unit == "points" else ""
        parts.append((f"{names[place]} " if names else "") + number(result.difference, digits, sign=True) + unit)
    return ", ".join(parts)


def _same_scale(panels: Sequence[Axes], suffix: str) -> None:
    """One vertical scale for all panels."""
    if not panels:
        return
    low = min(ax.get_ylim()[0] for ax in panels)
    high = max(ax.get_ylim()[1] for ax in panels)
    for ax in panels:
        ax.set_ylim(low, high)
        style.few_ticks(ax.yaxis)
        style.plain_ticks(ax.yaxis, suffix)
