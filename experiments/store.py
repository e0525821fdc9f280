"""The store: one verified block of results a scenario, known by its content.

A block is a Parquet file with one row per seed and week. Page checksums cover the data but neither the
column names nor the offsets, so the block also carries a digest of everything it means; a block whose
digest does not fit is treated as if it were not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.files import write_whole

if TYPE_CHECKING:
    from experiments.study import Arm
    from sim.recorder import Record

FORMAT = 2
"""Layout of a block; part of its digest."""

_DAMAGE = (
    pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError, MemoryError, OverflowError,
)  # fmt: skip
"""What reading a damaged file may raise."""

_LABELS = ("key", "identity", "scenario", "layout", "digest")


class CorruptBlockError(Exception):
    """A block that cannot be read or does not hold what its digest says."""

    def __init__(self, path: Path, cause: str) -> None:
        self.path = path
        self.cause = cause
        super().__init__(f"{path}: {cause}")


@dataclass(frozen=True)
class Block:
    """What a block holds.

    Attributes:
        key: content key of scenario and seeds.
        identity: the scenario's content hash.
        baseline_identity: that of the same scenario without policies; empty where it is not known.
        model: version of the model that ran it.
        scenario: the scenario as plain data.
        record: the results of its worlds.
    """

    key: str
    identity: str
    model: int
    scenario: dict[str, Any]
    record: Record
    baseline_identity: str = ""


def block_key(identity: str, seeds: Sequence[int]) -> str:
    """Content key of a scenario's results over these seeds (64 hex digits)."""
    text = identity + ":" + ",".join(str(int(seed)) for seed in seeds)
    return hashlib.sha256(text.encode()).hexdigest()


def block_path(folder: Path, key: str) -> Path:
    """Where the block of that key lies in a study's folder."""
    return folder / "blocks" / f"{key}.parquet"


def write_block(folder: Path, arm: Arm, record: Record) -> Path:
    """Write an arm's results; the same results give the same bytes.

    Raises:
        OSError: the folder cannot be written.
    """
    key = block_key(arm.identity, record.seeds)
    text = json.dumps(arm.scenario.to_dict(), ensure_ascii=False)
    layout = _layout(record) | {"baseline_identity": arm.baseline_identity}
    digest = _digest(key, text, layout, record)
    labels = {
        "key": key,
        "identity": arm.identity,
        "scenario": text,
        "layout": json.dumps(layout, ensure_ascii=False),
        "digest": digest,
    }
    table = pa.table(_columns(record, labels))
    path = block_path(folder, key)
    write_whole(path, lambda temporary: _write_parquet(table, temporary))
    return path


def read_block(path: Path) -> Block:
    """Read and verify a block.

    Raises:
        FileNotFoundError: there is none.
        CorruptBlockError: it is not whole, not what its digest says, or lacks what today's metrics need.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
        key, identity, text, layout, digest = (_label(table, name) for name in _LABELS)
        described = json.loads(layout)
        if described["format"] != FORMAT:
            raise CorruptBlockError(path, f"it has format {described['format']!r}, and this version reads {FORMAT}")
        record = _record(table, described)
        scenario = json.loads(text)
    except _DAMAGE as error:
        raise CorruptBlockError(path, f"cannot be read ({type(error).__name__})") from error
    if digest != _digest(key, text, described, record):
        raise CorruptBlockError(path, "its content does not fit its digest")
    if key != path.stem or key != block_key(identity, record.seeds):
        raise CorruptBlockError(path, "it holds the results of another scenario")
    if lacking := sorted(_needed() - {*record.weekly, *record.seats}):
        raise CorruptBlockError(path, f"lacks {', '.join(lacking)}, which this version measures")
    return Block(key, identity, described["model"], scenario, record, str(described.get("baseline_identity", "")))


def _needed() -> set[str]:
    """Raw quantities that the metrics are made of, and metrics by seat; results of older code may lack some."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    measured = [metric for metric in METRICS.values() if metric.kind in ("stock", "final", "ratio", "year")]
    return {name for metric in measured for name in (metric.numerator, metric.denominator)} | set(SEAT_METRICS)


def write_table(path: Path, columns: Mapping[str, Any]) -> None:
    """Write a table of results as Parquet with page checksums, whole or not at all.

    Args:
        path: the file.
        columns: name -> values, all of one length.
    """
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    write_whole(path, lambda temporary: _write_parquet(table, temporary))


def _write_parquet(table: pa.Table, path: Path) -> None:
    """Write with page checksums; no dictionaries of floats, which hardly repeat: half the time, and smaller."""
    whole = (pa.types.is_floating, pa.types.is_nested)
    repeated = [field.name for field in table.schema if not any(kind(field.type) for kind in whole)]
    pq.write_table(table, path, compression="zstd", write_page_checksum=True, use_dictionary=repeated)


