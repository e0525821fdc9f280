"""The cache of compiled kernels: never stale, and never needed."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest

import sim
from sim.kernels.jit import allocating_kernel, cache_folder, kernel, sources_digest

ASK = """
import sys
import numpy as np
from sim.kernels.common import openness
from sim.kernels.sessions import promises  # compiles in another file than its helper
from sim.kernels.matching import pair_score
from sim.schema import People
import sim
expertise = np.array([[0.0] * 8, [0.5] * 8], np.float32)
one = np.zeros(2, np.int32)
people = People(np.arange(2, dtype=np.uint64), one, one, one, expertise, np.ones(2, np.float32))
drawn = pair_score(0, 1, np.uint64(5), people, np.ones((1, 8), np.float32), 0)
print(float(drawn), float(openness(np.float32(0.5))), sim.__file__)
"""


def said(home: Path, cache: Path) -> str:
    """What the copy of the model below `home` prints beside its answer."""
    return _answered(home, cache).stderr


def ask(home: Path, cache: Path | str, **environment: str) -> list[str]:
    """What the copy of the model below `home` answers."""
    drawn, openness, file = _answered(home, cache, **environment).stdout.split()
    assert Path(file).is_relative_to(home), "another copy of the model answered"
    return [drawn, openness]


def _answered(home: Path, cache: Path | str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The copy of the model below `home` asked in a process of its own."""
    fresh = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "COV_", "PYTHONPATH"))}
    fresh |= {"PYTHONPATH": str(home), "WATERCOOLER_CACHE": str(cache), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run([sys.executable, "-c", ASK], env=fresh, capture_output=True, text=True, check=False, cwd=home)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the model's package that a test may change."""
    home = tmp_path / "copy"
    shutil.copytree(Path(sim.__file__).parent, home / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return home


def replace(path: Path, old: str, new: str) -> None:
    """Change one text of a source, keeping the file's time, which numba would look at."""
    before, text = path.stat(), path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} no longer says {old!r}: give this test another line to change"
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.compiled
def test_a_change_in_a_helper_of_another_file_is_seen(copy: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    drawn, openness = first = ask(copy, cache)
    assert openness == "0.75"
    assert list(cache.rglob("*.nbi")), "nothing was cached, so nothing is shown"
    assert ask(copy, cache) == first
    replace(copy / "sim" / "kernels" / "common.py", "SAFE_ENOUGH = np.float32(1.5)", "SAFE_ENOUGH = np.float32(1.2)")
    again, openness = ask(copy, cache)
    assert float(openness) == pytest.approx(0.6)
    assert again == drawn
    replace(copy / "sim" / "kernels" / "chance.py", "UNIT = np.float32(2.0**-24)", "UNIT = np.float32(2.0**-25)")
    halved = (float(drawn) - 2.0**-24) / 2 + 2.0**-24
    assert float(ask(copy, cache)[0]) == halved, "the kernel in matching.py still holds the old helper of chance.py"


def folder_of(home: Path, cache: Path) -> str:
    """Where the copy of the model below `home` keeps its kernels."""
    environment = os.environ | {"PYTHONPATH": str(home), "WATERCOOLER_CACHE": str(cache)}
    ask_folder = "from sim.kernels.jit import cache_folder; print(cache_folder().name)"
    return subprocess.run(
        [sys.executable, "-c", ask_folder], env=environment, capture_output=True, text=True, check=True, cwd=home
    ).stdout.strip()


@pytest.mark.parametrize("source", ["schema.py", "tuples.py", "kernels/common.py", "kernels/jit.py"])
def test_a_change_in_any_source_of_a_kernel_is_another_folder(copy: Path, tmp_path: Path, source: str) -> None:
    before = folder_of(copy, tmp_path)
    path = copy / "sim" / source
    path.write_text(path.read_text(encoding="utf-8") + "\nEXTRA = 1\n", encoding="utf-8")
    assert folder_of(copy, tmp_path) != before


@pytest.mark.compiled
@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_kernels_compile_in_memory_where_nothing_can_be_written(copy: Path, tmp_path: Path, kind: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder", encoding="utf-8")
    drawn, openness = ask(copy, blocked if kind == "a file" else blocked / "deeper")
    assert (0 < float(drawn) < 1, openness) == (True, "0.75")
    assert blocked.read_text(encoding="utf-8") == "no folder"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garble(path: Path) -> None:
    """Turn bits in the middle, where the machine code is, and leave the length as it was."""
    held = bytearray(path.read_bytes())
    middle = len(held) // 2
    held[middle : middle + 64] = bytes(byte ^ 0xFF for byte in held[middle : middle + 64])
    path.write_bytes(held)


def replace_by_another_object(path: Path) -> None:
    path.write_bytes(pickle.dumps(numba.__version__) + pickle.dumps(("no stamp", ["no", "dictionary"])))


@pytest.mark.compiled
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", [cut, empty, garble, replace_by_another_object])
def test_a_damaged_cache_is_compiled_again_and_mended(
    copy: Path, tmp_path: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    cache = tmp_path / "cache"
    answer = ask(copy, cache)
    before = {path: path.read_bytes() for path in cache.rglob(f"*.{kind}")}
    assert before, "nothing was cached, so nothing is shown"
    for path in before:
        damage(path)
    damaged = {path: path.read_bytes() for path in before}
    assert ask(copy, cache) == answer
    assert any(path.read_bytes() != damaged[path] for path in before), "nothing was written again"
    assert ask(copy, cache) == answer


@pytest.mark.compiled
def test_one_sentence_where_nothing_can_be_written_and_none_elsewhere(copy: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder", encoding="utf-8")
    assert said(copy, tmp_path / "cache") == ""
    assert said(copy, blocked).count("WATERCOOLER_CACHE") == 1


@pytest.mark.compiled
def test_a_kernel_that_makes_an_array_is_told_so_in_a_sentence() -> None:
    def zeros(n):  # type: ignore[no-untyped-def]
        return np.zeros(n, np.float32)[0]

    def allowed(n):  # type: ignore[no-untyped-def]
        return np.zeros(n, np.float32)[0]  # a function of its own: what is compiled of one is found again by its name

    def calls(n):  # type: ignore[no-untyped-def]
        return helper(n)

    helper = kernel(zeros)
    for made in (helper, kernel(calls), kernel(lambda row: row.copy()[0])):
        with pytest.raises(numba.errors.TypingError, match=r"makes an array, or calls one .* or decorate"):
            made(np.ones(1, np.float32) if "lambda" in made.__name__ else 3)
    assert allocating_kernel(allowed)(3) == 0
    with pytest.raises(numba.errors.TypingError, match="Unknown attribute"):
        kernel(lambda n: n.nonsense)(3)


@pytest.mark.compiled
def test_a_kernel_typed_at_a_prompt_compiles(copy: Path, tmp_path: Path) -> None:
    typed = "from sim.kernels.jit import kernel\n@kernel\ndef more(n):\n    return n + 1\n\nprint(more(2))\n"
    environment = os.environ | {"PYTHONPATH": str(copy), "WATERCOOLER_CACHE": str(tmp_path), "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-"], input=typed, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["3"], done.stderr


def test_the_digest_of_the_sources_is_stable() -> None:
    assert sources_digest() == sources_digest()
    assert len(sources_digest()) == 16


def test_the_folder_is_named_after_the_sources() -> None:
    folder = cache_folder()
    assert folder is None or folder.name == f"kernels-{sources_digest()}"
