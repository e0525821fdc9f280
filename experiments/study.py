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

    @cached_property
    def unchanged(self) -> bool:
        """Whether the user's files are here as they were when the identity was taken."""
        from sim.problems import InputError

        try:
            return self.scenario.identity() == self.identity
        except InputError:
            return False

    @cached_property
    def baseline_identity(self) -> str:
        """Identity of the same scenario without policies; empty where the user's files have changed or gone."""
        return self.scenario.without_policies().identity() if self.unchanged else ""


@dataclass(frozen=True)
class Study:
    """Arms over the same seeds; each arm's baseline is an arm too and stands before it.

    Attributes:
        starts: first week in which any policy of the whole study acts, where arms were left out of this one.
    """

    name: str
    question: str
    arms: tuple[Arm, ...]
    seeds: tuple[int, ...]
    starts: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where a name stands for two arms: results are kept by name, and the last would win."""
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError(f"two arms of a study share a name: {names}")

    @property
    def since(self) -> int:
        """The week from which flows count, the same whichever arms are finished; 0 where there is no policy."""
        if self.starts is not None:
            return self.starts
        return min((int(p.start_week) for arm in self.arms for p in arm.scenario.policies.values()), default=0)

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
        return Study(self.name, self.question, arms, self.seeds, self.since)
