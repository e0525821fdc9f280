"""Which assumptions matter: strengths and shares of variance, drawn only where their ranking has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.analysis.verdicts import Settled, Verdict
from experiments.charts import style
from experiments.charts.fonts import width
from experiments.charts.style import Sheet
from experiments.strategy.charts.scene import GOOD, UNCLEAR, Drawing, Names, Scene

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from experiments.analysis.resampling import Estimate

STRENGTHS = (
    "Each dot says how much the arm's effect changes when one assumption moves over its whole range (Morris' mean "
    "absolute elementary effect), the line its 95 % interval. The hatched bar is what chance alone would show. The "
    "order is settled: it holds over resamples and over growing parts of the sample. Grey assumptions are below the "
    "threshold of the ranking and stand in the order of the study."
)
SHARES = (
    "The dark bar is the share of variance that an assumption explains alone, the pale one what it explains in all, "
    "together with others; lines are 95 % intervals. Chance has a bar of its own: the share that no assumption "
    "explains, in the mean over the worlds run at each point. The order is settled: it holds over resamples and over "
    "growing parts of the sample. Shares in all can add up to more than everything, since what assumptions explain "
    "together counts for each."
)
HEAD, FOOT = 0.55, 0.6


def strengths_title(scene: Scene) -> str:
    """Which assumption moves the effect most."""
    return _title(scene, "strength", "is moved most by")


def shares_title(scene: Scene) -> str:
    """Which assumption explains most."""
    return _title(scene, "in_all", "varies between futures mostly because of")


def _title(scene: Scene, kind: str, verb: str) -> str:
    answer = scene.answer
    found = answer.screening if kind == "strength" else answer.sensitivity
    assert found is not None and isinstance(found.verdict, Settled)
    about = f"The effect of {scene.title(answer.explained)} on {scene.about(scene.lead)}"
    if not found.verdict.ranking:
        return f"{about}: no assumption matters enough to be ranked"
    first = found.verdict.ranking[0]
    titles = {each.path: scene.name(each.title) for each in answer.design.assumptions}
    named = " and ".join(titles[path] for path in first[:2]) + (" and others" if len(first) > 2 else "")
    return f"{about} {verb} {named}: {scene.text(kind, first[0])}"


def _order(verdict: Verdict, paths: list[str]) -> tuple[list[str], int]:
    """Paths in the order of a settled ranking, then the others as the study has them; how many are ranked."""
    assert isinstance(verdict, Settled)
    ranked = [path for tier in verdict.ranking for path in tier]
    return [*ranked, *(path for path in paths if path not in ranked)], len(ranked)


def draw_strengths(scene: Scene) -> Drawn:
    """A row for each assumption: strength with interval, and what chance would show."""
    found = scene.answer.screening
    assert found is not None
    order, ranked = _order(found.verdict, [each.assumption.path for each in found.effects])
    effects = {each.assumption.path: each for each in found.effects}
    unit = f" ({found.unit})" if found.unit else ""
    sheet, names, ax, place = _rows(scene, strengths_title(scene), order, "strength",
                                    f"Change of the effect{unit} over the whole range of an assumption")  # fmt: skip
    for row, path in enumerate(order):
        each, colour = effects[path], GOOD if row < ranked else UNCLEAR
        ax.barh(row, each.by_chance, height=0.5, color="#efe9d8", hatch="///", edgecolor="#b8ad8e", linewidth=0,
                zorder=1)  # fmt: skip
        _dot(ax, each.strength, row, colour)
    _values(sheet, scene, names, order, ranked, place, "strength")
    ax.set_xlim(0.0, 1.06 * max(max(each.strength.high, each.by_chance) for each in found.effects) or 1.0)
    style.fitting_ticks(ax.xaxis, place[2])
    return sheet.figure


def draw_shares(scene: Scene) -> Drawn:
    """A row for each assumption: what it explains alone and in all; chance in the last row."""
    found = scene.answer.sensitivity
    assert found is not None
    order, ranked = _order(found.verdict, [each.assumption.path for each in found.indices])
    indices = {each.assumption.path: each for each in found.indices}
    subtitle = "Share of the variance of the effect: alone (dark), in all (pale), and chance"
    sheet, names, ax, place = _rows(scene, shares_title(scene), [*order, CHANCE], "in_all", subtitle)
    for row, path in enumerate(order):
        each, colour = indices[path], GOOD if row < ranked else UNCLEAR
        ax.barh(row - 0.17, each.first.value, height=0.3, color=colour, linewidth=0)
        ax.barh(row + 0.17, each.total.value, height=0.3, color=colour, alpha=0.4, linewidth=0)
        for part, shift in ((each.first, -0.17), (each.total, 0.17)):
            ax.plot([part.low, part.high], [row + shift] * 2, color=style.INK, linewidth=2.0, zorder=4)
    chance = found.chance.of_mean
    ax.barh(len(order), chance.value, height=0.5, color="#efe9d8", hatch="///", edgecolor="#b8ad8e", linewidth=0)
    ax.plot([chance.low, chance.high], [len(order)] * 2, color=style.INK, linewidth=2.0, zorder=4)
    _values(sheet, scene, names, [*order, CHANCE], ranked, place, "in_all")
    highest = max((each.total.high for each in found.indices), default=1.0)
    ax.set(xlim=(0.0, max(1.0, min(highest, 1.3))), xticks=[0.0, 0.25, 0.5, 0.75, 1.0])
    ax.set_xticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
    return sheet.figure


CHANCE = "\x00chance"
Place = tuple[float, float, float]


def _rows(scene: Scene, title: str, order: list[str], kind: str, subtitle: str) -> tuple[Sheet, Names, Axes, Place]:
    """A sheet with a row for each assumption, axes for what is drawn, and where these are: left, top, across."""
    titles = {each.path: scene.name(each.title) for each in scene.answer.design.assumptions} | {CHANCE: "Chance"}
    names = Names.of([titles[path] for path in order])
    sheet = Sheet.of(title, subtitle, names.height + HEAD + FOOT)
    value = max(width(_text(scene, kind, path), names.size, bold=True) for path in order) + 0.25
    left, top = style.MARGIN + names.width, sheet.top - HEAD
    across = sheet.width - left - style.MARGIN - value
    ax = sheet.axes(left, top - names.height, across, names.height)
    names.write(sheet, top)
    style.quiet_axes(ax, grid="x")
    ax.set(ylim=(len(order) - 0.5, -0.5), yticks=[])
    return sheet, names, ax, (left, top, across)


def _values(sheet: Sheet, scene: Scene, names: Names, order: list[str], ranked: int, place: Place, kind: str) -> None:
    """The numbers at the right."""
    left, top, across = place
    for row, path in enumerate(order):
        colour = style.text_colour(GOOD) if row < ranked else style.QUIET
        sheet.write(left + across + 0.2, names.middle(top, row), _text(scene, kind, path), size=names.size,
                    weight="bold", color=colour, va="center")  # fmt: skip


def _text(scene: Scene, kind: str, path: str) -> str:
    return scene.text("chance", scene.lead) if path == CHANCE else scene.text(kind, path)


def _dot(ax: Axes, found: Estimate, row: float, colour: str) -> None:
    ax.plot([found.low, found.high], [row, row], color=colour, linewidth=5, solid_capstyle="butt", zorder=4)
    ax.plot([found.value], [row], marker="o", markersize=10, color=colour, markeredgecolor="white", zorder=5)


def drawings(scene: Scene) -> list[Drawing]:
    """What has settled; where a ranking has not, the report says so and draws none."""
    found = []
    if scene.answer.screening is not None and isinstance(scene.answer.screening.verdict, Settled):
        found.append(Drawing("screening", strengths_title, STRENGTHS, ("strength", "by_chance"), draw_strengths))
    if scene.answer.sensitivity is not None and isinstance(scene.answer.sensitivity.verdict, Settled):
        found.append(Drawing("shares-of-variance", shares_title, SHARES, ("alone", "in_all", "chance"), draw_shares))
    return found
