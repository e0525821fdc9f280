"""A study: a question, and the scenarios that are run over the same seeds to answer it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Arm:
    """One scenario of a study.

    Attributes:
        name: what tables call it; unique in the study.
        title: what charts and sentences call it.
        scenario: the validated scenario.
        baseline: name of the arm with the same everything but policies; None for a baseline itself.
        known_identity: the identity under which results were stored, where the user's files may be gone.
    """

    name: str
    title: str
    scenario: Scenario
    baseline: str | None = None
    known_identity: str = ""

    @cached_property
    def identity(self) -> str:
        """Content hash of the scenario (hex), including the bytes of the user's files."""
        return self.known_identity or self.scenario.identity()


@dataclass(frozen=True)
class Study:
    """Arms over the same seeds; each arm's baseline is an arm too and stands before it."""

    name: str
    question: str
    arms: tuple[Arm, ...]
    seeds: tuple[int, ...]

    def arm(self, name: str) -> Arm:
        """The arm of that name.

        Raises:
            KeyError: there is none.
        """
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise KeyError(name)

    def only(self, names: Iterable[str]) -> Study:
        """The same study with those arms only; an arm whose baseline is missing is left out too."""
        kept = set(names)
        arms = tuple(arm for arm in self.arms if arm.name in kept and (arm.baseline is None or arm.baseline in kept))
        return Study(self.name, self.question, arms, self.seeds)
