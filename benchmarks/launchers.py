"""The same study by every launcher, and on a Ray cluster that loses a node: are the tables the same bytes?

`python -m benchmarks.launchers` runs it; launchers that are not installed are left out and named. The cluster has three
nodes on this machine, first with one disk, then each with a results folder of its own (in a mount namespace, where that
is allowed), so that blocks must travel. In both, one node is killed half-way.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from experiments.launching.launchers import KINDS
from experiments.store import Store

TABLES = ("runs.parquet", "series.parquet", "summary.csv")
NODES = 3
_BEGUN = 1.0
"""Seconds after which jobs that were launched when others came back are at work."""

LAUNCHERS = ("basic", "joblib", "submitit_local", "ray")


def words(*, small: bool) -> list[str]:
    """The study: six scenarios."""
    size = ("organization.people=24", "weeks=20", "seeds=24") if small else ("organization.people=480", "seeds=64")
    return ["sweep", "-m", "scenario=rotation", "policies.rotation.coverage=0.05,0.1,0.15,0.2,0.25", *size]


def command(given: Sequence[str], out: Path) -> float:
    """Run the command in a process of its own; gives the seconds that it took.

    Raises:
        RuntimeError: it failed.
    """
    began = time.monotonic()
    done = subprocess.run(call_of(given, out), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(given)} failed:\n{done.stderr}")
    show_losses(done.stderr)
    return time.monotonic() - began


def call_of(given: Sequence[str], out: Path) -> list[str]:
    """The command with its results in a folder."""
    return [sys.executable, "-m", "experiments.cli", *given, f"out={out}"]


def show_losses(told: str) -> None:
    """Print what the command said of lost jobs."""
    for line in told.splitlines():
        if "lost" in line:
            print(f"    {line}")


def tables(out: Path) -> dict[str, str]:
    """Digests of the tables in a results folder."""
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in TABLES}


def runs_in(out: Path) -> list[tuple[str, int]]:
    """Every run that is stored, once for each time that it is."""
    return [(group.facts.identity, seed) for _, group in Store(out).index.everything() for seed in group.seeds]


@contextmanager
def cluster_of_nodes() -> Iterator[tuple[str, Callable[[], None]]]:
    """A Ray cluster of three nodes on this machine: its address, and what kills one of them."""
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(NODES)]
    cluster.wait_for_nodes()
    try:
        yield cluster.address, lambda: cluster.remove_node(nodes[0], allow_graceful=False)
    finally:
        cluster.shutdown()


def losing_a_node(given: Sequence[str], out: Path, total: int, *, hidden: bool) -> tuple[float, int]:
    """Run on a cluster and kill a node as soon as a third is stored.

    Args:
        hidden: whether the results are on a disk that only the driver sees.

    Returns:
        Seconds, and how many runs were stored when the node was killed.

    Raises:
        RuntimeError: the command failed.
    """
    with cluster_of_nodes() as (address, kill):
        call = call_of([*given, "hydra/launcher=ray", f"hydra.launcher.ray.init.address={address}"], out)
        seen = out
        if hidden:
            out.mkdir()
            steps = f"mount -t tmpfs none '{out}' && {shlex.join(call)} && cp -r '{out}' '{out}.kept'"
            call = ["unshare", "--mount", "sh", "-c", steps]
        began = time.monotonic()
        with tempfile.TemporaryFile("w+") as told:
            driver = subprocess.Popen(call, stdout=told, stderr=told)
            if hidden:
                seen = Path(f"/proc/{driver.pid}/root{out}")
            stored = 0
            while driver.poll() is None and not stored:
                time.sleep(0.1)
                count = len(set(runs_in(seen))) if (seen / "blocks").is_dir() else 0
                if 3 * count >= total:
                    stored = count
                    time.sleep(_BEGUN)
                    kill()
            status = driver.wait()
            told.seek(0)
            text = told.read()
    seconds = time.monotonic() - began
    if status:
        raise RuntimeError(text)
    show_losses(text)
    if hidden:
        if any(out.iterdir()):
            raise RuntimeError("a job wrote into the folder that it should not see")
        out.rmdir()
        Path(f"{out}.kept").rename(out)
    return seconds, stored


def can_hide() -> str:
    """Why a node cannot have a folder of its own here; empty where it can."""
    if shutil.which("unshare") is None:
        return "there is no unshare"
    call = ["unshare", "--mount", "true"]
    return "" if subprocess.run(call, check=False, capture_output=True).returncode == 0 else "unshare is not allowed"


def main() -> int:
    """Run all, and say what is the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few seconds of simulation only")
    parser.add_argument("--only", nargs="*", default=[*LAUNCHERS, "nodes", "apart"], help="which of them")
    options = parser.parse_args()
    given = words(small=options.small)
    with tempfile.TemporaryDirectory(prefix="launchers-") as folder:
        own = Path(folder) / "own"
        print(f"own workers: {command(given, own):.1f} s, {len(runs_in(own))} runs")
        right, total, wrong = tables(own), len(runs_in(own)), 0
        for name in options.only:
            missing = KINDS.get(name, KINDS["ray"]).module
            if find_spec(missing) is None or (name == "apart" and can_hide()):
                print(f"{name}: left out, {can_hide() or f'{missing} is not installed'}")
                continue
            out = Path(folder) / name
            note = ""
            if name in LAUNCHERS:
                seconds = command([*given, f"hydra/launcher={name}"], out)
            else:
                seconds, before = losing_a_node([*given, "jobs=48"], out, total, hidden=name == "apart")
                note = f", a node killed with {before} of {total} runs stored"
            found = runs_in(out)
            same = tables(out) == right and len(found) == len(set(found)) == total
            wrong += not same
            print(f"{name}: {seconds:.1f} s, {'the same bytes' if same else 'DIFFERENT'}, {len(found)} runs{note}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
