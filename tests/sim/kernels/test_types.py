"""No kernel widens by accident: a float64 that slips in would give other bits without the jit.

The types are read from a process that compiles everything afresh, because a kernel loaded from the cache brings
no types of the helpers inside it.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from inferred import wide_variables

import sim.kernels
from sim.kernels.jit import OPTIONS

pytestmark = pytest.mark.compiled
KERNELS = Path(sim.kernels.__file__).parent
HERE = Path(__file__).parent


def declared() -> dict[str, str]:
    """Name of each jitted function to its decorator, `kernel` or `wide_kernel`, read from the sources."""
    found = {}
    for path in sorted(KERNELS.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Name) and decorator.id in (
                        "kernel",
                        "allocating_kernel",
                        "wide_kernel",
                    ):
                        found[f"{path.stem}.{node.name}"] = decorator.id
    return found


@pytest.fixture(scope="module")
def inferred(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tests = HERE.parents[1]
    environment = os.environ | {
        "WATERCOOLER_CACHE": str(tmp_path_factory.mktemp("cache")),
        "WATERCOOLER_HELPER": "0",  # what is loaded has no types to read
        "PYTHONPATH": os.pathsep.join([str(tests), str(HERE), str(KERNELS.parents[1])]),
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "inferred.py")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_kernel_is_run_and_read(inferred: dict[str, Any]) -> None:
    assert set(inferred) == set(declared()), "a kernel goes by another decorator"
    assert [name for name, wide in inferred.items() if wide is None] == [], "never compiled, so nobody knows its types"


def test_no_kernel_has_an_undeclared_float64(inferred: dict[str, Any]) -> None:
    wide = {name: inferred[name] for name, kind in declared().items() if kind != "wide_kernel" and inferred[name]}
    assert wide == {}


def test_those_declared_wide_are_wide(inferred: dict[str, Any]) -> None:
    """A `wide_kernel` without a float64 should be a `kernel`, so that the test above reads it."""
    narrow = [name for name, kind in declared().items() if kind == "wide_kernel" and not inferred[name]]
    assert narrow == []


def _compiled(function: Any) -> Any:
    made = numba.njit(function, **OPTIONS)
    made(np.ones(3, np.float32), np.int64(2))
    return made


def test_the_test_sees_a_literal_that_widens() -> None:
    def bad(values, count):  # type: ignore[no-untyped-def]
        total = np.float32(0.0)
        for k in range(values.shape[0]):
            total += values[k] * 0.5
        return total

    assert any(name.startswith("total") for name in wide_variables(_compiled(bad)))


def test_the_test_sees_an_integer_that_widens() -> None:
    def bad(values, count):  # type: ignore[no-untyped-def]
        return values[0] / count

    assert wide_variables(_compiled(bad)) != []


def test_the_test_sees_an_array_that_is_wide() -> None:
    def bad(values, count):  # type: ignore[no-untyped-def]
        scratch = np.zeros(count)
        scratch[0] = values[0]
        return scratch

    assert any("array(float64" in name for name in wide_variables(_compiled(bad)))


def test_the_test_sees_nothing_wrong_in_what_is_right() -> None:
    half = np.float32(0.5)

    def good(values, count):  # type: ignore[no-untyped-def]
        total = np.float32(0.0)
        for k in range(count):
            total += values[k] * half
        return total / np.float32(count)

    assert wide_variables(_compiled(good)) == []
