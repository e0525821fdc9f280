"""Eight sweeps at once in one folder: they share the work, and where some are killed the others take it over."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.survival.study import ended, in_child, judged, small_blocks, study, sweep, table, undisturbed
from experiments.study import Study

LONGEST = 300.0
"""Seconds after which a sweep is taken to hang."""


def at_once(folder: Path, asked: Study, sweeps: int, killed: int, draw: random.Random) -> tuple[int, int, int]:
    """Start sweeps at once and kill some of them on the way.

    Returns:
        Sweeps that hung, that failed, and the most runs that any one of them made.
    """
    children = [in_child(lambda at=at: sweep(folder, asked, order=at)) for at in range(sweeps)]  # type: ignore[misc]
    for child in children[:killed]:
        time.sleep(draw.uniform(0.0, 0.5))
        os.kill(child, signal.SIGKILL)
    hung, failed, deadline = 0, 0, time.monotonic() + LONGEST
    for at, child in enumerate(children):
        while not (waited := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < deadline:
            time.sleep(0.01)
        if not waited[0]:
            hung += 1
            os.kill(child, signal.SIGKILL)
            ended(child)
        else:
            failed += at >= killed and os.waitstatus_to_exitcode(waited[1]) != 0
    made = [int(line.split()[0]) for line in (folder / "log").read_text().splitlines()]
    return hung, failed, max(made.count(child) for child in children)


def measure(times: int, sweeps: int = 8, killed: int = 0, arms: int = 10, seeds: int = 100) -> dict[str, object]:
    """Let sweeps meet so many times."""
    small_blocks()
    asked, draw = study(arms, seeds), random.Random(1)
    runs = arms * seeds
    found = dict.fromkeys(("hung", "failed", "runs lost", "runs stored twice", "runs made twice", "other tables"), 0)
    shares, files = [], []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        expected = undisturbed(place / "undisturbed", asked)
        for at in range(times):
            folder = place / str(at)
            folder.mkdir()
            hung, failed, most = at_once(folder, asked, sweeps, killed, draw)
            now, digest = judged(folder, asked)
            found["hung"] += hung
            found["failed"] += failed
            found["runs lost"] += now.lost
            found["runs stored twice"] += now.twice
            found["runs made twice"] += now.made - runs
            found["other tables"] += digest != expected
            shares.append(most / runs)
            files.append(now.files)
            shutil.rmtree(folder)
    told = {"times": times, "sweeps at once": sweeps, "of them killed": killed}
    return {**told, **found, "largest share of one sweep": f"{max(shares):.2f}", "most files": max(files)}


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for dead in (0, 3):
        print(table(list(measure(number, killed=dead).items())), "\n")
