"""Sentences that know which of their words are numbers, and where each number comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import Formatter

from experiments.strategy.figures import Figure


@dataclass(frozen=True)
class Said:
    """A text whose numbers are figures; the other parts are words and names."""

    parts: tuple[str | Figure, ...]

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers in it."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    def __iter__(self) -> Iterator[str | Figure]:
        return iter(self.parts)

    def __bool__(self) -> bool:
        return bool(self.text)


Part = str | Figure | Said
NOTHING = Said(())


def say(template: str, **given: Part) -> Said:
    """A template with names, figures and sentences in its {places}; braces within them are only text."""
    parts: list[str | Figure] = []
    for words, place, _, _ in Formatter().parse(template):
        parts += [words] if words else []
        if place is not None:
            parts += _flat(given[place])
    return Said(tuple(parts))


def joined(said: Iterable[Part], between: str = " ") -> Said:
    """Sentences one after the other; empty ones are passed over."""
    parts: list[str | Figure] = []
    for each in said:
        flat = _flat(each)
        if flat:
            parts += [between, *flat] if parts else flat
    return Said(tuple(parts))


def listed(said: Sequence[Part]) -> Said:
    """`a`, `a and b`, `a, b and c`."""
    if len(said) < 2:
        return joined(said)
    return joined([joined(said[:-1], ", "), said[-1]], " and ")


def _flat(part: Part) -> list[str | Figure]:
    if isinstance(part, Said):
        return list(part.parts)
    return [part] if isinstance(part, Figure) or part else []
