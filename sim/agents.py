"""Mesa's view of an organization: agents that are built only when somebody touches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import pandas as pd
from mesa.agent import AgentSet

from sim.scenario import Scenario
from sim.seat import Seat, own_draw
from sim.week import Week

if TYPE_CHECKING:
    from sim.model import OrganizationModel

LABEL = ":agent"
"""Of draws by agents; no policy or rule can have it."""


class Person(Seat, mesa.Agent):  # type: ignore[misc]
    """A Mesa agent that is a view on one row: its attributes read and write the arrays."""

    def __init__(self, model: AgentsOnTouch, row: int) -> None:
        mesa.Agent.__init__(self, model)
        self._week = model.ensemble
        self.row = row

    def draw(self, decision: str, other: Seat | None = None) -> float:
        """A uniform draw in [0, 1) of this person's own for a decision this week, alone or about another person."""
        week = self._week
        return own_draw(week.chance.stream(LABEL, decision, week.number), week, self.row, other)


class AgentsOnTouch(mesa.Model):  # type: ignore[misc]
    """A Mesa model whose agents are made at the first look at them.

    Attributes:
        ensemble: the worlds at work.
        first_row: row of the first person of the world that the agents show.
    """

    ensemble: Week
    first_row: int
    _touched = False
    _ready = False

    @property
    def scenario(self) -> Scenario:
        """The world that is simulated."""
        return self.ensemble.scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Mesa from 3.5 on sets a scenario of its own kind in its constructor; ours stays."""

    def _touch(self) -> None:
        if self._ready and not self._touched:
            self._touched = True
            rows = range(self.first_row, self.first_row + self.ensemble.rule.people)
            Person.create_agents(self, len(rows), list(rows))

    @property
    def agents(self) -> AgentSet:
        """The people of this world, as Mesa agents."""
        self._touch()
        return self._all_agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """The agents by class."""
        self._touch()
        by_type: dict[type[mesa.Agent], AgentSet] = self._agents_by_type
        return by_type

    @property
    def agent_types(self) -> list[type]:
        """The classes of agents."""
        self._touch()
        return list(self._agents_by_type)

    def forget_agents(self) -> None:
        """Let go of the agents: Mesa 3.3 keeps every model alive through its counter of ids."""
        ids: Any = getattr(mesa.Agent, "_ids", None)
        if ids is not None:
            ids.pop(self, None)


class World(AgentsOnTouch):
    """One world of an ensemble, with Mesa agents of its own."""

    def __init__(self, model: OrganizationModel, world: int) -> None:
        super().__init__(rng=int(model.seeds[world]))
        self.ensemble = model.ensemble
        self.first_row = world * self.ensemble.rule.people
        self._ready = True

    def step(self) -> None:
        """Refuse: the worlds of an ensemble run together.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("the worlds of an ensemble run together: call step() of the model that holds them")


class Collector:
    """The door for those who expect Mesa's data collector."""

    def __init__(self, model: OrganizationModel) -> None:
        self._model = model

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """One row per week, one column per metric; with several worlds, one row per (seed, week)."""
        series = self._model.series()
        if len(self._model.seeds) == 1:
            return series.drop(columns="seed").set_index("week")
        return series.set_index(["seed", "week"])

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """The same as lists by name."""
        return {str(name): column.tolist() for name, column in self.get_model_vars_dataframe().items()}
