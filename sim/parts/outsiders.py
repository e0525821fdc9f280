"""Advisors from outside, who never count as people: what they know, and whom they advise this week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Advice:
    """One policy's advice of this week.

    Attributes:
        learner: rows of people, each once, (learner,). advisor: who advises each, (learner,).
        mastery: what the advisors know, float32 (advisor, padded topic).
        spoken, written: hours of either with each. clarity, trust: between advisor and advised.
    """

    learner: NDArray[np.int64]
    advisor: NDArray[np.int64]
    mastery: NDArray[np.float32]
    spoken: float
    written: float
    clarity: float
    trust: float


class Outsiders:
    """The advice of this week, in the order in which policies give it."""

    def __init__(self) -> None:
        self.given: list[Advice] = []

    def advise(self, advice: Advice) -> None:
        """Give advice in this week's sessions."""
        if len(advice.learner):
            self.given.append(advice)
