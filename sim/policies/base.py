"""What a policy is: settings that describe themselves, and two hooks, both optional.

`bend` says by how much a policy bends which levers this week; `act` changes who sits where, who is
paired, who knows whom; `convene` calls sessions. A policy never assigns a shared parameter: bends of
several policies are collected and reduced in label order, so they stack whatever the file's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.parameters import parameter, section
from sim.settings import LEVELS

if TYPE_CHECKING:
    from sim.levers import Bend
    from sim.sessions import Encounters
    from sim.week import Week

FADE = np.float32(0.99)
"""Attention that a policy keeps from one week to the next (incentives keep 0.97)."""


@dataclass(frozen=True)
class Targets:
    """Whom a policy may draw, hosts and mentors included; an empty tuple is everyone."""

    departments: tuple[str, ...] = parameter((), "names of departments; empty: all")
    levels: tuple[int, ...] = parameter((), "levels, 0 to 3 or by name; empty: all", choices=LEVELS, low=0, high=3)


@dataclass(frozen=True)
class PolicySettings:
    """The parameters that every policy has."""

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


def strength(settings: PolicySettings, week: int, fade: np.float32 = FADE) -> np.float32:
    """Strength of a policy's bends in a week: intensity * ramp * fade^(weeks since start or renewal).

    The power is a repeated product, which gives the same bits on every processor.

    Returns:
        A float32 in [0, 1]; 0 outside [start_week, end_week).
    """
    if not running(settings, week):
        return np.float32(0.0)
    return np.float32(settings.intensity) * ramp(settings, week) * faded(settings, week, fade)


def faded(settings: PolicySettings, week: int, fade: np.float32 = FADE) -> np.float32:
    """fade^(weeks since start or renewal), by repeated product."""
    since = week - settings.start_week
    if settings.renewal_weeks is not None:
        since %= settings.renewal_weeks
    left = np.float32(1.0)
    for _ in range(since):
        left = left * fade
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


class Policy:
    """One policy at work in an ensemble of worlds.

    Subclasses name their `kind`, `Settings`, `target_metric` and `sources`, say what they bend, which
    arrays they write, and implement the hooks that they need.
    """

    kind: ClassVar[str]
    Settings: ClassVar[type[PolicySettings]]
    target_metric: ClassVar[str]
    sources: ClassVar[str]
    bent_levers: ClassVar[tuple[str, ...]] = ()
    written_state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, label: str, settings: Any) -> None:
        self.label = label
        self.settings = settings

    @classmethod
    def check(cls, settings: Any, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """Problems between parameters, as (field, cause, mend)."""
        return ()

    def prepare(self, week: Week) -> None:
        """Make the tables that the policy keeps; called once, before the first week."""

    def bend(self, week: Week) -> Iterable[Bend]:
        """By how much the policy bends which levers this week."""
        return ()

    def act(self, week: Week) -> None:
        """Change the organization: moves, pairs, ties."""

    def convene(self, week: Week) -> Iterable[Encounters]:
        """The sessions held this week; attendance is drawn here."""
        return ()

    def left(self, week: Week, rows: NDArray[np.int64]) -> None:
        """People of these rows (person,) left: pairs, stays and memberships end."""

    def treated(self, week: Week) -> NDArray[np.bool_] | None:
        """Rows (person,) that the policy treats this week, or None where it treats no one in particular."""
        return None
