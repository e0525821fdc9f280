"""Results as bytes and back: a layout that many runs share, and one row of bytes a run.

The bytes of equal numbers are equal, so that runs can be compared by their digests: little-endian, one NaN. Bytes of
numbers are laid side by side by their place in the number, in which form they take a fifth less space.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.store.details import Detail

if TYPE_CHECKING:
    from sim.recorder import Record
    from sim.scenario import Scenario

Bytes = NDArray[np.uint8]
DIGEST = 32
"""Length of a run's digest."""


@dataclass(frozen=True)
class Runs:
    """Runs of one scenario in one detail.

    Attributes:
        layout: JSON text of names and shapes; turns bytes back into arrays.
        payload: (run, byte).
        digests: sha256 of everything that a run means, (run, 32).
    """

    identity: str
    detail: str
    layout: str
    seeds: tuple[int, ...]
    payload: Bytes
    digests: Bytes

    def of(self, rows: Sequence[int]) -> Runs:
        """Some of the runs, in the order given."""
        seeds, at = tuple(self.seeds[row] for row in rows), list(rows)
        return Runs(self.identity, self.detail, self.layout, seeds, self.payload[at], self.digests[at])

    def sound(self) -> NDArray[np.bool_]:
        """Which runs are what their digests say, (run,)."""
        found: NDArray[np.bool_] = (_digests(self) == self.digests).all(axis=1)
        return found


def pack(scenario: Scenario, identity: str, record: Record, detail: Detail) -> Runs:
    """What is kept of a record's worlds."""
    layout, parts = _recorded(record) if detail.whole else _outcomes(scenario, record, detail)
    payload = np.concatenate([_laid_out(part) for part in parts], axis=1)
    text = json.dumps(layout, ensure_ascii=False, sort_keys=True)
    runs = Runs(identity, detail.name, text, tuple(int(seed) for seed in record.seeds), payload, np.zeros(0, np.uint8))
    return Runs(identity, detail.name, text, runs.seeds, payload, _digests(runs))


def unpack_record(runs: Runs) -> Record:
    """The record of runs that were kept whole."""
    from sim.recorder import Record

    layout = json.loads(runs.layout)
    names, weeks, worlds = layout["weekly"], layout["weeks"], len(runs.seeds)
    take = _Reader(runs.payload)
    table = take("<f8", len(names), weeks).transpose(1, 0, 2).copy()
    flow = take("<f4", *layout["flow"])
    seats = {name: take("<f4", layout["people"]) for name in layout["seats"]}
    treated = {label: take("?", layout["people"]) for label in layout["treated"]}
    return Record(
        seeds=runs.seeds,
        weekly=dict(zip(names, table, strict=True)),
        flow=flow.reshape(worlds, *layout["flow"]),
        seats=seats,
        treated=treated,
        departments=tuple(layout["departments"]),
        topics=tuple(layout["topics"]),
    )


def unpack_outcomes(runs: Runs) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """One number a metric, float64 (run, metric), and courses, float32 (run, course, week)."""
    layout = json.loads(runs.layout)
    take = _Reader(runs.payload)
    return take("<f8", len(layout["metrics"])), take("<f4", len(layout["courses"]), layout["weeks"])


