"""A mapping read into a settings class made of `parameter` and `section` fields, every problem located.

What a field is called, which type and range it takes and what it means is read off the class itself, so
a class that a plug-in adds is checked like any other. Nothing stops at the first problem.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import math
import numbers
import re
import types
import typing
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sim.parameters import Parameter, describe
from sim.plain import UNREADABLE, Findings, KeyPath, shown

_LEADING_ZERO = re.compile(r"([-+]?)0+([0-9]+(?:\.[0-9]*)?)")
_MOST_LISTED, _MOST_COMPARED, _LONGEST_EXAMPLE = 20, 300, 40
_SPOKEN = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def read_section(cls: type, given: Any, findings: Findings, path: KeyPath = (), *, partly: bool = False) -> Any:
    """Read a mapping into an instance of a settings class.

    Args:
        cls: a frozen dataclass whose fields were made by `parameter` or `section`.
        given: the mapping; None stands for an empty one, so every default.
        findings: takes every problem.
        path: where the mapping stands.
        partly: give what can be read even so, with UNREADABLE in the fields that were reported.

    Returns:
        An instance of `cls`, or UNREADABLE if anything in it was reported.
    """
    if not is_mapping(given, findings, path):
        return UNREADABLE
    before = len(findings.problems)
    values = read_fields(cls, given or {}, findings, path)
    stands = len(findings.problems) == before and not _any_unreadable(values.values())
    return cls(**values) if stands or partly else UNREADABLE


def fully_read(settings: Any) -> bool:
    """Whether nothing of a section, as read with `partly`, was reported."""
    return not _any_unreadable([getattr(settings, field.name) for field in dataclasses.fields(settings)])


def read_fields(
    cls: type, given: Mapping[str, Any], findings: Findings, path: KeyPath = (), apart: Collection[str] = ()
) -> dict[str, Any]:
    """Read a mapping's values by field of a settings class; those not given are left out.

    Args:
        apart: fields that the caller reads by itself.

    Returns:
        Field to value, UNREADABLE where it was reported.
    """
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in given and name not in apart:
            values[name] = _Slot(findings, (*path, name), field).read(_hints(cls)[name], given[name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            findings.add(path, f"the field '{name}' is missing", f"add `{name}`: {describe(field).doc}")
    report_unknown(given, fields, findings, path)
    return values


def is_mapping(given: Any, findings: Findings, path: KeyPath) -> bool:
    """Whether a value can be read as a mapping (None as an empty one); reports it if not."""
    if given is None or isinstance(given, Mapping):
        return True
    if given is not UNREADABLE:
        findings.add(path, f"{shown(given)} stands where fields are expected", "write `field: value` lines beneath it")
    return False


def report_unknown(given: Collection[str], known: Collection[str], findings: Findings, path: KeyPath) -> None:
    """Report every key that is not known, with the nearest known one."""
    for key in given:
        if key not in known:
            findings.add((*path, key), f"unknown field {shown(key)}", suggestion(key, known))


def suggestion(text: str, known: Collection[str]) -> str:
    """What the user may have meant: the nearest known name, or else all of them."""
    folded = {name.casefold(): name for name in list(known)[:_MOST_COMPARED]}
    near = difflib.get_close_matches(text.casefold()[:100], folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{folded[near[0]]}'?"
    first = ", ".join(list(known)[:_MOST_LISTED])
    more = ", ..." if len(known) > _MOST_LISTED else ""
    return f"known: {first}{more}" if known else "leave it out"


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _any_unreadable(values: Collection[Any]) -> bool:
    return any(value is UNREADABLE for value in values)


@dataclass(frozen=True)
class _Slot:
    """One field about to be read: its description, and where problems go."""

    findings: Findings
    path: KeyPath
    field: dataclasses.Field[Any]

    @property
    def described(self) -> Parameter:
        """What the field means and which values it takes."""
        return describe(self.field)

    @property
    def default(self) -> Any:
        """The field's default, or None where it has none."""
        if self.field.default_factory is not dataclasses.MISSING:
            return self.field.default_factory()
        return None if self.field.default is dataclasses.MISSING else self.field.default

    def refuse(self, cause: str, mend: str) -> Any:
        """Report the value; gives UNREADABLE."""
        self.findings.add(self.path, cause, mend)
        return UNREADABLE

    def inside(self, key: str | int) -> _Slot:
        """The slot of an item of this field."""
        return dataclasses.replace(self, path=(*self.path, key))

    def read(self, hint: Any, given: Any) -> Any:
        """The value as its type, or UNREADABLE after reporting why not.

        Raises:
            TypeError: a settings class declares a type that scenarios do not have.
        """
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if given is UNREADABLE:
            return UNREADABLE
        if origin in (typing.Union, types.UnionType):
            inner = [argument for argument in arguments if argument is not types.NoneType]
            return None if given is None else self.read(inner[0], given)
        if dataclasses.is_dataclass(hint):
            return read_section(typing.cast(type, hint), given, self.findings, self.path)
        if origin in (Mapping, dict):
            return self._mapping(arguments[1], given)
        if given is None:
            return self.refuse("is empty", f"leave the field out, or give {self._wanted(hint)}")
        if origin is tuple:
            return self._tuple(arguments, given)
        readers = {bool: self._truth, int: self._whole, float: self._number, str: self._text}
        if hint not in readers:
            raise TypeError(f"the field '{self.field.name}' has a type that scenarios do not have: {hint}")
        return readers[hint](given)

    def _mapping(self, hint: Any, given: Any) -> Any:
        """A mapping by name. Where the default names its keys, no others are taken, and those left out keep theirs."""
        if not is_mapping(given, self.findings, self.path):
            return UNREADABLE
        default, given = dict(self.default or {}), given or {}
        if default and not given.keys() <= default.keys():
            report_unknown(given, default, self.findings, self.path)
            return UNREADABLE
        read = {key: self.inside(key).read(hint, item) for key, item in given.items()}
        return UNREADABLE if _any_unreadable(read.values()) else default | read

    def _tuple(self, arguments: tuple[Any, ...], given: Any) -> Any:
        """A list; a default that holds anything fixes its length."""
        if not isinstance(given, list | tuple):
            example = f"[{given}]" if len(str(given)) <= _LONGEST_EXAMPLE else "[...]"
            return self.refuse(f"{shown(given)} is not a list", f"write it as a list, such as {example}")
        length = len(self.default or ()) if arguments[-1] is Ellipsis else len(arguments)
        if length and len(given) != length:
            return self.refuse(f"has {len(given)} instead of {length} values", f"give {length}: {self.described.doc}")
        hints = [arguments[0]] * len(given) if arguments[-1] is Ellipsis else arguments
        items = [self.inside(i).read(hint, item) for i, (hint, item) in enumerate(zip(hints, given, strict=True))]
        return UNREADABLE if _any_unreadable(items) else tuple(items)

    def _truth(self, given: Any) -> Any:
        """True or false."""
        if isinstance(given, bool):
            return given
        meant = _SPOKEN.get(given.casefold()) if isinstance(given, str) else None
        return self.refuse(f"{shown(given)} is neither true nor false", f"write {meant or 'true or false'}")

    def _text(self, given: Any) -> Any:
        """Text, one of the choices if there are any."""
        if not isinstance(given, str):
            mend = f'write "{shown(given)}"' if isinstance(given, int | float) else f"give {self._wanted(str)}"
            return self.refuse(f"{shown(given)} is not text", mend)
        choices = self.described.choices
        if choices and given not in choices:
            return self.refuse(f"{shown(given)} is not one of its values", suggestion(given, choices))
        return given

    def _whole(self, given: Any) -> Any:
        """A whole number in range; a name where the choices name the numbers from 0."""
        choices = self.described.choices
        if choices and isinstance(given, str):
            name = self._text(given)
            return name if name is UNREADABLE else choices.index(name)
        value = self._finite(given, int)
        if value is UNREADABLE:
            return UNREADABLE
        if not isinstance(given, numbers.Integral):
            if value.is_integer():
                return self.refuse(f"{shown(given)} is written as a decimal number", f"write {int(value)}")
            return self.refuse(f"{shown(given)} is not a whole number", f"give {self._wanted(int)}")
        return self._in_range(int(given), int)

    def _number(self, given: Any) -> Any:
        """A finite number in range; -0.0 is 0.0."""
        value = self._finite(given, float)
        return value if value is UNREADABLE else self._in_range(value + 0.0, float)

    def _finite(self, given: Any, hint: type) -> Any:
        """A number as float, if it is one and finite."""
        if isinstance(given, bool) or not isinstance(given, numbers.Real):
            kind = "text, not a number" if isinstance(given, str) else "not a number"
            meant = _number_in(given) if isinstance(given, str) else ""
            if _LEADING_ZERO.fullmatch(str(given)):
                kind = "read as text, because a number does not start with 0"
            return self.refuse(f"{shown(given)} is {kind}", f"write {meant}" if meant else f"give {self._wanted(hint)}")
        try:
            value = float(given)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            return self.refuse(f"{shown(given)} is not a finite number", f"give {self._wanted(hint)}")
        return value

    def _in_range(self, value: Any, hint: type) -> Any:
        """The value, if it lies in the field's range."""
        about = self.described
        low = about.low is not None and (value < about.low or (about.low_excluded and value == about.low))
        high = about.high is not None and (value > about.high or (about.high_excluded and value == about.high))
        names = about.choices and not 0 <= value < len(about.choices)
        if low or high or names:
            return self.refuse(f"{shown(value)} is too {'low' if low else 'high'}", f"give {self._wanted(hint)}")
        return value

    def _wanted(self, hint: Any) -> str:
        """What the field takes, for people: `a whole number from 1 to 5200 (weeks)`."""
        if self.described.choices:
            return f"one of {', '.join(self.described.choices)}"
        names = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
        if hint not in names:
            return "a list"
        unit = f" ({self.described.unit})" if self.described.unit else ""
        return names[hint] + _range(self.described) + unit


def _number_in(text: str) -> str:
    """The number that text may have been meant as, as it should be written; else ''."""
    if zeros := _LEADING_ZERO.fullmatch(text):
        return zeros[1].replace("+", "") + zeros[2]
    plain = text.strip().replace("_", "").replace(",", ".")
    try:
        finite = math.isfinite(float(plain))
    except ValueError:
        finite = False
    if not finite:
        return ""
    return f"{plain}, without quotes" if plain == text else plain


def _range(about: Parameter) -> str:
    """The range a number may lie in: ` from 0 to 1`, ` above 0`, ` of at least 1 and below 5`."""
    low, high = about.low, about.high
    if low is not None and high is not None and not about.low_excluded and not about.high_excluded:
        return f" from {_bound(low)} to {_bound(high)}"
    ends = []
    if low is not None:
        ends.append(f"{'above' if about.low_excluded else 'of at least'} {_bound(low)}")
    if high is not None:
        ends.append(f"{'below' if about.high_excluded else 'of at most'} {_bound(high)}")
    return f" {' and '.join(ends)}" if ends else ""


def _bound(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
