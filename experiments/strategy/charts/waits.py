"""How long it takes: the share of worlds that have reached a threshold by each week, arm by arm."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.charts.courses import week_ticks
from experiments.charts.style import Sheet
from experiments.charts.text import keep_apart, shorten_all, widest
from experiments.files import slug
from experiments.strategy.charts.scene import Drawing, Scene

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.strategy.answer import Wait

CAPTION = (
    "Each line is an arm: by each week since the first policy started, the share of worlds that have reached the "
    "threshold (Kaplan and Meier), where the assumptions are as given. The bands of the soonest and of doing nothing "
    "are 95 % intervals, week by week. A line that ends below the top leaves worlds that do not reach it in the run: "
    "that share stands below the name, beside the week by which half of the worlds are there. Of more than six arms, "
    "those that get there soonest are drawn."
)
MOST_LINES = 6
LABEL = 4.3


def title(scene: Scene, outcome: str) -> str:
    """Who gets there soonest, and how long that takes."""
    threshold, about = scene.text("threshold", outcome), scene.about(outcome)
    first = soonest(scene, outcome)[0]
    waits = scene.answer.waits[outcome]
    if waits[scene.baseline].curve.median == 0.0:
        return f"{scene.title(outcome)} is at {threshold} from the start in half of the worlds, with nothing done"
    if waits[first].reached == 0:
        return f"In no world {about} reaches {threshold} before the run ends"
    if not math.isfinite(waits[first].curve.median):
        return (f"No arm brings {about} to {threshold} in half of the worlds; {scene.title(first)} does in "
                f"{scene.text('reached', first, outcome)}")  # fmt: skip
    if waits[first].curve.median == 0.0:
        return f"With {scene.title(first)} {about} is at {threshold} from the start in half of the worlds"
    return (f"{scene.title(first)} brings {about} to {threshold} in half of the worlds after "
            f"{scene.text('wait', first, outcome)}")  # fmt: skip


def soonest(scene: Scene, outcome: str) -> list[str]:
    """Arms by their mean wait, the shortest first; doing nothing last."""
    waits = scene.answer.waits[outcome]
    arms = [arm for arm in scene.arms if arm in waits]
    arms = sorted(arms, key=lambda arm: waits[arm].sooner.mean_arm)[:MOST_LINES]
    return [*arms, scene.baseline]


def draw(scene: Scene, outcome: str) -> Drawn:
    """Steps with bands, each named at its end."""
    waits, arms = scene.answer.waits[outcome], soonest(scene, outcome)
    subtitle = f"Share of worlds in which {scene.about(outcome)} has reached {scene.text('threshold', outcome)}"
    sheet = Sheet.of(title(scene, outcome), f"{subtitle}, by week since the first policy started", 5.6)
    names = shorten_all([scene.title(arm) for arm in arms], LABEL, style.BODY, bold=True)
    below = [_told(scene, arm, outcome) for arm in arms]
    room = max(widest(names, style.BODY, bold=True), widest(below, style.SMALL)) + 0.35
    left, bottom = style.MARGIN + 0.9, 0.85
    across, height = sheet.width - left - style.MARGIN - room, sheet.top - bottom - 0.1
    ax = sheet.axes(left, bottom, across, height)
    horizon = scene.answer.given.courses[outcome].shape[-1] - scene.answer.design.study.since
    ends = []
    for arm in arms:
        _line(
            ax, waits[arm], _colour(scene, arm, arms), horizon, arm == scene.baseline, band=arm in (arms[0], arms[-1])
        )
        ends.append(float(waits[arm].curve.reached[-1]))
    ax.set(xlim=(0, horizon), ylim=(-0.02, 1.03), yticks=[0.0, 0.25, 0.5, 0.75, 1.0])
    ax.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
    style.quiet_axes(ax)
    ax.set_xticks([week for week in week_ticks(horizon, 6) if week <= horizon])
    sheet.write(left + across, 0.2, "weeks  →", size=style.SMALL, color=style.QUIET, ha="right")
    step = (style.BODY + style.SMALL) * 1.3 / 72.0 + 0.06
    wanted = [bottom + (end + 0.02) / 1.05 * height for end in ends]
    placed = keep_apart(wanted[::-1], step, bottom - 0.2 + step / 2.0, bottom + height + 0.1 - step / 2.0)[::-1]
    for at, (arm, y, end) in enumerate(zip(arms, placed, wanted, strict=True)):
        colour = _colour(scene, arm, arms)
        x = left + across + 0.25
        sheet.line([left + across + 0.04, x - 0.05], [end, y], color=colour, linewidth=1.2)
        sheet.write(
            x, y + 0.02, names[at], size=style.BODY, weight="bold", va="bottom", color=style.text_colour(colour)
        )
        sheet.write(x, y, below[at], size=style.SMALL, va="top", color=style.QUIET)
    return sheet.figure


def _told(scene: Scene, arm: str, outcome: str) -> str:
    """When half of the worlds are there, and how many are not at the end of the run."""
    if not math.isfinite(scene.answer.waits[outcome][arm].curve.median):
        return f"{scene.text('never', arm, outcome)} not yet"
    week = scene.text("wait", arm, outcome).split()[0]
    start = "half from the start" if week == "0" else f"half by week {week}"
    return f"{start}, {scene.text('never', arm, outcome)} not yet"


def _colour(scene: Scene, arm: str, arms: list[str]) -> str:
    """A colour for each line; doing nothing is grey."""
    return style.BASELINE if arm == scene.baseline else style.colour(arms.index(arm))


def _line(ax: Axes, wait: Wait, colour: str, horizon: int, baseline: bool, *, band: bool) -> None:
    """A curve as steps up to the end of the run, with its band where it is wanted."""
    curve = wait.curve
    weeks = np.append(curve.weeks, horizon)
    reached, low, high = (np.append(each, each[-1]) for each in (curve.reached, curve.low, curve.high))
    if band:
        ax.fill_between(weeks, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    ax.plot(weeks, reached, color=colour, linewidth=3.0, drawstyle="steps-post", zorder=3 if baseline else 4,
            linestyle=(0, (4, 1.5)) if baseline else "-")  # fmt: skip


def drawings(scene: Scene) -> list[Drawing]:
    """One chart for each outcome that has a threshold."""
    kinds = ("wait", "never", "sooner", "threshold")
    return [Drawing(f"weeks-until-{slug(name)}", partial(title, outcome=name), CAPTION, kinds,
                    partial(draw, outcome=name)) for name in scene.answer.waits]  # fmt: skip
