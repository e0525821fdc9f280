"""How deep adequacy falls after a shock, and how long it takes to come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Wide = NDArray[np.float64]
MADE_GOOD = 0.5
"""The share of a fall that has to be made good for an organization to count as recovered."""


def fall_after_shock(weekly: Mapping[str, Wide]) -> Wide:
    """Adequacy of the week before a shock less the lowest before the next one, mean over shocks, (world,)."""
    falls = [before - after.min(axis=1) for before, after in _shocks(weekly)]
    return _mean(falls, weekly)


def weeks_to_recover(weekly: Mapping[str, Wide]) -> Wide:
    """Weeks from a shock until half of the fall is made good, mean over shocks, (world,).

    What is not made good before the next shock or the horizon counts as that many weeks (censored).
    """
    found = []
    for before, after in _shocks(weekly):
        lowest = after.min(axis=1)
        level = lowest + MADE_GOOD * (before - lowest)
        late = np.arange(after.shape[1]) >= after.argmin(axis=1)[:, None]
        back = late & (after >= level[:, None])
        weeks = np.where(back.any(axis=1), back.argmax(axis=1), after.shape[1])
        found.append(np.where(before > lowest, weeks, 0).astype(np.float64))
    return _mean(found, weekly)


def _shocks(weekly: Mapping[str, Wide]) -> Iterator[tuple[Wide, Wide]]:
    """Adequacy in the week before each shock, (world,), and from the shock to the next one, (world, week).

    Shocks strike all worlds in the same weeks; one in the first week has no week before it and is left out.
    """
    adequacy = weekly["held"] / np.maximum(weekly["needed"], np.finfo(np.float64).tiny)
    struck = np.flatnonzero(weekly["shocks"].any(axis=0))
    for week, following in pairwise([*struck, adequacy.shape[1]]):
        if week > 0:
            yield adequacy[:, week - 1], adequacy[:, week:following]


def _mean(found: list[Wide], weekly: Mapping[str, Wide]) -> Wide:
    return np.mean(found, axis=0) if found else np.full(len(weekly["shocks"]), np.nan)
