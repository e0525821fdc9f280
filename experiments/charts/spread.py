"""Need met over the weeks: how far knowledge spreads under each arm, with the spread of outcomes over worlds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.charts.courses import course, draw_course, mark_weeks
from experiments.charts.fonts import width
from experiments.charts.panels import draw_grid
from experiments.charts.scene import Drawing, Scene
from experiments.charts.style import Sheet
from experiments.charts.text import keep_apart, lines_of, on_two_lines
from experiments.comparison import clear_arms
from experiments.pairing import display_factor
from experiments.sentences import MAIN
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Lines are means over all worlds; the shaded bands hold the middle 80 % of worlds (10th to 90th percentile), so "
    "they show how far one organization's luck can lie from the mean. Where all arms share one panel, the bars at its "
    "right show the same spread over the last 13 weeks, arm by arm. The dotted line is the week in which the first "
    "policy starts."
)

DRAWING_HEIGHT = 5.9
STEP = 0.27
"""Inches between the bars at the right."""


def title(scene: Scene) -> str:
    """Who spreads knowledge furthest, in numbers."""
    arms = scene.arms
    if not arms:
        return "Need met over time"
    results = {arm.name: scene.comparison.results[arm.name, MAIN] for arm in arms}
    largest = max(results, key=lambda name: results[name].difference)
    best = next(iter(clear_arms(scene.comparison, MAIN, results)), largest)
    result = results[best]
    if results[largest].n > 1 and not result.low > 0.0:
        return f"No arm raised need met by more than chance could, in {results[largest].n} worlds"
    before, after = number(result.mean_baseline, 0), number(result.mean_arm, 0)
    if before == after:
        before, after = number(result.mean_baseline, 1), number(result.mean_arm, 1)
    told = "" if best == largest else ", the largest gain of those that these worlds can show"
    return f"{scene.title(best)}: {after} % of needs are met at the end, {before} % in the baseline{told}"


def draw(scene: Scene) -> Figure:
    """One panel with bars and labels at its right, or a panel for each arm where they are many."""
    from sim.metrics import METRICS

    heading = title(scene)
    weeks = next(iter(scene.records[scene.study.arms[0].name].weekly.values())).shape[1]
    subtitle = "Need met: share of what people's work needs that they know well enough (70 % of it or more)"
    if not scene.together:
        return draw_grid(scene, heading, subtitle, [METRICS[MAIN]], suffix=" %")
    sheet = Sheet.of(heading, subtitle, DRAWING_HEIGHT)
    shown = [*scene.baselines, *(arm.name for arm in scene.arms)] or [scene.study.arms[0].name]
    shown = sorted((n for n in shown if math.isfinite(_end(scene, n)[1])), key=lambda n: _end(scene, n)[1])
    room = 3.75
    bars = STEP * (len(shown) + 1)
    left, bottom = style.MARGIN + 0.75, 0.85
    across = sheet.width - left - bars - room - style.MARGIN
    ax = sheet.axes(left, bottom, across, sheet.top - bottom)
    courses = {name: scene.course(name, METRICS[MAIN]) for name in shown}
    for name, line in courses.items():
        draw_course(ax, line, scene.colour(name), baseline=name in scene.baselines)
    style.quiet_axes(ax)
    style.few_ticks(ax.yaxis)
    style.plain_ticks(ax.yaxis, " %")
    mark_weeks(ax, weeks, scene.comparison.since)
    _bars_and_labels(sheet, scene, ax, shown, (left + across, bottom, bars, sheet.top - bottom, room))
    return sheet.figure


def _bars_and_labels(
    sheet: Sheet, scene: Scene, ax: Axes, shown: list[str], place: tuple[float, float, float, float, float]
) -> None:
    """Spread over the last 13 weeks as bars, and the names of the arms beside them."""
    x, bottom, bars, height, room = place
    strip = sheet.axes(x, bottom, bars, height)
    strip.set(xlim=(0, len(shown) + 1), ylim=ax.get_ylim())
    strip.axis("off")
    ends = {name: _end(scene, name) for name in shown}
    for slot, name in enumerate(shown, start=1):
        low, mean, high = ends[name]
        strip.plot([slot, slot], [low, high], color=scene.colour(name), linewidth=6, alpha=0.45, solid_capstyle="butt")
        strip.plot([slot], [mean], marker="o", markersize=10, color=scene.colour(name))
    floor, ceiling = ax.get_ylim()
    inches = [bottom + (ends[name][1] - floor) / (ceiling - floor) * height for name in shown]
    texts = _labels(scene, shown, room - 0.3)
    gap = lines_of(texts) * style.BODY * 1.25 / 72.0
    sheet.write(x + 0.25, bottom - 0.35, "last 13 weeks", size=style.SMALL, color=style.QUIET)
    at = keep_apart(inches, gap, bottom, bottom + height)
    for name, slot, start, end, text in zip(shown, range(1, len(shown) + 1), inches, at, texts, strict=True):
        colour = scene.colour(name)
        sheet.line([x + (slot + 0.35) * STEP, x + bars - 0.02, x + bars + 0.2], [start, start, end], color=colour,
                   linewidth=1.2, alpha=0.7)  # fmt: skip
        sheet.write(x + bars + 0.27, end, text, size=style.BODY, color=style.text_colour(colour), va="center",
                    weight="bold" if name not in scene.baselines else "normal")  # fmt: skip


def _end(scene: Scene, arm: str) -> tuple[float, float, float]:
    """10th percentile, mean and 90th percentile over worlds of the value at the end of the run."""
    from sim.metrics import METRICS

    metric = METRICS[MAIN]
    values = np.asarray(metric.value(scene.records[arm].weekly, 0), dtype=np.float64)
    found = course(display_factor(metric.unit) * values[:, np.newaxis])
    return float(found.low[0]), float(found.mean[0]), float(found.high[0])


def _labels(scene: Scene, shown: list[str], room: float) -> list[str]:
    """Name and value at the end, as long as there is room."""
    ends = [_end(scene, name)[1] for name in shown]
    digits = 0 if len({number(end, 0) for end in ends}) == len(ends) else 1
    values = [f"  {number(end, digits)} %" for end in ends]
    widest = max((width(value, style.BODY, bold=True) for value in values), default=0.0)
    names = on_two_lines([scene.title(name) for name in shown], room - widest, style.BODY, bold=True)
    return [name + value for name, value in zip(names, values, strict=True)]


SPREAD_OVER_TIME = Drawing("need-met-over-time", title, CAPTION, draw)
