"""`python -m benchmarks.honesty`: coverage and error rates on known truths, as a table, in twenty minutes.

A rate has a promise where a method claims one: intervals and stopping for differences that are normal or of headline
outcomes as measured, Holm's family in every case. The other rows have none and say how far the claim reaches.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.honesty.coverage import bca, shares, student, weeks
from benchmarks.honesty.differences import MADE, every
from benchmarks.honesty.errors import edges, families, frontiers
from benchmarks.honesty.outcome import Rate
from benchmarks.honesty.stopping import stopping

PROMISED = ("normal", "gamma, skewness 0.35", "rotation: need_met", "together: adequacy", "mentorship: need_met_other")
PARTS = ("t", "bca", "errors", "stopping", "others")
RESULTS = Path(__file__).parents[2] / "results" / "honesty"


def rates(part: str, experiments: int, resampled: int) -> Iterator[Rate]:
    """One part: `experiments` a row, but `resampled` where each experiment takes long."""
    chosen = every()
    edge = ("normal", "gamma, skewness 1", "Student, 5 degrees")
    rows: dict[str, Callable[[], Iterable[Iterator[Rate]]]] = {
        "t": lambda: (student(name, draw, experiments, name in PROMISED) for name, draw in chosen.items()),
        "bca": lambda: (bca(name, draw, resampled, name in PROMISED) for name, draw in chosen.items()),
        "errors": lambda: (families(experiments), edges({name: MADE[name] for name in edge}, experiments)),
        "stopping": lambda: (stopping(name, draw, resampled, name in PROMISED) for name, draw in chosen.items()),
        "others": lambda: (shares(), weeks(experiments), frontiers(resampled)),
    }
    for row in rows[part]():
        yield from row


def line(rate: Rate) -> str:
    """A row of the table, in Markdown."""
    promise = "" if rate.kept is None else f"{100 * rate.low:.1f} to {100 * rate.high:.1f}"  # type: ignore[operator]
    verdict = {None: "", True: "kept", False: "BROKEN"}[rate.kept]
    measured = f"{100 * rate.share:.2f} ± {100 * rate.error:.2f}"
    return f"| {rate.what} | {rate.case} | {measured} | {promise} | {verdict} | {rate.experiments:,} | {rate.note} |"


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--experiments", type=int, default=10_000)
    parser.add_argument("--resampled", type=int, default=2_000)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(words)
    begin = time.process_time()
    lines = ["| what | case | % of experiments | promised | | experiments | |", "|---|---|---|---|---|---|---|"]
    print("\n".join(lines))
    broken = 0
    for part in options.parts or PARTS:
        for rate in rates(part, options.experiments, options.resampled):
            lines.append(line(rate))
            print(lines[-1], flush=True)
            broken += rate.kept is False
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "honesty.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{broken} promises broken; {time.process_time() - begin:.0f} s", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
