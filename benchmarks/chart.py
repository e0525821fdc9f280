"""The chart: what a person-week costs against the size of the organization, ours, others' and the machine's limit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.figures import Point
from benchmarks.goals import RIVALS
from benchmarks.report import Report
from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet

NAME = "person-week"
SUBTITLE = (
    "Time of one person in one week of the whole model, weekly measures and three policies included, against the "
    "number of people; both axes are logarithmic"
)
HEIGHT, LEFT, BOTTOM, GAP = 6.4, 1.15, 0.95, 0.18
"""Of the drawing, and the room beside and below it, in inches."""
LINE_STEP = style.SMALL * 1.25 / 72.0
"""Between the middles of two labels, in inches."""
UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))
FLAT = 1.5

Line = tuple[str, list[Point]]


def duration(nanoseconds: float) -> str:
    """A time with two digits that count, in the unit that suits it."""
    size, unit = next(pair for pair in UNITS if nanoseconds >= 0.999 * pair[0] or pair[0] == 1.0)
    value = nanoseconds / size
    return f"{round_number(value)} {unit}"


def round_number(value: float) -> str:
    """A number with two digits that count."""
    return f"{float(f'{value:.2g}'):,.10g}"


def lines(points: Sequence[Point]) -> list[Line]:
    """Points by line, in order of size; lines in order of being measured."""
    names = list(dict.fromkeys(point.line for point in points))
    return [(name, sorted((p for p in points if p.line == name), key=lambda p: p.people)) for name in names]


def title(report: Report) -> str:
    """The finding: what a person-week costs, how evenly, and how many times less than elsewhere."""
    drawn = dict(lines(report.points))
    ours = next(points for points in drawn.values() if points[0].kind == "ours")
    costs = [point.nanoseconds for point in ours]
    even = "at every size from" if max(costs) <= FLAT * min(costs) else "from"
    sizes = f"{even} {ours[0].people:,} to {ours[-1].people:,} people"
    said = f"A person-week costs {between(min(costs), max(costs))} {sizes}"
    rival = next((name for name in RIVALS if name in drawn), None)
    if rival is None:
        return said
    there = {point.people: point.nanoseconds for point in ours}
    last = drawn[rival][-1]
    return f"{said}: {round_number(last.nanoseconds / there[last.people])} times less than in {rival}"


def between(low: float, high: float) -> str:
    """Two durations, with the unit once where both have the same, or one where both read the same."""
    first, last = duration(low), duration(high)
    if first == last:
        return first
    same = first.split()[1] == last.split()[1]
    return f"{first.split()[0] if same else first} to {last}"


def draw(report: Report) -> Any:
    """Lines with their names at the right."""
    drawn = lines(report.points)
    sheet = Sheet.of(title(report), SUBTITLE, HEIGHT)
    longest = max(width(name, style.SMALL, bold=True) for name, _ in drawn)
    across = sheet.width - style.MARGIN - LEFT - longest - 2 * GAP
    ax = sheet.axes(LEFT, BOTTOM, across, sheet.top - BOTTOM)
    ax.set_xscale("log")
    ax.set_yscale("log")
    colours = _colours(drawn)
    for name, points in drawn:
        look = _look(points[0].kind, name == _first_of_ours(drawn))
        ax.plot([p.people for p in points], [p.nanoseconds for p in points], color=colours[name], **look)
    values = [point.nanoseconds for point in report.points]
    sizes = sorted({point.people for point in report.points})
    ax.set_ylim(min(values) / 2.0, max(values) * 2.0)
    ax.set_xlim(sizes[0] / 1.15, sizes[-1] * 1.15)
    style.quiet_axes(ax)
    _ticks(ax, sizes)
    _labels(sheet, ax, drawn, colours, LEFT + across)
    sheet.write(LEFT, 0.28, "people in the organization", size=style.SMALL, color=style.QUIET)
    return sheet.figure


def _first_of_ours(drawn: Sequence[Line]) -> str:
    return next(name for name, points in drawn if points[0].kind == "ours")


def _colours(drawn: Sequence[Line]) -> dict[str, str]:
    """Blue is ours, grey the limit, every contender has another colour."""
    others = iter(style.PALETTE[1:])
    kinds = {name: points[0].kind for name, points in drawn}
    fixed = {"ours": style.PALETTE[0], "limit": style.QUIET}
    return {name: fixed[kind] if kind in fixed else next(others) for name, kind in kinds.items()}


def _look(kind: str, first: bool) -> dict[str, Any]:
    """Width, dashes and dots of a line."""
    if kind == "limit":
        return {"linewidth": 2.5, "linestyle": (0, (2, 2))}
    if kind == "ours":
        return {"linewidth": 5.0 if first else 3.0, "linestyle": "-" if first else (0, (5, 1.5)), "marker": "o",
                "markersize": 10.0 if first else 7.0, "zorder": 4}  # fmt: skip
    return {"linewidth": 2.5, "marker": "o", "markersize": 6.0}


def _ticks(ax: Any, sizes: Sequence[int]) -> None:
    """The measured sizes, and times in units that need no powers of ten."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

    ax.xaxis.set_major_locator(FixedLocator(list(sizes)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.yaxis.set_major_locator(LogLocator(base=10.0, numticks=12))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())


def _labels(sheet: Sheet, ax: Any, drawn: Sequence[Line], colours: dict[str, str], edge: float) -> None:
    """Each line's name at the right, apart from each other, with a thin line from where it ends."""
    low, high = BOTTOM + LINE_STEP / 2.0, sheet.top - LINE_STEP / 2.0
    ends = [(name, *_inches(sheet, ax, points[-1])) for name, points in drawn]
    ends.sort(key=lambda end: end[2])
    heights = spread([y for _, _, y in ends], LINE_STEP, low, high)
    for (name, x, y), height in zip(ends, heights, strict=True):
        sheet.line([x + 0.1, edge, edge + GAP * 0.8], [y, height, height], color=style.RULE, linewidth=1.2)
        bold = "bold" if name == _first_of_ours(drawn) else "normal"
        colour = style.text_colour(colours[name])
        sheet.write(edge + GAP, height, name, size=style.SMALL, color=colour, va="center", weight=bold)


def _inches(sheet: Sheet, ax: Any, point: Point) -> tuple[float, float]:
    """Where a point lies, in inches from the lower left corner."""
    x, y = ax.transData.transform((point.people, point.nanoseconds)) / sheet.figure.dpi
    return float(x), float(y)


def spread(wanted: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """Places in rising order, at least a step apart and between low and high, near to those wanted (rising)."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, low, places[-1] + step if places else low))
    top = high
    for at in reversed(range(len(places))):
        places[at] = min(places[at], top)
        top = places[at] - step
    return places


def write(report: Report, folder: Path) -> list[Path]:
    """Write the chart as SVG and PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{NAME}.svg", folder / f"{NAME}.png"]
    with mpl.rc_context(style.rc((), NAME)):
        figure = draw(report)
        style.save_svg(figure, paths[0])
        style.save_png(figure, paths[1])
    return paths
