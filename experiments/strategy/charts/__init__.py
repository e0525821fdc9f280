"""Charts of a strategy study, each with its finding as the title, as SVG for the pages and as PNG for slides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.charts import Chart, save_chart
from experiments.charts.fonts import clean, fallbacks, missing, substitutes
from experiments.strategy.answer import Answer
from experiments.strategy.charts import acceptance, failures, forest, promises, ranks, regret, sensitivity, waits, worth
from experiments.strategy.charts.scene import Drawing, Scene
from experiments.strategy.figures import Figures
from experiments.strategy.figures_portfolio import named, portfolio_name, portfolio_of

MOST_IN_SUMMARY = 6
SUMMARY = "summary"


@dataclass(frozen=True)
class Drawn:
    """A chart that was drawn, and of which kinds its numbers are."""

    chart: Chart
    kinds: tuple[str, ...]


def draw_charts(answer: Answer, figures: Figures, folder: Path) -> list[Drawn]:
    """Draw every chart that an answer has results for; the same answer gives the same SVG bytes.

    Charts that an earlier report left in the folder and this one does not have are removed; other files stay.

    Raises:
        OSError: the folder cannot be written.
    """
    scene = Scene(answer, figures, {})
    written = dict(_names(answer))
    families, undrawable = fallbacks(missing(written))
    stand_ins = substitutes(written, undrawable)
    drawn = []
    for drawing in drawings(scene):
        seen = replace(scene, most=MOST_IN_SUMMARY) if drawing.name == SUMMARY else scene
        pictured = replace(seen, stand_ins=stand_ins)
        drawn.append(Drawn(save_chart(drawing, seen, pictured, families, folder, stand_ins), drawing.kinds))
    kept = {file for each in drawn for file in (each.chart.svg, each.chart.png)}
    for pattern in OWN:
        for old in (*folder.glob(f"{pattern}.svg"), *folder.glob(f"{pattern}.png")):
            if old not in kept:
                old.unlink(missing_ok=True)
    return drawn


OWN = (SUMMARY, "effects", "effect-against-*", "acceptable-futures", "regret", "ranks", "screening",
       "shares-of-variance", "weeks-until-*", "fails-where-*", "promised-and-kept")  # fmt: skip
"""Names of the files that reports write."""


def drawings(scene: Scene) -> Iterator[Drawing]:
    """The charts in the order in which a reader wants them; the summary's first."""
    if not scene.arms:
        return
    futures = scene.lead in scene.answer.robust
    yield replace(acceptance.ACCEPTANCE if futures else forest.FOREST, name=SUMMARY)
    yield forest.FOREST
    yield from worth.drawings(scene)
    if futures:
        yield from (acceptance.ACCEPTANCE, regret.REGRET, ranks.RANKS)
        yield from failures.drawings(scene)
    yield from sensitivity.drawings(scene)
    yield from waits.drawings(scene)
    if portfolio_of(scene.answer) is not None:
        yield promises.PROMISES


def _names(answer: Answer) -> Iterator[tuple[str, str]]:
    """Every name that a user gave and a chart may write, with what to write where no font can."""
    for number, arm in enumerate(answer.given.outcomes.arms):
        yield clean(answer.title(arm)), f"Arm {number}"
    for number, assumption in enumerate(answer.design.assumptions, start=1):
        yield clean(assumption.title), f"Assumption {number}"
    found = portfolio_of(answer)
    if found is not None:
        for each in found.finalists:
            yield clean(named(each.candidate)), portfolio_name(found, each.candidate).capitalize()
