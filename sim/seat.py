"""A person seen alone: a thin view on one row of the arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.ties import find
from sim.schema import ORIGINS, PERSON_FIELDS, Field
from sim.week import Week

_PLAIN = tuple(
    field for field in PERSON_FIELDS if field.name in ("level", "tenure", "engagement", "initiative", "generation")
)
_NAMED = {"department": "departments", "home_department": "departments", "organization": "organizations"}


class Seat:
    """One person of one world. A seat is a row for life: after someone leaves, it is the newcomer.

    Attributes read and write the arrays: `level`, `tenure`, `engagement`, `initiative`, `generation` as numbers;
    `department`, `home_department`, `organization` by name; `expertise` as a live array (topic,).
    """

    _week: Week
    row: int

    @property
    def id(self) -> str:
        """Shown id: the seat's, with the number of newcomers since as `seat~n`."""
        name = self._week.state.frame.seats[self.row % self._week.rule.people]
        generation = int(self._week.state.arrays["generation"][self.row])
        return f"{name}~{generation}" if generation else name

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
        """Mastery that the home department's work requires, (topic,)."""
        home = self._week.state.arrays["home_department"][self.row]
        row: NDArray[np.float32] = self._week.state.structure.need[home, : self._week.rule.topics]
        return row

    @property
    def trust(self) -> dict[str, float]:
        """Trust in each source, by the source's shown id."""
        return {contact.person.id: contact.trust for contact in self.contacts}

    @property
    def contacts(self) -> list[Contact]:
        """The people whom this person learns from."""
        ties = self._week.state.ties
        first = int(ties.first[self.row])
        return [self._contact(slot) for slot in range(first, first + int(ties.count[self.row]))]

    def contact(self, other: Seat) -> Contact | None:
        """The tie to a source, or None where there is none."""
        slot = int(find(self._week.state.ties, self.row, other.row))
        return self._contact(slot) if slot >= 0 else None

    def _contact(self, slot: int) -> Contact:
        ties = self._week.state.ties
        other = _seat(self._week, int(ties.source[slot]))
        return Contact(other, float(ties.trust[slot]), float(ties.contact[slot]), ORIGINS[int(ties.origin[slot])])

    def write(self, name: str, value: Any) -> None:
        """Set a field of the arrays.

        Raises:
            ValueError: the value leaves the field's range, or names no department.
        """
        arrays = self._week.state.arrays
        if name in _NAMED:
            names = getattr(self._week.state.frame, _NAMED[name])
            if value not in names:
                raise ValueError(f"no {_NAMED[name][:-1]} is called {value!r}; there are {', '.join(names[:5])} ...")
            arrays[name][self.row] = names.index(value)
            return
        checked(next(field for field in PERSON_FIELDS if field.name == name), value)
        if name == "expertise":
            arrays[name][self.row, : self._week.rule.topics] = value
        else:
            arrays[name][self.row] = value


def checked(field: Field, value: Any) -> None:
    """Refuse a value outside a field's range.

    Raises:
        ValueError: it is not a finite number in the range.
    """
    numbers = np.asarray(value, np.float64)
    if not np.all((numbers >= field.low) & (numbers <= field.high)):
        raise ValueError(f"{field.name} lies in [{field.low}, {field.high}], not {value!r}")


@dataclass(frozen=True)
class Contact:
    """A tie seen from its learner: the source, trust in it, chance of an exchange in a week, and why it exists."""

    person: Seat
    trust: float
    contact: float
    origin: str


def _seat(week: Week, row: int) -> Seat:
    seat = Seat()
    seat._week, seat.row = week, row
    return seat


def _plain_property(field: Field) -> property:
    def read(self: Seat) -> int | float:
        value: int | float = self._week.state.arrays[field.name][self.row].item()
        return value

    def write(self: Seat, value: Any) -> None:
        self.write(field.name, value)

    return property(read, write, doc=f"{field.doc}; {field.unit or 'no unit'}, in [{field.low}, {field.high}]")


def _named_property(name: str) -> property:
    def read(self: Seat) -> str:
        names: tuple[str, ...] = getattr(self._week.state.frame, _NAMED[name])
        return names[self._week.state.arrays[name][self.row]]

    def write(self: Seat, value: Any) -> None:
        self.write(name, value)

    return property(read, write, doc=f"name of the {name.replace('_', ' ')}")


for _field in _PLAIN:
    setattr(Seat, _field.name, _plain_property(_field))
for _name in _NAMED:
    setattr(Seat, _name, _named_property(_name))
