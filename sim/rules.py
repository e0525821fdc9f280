"""The door for a researcher's own rule: one person in plain Python, or everybody at once as arrays.

A rule is a channel of learning: it reads the week's start as last week left it and policies arranged it, its
gains share the learning budget, and what else it sets lands once everybody has met.

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
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.chance import Keys
from sim.kernels.common import topic_sum
from sim.parameters import parameter
from sim.registry import Registry
from sim.schema import TOPIC_LANES
from sim.seat import Contact, Seat, own_draw, put, stored
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
        """Set what else changes, once everybody has met."""


def add_gain(week: Week, row: int, gain: NDArray[np.float32]) -> None:
    """Add the gain of one person (padded topic,) to the channel of rules."""
    week.rule_gain[row] += gain
    week.work.from_rules[row] += topic_sum(gain)


def add_gains(week: Week, gains: NDArray[np.float32]) -> None:
    """Add the gains of everybody (person, padded topic) to the channel of rules, with the bits of `add_gain`."""
    week.rule_gain[:] += gains
    lanes = gains[:, :TOPIC_LANES].copy()
    for first in range(TOPIC_LANES, gains.shape[1], TOPIC_LANES):
        lanes += gains[:, first : first + TOPIC_LANES]
    half = lanes[:, :4] + lanes[:, 4:]
    pair = half[:, :2] + half[:, 2:]
    week.work.from_rules[:] += pair[:, 0] + pair[:, 1]


class Neighbour(Seat):
    """A person as a rule sees it: last week's state, read-only; what is set lands after all rules ran."""

    def __init__(self, week: Week, row: int, writes: list[tuple[int, str, Any]], mastery: NDArray[np.float32]) -> None:
        self._week = week
        self._writes = writes
        self._mastery = mastery
        self.row = row

    def write(self, name: str, value: Any) -> None:
        """Set a field once all rules ran.

        Raises:
            ValueError: the value leaves the field's range or shape, or names no department.
        """
        self._writes.append((self.row, name, stored(self._week, name, value)))

    @property
    def expertise(self) -> NDArray[np.float32]:
        """Last week's mastery, (topic,), read-only; assigning sets all topics once all rules ran."""
        row: NDArray[np.float32] = self._mastery[self.row]
        return row

    @expertise.setter
    def expertise(self, values: Any) -> None:
        self.write("expertise", values)

    def _other(self, row: int) -> Seat:
        return Neighbour(self._week, row, self._writes, self._mastery)


class Learner(Neighbour):
    """The person whose turn it is: draws its own chance, and learns."""

    def __init__(self, week: Week, label: str) -> None:
        mastery = week.state.arrays["expertise"][:, : week.rule.topics]
        mastery.flags.writeable = False
        super().__init__(week, 0, [], mastery)
        self._label = label
        self._streams: dict[str, Keys] = {}
        self._gain = np.zeros(week.work.gain.shape[1], np.float32)

    def draw(self, decision: str, other: Seat | None = None) -> float:
        """This week's own uniform draw in [0, 1) for a decision, alone or about another person."""
        if decision not in self._streams:
            self._streams[decision] = self._week.chance.stream(self._label, decision, self._week.number)
        return own_draw(self._streams[decision], self._week, self.row, other)

    def learn(self, topic: int | str, amount: float) -> None:
        """Gain mastery of a topic, by number or name, within this week's learning budget.

        Raises:
            ValueError: the amount is negative or not finite, or there is no such topic.
        """
        names = self._week.state.frame.topics
        if isinstance(topic, str) and topic not in names:
            raise ValueError(f"no topic is called {topic!r}; there are {', '.join(names[:5])} ...")
        if not isinstance(topic, str) and not 0 <= topic < len(names):
            raise ValueError(f"there is no topic number {topic}; they go from 0 to {len(names) - 1}")
        if not 0 <= amount < np.inf:
            raise ValueError(f"a gain is 0 or more, not {amount!r}")
        self._gain[names.index(topic) if isinstance(topic, str) else int(topic)] += np.float32(amount)


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
        for row, name, held in self._person._writes:
            put(week, row, name, held)


RULES: Registry[type[Rule]] = Registry("rule", ENTRY_POINTS, {})


def registry() -> dict[str, type[Rule]]:
    """Every known rule by kind: installed through the entry point `watercooler.rules`, or registered."""
    return RULES.classes()


register = RULES.register


__all__ = [
    "Contact",
    "Learner",
    "Neighbour",
    "PersonalRule",
    "Rule",
    "RuleSettings",
    "add_gain",
    "add_gains",
    "register",
    "registry",
]