def metric_names() -> tuple[str, ...]:
    """Metrics of outcomes in their order: over everybody, then of those whom the scenario's own policies treated."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    return (*METRICS, *SEAT_METRICS)


def outcome_arrays(
    scenario: Scenario, record: Record, detail: Detail
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Outcomes of a record, shapes as of `unpack_outcomes`."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    since = detail.since or 0
    numbers = [np.asarray(metric.value(record.weekly, since), np.float64) for metric in METRICS.values()]
    for name, metric in SEAT_METRICS.items():
        treated = treated_by(scenario, record, name)
        nothing = np.full(len(record.seeds), np.nan)
        numbers.append(nothing if treated is None else metric.of(record.seats, treated))
    weeks = next(iter(record.weekly.values())).shape[1]
    courses = [METRICS[name].series(record.weekly).astype(np.float32) for name in detail.courses]
    shape = (len(record.seeds), len(courses), weeks)
    return np.stack(numbers, axis=1), (np.stack(courses, axis=1) if courses else np.zeros(shape, np.float32))


def treated_by(scenario: Scenario, record: Record, metric: str) -> NDArray[np.bool_] | None:
    """Seats that the scenario's policies that aim at a metric by seat ever treated, (world, seat); None without any."""
    from sim.policies import registry

    kinds = registry()
    aiming = [label for label, settings in scenario.policies.items() if kinds[settings.kind].target_metric == metric]
    told = [record.treated[label] for label in aiming if label in record.treated]
    return np.any(told, axis=0) if told else None


def _recorded(record: Record) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Layout and arrays (world, ...) of a whole record."""
    worlds = len(record.seeds)
    weekly = np.stack([np.asarray(values, np.float64) for values in record.weekly.values()], axis=1)
    layout = {
        "weeks": int(weekly.shape[2]),
        "weekly": list(record.weekly),
        "flow": list(record.flow.shape[1:]),
        "people": int(next(iter(record.seats.values())).shape[1]) if record.seats else 0,
        "seats": list(record.seats),
        "treated": list(record.treated),
        "departments": list(record.departments),
        "topics": list(record.topics),
    }
    flow = np.asarray(record.flow, np.float32).reshape(worlds, -1)
    seats = [np.asarray(values, np.float32) for values in record.seats.values()]
    return layout, [weekly, flow, *seats, *(np.asarray(mask, np.bool_) for mask in record.treated.values())]


def _outcomes(scenario: Scenario, record: Record, detail: Detail) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Layout and arrays (world, ...) of outcomes."""
    numbers, courses = outcome_arrays(scenario, record, detail)
    layout = {"metrics": list(metric_names()), "courses": list(detail.courses), "weeks": int(courses.shape[2])}
    return layout, [numbers, courses]


def _laid_out(values: NDArray[Any]) -> Bytes:
    """Numbers (world, ...) as bytes (world, byte): all first bytes of the numbers, then all second ones, and so on."""
    worlds, size = len(values), values.dtype.itemsize
    length = values[0].size if worlds else 0
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), values.dtype.type(np.nan), values)
    plain = np.ascontiguousarray(values, values.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)
    return plain.reshape(worlds, length, size).transpose(0, 2, 1).reshape(worlds, length * size)


class _Reader:
    """Takes arrays one after the other from the bytes of runs."""

    def __init__(self, payload: Bytes) -> None:
        self._payload, self._at = payload, 0

    def __call__(self, kind: str, *shape: int) -> NDArray[Any]:
        """The next array (run, *shape)."""
        worlds, dtype = len(self._payload), np.dtype(kind)
        length = int(np.prod(shape, dtype=np.int64))
        part = self._payload[:, self._at : self._at + length * dtype.itemsize]
        self._at += length * dtype.itemsize
        side_by_side = part.reshape(worlds, dtype.itemsize, length).transpose(0, 2, 1)
        values = np.ascontiguousarray(side_by_side).reshape(-1).view(dtype)
        return values.reshape(worlds, *shape).astype(dtype.newbyteorder("="), copy=False)


def _digests(runs: Runs) -> Bytes:
    """Digest of each run: its name, its layout and its bytes, (run, 32)."""
    head = hashlib.sha256()
    for text in (runs.identity, runs.detail, runs.layout):
        head.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    found = np.zeros((len(runs.seeds), DIGEST), np.uint8)
    for row, seed in enumerate(runs.seeds):
        one = head.copy()
        one.update(np.int64(seed).astype("<i8").tobytes())
        one.update(runs.payload[row].tobytes())
        found[row] = np.frombuffer(one.digest(), np.uint8)
    return found
