"""Which assumptions matter, and how much is chance: Sobol indices by SALib, with chance taken out of them.

Runs are y(x, world). The mean over worlds varies between points because assumptions differ, and because a mean over a
few worlds is itself a matter of luck. Both are shares of one variance:

    1 = first-order shares + interactions of assumptions + chance

Chance would otherwise hide in the indices: noise makes every total index too large, and where points share their worlds
a first-order one too. What is chance shows in the products of a world with itself and not in those of two
different worlds, so it can be taken out without bias, whether points share their worlds or not: what SALib's
estimators give for the mean over worlds, minus what they give world by world. It takes two worlds; with one, chance
stays in the indices and its share is unknown.

Worlds in common. If all points are run in the same worlds, luck that is the same at all points moves no difference and
does not count as chance here; `Chance.shared` says how large it is. Left is the luck that acts differently at
different points. With worlds of its own for each point all of a run's luck would count, and the same intervals would
need many more worlds: choose worlds in common.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.designs import SOBOL, Design, values_of
from experiments.analysis.outcomes import Assumption, Floats
from experiments.analysis.resampling import CONFIDENCE, Estimate
from experiments.analysis.verdicts import Limits, Verdict, judge

RESAMPLES = 200
_NOTHING = 1e-12
"""A standard deviation below this share of the values is rounding: nothing varies."""


@dataclass(frozen=True)
class Index:
    """How much of the variance of the mean over worlds one assumption explains: alone, and with all it acts with."""

    assumption: Assumption
    first: Estimate
    total: Estimate


@dataclass(frozen=True)
class Pair:
    """How much two assumptions explain together beyond what each explains alone."""

    one: Assumption
    other: Assumption
    share: Estimate


@dataclass(frozen=True)
class Chance:
    """What assumptions do not explain; shares, NaN where one world cannot tell.

    Attributes:
        of_mean: share of the variance of the mean over these worlds.
        of_one_run: share of the variance of single runs, shared luck included.
        shared: share of the variance of single runs that is luck which all points of a world have in common; NaN
            where points have worlds of their own.
    """

    of_mean: Estimate
    of_one_run: float
    shared: float


@dataclass(frozen=True)
class Sensitivity:
    """Sobol indices of one outcome.

    Attributes:
        title, unit: of the outcome; `variance` of its mean over worlds is in that unit squared.
        indices: in the order of the assumptions, which is no ranking; for one, ask the verdict.
        pairs: of second order, where the design has it.
        interactions: share that is explained by assumptions together, beyond each alone.
        verdict: `Settled` with a ranking by total share, or `Unsettled` with reasons.
        base, points, worlds: size of the sample; worlds left out had points without a value.
    """

    title: str
    unit: str
    indices: tuple[Index, ...]
    pairs: tuple[Pair, ...]
    interactions: float
    chance: Chance
    verdict: Verdict
    variance: float
    base: int
    points: int
    worlds: int
    worlds_left_out: int


def sobol_indices(
    design: Design,
    values: Floats,
    title: str,
    unit: str = "",
    common: bool = True,
    limits: Limits | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Sensitivity:
    """Sobol indices from values (point, world), with intervals, the share of chance, and a verdict.

    Intervals draw base samples and worlds again, both at once, which is cautious (Owen 2007).

    Args:
        common: whether all points were run in the same worlds.

    Raises:
        ValueError: the design is of another method, or the values do not fit it.
    """
    if design.method != SOBOL:
        raise ValueError(f"a design of method {SOBOL} is needed, this one is {design.method}")
    whole, left_out = values_of(design, values)
    worlds = whole.shape[1]
    runs = _Runs.of(design, whole)
    once = np.ones(worlds)
    seen = runs.shares(once)
    draw = np.random.default_rng(seed)
    again = _stack([runs.rows(_rows(draw, design.base)).shares(_weights(draw, worlds)) for _ in range(resamples)])
    parts = [runs.rows(np.arange(design.base // cut)).shares(once).total for cut in (4, 2)]
    reach = _normal_reach()
    count = len(design.assumptions)
    first, total = (
        _estimates(getattr(seen, name), reach * getattr(again, name).std(axis=0, ddof=1)) for name in ("first", "total")
    )
    halves = np.array([each.high - each.value for each in total])
    pairs = _estimates(seen.pairs, reach * again.pairs.std(axis=0, ddof=1))
    named = [(one, other) for one in range(count) for other in range(one + 1, count)] if pairs else []
    chance = _estimates(np.array([seen.chance]), reach * np.array([again.chance.std(ddof=1)]))[0]
    known = worlds > 1
    return Sensitivity(
        title=title,
        unit=unit,
        indices=tuple(Index(*each) for each in zip(design.assumptions, first, total, strict=True)),
        pairs=tuple(
            Pair(design.assumptions[one], design.assumptions[other], share)
            for (one, other), share in zip(named, pairs, strict=True)
        ),
        interactions=1.0 - float(seen.first.sum()) - (seen.chance if known else 0.0),
        chance=Chance(chance, *runs.of_one_run(common)) if known else Chance(*_UNKNOWN),
        verdict=judge(design.assumptions, seen.total, halves, again.total, parts, design.base, limits or Limits()),
        variance=float(seen.variance * runs.scale**2),
        base=design.base,
        points=len(design.shares),
        worlds=worlds,
        worlds_left_out=left_out,
    )


_UNKNOWN = (Estimate(math.nan, math.nan, math.nan), math.nan, math.nan)


@dataclass(frozen=True)
class _Shares:
    """Shares of the variance of the mean over worlds: first and total (assumption,), pairs (pair,), and chance."""

    first: Floats
    total: Floats
    pairs: Floats
    chance: float
    variance: float


@dataclass(frozen=True)
class _Stacked:
    """The same with a leading dimension of resamples."""

    first: Floats
    total: Floats
    pairs: Floats
    chance: Floats


@dataclass(frozen=True)
class _Runs:
    """Saltelli's matrices of values, each world centred, all scaled.

    a, b are (base, world); ab, ba are (assumption, base, world), ba empty without second order. `scale` turns a
    standard deviation back into the outcome's unit, `luck` is the mean of each world before centring.
    """

    a: Floats
    b: Floats
    ab: Floats
    ba: Floats
    scale: float
    luck: Floats

    @staticmethod
    def of(design: Design, values: Floats) -> _Runs:
        """Take the matrices apart; a world's mean is taken off, since luck that all points share explains nothing."""
        count = len(design.assumptions)
        blocks = values.reshape(design.base, design.block, -1)
        luck = blocks[:, (0, -1)].mean(axis=(0, 1))
        centred = blocks - luck
        spread = float(centred.std())
        scale = spread if spread > _NOTHING * float(np.abs(values).max()) else 0.0
        scaled = centred / scale if scale else np.zeros_like(centred)
        crossed = np.moveaxis(scaled, 1, 0)
        back = crossed[1 + count : 1 + 2 * count] if design.second_order else crossed[:0]
        return _Runs(crossed[0], crossed[-1], crossed[1 : 1 + count], back, scale, luck)

    def rows(self, chosen: NDArray[np.int64]) -> _Runs:
        """The same with these base samples only."""
        return _Runs(self.a[chosen], self.b[chosen], self.ab[:, chosen], self.ba[:, chosen], self.scale, self.luck)

    def shares(self, weights: Floats) -> _Shares:
        """Shares with chance taken out, each world counted `weights` times (world,)."""
        worlds = weights.sum()
        mean = _Products.of(*(np.average(each, axis=-1, weights=weights)[..., None] for each in self._matrices()))
        if worlds == 1.0:
            variance = float(mean.variance[0])
            first, total, pairs = (_ratio(each[:, 0], variance) for each in mean.numerators())
            return _Shares(first, total, pairs, 0.0, variance)
        single = _Products.of(*self._matrices())
        squares = weights**2

        def between(of_mean: Floats, of_worlds: Floats) -> Floats:
            """Mean over pairs of different worlds."""
            return (worlds**2 * of_mean[..., 0] - of_worlds @ squares) / (worlds**2 - squares.sum())

        explained = float(between(mean.variance, single.variance))
        luck = float(single.variance @ weights) / worlds - explained
        variance = explained + luck / worlds
        numerators = zip(mean.numerators(), single.numerators(), strict=True)
        first, total, pairs = (_ratio(between(*each), variance) for each in numerators)
        return _Shares(first, total, pairs, luck / worlds / variance if variance > 0.0 else 0.0, variance)

    def of_one_run(self, common: bool) -> tuple[float, float]:
        """Shares of the variance of single runs that are chance, and of that the luck which points of a world share."""
        worlds = self.luck.size
        single = float(_Products.of(*self._matrices()).variance.mean())
        of_mean = float(_Products.of(*(each.mean(axis=-1)[..., None] for each in self._matrices())).variance[0])
        luck = (single - of_mean) * worlds / (worlds - 1)
        points = 2 * len(self.a)
        shared = float(np.var(self.luck, ddof=1)) / self.scale**2 - luck / points if common and self.scale else 0.0
        whole = single + max(shared, 0.0)
        if whole == 0.0:
            return math.nan, math.nan
        return (luck + max(shared, 0.0)) / whole, max(shared, 0.0) / whole if common else math.nan

    def _matrices(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.a, self.b, self.ab, self.ba


@dataclass(frozen=True)
class _Products:
    """What SALib's estimators give before they are divided by the variance, for each of the last axis' columns."""

    first: Floats
    total: Floats
    pairs: Floats
    variance: Floats

    @staticmethod
    def of(a: Floats, b: Floats, ab: Floats, ba: Floats) -> _Products:
        """Saltelli 2010 for first order, Jansen 1999 for total, Saltelli 2002 for pairs."""
        from SALib.analyze import sobol

        variance = np.var(np.concatenate([a, b]), axis=0)
        if not float(np.ptp(np.concatenate([a, b]))) > np.finfo(np.float64).eps:
            nothing = np.zeros((len(ab), a.shape[1]))
            return _Products(nothing, nothing, np.zeros((len(ba) * (len(ba) - 1) // 2, a.shape[1])), variance)
        first = np.stack([sobol.first_order(a, each, b) for each in ab])
        total = np.stack([sobol.total_order(a, each, b) for each in ab])
        pairs = [
            sobol.second_order(a, ab[one], ab[other], ba[one], b)
            for one in range(len(ba))
            for other in range(one + 1, len(ba))
        ]
        return _Products(
            first * variance, total * variance, np.array(pairs).reshape(-1, a.shape[1]) * variance, variance
        )

    def numerators(self) -> tuple[Floats, Floats, Floats]:
        """First, total and pairs."""
        return self.first, self.total, self.pairs


def _ratio(part: Floats, whole: float) -> Floats:
    return part / whole if whole > 0.0 else np.zeros_like(part)


def _rows(draw: np.random.Generator, base: int) -> NDArray[np.int64]:
    return draw.integers(base, size=base)


def _weights(draw: np.random.Generator, worlds: int) -> Floats:
    """How often each world is drawn; drawn once more where that leaves no two different ones to compare."""
    while True:
        weights = draw.multinomial(worlds, np.full(worlds, 1.0 / worlds)).astype(np.float64)
        if worlds == 1 or np.count_nonzero(weights) > 1:
            return weights


def _stack(shares: list[_Shares]) -> _Stacked:
    return _Stacked(
        np.array([each.first for each in shares]),
        np.array([each.total for each in shares]),
        np.array([each.pairs for each in shares]),
        np.array([each.chance for each in shares]),
    )


def _estimates(value: Floats, half: Floats) -> list[Estimate]:
    return [
        Estimate(float(one), float(one - reach), float(one + reach)) for one, reach in zip(value, half, strict=True)
    ]


def _normal_reach() -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + CONFIDENCE / 2.0))
