"""Which policies to combine, and how to set them, under a budget; and what is left of that in worlds never seen.

A search believes what it saw in a few worlds and picks what looked best there. What looked best was partly lucky (the
winner's curse), so the finalists run again in fresh worlds, and the result says how far each fell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.candidates import Candidate, Evaluated, Objective, Space
from experiments.analysis.outcomes import Floats
from experiments.analysis.resampling import Estimate, difference_of, mean_of
from experiments.analysis.search import Effort, Evaluate, Seen, search


@dataclass(frozen=True)
class Finalist:
    """A portfolio that nothing beat in the search, run again.

    Attributes:
        search: what the search saw, mean over its worlds (objective,).
        fresh: the same in fresh worlds, with intervals (objective,). Believe these.
        fall: how much worse it is than promised, in the objective's unit; more is worse (objective,).
        hours, money: in fresh worlds, a person-week beyond the baseline.
        fits: whether it keeps the budget in fresh worlds.
        stays: whether it fits, and no other finalist that fits beats it in fresh worlds.
    """

    candidate: Candidate
    search: Floats
    fresh: tuple[Estimate, ...]
    fall: tuple[Estimate, ...]
    hours: float
    money: float
    fits: bool
    stays: bool


@dataclass(frozen=True)
class Portfolio:
    """What a search found.

    Attributes:
        finalists: in order of the first objective in fresh worlds, best first; empty where nothing kept the budget.
        curse: mean fall of the finalists, by objective, in its unit.
        candidates: different ones that were run, in the order of trying.
        seen: their means in the search (candidate, objective): the cloud behind a front.
        feasible: whether each kept the budget in the search (candidate,).
        seeds, fresh_seeds: the worlds of the search, and those of the second run.
    """

    objectives: tuple[Objective, ...]
    finalists: tuple[Finalist, ...]
    curse: tuple[Estimate, ...]
    candidates: tuple[Candidate, ...]
    seen: Floats
    feasible: NDArray[np.bool_]
    seeds: tuple[int, ...]
    fresh_seeds: tuple[int, ...]


def search_portfolio(
    space: Space,
    evaluate: Evaluate,
    seeds: Sequence[int],
    fresh_seeds: Sequence[int],
    effort: Effort | None = None,
    path: Path | None = None,
) -> Portfolio:
    """Search, then run the finalists again.

    Args:
        path: the journal of the search; the same path goes on with it. None keeps it in memory.

    Raises:
        ValueError: a fresh seed is one of the search's, or the journal is of another search.
        BlockingIOError: another process holds the journal.
    """
    if set(seeds) & set(fresh_seeds) or not seeds or not fresh_seeds:
        raise ValueError("fresh seeds must be others than the search's, and neither may be empty")
    how = effort or Effort()
    tried = search(space, evaluate, tuple(seeds), how, path)
    feasible = np.array([seen.fits(space.budget) for seen in tried.values()], dtype=bool)
    means = np.array([seen.values.mean(axis=1) for seen in tried.values()]).reshape(-1, len(space.objectives))
    best = _front(space, tried, feasible, means, how.finalists)
    finalists: tuple[Finalist, ...] = ()
    curse = tuple(Estimate(math.nan, math.nan, math.nan) for _ in space.objectives)
    if best:
        result = evaluate(list(best), tuple(fresh_seeds))
        finalists, curse = _finalists(space, best, result), _curse(space, best, result)
    return Portfolio(
        objectives=space.objectives,
        finalists=finalists,
        curse=curse,
        candidates=tuple(tried),
        seen=means,
        feasible=feasible,
        seeds=tuple(seeds),
        fresh_seeds=tuple(fresh_seeds),
    )


def unbeaten(merit: Floats) -> NDArray[np.bool_]:
    """Which rows (candidate, objective; more is better) no other row reaches everywhere and exceeds somewhere."""
    reached = (merit[None, :, :] >= merit[:, None, :]).all(axis=2)
    exceeded = (merit[None, :, :] > merit[:, None, :]).any(axis=2)
    return np.asarray(~np.logical_and(reached, exceeded).any(axis=1))


def _signs(space: Space) -> Floats:
    return np.array([each.sign for each in space.objectives])


def _front(
    space: Space, tried: dict[Candidate, Seen], feasible: NDArray[np.bool_], means: Floats, most: int
) -> dict[Candidate, Seen]:
    """What keeps the budget and nothing beats; of more than `most`, those that lie farthest apart."""
    rows = np.flatnonzero(feasible)
    merit = means[rows] * _signs(space)
    best = np.flatnonzero(unbeaten(merit))
    names = list(tried)
    chosen = [names[rows[best[index]]] for index in _apart(merit[best], most)]
    return {each: tried[each] for each in chosen}


def _apart(points: Floats, most: int) -> list[int]:
    """Indices of at most so many points: the best of each objective, then always the one farthest from those chosen."""
    if len(points) <= most:
        return list(range(len(points)))
    width = np.ptp(points, axis=0)
    scaled = (points - points.min(axis=0)) / np.where(width > 0.0, width, 1.0)
    chosen = list(dict.fromkeys(int(index) for index in scaled.argmax(axis=0)))[:most]
    while len(chosen) < most:
        distance = np.linalg.norm(scaled[:, None] - scaled[chosen], axis=2).min(axis=1)
        chosen.append(int(distance.argmax()))
    return sorted(chosen)


def _finalists(space: Space, best: dict[Candidate, Seen], result: Evaluated) -> tuple[Finalist, ...]:
    """Promised and kept, one by one."""
    again = [Seen(*each) for each in zip(result.values, result.hours, result.money, strict=True)]
    merit = result.values.mean(axis=2) * _signs(space)
    fits = np.array([each.fits(space.budget) for each in again])
    stays = np.zeros(len(best), dtype=bool)
    stays[fits] = unbeaten(merit[fits])
    found = [
        Finalist(
            candidate=candidate,
            search=seen.values.mean(axis=1),
            fresh=tuple(mean_of(values) for values in fresh.values),
            fall=_falls(space, seen.values, fresh.values),
            hours=float(fresh.hours.mean()),
            money=float(fresh.money.mean()),
            fits=bool(fits[row]),
            stays=bool(stays[row]),
        )
        for row, ((candidate, seen), fresh) in enumerate(zip(best.items(), again, strict=True))
    ]
    return tuple(found[row] for row in np.argsort(-merit[:, 0], kind="stable"))


def _curse(space: Space, best: dict[Candidate, Seen], result: Evaluated) -> tuple[Estimate, ...]:
    """Mean fall; finalists share their worlds, so they are averaged world by world first."""
    return _falls(space, np.mean([seen.values for seen in best.values()], axis=0), result.values.mean(axis=0))


def _falls(space: Space, promised: Floats, kept: Floats) -> tuple[Estimate, ...]:
    """How much worse (objective, world) is than promised, by objective."""
    return tuple(
        difference_of(each.sign * before, each.sign * after)
        for each, before, after in zip(space.objectives, promised, kept, strict=True)
    )
