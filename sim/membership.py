"""Whom a policy draws: by target, by coverage, by initiative; whose turn it is; and draws that hold for weeks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.chance import Chance, Keys, extend, uniform
from sim.levers import Levers
from sim.policy_settings import PolicySettings, Targets, reach
from sim.start import INITIATIVE_LOW, INITIATIVE_SPAN
from sim.state import State
from sim.steady import Steady

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
ONE = np.float32(1.0)
MEMBER = "member"


class Membership:
    """Who takes part in what, for the week.

    Coverage is a threshold on a keyed draw per person and label, without the week: who is drawn stays so, unless the
    membership is drawn afresh.
    """

    def __init__(self, state: State, chance: Chance, levers: Levers) -> None:
        self.state = state
        self.chance = chance
        self.levers = levers
        self.number = 0
        self.steady = Steady(state)
        self._drawn_afresh: dict[str, NDArray[np.uint64]] = {}

    def eligible(self, targets: Targets) -> Mask:
        """Who a policy with these targets may draw, (person,): by home department and level."""
        if not targets.departments and not targets.levels:
            return np.ones(self.state.frame.rows, np.bool_)
        fields = ("home_department", "level")
        return self.steady.table(("eligible", targets), fields, lambda rows: self._fits(targets, rows)).copy()

    def _fits(self, targets: Targets, rows: Rows) -> Mask:
        arrays = self.state.arrays
        fits: Mask = self.targeted_departments(targets)[arrays["home_department"][rows]]
        return fits & np.isin(arrays["level"][rows], targets.levels) if targets.levels else fits

    def targeted_departments(self, targets: Targets) -> Mask:
        """Departments that the targets name, (department,); all where they name none."""
        names = self.state.frame.departments
        return np.array([not targets.departments or name in targets.departments for name in names])

    def members(self, label: str, settings: PolicySettings, voluntary: bool = False) -> Mask:
        """Members of a policy, (person,): one draw per person and label, without the week.

        Coverage, times the lever `reach`, is a threshold on a keyed draw; voluntary membership takes the upper share
        by initiative.
        """
        share = reach(settings, self.number)
        if share <= 0:
            return np.zeros(self.state.frame.rows, np.bool_)
        shares = share * self.levers["reach"].ravel() if "reach" in self.levers.contributions else share
        if voluntary:
            return self.eligible(settings.targets) & self.volunteers(shares)
        return self.eligible(settings.targets) & (self._steady_draw(label, MEMBER) < shares)

    def volunteers(self, share: np.float32 | NDArray[np.float32]) -> Mask:
        """The upper share of the people by initiative, (person,)."""
        threshold = INITIATIVE_LOW + INITIATIVE_SPAN * (ONE - share)
        return self.state.arrays["initiative"] >= threshold

    def covered(self, label: str, settings: PolicySettings) -> Mask:
        """Members of a policy as if always in full force, (person,), by the same draws; not to be written to."""
        key, targets, share = self.state.arrays["key"], settings.targets, np.float32(settings.coverage)

        def drawn(rows: Rows) -> Mask:
            below: Mask = self.chance.draw_rows(label, MEMBER, None, key, rows) < share
            return below & self._fits(targets, rows) if targets.departments or targets.levels else below

        fields = ("key", "home_department", "level") if targets.departments or targets.levels else ("key",)
        return self.steady.table(("covered", label, targets, share), fields, drawn)

    def draw_members_afresh(self, label: str, rows: Rows) -> None:
        """Let people's membership of a policy be decided by another draw from now on, as if they were newcomers to it.

        Args:
            rows: whose, each once.
        """
        times = self._drawn_afresh.setdefault(label, np.zeros(self.state.frame.rows, np.uint64))
        times[rows] += np.uint64(1)
        self.steady.make_anew(("draw", label, MEMBER), rows)

    def turn(self, label: str, start: int, cadence: int) -> Mask:
        """Whose turn it is this week, (person,): once in `cadence` weeks, counted from `start`, each in an own week."""
        phase = self.steady.table(
            ("turn", label, cadence),
            ("key",),
            lambda rows: (self.hashes(label, "phase", False, rows) % np.uint64(cadence)).astype(np.int32),
        )
        return phase == np.int32((self.number - start) % cadence)

    def draw(self, label: str, decision: str, weekly: bool = True, rows: Rows | None = None) -> NDArray[np.float32]:
        """One uniform draw for everybody, float32 (person,), or for some rows only (row,)."""
        key, week = self.state.arrays["key"], self.number if weekly else None
        if rows is not None:
            return self.chance.draw_rows(label, decision, week, key, rows)
        if weekly:
            return self.chance.draw(label, decision, week, key.reshape(self.state.frame.worlds, -1)).ravel()
        return self._steady_draw(label, decision).copy()

    def _steady_draw(self, label: str, decision: str) -> NDArray[np.float32]:
        """The draw of everybody that no week changes, (person,); not to be written to."""
        return self.steady.table(("draw", label, decision), ("key",), lambda rows: self._drawn(label, decision, rows))

    def _drawn(self, label: str, decision: str, rows: Rows) -> NDArray[np.float32]:
        drawn = self.draw(label, decision, False, rows)
        if decision != MEMBER or label not in self._drawn_afresh:
            return drawn
        times = self._drawn_afresh[label][rows]
        again = uniform(extend(self.hashes(label, "member again", False, rows), times))
        return np.where(times > 0, again, drawn).astype(np.float32)

    def hashes(self, label: str, decision: str, weekly: bool = True, rows: Rows | None = None) -> Keys:
        """One keyed hash for everybody, uint64 (person,), or for some rows only (row,)."""
        key, week = self.state.arrays["key"], self.number if weekly else None
        if rows is not None:
            return self.chance.hash_rows(label, decision, week, key, rows)
        return self.chance.hashes(label, decision, week, key.reshape(self.state.frame.worlds, -1)).ravel()
