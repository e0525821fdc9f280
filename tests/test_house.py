"""The house's laws, read from the sources: which room may know which, where chance comes from, what kernels may say."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import experiments
import sim
from sim.parameters import describe

ROOT = Path(sim.__file__).parents[1]
LONGEST_FILE, LONGEST_FUNCTION = 350, 70
ROOMS = (
    ("sim.schema", "sim.tuples", "sim.kernels", "sim.chance", "sim.problems", "sim.parameters"),
    ("sim.state", "sim.settings", "sim.organization", "sim.plain", "sim.identity", "sim.documents"),
    (
        "sim.levers",
        "sim.sessions",
        "sim.steady",
        "sim.threads",
        "sim.policy_settings",
        "sim.registry",
        "sim.sums",
        "sim.tallies",
    ),
    ("sim.parse", "sim.files", "sim.structure", "sim.generate", "sim.start"),
    ("sim.load", "sim.scenario_checks"),
    ("sim.scenario",),
    ("sim.build",),
    ("sim.typed", "sim.membership", "sim.gatherings", "sim.parts"),
    ("sim.week",),
    ("sim.seat", "sim.policies", "sim.rules"),
    ("sim.metrics", "sim.recovery"),
    ("sim.participation", "sim.seats", "sim.talent"),
    ("sim.recorder",),
    ("sim.phases",),
    ("sim.plan",),
    ("sim.simulation", "sim.ahead"),
    ("sim.agents",),
    ("sim.model",),
    ("sim",),
)
"""Floors of the model from the ground up: a room may know those below it and on its own floor, never those above."""

BACK_DOORS = {
    ("sim.scenario", "sim.policies"): "what kinds there are is looked up when a scenario is parsed",
    ("sim.scenario", "sim.rules"): "the same",
    ("sim.scenario", "sim"): "MODEL_VERSION is part of an identity",
    ("sim", "sim.model"): "offered lazily",
    ("sim", "sim.scenario"): "offered lazily",
}
"""Imports against the current, each made only when it is used, and why."""


def files(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


MODEL = files("sim")
ALL = files("sim", "experiments")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def for_types_only(path: Path) -> set[ast.AST]:
    """Statements below `if TYPE_CHECKING:`, which no program runs."""
    blocks = [n for n in ast.walk(tree(path)) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports when it runs, at its top or later."""
    skipped = for_types_only(path)
    for node in ast.walk(tree(path)):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}: imports name their room in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if (ROOT / Path(*inner.split("."))).with_suffix(".py").is_file() else node.module


def floor(name: str) -> int:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        for level, rooms in enumerate(ROOMS):
            if ".".join(parts[:length]) in rooms and (length > 1 or len(parts) == 1):
                return level
    raise AssertionError(f"{name} has no place in the house: give it a floor in ROOMS and in the design's page")


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_imports_run_one_way(path: Path) -> None:
    mine = module(path)
    upwards = {
        other
        for other in imports(path)
        if other.split(".")[0] == "sim" and floor(other) > floor(mine) and (mine, other) not in BACK_DOORS
    }
    assert not upwards, f"{mine} knows rooms above it"


def test_no_back_door_stands_open_for_nobody() -> None:
    used = {(module(path), other) for path in MODEL for other in imports(path)}
    lazy = {("sim", "sim.model"), ("sim", "sim.scenario")}
    assert set(BACK_DOORS) - lazy <= used


KNOW_NUMBA = ("jit.py", "native.py", "native_memory.py")
"""The home of the jit options, and how eight-lane vectors compile."""


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_the_model_knows_nothing_of_the_door_or_the_walls(path: Path) -> None:
    strangers = {"experiments", "hydra", "omegaconf", "matplotlib", "seaborn", "jinja2", "rich", "scipy", "sklearn"}
    assert not {name.split(".")[0] for name in imports(path)} & strangers


@pytest.mark.parametrize("path", files("sim/kernels"), ids=module)
def test_kernels_know_arrays_and_nothing_else(path: Path) -> None:
    known = {name.split(".")[0] if not name.startswith("sim") else name for name in imports(path)}
    allowed = {"numpy", "numba", "sim.schema"} | {name for name in known if name.startswith("sim.kernels")}
    if path.name in KNOW_NUMBA:
        allowed |= {"platformdirs", "llvmlite"} | set(sys.stdlib_module_names)
    assert known <= allowed


