"""What time does: practice, forgetting, obsolescence, and the drift of culture and engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernels.learning import LEDGER_BLOCK, practise

if TYPE_CHECKING:
    from sim.plan import Plan

ONE = np.float32(1.0)


def practice(plan: Plan) -> None:
    """Practice, forgetting and obsolescence."""
    week, state = plan.week, plan.week.state
    blocks = -(-week.rule.people // LEDGER_BLOCK)
    ledger = np.zeros((state.frame.worlds, blocks, 3))
    factor = np.ascontiguousarray(week.levers["practice"].ravel())
    forgetting = np.ascontiguousarray(week.levers["forgetting"].ravel())
    week.over_rows(
        lambda begin, end: practise(begin, end, factor, forgetting, state.people, state.structure, week.rule, ledger)
    )
    cells = week.rule.people * week.rule.topics
    for column, name in enumerate(("practice", "forgetting", "obsolescence")):
        week.add(f"from_{name}", ledger.sum(axis=1)[:, column] / cells)


def drift(plan: Plan) -> None:
    """Move culture and engagement towards their norms; load lowers the norm of engagement."""
    week, arrays = plan.week, plan.week.state.arrays
    speed = np.float32(week.scenario.culture.drift)
    for name in ("safety", "clarity", "willingness", "reliability"):
        norm = week.levers[f"{name}.norm"].ravel()
        arrays[name] += speed * (norm - arrays[name])
    overload = np.maximum(np.float32(0.0), plan.load - ONE)
    norm = week.levers["engagement.norm"].ravel() - np.float32(week.scenario.culture.load_penalty) * overload
    engagement = arrays["engagement"] + speed * (np.maximum(np.float32(0.0), norm) - arrays["engagement"])
    arrays["engagement"][:] = np.clip(engagement, np.float32(0.0), ONE)
