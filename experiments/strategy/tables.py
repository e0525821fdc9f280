"""The tables of a strategy study: every run, every future, and every effect, for whoever wants to look again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.outcomes import Outcomes
from experiments.files import write_whole
from experiments.strategy.answer import Answer
from experiments.tables import write_table

RUNS, FUTURES, EFFECTS, ROBUST = "runs.parquet", "futures.csv", "effects.csv", "robustness.csv"
AS_GIVEN = 0
"""The number of the future in which the assumptions are as the scenarios have them; sampled ones count from 1."""


def write_strategy_tables(folder: Path, answer: Answer) -> None:
    """Write all tables, each whole or not at all; the same answer gives the same bytes.

    Raises:
        OSError: the folder cannot be written.
    """
    write_table(folder / RUNS, runs(answer))
    _write_csv(folder / FUTURES, futures(answer))
    _write_csv(folder / EFFECTS, effects(answer))
    _write_csv(folder / ROBUST, robust(answer))


def runs(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """One row a run: future, arm, seed, every outcome in the unit that people read, and cost a person-week."""
    yield from _runs(answer.given.outcomes, [AS_GIVEN])
    if answer.futures is not None:
        yield from _runs(answer.futures.outcomes, answer.numbers)


def _runs(outcomes: Outcomes, numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """A part of the rows for each future."""
    arms, _, worlds = outcomes.shape
    for at, number in enumerate(numbers):
        columns: dict[str, Any] = {
            "future": np.full(arms * worlds, number, np.int64),
            "arm": np.repeat(np.array(outcomes.arms, dtype=object), worlds),
            "seed": np.tile(np.array(outcomes.seeds, np.int64), arms),
        }
        columns |= {name: values[:, at].reshape(-1) for name, values in outcomes.values.items()}
        columns |= {"hours": outcomes.hours[:, at].reshape(-1), "money": outcomes.money[:, at].reshape(-1)}
        yield columns


def futures(answer: Answer) -> list[dict[str, Any]]:
    """One row a sampled future: its number and the value of every assumption, in its own unit."""
    if answer.futures is None:
        return []
    outcomes = answer.futures.outcomes
    names = [each.path for each in outcomes.assumptions]
    return [
        {"future": number, **dict(zip(names, map(float, values), strict=True))}
        for number, values in zip(answer.numbers, outcomes.futures, strict=True)
    ]


def effects(answer: Answer) -> list[dict[str, Any]]:
    """One row an arm and outcome: the effect where the assumptions are as given."""
    found = []
    for (arm, outcome), effect in answer.effects.items():
        result, same = effect.paired, effect.equivalence
        found.append({
            "arm": arm, "outcome": outcome, "unit": answer.given.outcomes.unit(outcome), "n": result.n,
            "baseline_mean": result.mean_baseline, "arm_mean": result.mean_arm, "difference": result.difference,
            "low": result.low, "high": result.high, "bca_low": effect.bca[0], "bca_high": effect.bca[1],
            "p": result.p, "p_holm": effect.p_holm, "better_worlds": effect.better,
            "equivalent": None if same is None else same.equivalent, "matters": None if same is None else same.matters,
            **{f"extra_{kind}": spent for kind, spent in answer.frontier.of(arm).costs.items()},
        })  # fmt: skip
    return found


def robust(answer: Answer) -> list[dict[str, Any]]:
    """One row an arm and outcome: how it holds up over the sampled futures."""
    return [
        {
            "arm": arm.name, "outcome": outcome, "unit": found.unit, "futures": len(found.futures), "rank": arm.rank,
            "effect": arm.effect.value, "acceptable": arm.acceptable.value, "acceptable_low": arm.acceptable.low,
            "acceptable_high": arm.acceptable.high, "too_weak": arm.too_weak, "too_dear": arm.too_dear,
            "regret_max": arm.regret_max.value, "regret_max_low": arm.regret_max.low,
            "regret_max_high": arm.regret_max.high, "regret_90": arm.regret_high.value,
            "first_in": float(arm.rank_futures[0]), "hours": arm.hours, "money": arm.money,
        }
        for outcome, found in answer.robust.items()
        for arm in found.arms
    ]  # fmt: skip


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV for a spreadsheet; a file of an earlier study is taken away where there are none."""
    import pandas as pd

    if not rows:
        path.unlink(missing_ok=True)
        return
    table = pd.DataFrame(rows)
    write_whole(path, lambda part: table.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\n"))
