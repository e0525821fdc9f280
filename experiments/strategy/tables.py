"""The tables of a strategy study: every run, every future, and every effect, for whoever wants to look again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.outcomes import Outcomes
from experiments.files import write_whole
from experiments.strategy.answer import Answer
from experiments.strategy.figures import AS_GIVEN, FUTURES, GIVEN
from experiments.strategy.figures_portfolio import portfolio_name
from experiments.tables import write_table

RUNS, POINTS, PORTFOLIOS = "runs.parquet", "points.csv", "portfolios.csv"
EFFECTS, ROBUST = "effects.csv", "robustness.csv"


def write_strategy_tables(folder: Path, answer: Answer) -> None:
    """Write all tables, each whole or not at all; the same answer gives the same bytes.

    Raises:
        OSError: the folder cannot be written.
    """
    write_table(folder / RUNS, runs(answer))
    _write_csv(folder / POINTS, points(answer))
    _write_csv(folder / PORTFOLIOS, portfolios(answer))
    _write_csv(folder / EFFECTS, effects(answer))
    _write_csv(folder / ROBUST, robust(answer))


def parts(answer: Answer) -> Iterator[tuple[str, Outcomes, tuple[int, ...]]]:
    """Parts of a study, what was measured in each, and the numbers of its futures or points."""
    yield GIVEN, answer.given.outcomes, (AS_GIVEN,)
    if answer.futures is not None:
        yield FUTURES, answer.futures.outcomes, answer.numbers
    for part, measured in answer.explored.items():
        yield part, measured.outcomes, measured.numbers or (AS_GIVEN,)


def runs(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """One row a run: part of the study, number of the point, arm, seed, outcomes as people read them, cost."""
    for part, outcomes, numbers in parts(answer):
        yield from _runs(part, outcomes, numbers)


def _runs(part: str, outcomes: Outcomes, numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """The rows of a part, point by point."""
    arms, _, worlds = outcomes.shape
    for at, number in enumerate(numbers):
        columns: dict[str, Any] = {
            "part": np.full(arms * worlds, part, dtype=object),
            "point": np.full(arms * worlds, number, np.int64),
            "arm": np.repeat(np.array(outcomes.arms, dtype=object), worlds),
            "seed": np.tile(np.array(outcomes.seeds, np.int64), arms),
        }
        columns |= {name: values[:, at].reshape(-1) for name, values in outcomes.values.items()}
        columns |= {"hours": outcomes.hours[:, at].reshape(-1), "money": outcomes.money[:, at].reshape(-1)}
        yield columns


def points(answer: Answer) -> list[dict[str, Any]]:
    """One row a future or point of a design, and the value of every assumption there, in its own unit.

    Assumptions that a part leaves as the scenarios have them are empty.
    """
    names = [each.path for each in answer.design.assumptions]
    found = []
    for part, outcomes, numbers in parts(answer):
        paths = [each.path for each in outcomes.assumptions]
        for number, values in zip(numbers, outcomes.futures, strict=True) if paths else ():
            known = dict(zip(paths, map(float, values), strict=True))
            found.append({"part": part, "point": number, **{name: known.get(name) for name in names}})
    return found


def portfolios(answer: Answer) -> list[dict[str, Any]]:
    """One row a portfolio that was tried: its policies and their dials, what it promised, and what a finalist kept."""
    found = answer.portfolio
    if found is None:
        return []
    again = {each.candidate: each for each in found.finalists}
    rows = []
    for at, candidate in enumerate(found.candidates):
        row: dict[str, Any] = {"arm": portfolio_name(found, candidate), "policies": " ".join(candidate.policies)}
        row |= {each.name: float(value) for each, value in zip(found.objectives, found.seen[at], strict=True)}
        row |= {"within_budget": bool(found.feasible[at]), "finalist": candidate in again}
        final = again.get(candidate)
        for place, objective in enumerate(found.objectives):
            row[f"fresh_{objective.name}"] = None if final is None else final.fresh[place].value
        rows.append(row | dict(candidate.settings))
    return rows


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
            **{f"extra_{kind}": spent for kind, spent in answer.costs(arm).items()},
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
