"""Starsim, for scale: its SIS disease on its random network of ten contacts, one trait and no topics.

Much less than the rule: no trust, no gates, no needs, no budget. Its contacts are drawn anew every week.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np
import starsim

from benchmarks.contenders import Contender, Size

WEEKS = 520
"""Most weeks of a build: Starsim plans them all beforehand."""
INFECTED = 0.1


class StarsimWorld:
    """A simulation, and its plan a week at a time.

    `Sim.run` goes through the plan's functions; `Sim.run_one_step` does too, but reports on all of it after every week,
    which would cost several times the week.
    """

    def __init__(self, size: Size, seed: int) -> None:
        self.simulation = starsim.Sim(
            n_agents=size.people,
            diseases=starsim.SIS(
                init_prev=INFECTED, beta=starsim.perweek(0.02), dur_inf=starsim.weeks(26), imm_boost=0.0
            ),
            networks=starsim.RandomNet(n_contacts=round(size.sources)),
            start=0,
            dur=starsim.weeks(WEEKS),
            dt=starsim.weeks(1),
            rand_seed=seed,
            verbose=0,
        )
        self.simulation.init()
        entries = sorted(self.simulation.loop.plan, key=lambda entry: entry.ti)
        self.functions = [[entry.func for entry in week] for _, week in groupby(entries, key=lambda entry: entry.ti)]
        self.week = 0

    def step(self) -> None:
        """One week."""
        for function in self.functions[self.week]:
            function()
        self.week += 1


class StarsimNetwork:
    """Starsim's own model of what spreads."""

    name = "Starsim, SIS on a random network"
    package = "starsim"
    work = "one trait that spreads and is lost over ten random contacts; no topics, trust, budget, turnover, policies"
    worlds = 1

    def build(self, size: Size, seed: int) -> StarsimWorld:
        """One world."""
        return StarsimWorld(size, seed)

    def week(self, built: object) -> None:
        """One week."""
        assert isinstance(built, StarsimWorld)
        built.step()

    def measures(self, built: object) -> dict[str, float]:
        """Share of people who have the trait after the last week."""
        assert isinstance(built, StarsimWorld)
        prevalence = np.asarray(built.simulation.results.sis.prevalence)
        return {"prevalence": float(prevalence[built.week - 1])}


CONTENDERS: list[Contender] = [StarsimNetwork()]
