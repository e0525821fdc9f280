"""The parameters that every policy has, and how strong they make it in a week."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from sim.parameters import parameter, section
from sim.settings import LEVELS

FADE = np.float32(0.99)
"""Attention that a policy keeps from one week to the next (incentives keep 0.97)."""


@dataclass(frozen=True)
class Targets:
    """Whom a policy may draw, hosts and mentors included; an empty tuple is everyone."""

    departments: tuple[str, ...] = parameter((), "names of departments; empty: all")
    levels: tuple[int, ...] = parameter((), "levels, 0 to 3 or by name; empty: all", choices=LEVELS, low=0, high=3)


@dataclass(frozen=True)
class PolicySettings:
    """The parameters that every policy has.

    Attributes:
        between_organizations: whether the policy has nothing to act on where there is only one organization.
    """

    between_organizations: ClassVar[bool] = False

    kind: str = parameter("", "which policy")
    start_week: int = parameter(13, "first week", unit="week", low=0, high=5200)
    end_week: int | None = parameter(None, "first week without it; null: to the end", unit="week", low=1, high=5200)
    ramp_weeks: int = parameter(0, "weeks until full strength", unit="weeks", low=0, high=5200)
    coverage: float = parameter(1.0, "share of those targeted that take part", low=0, high=1)
    targets: Targets = section(Targets, "whom the policy may draw")
    intensity: float = parameter(1.0, "strength of the whole policy; 0 is no policy at all", low=0, high=1)
    renewal_weeks: int | None = parameter(
        None, "weeks between renewals, each restoring full strength; null: never", unit="weeks", low=1, high=5200
    )
    hours: float = parameter(0.0, "time per participant: per session, else per week", unit="hours", low=0, high=60)
    money: float = parameter(
        0.0, "money per participant and week, in the user's currency", unit="money a week", low=0, high=1e12
    )


def strength(settings: PolicySettings, week: int, fade: np.float32 = FADE, renewed: int | None = None) -> np.float32:
    """Strength of a policy's bends in a week: intensity * ramp * fade^(weeks since start or renewal).

    The power is a repeated product, which gives the same bits on every processor.

    Args:
        renewed: the week in which a charter renewed all policies last, or None.

    Returns:
        A float32 in [0, 1]; 0 outside [start_week, end_week).
    """
    if not running(settings, week):
        return np.float32(0.0)
    return np.float32(settings.intensity) * ramp(settings, week) * faded(settings, week, fade, renewed)


def faded(settings: PolicySettings, week: int, fade: np.float32 = FADE, renewed: int | None = None) -> np.float32:
    """fade^(weeks since start or renewal), by repeated product; `renewed` as of `strength`."""
    since = week - settings.start_week
    if settings.renewal_weeks is not None:
        since %= settings.renewal_weeks
    if renewed is not None and renewed >= settings.start_week:
        since = min(since, week - renewed)
    return _power(fade, since)


@lru_cache(maxsize=4096)
def _power(factor: np.float32, times: int) -> np.float32:
    left = np.float32(1.0)
    for _ in range(times):
        left = left * factor
    return left


def ramp(settings: PolicySettings, week: int) -> np.float32:
    """Share of full strength reached, from 1 / ramp_weeks in the first week to 1."""
    return np.float32(min(1.0, (week - settings.start_week + 1) / max(1, settings.ramp_weeks)))


def running(settings: PolicySettings, week: int) -> bool:
    """Whether the week lies in [start_week, end_week)."""
    return settings.start_week <= week and (settings.end_week is None or week < settings.end_week)


def reach(settings: PolicySettings, week: int) -> np.float32:
    """Coverage in force: coverage * intensity * ramp; it never fades, and is 0 while the policy is not running."""
    if not running(settings, week):
        return np.float32(0.0)
    return np.float32(settings.coverage) * np.float32(settings.intensity) * ramp(settings, week)
