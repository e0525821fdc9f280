"""The disk is full at some point of a study: it says so, what was stored is readable, and with room again it goes on.

On a file system of its own (`python -m benchmarks.survival.full_disk FOLDER`, where the folder is a small tmpfs) it is
filled for real; without one, writing fails once so many bytes are written, the last write by half.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.survival.study import ended, in_child, judged, small_blocks, study, sweep, table, undisturbed
from experiments.study import Study


def limited(folder: Path, asked: Study, room: int) -> None:
    """Sweep where no more than so many bytes can be written."""
    left, real = room, os.write

    def write(descriptor: int, data: Any) -> int:
        nonlocal left
        if len(data) > left:
            part, left = data[:left], 0
            if len(part):
                return real(descriptor, part)
            raise OSError(errno.ENOSPC, "No space left on device")
        left -= len(data)
        return real(descriptor, data)

    os.write = write
    sweep(folder, asked)


def filled(folder: Path, asked: Study, room: int) -> None:
    """Sweep on a disk that has so many bytes left."""
    free = shutil.disk_usage(folder).free
    with (folder / "ballast").open("wb") as ballast:
        ballast.write(b"\0" * max(0, free - room))
    sweep(folder, asked)


def measure(points: int = 10, disk: Path | None = None, arms: int = 10, seeds: int = 100) -> dict[str, int]:
    """Fill the disk at so many points of a study."""
    small_blocks()
    asked = study(arms, seeds)
    found = dict.fromkeys(
        ("points", "said so", "unreadable stores", "went on", "the same tables", "runs stored twice"), 0
    )
    stored = []
    with tempfile.TemporaryDirectory() as name:
        expected = undisturbed(Path(name) / "undisturbed", asked)
        whole = sum(path.stat().st_size for path in (Path(name) / "undisturbed" / "blocks").rglob("*"))
        for at in range(points):
            folder = (disk or Path(name)) / f"full{at}"
            folder.mkdir()
            room = int(whole * (at + 0.5) / points)
            work = filled if disk else limited
            status = ended(in_child(lambda folder=folder, room=room, work=work: work(folder, asked, room)))  # type: ignore[misc]
            found["points"] += 1
            found["said so"] += status == 3
            (folder / "ballast").unlink(missing_ok=True)
            before, _ = judged(folder, asked)
            found["unreadable stores"] += before.damaged
            stored.append(arms * seeds - before.lost)
            found["went on"] += ended(in_child(lambda folder=folder: sweep(folder, asked))) == 0  # type: ignore[misc]
            now, digest = judged(folder, asked)
            found["the same tables"] += digest == expected
            found["runs stored twice"] += now.twice
            shutil.rmtree(folder)
    return {**found, "fewest runs stored before": min(stored), "most runs stored before": max(stored)}


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(table(list(measure(disk=given).items())))
