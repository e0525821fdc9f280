"""The week's exchange over ties against scipy's sparse product over the same ties.

The product is what a linear model of diffusion would do: no gates, no trust, no chance, no need. It is the fastest
widely used way to gather over ties, so the ratio says what the whole rule costs over the bare minimum.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array

from benchmarks.timing import best_of, table
from sim import OrganizationModel, Scenario
from sim.plan import PHASES


def prepared(people: int, topics: int, threads: int) -> OrganizationModel:
    """A model in which this week's exchange can be run again and again."""
    size = {"people": people, "departments": max(1, people // 60), "topics": topics, "sources": 10}
    model = OrganizationModel(Scenario.from_dict({"organization": size}), seed=1, threads=threads)
    for phase in PHASES:
        if phase.name == "ties":
            return model
        phase.run(model.plan)
    raise AssertionError("the week has no exchange over ties")


def product(model: OrganizationModel) -> Callable[[], object]:
    """scipy's product of the same ties with the same mastery."""
    state = model.state
    people = state.frame.people
    matrix = csr_array((state.trust, (state.learners(), state.source)), shape=(people, people), dtype=np.float32)
    mastery = state.arrays["expertise"]
    return lambda: matrix @ mastery


def main(people: int, rounds: int) -> None:
    """Print times and ratios."""
    exchange = next(phase for phase in PHASES if phase.name == "ties").run
    rows = []
    for topics in (8, 24):
        one, two = (prepared(people, topics, threads) for threads in (1, 2))
        ties = len(one.state.source)
        times = best_of(
            {"scipy": product(one), "one": lambda m=one: exchange(m.plan), "two": lambda m=two: exchange(m.plan)},
            rounds,
        )
        names = {
            "scipy": "scipy CSR @ dense, one thread",
            "one": "exchange, one thread",
            "two": "exchange, two threads",
        }
        rows += [
            [f"{topics} topics", names[name], f"{seconds * 1e3:.2f}", f"{seconds / ties * 1e9:.1f}",
             f"{seconds / times['scipy']:.2f}"]
            for name, seconds in times.items()
        ]  # fmt: skip
        two.close()
    title = f"Exchange over ties in a week: {people:,} people, about 10 ties each, best of {rounds}"
    table(title, ["", "contender", "ms", "ns a tie", "times scipy"], rows)
