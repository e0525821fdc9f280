"""What is promised: P1 to P8, each with a goal and a stretch."""

from __future__ import annotations

from dataclasses import dataclass

LOWER, HIGHER = "lower", "higher"
STRETCH, REACHED, MISSED = "stretch", "goal", "missed"


@dataclass(frozen=True)
class Goal:
    """A promise about one figure; `stretch` is what would be better still, `better` which way is up."""

    goal: float
    stretch: float | None
    better: str = LOWER

    def verdict(self, value: float) -> str:
        """Which of the two a value reaches."""
        for limit, name in ((self.stretch, STRETCH), (self.goal, REACHED)):
            if limit is not None and (value <= limit if self.better == LOWER else value >= limit):
                return name
        return MISSED


GOALS = {
    "p1 one thread": Goal(2.0, 1.3),
    "p1 two threads": Goal(1.1, 0.7),
    "p2 one thread": Goal(1.0, 0.6),
    "p2 two threads": Goal(0.5, 0.3),
    "p3 tuned Mesa": Goal(500.0, 1000.0, HIGHER),
    "p3 numpy": Goal(25.0, 50.0, HIGHER),
    "p4 runs": Goal(150.0, 300.0, HIGHER),
    "p4 24 topics": Goal(1.3, None),
    "p5 sweep": Goal(20.0, 10.0),
    "p6 first week": Goal(1.5, 0.8),
    "p6 help": Goal(0.5, 0.3),
    "p6 cold": Goal(10.0, 5.0),
    "p7 person": Goal(200.0, 160.0),
    "p7 tie": Goal(24.0, 20.0),
    "p7 copies": Goal(1.0, None),
    "p8 flat": Goal(1.5, 1.2),
}
"""By section and figure; `docs/performance.md` says what each means."""

RIVALS = {"Mesa, tuned Python lists": "p3 tuned Mesa", "vectorized numpy": "p3 numpy"}
"""Goals by the name of the contender that they are about."""

TITLES = {
    "p1": "Exchange over ties, 10,000 people, against scipy's CSR @ dense",
    "p2": "Exchange over ties, 1,000,000 people, against scipy's CSR @ dense",
    "p3": "Whole model, three policies, weekly metrics, 10,000 people, against other frameworks",
    "p4": "Many small worlds: 500 people, three policies, turnover, weekly metrics, 260 weeks",
    "p5": "1,000 such runs from the command line: 10 scenarios x 100 seeds, report included",
    "p6": "Starting",
    "p7": "Memory of a million people",
    "p8": "Cost of a person-week from 1,000 to 100,000 people",
}
"""What each section measures."""
