"""A chart of each fact: every world as a dot and the mean with its interval, or curves with their spread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.charts.text import keep_apart
from experiments.files import write_whole
from experiments.statistics import paired
from experiments.validation.fact import Curve, Fact, Finding, Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.72
CURVES = 4.6
SHOWN, NOT_SHOWN = "the model shows it", "the model does not show it"


def draw_fact(fact: Fact, finding: Finding, folder: Path, *, png: bool = True) -> Path:
    """Write the chart of a fact as SVG, and where wanted as PNG; the same finding, the same SVG bytes.

    Returns:
        The SVG.

    Raises:
        OSError: the folder cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(style.rc([], fact.name)):
        figure = _curves(fact, finding) if finding.curves else _dots(fact, finding)
        path = folder / f"{fact.name}.svg"
        write_whole(path, lambda part: style.save_svg(figure, part))
        if png:
            write_whole(path.with_suffix(".png"), lambda part: style.save_png(figure, part))
    return path


def _sheet(fact: Fact, finding: Finding, height: float) -> Sheet:
    title = f"{fact.title}: {SHOWN if finding.holds else NOT_SHOWN}"
    return Sheet.of(title, finding.found[0].upper() + finding.found[1:], height)


def _dots(fact: Fact, finding: Finding) -> Figure:
    """A row for each condition."""
    sheet = _sheet(fact, finding, ROW * len(finding.samples) + 1.0)
    lines = [line for sample in finding.samples for line in sample.label.split("\n")]
    room = max(width(line, style.BODY) for line in lines) + 0.35
    values = [_value(sample) for sample in finding.samples]
    value_room = max(width(text, style.BODY, bold=True) for text in values) + 0.25
    left = style.MARGIN + room
    height = ROW * len(finding.samples)
    ax = sheet.axes(left, 0.85, style.WIDTH - style.MARGIN - left - value_room, height)
    for row, sample in enumerate(finding.samples):
        _row(ax, row, sample)
        y = 0.85 + height * (1 - (row + 0.5) / len(finding.samples))
        sheet.write(left - 0.2, y, sample.label, ha="right", va="center", size=style.BODY)
        sheet.write(style.WIDTH - style.MARGIN, y, values[row], ha="right", va="center", size=style.BODY, weight="bold")
    ax.set_ylim(len(finding.samples) - 0.5, -0.5)
    ax.set_yticks([])
    style.quiet_axes(ax, grid="x")
    if ax.get_xlim()[0] < 0 < ax.get_xlim()[1]:
        ax.axvline(0, color=style.BASELINE, linewidth=1.5)
    style.fitting_ticks(ax.xaxis, style.WIDTH - left - value_room)
    ax.set_xlabel(finding.measure)
    return sheet.figure


def _row(ax: Axes, row: int, sample: Sample) -> None:
    """Worlds as small dots spread a little by their order, the mean large, its interval as a line."""
    values = sample.values[np.isfinite(sample.values)]
    height = row + 0.28 * np.linspace(-1.0, 1.0, max(2, len(values)))[: len(values)]
    colour = style.colour(0)
    ax.plot(values, height, "o", color=colour, alpha=0.35, markersize=5, markeredgewidth=0)
    result = paired(values, np.zeros_like(values))
    ax.plot([result.low, result.high], [row, row], color=style.INK, linewidth=5, solid_capstyle="butt")
    ax.plot([result.difference], [row], "o", color=style.INK, markersize=11)


def _value(sample: Sample) -> str:
    mean = float(np.nanmean(sample.values))
    return f"{mean:.3f}" if abs(mean) < 1 else f"{mean:.2f}"


def _curves(fact: Fact, finding: Finding) -> Figure:
    """A line for each condition, named at its end, with the spread of worlds behind it."""
    sheet = _sheet(fact, finding, CURVES + 0.9)
    room = max(width(curve.label, style.BODY, bold=True) for curve in finding.curves) + 0.4
    ax = sheet.axes(1.1, 0.8, style.WIDTH - 1.1 - style.MARGIN - room, CURVES)
    for place, curve in enumerate(finding.curves):
        _line(ax, place, curve)
    style.quiet_axes(ax)
    ax.set_xlabel(finding.steps)
    ax.set_ylabel(finding.measure)
    style.few_ticks(ax.yaxis)
    low, high = ax.get_ylim()
    ends = [float(curve.values.mean(axis=0)[-1]) for curve in finding.curves]
    for place, y in enumerate(keep_apart(ends, 0.085 * (high - low), low, high)):
        colour, inches = style.text_colour(style.colour(place)), 0.8 + CURVES * (y - low) / (high - low)
        sheet.write(style.WIDTH - style.MARGIN - room + 0.2, inches, finding.curves[place].label, color=colour,
                    va="center", size=style.BODY, weight="bold")  # fmt: skip
    return sheet.figure


def _line(ax: Axes, place: int, curve: Curve) -> None:
    steps = np.arange(curve.values.shape[1])
    low, high = np.percentile(curve.values, [10, 90], axis=0)
    ax.fill_between(steps, low, high, color=style.colour(place), alpha=0.2, linewidth=0)
    ax.plot(steps, curve.values.mean(axis=0), color=style.colour(place), linewidth=3.5)
    ax.set_xlim(0, len(steps) - 1)
