"""Parameters that describe themselves: default, unit, range, meaning and source in one place.

The scenario parser, the policy catalogue and the documentation all read what is written here,
so a parameter cannot be accepted without being documented, or documented without being accepted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_KEY = "parameter"
REQUIRED: Any = dataclasses.MISSING
"""The default of a parameter that has none: it must be given."""


@dataclass(frozen=True)
class Parameter:
    """What a field of a settings class means and which values it takes."""

    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    low_excluded: bool = False
    high_excluded: bool = False
    choices: tuple[str, ...] = ()
    source: str = ""


def parameter(
    default: Any,
    doc: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    low_excluded: bool = False,
    high_excluded: bool = False,
    choices: tuple[str, ...] = (),
    source: str = "",
) -> Any:
    """A dataclass field with its default and its description."""
    described = Parameter(doc, unit, low, high, low_excluded, high_excluded, choices, source)
    metadata = {_KEY: described}
    if isinstance(default, Mapping):
        frozen = dict(default)
        return dataclasses.field(default_factory=lambda: dict(frozen), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def section(cls: type, doc: str) -> Any:
    """A dataclass field that holds a settings class of its own, at its defaults."""
    return dataclasses.field(default_factory=cls, metadata={_KEY: Parameter(doc)})


def describe(field: dataclasses.Field[Any]) -> Parameter:
    """The description of a field made by `parameter` or `section`.

    Raises:
        KeyError: the field was declared without one.
    """
    described: Parameter = field.metadata[_KEY]
    return described
