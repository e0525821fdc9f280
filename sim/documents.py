"""YAML files as plain data: nothing in a file is ever executed, imported, interpolated or instantiated.

Values are typed by the few unmistakable spellings of YAML 1.2 (null, true, false, decimal numbers); everything
else is text, so that `NO`, `12:30` and `010` stay what the user wrote. Aliases, tags, deep brackets and
huge documents are refused while the parser's events go by, before anything is built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from sim.plain import MOST_DEPTH, UNREADABLE, Findings, KeyPath, clean, shown
from sim.problems import InputError, Problem

MOST_NODES = 20_000
MOST_BYTES = 1_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Document:
    """A mapping as written, the line of every key path, and what had to be refused (UNREADABLE in `content`)."""

    content: dict[str, Any]
    lines: dict[KeyPath, int]
    problems: tuple[Problem, ...]


def read_yaml(source: Path | str, name: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """Read a mapping from a file (Path) or from text (str).

    Args:
        name: what problems call the document, usually the file's name.

    Returns:
        The plain mapping, and the line (from 1) of every key path.

    Raises:
        InputError: with every problem that the document has.
    """
    document = read_document(source, name)
    Findings(name, document.lines, list(document.problems)).raise_if_any()
    return document.content, document.lines


def read_document(source: Path | str, name: str) -> Document:
    """Read like `read_yaml`, but keep what is readable beside the problems.

    Raises:
        InputError: nothing can be made of the document at all.
    """
    lines: dict[KeyPath, int] = {(): 1}
    findings = Findings(name, lines)
    events = _checked_events(_text(source, name), findings)
    raw = _Builder(events, findings, lines).document()
    return Document(clean(raw, findings), lines, tuple(findings.problems))


def write_yaml(mapping: Mapping[str, Any]) -> str:
    """Plain data as YAML that `read_yaml` reads back as the same: text that is not a plain word is quoted."""
    return yaml.dump(dict(mapping), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


class _Dumper(yaml.SafeDumper):
    """Writes lists of plain values on one line, no aliases, and quotes text that is not a plain word."""

    def ignore_aliases(self, data: Any) -> bool:
        """Equal values are written out each time: aliases are refused when read."""
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """A plain word as it is, other text in quotes."""
        style = None if _WORD.fullmatch(text) and text not in _NULL and text not in _TRUTH else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def represent_items(self, items: list[Any]) -> yaml.SequenceNode:
        """A list in brackets."""
        return self.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(list, _Dumper.represent_items)


def _text(source: Path | str, name: str) -> str:
    """The document's text, at most 1 MB of UTF-8."""
    try:
        data = _file_bytes(source, name) if isinstance(source, Path) else source.encode("utf-8")
        if len(data) > MOST_BYTES:
            raise InputError([Problem(name, "is larger than 1 MB", "is this the right file?")])
        return data.decode("utf-8-sig")
    except UnicodeError as error:
        before = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
        line = before.count(b"\n") + 1
        raise InputError([Problem(f"{name}, line {line}", "is not UTF-8 text", "save the file as UTF-8")]) from None


