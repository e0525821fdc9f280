"""Cost-effectiveness: which arms nothing else beats at their price, and how sure that is.

One arm dominates another where it brings at least as much at no higher cost of any kind, and is strictly better in
one of them. The frontier is what nothing dominates. Mixtures of arms (extended dominance, as health economists have
it) are not considered: half of a policy in half of an organization is another arm, and has to be run.

Uncertainty is that of the worlds: all arms and costs are resampled together, since the same worlds carry them. A
share of resamples is no confidence level; near 1 the worlds agree, near one half they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.statistics.pairs import Floats, Paired, paired
from experiments.statistics.resampling import resampled_means

RESAMPLES = 2_000
_NOISE = 1e-12


@dataclass(frozen=True)
class Domination:
    """Another arm that dominates one: `share` of the resamples in which it does."""

    arm: str
    share: float


@dataclass(frozen=True)
class Standing:
    """Where an arm stands.

    effect, costs: means over worlds.
    efficient: whether no other arm dominates it by these means.
    frontier_share: share of resamples in which none does.
    dominated_by: who does by the means, the surest first.
    ever_dominated_by: who does in any resample, the surest first.
    """

    arm: str
    effect: float
    costs: Mapping[str, float]
    efficient: bool
    frontier_share: float
    dominated_by: tuple[Domination, ...]
    ever_dominated_by: tuple[Domination, ...]


@dataclass(frozen=True)
class Step:
    """From one efficient arm to the next dearer one, in the same worlds: what more it brings and costs."""

    start: str
    end: str
    effect: Paired
    cost: Paired

    @property
    def effect_per_cost(self) -> float:
        """Extra effect for each unit of extra cost."""
        return self.effect.difference / self.cost.difference


@dataclass(frozen=True)
class Frontier:
    """Every arm's standing, in the order given, and the ladder of efficient arms by the first cost."""

    standings: tuple[Standing, ...]
    steps: tuple[Step, ...]
    worlds: int

    def of(self, arm: str) -> Standing:
        """Where an arm stands."""
        return next(standing for standing in self.standings if standing.arm == arm)


def frontier(
    arms: Sequence[str], effects: ArrayLike, costs: Mapping[str, ArrayLike], resamples: int = RESAMPLES
) -> Frontier:
    """Who is efficient, and who is dominated by whom.

    Args:
        arms: names; doing nothing is an arm too, with no effect and no cost.
        effects: signed so that more is better, (arm, world); the same worlds in every arm.
        costs: kind (hours, money) -> (arm, world); less is better.

    Worlds in which anything is undefined (NaN) in any arm are left out of all.

    Raises:
        ValueError: shapes differ, or no world is left.
    """
    gains = np.asarray(effects, dtype=np.float64)
    paid = [np.asarray(cost, dtype=np.float64) for cost in costs.values()]
    if gains.ndim != 2 or len(gains) != len(arms) or any(cost.shape != gains.shape for cost in paid):
        raise ValueError(f"effects and costs must be (arm, world) alike, for {len(arms)} arms")
    tables = np.stack([gains, *(-cost for cost in paid)])  # (what is better when larger, arm, world)
    tables = tables[:, :, np.isfinite(tables).all(axis=(0, 1))]
    if tables.shape[2] == 0:
        raise ValueError("there is no world in which every arm has an effect and its costs")
    means = tables.mean(axis=2)[:, :, np.newaxis]
    slack = _NOISE * np.abs(tables).max(axis=(1, 2))
    now = _dominates(means, slack)[:, :, 0]
    drawn = resampled_means(tables.reshape(-1, tables.shape[2]), resamples).reshape(*tables.shape[:2], resamples)
    ever = _dominates(drawn, slack)  # (dominating arm, dominated arm, resample)
    shares = ever.mean(axis=2)
    alone = 1.0 - ever.any(axis=0).mean(axis=1)
    standings = tuple(
        Standing(
            arm=name, effect=float(means[0, i, 0]),
            costs={kind: float(0.0 - means[1 + k, i, 0]) for k, kind in enumerate(costs)},
            efficient=not bool(now[:, i].any()), frontier_share=float(alone[i]),
            dominated_by=_surest(arms, shares[:, i], now[:, i]),
            ever_dominated_by=_surest(arms, shares[:, i], shares[:, i] > 0.0),
        )
        for i, name in enumerate(arms)
    )  # fmt: skip
    return Frontier(standings, _ladder(standings, tables), tables.shape[2])


def _dominates(means: Floats, slack: Floats) -> NDArray[np.bool_]:
    """Which arm dominates which: (what is better when larger, arm, draw) -> (dominating, dominated, draw)."""
    arms, draws = means.shape[1:]
    no_worse = np.ones((arms, arms, draws), dtype=bool)
    better = np.zeros((arms, arms, draws), dtype=bool)
    for values, allowed in zip(means, slack, strict=True):
        ahead = values[:, np.newaxis] - values[np.newaxis]
        no_worse &= ahead >= -allowed
        better |= ahead > allowed
    return no_worse & better


def _surest(arms: Sequence[str], shares: Floats, which: NDArray[np.bool_]) -> tuple[Domination, ...]:
    found = [Domination(name, float(share)) for name, share, named in zip(arms, shares, which, strict=True) if named]
    return tuple(sorted(found, key=lambda each: -each.share))


def _ladder(standings: Sequence[Standing], tables: Floats) -> tuple[Step, ...]:
    """Steps between efficient arms, from the cheapest to the dearest by the first cost; equal costs make no step."""
    if len(tables) < 2:
        return ()
    prices = -tables[1].mean(axis=1)
    order = sorted((i for i, standing in enumerate(standings) if standing.efficient), key=lambda i: (prices[i], i))
    return tuple(
        Step(standings[one].arm, standings[two].arm,
             paired(tables[0, two], tables[0, one]), paired(-tables[1, two], -tables[1, one]))
        for one, two in pairwise(order)
        if prices[two] > prices[one]
    )  # fmt: skip
