"""Finding policies and rules by kind: built in, installed as a plug-in, or registered by a module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from sim.identity import note_loaded
from sim.problems import InputError, Problem

T = TypeVar("T", bound=type)


class Registry(Generic[T]):
    """Classes by their `kind`.

    Args:
        what: what a class is called in messages, "policy" or "rule".
        group: entry points through which installed packages add theirs.
        built_in: kind to "module:Class" of the model's own, imported when first asked for.
    """

    def __init__(self, what: str, group: str, built_in: Mapping[str, str]) -> None:
        self.what = what
        self.group = group
        self.built_in = dict(built_in)
        self._added: dict[str, T] = {}

    def classes(self) -> dict[str, T]:
        """Every known class by kind.

        Raises:
            InputError: an installed plug-in cannot be imported, or takes the kind of another.
        """
        return {**self._installed, **self._added}

    def register(self, cls: T) -> T:
        """Make a class known by its kind; usable as a decorator.

        Raises:
            ValueError: another class has that kind.
        """
        kind: str = cls.kind  # type: ignore[attr-defined]
        known = self._added.get(kind)
        taken = _place(known) if known else self._places().get(kind, _place(cls))
        if taken != _place(cls):
            raise ValueError(f"a {self.what} of kind '{kind}' exists already")
        note_loaded(cls)
        self._added[kind] = cls
        return cls

    def _places(self) -> dict[str, str]:
        """Where classes are, without loading them: a module may register while it is being loaded."""
        return {point.name: point.value for point in entry_points(group=self.group)} | self.built_in

    @cached_property
    def _installed(self) -> dict[str, T]:
        found: dict[str, T] = {}
        for kind, place in self.built_in.items():
            module, name = place.split(":")
            found[kind] = getattr(import_module(module), name)
        problems = []
        for point in entry_points(group=self.group):
            if point.name in found:
                problems.append(
                    Problem(point.value, f"a {self.what} of kind '{point.name}' exists already", "rename it")
                )
                continue
            try:
                found[point.name] = point.load()
                note_loaded(found[point.name])
            except Exception as error:  # whatever a plug-in raises is said, not shown as a traceback
                cause = f"the installed {self.what} cannot be imported: {type(error).__name__}: {error}"
                problems.append(Problem(point.value, cause, "mend or uninstall its package"))
        if problems:
            raise InputError(problems)
        return found


def _place(cls: Any) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"
