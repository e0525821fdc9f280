"""How stable the order of the arms is: in which share of the futures each arm has each rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.strategy.charts.scene import FEW, Drawing, Names, Scene
from experiments.strategy.shown import share
from experiments.wording import listing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.statistics import Floats

CAPTION = (
    "Each row is an arm, each column a rank, the best at the left. The darker a field, the larger the share of futures "
    "in which the arm has that rank by its mean over worlds. One dark field in a row is a stable rank; a row of pale "
    "ones is an arm whose place depends on the assumptions. The frame marks the rank by the mean over all futures, and "
    "the number at the right the share of resampled worlds that give the same rank by that mean. Costs and budget do "
    "not count here."
)
SHADES = ("#ffffff", "#d9efe6", "#8fcfb6", "#2f9e78", "#004d36")
NUMBERED = 13
"""With so many columns the shares still fit into the fields."""
HEAD, FOOT = 0.85, 0.35


def title(scene: Scene) -> str:
    """Which arm is best most often."""
    robust = scene.answer.robust[scene.lead]
    best = max(robust.arms, key=lambda each: (float(each.rank_futures[0]), -each.rank))
    told = scene.text("first", best.name, scene.lead)
    tau = scene.text("tau", scene.lead)
    much = float(best.rank_futures[0])
    level = [each for each in robust.arms if float(each.rank_futures[0]) == much]
    if len(level) == len(robust.arms):
        return (
            f"No arm is ahead of the others by {scene.about(scene.lead)}: each is among the best in {told} of futures"
        )
    if len(level) > 1:
        named = listing([scene.title(each.name) for each in level[:3]]) + (" and others" if len(level) > 3 else "")
        return f"{named} are among the best arms in {told} of the futures each, whatever they cost"
    lead = f"{scene.title(best.name)} is the best arm in {told} of the futures"
    if much <= 0.5:
        lead = f"No arm is the best in more than half of the futures; {scene.title(best.name)} in {told}"
    return f"{lead}, whatever it costs (agreement on the order: Kendall's tau {tau})"


def draw(scene: Scene) -> Drawn:
    """Arms by their rank over all futures, doing nothing among them."""
    robust = scene.answer.robust[scene.lead]
    shown = {*scene.arms, scene.baseline}
    found = sorted((each for each in robust.arms if each.name in shown), key=lambda each: each.rank)
    names = Names.of([scene.title(each.name) for each in found], row=0.56)
    subtitle = f"Share of {scene.text('used', scene.lead)} in which each arm has each rank by {scene.about(scene.lead)}"
    sheet = Sheet.of(title(scene), subtitle, names.height + HEAD + FOOT)
    texts = [share(float(each.rank_worlds[each.rank - 1])) for each in found]
    head = "worlds agree"
    value = max(width(text, style.SMALL, bold=True) for text in (*texts, head)) + 0.25
    left, top = style.MARGIN + names.width, sheet.top - HEAD
    across = sheet.width - left - style.MARGIN - value
    ax = sheet.axes(left, top - names.height, across, names.height)
    names.write(sheet, top)
    ranks = len(robust.arms)
    shares = np.stack([each.rank_futures for each in found])
    _fields(ax, shares, [each.rank for each in found])
    x = left + across + value
    sheet.write(x, top + 0.1, head, size=style.SMALL, color=style.QUIET, ha="right")
    for row, text in enumerate(texts):
        sheet.write(x, names.middle(top, row), text, size=names.size, weight="bold", va="center", ha="right")
    step = across / ranks
    every = 1 if step > 0.4 else 2 if step > 0.2 else 5
    for rank in range(1, ranks + 1):
        if rank == 1 or rank % every == 0:
            told = "1 (best)" if rank == 1 and step > 0.95 else str(rank)
            sheet.write(left + (rank - 0.5) * step, top + 0.1, told, size=style.SMALL, color=style.QUIET, ha="center")
    sheet.write(left, top + 0.42, "rank in a future  →", size=style.SMALL, color=style.QUIET)
    return sheet.figure


def _fields(ax: Axes, shares: Floats, overall: list[int]) -> None:
    """A field for each arm and rank, with its share where it fits, and a frame at the overall rank."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    shades = LinearSegmentedColormap.from_list("ranks", SHADES)
    rows, columns = shares.shape
    ax.pcolormesh(shares, cmap=shades, vmin=0.0, vmax=1.0, edgecolors=style.RULE, linewidth=1.0)
    for row in range(rows):
        ax.add_patch(Rectangle((overall[row] - 1 + 0.03, row + 0.04), 0.94, 0.92, fill=False, edgecolor=style.INK,
                               linewidth=2.0, zorder=4))  # fmt: skip
        if columns <= NUMBERED:
            for column in np.flatnonzero(shares[row] > 0.0):
                size = float(shares[row, column])
                ax.text(column + 0.5, row + 0.5, share(size), ha="center", va="center",
                        fontsize=style.SMALL if columns <= FEW // 2 else style.SMALL - 3,
                        color="white" if size > 0.55 else style.INK, zorder=5)  # fmt: skip
    ax.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)


RANKS = Drawing("ranks", title, CAPTION, ("first", "first_worlds", "rank", "tau"), draw)
