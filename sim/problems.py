"""Problems with a user's input: collected all at once, each with place, cause and mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with what the user gave: where, what, and how to put it right."""

    place: str
    cause: str
    mend: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.cause}" if self.place else self.cause
        return f"{text}; {self.mend}" if self.mend else text


class InputError(ValueError):
    """The user's input is refused before any work; `problems` lists every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
