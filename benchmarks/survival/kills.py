"""Kill a study at random moments with -9, go on, and see that nothing is lost and nothing is done twice in vain."""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.survival.study import (
    BATCH,
    BLOCK_RUNS,
    ended,
    in_child,
    judged,
    small_blocks,
    study,
    sweep,
    table,
    undisturbed,
)
from experiments.study import Study

LONGEST_LIFE = 2.0
"""Seconds; lives are drawn evenly up to it."""


def one_study(folder: Path, asked: Study, kills: int, draw: random.Random) -> tuple[int, int, int, int]:
    """Start a study again and again and kill it, until it is done.

    Returns:
        Kills, those while it worked, those after which the folder could not be read, and the most runs that one kill
        made in vain.
    """
    done, busy, unreadable, worst = 0, 0, 0, 0
    before = kept_before = 0
    while True:
        child = in_child(lambda: sweep(folder, asked))
        deadline = time.monotonic() + draw.uniform(0.0, LONGEST_LIFE)
        while done < kills and time.monotonic() < deadline:
            if os.waitpid(child, os.WNOHANG)[0]:
                return done, busy, unreadable, worst
            time.sleep(0.001)
        if done == kills:
            if ended(child):
                raise RuntimeError("the study failed")
            return done, busy, unreadable, worst
        os.kill(child, signal.SIGKILL)
        ended(child)
        done += 1
        try:
            now, _ = judged(folder, asked)
        except RuntimeError:
            unreadable += 1
            continue
        unreadable += now.damaged
        kept = len(asked.arms) * len(asked.seeds) - now.lost
        busy += now.made > before
        worst = max(worst, (now.made - before) - (kept - kept_before))
        before, kept_before = now.made, kept


def measure(kills: int, arms: int = 10, seeds: int = 100, seed: int = 1) -> dict[str, int]:
    """Kill studies until so many kills were made."""
    small_blocks()
    asked, draw = study(arms, seeds), random.Random(seed)
    runs = arms * seeds
    found = dict.fromkeys(
        ("kills", "kills while it simulated and stored", "studies", "runs lost", "runs stored twice"), 0
    )
    found["unreadable stores"] = found["other tables"] = found["runs made in vain"] = 0
    found["most runs made in vain by one kill"] = 0
    with tempfile.TemporaryDirectory() as place:
        expected = undisturbed(Path(place) / "undisturbed", asked)
        while found["kills"] < kills:
            folder = Path(place) / f"study{found['studies']}"
            done, busy, unreadable, worst = one_study(folder, asked, kills - found["kills"], draw)
            if ended(in_child(lambda folder=folder: sweep(folder, asked))):  # type: ignore[misc]
                raise RuntimeError("the study cannot go on")
            now, digest = judged(folder, asked)
            found["kills"] += done
            found["kills while it simulated and stored"] += busy
            found["studies"] += 1
            found["runs lost"] += now.lost
            found["runs stored twice"] += now.twice
            found["unreadable stores"] += unreadable + now.damaged
            found["other tables"] += digest != expected
            found["runs made in vain"] += now.made - runs
            found["most runs made in vain by one kill"] = max(found["most runs made in vain by one kill"], worst)
    return found


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rows = list(measure(number).items())
    print(table([*rows, ("a block is closed at runs", BLOCK_RUNS), ("a batch has at most runs", BATCH)]))
