"""Sessions that a test calls, in a world without ties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import worlds

from sim.model import OrganizationModel
from sim.policies.base import Policy, PolicySettings
from sim.sessions import Encounters

NOBODY_LEAVES = {"hazard": [0, 0, 0, 0]}


class Meeting(Policy):
    """Calls the same sessions every week."""

    def __init__(self, label: str, *parts: Encounters, asked: dict[int, float] | None = None) -> None:
        super().__init__(label, PolicySettings())
        self.parts = parts
        self.asked = asked or {}

    def convene(self, week: Any) -> Iterable[Encounters]:
        for row, hours in self.asked.items():
            week.ask(np.array([row]), hours)
        return self.parts


def pairs(*who: tuple[int, int], weight: float = 1.0, teaching: float = 1.0, **gates: Any) -> Encounters:
    """Encounters of (learner, source) pairs."""
    both = np.array(who, np.int64).reshape(-1, 2)
    even = np.ones(len(both), np.float32)
    return Encounters(both[:, 0], both[:, 1], even * np.float32(weight), even * np.float32(teaching), **gates)


def world(*policies: Policy, **sections: Any) -> OrganizationModel:
    """24 people without ties, three departments of eight; nobody leaves."""
    made = worlds.model({"sources": 0}, **{"turnover": NOBODY_LEAVES} | sections)
    made.plan.policies = list(policies)
    return made


def open_world(*policies: Policy, **sections: Any) -> OrganizationModel:
    """The same with every gate open and every promise kept."""
    return world(*policies, **worlds.ALL_OPEN | sections)


def give(made: OrganizationModel, i: int, j: int, trust: float, contact: float, origin: str = "mentorship") -> None:
    """Form a tie."""
    made.ensemble.form_ties(np.array([i]), np.array([j]), trust, contact, origin)


def tie(made: OrganizationModel, i: int, j: int) -> dict[str, float] | None:
    """The tie of a learner from a source, or None."""
    at = np.flatnonzero((made.state.learners() == i) & (made.state.source == j))
    names = ("trust", "contact", "base_trust", "origin")
    return {name: float(getattr(made.state, name)[at[0]]) for name in names} if len(at) else None
