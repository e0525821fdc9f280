"""Let every write, flush and rename of the store fail in turn: with an error, with a full disk, with a kill."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.survival.study import ended, in_child, judged, small_blocks, study, sweep, table, undisturbed
from experiments.runner import Outcome
from experiments.store import merging
from experiments.study import Study

CALLS = ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir")
HOW = ("error", "full", "kill")


class Failing:
    """Lets the calls that change files fail from one of them on.

    Args:
        at: which call fails, from 0; a full disk goes on failing to write, an error and a kill come once.
        how: in which way.
    """

    def __init__(self, at: int, how: str) -> None:
        self.at, self.how, self.count = at, how, 0
        self.real = {name: getattr(os, name) for name in CALLS}

    def __enter__(self) -> Failing:
        for name in CALLS:
            setattr(os, name, self._wrapped(name))
        return self

    def __exit__(self, *_: object) -> None:
        for name, call in self.real.items():
            setattr(os, name, call)

    def _wrapped(self, name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if name == "open" and not given[1] & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
                return self.real[name](*given, **named)
            number = self.count
            self.count += 1
            if number == self.at and self.how == "kill":
                self._half(name, given)
                os.kill(os.getpid(), signal.SIGKILL)
            if number == self.at and self.how == "error":
                self._half(name, given)
                raise OSError(errno.EIO, "Input/output error")
            if number >= self.at and self.how == "full" and name in ("open", "write", "mkdir", "fsync"):
                self._half(name, given)
                raise OSError(errno.ENOSPC, "No space left on device")
            return self.real[name](*given, **named)

        return call

    def _half(self, name: str, given: Any) -> None:
        """A write that fails may have written a part."""
        if name == "write":
            self.real["write"](given[0], given[1][: len(given[1]) // 2])


def prepared(folder: Path, asked: Study) -> None:
    """A folder with three small blocks, one of them cut, so that a sweep mends, writes and merges."""
    for at in range(3):
        part = Study(asked.name, asked.question, asked.arms[: at + 1], asked.seeds[: 4 * (at + 1)])
        many, merging.SMALL = merging.SMALL, 0
        sweep(folder, part)
        merging.SMALL = many
    worst = sorted((folder / "blocks").glob("*.parquet"))[0]
    worst.write_bytes(worst.read_bytes()[:-7])


def count_calls(start: Path, asked: Study, place: Path) -> int:
    """How many calls an undisturbed sweep makes."""
    folder, told = place / "count", place / "calls"
    shutil.copytree(start, folder)

    def run() -> None:
        with Failing(-1, "count") as failing:
            sweep(folder, asked)
        told.write_text(str(failing.count))

    if ended(in_child(run)):
        raise RuntimeError("the undisturbed sweep failed")
    return int(told.read_text())


def measure(arms: int = 4, seeds: int = 24, every: int = 1) -> dict[str, int]:
    """Let each call fail in each way.

    Args:
        every: only each so manieth call.
    """
    small_blocks()
    asked = study(arms, seeds)
    found = dict.fromkeys(("calls", "failures", "unreadable stores", "runs lost that were stored", "other tables"), 0)
    found["runs stored twice"] = found["did not go on"] = found["ended as if nothing had been"] = 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        expected = undisturbed(place / "undisturbed", asked)
        start = place / "start"
        if ended(in_child(lambda: prepared(start, asked))):
            raise RuntimeError("the folder cannot be prepared")
        before, _ = judged(start, asked)
        found["calls"] = count_calls(start, asked, place)
        for how in HOW:
            for at in range(0, found["calls"], every):
                folder = place / f"{how}{at}"
                shutil.copytree(start, folder)

                def disturbed(folder: Path = folder, at: int = at, how: str = how) -> Outcome:
                    with Failing(at, how):
                        return sweep(folder, asked)

                status = ended(in_child(disturbed))
                found["failures"] += 1
                try:
                    after, _ = judged(folder, asked)
                except RuntimeError:
                    found["unreadable stores"] += 1
                    continue
                found["runs lost that were stored"] += max(0, after.lost - before.lost)
                found["ended as if nothing had been"] += status == 0 and after.lost > 0
                found["did not go on"] += ended(in_child(lambda folder=folder: sweep(folder, asked))) != 0  # type: ignore[misc]
                now, digest = judged(folder, asked)
                found["unreadable stores"] += now.damaged
                found["runs stored twice"] += now.twice
                found["other tables"] += digest != expected
                shutil.rmtree(folder)
    return found


if __name__ == "__main__":
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(table(list(measure(every=step).items())))
