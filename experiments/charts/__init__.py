"""Charts of a study, each with its finding as the title, as SVG for the report and as PNG for slides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from experiments.charts import effort, flow, forest, spread, style, trust
from experiments.charts.fonts import clean, fallbacks, missing, substitutes
from experiments.charts.scene import Drawing, Scene
from experiments.comparison import titles_of
from experiments.files import write_whole
from experiments.sentences import MAIN

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison
    from experiments.study import Study
    from sim.recorder import Record

ONCE = (spread.SPREAD_OVER_TIME, forest.FOREST, trust.TRUST, effort.EFFORT)
"""The charts of which a study has one at most; there is a flow chart for each arm."""


@dataclass(frozen=True)
class Chart:
    """A chart that has been drawn.

    stand_ins: name -> what the PNG writes for it, because no font of this machine has its characters; the SVG keeps
        the name.
    """

    name: str
    title: str
    caption: str
    svg: Path
    png: Path
    alt: str
    stand_ins: Mapping[str, str]


Seen = TypeVar("Seen", contravariant=True)


class Drawable(Protocol[Seen]):
    """A chart before it is drawn: its words, and how to draw it from what it sees."""

    @property
    def name(self) -> str:
        """The name of its files."""

    @property
    def caption(self) -> str:
        """How to read it."""

    @property
    def title(self) -> Callable[[Seen], str]:
        """Its finding."""

    @property
    def draw(self) -> Callable[[Seen], Figure]:
        """The chart itself."""


ShareOut = Callable[[Callable[[tuple[str, ...]], list[Chart]], Sequence[tuple[str, ...]]], Iterable[list[Chart]]]
"""How drawing is shared out: calls the function on every item and gives the results in order, as `map` does."""


def draw_charts(study: Study, records: Mapping[str, Record], comparison: Comparison, folder: Path) -> list[Chart]:
    """Draw every chart that the study has results for into a folder; the same results give the same SVG bytes.

    Charts that an earlier study left in the folder and this one does not have are removed; other files stay.

    Raises:
        OSError: the folder cannot be written.
    """
    return begin_charts(study, records, comparison, folder, map)()


def begin_charts(
    study: Study, records: Mapping[str, Record], comparison: Comparison, folder: Path, share_out: ShareOut
) -> Callable[[], list[Chart]]:
    """Begin to draw, as `draw_charts` does, and go on with something else.

    Args:
        study, records, comparison: what to draw.
        folder: where the files go.
        share_out: who draws; the files are the same.

    Returns:
        A function that waits until all are drawn and gives them in the order in which a reader wants them.
    """
    names = [drawing.name for drawing in _drawings(Scene(study, records, comparison, {}))]
    flows = tuple(name for name in names if name.startswith(flow.FLOW))
    pieces = [flows, *((name,) for name in names if name not in flows)]  # flows together: they load seaborn
    easel = _Easel(study, {name: _slim(record) for name, record in records.items()}, comparison.bare(), folder)
    drawn = share_out(easel, [piece for piece in pieces if piece])

    def finished() -> list[Chart]:
        by_name = {chart.name: chart for charts in drawn for chart in charts}
        charts = [by_name[name] for name in names]
        kept = {file for chart in charts for file in (chart.svg, chart.png)}
        for name in (*(drawing.name for drawing in ONCE), f"{flow.FLOW}*"):
            for old in (*folder.glob(f"{name}.svg"), *folder.glob(f"{name}.png")):
                if old not in kept:
                    old.unlink(missing_ok=True)
        return charts

    return finished


def _slim(record: Record) -> Record:
    """A record with only the weekly quantities that charts draw, so that little is sent to who draws them."""
    from sim.metrics import METRICS

    courses = [METRICS[name] for name in (MAIN, trust.WITHIN, trust.ACROSS)]
    wanted = [name for metric in courses for name in (metric.numerator, metric.denominator)]
    return replace(record, weekly={name: record.weekly[name] for name in wanted})


@dataclass(frozen=True)
class _Easel:
    """Draws charts of a study by their names; can be sent to another process."""

    study: Study
    records: Mapping[str, Record]
    comparison: Comparison
    folder: Path

    def __call__(self, names: tuple[str, ...]) -> list[Chart]:
        scene = Scene(self.study, self.records, self.comparison, {})
        written = dict(_names(self.study, self.records))
        families, undrawable = fallbacks(missing(written))
        pictured = replace(scene, stand_ins=substitutes(written, undrawable))
        chosen = [drawing for drawing in _drawings(scene) if drawing.name in names]
        return [save_chart(drawing, scene, pictured, families, self.folder, pictured.stand_ins) for drawing in chosen]


def save_chart(
    drawing: Drawable[Seen], scene: Seen, pictured: Seen, families: Sequence[str], folder: Path,
    stand_ins: Mapping[str, str],
) -> Chart:  # fmt: skip
    """Both files of a chart; the PNG is drawn again only where it needs other fonts or other names.

    The SVG names no font of this machine, so that it is the same bytes on every machine.

    Args:
        drawing: its words, and how to draw it.
        scene, pictured: what it draws from, with the names of users and with those that fonts can draw.
        families: fonts beyond the base font that the PNG needs.
        folder: where the files go.
        stand_ins: name -> what `pictured` writes for it.

    Raises:
        OSError: the folder cannot be written.
    """
    import matplotlib

    svg, png = folder / f"{drawing.name}.svg", folder / f"{drawing.name}.png"
    salt = f"watercooler {drawing.name}"
    with matplotlib.rc_context(style.rc((), salt)):
        figure = drawing.draw(scene)
        write_whole(svg, lambda file: style.save_svg(figure, file))
        if not families and not stand_ins:
            write_whole(png, lambda file: style.save_png(figure, file))
    if families or stand_ins:
        with matplotlib.rc_context(style.rc(families, salt)):
            again = drawing.draw(pictured)
            write_whole(png, lambda file: style.save_png(again, file))
    title = drawing.title(scene)
    alt = f"{title}. {drawing.caption}"
    return Chart(drawing.name, title, drawing.caption, svg, png, alt, dict(stand_ins))


def _drawings(scene: Scene) -> Iterator[Drawing]:
    """The charts in the order in which a reader wants them."""
    yield spread.SPREAD_OVER_TIME
    if not scene.arms:
        return
    yield forest.FOREST
    yield from flow.drawings(scene)
    yield trust.TRUST
    paid = effort.costs(scene)
    if any(paid[arm.name].difference > 0.0 for arm in scene.arms):
        yield effort.EFFORT


def _names(study: Study, records: Mapping[str, Record]) -> Iterable[tuple[str, str]]:
    """Every name that a user gave and a chart may write, with what to write where no font can."""
    departments = sorted({name for record in records.values() for name in record.departments})
    for number, name in enumerate(departments, start=1):
        yield clean(name), f"Department {number}"
    for number, title in enumerate(titles_of(study).values(), start=1):
        yield clean(title), f"Arm {number}"
