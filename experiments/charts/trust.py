"""Trust within and across departments over the weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.charts import style
from experiments.charts.courses import draw_course, mark_weeks
from experiments.charts.panels import draw_grid
from experiments.charts.scene import Drawing, Scene
from experiments.charts.style import Sheet
from experiments.charts.text import keep_apart, lines_of, on_two_lines, widest
from experiments.comparison import clear_arms
from experiments.pairing import display_factor
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.metrics import Metric

WITHIN, ACROSS = "trust_within", "trust_across"

CAPTION = (
    "Trust is what a learner expects of a source's promises, averaged over ties: inside departments and between them. "
    "Lines are means over worlds, bands hold the middle 80 % of worlds. Where within and across have panels of their "
    "own, each has its own scale, so compare arms inside a panel."
)


def title(scene: Scene) -> str:
    """Which arm moves trust between departments most."""
    results = scene.comparison.results
    moved = {arm.name: results[arm.name, ACROSS] for arm in scene.arms if (arm.name, ACROSS) in results}
    if not moved:
        return "Trust within and across departments"
    largest = max(moved, key=lambda name: abs(moved[name].difference))
    told = clear_arms(scene.comparison, ACROSS, moved)
    if not told and moved[largest].n > 1:
        return f"No arm moved trust between departments by more than chance could, in {moved[largest].n} worlds"
    best = max(told or moved, key=lambda name: abs(moved[name].difference))
    result = moved[best]
    verb = "raised" if result.difference > 0.0 else "lowered"
    digits, unit = (0, " %") if scene.comparison.subjects[ACROSS].unit == "points" else (2, "")
    if number(result.mean_baseline, digits) == number(result.mean_arm, digits):
        digits += 1
    before, after = (number(value, digits) + unit for value in (result.mean_baseline, result.mean_arm))
    most = " most" if len(moved) > 1 else ""
    if best != largest:
        most += " of those that these worlds can show"
    return f"{scene.title(best)} {verb} trust between departments{most}: {after}, {before} in the baseline"


def draw(scene: Scene) -> Figure:
    """Two panels side by side with labels at the line ends, or a panel for each arm where they are many."""
    from sim.metrics import METRICS

    metrics = [METRICS[WITHIN], METRICS[ACROSS]]
    suffix = " %" if metrics[0].unit == "points" else ""
    scale = ", %" if suffix else ", 0 none to 1 full"
    if not scene.together:
        return draw_grid(scene, title(scene), f"Mean trust over ties{scale}", metrics, names=("within", "across"))
    sheet = Sheet.of(title(scene), f"Mean trust over ties, by week{scale}", 5.6)
    shown = [*scene.baselines, *(arm.name for arm in scene.arms)] or [scene.study.arms[0].name]
    texts = on_two_lines([scene.title(name) for name in shown], 2.2, style.SMALL, bold=True)
    room = widest(texts, style.SMALL, bold=True) + 0.4
    left, bottom, gap = style.MARGIN + 0.65, 0.85, 0.65
    across = (sheet.width - left - style.MARGIN - gap) / 2.0 - room
    for place, (metric, head) in enumerate(zip(metrics, ("Within departments", "Across departments"), strict=True)):
        x = left + place * (across + room + gap)
        ax = sheet.axes(x, bottom, across, sheet.top - bottom - 0.45)
        sheet.write(x, sheet.top - 0.3, head, size=style.BODY, weight="bold")
        _panel(scene, ax, metric, shown)
        _labels(sheet, scene, ax, (shown, texts), metric, (x + across, bottom, sheet.top - bottom - 0.45))
    return sheet.figure


def _panel(scene: Scene, ax: Axes, metric: Metric, shown: Sequence[str]) -> None:
    """All arms in one panel."""
    weeks = 1
    for name in shown:
        course = scene.course(name, metric)
        weeks = course.mean.size
        draw_course(ax, course, scene.colour(name), baseline=name in scene.baselines)
    style.quiet_axes(ax)
    style.few_ticks(ax.yaxis)
    style.plain_ticks(ax.yaxis, " %" if display_factor(metric.unit) == 100.0 else "")
    mark_weeks(ax, weeks, scene.comparison.since, ticks=2)


def _labels(
    sheet: Sheet, scene: Scene, ax: Axes, labels: tuple[Sequence[str], Sequence[str]], metric: Metric,
    place: tuple[float, float, float],
) -> None:  # fmt: skip
    """The names of the arms at the ends of their lines."""
    x, bottom, height = place
    values = {name: float(scene.course(name, metric).mean[-1]) for name in labels[0]}
    drawn = [(name, text) for name, text in zip(*labels, strict=True) if math.isfinite(values[name])]
    if not drawn:
        sheet.write(x - 0.1, bottom + height / 2.0, "no such ties", size=style.SMALL, color=style.QUIET, ha="right")
        return
    shown, texts = zip(*drawn, strict=True)
    floor, ceiling = ax.get_ylim()
    ends = [bottom + (values[name] - floor) / (ceiling - floor) * height for name in shown]
    at = keep_apart(ends, lines_of(texts) * style.SMALL * 1.25 / 72.0, bottom, bottom + height)
    for name, text, start, end in zip(shown, texts, ends, at, strict=True):
        colour = scene.colour(name)
        sheet.line([x + 0.03, x + 0.23], [start, end], color=colour, linewidth=1.2, alpha=0.7)
        sheet.write(x + 0.28, end, text, size=style.SMALL, color=style.text_colour(colour), va="center",
                    weight="normal" if name in scene.baselines else "bold")  # fmt: skip


TRUST = Drawing("trust", title, CAPTION, draw)
