"""Progress, decisions and open questions, published for all to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.levers import Bend
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.week import Week

KEPT = 12.0 / 13.0
"""What is left after a week of what was solved, so that the sum is over a quarter or so."""


@dataclass(frozen=True)
class TransparencySettings(PolicySettings):
    """Parameters of transparency."""

    kind: str = parameter("transparency", "which policy", choices=("transparency",))
    renewal_weeks: int | None = parameter(
        26, "weeks between renewals, each restoring full strength; null: never", unit="weeks", low=1, high=5200
    )
    reasons: float = parameter(
        0.1, "decisions with reasons: added to the reliability of other departments", low=0, high=1
    )
    progress: float = parameter(
        0.03, "progress: added to engagement in a department all of whose challenges are solved", low=0, high=0.5
    )
    requests: float = parameter(
        0.05, "open questions: added to the chance that the best source is named", unit="per week", low=0, high=1
    )
    hours: float = parameter(0.05, "writing and reading, a person-week", unit="hours", low=0, high=60)


class Transparency(Policy):
    """Publish progress, decisions with their reasons, and what help is needed.

    Promises that everyone sees are kept more often between departments, in proportion to the share of the source's
    department that takes part; people of departments that solve their challenges are more engaged, by the share solved
    of the last quarter's and the open ones; and challenges find help sooner. Sources A, B and C; no study gives sizes,
    so a tenth, a twentieth and a twentieth are cautious guesses. Moves trust across departments up.
    """

    kind = "transparency"
    Settings = TransparencySettings
    target_metric = "trust_across"
    sources = "A, B, C"
    bent_levers = ("reliability.pull", "engagement.pull", "directory")
    settings: TransparencySettings

    def prepare(self, week: Week) -> None:
        """Keep what each department solved, (world, department)."""
        shape = week.state.frame.worlds, week.rule.departments
        self.other = ~np.eye(week.rule.departments, dtype=np.bool_)
        self.solved = np.zeros(shape)

    def bend(self, week: Week) -> Iterable[Bend]:
        """Let promises be kept, people take heart, and challenges find help."""
        self.solved = self.solved * KEPT + week.challenges.won
        s, strength = self.settings, self.strength(week)
        if strength <= 0:
            return
        covered = week.covered(self.label, s)
        share = week.share_by_department(covered, s.targets)
        reads = covered.astype(np.float32).reshape(len(share), -1)
        home = week.state.arrays["home_department"].reshape(reads.shape)
        seen = np.take_along_axis(self._progress(week), home.astype(np.int64), axis=1)
        yield Bend("reliability.pull", add=share[:, None, :] * self.other * (strength * np.float32(s.reasons)))
        yield Bend("engagement.pull", add=reads * seen * (strength * np.float32(s.progress)))
        yield Bend("directory", add=reads * (strength * np.float32(s.requests)))

    def act(self, week: Week) -> None:
        """Book what publishing costs."""
        if self.strength(week) > 0:
            covered = week.covered(self.label, self.settings)
            week.ask(covered, self.settings.hours)
            week.book(self.label, covered, self.settings.hours, self.settings.money)

    def _progress(self, week: Week) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """Share of challenges that are solved, of those of the last quarter and the open ones, (world, department)."""
        waiting, departments = week.challenges.open, week.rule.departments
        flat = waiting.world * departments + waiting.department
        left = np.bincount(flat, minlength=self.solved.size).reshape(self.solved.shape)
        whole = self.solved + left
        return np.divide(self.solved, whole, out=np.zeros(whole.shape), where=whole > 0).astype(np.float32)
