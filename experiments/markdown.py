"""Tables in Markdown, and p values in few characters, for pages that the program writes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

SMALLEST_P = 1e-6


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a bar in a cell stays text."""
    lines: list[Sequence[object]] = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def p_text(p: float) -> str:
    """A p value as people read it; "exact" where there is none."""
    if math.isnan(p):
        return "exact"
    return f"< {SMALLEST_P:.0e}".replace("e-06", "e-6") if p < SMALLEST_P else f"{p:.2g}"
