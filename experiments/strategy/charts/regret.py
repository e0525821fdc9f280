"""Regret of every arm in every future, as a heat map: where an arm falls short of the best, and how far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.strategy.charts.scene import Drawing, Names, Scene
from experiments.strategy.shown import digits
from experiments.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.statistics import Floats

CAPTION = (
    "Each column is a sampled future, each row an arm. The darker a field, the further the arm falls short of the best "
    "one in that future, in the mean over its worlds and whatever the best one costs; white is no regret. Futures are "
    "in the order of the regret of the arm at the top. The numbers at the right are the largest regret and the one "
    "that is exceeded in one future of ten."
)
SHADES = ("#ffffff", "#cfe3f1", "#7fb5d8", "#2f79ad", "#0b2d4a")
"""From no regret to the largest: lightness rises steadily, so that it reads without colour too."""
MOST_FIELDS = 4_000
"""More fields than this are drawn as one picture: an element for each would make the page heavy."""
HEAD, FOOT = 0.5, 1.05


def title(scene: Scene) -> str:
    """How far the first arm falls short at most."""
    best, robust = scene.arms[0], scene.answer.robust[scene.lead]
    found = next(each for each in robust.arms if each.name == best)
    if found.regret_max.value <= 0.0:
        return f"No arm does better than {scene.title(best)} in any future: it is never regretted"
    if robust.futures.size < 10:
        most = scene.text("regret_max", best, scene.lead)
        return f"{scene.title(best)} falls short of the best arm of a future by at most {most}"
    high = scene.text("regret_high", best, scene.lead)
    return f"In nine of ten futures {scene.title(best)} falls short of the best arm by at most {high}"


def order(regret: Floats) -> NDArray[np.int64]:
    """Futures by the regret of the first row, then of the next ones, all (arm, future)."""
    return np.lexsort(tuple(np.round(row, 9) for row in regret[::-1]))


def draw(scene: Scene) -> Drawn:
    """Fields of all arms and futures, doing nothing last."""
    robust = scene.answer.robust[scene.lead]
    place = {found.name: at for at, found in enumerate(robust.arms)}
    arms = [*scene.arms, scene.baseline]
    regret = robust.regret[[place[arm] for arm in arms]]
    regret = regret[:, order(regret)]
    names = Names.of([scene.title(arm) for arm in arms], row=0.56)
    sheet = Sheet.of(title(scene), _subtitle(scene), names.height + HEAD + FOOT)
    unit = scene.unit(scene.lead)
    values = [(robust.arms[place[arm]].regret_max.value, robust.arms[place[arm]].regret_high.value) for arm in arms]
    texts = [[number(value, digits(value, unit)) for value in pair] for pair in values]
    heads = ("largest", "1 in 10")
    column = max(width(text, style.SMALL, bold=True) for text in (*heads, *(t for pair in texts for t in pair))) + 0.2
    left, top = style.MARGIN + names.width, sheet.top - HEAD
    across = sheet.width - left - style.MARGIN - 2 * column
    ax = sheet.axes(left, top - names.height, across, names.height)
    names.write(sheet, top)
    _fields(ax, regret)
    for at, head in enumerate(heads):
        x = left + across + (at + 1) * column
        sheet.write(x, top + 0.1, head, size=style.SMALL, color=style.QUIET, ha="right")
        for row, pair in enumerate(texts):
            sheet.write(x, names.middle(top, row), pair[at], size=names.size, weight="bold" if at == 0 else "normal",
                        va="center", ha="right")  # fmt: skip
    _scale(sheet, scene, float(regret.max()), (left, top - names.height - 0.75, min(4.0, across)))
    first = names.texts[0].replace("\n", " ")
    told = f"{regret.shape[1]} futures, small regret of {first} at the left, large at the right"
    if width(told, style.SMALL) > across:
        told = f"{regret.shape[1]} futures, small regret of the first arm at the left"
    sheet.write(left, top - names.height - 0.3, told, size=style.SMALL, color=style.QUIET)
    return sheet.figure


def _subtitle(scene: Scene) -> str:
    unit = scene.unit(scene.lead)
    return f"Regret by {scene.about(scene.lead)}{f', in {unit}' if unit else ''}: the best arm of the future minus this"


def _fields(ax: Axes, regret: Floats) -> None:
    """A field for each arm and future; thin lines between them where there is room."""
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("regret", SHADES)
    largest = max(float(regret.max()), 1e-12)
    rows, columns = regret.shape
    if regret.size <= MOST_FIELDS:
        thin = 1.0 if columns <= 60 else 0.25
        ax.pcolormesh(regret, cmap=shades, vmin=0.0, vmax=largest, edgecolors=style.RULE, linewidth=thin)
    else:
        ax.imshow(regret, cmap=shades, vmin=0.0, vmax=largest, aspect="auto", interpolation="nearest",
                  extent=(0, columns, rows, 0))  # fmt: skip
    ax.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)


def _scale(sheet: Sheet, scene: Scene, largest: float, place: tuple[float, float, float]) -> None:
    """From which regret to which the shades run."""
    from matplotlib.colors import LinearSegmentedColormap

    left, y, across = place
    unit = scene.unit(scene.lead)
    start, end = "no regret", f"{number(largest, digits(largest, unit))} {unit}".strip()
    x = left + width(start, style.SMALL) + 0.15
    ax = sheet.axes(x, y, across - (x - left), 0.2)
    shades = LinearSegmentedColormap.from_list("regret", SHADES)
    ax.pcolormesh(np.linspace(0.0, 1.0, 33)[None, :], cmap=shades)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.RULE)
    sheet.write(left, y + 0.02, start, size=style.SMALL, color=style.QUIET)
    sheet.write(left + across + 0.12, y + 0.02, end, size=style.SMALL, color=style.QUIET)


REGRET = Drawing("regret", title, CAPTION, ("regret_max", "regret_high"), draw)
