"""When a policy fails: the ranges of assumptions in which most of its failures lie, if there is such a pattern at all.

PRIM finds a box in anything, noise too. So before a box is shown, what peeling finds is held against what it finds
after the labels "fails" and "works" have been dealt out at random, and only where it beats nearly all of those is there
a box. What a box promises is read from futures that had no part in finding it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.boxes import Labels, best_by_peeling, jaccard, quasi_p_values, volume, without_doubtful, worth
from experiments.analysis.outcomes import Assumption, Floats, Outcomes, mean_over_worlds, shares_of
from experiments.analysis.prim import inside, trajectory
from experiments.analysis.resampling import Estimate, percentiles, resampled_worlds, weighted_mean

FEWEST = 5
"""No box of fewer futures, and no search with fewer that fail or fewer that work."""


@dataclass(frozen=True)
class Restriction:
    """One assumption that a box confines.

    Attributes:
        low, high: limits in the assumption's unit; infinite where that side is open.
        quasi_p_low, quasi_p_high: how likely the box's failures would be, had that limit no part in them (one-sided
            binomial; "quasi" because the limit was chosen by the same futures); NaN where the side is open.
        again_low, again_high: share of resamples whose box confines the assumption on that side.
    """

    assumption: Assumption
    low: float
    high: float
    quasi_p_low: float
    quasi_p_high: float
    again_low: float
    again_high: float


@dataclass(frozen=True)
class Box:
    """Futures in which the policy mostly fails.

    Attributes:
        restrictions: in the order of the assumptions.
        futures: those inside, indices of `Outcomes.futures`.
        coverage: share of the failures that lie inside.
        density: share of the futures inside that fail.
        coverage_fresh, density_fresh: the same of boxes found in resampled futures and worlds, judged by the futures
            left out: mean and 95 % of the resamples. Believe these.
        mass: share of the whole range of assumptions that the box takes up.
        overlap: mean over resamples of what their box and this have in common, as a share of both together (Jaccard).
        p: share of random labellings, the true one included, in which peeling finds a box that says as much.
    """

    restrictions: tuple[Restriction, ...]
    futures: NDArray[np.int64]
    coverage: float
    density: float
    coverage_fresh: Estimate
    density_fresh: Estimate
    mass: float
    overlap: float
    p: float


@dataclass(frozen=True)
class Discovery:
    """When one arm fails, by one outcome.

    Attributes:
        least: it fails where its mean effect over worlds is below this, in the outcome's unit.
        failing: share of futures in which it fails, with the interval over resampled worlds.
        futures, left_out: how many were used, and how many had no value.
        boxes: none where there is no pattern beyond chance; a later one explains failures outside earlier ones.
        ended: why there is no further box, in words.
    """

    arm: str
    arm_title: str
    outcome: str
    title: str
    unit: str
    least: float
    failing: Estimate
    futures: int
    left_out: int
    boxes: tuple[Box, ...]
    ended: str


@dataclass(frozen=True)
class Search:
    """How hard to look.

    Attributes:
        false_discovery: chance of showing a box where there is only noise; as there are many policies, a small one.
        permutations: random labellings that a pattern has to beat; fewer than 1 / false_discovery - 1 cannot show
            anything, more find fainter patterns.
        resamples: of futures and worlds, to judge a box that was found.
        boxes: how many to look for at most.

    Raises:
        ValueError: so few permutations that they cannot show anything.
    """

    false_discovery: float = 0.01
    permutations: int = 499
    resamples: int = 20
    boxes: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.allowed < 1:
            raise ValueError(f"{self.permutations} permutations cannot show anything at {self.false_discovery:.1%}")

    @property
    def allowed(self) -> int:
        """How many labellings, the true one included, may be as good as the true one."""
        return int(self.false_discovery * (self.permutations + 1) + 1e-9)


def discover(outcomes: Outcomes, outcome: str, arm: str, least: float, search: Search | None = None) -> Discovery:
    """The futures in which an arm's effect stays below `least`, as boxes of assumptions."""
    effect = outcomes.effect(outcome)[outcomes.arms.index(arm)]
    used = np.flatnonzero(np.isfinite(mean_over_worlds(effect)))
    how = search or Search()
    shares = shares_of(outcomes.assumptions, outcomes.futures)[used]
    effect = effect[used]
    fails = mean_over_worlds(effect) < least
    weights = resampled_worlds(effect.shape[1], max(how.resamples, 200), how.seed)
    relabelled = np.stack([weighted_mean(effect, each) < least for each in weights])
    boxes, ended = boxes_of(outcomes.assumptions, shares, fails, relabelled[: how.resamples], how)
    return Discovery(
        arm=arm,
        arm_title=outcomes.title(arm),
        outcome=outcome,
        title=outcomes.title(outcome),
        unit=outcomes.unit(outcome),
        least=least,
        failing=percentiles(np.array([fails.mean()]), relabelled.mean(axis=1)[:, None], effect.shape[1])[0],
        futures=used.size,
        left_out=len(outcomes.futures) - used.size,
        boxes=tuple(_with_futures(box, used) for box in boxes),
        ended=ended,
    )


