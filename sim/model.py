"""OrganizationModel: builds an organization, or several worlds of it side by side, and runs the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from sim.agents import AgentsOnTouch, Collector, World
from sim.build import Prepared
from sim.recorder import Record
from sim.scenario import Scenario
from sim.simulation import Simulation
from sim.state import State


class OrganizationModel(AgentsOnTouch):
    """An organization over time, as a Mesa model.

    Args:
        scenario: the world; None is the default synthetic organization without policies.
        seeds: one world each, side by side; N means 1 to N. A world alone gives the same bits as inside an ensemble.
        seed: a single world; 1 if neither is given.
        threads: threads that share out large organizations; never changes a bit.
        prepared: the scenario already prepared, instead of `scenario`, to read its files only once.

    Raises:
        InputError: with every problem of the scenario's files and references, or of the seeds.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        seeds: Iterable[int] | int | None = None,
        seed: int | None = None,
        threads: int = 1,
        prepared: Prepared | None = None,
    ) -> None:
        self.simulation = Simulation(scenario, seeds, seed, threads, prepared)
        self.seeds = self.simulation.seeds
        super().__init__(rng=int(self.seeds[0]))
        self.prepared = self.simulation.prepared
        self.ensemble = self.simulation.ensemble
        self.plan = self.simulation.plan
        self.first_row = 0
        self._worlds: dict[int, World] = {}
        self.datacollector = Collector(self)
        self._ready = True

    @property
    def week(self) -> int:
        """Weeks done."""
        return self.ensemble.number

    @property
    def state(self) -> State:
        """The organization's arrays."""
        return self.ensemble.state

    @property
    def agents(self) -> Any:
        """The people as Mesa agents, built at the first touch; of one world only."""
        self._one_world()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """The agents by class; of one world only."""
        self._one_world()
        return super().agents_by_type

    @property
    def agent_types(self) -> Any:
        """The classes of agents; of one world only."""
        self._one_world()
        return super().agent_types

    def _one_world(self) -> None:
        if self._ready and len(self.seeds) > 1:
            raise ValueError(f"this model holds {len(self.seeds)} worlds; use model.world(i).agents for those of one")

    def world(self, index: int) -> World:
        """One world of the ensemble, by position of its seed, with Mesa agents of its own."""
        position = range(len(self.seeds))[index]
        if position not in self._worlds:
            self._worlds[position] = World(self, position)
        return self._worlds[position]

    def __repr__(self) -> str:
        people, worlds = self.state.frame.people, len(self.seeds)
        return f"OrganizationModel({people} people, {worlds} worlds, week {self.week} of {self.scenario.weeks})"

    def step(self) -> None:
        """Run one week in every world."""
        self.plan.step()
        self.running = self.week < self.scenario.weeks

    def run(self, on_week: Callable[[int], None] | None = None) -> OrganizationModel:
        """Run to the scenario's horizon.

        Args:
            on_week: called after each week with the number of weeks done.
        """
        while self.week < self.scenario.weeks:
            self.step()
            if on_week is not None:
                on_week(self.week)
        return self

    def series(self) -> pd.DataFrame:
        """One row per world seed and week, one column per metric of `sim.metrics`, and the reach of each topic."""
        return self.plan.recorder.series(self.seeds)

    def record(self) -> Record:
        """All measures so far."""
        return self.simulation.record()

    def close(self) -> None:
        """Stop threads and let go of the agents."""
        self.simulation.close()
        for model in (self, *self._worlds.values()):
            model.forget_agents()
