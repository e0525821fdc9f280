"""Boxes in the ranges of assumptions: what one says about failing, which limits are in doubt, what two have in common.

A box is (assumption, 2): lower and upper limits as shares of the ranges, infinite where a side is open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.analysis.outcomes import Floats
from experiments.analysis.prim import PEEL, inside

Labels = NDArray[np.bool_]

DOUBTFUL = 0.01
"""A limit whose quasi-p-value is above this is dropped: without it the box is as good."""


def worth(boxes: Floats, points: Floats, fails: Labels) -> Floats:
    """How much each box says about failing (box,); 0 where failures are no denser in it."""
    within = np.stack([inside(points, box) for box in boxes])
    return likelihood_ratio(within.sum(axis=1), (within & fails).sum(axis=1), fails.size, int(fails.sum()))


def likelihood_ratio(size: ArrayLike, hits: ArrayLike, points: int, failing: int) -> Floats:
    """Twice the log likelihood ratio of "failing depends on being inside" to "it does not", 0 for thinner insides.

    It weighs coverage and density by the evidence, also where most futures fail.

    Args:
        size, hits: points in each box, and those of them that fail (box,).
        points, failing: the same of all.
    """
    from scipy.special import xlogy

    counts, found = np.asarray(size, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    table = np.stack([found, counts - found, failing - found, points - counts - failing + found])
    rate = failing / points
    expected = np.stack([counts * rate, counts * (1 - rate), (points - counts) * rate, (points - counts) * (1 - rate)])
    ratio = 2.0 * xlogy(table, np.divide(table, expected, out=np.ones_like(table), where=expected > 0.0)).sum(axis=0)
    return np.where((counts < points) & (found > counts * rate), ratio, 0.0)


def best_by_peeling(points: Floats, fails: Labels, least_points: int) -> float:
    """The largest worth of the boxes that plain peeling passes through: the statistic of the test against chance.

    The library takes 0.1 to 0.2 s a box, and a test needs hundreds, so this is peeling alone, without pasting and
    without a box to show for it: slice by slice whatever raises the density most for each point that it takes.
    """
    kept = np.arange(len(points))
    sizes, hits = [len(points)], [int(fails.sum())]
    while True:
        rows, labels = points[kept], fails[kept]
        low, high = np.quantile(rows, (PEEL, 1.0 - PEEL), axis=0)
        stay = np.concatenate([rows > low, rows < high], axis=1)
        size = stay.sum(axis=0)
        gain = (labels.astype(np.float64) @ stay) / np.maximum(size, 1) - labels.mean()
        gain = np.where((size >= least_points) & (size < kept.size), gain / np.maximum(kept.size - size, 1), -1.0)
        best = int(gain.argmax())
        if not gain[best] > 0.0:
            break
        kept = kept[stay[:, best]]
        sizes.append(kept.size)
        hits.append(int(fails[kept].sum()))
    return float(likelihood_ratio(sizes, hits, fails.size, hits[0]).max())


def quasi_p_values(limits: Floats, points: Floats, fails: Labels) -> Floats:
    """Quasi-p-value of each limit (column, 2), NaN where the side is open (Bryant & Lempert 2010, section 3.3)."""
    from scipy.stats import binomtest

    within = inside(points, limits)
    found = np.full(limits.shape, np.nan)
    for column, side in zip(*np.nonzero(np.isfinite(limits)), strict=True):
        wider = limits.copy()
        wider[column, side] = (-np.inf, np.inf)[side]
        rate = float(fails[inside(points, wider)].mean())
        hits, size = int(fails[within].sum()), int(within.sum())
        found[column, side] = binomtest(hits, size, rate, alternative="greater").pvalue if rate > 0.0 else 1.0
    return found


def without_doubtful(limits: Floats, points: Floats, fails: Labels) -> Floats:
    """The box without the limits that add nothing, the most doubtful first."""
    kept = limits.copy()
    while np.isfinite(kept).any():
        doubt = quasi_p_values(kept, points, fails)
        worst = np.unravel_index(np.nanargmax(doubt), doubt.shape)
        if doubt[worst] <= DOUBTFUL:
            break
        kept[worst] = (-np.inf, np.inf)[worst[1]]
    return kept


def jaccard(one: Floats, other: Floats) -> float:
    """What two boxes have in common, as a share of the volume of both together."""
    first, second = np.clip(one, 0.0, 1.0), np.clip(other, 0.0, 1.0)
    common = np.stack([np.maximum(first[:, 0], second[:, 0]), np.minimum(first[:, 1], second[:, 1])], axis=1)
    shared = volume(common)
    return shared / (volume(first) + volume(second) - shared)


def volume(box: Floats) -> float:
    """Share of the whole that a box with finite limits takes up."""
    return float(np.prod(np.maximum(box[:, 1] - box[:, 0], 0.0)))
