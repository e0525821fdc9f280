"""Hours against effect: what an arm asks of people's time, and what need met gains by it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.scene import Drawing, Scene
from experiments.charts.style import Sheet
from experiments.charts.text import lines_of, shorten_all, widest
from experiments.comparison import clear_arms
from experiments.sentences import MAIN, hours_text
from experiments.statistics import Paired
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.study import Arm

LABEL = 3.9
"""Inches that a line of a label may take."""
CAPTION = (
    "Each dot is an arm: how far right, how many extra hours it asks of an average person in an average week of the "
    "whole run; how high, by how many points it raises need met in the same worlds. Lines through a dot are 95 % "
    "intervals both ways (that of the hours is often narrower than the dot). Up and to the left is better. Hours that "
    "people spend of their own accord, for instance because a reward makes them share more, are not booked as hours "
    "of the policy. Of more than twelve arms, only those are named that no cheaper arm equals."
)

MOST_LABELS = 12
"""Arms that can all be named without a crowd."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in inches."""


def costs(scene: Scene) -> Mapping[str, Paired]:
    """Extra hours a person-week by arm; where no arm asks for hours, extra money."""
    hours = scene.comparison.hours
    return hours if any(hours[arm.name].difference > 0.0 for arm in scene.arms) else scene.comparison.money


def title(scene: Scene) -> str:
    """Which arm gains most for what it costs."""
    paid = costs(scene)
    gains, results = _rates(scene), scene.comparison.results
    largest = max(gains, key=lambda name: gains[name])
    told = clear_arms(scene.comparison, MAIN, gains)
    if not told and any(results[name, MAIN].n > 1 for name in gains):
        return "No arm that costs people time or money moved need met by more than chance could"
    best = max(told or gains, key=lambda name: gains[name])
    if gains[best] <= 0.0:
        return "No arm that costs people time or money raised need met" + " by more than chance could" * bool(told)
    gain = number(results[best, MAIN].difference, 1)
    cost = paid[best].difference
    spent = f"{hours_text(cost) if paid is scene.comparison.hours else number(cost)} a person a week"
    gained = f"{gain} points of need met at {spent}"
    if len(gains) == 1:
        return f"{scene.title(best)}: {gained}"
    most = f"Most gain for the {'hours' if paid is scene.comparison.hours else 'money'}"
    return f"{most}{'' if best == largest else ' that these worlds can show'}: {scene.title(best)}, {gained}"


def _rates(scene: Scene) -> dict[str, float]:
    """Gain in need met for each hour (or unit of money) a person a week, of the arms that cost any."""
    paid = costs(scene)
    return {
        arm.name: scene.comparison.results[arm.name, MAIN].difference / paid[arm.name].difference
        for arm in scene.arms if paid[arm.name].difference > 0.0
    }  # fmt: skip


def draw(scene: Scene) -> Figure:
    """A scatter of arms with intervals both ways and labels beside the dots."""
    paid = costs(scene)
    hours = paid is scene.comparison.hours
    subtitle = "Gain in need met (points) against extra " + ("hours" if hours else "money") + " a person a week"
    sheet = Sheet.of(title(scene), subtitle, 6.0)
    place = (style.MARGIN + 0.85, 0.95, sheet.width - 2 * style.MARGIN - 0.85, sheet.top - 0.95)
    ax = sheet.axes(*place)
    ax.axhline(0.0, color=style.INK, linewidth=1.6, zorder=2)
    for arm in scene.arms:
        _dot(ax, paid[arm.name], scene.comparison.results[arm.name, MAIN], scene.colour(arm.name))
    _limits(scene, ax, paid)
    style.quiet_axes(ax, grid="both")
    style.few_ticks(ax.xaxis)
    style.few_ticks(ax.yaxis)
    style.plain_ticks(ax.xaxis)
    style.plain_ticks(ax.yaxis, signed=True)
    sheet.write(place[0] + place[2], 0.2, ("hours" if hours else "money") + " a person a week  →", size=style.SMALL,
                color=style.QUIET, ha="right")  # fmt: skip
    _labels(sheet, scene, ax, paid, place)
    return sheet.figure


def _dot(ax: Axes, cost: Paired, effect: Paired, colour: str) -> None:
    """One arm: the mean both ways, and the intervals where there are any."""
    x, y = cost.difference, effect.difference
    if math.isfinite(effect.low):
        ax.plot([x, x], [effect.low, effect.high], color=colour, linewidth=4, solid_capstyle="butt", zorder=3)
    if math.isfinite(cost.low):
        ax.plot([cost.low, cost.high], [y, y], color=colour, linewidth=4, solid_capstyle="butt", zorder=3)
    ax.plot([x], [y], marker="o", markersize=12, color=colour, markeredgecolor="white", zorder=4)


def _limits(scene: Scene, ax: Axes, paid: Mapping[str, Paired]) -> None:
    """Room for zero on both axes, and for labels at the right."""
    effects = [scene.comparison.results[arm.name, MAIN] for arm in scene.arms]
    ys = [0.0, *(v for e in effects for v in (e.low, e.high, e.difference) if math.isfinite(v))]
    xs = [0.0, *(v for arm in scene.arms for v in (paid[arm.name].difference, paid[arm.name].high) if math.isfinite(v))]
    tall, wide = (max(ys) - min(ys)) or 1.0, (max(xs) - min(xs)) or 1.0
    ax.set_ylim(min(ys) - 0.10 * tall, max(ys) + 0.12 * tall)
    ax.set_xlim(min(xs) - 0.06 * wide, max(xs) + 0.5 * wide)


