"""How every chart looks: colours, sizes, the sheet with its title, and files that are the same bytes each time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.charts.fonts import BASE, width
from experiments.charts.text import balanced, wrap
from experiments.wording import MINUS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, RULE, BASELINE = "#1f1f1f", "#595959", "#d9d9d9", "#6e6e6e"
"""Text, secondary text, grid lines, and the baseline in every chart."""

PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
    "#332288", "#882255", "#117733", "#999933", "#AA4499", "#44AA99",
)  # fmt: skip
"""Okabe and Ito's colours, then Tol's: distinguishable with every common kind of colour vision."""

TITLE, BODY, SMALL = 23.0, 17.0, 15.0
"""Sizes in points on a sheet 13.3 inches wide: readable from the back of a room."""

WIDTH = 13.333
MARGIN = 0.35
DPI = 110

RC = {
    "text.parse_math": False,  # a $ in a name is a $, not a formula
    "text.usetex": False,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud, and drawn in any script
    "axes.edgecolor": QUIET, "axes.labelcolor": QUIET, "axes.labelsize": SMALL, "axes.titlesize": BODY,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.grid": False,
    "axes.unicode_minus": True, "axes.axisbelow": True, "font.size": BODY, "text.color": INK,
    "xtick.color": QUIET, "ytick.color": QUIET, "xtick.labelsize": SMALL, "ytick.labelsize": SMALL,
    "xtick.bottom": True, "ytick.left": False, "grid.color": RULE, "figure.facecolor": "white",
    "savefig.facecolor": "white", "path.simplify": True,
}  # fmt: skip


def colour(place: int) -> str:
    """The colour of the arm at this place of the study (0 is the first that is not a baseline)."""
    return PALETTE[place % len(PALETTE)]


def text_colour(of: str) -> str:
    """The same hue, dark enough to read as text on white (contrast of at least 4.5 to 1)."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(of)
    share = 1.0
    while _luminance((share * red, share * green, share * blue)) > 0.183:
        share -= 0.02
    return str(to_hex((share * red, share * green, share * blue)))


def _luminance(rgb: Sequence[float]) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@dataclass
class Sheet:
    """A figure measured in inches, with its finding as the title; `top` is where the drawing may begin, from below."""

    figure: Figure
    width: float
    height: float
    top: float

    @classmethod
    def of(cls, title: str, subtitle: str, drawing_height: float) -> Sheet:
        """A sheet high enough for the title, the line under it and a drawing of this height."""
        from matplotlib.figure import Figure

        room = WIDTH - 2 * MARGIN
        heads = balanced(title, room, TITLE, bold=True)
        subs = wrap(subtitle, room, SMALL, lines=3)
        step, small_step = TITLE * 1.28 / 72.0, SMALL * 1.35 / 72.0
        height = drawing_height + MARGIN + len(heads) * step + len(subs) * small_step + 0.3
        figure = Figure(figsize=(WIDTH, height))
        sheet = cls(figure, WIDTH, height, drawing_height)
        y = height - MARGIN
        for line in heads:
            sheet.write(MARGIN, y, line, size=TITLE, weight="bold", va="top")
            y -= step
        for line in subs:
            sheet.write(MARGIN, y, line, size=SMALL, color=QUIET, va="top")
            y -= small_step
        return sheet

    def write(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write at a place in inches from the lower left corner."""
        style.setdefault("ha", "left")
        self.figure.text(x / self.width, y / self.height, text, **style)

    def axes(self, left: float, bottom: float, across: float, height: float) -> Axes:
        """Axes at a place in inches from the lower left corner."""
        place = (left / self.width, bottom / self.height, across / self.width, height / self.height)
        return self.figure.add_axes(place)

    def line(self, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
        """A line between places in inches."""
        from matplotlib.lines import Line2D

        xs, ys = [v / self.width for v in x], [v / self.height for v in y]
        self.figure.add_artist(Line2D(xs, ys, transform=self.figure.transFigure, **style))


def rc(families: Sequence[str], salt: str) -> Any:
    """Settings under which a chart is drawn and saved; `families` are fonts beyond the base font."""
    fonts = {"font.family": [BASE, *families, "sans-serif"], "font.sans-serif": [BASE, "Verdana", "Arial"]}
    return RC | fonts | {"svg.hashsalt": salt}


def save_svg(figure: Figure, path: Path) -> None:
    """Write an SVG that is the same bytes for the same figure, with no date and no address of a program in it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser draws the text, with its own fonts
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})


def save_png(figure: Figure, path: Path) -> None:
    """Write a PNG for slides."""
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def quiet_axes(ax: Any, *, grid: str = "y") -> None:
    """Thin grid lines in one direction and no box."""
    ax.grid(True, axis=grid, color=RULE, linewidth=1.0)
    ax.tick_params(length=0, pad=6)
    for spine in ax.spines.values():
        spine.set_visible(False)


def few_ticks(axis: Any, count: int = 5, *, least: int = 3) -> None:
    """At most so many round ticks."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10], min_n_ticks=least))


def fitting_ticks(axis: Any, inches: float, size: float = SMALL, *, signed: bool = False) -> None:
    """As many round ticks along a horizontal axis as have room for their labels."""
    low, high = axis.get_view_interval()
    for count in (5, 4, 3, 2):
        few_ticks(axis, count, least=2)
        plain_ticks(axis, signed=signed)
        ticks = [tick for tick in axis.get_major_locator().tick_values(low, high) if low <= tick <= high]
        label = axis.get_major_formatter()
        widest = max((width(label(tick, 0), size) for tick in ticks), default=0.0)
        if len(ticks) < 2 or widest + 0.12 <= (ticks[1] - ticks[0]) / (high - low) * inches:
            return


def plain_ticks(axis: Any, unit: str = "", *, signed: bool = False) -> None:
    """Tick labels as plain numbers, all with as many decimals as the ticks need, without powers of ten or formulas."""
    from matplotlib.ticker import FuncFormatter

    def label(value: float, _: int) -> str:
        low, high = axis.get_view_interval()
        ticks = [tick for tick in axis.get_major_locator()() if low <= tick <= high]
        digits = max((_decimals(tick) for tick in ticks), default=0)
        if round(value, digits) == 0.0:
            return f"0{unit}"
        return f"{MINUS if value < 0.0 else '+' if signed else ''}{abs(value):.{digits}f}{unit}"

    axis.set_major_formatter(FuncFormatter(label))


def _decimals(value: float) -> int:
    """Digits after the point that a round number needs."""
    return next((digits for digits in range(9) if abs(round(value, digits) - value) <= 1e-9 * max(1.0, abs(value))), 9)
