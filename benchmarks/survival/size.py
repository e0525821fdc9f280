"""How large a store of many runs is, how long it takes to open, and what it takes to read all outcomes as arrays."""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.survival.study import ended, in_child, table
from experiments.store import Facts, Store, Wanted, outcomes
from experiments.store.blocks import Entry
from experiments.store.facts import text_of
from experiments.store.packing import metric_names, pack
from experiments.study import Arm
from sim.recorder import Record
from sim.scenario import Scenario
from sim.simulation import Simulation

COURSES = ("need_met", "adequacy", "trust_across")
WEEKS = 104


def arm(number: int) -> Arm:
    """One of many scenarios of 24 people over two years, with a policy."""
    rotation = {"kind": "rotation", "coverage": 0.01 + number * 1e-5}
    organization = {"kind": "synthetic", "people": 24, "departments": 3, "topics": 8}
    given = {"organization": organization, "weeks": WEEKS, "policies": {"rotation": rotation}}
    return Arm(f"arm{number}", f"Arm {number}", Scenario.from_dict(given))


def noisy(record: Record, number: int) -> Record:
    """A record with other numbers, which compress no better than those of a run."""
    draw = np.random.default_rng(number)
    weekly = {name: values * (1.0 + 0.01 * draw.random(values.shape)) for name, values in record.weekly.items()}
    return replace(record, weekly=weekly)


def filled(folder: Path, scenarios: int, number_of_seeds: int) -> list[Wanted]:
    """Store outcomes of so many scenarios, in blocks as a sweep leaves them."""
    detail, seeds = outcomes(13, COURSES), tuple(range(1, number_of_seeds + 1))
    first = arm(0).scenario
    simulation = Simulation(first, seeds)
    simulation.run()
    record = simulation.record()
    store, wanted, entries = Store(folder), [], []
    with store.claims() as claims:
        for number in range(scenarios):
            each = arm(number)
            runs = pack(each.scenario, each.identity, noisy(record, number), detail)
            entries.append(Entry(Facts.of(each), text_of(each), runs))
            wanted.append(Wanted(each, seeds, detail))
            if len(entries) == 50 or number == scenarios - 1:
                store.write(entries, claims)
                entries = []
                store.tidy(claims, many=True)
        store.tidy(claims)
    return wanted


def measure(scenarios: int, seeds: int) -> dict[str, object]:
    """Fill a store, then open and read it in a fresh process each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = filled(folder, scenarios, seeds)
        blocks = [path for path in (folder / "blocks").rglob("*") if path.is_file()]
        runs = scenarios * seeds
        found: dict[str, object] = {
            "runs": runs,
            "files": len(blocks),
            "bytes a run": round(sum(path.stat().st_size for path in blocks) / runs),
        }

        def opened() -> None:
            begin = time.perf_counter()
            store = Store(folder)
            missing = sum(len(store.missing(each)) for each in wanted)
            took = time.perf_counter() - begin
            (folder / "told").write_text(f"{took:.2f} s, {missing} missing")

        def read() -> None:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begin = time.perf_counter()
            values = Store(folder).outcomes(wanted)
            took = time.perf_counter() - begin
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            if np.isnan(values.of("need_met")).any() or values.values.shape[2] != len(metric_names()):
                raise ValueError("not everything was read")
            (folder / "told").write_text(f"{took:.2f} s, {more:.0f} MB more at the peak")

        for title, work in (("opening, with manifest", opened), ("reading all as arrays", read)):
            if ended(in_child(work)):
                raise RuntimeError(title)
            found[title] = (folder / "told").read_text()
        (folder / "blocks" / "manifest.json").unlink()
        if ended(in_child(opened)):
            raise RuntimeError("without manifest")
        found["opening, manifest lost"] = (folder / "told").read_text()
    return found


if __name__ == "__main__":
    for asked in ((600, 20), (1000, 100)):
        print(table(list(measure(*asked).items())), "\n", flush=True)
