"""Pilots in a week: reviews, successes and failures, and practices that spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plan import Plan


def pilots(plan: Plan) -> None:
    """Review pilots, let practices spread between teams, and let teams learn from them."""
    plan.week.pilots.step(plan.week)
