"""What numba inferred: the wide variables of every compiled function of a module."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from types import ModuleType
from typing import Any

import sim.phases.channels

WIDE = ("float64", "complex")
MANY = {"arrivals": 0.5, "find": 1}


def dispatchers(module: ModuleType) -> dict[str, Any]:
    """The jitted functions that a module defines, by name."""
    found = {}
    for name, value in vars(module).items():
        function = getattr(value, "py_func", None)
        if function is not None and function.__module__ == module.__name__:
            found[name] = value
    return found


def compiled(dispatcher: Any) -> list[Any]:
    """What a kernel was compiled to, for calls from Python and from other kernels; a plain function has no others."""
    called = getattr(dispatcher, "called", dispatcher)
    return [*dispatcher.overloads.values(), *(called.overloads.values() if called is not dispatcher else ())]


def wide_variables(dispatcher: Any) -> list[str]:
    """`variable: type` of whatever is float64 in any compiled signature; a constant on its way to float32 is not."""
    found = []
    for result in compiled(dispatcher):
        for line in str(result.type_annotation).splitlines():
            statement, colons, kind = line.strip().removeprefix("#").rpartition("::")
            target, equals, value = statement.strip().partition(" = ")
            inferred = kind.rpartition("->")[2].strip()
            if not colons or not equals or not any(wide in inferred for wide in WIDE) or "class(" in inferred:
                continue
            if not value.startswith("const("):
                found.append(f"{target}: {inferred}")
    return sorted(set(found))


def report() -> dict[str, Any]:
    """Wide variables of every function in `sim.kernels`; None where a function was never compiled."""
    import sim.kernels

    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(sim.kernels.__path__):
        module = importlib.import_module(f"sim.kernels.{info.name}")
        for name, dispatcher in dispatchers(module).items():
            found[f"{info.name}.{name}"] = wide_variables(dispatcher) if compiled(dispatcher) else None
    return found


def main() -> None:
    """Run small worlds in which every kernel is used, then print the report as JSON."""
    from worlds import BUSY, model

    more = {
        "hard": {**BUSY["mentorship"], "matching": "random", "coordinators": 1, "minimum_sessions": 3},
        "board": {"kind": "external_advisors", "start_week": 0, "targets": {"levels": [0, 1, 2, 3]}},
        "told": {"kind": "tacit_exchange", "start_week": 0},
        "base": {"kind": "knowledge_base", "lookups": 1.0, "start_week": 0},
        "circles": {"kind": "circles", "start_week": 1},
        "try": {"kind": "experiments", "start_week": 0, "coverage": 1.0, "weeks": 2},
        "some": {**BUSY["incentives"], "coverage": 0.5},
    }
    model(policies=BUSY | more, weeks=16, turnover={"hazard": [0.05] * 4}, challenges=MANY).run()
    model({"clustering": 0.5, "dispersion": 0.5, "sources": 4}, weeks=1).run()
    shocks = [{"week": 0, "kind": kind, "size": 0.5} for kind in ("leavers", "frontier")]
    model({"topics": 12}, weeks=1, shocks=shocks).run()
    sim.phases.channels.COMPILED = False  # the exchange of one tie after another
    model(weeks=1).run()
    json.dump(report(), sys.stdout)


if __name__ == "__main__":
    main()