def _layout(record: Record) -> dict[str, Any]:
    """Names, order and shapes: what turns columns back into arrays."""
    from sim import MODEL_VERSION

    weeks = next(iter(record.weekly.values())).shape[1]
    return {
        "format": FORMAT,
        "model": MODEL_VERSION,
        "seeds": [int(seed) for seed in record.seeds],
        "weeks": int(weeks),
        "weekly": list(record.weekly),
        "seats": list(record.seats),
        "treated": list(record.treated),
        "flow": list(record.flow.shape[1:]),
        "departments": list(record.departments),
        "topics": list(record.topics),
    }


def _columns(record: Record, labels: Mapping[str, str]) -> dict[str, pa.Array]:
    """The block's columns: labels, seed, week, weekly quantities, and lists at each seed's last week."""
    worlds = len(record.seeds)
    weeks = next(iter(record.weekly.values())).shape[1]
    rows = worlds * weeks
    zeros = pa.array(np.zeros(rows, np.int32))
    columns: dict[str, pa.Array] = {
        name: pa.DictionaryArray.from_arrays(zeros, pa.array([text])) for name, text in labels.items()
    }
    columns["seed"] = pa.array(np.repeat(np.array(record.seeds, np.int64), weeks))
    columns["week"] = pa.array(np.tile(np.arange(weeks, dtype=np.int32), worlds))
    for name, values in record.weekly.items():
        columns[f"weekly:{name}"] = pa.array(np.ascontiguousarray(values, np.float64).reshape(rows))
    columns["flow"] = _lists(record.flow.reshape(worlds, -1).astype(np.float32, copy=False), weeks)
    for name, by_seat in record.seats.items():
        columns[f"seat:{name}"] = _lists(by_seat.astype(np.float32, copy=False), weeks)
    for label, mask in record.treated.items():
        columns[f"treated:{label}"] = _lists(mask, weeks)
    return columns


def _lists(values: NDArray[Any], weeks: int) -> pa.Array:
    """A list column (row) with values (world, item) at the last week of each world and null elsewhere."""
    worlds, items = values.shape
    filled = np.tile(np.arange(weeks) == weeks - 1, worlds)
    offsets = np.concatenate(([0], np.cumsum(np.where(filled, items, 0)))).astype(np.int64)
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    return pa.LargeListArray.from_arrays(pa.array(offsets), flat, mask=pa.array(~filled))


def _label(table: pa.Table, name: str) -> str:
    """The one text that a label column holds in every row."""
    texts = table.column(name).unique().to_pylist()
    if len(texts) != 1 or not isinstance(texts[0], str):
        raise ValueError(f"{name} is not one text")
    return texts[0]


def _record(table: pa.Table, layout: Mapping[str, Any]) -> Record:
    """Turn the columns of a block back into a record."""
    from sim.recorder import Record

    seeds, weeks = tuple(layout["seeds"]), layout["weeks"]
    worlds = len(seeds)
    expected = np.repeat(np.array(seeds, np.int64), weeks)
    if not np.array_equal(table.column("seed").to_numpy(), expected):
        raise ValueError("the seeds of the rows are not those of the block")

    def weekly(name: str) -> NDArray[Any]:
        return np.array(table.column(name).to_numpy()).reshape(worlds, weeks)

    def lists(name: str) -> NDArray[Any]:
        flat = table.column(name).combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return np.array(flat).reshape(worlds, -1)

    if not np.array_equal(weekly("week"), np.tile(np.arange(weeks), (worlds, 1))):
        raise ValueError("the weeks of the rows are not those of the block")
    return Record(
        seeds=seeds,
        weekly={name: weekly(f"weekly:{name}") for name in layout["weekly"]},
        flow=lists("flow").reshape(worlds, *layout["flow"]),
        seats={name: lists(f"seat:{name}") for name in layout["seats"]},
        treated={label: lists(f"treated:{label}") for label in layout["treated"]},
        departments=tuple(layout["departments"]),
        topics=tuple(layout["topics"]),
    )


def _digest(key: str, scenario: str, layout: Mapping[str, Any], record: Record) -> str:
    """sha256 of everything that the block means, arrays little-endian in the layout's order."""
    total = hashlib.sha256()
    for text in (key, scenario, json.dumps(layout, sort_keys=True)):
        total.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    for name in layout["weekly"]:
        total.update(np.ascontiguousarray(record.weekly[name], "<f8").tobytes())
    total.update(np.ascontiguousarray(record.flow, "<f4").tobytes())
    for name in layout["seats"]:
        total.update(np.ascontiguousarray(record.seats[name], "<f4").tobytes())
    for label in layout["treated"]:
        total.update(np.ascontiguousarray(record.treated[label], np.bool_).tobytes())
    return total.hexdigest()