def boxes_of(
    assumptions: tuple[Assumption, ...], shares: Floats, fails: Labels, relabelled: NDArray[np.bool_], search: Search
) -> tuple[list[Box], str]:
    """Boxes one after the other, each in what the earlier ones left, and why there is no further one.

    Args:
        shares: where futures lie in the ranges (future, assumption).
        fails: (future,).
        relabelled: the same by resampled worlds (resample, future).
    """
    found: list[Box] = []
    left = np.arange(len(shares))
    draw = np.random.default_rng((search.seed, 2))
    while len(found) < search.boxes:
        points, labels = shares[left], fails[left]
        ended = _hopeless(labels)
        if ended:
            return found, ended
        as_good = _as_good(points, labels, search, draw)
        if as_good > search.allowed:
            return found, "random labels show a pattern as good; more futures may show a fainter one"
        limits = _best(points, labels)
        if not np.isfinite(limits).any():
            return found, "no limit stands out"
        again = _resamples(limits, points, labels, relabelled[:, left], draw)
        p = as_good / (search.permutations + 1)
        found.append(_described(assumptions, limits, again, shares, fails, left, p))
        left = left[~inside(points, limits)]
    return found, f"{search.boxes} boxes were wanted"


def _hopeless(fails: Labels) -> str:
    """Why there is nothing to look for; empty where there is."""
    failing, working = int(fails.sum()), int((~fails).sum())
    if failing < FEWEST:
        return f"it does in {failing} of the {fails.size} futures looked at, too few for a pattern"
    if working < FEWEST:
        return f"it does in all but {working} of the {fails.size} futures looked at, nearly everywhere"
    return ""


def _as_good(points: Floats, fails: Labels, search: Search, draw: np.random.Generator) -> int:
    """How many of the labellings, the true one included, peel to a box that is worth as much.

    Counting ends where there are too many to show the box, which is soon where there is only noise; the test is as
    exact as if it had gone on.
    """
    found, value = 1, best_by_peeling(points, fails, FEWEST)
    for _ in range(search.permutations):
        found += best_by_peeling(points, draw.permutation(fails), FEWEST) >= value
        if found > search.allowed:
            break
    return found


def _best(points: Floats, fails: Labels) -> Floats:
    """The box on PRIM's trajectory that says most about failing, without doubtful limits (assumption, 2)."""
    seen = trajectory(points, fails, FEWEST)
    return without_doubtful(seen[worth(seen, points, fails).argmax()], points, fails)


@dataclass(frozen=True)
class _Again:
    """Boxes of resamples: which sides they confine (column, 2), overlap with the box, and what fresh futures say."""

    sides: Floats
    overlap: float
    coverage: Floats
    density: Floats


def _resamples(limits: Floats, points: Floats, fails: Labels, relabelled: Labels, draw: np.random.Generator) -> _Again:
    """Look again in futures drawn with replacement, labelled by resampled worlds; judge by the futures left out."""
    sides, overlap, coverage, density = [], [], [], []
    for labels in relabelled:
        chosen = draw.integers(len(points), size=len(points))
        fresh = np.setdiff1d(np.arange(len(points)), chosen)
        sample, marked = points[chosen], labels[chosen]
        box = np.full(limits.shape, (-np.inf, np.inf))
        if not _hopeless(marked):
            box = _best(sample, marked)
        within = inside(points[fresh], box)
        sides.append(np.isfinite(box))
        overlap.append(jaccard(box, limits))
        coverage.append(_share(within, fails[fresh]))
        density.append(_share(fails[fresh], within))
    return _Again(np.mean(sides, axis=0), float(np.mean(overlap)), np.array(coverage), np.array(density))


def _share(part: Labels, whole: Labels) -> float:
    """Share of the futures in `whole` that are in `part` too; NaN where there are none."""
    return float(part[whole].mean()) if whole.any() else math.nan


def _described(
    assumptions: tuple[Assumption, ...],
    limits: Floats,
    again: _Again,
    shares: Floats,
    fails: Labels,
    left: NDArray[np.int64],
    p: float,
) -> Box:
    """A box in the units of its assumptions; coverages are of all failures, though it was found in what was left."""
    members = left[inside(shares[left], limits)]
    doubt = quasi_p_values(limits, shares[left], fails[left])
    restrictions = tuple(
        Restriction(
            assumption,
            *(float(assumption.at(end)) if np.isfinite(end) else float(end) for end in limits[column]),
            *map(float, doubt[column]),
            *map(float, again.sides[column]),
        )
        for column, assumption in enumerate(assumptions)
        if np.isfinite(limits[column]).any()
    )
    of_all = float(fails[left].sum() / fails.sum())
    fresh = [_fresh(each) for each in (of_all * again.coverage, again.density)]
    return Box(
        restrictions=restrictions,
        futures=members,
        coverage=float(fails[members].sum() / fails.sum()),
        density=float(fails[members].mean()),
        coverage_fresh=fresh[0],
        density_fresh=fresh[1],
        mass=volume(np.clip(limits, 0.0, 1.0)),
        overlap=again.overlap,
        p=p,
    )


def _fresh(values: Floats) -> Estimate:
    """Mean and 95 % of resamples, of those that had fresh futures to judge by."""
    if not np.isfinite(values).any():
        return Estimate(math.nan, math.nan, math.nan)
    return percentiles(np.array([np.nanmean(values)]), values[:, None])[0]


def _with_futures(box: Box, used: NDArray[np.int64]) -> Box:
    """The box with its futures counted among all of them."""
    return replace(box, futures=used[box.futures])
