"""OrganizationModel: builds an organization, or several worlds of it side by side, and runs the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from sim.agents import AgentsOnTouch, Collector, World
from sim.build import Prepared, build_state, prepare
from sim.plan import Plan
from sim.policies import registry as policy_registry
from sim.problems import InputError, Problem
from sim.recorder import Record
from sim.rules import registry as rule_registry
from sim.scenario import Scenario
from sim.state import State
from sim.week import Week

LARGEST_SEED = 2**63 - 1
MOST_WORLDS = 100_000


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
        ready = prepared if prepared is not None else prepare(checked_scenario(scenario))
        self.seeds = checked_seeds(seeds, seed)
        super().__init__(rng=int(self.seeds[0]))
        self.prepared = ready
        self.ensemble = Week(ready, build_state(ready, self.seeds), self.seeds, threads)
        self.first_row = 0
        policies = [policy_registry()[s.kind](label, s) for label, s in ready.scenario.policies.items()]
        rules = [rule_registry()[s.kind](label, s) for label, s in ready.scenario.rules.items()]
        self.plan = Plan(self.ensemble, policies, rules)
        self._worlds: dict[int, World] = {}
        self.datacollector = Collector(self)
        self._ready = True
        self._burn_in()

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
        return f"OrganizationModel({people} people, {worlds} worlds, week {self.week} of {self._scenario.weeks})"

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
        return self.plan.recorder.record(self.seeds)

    def close(self) -> None:
        """Stop threads and let go of the agents."""
        self.ensemble.threads.close()
        for model in (self, *self._worlds.values()):
            model.forget_agents()

    def _burn_in(self) -> None:
        """Run the weeks before week 0, then put back the expertise that the user gave."""
        if self.scenario.burn_in_weeks == 0:
            return
        self.ensemble.number = -self.scenario.burn_in_weeks
        while self.ensemble.number < 0:
            self.plan.step()
        organization = self.prepared.organization
        if organization is not None and organization.expertise is not None:
            given = ~np.isnan(organization.expertise)
            view = self.state.expertise
            view[:, given] = organization.expertise[given].astype(np.float32)
        self.state.week = 0
        self.plan.restart_measures()


def checked_scenario(scenario: Scenario | None) -> Scenario:
    """The scenario, or the default one.

    Raises:
        InputError: it is something else.
    """
    if scenario is None:
        return Scenario.from_dict({})
    if not isinstance(scenario, Scenario):
        cause = f"a {type(scenario).__name__} is no scenario"
        raise InputError([Problem("scenario", cause, "make one with Scenario.from_dict or Scenario.from_file")])
    return scenario


def checked_seeds(seeds: Iterable[int] | int | None, seed: int | None) -> tuple[int, ...]:
    """The worlds' seeds.

    Raises:
        InputError: both are given; a seed is no integer in [0, 2^63); there is none, there are too many, or one twice.
    """
    if seeds is not None and seed is not None:
        raise InputError([Problem("seeds", "both seed and seeds are given", "give one of them")])
    given = (1 if seed is None else seed,) if seeds is None else seeds
    if _whole(given):
        given = range(1, min(int(given), MOST_WORLDS + 1) + 1)  # type: ignore[arg-type]
    chosen = tuple(given) if isinstance(given, Iterable) else (given,)
    if len(chosen) > MOST_WORLDS:
        raise InputError([Problem("seeds", f"there are more than {MOST_WORLDS} seeds", "give fewer, several times")])
    bad = [value for value in chosen if not _whole(value) or not 0 <= value <= LARGEST_SEED]
    problems = [Problem("seeds", f"{value!r} is not a seed", "give whole numbers from 0 to 2^63 - 1") for value in bad]
    if not chosen:
        problems.append(Problem("seeds", "there is no seed", "give at least one"))
    elif not bad and len(dict.fromkeys(chosen)) < len(chosen):
        problems.append(Problem("seeds", "a seed is given twice", "the same seed is the same world"))
    if problems:
        raise InputError(problems)
    return tuple(int(value) for value in chosen)


def _whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
