"""Timing of contenders in turn, so that a busy moment of the machine hits all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def best_of(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Shortest time of each, in seconds; one round of each is not counted."""
    best = dict.fromkeys(contenders, float("inf"))
    for number in range(rounds + 1):
        for name, run in contenders.items():
            begin = time.perf_counter()
            run()
            if number:
                best[name] = min(best[name], time.perf_counter() - begin)
    return best


def table(title: str, headings: list[str], rows: list[list[str]]) -> None:
    """Print a table, first column to the left, the others to the right."""
    lines = [headings, *rows]
    width = [max(len(line[n]) for line in lines) for n in range(len(headings))]
    print(f"\n{title}\n")
    for line in lines:
        first, *rest = (
            cell.ljust(w) if n == 0 else cell.rjust(w) for n, (cell, w) in enumerate(zip(line, width, strict=True))
        )
        print("  " + "  ".join([first, *rest]).rstrip())
