"""P7: the bytes that an organization's arrays hold, and whether a process holds more than them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import worlds
from benchmarks.figures import Findings
from benchmarks.progress import say
from benchmarks.worlds import WARM_WEEKS
from sim import OrganizationModel
from sim.schema import CULTURE_FIELDS, KNOWLEDGE_FIELDS

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
ROWS_OF_TIES = ("first", "count", "limit")
"""Arrays of the ties that have a row a person."""
OF_WHOLES = tuple(field.name for field in CULTURE_FIELDS + KNOWLEDGE_FIELDS)
"""Arrays of departments and of whole organizations."""
PEAK, NOW = "VmHWM", "VmRSS"


@dataclass(frozen=True)
class Holding:
    """A buffer, and where it was found first."""

    place: str
    size: int


def holdings(roots: Mapping[str, object]) -> list[Holding]:
    """Every buffer that can be reached from these objects, each once, in order of being found.

    Walks mappings, sequences, closures of no function, and the attributes of the model's own objects.
    """
    seen: dict[int, object] = {}
    found: list[Holding] = []
    for name, root in roots.items():
        found += _walk(root, name, seen)
    return found


def _walk(value: object, place: str, seen: dict[int, object]) -> Iterator[Holding]:
    if isinstance(value, np.ndarray):
        buffer = _buffer(value)
        if id(buffer) not in seen:
            seen[id(buffer)] = buffer
            low, high = np.lib.array_utils.byte_bounds(buffer)  # what is broadcast takes no room
            yield Holding(place, high - low)
        return
    if id(value) in seen:
        return
    inner = list(_inner(value))
    if inner:
        seen[id(value)] = value  # kept, so that no other object takes its id
    for name, part in inner:
        yield from _walk(part, f"{place}.{name}", seen)


def _buffer(array: NDArray[Any]) -> NDArray[Any]:
    """The array that owns the memory of a view."""
    base: Any = array.base
    while base is not None:
        array = base if isinstance(base, np.ndarray) else array
        base = getattr(base, "base", None)  # numpy puts an object of its own between some views and their owner
    return array


def _inner(value: object) -> Iterator[tuple[str, object]]:
    """What an object holds, by name."""
    if isinstance(value, str | bytes | int | float | type(None)):
        return
    if isinstance(value, Mapping):
        yield from ((str(key), part) for key, part in value.items())
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from zip(value._fields, value, strict=True)
    elif isinstance(value, list | tuple):
        if not value or not isinstance(value[0], str):  # names of people are no arrays
            yield from ((str(at), part) for at, part in enumerate(value))
    elif type(value).__module__.startswith("sim"):
        if is_dataclass(value):
            yield from ((field.name, getattr(value, field.name)) for field in fields(value))
        yield from getattr(value, "__dict__", {}).items()
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        yield from ((name, getattr(value, name)) for name in slots if hasattr(value, name))


@dataclass(frozen=True)
class Sums:
    """Bytes of a model's arrays: of its state by person and by tie slot, of what else the state holds, of scratch."""

    people: int
    ties: int
    rest: int
    scratch: int

    @classmethod
    def of(cls, model: OrganizationModel) -> Sums:
        """Add up the arrays of the state, the week and the plan."""
        sums = {"people": 0, "ties": 0, "rest": 0, "scratch": 0}
        for held in holdings({"state": model.state, "week": model.ensemble, "plan": model.plan}):
            sums[_kind(held.place)] += held.size
        return cls(**sums)

    @property
    def state(self) -> int:
        """Bytes of the state."""
        return self.people + self.ties + self.rest

    @property
    def total(self) -> int:
        """Bytes of all arrays."""
        return self.state + self.scratch


def _kind(place: str) -> str:
    """Of what a buffer at this place holds a row."""
    owner, _, rest = place.partition(".")
    group, _, name = rest.partition(".")
    if owner != "state":
        return "scratch"
    if group == "ties":
        return "people" if name in ROWS_OF_TIES else "ties"
    return "people" if group == "arrays" and name not in OF_WHOLES else "rest"


def resident(kind: str) -> int:
    """Bytes of this process in memory, `NOW` or at their `PEAK`; 0 where the system does not say."""
    if not STATUS.is_file():
        return 0
    line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith(kind))
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    """Let the peak begin again from what is in memory now."""
    gc.collect()
    if RESET.is_file():
        RESET.write_text("5", encoding="ascii")


def measure(*, small: bool) -> Findings:
    """Build an organization, run some weeks, and compare its arrays with the process."""
    people = 3000 if small else 1_000_000
    found = Findings("p7")
    worlds.warm_up()
    forget_peak()
    before = resident(NOW)
    say("p7", f"building {people:,} people")
    model = OrganizationModel(worlds.scenario(people, weeks=WARM_WEEKS), seed=worlds.SEED)
    built, start, ties_at_start = resident(PEAK) - before, Sums.of(model), len(model.state.source)
    forget_peak()
    say("p7", f"{WARM_WEEKS} weeks with three policies")
    for _ in range(WARM_WEEKS):
        model.step()
    during, after = resident(PEAK) - before, Sums.of(model)
    names = sum(sys.getsizeof(name) for name in model.state.frame.seats) + sys.getsizeof(model.state.frame.seats)
    moments = {
        "at the start": (start, ties_at_start),
        f"after {WARM_WEEKS} weeks": (after, len(model.state.source)),
    }
    for moment, (sums, ties) in moments.items():
        found.value(f"state {moment}", sums.people / people, "bytes a person", goal="p7 person")
        found.value(f"ties {moment}, room included", sums.ties / ties, "bytes a tie", goal="p7 tie")
    found.value("scratch of a week and its measures", after.scratch / people, "bytes a person")
    found.value("departments and their pairs", after.rest / people, "bytes a person")
    found.value("names of the people", names / people, "bytes a person", note="Python strings, outside the arrays")
    if during > 0:
        _add_process(found, after, names, built, during)
    model.close()
    return found


def _add_process(found: Findings, sums: Sums, names: int, built: int, during: int) -> None:
    """Add what the process held beyond the arrays."""
    beyond = during - sums.total - names
    found.value("peak of the weeks beyond all arrays", beyond / sums.state, "copies of the state", goal="p7 copies")
    found.value("peak of the weeks", during / 1e9, "GB", note="beyond a process that has run a tiny organization")
    found.value("all arrays", sums.total / 1e9, "GB")
    found.value("peak while building", built / 1e9, "GB")
