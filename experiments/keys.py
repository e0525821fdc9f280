"""Whether overrides fit what the choices compose; told before the values are composed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from experiments.overrides import Overrides, Value
from sim.parse import suggestion
from sim.problems import Problem

_TABLES = ("policies", "rules")


def choice_problems(choices: list[Value], options: Callable[[str], list[str]]) -> list[Problem]:
    """Names that no file of their group has."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    problems = []
    for choice in choices:
        group = choice.key.split("@")[0]
        known = options(group)
        value = OverridesParser.create().parse_override(choice.normal).value()
        names = value if isinstance(value, list) else [value]
        problems += [
            Problem(choice.written, f"there is no {group} {name!r}", suggestion(str(name), known))
            for name in names
            if name not in known
        ]
    return problems


def key_problems(overrides: Overrides, data: Mapping[str, Any]) -> list[Problem]:
    """Keys that fit nowhere in what the choices compose: unknown labels, parts of plain values, absent removals."""
    removed = {removal.path: removal for removal in overrides.removals}
    introduced = {value.path[:2] for value in overrides.values if len(value.path) == 2 or value.path[2:] == ("kind",)}
    problems = []
    for value in overrides.values:
        gone = next((removed[value.path[:n]] for n in range(1, len(value.path) + 1) if value.path[:n] in removed), None)
        if gone:
            problems.append(Problem(value.written, f"{gone.key} is removed by {gone.written}", "keep one of the two"))
        elif problem := _misplaced(value, data, introduced):
            problems.append(problem)
    problems += [
        Problem(removal.written, f"there is no {removal.key}", _nearest(removal.path, data))
        for removal in overrides.removals
        if not _stands(removal.path, data)
    ]
    return problems


def _misplaced(value: Value, data: Any, introduced: set[tuple[str, ...]]) -> Problem | None:
    """The problem of a value whose key names an unknown label or lies under something that holds no parts."""
    head, *rest = value.path
    if head in _TABLES:
        if not rest:
            return Problem(value.written, f"{head} are set one by one", f"write {head}.LABEL.PARAMETER=VALUE")
        known = data.get(head) or {}
        if rest[0] not in known and value.path[:2] not in introduced:
            where = f"unknown override {value.key!r}: there is no {rest[0]!r} among the {head}"
            return Problem(value.written, where, _nearest(value.path[:2], data))
    at = data
    for length, part in enumerate(value.path):
        if isinstance(at, dict):
            at = at.get(part, {})
        elif at is not None:
            holder = ".".join(value.path[:length])
            return Problem(value.written, f"{holder} is one value and has no parts", f"write {holder}=VALUE")
    return None


def _stands(path: tuple[str, ...], data: Any) -> bool:
    """Whether a key path exists."""
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def _nearest(path: tuple[str, ...], data: Any) -> str:
    """A mend that names the key nearest to the path's last part."""
    for part in path[:-1]:
        data = data.get(part) if isinstance(data, dict) else None
    known = [str(key) for key in data] if isinstance(data, dict) else []
    return suggestion(path[-1], known) if known else "add policies with +policy@policies=[NAME]"
