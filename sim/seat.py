"""A person seen alone: a thin view on one row of the arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import Keys, finalize_one, uniform_of
from sim.kernels.ties import find
from sim.schema import ORIGINS, PERSON_FIELDS
from sim.week import Week

_FIELDS = {field.name: field for field in PERSON_FIELDS}
_PLAIN = ("level", "tenure", "engagement", "initiative")
_NAMED = {"department": "departments", "home_department": "departments"}


class Seat:
    """One person of one world. A seat is a row for life: after someone leaves, it is the newcomer.

    Attributes read and write the arrays: `level`, `tenure`, `engagement`, `initiative` as numbers; `department`,
    `home_department` by name; `expertise` as a live array (topic,). `organization` goes with the department.
    """

    _week: Week
    row: int

    @property
    def id(self) -> str:
        """Shown id: the seat's, with the number of newcomers since as `seat~n`."""
        name = self._week.state.frame.seats[self.row % self._week.rule.people]
        return f"{name}~{self.generation}" if self.generation else name

    @property
    def generation(self) -> int:
        """How many newcomers have taken the seat."""
        return int(self._week.state.arrays["generation"][self.row])

    @property
    def organization(self) -> str:
        """Name of the organization, empty where there is only one without a name."""
        names = self._week.state.frame.organizations
        return names[self._week.state.arrays["organization"][self.row]]

    @property
    def expertise(self) -> NDArray[np.float32]:
        """Mastery, (topic,), live; assigning sets all topics."""
        row: NDArray[np.float32] = self._week.state.arrays["expertise"][self.row, : self._week.rule.topics]
        return row

    @expertise.setter
    def expertise(self, values: Any) -> None:
        self.write("expertise", values)

    @property
    def need(self) -> NDArray[np.float32]:
        """Mastery that the home department's work requires, (topic,), read-only."""
        home = self._week.state.arrays["home_department"][self.row]
        row: NDArray[np.float32] = self._week.state.structure.need[home, : self._week.rule.topics].view()
        row.flags.writeable = False
        return row

    @property
    def trust(self) -> dict[str, float]:
        """Trust in each source, by the source's shown id."""
        return {contact.person.id: contact.trust for contact in self.contacts}

    @property
    def contacts(self) -> list[Contact]:
        """The people whom this person learns from."""
        ties = self._week.state.ties
        first = ties.first.item(self.row)
        slots = slice(first, first + ties.count.item(self.row))
        fields = (values[slots].tolist() for values in (ties.source, ties.trust, ties.contact, ties.origin))
        return [
            Contact(self._other(source), trust, contact, ORIGINS[origin])
            for source, trust, contact, origin in zip(*fields, strict=True)
        ]

    def contact(self, other: Seat) -> Contact | None:
        """The tie to a source, or None where there is none."""
        slot = int(find(self._week.state.ties, self.row, other.row))
        return self._contact(slot) if slot >= 0 else None

    def _contact(self, slot: int) -> Contact:
        ties = self._week.state.ties
        other = self._other(int(ties.source[slot]))
        return Contact(other, float(ties.trust[slot]), float(ties.contact[slot]), ORIGINS[int(ties.origin[slot])])

    def _other(self, row: int) -> Seat:
        """Another person as this one meets it."""
        seat = Seat()
        seat._week, seat.row = self._week, row
        return seat

    def write(self, name: str, value: Any) -> None:
        """Set a field of the arrays.

        Raises:
            ValueError: the value leaves the field's range or shape, or names no department.
        """
        put(self._week, self.row, name, stored(self._week, name, value))


def own_draw(stream: Keys, week: Week, row: int, other: Seat | None) -> float:
    """A person's own uniform draw in [0, 1) from a chain (world,), alone or about another person."""
    keys = week.state.arrays["key"]
    chain = finalize_one(stream.item(row // week.rule.people) ^ keys.item(row))
    if other is not None:
        chain = finalize_one(chain ^ keys.item(other.row))
    return uniform_of(chain)


def stored(week: Week, name: str, value: Any) -> Any:
    """What an array holds for a value: a copy, of the array's type.

    Raises:
        ValueError: the value leaves the field's range or shape, or names no department.
    """
    if name in _NAMED:
        names = getattr(week.state.frame, _NAMED[name])
        if value not in names:
            raise ValueError(f"no {_NAMED[name][:-1]} is called {value!r}; there are {', '.join(names[:5])} ...")
        return names.index(value)
    field, numbers = _FIELDS[name], np.asarray(value, np.float64)
    if not np.all((numbers >= field.low) & (numbers <= field.high)):
        raise ValueError(f"{name} lies in [{field.low}, {field.high}], not {value!r}")
    if field.dtype.startswith("int") and np.any(numbers != np.floor(numbers)):
        raise ValueError(f"{name} is a whole number, not {value!r}")
    shape = (week.rule.topics,) if name == "expertise" else ()
    if numbers.shape not in ((), shape):
        raise ValueError(f"{name} has shape {shape}, not {numbers.shape}")
    return numbers.astype(field.dtype)


def put(week: Week, row: int, name: str, held: Any) -> None:
    """Write what `stored` made of a value."""
    array = week.state.arrays[name]
    if name == "expertise":
        array[row, : week.rule.topics] = held
    else:
        array[row] = held


class Contact(NamedTuple):
    """A tie seen from its learner: the source, trust in it, chance of an exchange in a week, and why it exists."""

    person: Seat
    trust: float
    contact: float
    origin: str


def _plain_property(name: str) -> property:
    field = _FIELDS[name]

    def read(self: Seat) -> int | float:
        value: int | float = self._week.state.arrays[name][self.row].item()
        return value

    def write(self: Seat, value: Any) -> None:
        self.write(name, value)

    return property(read, write, doc=f"{field.doc}; {field.unit or 'no unit'}, in [{field.low}, {field.high}]")


def _named_property(name: str) -> property:
    def read(self: Seat) -> str:
        names: tuple[str, ...] = getattr(self._week.state.frame, _NAMED[name])
        return names[self._week.state.arrays[name][self.row]]

    def write(self: Seat, value: Any) -> None:
        self.write(name, value)

    return property(read, write, doc=f"name of the {name.replace('_', ' ')}")


for _name in _PLAIN:
    setattr(Seat, _name, _plain_property(_name))
for _name in _NAMED:
    setattr(Seat, _name, _named_property(_name))
