"""A second process that compiles kernels ahead of need, where the cache does not hold them yet.

Numba compiles on one core, and a week of a new installation needs a hundred kernels. The helper goes through a tiny
organization in plain Python, which shows in a moment which kernels are called with which types, and compiles them from
the last to the first, while the run compiles them from the first to the last. What one has compiled the other loads
from the cache. Nobody waits for anybody: a helper that cannot start, fails or is ended costs no more than its help.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.kernels import jit

if TYPE_CHECKING:
    from sim.scenario import Scenario

HELPER_VARIABLE = "WATERCOOLER_HELPER"
"""Set to 0, no helper is started; set in a helper, so that it starts no other."""
LONGEST_HELP = 120.0
"""Seconds after which a helper that has not said that it ended is taken for lost."""
CLAIM = "helper"
"""The file in the cache's folder that says that a helper is at work."""
_PROGRAM = "import sys; sys.path[:] = sys.argv.pop(1).split('\\n'); from sim.ahead import main; main(sys.argv[1:])"
"""What a helper runs, on the path of its parent: no `__main__` is imported, so a script needs no guard."""
_WEEKS = 18
Call = tuple[Any, tuple[Any, ...]]
"""A kernel, and the numba types of its arguments."""


def tiny(kinds: Iterable[str]) -> Scenario:
    """A tiny organization under these policies, with weeks enough for stays to end and pairs to meet."""
    from sim.scenario import Scenario

    world = {
        "organization": {
            "kind": "synthetic",
            "people": 24,
            "departments": 3,
            "organizations": 2,
            "topics": 6,
            "sources": 4,
        },
        "policies": {kind: {"kind": kind, "start_week": 0, "coverage": 1.0} for kind in kinds},
        "weeks": _WEEKS,
    }
    return Scenario.from_dict(world)


def help_when_cold(kinds: Iterable[str]) -> None:
    """Start a helper for policies of these kinds as soon as a kernel is found missing in the cache."""
    wanted = tuple(dict.fromkeys(kinds))
    jit.at_first_miss(lambda: _start(wanted))


@cache
def _start(kinds: tuple[str, ...]) -> None:
    """Start a helper, once for the same policies, unless there is no core for it, or one is at work."""
    folder = jit.cache_folder()
    if folder is None or HELPER_VARIABLE in os.environ or not _can_help():
        return
    claim = folder / CLAIM
    with suppress(OSError):
        if claim.exists() and time.time() - claim.stat().st_mtime > LONGEST_HELP:
            claim.unlink()
        claim.touch(exist_ok=False)
        helper = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "\n".join(sys.path), *kinds],
            env=os.environ | {HELPER_VARIABLE: "1", jit.CACHE_VARIABLE: str(folder.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(_end, helper, claim)


def _can_help() -> bool:
    """Whether this is no worker, has a second core, and runs in a Python that can be started by its name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    python = Path(sys.executable or "").name.lower().startswith("python") and not getattr(sys, "frozen", False)
    return multiprocessing.parent_process() is None and cores > 1 and python


def _end(helper: subprocess.Popen[bytes], claim: Path) -> None:
    """End a helper at the end of the run."""
    helper.kill()
    helper.communicate()
    with suppress(OSError):
        claim.unlink(missing_ok=True)


def seen(kinds: Iterable[str]) -> tuple[list[Call], list[Call]]:
    """The calls of kernels from Python in a tiny organization: up to the end of its first week, and after it."""
    from sim.simulation import Simulation  # and with it every kernel

    calls: dict[Call, None] = {}
    scenario = tiny(kinds)
    kernels = tuple(jit.MADE)
    for kernel in kernels:
        kernel._compile_for_args = _watch(kernel, calls)
    try:
        simulation = Simulation(scenario, seeds=[1])
        simulation.step()
        first = list(calls)
        simulation.run()
        simulation.close()
    finally:
        for kernel in kernels:
            del kernel._compile_for_args
    return first, list(calls)[len(first) :]


def _watch(kernel: Any, calls: dict[Call, None]) -> Callable[..., Any]:
    """In place of compiling a kernel: note its types if it is called from Python, and give its Python."""

    def plain(*arguments: Any) -> Callable[..., Any]:
        caller = sys._getframe(1).f_globals["__name__"]
        if not caller.startswith("sim.kernels."):
            calls[kernel, tuple(kernel.typeof_pyval(argument) for argument in arguments)] = None
        return kernel.py_func

    return plain


def main(kinds: list[str]) -> None:
    """Compile what a run with these policies will need, from the end of its first week; plug-ins are not known here."""
    from sim.policies import POLICIES

    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        first, later = seen(kind for kind in kinds if kind in POLICIES.built_in)
        for kernel, types in [*reversed(first), *later]:
            kernel.compile(types)
    finally:
        folder = jit.cache_folder()
        if folder is not None:
            (folder / CLAIM).unlink(missing_ok=True)


def _end_with_parent() -> None:
    """End when the run is gone, however it went: then its end of the pipe is closed."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)
