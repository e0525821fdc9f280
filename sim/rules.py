"""The door for a researcher's own rule: one person in plain Python, or everybody at once as arrays.

A rule is a channel of learning: it reads last week's state, its gains share the learning budget, and what else
it sets lands after all rules ran.

    from sim.rules import PersonalRule, register

    @register
    class AskTheBest(PersonalRule):
        kind = "ask_the_best"

        def step(self, person):
            for contact in person.contacts:
                gap = contact.person.expertise - person.expertise
                if gap.max() > 0.3 and person.draw("ask", contact.person) < contact.trust:
                    person.learn(gap.argmax(), 0.05 * gap.max())
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.chance import extend, uniform
from sim.kernels.common import topic_sum
from sim.parameters import parameter
from sim.seat import Contact, Seat
from sim.week import Week

ENTRY_POINTS = "watercooler.rules"


@dataclass(frozen=True)
class RuleSettings:
    """The parameters of a rule that has none of its own; a rule with some derives from this."""

    kind: str = parameter("", "which rule")


class Rule:
    """A rule over arrays. `run` adds gains through `add_gain`; `land` sets whatever else changes."""

    kind: ClassVar[str]
    Settings: ClassVar[type[RuleSettings]] = RuleSettings

    def __init__(self, label: str, settings: Any) -> None:
        self.label = label
        self.settings = settings

    @classmethod
    def check(cls, settings: Any, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """Problems between parameters, as (field, cause, mend)."""
        return ()

    def prepare(self, week: Week) -> None:
        """Make the tables that the rule keeps; called once, before the first week."""

    def run(self, week: Week) -> None:
        """Add this week's gains, reading only last week's state."""

    def land(self, week: Week) -> None:
        """Set what else changes, after all rules ran."""


def add_gain(week: Week, row: int, gain: NDArray[np.float32]) -> None:
    """Add the gain of one person (padded topic,) to the channel of rules."""
    week.work.gain[row] += gain
    week.work.from_rules[row] += topic_sum(gain)


class Learner(Seat):
    """The person whose turn it is: reads last week's state, draws its own chance, learns, and sets things for later."""

    def __init__(self, week: Week, label: str) -> None:
        self._week = week
        self._label = label
        self._writes: list[tuple[int, str, Any]] = []
        self._gain = np.zeros(week.work.gain.shape[1], np.float32)
        self.row = 0

    def draw(self, decision: str, other: Seat | None = None) -> float:
        """This week's own uniform draw in [0, 1) for a decision, alone or about another person."""
        week, keys = self._week, self._week.state.arrays["key"]
        stream = week.chance.stream(self._label, decision, week.number)[self.row // week.rule.people]
        chain = extend(stream, keys[self.row : self.row + 1])
        if other is not None:
            chain = extend(chain, keys[other.row])
        return float(uniform(chain)[0])

    def learn(self, topic: int | str, amount: float) -> None:
        """Gain mastery of a topic, by number or name, within this week's learning budget.

        Raises:
            ValueError: the amount is negative or not finite, or there is no such topic.
        """
        names = self._week.state.frame.topics
        if isinstance(topic, str) and topic not in names:
            raise ValueError(f"no topic is called {topic!r}; there are {', '.join(names[:5])} ...")
        if not 0 <= amount < np.inf:
            raise ValueError(f"a gain is 0 or more, not {amount!r}")
        self._gain[names.index(topic) if isinstance(topic, str) else range(len(names))[topic]] += np.float32(amount)

    def write(self, name: str, value: Any) -> None:
        """Set a field once all rules ran."""
        self._writes.append((self.row, name, value))

    @property
    def expertise(self) -> NDArray[np.float32]:
        """Last week's mastery, (topic,), read-only."""
        row = super().expertise.view()
        row.flags.writeable = False
        return row

    @expertise.setter
    def expertise(self, values: Any) -> None:
        self.write("expertise", values)


class PersonalRule(Rule):
    """A rule for one person, in plain Python: implement `step`."""

    def step(self, person: Learner) -> None:
        """What one person does this week."""

    def run(self, week: Week) -> None:
        """Let each person take its turn; nobody sees what another did this week."""
        self._person = Learner(week, self.label)
        for row in range(week.state.frame.rows):
            self._person.row = row
            self._person._gain[:] = 0
            self.step(self._person)
            add_gain(week, row, self._person._gain)

    def land(self, week: Week) -> None:
        """Set what the people set."""
        seat = Seat()
        seat._week = week
        for seat.row, name, value in self._person._writes:
            seat.write(name, value)


_added: dict[str, type[Rule]] = {}


@lru_cache(maxsize=1)
def _installed() -> dict[str, type[Rule]]:
    return {point.name: point.load() for point in entry_points(group=ENTRY_POINTS)}


def registry() -> dict[str, type[Rule]]:
    """Every known rule by kind: installed through the entry point `watercooler.rules`, or registered."""
    return {**_installed(), **_added}


def register(rule: type[Rule]) -> type[Rule]:
    """Make a rule known by its kind; usable as a class decorator.

    Raises:
        ValueError: another rule has that kind.
    """
    known = registry().get(rule.kind)
    if known is not None and known.__qualname__ != rule.__qualname__:
        raise ValueError(f"a rule of kind '{rule.kind}' exists already")
    _added[rule.kind] = rule
    return rule


__all__ = ["Contact", "Learner", "PersonalRule", "Rule", "RuleSettings", "add_gain", "register", "registry"]
