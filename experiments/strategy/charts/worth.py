"""Effect against cost: which arms nothing else beats at their price, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from experiments.charts import style
from experiments.charts.effort import Box, place_label
from experiments.charts.style import Sheet
from experiments.charts.text import lines_of, on_two_lines, widest
from experiments.statistics import Paired, paired
from experiments.strategy.charts.scene import GOOD, UNCLEAR, Drawing, Scene
from experiments.wording import listing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

CAPTION = (
    "Each dot is an arm: how far right, what it costs an average person in an average week; how high, what it gains, "
    "better counted as more. Lines through a dot are 95 % intervals both ways; that of the cost is often narrower than "
    "the dot. Full dots are on the frontier: nothing brings at least as much at no higher cost of any kind. Behind a "
    "name stands in how many resampled worlds that holds; near half, the worlds do not know. Hollow dots are "
    "dominated. Of more than ten arms only those on the frontier and the first of the answer are named, as room allows."
)
MOST_LABELS = 10
LABEL = 2.8
Point = Callable[[float, float], tuple[float, float]]


def costly(scene: Scene) -> list[str]:
    """Kinds of cost that any shown arm has."""
    return [kind for kind in ("hours", "money") if any(scene.answer.costs(arm)[kind] > 0.0
                                                       for arm in scene.arms)]  # fmt: skip


def title(scene: Scene) -> str:
    """Which arms are on the frontier."""
    standing = {arm: scene.answer.frontier.of(arm) for arm in scene.arms}
    efficient = [arm for arm in sorted(standing, key=lambda arm: -standing[arm].effect) if standing[arm].efficient]
    if not efficient:
        return "Doing nothing costs less and brings as much as every arm"
    if len(standing) == 1:
        return f"Nothing brings as much as {scene.title(efficient[0])} for less"
    if len(efficient) == len(standing):
        more = ": more effect costs more" if len(costly(scene)) == 1 else ""
        return f"No arm is beaten at its price{more}"
    some = listing([scene.title(arm) for arm in efficient[:3]]) if len(efficient) < 4 else f"{len(efficient)} arms"
    beaten = len(standing) - len(efficient)
    return (f"{some}: nothing brings as much for less; of {len(standing)} arms, {beaten} "
            f"{'is' if beaten == 1 else 'are'} beaten at {'its' if beaten == 1 else 'their'} price")  # fmt: skip


def draw(scene: Scene, kind: str) -> Drawn:
    """A scatter of arms with intervals both ways, the frontier as steps, and labels beside the dots."""
    outcomes, unit = scene.answer.given.outcomes, scene.unit(scene.lead)
    subtitle = f"Gain in {scene.about(scene.lead)}{f' ({unit})' if unit else ''} against extra {kind} a person and week"
    sheet = Sheet.of(title(scene), subtitle, 6.4)
    place = (style.MARGIN + 0.9, 0.95, sheet.width - 2 * style.MARGIN - 0.9, sheet.top - 0.95)
    ax = sheet.axes(*place)
    effect, extra = outcomes.effect(scene.lead)[:, 0], {"hours": outcomes.extra_hours, "money": outcomes.extra_money}
    points = {}
    for arm in (scene.baseline, *scene.arms):
        row = outcomes.arms.index(arm)
        points[arm] = (paired(extra[kind][row, 0], extra[kind][0, 0]), paired(effect[row], effect[0]))
    ax.axhline(0.0, color=style.INK, linewidth=1.6, zorder=2)
    _limits(ax, list(points.values()))
    if len(costly(scene)) == 1:
        _steps(ax, scene, points)
    for arm, (cost, gain) in points.items():
        _dot(ax, cost, gain, scene.answer.frontier.of(arm).efficient)
    style.quiet_axes(ax, grid="both")
    style.fitting_ticks(ax.xaxis, place[2])
    style.few_ticks(ax.yaxis)
    style.plain_ticks(ax.yaxis, signed=True)
    sheet.write(place[0] + place[2], 0.2, f"{kind} a person and week  →", size=style.SMALL, color=style.QUIET,
                ha="right")  # fmt: skip
    _labels(sheet, scene, ax, points, place)
    return sheet.figure


def _limits(ax: Axes, points: list[tuple[Paired, Paired]]) -> None:
    """Room for zero on both axes, and for labels at the right."""
    ys = [0.0, *(v for _, gain in points for v in (gain.low, gain.high, gain.difference) if math.isfinite(v))]
    xs = [0.0, *(v for cost, _ in points for v in (cost.difference, cost.high) if math.isfinite(v))]
    tall, wide = (max(ys) - min(ys)) or 1.0, (max(xs) - min(xs)) or 1.0
    ax.set_ylim(min(ys) - 0.12 * tall, max(ys) + 0.12 * tall)
    ax.set_xlim(min(xs) - 0.06 * wide, max(xs) + 0.38 * wide)


def _steps(ax: Axes, scene: Scene, points: dict[str, tuple[Paired, Paired]]) -> None:
    """The most that can be had at each price, as steps through the arms on the frontier."""
    efficient = _efficient(scene, points)
    if efficient:
        costs, gains = zip(*efficient, strict=True)
        ax.plot([*costs, ax.get_xlim()[1]], [*gains, gains[-1]], color="#9cc4de", linewidth=3, zorder=1,
                drawstyle="steps-post")  # fmt: skip


def _dot(ax: Axes, cost: Paired, gain: Paired, efficient: bool) -> None:
    """One arm: the mean both ways, and the intervals where there are any."""
    x, y, colour = cost.difference, gain.difference, GOOD if efficient else UNCLEAR
    if math.isfinite(gain.low):
        ax.plot([x, x], [gain.low, gain.high], color=colour, linewidth=3.5, solid_capstyle="butt", zorder=3)
    if math.isfinite(cost.low):
        ax.plot([cost.low, cost.high], [y, y], color=colour, linewidth=3.5, solid_capstyle="butt", zorder=3)
    fill, edge, thick = (colour, "white", 1.0) if efficient else ("white", colour, 2.5)
    ax.plot([x], [y], marker="o", markersize=12, markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=thick,
            zorder=4)  # fmt: skip


def named(scene: Scene) -> list[str]:
    """The arms that get a label: all, or where they are many, the frontier and the first of the answer."""
    arms = [scene.baseline, *scene.arms]
    if len(arms) <= MOST_LABELS + 1:
        return arms
    efficient = [arm for arm in arms if scene.answer.frontier.of(arm).efficient]
    chosen = sorted(efficient, key=lambda arm: -scene.answer.frontier.of(arm).frontier_share)[: MOST_LABELS - 1]
    return [scene.arms[0], *(arm for arm in arms if arm in chosen and arm != scene.arms[0])]


def _labels(
    sheet: Sheet, scene: Scene, ax: Axes, points: dict[str, tuple[Paired, Paired]],
    place: tuple[float, float, float, float],
) -> None:  # fmt: skip
    """Each arm's name and how surely it is on the frontier, where they cover no dot, interval or other label."""
    inches = partial(_inches, ax, place)
    arms = [arm for arm in named(scene) if math.isfinite(points[arm][1].difference)]
    names = on_two_lines([scene.title(arm) for arm in arms], LABEL, style.BODY, bold=True)
    taken = [*_taken(inches, points, place), *_under_steps(inches, scene, points, place)]
    frame = (place[0], place[1], place[0] + place[2] + 0.2, place[1] + place[3])
    written: list[Box] = []
    for arm, name in zip(arms, names, strict=True):
        cost, gain = points[arm]
        text = name if arm == scene.baseline or scene.answer.frontier.worlds < 2 else f"{name}\n{_sure(scene, arm)}"
        x, y = inches(cost.difference, gain.difference)
        size = (widest([text], style.BODY, bold=True) + 0.05, lines_of([text]) * style.BODY * 1.25 / 72.0)
        left, bottom = place_label((x, y), size, taken, frame)
        box = (left, bottom, left + size[0], bottom + size[1])
        if any(_overlap(box, other) for other in written):
            continue  # a crowd: the table has it
        taken.append(box)
        written.append(box)
        centre = bottom + size[1] / 2.0
        colour = GOOD if scene.answer.frontier.of(arm).efficient else style.QUIET
        near = min(max(x, left - 0.05), left + size[0] + 0.05)
        if math.hypot(near - x, centre - y) > 0.5:
            edge = centre if near != x else bottom if centre > y else bottom + size[1]
            sheet.line([x, near], [y, edge], color=colour, linewidth=1.0, alpha=0.7)
        sheet.write(left, centre, text, size=style.BODY, weight="bold", color=style.text_colour(colour), va="center",
                    linespacing=1.1)  # fmt: skip


