"""`make bench`: measure P1 to P8, print them beside their goals, and write figures and chart for the rest of us."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Findings
from benchmarks.goals import TITLES
from benchmarks.report import Report, read, write
from benchmarks.sections import SECTIONS, apart

RESULTS = Path(__file__).parents[1] / "results" / "benchmarks"
FIGURES = "bench.json"


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print and write.

    Returns:
        0, or 1 if a section failed; the others are measured nevertheless.
    """
    options = _parser().parse_args(words)
    if options.docs:
        from benchmarks.page import rewrite

        rewrite(read(options.out / FIGURES), options.out)
        return 0
    from benchmarks import chart, machine, table

    chosen = list(dict.fromkeys(options.sections or SECTIONS))
    found, seconds = _measured(chosen, options.small)
    report = Report.of(machine.describe(), options.small, seconds, found)
    table.print_report(report)
    write(report, options.out / FIGURES)
    if report.points:
        chart.write(report, options.out)
    failed = [name.upper() for name in chosen if name not in found]
    print(f"{sum(seconds.values()):.0f} s in all; figures and chart are in {options.out}", file=sys.stderr)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _measured(chosen: Sequence[str], small: bool) -> tuple[dict[str, Findings], dict[str, float]]:
    """What each section found, where it did not fail, and the seconds it took."""
    found: dict[str, Findings] = {}
    seconds: dict[str, float] = {}
    for section in chosen:
        print(f"{section.upper()}: {TITLES[section]}", file=sys.stderr, flush=True)
        begin = time.monotonic()
        try:
            found[section] = apart(section, small)
        except Exception:
            traceback.print_exc()
        seconds[section] = round(time.monotonic() - begin, 1)
    return found, seconds


def _section(word: str) -> str:
    """The name of a section, however it is written.

    Raises:
        ArgumentTypeError: there is none of that name.
    """
    name = word.lower()
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"'{word}' is no section; sections are {', '.join(SECTIONS)}")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed as ratios, beside what is promised."
    )
    parser.add_argument("sections", nargs="*", type=_section, metavar="SECTION", help="p1 to p8; all of them")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to show that it works")
    parser.add_argument(
        "--docs", action="store_true", help="measure nothing; write docs/performance.md from bench.json"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of bench.json and the chart")
    return parser


if __name__ == "__main__":
    sys.exit(main())
