"""What every chart of a strategy study draws from: the answer, its numbers, and names that fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.charts import style
from experiments.charts.fonts import clean
from experiments.charts.style import Sheet
from experiments.charts.text import on_two_lines, shorten_all, widest
from experiments.strategy.answer import Answer
from experiments.strategy.figures import Figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawn

MOST_ARMS = 30
"""Arms beyond this many are in the tables only: the charts show the first of the ranked ones."""
FEW = 13
"""So many rows have room for large letters and names on two lines."""
GOOD, BAD, UNCLEAR = "#0072B2", "#D55E00", "#7f7f7f"
"""Surely better, surely worse, and neither: told apart with every common kind of colour vision."""
NAMES = 3.0
"""Inches for a name at the left."""


@dataclass(frozen=True)
class Scene:
    """An answer as its charts see it; `stand_ins` replaces names that no font can draw, `most` limits the arms."""

    answer: Answer
    figures: Figures
    stand_ins: Mapping[str, str]
    most: int = MOST_ARMS

    @property
    def lead(self) -> str:
        """The outcome that the answer leads with."""
        return self.answer.lead

    @property
    def baseline(self) -> str:
        """The arm that does nothing."""
        return self.answer.given.outcomes.arms[0]

    @property
    def arms(self) -> list[str]:
        """The arms that are shown, the first of the answer first."""
        return self.answer.ranked()[: self.most]

    def name(self, name: str) -> str:
        """A user's name as it is written on charts."""
        return self.stand_ins.get(clean(name), clean(name))

    def title(self, name: str) -> str:
        """The name of an arm or an outcome on charts."""
        return self.name(self.answer.title(name))

    def about(self, outcome: str) -> str:
        """An outcome inside a sentence."""
        title = self.title(outcome)
        return title[0].lower() + title[1:] if title[1:2].islower() else title

    def text(self, kind: str, *names: str) -> str:
        """A number as the report shows it; its percent sign stays on its line."""
        return self.figures.get(kind, *names).text.replace(" %", "\u00a0%")

    def unit(self, outcome: str) -> str:
        """The unit of an outcome."""
        return self.answer.given.outcomes.unit(outcome)


@dataclass(frozen=True)
class Drawing:
    """A chart before it is drawn.

    Attributes:
        name: of its files.
        title: its finding.
        caption: how to read it.
        kinds: of the numbers that it shows, as their ids begin.
        draw: how to draw it.
    """

    name: str
    title: Callable[[Scene], str]
    caption: str
    kinds: tuple[str, ...]
    draw: Callable[[Scene], Drawn]


@dataclass(frozen=True)
class Names:
    """Names at the left of rows: as they are written, how high a row is, how large the letters, how wide the names."""

    texts: list[str]
    row: float
    size: float
    width: float

    @classmethod
    def of(cls, names: list[str], room: float = NAMES, row: float = 0.62) -> Names:
        """Large and on two lines where rows are few, small and on one where they are many."""
        if len(names) <= FEW:
            size = style.BODY if row > 0.6 else style.SMALL
            texts = on_two_lines(names, room, size, bold=True)
            return cls(texts, row, size, widest(texts, size, bold=True) + 0.25)
        size = style.SMALL - 1.0
        texts = shorten_all(names, 1.25 * room, size, bold=True)
        return cls(texts, 0.42, size, widest(texts, size, bold=True) + 0.25)

    @property
    def height(self) -> float:
        """Inches of all rows."""
        return self.row * len(self.texts)

    def middle(self, top: float, place: int) -> float:
        """Where a row's middle lies, in inches, below the top of the rows."""
        return top - (place + 0.5) * self.row

    def write(self, sheet: Sheet, top: float, bold: int = -1) -> None:
        """Write the names, the one at place `bold` darker than the others."""
        for place, text in enumerate(self.texts):
            sheet.write(
                style.MARGIN + self.width - 0.2, self.middle(top, place), text, size=self.size, weight="bold",
                va="center", ha="right", color=style.INK if bold in (-1, place) else style.QUIET,
            )  # fmt: skip
