"""Tables of a study, assembled from its blocks: one row a run, and one row a run and week."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.files import write_whole
from experiments.naming import flat

if TYPE_CHECKING:
    from experiments.study import Arm, Study
    from sim.recorder import Record

RUNS = "runs.parquet"
SERIES = "series.parquet"
_ROWS = 1 << 17
"""Rows after which a new row group begins."""


def write_tables(folder: Path, study: Study, records: Mapping[str, Record]) -> None:
    """Write both tables, each whole or not at all; the same results give the same bytes.

    Args:
        folder: the study's folder.
        study: its arms, all of which have a record.
        records: arm name -> record; looked at arm by arm, so that they need not all be in memory.
    """
    write_table(folder / RUNS, runs(study, records))
    write_table(folder / SERIES, series(study, records))


def write_table(path: Path, parts: Iterable[Mapping[str, Any]]) -> None:
    """Write a table of results as Parquet with page checksums, whole or not at all.

    Args:
        path: the file.
        parts: name -> values, all of one length; the rows of each part follow those of the one before.
    """
    write_whole(path, lambda temporary: _write_parquet(parts, temporary))


def _write_parquet(parts: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write with page checksums; no dictionaries of floats, which hardly repeat: half the time, and smaller."""
    writer = None
    try:
        for table in _row_groups(parts):
            if writer is None:
                whole = (pa.types.is_floating, pa.types.is_nested)
                repeated = [field.name for field in table.schema if not any(kind(field.type) for kind in whole)]
                writer = pq.ParquetWriter(
                    path, table.schema, compression="zstd", write_page_checksum=True, use_dictionary=repeated
                )
            writer.write_table(table, row_group_size=max(1, len(table)))
    finally:
        if writer is not None:
            writer.close()


def _row_groups(parts: Iterable[Mapping[str, Any]]) -> Iterator[pa.Table]:
    """Parts put together to tables that are worth a row group of their own."""
    waiting: list[pa.Table] = []
    rows = 0
    for part in parts:
        waiting.append(pa.table({name: pa.array(values) for name, values in part.items()}))
        rows += len(waiting[-1])
        if rows >= _ROWS:
            yield pa.concat_tables(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.concat_tables(waiting)


def runs(study: Study, records: Mapping[str, Record]) -> Iterator[dict[str, Any]]:
    """One row per scenario and seed: what was run, every parameter under its dotted key, every metric; a part an arm.

    Parameters that a scenario lacks are null; lists are JSON text. Flows and ratios are summed from the
    earliest start of any policy of the study. A metric by seat is of the seats that those policies treated which aim at
    it; beside it stands that of the same seats in the baseline.
    """
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    parameters = [flat(arm.scenario.to_dict()) for arm in study.arms]
    keys = dict.fromkeys(key for values in parameters for key in values)
    typed = {key: pa.array(_one_type([values.get(key) for values in parameters])) for key in keys}
    for at, arm in enumerate(study.arms):
        record = records[arm.name]
        number = len(record.seeds)
        columns: dict[str, Any] = {
            name: pa.array([value] * number, pa.string())
            for name, value in (
                ("scenario", arm.name), ("title", arm.title), ("baseline", arm.baseline), ("identity", arm.identity),
            )
        }  # fmt: skip
        columns["seed"] = np.array(record.seeds, np.int64)
        for key, values in typed.items():
            columns[key] = pa.repeat(values[at], number)
        for metric in METRICS.values():
            columns[metric.name] = np.asarray(metric.value(record.weekly, study.since), np.float64)
        for name in SEAT_METRICS:
            columns[name], columns[f"{name}_baseline"] = _members(arm, records, name)
        yield columns


def _members(arm: Arm, records: Mapping[str, Record], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A metric of those whom an arm treated, in the arm and in its baseline, (world,); NaN where undefined."""
    from experiments.store.packing import treated_by
    from sim.seats import SEAT_METRICS

    record, metric = records[arm.name], SEAT_METRICS[name]
    nothing = np.full(len(record.seeds), np.nan)
    treated = treated_by(arm.scenario, record, name)
    if treated is None:
        return nothing, nothing
    base = records[arm.baseline] if arm.baseline is not None else None
    same = base is not None and base.seeds == record.seeds
    return metric.of(record.seats, treated), metric.of(base.seats, treated) if base and same else nothing


def series(study: Study, records: Mapping[str, Record]) -> Iterator[dict[str, Any]]:
    """One row per scenario, seed and week, one column per metric that has a value every week; a part an arm."""
    from sim.metrics import METRICS

    for arm in study.arms:
        record = records[arm.name]
        worlds, weeks = next(iter(record.weekly.values())).shape
        columns: dict[str, Any] = {
            "scenario": [arm.name] * (worlds * weeks),
            "seed": np.repeat(np.array(record.seeds, np.int64), weeks),
            "week": np.tile(np.arange(weeks, dtype=np.int32), worlds),
        }
        for metric in METRICS.values():
            if metric.kind != "run":
                columns[metric.name] = np.asarray(metric.series(record.weekly), np.float64).reshape(-1)
        yield columns


def _one_type(values: Sequence[Any]) -> list[Any]:
    """Values of one column: numbers as they are or all as floats, lists as JSON, a mixture as text."""
    plain = [json.dumps(value) if isinstance(value, list | tuple) else value for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if kinds == {int, float}:
        return [None if value is None else float(value) for value in plain]
    if len(kinds) > 1:
        return [None if value is None else str(value) for value in plain]
    return plain
