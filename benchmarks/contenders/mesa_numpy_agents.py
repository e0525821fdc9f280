"""Mesa as most users write it: a numpy vector of mastery in every agent, shuffle_do, DataCollector."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from benchmarks.contenders import Contender
from benchmarks.contenders.mesa_lists import ListModel, MesaContender
from benchmarks.contenders.python_person import Person


class VectorAgent(Person, mesa.Agent):  # type: ignore[misc]
    """A person whose mastery is an array (topic,)."""

    def blank(self) -> Any:
        """Nothing on every topic."""
        return np.zeros(len(self.expertise))

    def take_up(self, source: Person, gate: float, trusted: float, raw: Any, gap: Any) -> float:
        """What is learned of a source in one meeting before the rate: added to raw, and its sum."""
        model = self.model
        h = np.maximum(source.expertise - self.expertise, 0.0)
        learned = gate * (model.codified + model.tacitness * trusted) * self.wanted * h * (1.0 - model.phi * h)
        raw += learned
        np.maximum(gap, h, out=gap)
        return float(learned.sum())

    def capped(self, raw: Any, gap: Any) -> tuple[Any, float, float]:
        """Gain of the meetings, its sum, and the share of the uncapped sum that it is."""
        wanted = self.model.rate * raw
        gain = np.minimum(wanted, gap)
        total, uncapped = float(gain.sum()), float(wanted.sum())
        return gain, total, (total / uncapped if total < uncapped else 1.0)

    def add_gain(self, gain: Any, total: float) -> None:
        """Add what a session brought."""
        self.gain = self.gain + gain if self.asked_gain > 0.0 else gain
        self.asked_gain += total

    def absorb(self, factor: float) -> None:
        """Gains become mastery."""
        self.expertise = np.minimum(1.0, self.expertise + factor * self.gain)

    def practise(self, practice: Any, kept: Any) -> None:
        """E += p (1 - E), then E *= what is kept."""
        self.expertise = (self.expertise + practice * (1.0 - self.expertise)) * kept

    def newcomer(self, mean: Any) -> Any:
        """Mastery from the market."""
        spread = self.model.market_spread
        return np.minimum(1.0, mean * self.model.rng.uniform(1.0 - spread, 1.0 + spread, len(mean)))

    def useful_gap(self, other: Person) -> float:
        """What this person could use of another's mastery."""
        return float((self.model.need[self.home] * np.maximum(other.expertise - self.expertise, 0.0)).sum())


class VectorModel(ListModel):
    """The organization with agents that hold arrays."""

    agent_class = VectorAgent

    def set_up(self, start: Any) -> None:
        """Everything but the people."""
        super().set_up(start)
        self.tacitness, self.need = np.array(self.tacitness), np.array(self.need)
        self.codified = 1.0 - self.tacitness
        homes = start.state.home_department[0]
        table = np.array(self.needs_of)[homes]
        self.needs, self.thresholds, self.others = table[:, :, 0], table[:, :, 1], table[:, :, 2].astype(np.bool_)

    def vectors(self, values: Any) -> Any:
        """Values (..., topic) as they are."""
        return np.array(values, np.float64)

    def each(self, method: str) -> None:
        """Let every agent do something, in a new order each time."""
        self.agents.shuffle_do(method)

    def observe(self) -> None:
        """The week's measures, over all agents' arrays at once."""
        expertise = np.array([person.expertise for person in self.people])
        held = np.minimum(expertise, self.needs).sum(axis=1)
        met = expertise >= self.thresholds
        self.need_met = np.count_nonzero(met) / self.in_need
        self.need_met_other = np.count_nonzero(met & self.others) / self.other_in_need
        self.mean_expertise = float(expertise.mean())
        trust = np.array([tie.trust for person in self.people for tie in person.ties])
        across = np.array([tie.across for person in self.people for tie in person.ties], np.bool_)
        sides = ((float(trust[side].sum()), int(side.sum())) for side in (~across, across))
        self.note(float(held.sum()), held / self.needs.sum(axis=1), *sides)


CONTENDERS: list[Contender] = [MesaContender("Mesa, a numpy vector per agent", VectorModel)]
