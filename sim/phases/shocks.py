"""The start of a week: its accounts are opened, and what befalls the organization happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plan import Plan


def shocks(plan: Plan) -> None:
    """Open the week's accounts, and let the shocks of the scenario happen."""
    plan.week.open()
    plan.week.shocks.happen(plan.week)
