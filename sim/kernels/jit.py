"""The one home of the jit options, and of the cache that cannot go stale.

Numba's disk cache looks only at the file of the function itself, so a change in a helper of another
file would go unseen. The cache folder is therefore named after a hash of all kernel sources, numba's
version and the processor. Where nothing is writable the kernels compile in memory.

`kernel` never allows contraction or reassociation: the same bits on every processor are worth more
than the per cent they cost. `nogil` lets plain threads share out blocks of rows, which needs none of
numba's threading layers (OpenMP hangs after a fork, workqueue aborts when called from two threads).

Kernels do not allocate: scratch is passed in. Then numba's reference counting can be left out (`_nrt`), which otherwise
counts every array of a named tuple up and down, atomically, around each call of a helper: seven times the
whole cost of an exchange over ties.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite import binding
from platformdirs import user_cache_dir

import sim.kernels.native_memory  # noqa: F401  numba learns the operations of eight-lane vectors here

F = TypeVar("F", bound=Callable[..., Any])
OPTIONS = {"nogil": True, "fastmath": False, "boundscheck": False, "error_model": "numpy"}
CACHE_VARIABLE = "WATERCOOLER_CACHE"


def sources_digest() -> str:
    """Hash of every kernel source with the numba version and the processor they are compiled for."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for source in [*sorted(here.glob("*.py")), here.parent / "schema.py"]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    processor = numba.config.CPU_NAME or binding.get_host_cpu_name()
    digest.update(f"{numba.__version__} {processor} {platform.python_version()}".encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Where compiled kernels are kept, or None where no folder can be written."""
    root = os.environ.get(CACHE_VARIABLE) or numba.config.CACHE_DIR or user_cache_dir("watercooler")
    folder = Path(root) / f"kernels-{sources_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def _compile(function: F, counts_references: bool = False) -> F:
    options = OPTIONS | {"_nrt": counts_references}
    folder = cache_folder()
    if numba.config.DISABLE_JIT or folder is None:
        return numba.njit(function, **options)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        return numba.njit(function, cache=True, **options)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


def kernel(function: F) -> F:
    """Compile a kernel whose scalars are float32 and integers; a test finds any float64 in it."""
    return _compile(function)


def allocating_kernel(function: F) -> F:
    """Compile a `kernel` that allocates; only for what runs seldom."""
    return _compile(function, counts_references=True)


def wide_kernel(function: F) -> F:
    """Compile a kernel that sums in float64 on purpose: metrics and the learning ledger."""
    return _compile(function)
