"""In how many futures each arm is acceptable, and what makes it fail in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.analysis.robustness import RobustArm
from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.strategy.charts.scene import Drawing, Names, Scene
from experiments.strategy.figures_futures import acceptance

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawn

CAPTION = (
    "Each bar is all sampled futures. Its blue part are those in which the arm is acceptable: its mean effect over "
    "worlds is as large as matters, and its cost is within the budget. The other parts say what fails. The black line "
    "is the 95 % interval of the blue part, over worlds and futures drawn again. Futures are drawn evenly from the "
    "ranges of the assumptions, which does not mean that they are equally likely."
)
KINDS = (("acceptable", "#0072B2"), ("gains too little", "#E69F00"), ("both", "#6b5636"), ("costs too much", "#CC79A7"))
"""Parts of a bar, from left to right; their lightness differs too, for prints without colour."""
HEAD, FOOT = 0.6, 0.55


def title(scene: Scene) -> str:
    """Which arm is acceptable in most futures."""
    robust = scene.answer.robust[scene.lead]
    best = scene.arms[0]
    found = next(each for each in robust.arms if each.name == best)
    futures = scene.text("used", scene.lead)
    most = max(each.acceptable.value for each in robust.arms if each.name != scene.baseline)
    if most == 0.0:
        return f"No arm is acceptable in any of {futures}"
    share = scene.text("acceptable", best, scene.lead)
    if found.acceptable.value <= 0.5:
        within = " within the budget" if most > found.acceptable.value else ""
        return f"No arm{within} is acceptable in most futures; {scene.title(best)} in {share} of {futures}"
    return f"{scene.title(best)} is acceptable in {share} of {futures}"


def parts(found: RobustArm) -> tuple[float, float, float, float]:
    """Shares of futures: acceptable, only too weak, both, only too dear."""
    both = max(0.0, found.too_weak + found.too_dear - (1.0 - found.acceptable.value))
    return found.acceptable.value, found.too_weak - both, both, found.too_dear - both


def draw(scene: Scene) -> Drawn:
    """A bar for each arm, the first of the answer at the top."""
    robust = scene.answer.robust[scene.lead]
    found = {each.name: each for each in robust.arms}
    arms = scene.arms
    names = Names.of([scene.title(arm) for arm in arms])
    subtitle = f"Share of {scene.text('study', 'futures')} in which each arm is acceptable by {scene.about(scene.lead)}"
    sheet = Sheet.of(title(scene), subtitle, names.height + HEAD + FOOT)
    texts = [scene.text("acceptable", arm, scene.lead) for arm in arms]
    value = max(width(text, names.size, bold=True) for text in texts) + 0.2
    left, top = style.MARGIN + names.width, sheet.top - HEAD
    across = sheet.width - left - style.MARGIN - value
    ax = sheet.axes(left, top - names.height, across, names.height)
    names.write(sheet, top)
    used = [False] * len(KINDS)
    for row, arm in enumerate(arms):
        start = 0.0
        for place, (share, (_, colour)) in enumerate(zip(parts(found[arm]), KINDS, strict=True)):
            if share > 1e-9:
                used[place] = True
                ax.barh(row, share, left=start, height=0.62, color=colour, linewidth=0)
                start += share
        bounds = acceptance(robust, found[arm])
        for colour, wide in (("white", 5.0), (style.INK, 2.2)):
            xs = [bounds.low, bounds.low, bounds.low, bounds.high, bounds.high, bounds.high]
            ys = [row - 0.16, row + 0.16, row, row, row - 0.16, row + 0.16]
            ax.plot(xs, ys, color=colour, linewidth=wide, solid_capstyle="butt", zorder=5)
        sheet.write(left + across + 0.15, names.middle(top, row), texts[row], size=names.size, weight="bold",
                    color=style.text_colour(KINDS[0][1]), va="center")  # fmt: skip
    style.quiet_axes(ax, grid="x")
    ax.set(xlim=(0.0, 1.0), ylim=(len(arms) - 0.5, -0.5), yticks=[], xticks=[0.0, 0.25, 0.5, 0.75, 1.0])
    ax.set_xticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
    _key(sheet, left, top + 0.14, used)
    return sheet.figure


def _key(sheet: Sheet, left: float, y: float, used: list[bool]) -> None:
    """The parts of the bars by name, each after a patch of its colour."""
    from matplotlib.patches import Rectangle

    x = left
    for (name, colour), there in zip(KINDS, used, strict=True):
        if not there:
            continue
        sheet.figure.add_artist(
            Rectangle((x / sheet.width, y / sheet.height), 0.22 / sheet.width, 0.18 / sheet.height, color=colour,
                      linewidth=0, transform=sheet.figure.transFigure)
        )  # fmt: skip
        sheet.write(x + 0.3, y, name, size=style.SMALL, color=style.INK)
        x += 0.3 + width(name, style.SMALL) + 0.4


ACCEPTANCE = Drawing("acceptable-futures", title, CAPTION, ("acceptable", "too_weak", "too_dear"), draw)
