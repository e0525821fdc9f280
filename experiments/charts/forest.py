"""Paired differences: what each arm changed in the same worlds, with interval and every single world."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.scene import Drawing, Scene
from experiments.charts.style import Sheet
from experiments.charts.text import on_two_lines, shorten, widest, wrap
from experiments.comparison import HEADLINE, clear_arms
from experiments.sentences import MAIN
from experiments.wording import DASH, decimals, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.study import Arm

CAPTION = (
    "Each small dot is one world: the arm minus its baseline under the same chance. The large dot is the mean over "
    "worlds, the thick line its 95 % interval; where that line stays clear of zero, chance alone hardly gives "
    "such a mean. The cloud of dots says how much a single organization may differ from the mean. Panels have scales "
    "of their own."
)

ROW, HEAD, FOOT = 0.62, 0.95, 0.55
"""Inches of a row, above a panel and below it."""
MOST_PANELS = 6
"""Metrics beyond this many are in the report's table only."""


def metrics(scene: Scene) -> list[str]:
    """The headline metrics, then what policies of the study aim at, in order of display.

    Where there is no room for all, those that policies of most arms aim at.
    """
    aimed = Counter(aim for arm in scene.arms for aim in scene.comparison.targets[arm.name])
    others = [name for name in scene.comparison.subjects if name in aimed and name not in HEADLINE]
    chosen = sorted(others, key=lambda name: -aimed[name])[: MOST_PANELS - len(HEADLINE)]
    found = [*HEADLINE, *(name for name in others if name in chosen)]
    return [name for name in found if any((arm.name, name) in scene.comparison.results for arm in scene.arms)]


def title(scene: Scene) -> str:
    """How many arms raise need met, and which most."""
    results = {arm.name: scene.comparison.results[arm.name, MAIN] for arm in scene.arms}
    largest = max(results, key=lambda name: results[name].difference)
    best = next(iter(clear_arms(scene.comparison, MAIN, results)), largest)
    digits = decimals(results[best].low, results[best].high, "points")
    if len(results) == 1 and results[best].n < 2:
        moved = number(results[best].difference, 1, sign=True)
        return f"{scene.title(best)} moved need met by {moved} points in one world"
    most = f"{scene.title(best)} most, by {number(results[best].difference, digits)} points"
    if all(result.n < 2 for result in results.values()):
        return f"One world, so no interval: {most}"
    raised = sum(result.low > 0.0 for result in results.values())
    if raised == 0:
        return "No arm raised need met by more than chance could"
    if len(results) == 1:
        return f"{scene.title(best)} raised need met by {number(results[best].difference, digits)} points"
    if best != largest:
        most += " of those that these worlds can show"
    return f"{raised} of {len(results)} raised need met, {most}"


