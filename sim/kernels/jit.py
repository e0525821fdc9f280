"""The one home of the jit options, and of the cache that cannot go stale.

Numba's disk cache looks only at the file of the function itself, so a change in a helper of another
file would go unseen. The cache folder is therefore named after a hash of all kernel sources, numba's
version and the processor. Where nothing is writable the kernels compile in memory. Every entry carries a
checksum: machine code that a full disk or a crash left in pieces is compiled again, never run.

`kernel` never allows contraction or reassociation: the same bits on every processor are worth more
than the per cent they cost. `nogil` lets plain threads share out blocks of rows, which needs none of
numba's threading layers (OpenMP hangs after a fork, workqueue aborts when called from two threads).

Kernels do not allocate: scratch is passed in. Then numba's reference counting can be left out (`_nrt`), which otherwise
counts every array of a named tuple up and down, atomically, around each call of a helper: seven times the
whole cost of an exchange over ties.

For calls from other kernels, and most know no others, a kernel is compiled without the code that takes arrays out of
Python's objects, which is a fifth of all there is to compile; for calls from Python it is compiled apart.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite import binding
from numba.core import errors
from numba.core.caching import FunctionCache, IndexDataCacheFile
from platformdirs import user_cache_dir

import sim.kernels.native_memory  # noqa: F401  numba learns the operations of eight-lane vectors here

F = TypeVar("F", bound=Callable[..., Any])
COMPILED = not numba.config.DISABLE_JIT
"""Whether kernels are compiled: the one switch between lanes and the plain exchange over ties."""
OPTIONS = {"nogil": True, "fastmath": False, "boundscheck": False, "error_model": "numpy", "no_cfunc_wrapper": True}
CACHE_VARIABLE = "WATERCOOLER_CACHE"
MADE: list[Any] = []
"""Every compiled kernel that can be called from Python."""
_CHECKSUM_BYTES = 32
_misses: list[Callable[[], None]] = []
_SIGNS_OF_AN_ARRAY = (
    "NRT required but not enabled",
    "Only accept returning of array passed into the function",
    "makes an array, or calls",
)
"""What numba says where a kernel without reference counting makes an array; the last is said of a helper."""


def sources_digest() -> str:
    """Hash of every kernel source with the numba version and the processor they are compiled for."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for source in [*sorted(here.glob("*.py")), here.parent / "schema.py", here.parent / "tuples.py"]:
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
        if not numba.config.DISABLE_JIT:
            _say_unwritable()
        return None


def is_cold() -> bool:
    """Whether kernels will be compiled that later runs find in the cache: it is empty yet."""
    folder = None if numba.config.DISABLE_JIT else cache_folder()
    return folder is not None and next(folder.rglob("*.nbi"), None) is None


def warm_mark() -> Path | None:
    """The file that says that the kernels of most runs are compiled; None where none are kept.

    A change in a kernel is another folder, in which the file is not.
    """
    folder = None if numba.config.DISABLE_JIT else cache_folder()
    return None if folder is None else folder / "warm"


def at_first_miss(call: Callable[[], None]) -> None:
    """Have something called, once, when a kernel of this package is not in the cache."""
    _misses[:] = [call]


class _CheckedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """Numba's two kinds of files of a kernel: an index that cannot be read is none, and code has a checksum.

    Numba numbers the files of code, and two processes that save at once may take one number for two sets of types. Here
    the types name the file; at worst an entry of the index is lost, and compiled again.
    """

    def save(self, key: Any, data: Any) -> None:
        name = self._data_name(int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:8]))
        self._save_data(name, data)
        self._save_index(self._load_index() | {key: name})

    def _load_index(self) -> Any:
        try:
            index = super()._load_index()
        except Exception:  # whatever unpickling broken bytes may raise
            return {}
        return index if isinstance(index, dict) else {}

    def _save_data(self, name: str, data: Any) -> None:
        code = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(hashlib.sha256(code).digest() + code)

    def _load_data(self, name: str) -> Any:
        stored = Path(self._data_path(name)).read_bytes()
        checksum, code = stored[:_CHECKSUM_BYTES], stored[_CHECKSUM_BYTES:]
        if hashlib.sha256(code).digest() != checksum:
            raise OSError(f"{name} is damaged")  # to numba the entry is then not there
        return pickle.loads(code)


class _Cache(FunctionCache):  # type: ignore[misc]
    """Numba's cache of a function, whose failures cost time only: a kernel that cannot be loaded is compiled."""

    def __init__(self, function: Callable[..., Any], purpose: str) -> None:
        super().__init__(function)
        files = self._cache_file
        name = f"{files._index_name.removesuffix('.nbi')}.{purpose}"
        self._cache_file = _CheckedFiles(files._cache_path, name, files._source_stamp)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The kernel compiled for these types, or None."""
        try:
            found = super().load_overload(signature, target)
        except Exception:  # numba's own formats; whatever is wrong in them, compiling mends it
            found = None
        if found is None and _misses and self._py_func.__module__.startswith("sim."):
            _misses.pop()()
        return found

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a compiled kernel; said once where that fails."""
        try:
            super().save_overload(signature, compiled)
        except OSError:
            _say_unwritable()


@lru_cache(maxsize=1)
def _say_unwritable() -> None:
    """Say once, and not again in every worker, why each start is slow."""
    if multiprocessing.parent_process() is None:
        mend = f"set {CACHE_VARIABLE} to a folder that can be written"
        print(f"Compiled kernels cannot be kept, so every start compiles them again: {mend}.", file=sys.stderr)


def _explain_allocation(made: Any) -> None:
    """Let a kernel that makes an array say so, in place of numba's pages on reference counting."""
    compile_types = made._compiler.compile

    def compile_or_explain(*types: Any) -> Any:
        try:
            return compile_types(*types)
        except errors.NumbaError as error:
            if not any(sign in str(error) for sign in _SIGNS_OF_AN_ARRAY):
                raise
            mend = "take it as an argument, or decorate with sim.kernels.jit.allocating_kernel"
            cause = f"the kernel '{made.__name__}' makes an array, or calls one that does"
            raise errors.TypingError(f"{cause}: {mend}") from None

    made._compiler.compile = compile_or_explain


def _compile(function: F, counts_references: bool = False) -> F:
    options = OPTIONS | {"_nrt": counts_references}
    made = numba.njit(function, **options)
    if numba.config.DISABLE_JIT:
        return made  # type: ignore[no-any-return]
    called = numba.njit(function, **options, no_cpython_wrapper=True)
    made.called, made.get_call_template, made.get_overload = called, called.get_call_template, called.get_overload
    MADE.append(made)
    for dispatcher, purpose in ((made, "from-python"), (called, "from-kernels")):
        _explain_allocation(dispatcher)
        _keep(dispatcher, purpose)
    return made  # type: ignore[no-any-return]


def _keep(dispatcher: Any, purpose: str) -> None:
    """Let a dispatcher keep what it compiles, where anything can be kept."""
    folder = cache_folder()
    if folder is None:
        return
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        dispatcher._cache = _Cache(dispatcher.py_func, purpose)
    except RuntimeError:  # numba finds no file of a function typed at a prompt: compiled anew each time
        pass
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
