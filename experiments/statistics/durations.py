"""Weeks until a threshold is reached, where some worlds do not reach it before the run ends.

A world that has not reached it by the horizon is censored there: it is not left out, and it does not count as reached
at the last week. Curves are Kaplan and Meier's (1958), by lifelines. Arms are compared by the restricted mean, the
mean of the weeks up to the horizon (Royston and Parmar 2013): its difference needs no assumption on how the curves
run, is in weeks, and because every world is watched up to the same horizon it is known in each, so that it can be
paired. A logrank test would treat the two arms as independent worlds, which they are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.statistics.judging import share_interval
from experiments.statistics.pairs import CONFIDENCE, Floats, Paired, paired

_DECIMALS = 12
"""The curve is a product of shares, which rounding can leave a hair short of a half."""


@dataclass(frozen=True)
class Durations:
    """Weeks until a threshold, one a world.

    weeks: weeks waited, (world,); the horizon where it was not reached.
    reached: whether it was reached, (world,).
    horizon: weeks that were watched, the same in every world.
    """

    weeks: Floats
    reached: NDArray[np.bool_]
    horizon: int

    def within(self, horizon: int) -> Durations:
        """The same, watched for fewer weeks."""
        horizon = min(horizon, self.horizon)
        return Durations(np.minimum(self.weeks, horizon), self.reached & (self.weeks < horizon), horizon)


def weeks_until(series: ArrayLike, threshold: float, better: str, since: int = 0) -> Durations:
    """Weeks from week `since` until a weekly measure is first at the threshold or beyond it, in each world.

    Args:
        series: the measure, (world, week); a week in which it is undefined (NaN) does not reach anything.
        better: "higher" where the threshold is to be reached from below, "lower" where from above.

    Raises:
        ValueError: no such direction, or no week is left after `since`.
    """
    values = np.asarray(series, dtype=np.float64)[:, since:]
    if better not in ("higher", "lower"):
        raise ValueError(f"a threshold is reached from below or above: better must be higher or lower, got {better!r}")
    if values.shape[1] == 0:
        raise ValueError(f"there is no week from week {since} on")
    there = values >= threshold if better == "higher" else values <= threshold
    reached: NDArray[np.bool_] = np.logical_or.reduce(there, axis=1)
    horizon = values.shape[1]
    return Durations(np.where(reached, there.argmax(axis=1), horizon).astype(np.float64), reached, horizon)


@dataclass(frozen=True)
class Curve:
    """Share of worlds that have reached the threshold, as steps.

    weeks: where the curve may step, rising, beginning at 0.
    reached, low, high: share from that week on, with its pointwise 95 % interval: the exact one of a share, which holds
        since nothing is censored before the horizon. Greenwood's has no width where none or all have reached it.
    median: weeks until half of the worlds have reached it; infinite where fewer do.
    """

    weeks: Floats
    reached: Floats
    low: Floats
    high: Floats
    median: float


def reached_curve(durations: Durations, confidence: float = CONFIDENCE) -> Curve:
    """Kaplan and Meier's curve, turned over: the share of worlds that have reached the threshold by each week."""
    from lifelines import KaplanMeierFitter

    fitter: Any = KaplanMeierFitter()
    fitter.fit(durations.weeks, durations.reached)
    share = np.round(1.0 - fitter.survival_function_.to_numpy(dtype=np.float64)[:, 0], _DECIMALS)
    weeks = fitter.survival_function_.index.to_numpy(dtype=np.float64)
    counts = [int(np.count_nonzero(durations.reached & (durations.weeks <= week))) for week in weeks]
    bounds = np.array([share_interval(count, durations.weeks.size, confidence) for count in counts])
    return Curve(weeks, share, bounds[:, 0], bounds[:, 1], _median(weeks, share))


def _median(weeks: Floats, share: Floats) -> float:
    """The first week by which half of the worlds are there; infinite where fewer ever are."""
    there = np.flatnonzero(share >= 0.5)
    return float(weeks[there[0]]) if there.size else math.inf


def weeks_sooner(arm: Durations, baseline: Durations) -> Paired:
    """Restricted mean weeks of an arm and its baseline in the same worlds, paired; a negative difference is sooner.

    Both are watched up to the shorter of their horizons. A world that reached the threshold in neither counts as no
    difference, so that the whole is a lower bound of what an endless run would show, and is called restricted.

    Raises:
        ValueError: the arms have different numbers of worlds.
    """
    horizon = min(arm.horizon, baseline.horizon)
    return paired(arm.within(horizon).weeks, baseline.within(horizon).weeks)


def censored_share(durations: Durations) -> float:
    """Share of worlds that did not reach the threshold; NaN without worlds."""
    return float(1.0 - durations.reached.mean()) if durations.reached.size else math.nan
