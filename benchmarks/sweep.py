"""P5: a sweep from the command line to the report, in a fresh process."""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks import worlds
from benchmarks.figures import Findings
from benchmarks.progress import say
from benchmarks.startup import command
from benchmarks.timing import Times

COVERAGES = (0.1, 0.2, 0.3)
LONGEST_FIRST_TRY = 40.0
"""Seconds beyond which a sweep is not timed again."""


def study(people: int, weeks: int, seeds: int) -> dict[str, Any]:
    """A baseline and nine scenarios of all three policies, with three coverages of rotation and of mentorship."""
    grid = list(itertools.product(COVERAGES, COVERAGES))
    policies: dict[str, Any] = {"incentives": {"kind": "incentives"}}
    for kind in ("rotation", "mentorship"):
        policies |= {
            f"{kind}_{share:.0%}"[:-1]: {"kind": kind, "coverage": share, **worlds.AS_CONTENDERS.get(kind, {})}
            for share in COVERAGES
        }
    scenarios: dict[str, list[str]] = {"baseline": []}
    for rotation, mentorship in grid:
        chosen = [f"rotation_{rotation:.0%}"[:-1], "incentives", f"mentorship_{mentorship:.0%}"[:-1]]
        scenarios[f"together_{100 * rotation:.0f}_{100 * mentorship:.0f}"] = chosen
    return {
        "name": "thousand", "weeks": weeks, "seeds": seeds, "organization": worlds.organization(people, 8),
        "policies": policies, "scenarios": scenarios, "challenges": worlds.NO_CHALLENGES,
    }  # fmt: skip


def measure(*, small: bool) -> Findings:
    """Time the command, and what it costs beyond its runs."""
    people, weeks, seeds, tries = (24, 20, 2, 1) if small else (500, 260, 100, 3)
    found = Findings("p5")
    samples: list[float] = []
    worlds.warm_up()  # kernels that are not compiled yet are another matter, see P6
    for number in range(tries):
        with tempfile.TemporaryDirectory() as folder:
            given, out = Path(folder) / "study.yaml", Path(folder) / "results"
            given.write_text(yaml.safe_dump(study(people, weeks, seeds), sort_keys=False), encoding="utf-8")
            say("p5", f"10 scenarios x {seeds} seeds, try {number + 1}")
            begin = time.perf_counter()
            command("sweep", f"file={given}", f"out={out}", "workers=2")
            samples.append(time.perf_counter() - begin)
            if not (out / "report.html").is_file():
                raise RuntimeError("the sweep wrote no report")
        if samples[0] > LONGEST_FIRST_TRY:
            break
    times = Times(tuple(samples))
    found.time("from the command to the report", times, "s", goal="p5 sweep", note="two worker processes")
    rates = tuple(10 * seeds / seconds for seconds in samples)
    found.samples("the same", max(rates), rates, "runs/s")
    return found
