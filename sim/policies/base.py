"""What a policy is: settings that describe themselves, and three hooks, all optional.

`bend` says by how much a policy bends which levers this week; `act` changes who sits where, who is
paired, who knows whom; `convene` calls sessions. A policy never assigns a shared parameter: bends of
several policies are collected and reduced in label order, so they stack whatever the file's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.policy_settings import FADE, PolicySettings, Targets, faded, reach, running, strength

if TYPE_CHECKING:
    from sim.levers import Bend
    from sim.sessions import Encounters
    from sim.week import Week

__all__ = ["Policy", "PolicySettings", "Targets", "faded", "reach", "running", "strength"]


class Policy:
    """One policy at work in an ensemble of worlds.

    Subclasses name their `kind`, `Settings`, `target_metric` and `sources`, say what they bend, which
    arrays they write, and implement the hooks that they need. A policy that acts on others names the kind
    of a `partner`: it is compared with the partner alone. `setting` are sections of the scenario without which
    it has nothing to act on, such as a second organization.
    """

    kind: ClassVar[str]
    Settings: ClassVar[type[PolicySettings]]
    target_metric: ClassVar[str]
    sources: ClassVar[str]
    bent_levers: ClassVar[tuple[str, ...]] = ()
    written_state: ClassVar[tuple[str, ...]] = ()
    partner: ClassVar[str] = ""
    setting: ClassVar[Mapping[str, Any]] = {}

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

    def strength(self, week: Week, fade: np.float32 = FADE) -> np.float32:
        """Strength of the policy's bends this week, in [0, 1]; see `sim.policy_settings.strength`."""
        return strength(self.settings, week.number, fade, week.renewed)

    def faded(self, week: Week, fade: np.float32 = FADE) -> np.float32:
        """What is left of the attention that the policy had when it began or was renewed last."""
        return faded(self.settings, week.number, fade, week.renewed)

    def left(self, week: Week, rows: NDArray[np.int64]) -> None:
        """People of these rows (person,) left: pairs, stays and memberships end."""

    def treated(self, week: Week) -> NDArray[np.bool_] | None:
        """Rows (person,) that the policy treats this week, or None where it treats no one in particular."""
        return None
