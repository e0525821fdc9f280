"""AgentPy: the same people in plain lists as the tuned Mesa contender, in an AgentList, recorded by the model."""

from __future__ import annotations

from typing import Any

import agentpy

from benchmarks.contenders import Contender, Size
from benchmarks.contenders.measured import summary
from benchmarks.contenders.python_person import Person
from benchmarks.contenders.python_world import PythonWorld
from benchmarks.contenders.start import Start, start_of


class AgentPyPerson(Person, agentpy.Agent):  # type: ignore[misc]
    """A person as an AgentPy agent."""


class AgentPyModel(PythonWorld, agentpy.Model):  # type: ignore[misc]
    """The organization as an AgentPy model."""

    def setup(self) -> None:
        """Seat the people at week 0."""
        start: Start = self.p.start
        self.set_up(start)
        self.agents = agentpy.AgentList(self, start.state.frame.people, AgentPyPerson)
        self.seat(list(self.agents))

    def each(self, method: str) -> None:
        """Let every agent do something."""
        getattr(self.agents, method)()

    def step(self) -> None:
        """One week."""
        self.run_week()

    def update(self) -> None:
        """Record the measures; AgentPy also asks before the first week, when there are none."""
        if self.week_number > 0:
            for name, attribute in self.collected().items():
                self.record(name, getattr(self, attribute))


class AgentPyLists:
    """AgentPy with plain lists."""

    name = "AgentPy, same lists"
    package = "agentpy"
    work = "full rule with three policies, ten measures"
    worlds = 1

    def build(self, size: Size, seed: int) -> Any:
        """One world."""
        return built(start_of(size, (seed,)), seed)

    def week(self, built: Any) -> None:
        """One week."""
        built.sim_step()

    def measures(self, built: Any) -> dict[str, float]:
        """The ten measures."""
        return summary(built.log, built.total_learned)


def built(start: Start, seed: int) -> Any:
    """A model at week 0."""
    model = AgentPyModel({"start": start, "seed": seed})
    model.sim_setup()
    return model


CONTENDERS: list[Contender] = [AgentPyLists()]