def _overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share ground."""
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def _sure(scene: Scene, arm: str) -> str:
    """How surely an arm is on the frontier."""
    return f"frontier in {scene.text('frontier', arm)}"


def _taken(
    inches: Point, points: dict[str, tuple[Paired, Paired]], place: tuple[float, float, float, float]
) -> list[Box]:
    """What labels must not cover: the zero line, the dots and their intervals."""
    zero = inches(0.0, 0.0)[1]
    taken: list[Box] = [(place[0], zero - 0.03, place[0] + place[2], zero + 0.03)]
    for cost, gain in points.values():
        x, y = inches(cost.difference, gain.difference)
        taken.append((x - 0.14, y - 0.14, x + 0.14, y + 0.14))
        if math.isfinite(gain.low):
            taken.append((x - 0.05, inches(0.0, gain.low)[1], x + 0.05, inches(0.0, gain.high)[1]))
        if math.isfinite(cost.low):
            taken.append((inches(cost.low, 0.0)[0] - 0.06, y - 0.05, inches(cost.high, 0.0)[0] + 0.06, y + 0.05))
    return [box for box in taken if all(map(math.isfinite, box))]


def _under_steps(
    inches: Point, scene: Scene, points: dict[str, tuple[Paired, Paired]], place: tuple[float, float, float, float]
) -> list[Box]:
    """The steps of the frontier, as boxes that labels must not cover."""
    if len(costly(scene)) != 1:
        return []
    corners = [inches(cost, gain) for cost, gain in _efficient(scene, points)]
    found: list[Box] = []
    ends = [*corners[1:], (place[0] + place[2], corners[-1][1])] if corners else []
    for (x, y), (right, above) in zip(corners, ends, strict=True):
        found += [(x, y - 0.03, right, y + 0.03), (right - 0.03, min(y, above), right + 0.03, max(y, above))]
    return found


def _efficient(scene: Scene, points: dict[str, tuple[Paired, Paired]]) -> list[tuple[float, float]]:
    """Cost and gain of the arms on the frontier, from the cheapest up."""
    return sorted((cost.difference, gain.difference) for arm, (cost, gain) in points.items()
                  if scene.answer.frontier.of(arm).efficient)  # fmt: skip


def _inches(ax: Axes, place: tuple[float, float, float, float], x: float, y: float) -> tuple[float, float]:
    """Where data coordinates lie on the sheet."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    return place[0] + (x - x0) / (x1 - x0) * place[2], place[1] + (y - y0) / (y1 - y0) * place[3]


def drawings(scene: Scene) -> list[Drawing]:
    """One chart for each kind of cost that any arm has."""
    kinds = ("frontier", "effect", "hours", "money", "dominated")
    return [Drawing(f"effect-against-{kind}", title, CAPTION, kinds, partial(draw, kind=kind))
            for kind in costly(scene)]  # fmt: skip