def draw(scene: Scene) -> Figure:
    """A panel for each metric, a row for each arm, the names of the arms once at the left."""
    names = metrics(scene)
    columns = 1 if len(names) == 1 else 2 if len(names) <= 4 else 3
    rows = math.ceil(len(names) / columns)
    panel = ROW * len(scene.arms)
    subtitle = "Paired difference to the baseline in the same worlds: mean, 95 % interval, and each world as a dot"
    sheet = Sheet.of(title(scene), subtitle, rows * (panel + HEAD + FOOT))
    texts = on_two_lines([scene.title(arm.name) for arm in scene.arms], 2.7, style.BODY, bold=True)
    room = widest(texts, style.BODY, bold=True) + 0.25
    left, gap = style.MARGIN + room, 0.25
    values = [_value(scene, arm, name) for arm in scene.arms for name in names]
    value = max(width(text, style.BODY, bold=True) for text in values) + 0.15
    across = (sheet.width - left - style.MARGIN - gap * (columns - 1)) / columns - value
    for place, name in enumerate(names):
        x = left + (place % columns) * (across + value + gap)
        y = sheet.top - (place // columns + 1) * (panel + HEAD + FOOT) + FOOT
        _head(sheet, scene, name, (x, y + panel, across + value))
        ax = sheet.axes(x, y, across, panel)
        _panel(scene, ax, name, across)
        for row, arm in enumerate(scene.arms):
            middle = y + panel - (row + 0.42) * ROW
            colour = style.text_colour(scene.colour(arm.name))
            text = _value(scene, arm, name)
            sheet.write(x + across + 0.1, middle, text, size=style.BODY, weight="bold", color=colour, va="center")
            if place % columns == 0:
                sheet.write(x - 0.2, middle, texts[row], size=style.BODY, weight="bold", color=colour, va="center",
                            ha="right")  # fmt: skip
    return sheet.figure


def _head(sheet: Sheet, scene: Scene, name: str, place: tuple[float, float, float]) -> None:
    """The metric's name over its panel, with the unit."""
    x, y, room = place
    subject = scene.comparison.subjects[name]
    step = style.SMALL * 1.25 / 72.0
    unit = "1/1000 " * (_factor(scene, name) > 1.0) + (subject.unit or "no unit")
    sheet.write(x, y + 0.1, shorten(unit, room, style.SMALL - 2), size=style.SMALL - 2, color=style.QUIET)
    for line, text in enumerate(reversed(wrap(subject.title, room, style.SMALL, bold=True)), start=1):
        sheet.write(x, y + 0.1 + line * step, text, size=style.SMALL, weight="bold")


def _factor(scene: Scene, name: str) -> float:
    """1,000 for a metric whose differences are too small to be read as plain decimals, else 1."""
    shown = [scene.comparison.pairs[arm.name, name] for arm in scene.arms if (arm.name, name) in scene.comparison.pairs]
    largest = max(float(np.nanmax(np.abs(pair.difference))) for pair in shown)
    return 1000.0 if 0.0 < largest < 0.01 else 1.0


def _panel(scene: Scene, ax: Axes, name: str, inches: float) -> None:
    """One metric: rows from top to bottom in the order of the study."""
    count = len(scene.arms)
    factor = _factor(scene, name)
    style.quiet_axes(ax, grid="x")
    ax.axvline(0.0, color=style.INK, linewidth=1.6, zorder=2)
    for row, arm in enumerate(scene.arms):
        pair, result = scene.comparison.pairs.get((arm.name, name)), scene.comparison.results.get((arm.name, name))
        if pair is None or result is None:
            continue
        colour = scene.colour(arm.name)
        worlds = factor * pair.difference[np.isfinite(pair.difference)]
        below = row + 0.30 + 0.11 * (2.0 * (0.618034 * np.arange(1, worlds.size + 1) % 1.0) - 1.0)
        ax.scatter(worlds, below, color=colour, s=26, alpha=0.45, linewidth=0, zorder=3)
        if math.isfinite(result.low):
            ends = [factor * result.low, factor * result.high]
            ax.plot(ends, [row, row], color=colour, linewidth=5, solid_capstyle="butt", zorder=4)
        middle = [factor * result.difference]
        ax.plot(middle, [row], marker="o", markersize=10, color=colour, markeredgecolor="white", zorder=5)
    ax.set(ylim=(count - 0.42, -0.42), xlabel="", ylabel="", yticks=[])
    ax.margins(x=0.06)
    style.fitting_ticks(ax.xaxis, inches, signed=True)


def _value(scene: Scene, arm: Arm, name: str) -> str:
    """The mean difference; a dash where the metric has no value in the arm."""
    result = scene.comparison.results.get((arm.name, name))
    if result is None:
        return DASH
    factor = _factor(scene, name)
    unit = scene.comparison.subjects[name].unit
    digits = decimals(factor * result.low, factor * result.high, unit) if result.n > 1 else None
    return number(factor * result.difference, digits, sign=True)


FOREST = Drawing("paired-differences", title, CAPTION, draw)
