"""Tables of a study, assembled from its blocks: one row a run, and one row a run and week."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.naming import flat
from experiments.store import write_table

if TYPE_CHECKING:
    from experiments.study import Arm, Study
    from sim.recorder import Record

RUNS = "runs.parquet"
SERIES = "series.parquet"


def write_tables(folder: Path, study: Study, records: Mapping[str, Record]) -> None:
    """Write both tables, each whole or not at all; the same results give the same bytes.

    Args:
        folder: the study's folder.
        study: its arms, all of which have a record.
        records: arm name -> record.
    """
    write_table(folder / RUNS, runs(study, records))
    write_table(folder / SERIES, series(study, records))


def runs(study: Study, records: Mapping[str, Record]) -> dict[str, Any]:
    """One row per scenario and seed: what was run, every parameter under its dotted key, every metric.

    Parameters that a scenario lacks are null; lists are JSON text. Flows and ratios are summed from the
    earliest start of any policy of the study. A metric by seat is of the seats that those policies treated which aim at
    it; beside it stands that of the same seats in the baseline.
    """
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    since = study.since
    counts = [len(records[arm.name].seeds) for arm in study.arms]
    columns: dict[str, Any] = {
        "scenario": _spread([arm.name for arm in study.arms], counts),
        "title": _spread([arm.title for arm in study.arms], counts),
        "baseline": _spread([arm.baseline for arm in study.arms], counts),
        "identity": _spread([arm.identity for arm in study.arms], counts),
        "seed": np.concatenate([np.array(records[arm.name].seeds, np.int64) for arm in study.arms]),
    }
    parameters = [flat(arm.scenario.to_dict()) for arm in study.arms]
    for key in dict.fromkeys(key for values in parameters for key in values):
        columns[key] = _spread(_one_type([values.get(key) for values in parameters]), counts)
    for metric in METRICS.values():
        values = [np.asarray(metric.value(records[arm.name].weekly, since), np.float64) for arm in study.arms]
        columns[metric.name] = np.concatenate(values)
    for name in SEAT_METRICS:
        members = [_members(arm, records, name) for arm in study.arms]
        columns[name] = np.concatenate([own for own, _ in members])
        columns[f"{name}_baseline"] = np.concatenate([baseline for _, baseline in members])
    return columns


def _members(arm: Arm, records: Mapping[str, Record], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A metric of those whom an arm treated, in the arm and in its baseline, (world,); NaN where undefined."""
    from sim.policies import registry
    from sim.seats import SEAT_METRICS

    record, metric = records[arm.name], SEAT_METRICS[name]
    nothing = np.full(len(record.seeds), np.nan)
    kinds = registry()
    aiming = [label for label, settings in arm.scenario.policies.items() if kinds[settings.kind].target_metric == name]
    told = [record.treated[label] for label in aiming if label in record.treated]
    if not told:
        return nothing, nothing
    treated = np.any(told, axis=0)
    base = records[arm.baseline] if arm.baseline is not None else None
    same = base is not None and base.seeds == record.seeds
    return metric.of(record.seats, treated), metric.of(base.seats, treated) if base and same else nothing


def series(study: Study, records: Mapping[str, Record]) -> dict[str, Any]:
    """One row per scenario, seed and week, one column per metric that has a value every week."""
    from sim.metrics import METRICS

    shapes = [next(iter(records[arm.name].weekly.values())).shape for arm in study.arms]
    columns: dict[str, Any] = {
        "scenario": _spread([arm.name for arm in study.arms], [worlds * weeks for worlds, weeks in shapes]),
        "seed": np.concatenate(
            [
                np.repeat(np.array(records[arm.name].seeds, np.int64), weeks)
                for arm, (_, weeks) in zip(study.arms, shapes, strict=True)
            ]
        ),
        "week": np.concatenate([np.tile(np.arange(weeks, dtype=np.int32), worlds) for worlds, weeks in shapes]),
    }
    for metric in METRICS.values():
        if metric.kind == "run":
            continue
        values = [np.asarray(metric.series(records[arm.name].weekly), np.float64).reshape(-1) for arm in study.arms]
        columns[metric.name] = np.concatenate(values)
    return columns


def _spread(values: Sequence[Any], counts: Sequence[int]) -> list[Any]:
    """Each arm's value once for each of its rows."""
    return [value for value, count in zip(values, counts, strict=True) for _ in range(count)]


def _one_type(values: Sequence[Any]) -> list[Any]:
    """Values of one column: numbers as they are or all as floats, lists as JSON, a mixture as text."""
    plain = [json.dumps(value) if isinstance(value, list | tuple) else value for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if kinds == {int, float}:
        return [None if value is None else float(value) for value in plain]
    if len(kinds) > 1:
        return [None if value is None else str(value) for value in plain]
    return plain
