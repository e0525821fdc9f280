"""Who learns from whom: mastery flowing between departments without and with an arm, in the same worlds and weeks."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.scene import Drawing, Scene
from experiments.charts.style import Sheet
from experiments.charts.text import lines_of, on_two_lines, shorten_all
from experiments.files import slug
from experiments.pairing import Matched
from experiments.statistics import Floats
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAST_QUARTERS = 4
"""The last year: early enough that a policy has had time, late enough that it still runs."""

MOST = 6
"""Arms that get a flow chart; of more, those that changed the share of learning across departments most."""

CAPTION = (
    "Rows are the departments that learn, columns those they learn from; the diagonal is learning inside a "
    "department. Left and middle show the mastery learned over the last {weeks} weeks of the run, summed over people "
    "and topics, mean over worlds, on one colour scale in which each step multiplies. “Before” is the baseline in "
    "those same weeks and worlds, not an earlier time, so that nothing but the policy differs. Right: how many times "
    "as much is learned with it; teal is more, brown is less, white no change, and pairs between which nothing is "
    "learned stay grey."
)

PANEL, GAP, NAME_SIZE = 3.35, 0.3, 13.0

FLOW = "flow-"
"""How the names of flow charts begin."""


def charted(scene: Scene) -> list[str]:
    """Arms with a flow chart, the one that changes the share across departments most first."""
    arms = [arm.name for arm in scene.arms if len(scene.records[arm.name].departments) > 1]
    shares = {name: _shares(scene, name) for name in arms}
    arms.sort(key=lambda name: -abs(shares[name][1] - shares[name][0]))
    return arms[:MOST]


def flows(scene: Scene, arm: str) -> tuple[Floats, Floats, int]:
    """Flow of baseline and arm over the last quarters, mean over their common worlds, and how many weeks that is.

    Each flow is (learner's department, source's department).
    """
    matched = Matched.of(scene.records[arm], scene.records[str(scene.study.arm(arm).baseline)])
    weeks = next(iter(matched.arm.weekly.values())).shape[1]
    quarters = np.asarray(matched.arm.flow).shape[1]
    first = max(0, quarters - LAST_QUARTERS)
    before, after = (
        np.asarray(flow, dtype=np.float64)[rows, first:].sum(axis=1).mean(axis=0)
        for flow, rows in ((matched.baseline.flow, matched.baseline_rows), (matched.arm.flow, matched.arm_rows))
    )
    return before, after, min(weeks, weeks - 13 * first)


def _shares(scene: Scene, arm: str) -> tuple[float, float]:
    """Percentage of learning that crosses departments, in baseline and arm."""
    before, after, _ = flows(scene, arm)
    return across(before), across(after)


def across(flow: Floats) -> float:
    """Percentage of a flow that is off the diagonal; NaN where there is none."""
    total = float(flow.sum())
    return 100.0 * (total - float(np.trace(flow))) / total if total > 0.0 else math.nan


def title(scene: Scene, arm: str) -> str:
    """How much of the learning crosses departments, with and without the arm."""
    before, after = _shares(scene, arm)
    digits = 0 if abs(after - before) >= 2.0 else 1
    return (
        f"{scene.title(arm)}: {number(after, digits)} % of learning crosses departments, "
        f"{number(before, digits)} % in the baseline"
    )


def draw(scene: Scene, arm: str) -> Figure:
    """Before, after and the change, with the names of departments as far as there is room."""
    before, after, weeks = flows(scene, arm)
    names = [scene.name(name) for name in scene.records[arm].departments]
    shown = shorten_all(names, 1.75, NAME_SIZE)
    room = max(width(name, NAME_SIZE) for name in shown)
    foot = room + 0.35
    subtitle = f"Mastery learned over the last {weeks} weeks: department that learns (rows) from department (columns)"
    left = style.MARGIN + max(room + 0.15, 1.4)
    across_room = (style.WIDTH - left - style.MARGIN - 2 * GAP) / 3.0
    baseline = scene.title(str(scene.study.arm(arm).baseline))
    heads = [f"Before: {baseline}", f"After: {scene.title(arm)}", "Change"]
    heads = on_two_lines(heads, across_room, style.BODY, bold=True)
    sheet = Sheet.of(title(scene, arm), subtitle, PANEL + foot + 1.0 + 0.3 * lines_of(heads))
    bottom = foot + 0.85
    panels = []
    for place, head in enumerate(heads):
        x = left + place * (across_room + GAP)
        panels.append(sheet.axes(x, bottom, across_room, PANEL))
        sheet.write(x, bottom + PANEL + 0.14, head, size=style.BODY, weight="bold", va="bottom")
    scale = _amounts(before, after)
    for ax, flow in zip(panels, (before, after), strict=False):
        _heatmap(ax, np.where(flow > 0.0, flow, np.nan), "mako_r", scale)
    ratio, change = _change(before, after)
    _heatmap(panels[2], ratio, "BrBG", change)
    _names(sheet, panels, shown, (left, bottom, across_room, GAP))
    _keys(sheet, panels, (left, across_room, GAP))
    sheet.write(style.MARGIN, bottom + PANEL + 0.14, "learns", size=style.SMALL, color=style.QUIET)
    sheet.write(left - 0.12, bottom - foot + 0.12, "learns from", size=style.SMALL, color=style.QUIET, ha="right")
    return sheet.figure


def _heatmap(ax: Axes, values: Floats, colours: str, norm: Any) -> None:
    """A matrix as coloured cells; cells without a value stay grey."""
    import seaborn as sns

    plain = {"cbar": False, "xticklabels": False, "yticklabels": False, "rasterized": True}
    sns.heatmap(values, ax=ax, cmap=colours, norm=norm, **plain)
    ax.set_facecolor("#e8e8e8")


def _amounts(before: Floats, after: Floats) -> Any:
    """One logarithmic colour scale for both: from the 2nd percentile of what flows to the largest flow."""
    from matplotlib.colors import LogNorm

    positive = np.concatenate([flow[flow > 0.0] for flow in (before, after)])
    if positive.size == 0:
        return LogNorm(0.1, 1.0)
    high = float(positive.max())
    low = min(float(np.percentile(positive, 2.0)), high / 10.0)
    return LogNorm(max(low, high * 1e-4), high, clip=True)


def _change(before: Floats, after: Floats) -> tuple[Floats, Any]:
    """After over before as a power of two, and its colour scale; from a flow of nothing to something is the top."""
    from matplotlib.colors import Normalize

    ratio = np.full(before.shape, np.nan)
    both = (before > 0.0) & (after > 0.0)
    ratio[both] = np.log2(after[both] / before[both])
    largest = float(np.percentile(np.abs(ratio[both]), 95.0)) if both.any() else 1.0
    reach = next(step for step in (math.log2(1.25), math.log2(1.5), 1.0, 2.0, 3.0, math.inf) if largest <= step)
    reach = min(reach, 3.0)
    ratio[(before <= 0.0) & (after > 0.0)] = reach
    ratio[(before > 0.0) & (after <= 0.0)] = -reach
    return ratio, Normalize(-reach, reach, clip=True)


def _names(sheet: Sheet, panels: list[Axes], names: list[str], place: tuple[float, float, float, float]) -> None:
    """Names at the left of the first panel and below each; every k-th where they would touch."""
    left, bottom, room, gap = place
    every = max(1, math.ceil(0.24 / (PANEL / len(names))))
    beside = max(1, math.ceil(0.24 / (room / len(names))))
    for row in range(0, len(names), every):
        y = bottom + PANEL * (1.0 - (row + 0.5) / len(names))
        sheet.write(left - 0.1, y, names[row], size=NAME_SIZE, color=style.QUIET, ha="right", va="center")
    for panel in range(len(panels)):
        for column in range(0, len(names), beside):
            x = left + panel * (room + gap) + room * (column + 0.5) / len(names)
            sheet.write(x, bottom - 0.1, names[column], size=NAME_SIZE, color=style.QUIET, ha="center", va="top",
                        rotation=90)  # fmt: skip


def _keys(sheet: Sheet, panels: list[Axes], place: tuple[float, float, float]) -> None:
    """What the colours mean: one bar under the two amounts, one under the change."""
    left, room, gap = place
    spans = ((panels[0], left, 2 * room + gap), (panels[2], left + 2 * (room + gap), room))
    for which, (panel, x, span) in enumerate(spans):
        bar = sheet.axes(x, 0.52, span, 0.16)
        mesh = panel.collections[0]
        key = sheet.figure.colorbar(mesh, cax=bar, orientation="horizontal")
        norm: Any = mesh.norm
        if which == 0:
            ticks = _powers(float(norm.vmin or 0.1), float(norm.vmax or 1.0))
            labels = [f"{tick:.2g}" if tick < 10.0 else f"{tick:,.0f}" for tick in ticks]
        else:
            reach = float(norm.vmax or 1.0)
            ticks = [-reach, 0.0, reach]
            labels = [_times(-reach), "same", _times(reach)]
        key.set_ticks(ticks, labels=labels)
        key.minorticks_off()
        key.outline.set_visible(False)
        bar.tick_params(length=0, pad=4, labelsize=style.SMALL - 1)
        if which == 1:
            bar.get_xticklabels()[0].set_horizontalalignment("left")
            bar.get_xticklabels()[-1].set_horizontalalignment("right")


def _powers(low: float, high: float) -> list[float]:
    """Up to four powers of ten between two amounts, or the two amounts."""
    powers = [10.0**k for k in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    every = max(1, math.ceil(len(powers) / 4))
    return powers[::every] if len(powers) > 1 else [low, high]


def _times(power: float) -> str:
    """A change as people say it."""
    names = {1.0: "twice", -1.0: "half", 2.0: "4 times", -2.0: "a quarter", 3.0: "8 times", -3.0: "an eighth"}
    return names.get(power, f"{number(100.0 * (2.0**power - 1.0), 0, sign=True)} %")


def drawings(scene: Scene) -> list[Drawing]:
    """One chart for each arm charted."""
    found = []
    plain = Counter(slug(arm.name) for arm in scene.study.arms)
    for arm in charted(scene):
        weeks = flows(scene, arm)[2]
        repeated = plain[slug(arm)] > 1  # names that differ only in what a file name cannot hold
        name = f"{FLOW}{slug(arm, sha256(arm.encode()).hexdigest()) if repeated else slug(arm)}"
        found.append(Drawing(name, partial(title, arm=arm), CAPTION.format(weeks=weeks), partial(draw, arm=arm)))
    return found
