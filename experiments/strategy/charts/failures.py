"""When an arm fails: the box of assumptions in which most of its failures lie, among all sampled futures."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.outcomes import Assumption, mean_over_worlds
from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.files import slug
from experiments.strategy import shown
from experiments.strategy.charts.scene import Drawing, Names, Scene

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.analysis.discovery import Box, Discovery

CAPTION = (
    "Each row is an assumption, from the low to the high end of its range. Each future is a mark in every row, at the "
    "value that the assumption has in it: orange and above the line where the arm gains too little, grey and below it "
    "where it does well. The shaded stretches together are the box: futures that lie in all of them at once mostly "
    "fail. Assumptions without a stretch do not matter for the box. It was kept only because it says more than the "
    "boxes that the same search finds after the labels were dealt out at random."
)
FAILS, WORKS = "#D55E00", "#8a8a8a"
BOXES = ("#f6cf9e", "#c9dff0")
MOST_BOXES = 2
HEAD, FOOT = 0.5, 0.35


def title(scene: Scene, arm: str) -> str:
    """Where the arm mostly fails."""
    found = scene.answer.failures[arm]
    box = found.boxes[0]
    told = [f"{scene.name(each.assumption.title)} is {_limit(scene, found, 1, each.assumption.path)}"
            for each in box.restrictions[:2]]  # fmt: skip
    more = ", and others" if len(box.restrictions) > 2 else ""
    return f"{scene.title(arm)} gains too little mostly where {' and '.join(told)}{more}"


def _limit(scene: Scene, found: Discovery, place: int, path: str) -> str:
    return scene.text("limit", found.arm, found.outcome, str(place), path)


def rows_of(scene: Scene, found: Discovery) -> list[Assumption]:
    """Assumptions that a box confines first, then the others, in the order of the study."""
    confined = [each.assumption.path for box in found.boxes[:MOST_BOXES] for each in box.restrictions]
    assumptions = scene.answer.design.assumptions
    return sorted(assumptions, key=lambda each: each.path not in confined)


def draw(scene: Scene, arm: str) -> Drawn:
    """A row for each assumption, with every future and the stretches of the boxes."""
    found, futures = scene.answer.failures[arm], scene.answer.futures
    assert futures is not None
    outcomes = futures.outcomes
    rows = rows_of(scene, found)
    names = Names.of([scene.name(each.title) for each in rows], row=0.85)
    told = f"{found.futures} futures; {scene.text('failing', arm, found.outcome)} gain too little (orange)"
    if len(found.boxes) > 1:
        told += "; a second box, in blue, is found in what the first leaves"
    sheet = Sheet.of(title(scene, arm), told, names.height + HEAD + FOOT)
    limits = [_told(scene, found, each) for each in rows]
    value = (
        max((width(line, style.SMALL, bold=True) for text in limits for line in text.split("\n")), default=0.0) + 0.3
    )
    left, top = style.MARGIN + names.width, sheet.top - HEAD
    across = sheet.width - left - style.MARGIN - value
    ax = sheet.axes(left, top - names.height, across, names.height)
    names.write(sheet, top)
    mean = mean_over_worlds(outcomes.effect(found.outcome)[outcomes.arms.index(arm)])
    fails, known = mean < found.least, np.isfinite(mean)
    for row, each in enumerate(rows):
        column = outcomes.assumptions.index(each)
        _row(ax, row, each.share(outcomes.futures[:, column]), fails, known)
        for place, box in enumerate(found.boxes[:MOST_BOXES]):
            _stretch(ax, row, each, box, BOXES[place])
        y = names.middle(top, row)
        size = style.SMALL - 2
        sheet.write(left, y - 0.36, shown.plain(each.low), size=size, color=style.QUIET, va="center")
        sheet.write(left + across, y - 0.36, shown.plain(each.high, each.unit), size=size, color=style.QUIET,
                    va="center", ha="right")  # fmt: skip
        sheet.write(left + across + 0.2, y, limits[row], size=style.SMALL, weight="bold", va="center",
                    color=style.text_colour(FAILS))  # fmt: skip
    ax.set(xlim=(-0.01, 1.01), ylim=(len(rows) - 0.5, -0.5), xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return sheet.figure


def _told(scene: Scene, found: Discovery, assumption: Assumption) -> str:
    """The limits of an assumption, one line for each box that confines it."""
    return "\n".join(
        _limit(scene, found, place, assumption.path)
        for place, box in enumerate(found.boxes[:MOST_BOXES], start=1)
        if any(each.assumption.path == assumption.path for each in box.restrictions)
    )


def _row(ax: Axes, row: int, shares: np.ndarray, fails: np.ndarray, known: np.ndarray) -> None:
    """The range of an assumption, and the futures in it: failures above the line, the others below."""
    ax.plot([0.0, 1.0], [row, row], color=style.QUIET, linewidth=1.4, zorder=2)
    many = shares.size > 150
    for chosen, colour, side in ((fails & known, FAILS, -1.0), (~fails & known, WORKS, 1.0)):
        ax.vlines(shares[chosen], row + 0.03 * side, row + (0.26 if side < 0 else 0.2) * side, color=colour,
                  linewidth=1.0 if many else 2.4, alpha=0.55 if many else 0.9, zorder=3)  # fmt: skip


def _stretch(ax: Axes, row: int, assumption: Assumption, box: Box, colour: str) -> None:
    """The part of an assumption's range that lies in a box."""
    for each in box.restrictions:
        if each.assumption.path == assumption.path:
            low = float(assumption.share(each.low)) if math.isfinite(each.low) else 0.0
            high = float(assumption.share(each.high)) if math.isfinite(each.high) else 1.0
            ax.fill_between([low, high], row - 0.33, row + 0.27, color=colour, linewidth=0, zorder=1)


def drawings(scene: Scene) -> list[Drawing]:
    """One chart for each arm of which a pattern was found."""
    kinds = ("failing", "limit", "coverage_fresh", "density_fresh", "box_p")
    return [Drawing(f"fails-where-{slug(arm)}", partial(title, arm=arm), CAPTION, kinds, partial(draw, arm=arm))
            for arm, found in scene.answer.failures.items() if found.boxes]  # fmt: skip
