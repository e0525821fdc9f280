"""docs/performance.md: the figures in its marked places, and the chart beside it, from what was measured.

Between `<!-- bench NAME -->` and `<!-- end -->` stands what `PLACES[NAME]` gives; everything else is written by hand.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks import chart
from benchmarks.goals import TITLES
from benchmarks.machine import in_words
from benchmarks.report import Report
from benchmarks.table import markdown, markdown_beside

DOCS = Path(__file__).parents[1] / "docs"
PAGE, IMAGES = DOCS / "performance.md", DOCS / "images"
MARKED = re.compile(r"(<!-- bench ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)

PLACES: dict[str, Callable[[Report], str]] = {
    "machine": lambda report: f"Measured on {in_words(dict(report.machine))}.\n",
    "goals": markdown,
    "finding": lambda report: f"![{chart.title(report)}](images/{chart.NAME}.svg)\n",
    **{f"beside {name}": lambda report, name=name: markdown_beside(report, name) for name in TITLES},  # type: ignore[misc]
}


def filled(text: str, report: Report) -> str:
    """The page with every marked place as it was measured."""
    return MARKED.sub(lambda found: f"{found[1]}{PLACES[found[2]](report)}{found[3]}", text)


def rewrite(report: Report, results: Path) -> None:
    """Write the page's figures and take over the chart.

    Raises:
        ValueError: sizes were tiny, or a section was not measured.
    """
    missing = [name for name in TITLES if name not in report.sections]
    if report.small or missing:
        raise ValueError(f"the page wants real sizes and every section; missing: {', '.join(missing) or 'real sizes'}")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), report), encoding="utf-8")
    shutil.copyfile(results / f"{chart.NAME}.svg", IMAGES / f"{chart.NAME}.svg")
