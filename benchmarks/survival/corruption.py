"""Flip bits and cut files of a store, go on, and see that nothing wrong is ever taken for right."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.survival.study import small_blocks, state, study, sweep, table, tables, undisturbed
from experiments.store import merging
from experiments.study import Study


def broken(folder: Path, draw: random.Random, how: str) -> None:
    """Break one file of the store: a block, or now and then the manifest."""
    files = sorted(path for path in (folder / "blocks").iterdir() if path.suffix in (".parquet", ".json"))
    path = draw.choices(files, weights=[file.stat().st_size for file in files])[0]
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    else:
        del data[draw.randrange(len(data)) :]
    path.write_bytes(data)


def one(start: Path, folder: Path, asked: Study, expected: str, how: str, draw: random.Random) -> tuple[str, int]:
    """Break one thing and go on.

    Returns:
        What came of it, and how many runs were made again.
    """
    shutil.copytree(start, folder)
    before = len((folder / "log").read_text().splitlines())
    broken(folder, draw, how)
    try:
        sweep(folder, asked)
    except OSError:
        return "did not go on", 0
    now, digest = state(folder, asked), tables(folder, asked)
    shutil.rmtree(folder)
    again = now.made - before
    if digest != expected or now.lost or now.twice or now.damaged:
        return "silently wrong", again
    return ("found" if again else "harmless or mended from what is sound"), again


def measure(flips: int, cuts: int, arms: int = 4, seeds: int = 10, seed: int = 1) -> dict[str, int]:
    """Break so many copies of a store in each way, one thing in each."""
    small_blocks()
    asked, draw = study(arms, seeds), random.Random(seed)
    found: dict[str, int] = {"silently wrong": 0, "did not go on": 0}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        expected = undisturbed(place / "undisturbed", asked)
        start = place / "start"

        small, merging.SMALL = merging.SMALL, 0
        for at in (2, arms):
            sweep(start, Study(asked.name, asked.question, asked.arms[:at], asked.seeds))
        merging.SMALL = small
        for how, number in (("flip", flips), ("cut", cuts)):
            most = 0
            for at in range(number):
                what, again = one(start, place / f"{how}{at}", asked, expected, how, draw)
                key = what if what in found and not what.startswith(("found", "harmless")) else f"{how}: {what}"
                found[key] = found.get(key, 0) + 1
                most = max(most, again)
            found[f"{how}s"] = number
            found[f"{how}: most runs made again"] = most
    return found


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]] or [1000, 200]
    print(table(list(measure(*given).items())))
