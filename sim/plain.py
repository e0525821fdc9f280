"""Plain data and the problems found in it: what a YAML file and a composed configuration have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.problems import InputError, Problem

MOST_DEPTH = 30
"""Nesting that is read; a scenario has four levels."""

MOST_PROBLEMS = 100
"""Problems that are listed; what follows is rarely a hundred mistakes but one."""

KeyPath = tuple[str | int, ...]
"""Where a value stands: keys of mappings, and positions in lists from 0."""

_PLACED = re.compile(r", line ([0-9]{1,9})(?:, |$)")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class _Unreadable:
    """Stands where a value was refused, so that nobody reports it a second time."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = _Unreadable()


@dataclass
class Findings:
    """Problems of one document, each with its place: file and line where known, and the dotted key."""

    name: str = ""
    lines: Mapping[KeyPath, int] | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: KeyPath, cause: str, mend: str = "") -> None:
        """Note a problem at a key path."""
        self.note(Problem(self.place(path), cause, mend))

    def note(self, problem: Problem) -> None:
        """Note a problem that knows its place.

        Raises:
            InputError: there are MOST_PROBLEMS already.
        """
        if len(self.problems) >= MOST_PROBLEMS:
            last = Problem(self.name, f"there are more than {MOST_PROBLEMS} problems", "mend these first")
            raise InputError([*self.problems, last])
        self.problems.append(problem)

    def place(self, path: KeyPath) -> str:
        """A key path for people: `scenario.yaml, line 7, policies.rotation.coverage`."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{_printable(part)}" for part in path)
        dotted = "".join(parts).removeprefix(".")[:200]
        if self.lines is None:
            return dotted or self.name
        known = next((path[:length] for length in range(len(path), -1, -1) if path[:length] in self.lines), ())
        return f"{self.name}, line {self.lines.get(known, 1)}" + (f", {dotted}" if dotted else "")

    def raise_if_any(self) -> None:
        """Raise InputError with every problem found so far, in the order of the document's lines."""
        if self.problems:
            raise InputError(sorted(self.problems, key=_line_of))


def clean(value: Any, findings: Findings, path: KeyPath = ()) -> Any:
    """A copy as plain dicts and lists, in which keys and text that ask for more than data are refused.

    Refused: `${...}`, keys such as `_target_`, control characters, keys that are not text, and nesting
    beyond MOST_DEPTH. A refused value becomes UNREADABLE; a refused key is left out.
    """
    if len(path) > MOST_DEPTH:
        findings.add(path[:3], f"is nested more than {MOST_DEPTH} deep", "a scenario has four levels")
        return UNREADABLE
    if isinstance(value, str) and (refusal := _refused_text(value)):
        findings.add(path, *refusal)
        return UNREADABLE
    if isinstance(value, Mapping):
        return {
            key: clean(item, findings, (*path, key)) for key, item in value.items() if _key_stands(key, findings, path)
        }
    if isinstance(value, list | tuple):
        return [clean(item, findings, (*path, position)) for position, item in enumerate(value)]
    return value


def shown(value: object) -> str:
    """A value as a problem quotes it: short, on one line, without control characters."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return str(value) if isinstance(value, int | float) else f"a Python {type(value).__name__}"


def _line_of(problem: Problem) -> int:
    """The line that a place names, 0 where it names none."""
    line = _PLACED.search(problem.place)
    return int(line[1]) if line else 0


def _printable(part: object) -> str:
    text = str(part)
    return text if text.isprintable() else ascii(text)


def _key_stands(key: object, findings: Findings, path: KeyPath) -> bool:
    """Whether a key may stay; reports it if not."""
    if not isinstance(key, str):
        findings.add(path, f"the key {shown(key)} is not text", "put quotes around it")
        return False
    refusal = _refused_text(key)
    if key.startswith("_") and key.endswith("_"):
        refusal = f"the key {shown(key)} is refused: a scenario is data, nothing in it is called", "remove it"
    elif key == "<<":
        refusal = "the merge key '<<' is not read", "write the fields out"
    if refusal:
        findings.add((*path, key), *refusal)
    return not refusal


def _refused_text(text: str) -> tuple[str, str] | None:
    """Cause and mend if text asks for interpolation or cannot be shown."""
    if "${" in text:
        return f"{shown(text)} asks for interpolation, which is refused: a scenario is data", "write the value itself"
    if _UNSHOWABLE.search(text):
        return f"{shown(text)} holds a control character", "remove it"
    return None