@pytest.mark.parametrize("path", files("experiments"), ids=module)
def test_what_computes_stores_and_shows_knows_nothing_of_hydra(path: Path) -> None:
    rooms = (
        "store",
        "study",
        "runner",
        "turns",
        "shelf",
        "records",
        "loading",
        "worlds",
        "comparison",
        "statistics",
        "analysis",
        "strategy",
        "charts",
        "report",
        "terminal",
        "sentences",
        "tables",
    )
    if module(path).split(".")[1:2] and module(path).split(".")[1].startswith(rooms):
        assert not {"hydra", "omegaconf"} & roots(path)


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_chance_is_keyed_and_nothing_else(path: Path) -> None:
    """No generator that is consumed, no sets whose order a hash seed decides, no hash of Python's own."""
    assert not roots(path) & {"random", "secrets", "uuid"}
    for node in ast.walk(tree(path)):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        assert text not in ("np.random", "numpy.random", "self.random", "model.random", "self.rng"), where(path, node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "hash", where(path, node)


SETS_ALLOWED = {
    "sim.documents": "reads text",
    "sim.parse": "reads text",
    "sim.plain": "reads text",
    "sim.scenario": "reads text",
    "sim.scenario_checks": "reads text",
    "sim.identity": "sorted before use",
    "sim.load": "sorted before use",
    "sim.agents": "nothing of the model",
}


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_model_code_holds_no_sets(path: Path) -> None:
    mine = module(path)
    if mine in SETS_ALLOWED or mine.startswith("sim.files"):
        return
    asked = [node.comparators for node in ast.walk(tree(path)) if isinstance(node, ast.Compare)]
    harmless = {side for sides in asked for side in sides}  # whether something is in a set has no order
    for node in ast.walk(tree(path)):
        made = isinstance(node, ast.Set | ast.SetComp) and node not in harmless
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset")
        assert not made and not called, where(path, node)


INEXACT = {"exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "tanh", "sinh", "cosh", "sin", "cos", "tan", "pow"}
INEXACT |= {"power", "float_power", "arctan", "arcsin", "arccos", "cbrt", "hypot", "logaddexp", "dot", "vdot", "inner"}
INEXACT |= {"matmul", "einsum", "tensordot", "linalg", "fft", "polyfit", "interp", "argpartition", "partition"}


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_no_function_that_differs_between_processors(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("np", "math"):
            assert node.attr not in INEXACT, where(path, node)
        if isinstance(node, ast.BinOp | ast.AugAssign):
            assert not isinstance(node.op, ast.MatMult), where(path, node)


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_powers_are_squares_of_integers_or_constants(path: Path) -> None:
    """`x ** 2` is a product; any other power of an array is a library's. Kernels have none at all but of literals."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            base, power = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
            constant = is_constant(base) and is_constant(power)
            square = isinstance(power, ast.Constant) and power.value == 2 and "kernels" not in path.parts
            assert constant or square, where(path, node)


def is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and is_constant(node.operand))


@pytest.mark.parametrize("path", MODEL, ids=module)
def test_sorting_is_stable_wherever_keys_may_be_equal(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.argsort", "np.argpartition"):
            kinds = [ast.unparse(word.value) for word in node.keywords if word.arg == "kind"]
            assert kinds == ["'stable'"], where(path, node)


def in_kernels() -> Iterator[tuple[Path, ast.FunctionDef, str]]:
    for path in files("sim/kernels"):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    yield path, node, ast.unparse(decorator)


def test_kernels_have_one_home_for_their_options() -> None:
    for path, node, decorator in in_kernels():
        assert decorator in ("kernel", "allocating_kernel", "wide_kernel") or path.name in KNOW_NUMBA, where(path, node)
    for path in files("sim"):
        if path.name not in KNOW_NUMBA:
            assert "numba" not in roots(path), f"{path}: only {', '.join(KNOW_NUMBA)} know numba"


def test_kernels_hold_no_literal_fraction() -> None:
    """A literal such as 0.5 is a float64; constants are typed, at the head of the file or by np.float32."""
    for path, node, decorator in in_kernels():
        if decorator != "kernel":
            continue
        typed = {
            inner
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "np.float32"
            for inner in ast.walk(call)
        }
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, float):
                assert inner in typed, where(path, inner)


def test_kernels_are_pure() -> None:
    for path, node, _ in in_kernels():
        for inner in ast.walk(node):
            assert not isinstance(inner, ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom), where(path, inner)
    for path in files("sim/kernels"):
        for node in tree(path).body:
            if isinstance(node, ast.Assign) and path.name != "jit.py":
                names = [
                    inner.id for target in node.targets for inner in ast.walk(target) if isinstance(inner, ast.Name)
                ]
                assert all(name.isupper() for name in names), where(path, node)


@pytest.mark.parametrize("path", ALL, ids=module)
def test_files_and_functions_fit_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, f"{path} is too long"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{where(path, node)}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", ALL, ids=module)
def test_every_room_and_every_public_thing_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or not tree(path).body, f"{path} says nothing"
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), where(path, node)


@pytest.mark.parametrize("path", [*ALL, *files("tests")], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_to_be_done_later(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "Not" + "ImplementedError", "/wo" + "rk/", "/ho" + "me/"):
        assert not re.search(rf"(?<!\w){word}", text), f"{path} says {word}"


def settings_classes() -> list[type]:
    """Every dataclass of the model and its policies whose fields a scenario can set."""
    from sim.policies import registry

    named = ["sim.settings", "sim.policies.base", "sim.rules", *(policy.__module__ for policy in registry().values())]
    found = [sim.Scenario]
    for name in sorted(dict.fromkeys(named)):
        for _, cls in inspect.getmembers(importlib.import_module(name), dataclasses.is_dataclass):
            described = [field for field in dataclasses.fields(cls) if field.metadata]
            if inspect.isclass(cls) and cls.__module__ == name and described:
                found.append(cls)
    return found


@pytest.mark.parametrize("cls", settings_classes(), ids=lambda cls: cls.__name__)
def test_every_parameter_says_what_it_means(cls: Any) -> None:
    for field in dataclasses.fields(cls):
        described = describe(field)
        assert described.doc.strip(), f"{cls.__name__}.{field.name} has no meaning"
        assert described.doc[0] == described.doc[0].strip() and not described.doc.endswith("."), field.name
        if described.low is not None and described.high is not None:
            assert described.low < described.high, field.name
        number = field.type in ("int", "float", "int | None", "float | None")
        assert not number or described.low is not None, f"{cls.__name__}.{field.name} takes any number"


def test_every_module_can_be_imported_alone() -> None:
    packages = (sim, experiments)
    found = [info.name for one in packages for info in pkgutil.walk_packages(one.__path__, f"{one.__name__}.")]
    assert {"sim.model", "sim.kernels.vectors", "experiments.cli"} <= set(found)
    for name in found:
        assert importlib.import_module(name).__name__ == name


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)[:80]}"
