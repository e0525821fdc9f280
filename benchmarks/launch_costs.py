"""What jobs of a launcher cost beyond simulating: bytes that travel, the driver's time and memory, files.

`python -m benchmarks.launch_costs` prints the figures of docs/clusters.md. Runs are made up, since only their number
and size matter here.
"""

from __future__ import annotations

import dataclasses
import pickle
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from experiments.design import Document, read_design, study_of
from experiments.launching import driver, parts
from experiments.launching.job import Job
from experiments.launching.jobs import start
from experiments.launching.launchers import Launcher
from experiments.store import Detail, Store, Wanted, outcomes
from experiments.store.blocks import Entry
from experiments.store.facts import Facts, text_of
from experiments.store.packing import Runs, _digests
from experiments.study import Arm
from experiments.workers import Machine, Task
from sim import MODEL_VERSION
from sim.build import prepare

SEEDS = 20
POLICIES = ("rotation", "mentorship", "incentives", "circles")
_BYTES = 1_400
"""Of a run's outcomes with three courses of 104 weeks."""


def scenarios(number: int, detail: Detail) -> list[Wanted]:
    """Scenarios that differ in one number, over some seeds."""
    kinds = {kind: {"kind": kind, "start_week": 1} for kind in POLICIES}
    data = {"organization": {"kind": "synthetic", "people": 480}, "weeks": 104, "policies": kinds}
    (arm,) = (each for each in study_of(read_design(Document(data)), "costs").arms if each.name == "all_together")
    seeds = tuple(range(1, SEEDS + 1))
    found = []
    for at in range(number):
        learning = dataclasses.replace(arm.scenario.learning, rate=0.05 + 0.1 * at / number)
        found.append(Wanted(Arm(str(at), str(at), dataclasses.replace(arm.scenario, learning=learning)), seeds, detail))
    return found


def made_up(wanted: Wanted, size: int, chance: np.random.Generator) -> Entry:
    """Runs with results that mean nothing."""
    payload = chance.integers(0, 256, (len(wanted.seeds), size), np.uint8)
    runs = Runs(wanted.arm.identity, wanted.detail.name, "{}", wanted.seeds, payload, np.zeros(0, np.uint8))
    sealed = dataclasses.replace(runs, digests=_digests(runs))
    facts = Facts(wanted.arm.identity, "", MODEL_VERSION, int(wanted.arm.scenario.weeks), wanted.arm.identity[:24])
    return Entry(facts, text_of(wanted.arm), sealed)


def travelling(wanted: Sequence[Wanted]) -> None:
    """Bytes to a job and back."""
    job = Job("/shared/results/strategy", "0" * 32, "/shared", Machine(), MODEL_VERSION)
    print(f"a job itself: {len(pickle.dumps(job))} bytes")
    for number in (1, 5, 50):
        part = parts.Part(tuple(wanted[:number]))
        began = time.process_time()
        size = len(part.text)
        spent = time.process_time() - began
        print(f"a part of {number} scenarios: {size} letters, {1e3 * spent / number:.2f} ms a scenario to write")


def launching(wanted: Sequence[Wanted]) -> None:
    """What Hydra sends with a job and back, and its time: the basic launcher, watched, with jobs that do nothing."""
    import cloudpickle
    from hydra._internal.core_plugins import basic_launcher
    from hydra.core.singleton import Singleton

    sent: list[int] = []
    returned: list[int] = []
    run_job = basic_launcher.run_job

    def watched(**given: Any) -> Any:
        parts_of_job = (given["hydra_context"], given["config"], given["task_function"], Singleton.get_state())
        sent.append(len(cloudpickle.dumps(parts_of_job)))
        done = run_job(**given)
        returned.append(len(cloudpickle.dumps(done)))
        return done

    job = Job("/shared/results/strategy", "0" * 32, "/shared", Machine(), MODEL_VERSION + 1)  # which no job takes
    with tempfile.TemporaryDirectory() as folder:
        for number in (1, 50):
            texts = [parts.Part(tuple(wanted[:number])).text] * 100
            start(Launcher("basic"), job, texts[:1], Path(folder))
            began = time.process_time()
            start(Launcher("basic"), job, texts, Path(folder))
            spent = time.process_time() - began
            with mock.patch.object(basic_launcher, "run_job", watched):
                start(Launcher("basic"), job, texts[:1], Path(folder))
            print(f"a job of {number} scenarios with what Hydra adds: {sent[-1]} bytes there, {returned[-1]} back")
            print(f"  without blocks; {1e3 * spent / len(texts):.1f} ms of the driver's processor")


