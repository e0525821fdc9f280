"""Pure Mesa, tuned: one agent a person, plain lists of floats, locals hoisted, AgentSet.do, DataCollector."""

from __future__ import annotations

from typing import Any

import mesa

from benchmarks.contenders import Contender, Size
from benchmarks.contenders.measured import summary
from benchmarks.contenders.python_person import Person
from benchmarks.contenders.python_world import PythonWorld
from benchmarks.contenders.start import Start, start_of


class ListAgent(Person, mesa.Agent):  # type: ignore[misc]
    """A person as a Mesa agent."""


class ListModel(PythonWorld, mesa.Model):  # type: ignore[misc]
    """The organization as a Mesa model."""

    agent_class: type[Any] = ListAgent

    def __init__(self, start: Start, seed: int) -> None:
        mesa.Model.__init__(self, rng=seed)
        self.set_up(start)
        self.seat(list(self.agent_class.create_agents(self, start.state.frame.people)))
        self.datacollector = mesa.DataCollector(model_reporters=self.collected())

    def each(self, method: str) -> None:
        """Let every agent do something."""
        self.agents.do(method)

    def step(self) -> None:
        """One week."""
        self.run_week()
        self.datacollector.collect(self)


class MesaContender:
    """Mesa with one of the two kinds of agents."""

    worlds = 1
    package = "mesa"
    work = "full rule with three policies, ten measures"

    def __init__(self, name: str, model: type[ListModel]) -> None:
        self.name = name
        self.model = model

    def build(self, size: Size, seed: int) -> ListModel:
        """One world."""
        return self.model(start_of(size, (seed,)), seed)

    def week(self, built: object) -> None:
        """One week."""
        assert isinstance(built, ListModel)
        built.step()

    def measures(self, built: object) -> dict[str, float]:
        """The ten measures."""
        assert isinstance(built, ListModel)
        return summary(built.datacollector.model_vars, built.total_learned)


CONTENDERS: list[Contender] = [MesaContender("Mesa, tuned Python lists", ListModel)]
