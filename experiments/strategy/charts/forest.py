"""Effects as given: what each arm changes against doing nothing, with interval, every world, and what matters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.outcomes import HIGHER
from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.charts.text import shorten, wrap
from experiments.strategy import shown
from experiments.strategy.charts.scene import BAD, FEW, GOOD, UNCLEAR, Drawing, Names, Scene
from experiments.wording import DASH, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.strategy.answer import Effect

CAPTION = (
    "Each small dot is one world: the arm minus doing nothing under the same chance, with every assumption as the "
    "scenario has it. The large dot is the mean, the thick line its 95 % interval by Student's t. Blue is surely "
    "better, orange surely worse, grey neither. Effects in the shaded band are too small to matter. The largest gain "
    "is at the top; how the arms do in other futures is shown elsewhere."
)
MOST_PANELS = 3
HEAD, FOOT = 0.8, 0.6


def title(scene: Scene) -> str:
    """How many arms improve the first outcome, and which most."""
    outcome, effects = scene.about(scene.lead), {arm: scene.answer.effects[arm, scene.lead] for arm in scene.arms}
    if all(effect.paired.n < 2 for effect in effects.values()):
        return f"One world, so no interval: what each arm changes in {outcome}"
    better = [arm for arm in order(scene) if verdict(scene, scene.lead, effects[arm]) == GOOD]
    if not better:
        return f"No arm improves {outcome} by more than chance could, where the assumptions are as given"
    most = f"{scene.title(better[0])} most, by {scene.text('effect', better[0], scene.lead)}"
    if len(effects) == 1:
        return f"{scene.title(better[0])} improves {outcome}, by {scene.text('effect', better[0], scene.lead)}"
    return f"{len(better)} of {len(effects)} arms improve {outcome} where the assumptions are as given, {most}"


def order(scene: Scene) -> list[str]:
    """Arms from the largest improvement of the first outcome down."""
    sign = 1.0 if scene.answer.given.outcomes.better[scene.lead] == HIGHER else -1.0
    means = {arm: sign * scene.answer.effects[arm, scene.lead].paired.difference for arm in scene.arms}
    return sorted(means, key=lambda arm: -means[arm] if math.isfinite(means[arm]) else math.inf)


def verdict(scene: Scene, outcome: str, effect: Effect) -> str:
    """The colour of an effect: better, worse, or neither."""
    if not effect.paired.clear:
        return UNCLEAR
    raised = effect.paired.difference > 0.0
    return GOOD if raised == (scene.answer.given.outcomes.better[outcome] == HIGHER) else BAD


def draw(scene: Scene) -> Drawn:
    """A panel for each of the first outcomes, a row for each arm."""
    outcomes = list(scene.answer.given.outcomes.values)[:MOST_PANELS]
    arms = order(scene)
    names = Names.of([scene.title(arm) for arm in arms], 3.0 if len(outcomes) < 3 else 2.4)
    subtitle = "Change against doing nothing in the same worlds: mean, 95 % interval, each world a dot"
    if any(scene.answer.design.strategy.outcomes[name].smallest for name in outcomes):
        subtitle += "; shaded: too small to matter"
    sheet = Sheet.of(title(scene), subtitle, names.height + HEAD + FOOT)
    left, gap = style.MARGIN + names.width, 0.3
    value = max(width(_value(scene, arm, name), names.size, bold=True) for arm in arms for name in outcomes) + 0.15
    across = (sheet.width - left - style.MARGIN - gap * (len(outcomes) - 1)) / len(outcomes) - value
    top = sheet.top - HEAD
    names.write(sheet, top)
    for place, name in enumerate(outcomes):
        x = left + place * (across + value + gap)
        _head(sheet, scene, name, (x, top, across + value))
        ax = sheet.axes(x, top - names.height, across, names.height)
        _panel(scene, ax, name, arms, across)
        for row, arm in enumerate(arms):
            colour = style.text_colour(verdict(scene, name, scene.answer.effects[arm, name]))
            sheet.write(x + across + 0.1, names.middle(top, row), _value(scene, arm, name), size=names.size,
                        weight="bold", color=colour, va="center")  # fmt: skip
    return sheet.figure


def _head(sheet: Sheet, scene: Scene, name: str, place: tuple[float, float, float]) -> None:
    """An outcome's name over its panel, with its unit and direction."""
    x, y, room = place
    unit = ", ".join(part for part in (scene.unit(name), f"{scene.answer.given.outcomes.better[name]} is better")
                     if part)  # fmt: skip
    step = style.SMALL * 1.25 / 72.0
    sheet.write(x, y + 0.1, shorten(unit, room, style.SMALL - 2), size=style.SMALL - 2, color=style.QUIET)
    for line, text in enumerate(reversed(wrap(scene.title(name), room, style.SMALL, bold=True)), start=1):
        sheet.write(x, y + 0.1 + line * step, text, size=style.SMALL, weight="bold")


def _panel(scene: Scene, ax: Axes, name: str, arms: list[str], inches: float) -> None:
    """One outcome: rows from top to bottom."""
    style.quiet_axes(ax, grid="x")
    outcomes = scene.answer.given.outcomes
    change = outcomes.values[name][:, 0] - outcomes.values[name][:1, 0]
    smallest = scene.answer.design.strategy.outcomes[name].smallest
    if smallest:
        ax.axvspan(-smallest, smallest, color="#efe9d8", linewidth=0, zorder=0)
    ax.axvline(0.0, color=style.INK, linewidth=1.6, zorder=2)
    few = len(arms) <= FEW
    for row, arm in enumerate(arms):
        effect = scene.answer.effects[arm, name]
        result, colour = effect.paired, verdict(scene, name, effect)
        worlds = change[outcomes.arms.index(arm)]
        worlds = worlds[np.isfinite(worlds)]
        drift = 2.0 * (0.618034 * np.arange(1, worlds.size + 1) % 1.0) - 1.0
        ax.scatter(worlds, row + 0.28 + 0.1 * drift, color=colour, s=24 if few else 12, alpha=0.45, linewidth=0,
                   zorder=3)  # fmt: skip
        if math.isfinite(result.low):
            ax.plot([result.low, result.high], [row, row], color=colour, linewidth=5 if few else 4,
                    solid_capstyle="butt", zorder=4)  # fmt: skip
        ax.plot([result.difference], [row], marker="o", markersize=10 if few else 8, color=colour,
                markeredgecolor="white", zorder=5)  # fmt: skip
    ax.set(ylim=(len(arms) - 0.5, -0.5), xlabel="", ylabel="", yticks=[])
    ax.margins(x=0.06)
    style.fitting_ticks(ax.xaxis, inches, signed=True)


def _value(scene: Scene, arm: str, name: str) -> str:
    """The mean change; a dash where it has none."""
    result = scene.answer.effects[arm, name].paired
    if not math.isfinite(result.difference):
        return DASH
    unit = scene.unit(name)
    known = result.low < result.high
    digits = shown.places(result.low, result.high, unit) if known else shown.digits(result.difference, unit)
    return number(result.difference, digits, sign=True)


FOREST = Drawing("effects", title, CAPTION, ("effect", "wanted"), draw)