def driving(wanted: Sequence[Wanted]) -> None:
    """The driver's time a scenario before anything is launched: identity, batches, parts."""
    tasks = [
        Task(at, {"weeks": 104}, each.key[0], each.seeds, each.detail, Machine()) for at, each in enumerate(wanted)
    ]
    for title, step in (
        ("the organization", lambda: [prepare(each.arm.scenario) for each in wanted]),
        ("identity", lambda: [each.arm.scenario.identity() for each in wanted]),
        ("plain data", lambda: [each.arm.scenario.to_dict() for each in wanted]),
        ("parts", lambda: [part.text for part in parts.cut(wanted, tasks, 1)]),
    ):
        began = time.process_time()
        step()
        print(f"{title}: {1e3 * (time.process_time() - began) / len(wanted):.2f} ms a scenario")


def storing(wanted: Sequence[Wanted], size: int) -> None:
    """The store with all of it: writing what came back, opening, looking for what is missing, verifying."""
    runs = len(wanted) * SEEDS
    chance = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(prefix="costs-") as folder:
        store = Store(Path(folder))
        with store.claims() as claims:
            spent = 0.0
            for begin in range(0, len(wanted), 200):
                entries = [made_up(each, size, chance) for each in wanted[begin : begin + 200]]
                began = time.process_time()
                store.write(entries, claims)
                spent += time.process_time() - began
            print(f"{runs} runs: written in {spent:.2f} s of the processor ({1e6 * spent / runs:.0f} us a run)")
            began = time.process_time()
            store.tidy(claims)
            print(f"  tidied in {time.process_time() - began:.2f} s", flush=True)
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        print(f"  {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB")
        began = time.process_time()
        store = Store(Path(folder))
        print(f"  opened in {time.process_time() - began:.2f} s", end="")
        began = time.process_time()
        left = sum(len(store.missing(each)) for each in wanted)
        print(f", looked through in {time.process_time() - began:.2f} s ({left} missing)", end="")
        began = time.process_time()
        store.verify(each.key for each in wanted)
        print(f", verified in {time.process_time() - began:.2f} s")
    print(f"  largest memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def delivering(wanted: Sequence[Wanted], size: int) -> None:
    """The driver's time for blocks that come back as bytes."""
    chance = np.random.default_rng(1)
    some = wanted[:50]
    with tempfile.TemporaryDirectory() as folder:
        there, here = Store(Path(folder) / "there"), Store(Path(folder) / "here")
        with there.claims() as claims:
            name = there.write([made_up(each, size, chance) for each in some], claims)
        data = (there.blocks / name).read_bytes()
        runs = len(some) * SEEDS
        with here.claims() as claims:
            began = time.process_time()
            driver.deliver(here, claims, some, [(name, data)])
            spent = time.process_time() - began
        print(f"{runs} runs of {size} bytes come back: {len(data)} bytes, stored in {1e6 * spent / runs:.0f} us a run")


def main() -> None:
    """Print all figures; numbers of scenarios of a store can be given."""
    detail = outcomes(1, ("need_met", "adequacy", "performance"))
    numbers = [int(word) for word in sys.argv[1:]] or [500, 5_000, 50_000]
    wanted = scenarios(max(numbers), detail)
    travelling(wanted)
    launching(wanted)
    driving(wanted[:500])
    for size in (_BYTES, 27_000):
        delivering(wanted, size)
    for number in numbers:
        storing(wanted[:number], _BYTES)


if __name__ == "__main__":
    main()
