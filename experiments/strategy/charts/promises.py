"""The winner's curse of a portfolio search: what each finalist promised, and what it keeps in fresh worlds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.charts import style
from experiments.charts.fonts import clean, width
from experiments.charts.style import Sheet
from experiments.charts.text import on_two_lines, widest, wrap
from experiments.strategy.charts.scene import BAD, GOOD, UNCLEAR, Drawing, Names, Scene
from experiments.strategy.figures_portfolio import named, portfolio_name, portfolio_of, settings
from experiments.wording import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.analysis.portfolio import Finalist, Portfolio

CAPTION = (
    "Each row is a portfolio that nothing beat in the search. The hollow dot is what the search saw, in few worlds and "
    "after picking the best; the full dot with its 95 % interval is the same portfolio in fresh worlds. Believe the "
    "full dot: the line between the two is what the search mistook for merit. Blue portfolios keep the budget and are "
    "beaten by no other finalist in fresh worlds, grey ones are not on the front any more."
)
MOST = 12
ROOM, SIZE = 5.4, style.SMALL - 2.0
HEAD, FOOT = 0.6, 0.65


def title(scene: Scene) -> str:
    """How far the finalists fell."""
    found = _found(scene)
    objective = found.objectives[0]
    curse = found.curse[0]
    fell = scene.text("curse", objective.name)
    if curse.low > 0.0:
        return f"The search promised too much: in fresh worlds the finalists fall by {fell} in the mean"
    return f"No winner's curse can be shown: the fall from the search to fresh worlds is {fell} in the mean"


def draw(scene: Scene) -> Drawn:
    """A row for each finalist by the first objective."""
    found = _found(scene)
    objective = found.objectives[0]
    finalists = found.finalists[:MOST]
    labels = on_two_lines([_name(scene, each) for each in finalists], ROOM, SIZE, bold=True)
    names = Names(labels, 0.72, SIZE, widest(labels, SIZE, bold=True) + 0.25)
    unit = f" ({objective.unit})" if objective.unit else ""
    told = f"{clean(objective.title).capitalize()}{unit}: hollow in the search, full in {scene.text('search', 'fresh')}"
    sheet = Sheet.of(title(scene), told, names.height + HEAD + FOOT)
    texts = [scene.text("kept", str(place), objective.name) for place in range(1, len(finalists) + 1)]
    value = max(width(text, style.SMALL, bold=True) for text in texts) + 0.25
    left, top = style.MARGIN + names.width, sheet.top - HEAD
    across = sheet.width - left - style.MARGIN - value
    ax = sheet.axes(left, top - names.height, across, names.height)
    names.write(sheet, top)
    for row, each in enumerate(finalists):
        colour = GOOD if each.stays else UNCLEAR
        _row(ax, row, each, colour)
        sheet.write(left + across + 0.15, names.middle(top, row), texts[row], size=style.SMALL, weight="bold",
                    color=style.text_colour(colour), va="center")  # fmt: skip
    style.quiet_axes(ax, grid="x")
    ax.set(ylim=(len(finalists) - 0.5, -0.5), yticks=[])
    ax.margins(x=0.08)
    style.fitting_ticks(ax.xaxis, across)
    return sheet.figure


def _row(ax: Axes, row: int, each: Finalist, colour: str) -> None:
    """Promise, fall and what is kept."""
    promised, kept = float(each.search[0]), each.fresh[0]
    ax.plot([promised, kept.value], [row - 0.16, row + 0.1], color=BAD, linewidth=1.6, alpha=0.7, zorder=3)
    ax.plot([promised], [row - 0.16], marker="o", markersize=10, markerfacecolor="white", markeredgecolor=BAD,
            markeredgewidth=2.2, zorder=5)  # fmt: skip
    if math.isfinite(kept.low):
        ax.plot([kept.low, kept.high], [row + 0.1] * 2, color=colour, linewidth=5, solid_capstyle="butt", zorder=4)
    ax.plot([kept.value], [row + 0.1], marker="o", markersize=10, color=colour, markeredgecolor="white", zorder=5)


def _name(scene: Scene, each: Finalist) -> str:
    """Policies and how they are set; their number where they would not fit on two lines."""
    told = f" ({settings(each.candidate)})" if each.candidate.settings else ""
    whole = scene.name(named(each.candidate)) + told
    if len(wrap(whole, ROOM, SIZE, bold=True, lines=3)) < 3:
        return whole
    number = portfolio_name(_found(scene), each.candidate).capitalize()
    return f"{number}: {plural(len(each.candidate.policies), 'policy', 'policies')}{told}"


def _found(scene: Scene) -> Portfolio:
    found = portfolio_of(scene.answer)
    assert found is not None
    return found


PROMISES = Drawing("promised-and-kept", title, CAPTION, ("promised", "kept", "curse", "search"), draw)
