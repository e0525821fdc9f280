"""What makes a result the same result: one canonical text of a scenario, and its hash."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


def plain(value: Any) -> Any:
    """Settings as plain data: dataclasses and mappings as dicts, tuples as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def canonical(value: Any) -> str:
    """One text for one meaning: sorted keys, `float.hex`, -0.0 as 0.0, integers tagged, text JSON-quoted.

    Raises:
        TypeError: the value is not plain data.
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return f"int {value}"
    if isinstance(value, float):
        return (value + 0.0).hex()
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(canonical(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{json.dumps(key)}:{canonical(value[key])}' for key in sorted(value))}}}"
    raise TypeError(f"has no canonical text: {type(value).__name__}")


def digest(value: Any) -> str:
    """sha256, in hex, of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


_loaded: dict[str, dict[str, str]] = {}
"""Version and source of plug-in modules as they were when they were loaded."""


def plugin(cls: type) -> dict[str, str] | None:
    """Version and source of the package or file that a class was plugged in from; None for the model's own.

    They are those of the code that runs: a file that changes after it was loaded changes nothing in this process.
    """
    if cls.__module__.partition(".")[0] == __package__:
        return None
    if cls.__module__ not in _loaded:
        note_loaded(cls)
    return _loaded[cls.__module__]


def note_loaded(cls: type) -> None:
    """Note version and source of the module of a class, which is to be done while that is being loaded."""
    names = _distributions().get(cls.__module__.partition(".")[0], [])
    versions = [f"{name} {importlib.metadata.version(name)}" for name in sorted(set(names))]
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    source = hashlib.sha256(Path(file).read_bytes()).hexdigest() if file and Path(file).is_file() else ""
    _loaded[cls.__module__] = {"version": ", ".join(versions), "source": source}


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Which distributions a package comes from; to look takes a tenth of a second."""
    return importlib.metadata.packages_distributions()
