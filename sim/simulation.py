"""The worlds of a scenario at work, without Mesa: what sweeps run, and what OrganizationModel shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sim.ahead import help_when_cold
from sim.build import Prepared, build_state, prepare
from sim.plan import Plan
from sim.policies import registry as policy_registry
from sim.problems import InputError, Problem
from sim.recorder import Record
from sim.rules import registry as rule_registry
from sim.scenario import Scenario
from sim.week import Week

LARGEST_SEED = 2**63 - 1
MOST_WORLDS = 100_000


class Simulation:
    """Worlds of one scenario side by side, and the plan that runs them.

    Mesa takes longer to import than a small run takes, so what needs no agents stays below it.

    Args:
        scenario: the world; None is the default synthetic organization without policies.
        seeds, seed, threads, prepared: as of `sim.OrganizationModel`.

    Attributes:
        prepared: the scenario with its files read.
        ensemble: the worlds at work.
        plan: the phases of a week.

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
        self.prepared = prepared if prepared is not None else prepare(checked_scenario(scenario))
        help_when_cold(s.kind for s in self.prepared.scenario.policies.values())
        self.seeds = checked_seeds(seeds, seed)
        self.ensemble = Week(self.prepared, build_state(self.prepared, self.seeds), self.seeds, threads)
        chosen = self.prepared.scenario
        policies = [policy_registry()[s.kind](label, s) for label, s in chosen.policies.items()]
        rules = [rule_registry()[s.kind](label, s) for label, s in chosen.rules.items()]
        self.plan = Plan(self.ensemble, policies, rules)
        self._burn_in()

    @property
    def week(self) -> int:
        """Weeks done."""
        return self.ensemble.number

    def step(self) -> None:
        """Run one week in every world."""
        self.plan.step()

    def run(self, on_week: Callable[[int], None] | None = None) -> None:
        """Run to the scenario's horizon.

        Args:
            on_week: called after each week with the number of weeks done.
        """
        while self.week < self.ensemble.scenario.weeks:
            self.step()
            if on_week is not None:
                on_week(self.week)

    def record(self) -> Record:
        """All measures so far."""
        return self.plan.recorder.record(self.seeds)

    def close(self) -> None:
        """Stop threads."""
        self.ensemble.threads.close()

    def _burn_in(self) -> None:
        """Run the weeks before week 0, then put back the expertise that the user gave."""
        weeks = self.ensemble.scenario.burn_in_weeks
        if weeks == 0:
            return
        self.ensemble.number = -weeks
        while self.ensemble.number < 0:
            self.plan.step()
        organization, state = self.prepared.organization, self.ensemble.state
        if organization is not None and organization.expertise is not None:
            given = ~np.isnan(organization.expertise)
            state.expertise[:, given] = organization.expertise[given].astype(np.float32)
        state.week = 0
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