def _labels(
    sheet: Sheet, scene: Scene, ax: Axes, paid: Mapping[str, Paired], place: tuple[float, float, float, float]
) -> None:
    """Each arm's name and gain per hour where they cover no dot, interval or other label."""
    rates, per = _rates(scene), " an hour" if paid is scene.comparison.hours else " a unit"
    arms = named(scene)
    names = shorten_all([scene.title(arm.name) for arm in arms], LABEL, style.BODY, bold=True)
    taken = _taken(scene, ax, paid, place)
    frame = (place[0], place[1], place[0] + place[2] + 0.2, place[1] + place[3])
    for arm, name in zip(arms, names, strict=True):
        rate = f"{number(rates[arm.name], 1, sign=True)}{per}" if arm.name in rates else ""
        text = _label(name, rate)
        x, y = _inches(ax, paid[arm.name].difference, scene.comparison.results[arm.name, MAIN].difference, place)
        size = (widest([text], style.BODY, bold=True) + 0.05, lines_of([text]) * style.BODY * 1.2 / 72.0)
        left, bottom = place_label((x, y), size, taken, frame)
        taken.append((left, bottom, left + size[0], bottom + size[1]))
        colour = scene.colour(arm.name)
        centre = bottom + size[1] / 2.0
        near = min(max(x, left - 0.05), left + size[0] + 0.05)
        if math.hypot(near - x, centre - y) > 0.45:
            edge = centre if near != x else bottom if centre > y else bottom + size[1]
            sheet.line([x, near], [y, edge], color=colour, linewidth=1.2, alpha=0.7)
        sheet.write(left, centre, text, size=style.BODY, weight="bold", color=style.text_colour(colour), va="center")


def _label(name: str, rate: str) -> str:
    """Name and rate on one line, or on two where they are long together."""
    if not rate:
        return name
    line = f"{name}: {rate}"
    return line if width(line, style.BODY, bold=True) <= LABEL else f"{name}\n{rate}"


def named(scene: Scene) -> list[Arm]:
    """The arms that get a label: all, or where they are many, those that no cheaper arm equals."""
    arms = list(scene.arms)
    if len(arms) <= MOST_LABELS:
        return arms
    paid = costs(scene)
    results = scene.comparison.results
    place = {arm.name: (paid[arm.name].difference, -results[arm.name, MAIN].difference) for arm in arms}
    best: list[Arm] = []
    for arm in sorted(arms, key=lambda arm: place[arm.name]):
        if not best or place[arm.name][1] < place[best[-1].name][1]:
            best.append(arm)
    return best[-MOST_LABELS:]


def _taken(scene: Scene, ax: Axes, paid: Mapping[str, Paired], place: tuple[float, float, float, float]) -> list[Box]:
    """What labels must not cover: the zero line, the dots and their intervals."""
    zero = _inches(ax, 0.0, 0.0, place)[1]
    taken: list[Box] = [(place[0], zero - 0.03, place[0] + place[2], zero + 0.03)]
    for arm in scene.arms:
        effect, spent = scene.comparison.results[arm.name, MAIN], paid[arm.name]
        cost = spent.difference
        x, y = _inches(ax, cost, effect.difference, place)
        taken.append((x - 0.14, y - 0.14, x + 0.14, y + 0.14))
        if math.isfinite(effect.low):
            low, high = (_inches(ax, cost, value, place)[1] for value in (effect.low, effect.high))
            taken.append((x - 0.05, low, x + 0.05, high))
        if math.isfinite(spent.low):
            near, far = (_inches(ax, value, effect.difference, place)[0] for value in (spent.low, spent.high))
            taken.append((near - 0.06, y - 0.05, far + 0.06, y + 0.05))
    return taken


def _inches(ax: Axes, x: float, y: float, place: tuple[float, float, float, float]) -> tuple[float, float]:
    """Where data coordinates lie on the sheet."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    return place[0] + (x - x0) / (x1 - x0) * place[2], place[1] + (y - y0) / (y1 - y0) * place[3]


def place_label(
    dot: tuple[float, float], size: tuple[float, float], taken: Iterable[Box], frame: Box
) -> tuple[float, float]:
    """Lower left corner, in inches, of the free place nearest to the dot; to its right first.

    Where nothing is free, the place that covers least.
    """
    boxes = list(taken)
    best, least = (dot[0] + 0.22, dot[1] - size[1] / 2.0), math.inf
    for ring in range(14):
        for left, bottom in _around(dot, size, 0.13 * ring):
            box = (left, bottom, left + size[0], bottom + size[1])
            outside = box[0] < frame[0] or box[1] < frame[1] or box[2] > frame[2] or box[3] > frame[3]
            covered = sum(_overlap(box, other) for other in boxes) + (10.0 if outside else 0.0)
            if covered == 0.0:
                return left, bottom
            if covered < least:
                best, least = (left, bottom), covered
    return best


def _around(dot: tuple[float, float], size: tuple[float, float], away: float) -> list[tuple[float, float]]:
    """Places right, left, above and below a dot, so far away from it."""
    x, y = dot
    wide, tall = size
    middle = y - tall / 2.0
    return [
        (x + 0.22, middle + away), (x + 0.22, middle - away), (x - wide / 2.0, y + 0.2 + away),
        (x - wide / 2.0, y - 0.2 - tall - away), (x - 0.22 - wide, middle + away), (x - 0.22 - wide, middle - away),
    ]  # fmt: skip


def _overlap(one: Box, other: Box) -> float:
    """Area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide * tall if wide > 0.0 and tall > 0.0 else 0.0


EFFORT = Drawing("hours-against-effect", title, CAPTION, draw)