def _file_bytes(path: Path, name: str) -> bytes:
    """The file's bytes, one more than MOST_BYTES at most."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        cause = "is not a file" if path.exists() else "there is no such file"
    except (OSError, ValueError) as error:
        cause = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise InputError([Problem(name, cause, "check the path and its permissions")])


def _checked_events(text: str, findings: Findings) -> list[yaml.Event]:
    """The parser's events of nodes, stopped at once where the document is too deep, too long or broken."""
    events: list[yaml.Event] = []
    depth = nodes = documents = 0
    for event in _parsed(text, findings):
        line = _line(event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > MOST_DEPTH:
            _stop(findings, line, f"is nested more than {MOST_DEPTH} deep", "a scenario has four levels")
        if nodes > MOST_NODES:
            _stop(findings, line, f"holds more than {MOST_NODES:,} values", "is this the right file?")
        if documents > 1:
            _stop(findings, line, "a second document starts here", "keep one, without a line `---` between them")
        if isinstance(event, yaml.NodeEvent):
            _refuse_references(event, line, findings)
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            events.append(event)
    return events


def _parsed(text: str, findings: Findings) -> Iterator[yaml.Event]:
    """The parser's events; what it cannot read becomes a problem with a line."""
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tab = "tab" in str(error.problem) or "\\t" in str(error.problem)
        mend = "indent with spaces" if tab else "check indentation, colons, quotes and brackets there"
        _stop(findings, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}", mend)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        _stop(findings, line, "holds a control character", "remove it")


def _refuse_references(event: yaml.NodeEvent, line: int, findings: Findings) -> None:
    """Report anchors, aliases and tags, once a line each."""
    place = f"{findings.name}, line {line}"
    tag = getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        problem = Problem(place, f"the alias {shown(f'*{event.anchor}')} is refused", "write the value out")
    elif event.anchor:
        problem = Problem(place, f"the anchor {shown(f'&{event.anchor}')} is refused", "remove it")
    elif tag:
        problem = Problem(place, f"the tag {shown(tag)} is refused: a scenario is data", "remove it")
    else:
        return
    if problem not in findings.problems[-MOST_DEPTH:]:
        findings.note(problem)


def _line(event: yaml.Event) -> int:
    """The line, from 1, where an event starts."""
    return event.start_mark.line + 1 if event.start_mark else 1


def _stop(findings: Findings, line: int, cause: str, mend: str) -> NoReturn:
    """Raise what was found so far, with one last problem at a line."""
    raise InputError([*findings.problems, Problem(f"{findings.name}, line {line}", cause, mend)])


class _Builder:
    """Builds plain data from checked events, and notes the line of every key path."""

    def __init__(self, events: list[yaml.Event], findings: Findings, lines: dict[KeyPath, int]) -> None:
        self._events = iter(events)
        self._findings = findings
        self._lines = lines

    def document(self) -> dict[str, Any]:
        """The whole document.

        Raises:
            InputError: it is empty, or no mapping.
        """
        event = next(self._events, None)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(())
        empty = event is None or (isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value in _NULL)
        _stop(self._findings, 1, "is empty" if empty else "holds no fields", "write lines such as `weeks: 156`")

    def _value(self, event: yaml.Event, path: KeyPath) -> Any:
        """The value that starts with an event."""
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        return UNREADABLE

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        """A mapping; of a key that is given twice, the first value stays."""
        built: dict[str, Any] = {}
        first: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                self._value(event, (*path, "?"))
                self._complain(line, path, "a key is a list, a mapping or an alias", "write a name")
                self._value(next(self._events), (*path, "?"))
                continue
            key = event.value
            if key in first:
                self._complain(line, (*path, key), f"is given twice, on lines {first[key]} and {line}", "keep one")
                self._value(next(self._events), (*path, "?"))
                continue
            if not key:
                self._complain(line, path, "a key is empty", "write a name before the colon")
            first[key] = self._lines[(*path, key)] = line
            value = self._value(next(self._events), (*path, key))
            if key:
                built[key] = value
        return built

    def _sequence(self, path: KeyPath) -> list[Any]:
        """A list."""
        built: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            place = (*path, len(built))
            self._lines[place] = _line(event)
            built.append(self._value(event, place))
        return built

    def _scalar(self, event: yaml.ScalarEvent, path: KeyPath) -> Any:
        """Null, true, false or a decimal number where the spelling leaves no doubt, else text."""
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _NULL:
            return None
        if text in _TRUTH:
            return _TRUTH[text]
        if not _FLOAT.fullmatch(text):
            endless = bool(_ENDLESS.fullmatch(text))
        elif not (endless := math.isinf(float(text))):
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        if endless:
            cause = f"{shown(text)} is not a finite number"
            self._findings.add(path, cause, "write a number, or put quotes around it for text")
            return UNREADABLE
        return text

    def _complain(self, line: int, path: KeyPath, cause: str, mend: str) -> None:
        """Note a problem at a line that differs from the one noted for the path."""
        place = Findings(self._findings.name, {path: line}).place(path)
        self._findings.note(Problem(place, cause, mend))
