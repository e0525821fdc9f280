"""What time does: practice, forgetting, obsolescence, and the drift of culture and engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernels.drifting import drift_culture, drift_engagement
from sim.kernels.learning import LOSSES, practise
from sim.sums import AGED

if TYPE_CHECKING:
    from sim.plan import Plan


def practice(plan: Plan) -> None:
    """Practice, forgetting and obsolescence."""
    week, state = plan.week, plan.week.state
    ledger = week.ledger(LOSSES)
    factor = np.ascontiguousarray(week.levers["practice"].ravel())
    forgetting = np.ascontiguousarray(week.levers["forgetting"].ravel())
    people, structure, rule = state.people, state.structure, week.rule
    week.over_rows(lambda begin, end: practise(begin, end, factor, forgetting, people, structure, rule, ledger))
    entries = week.sums.block(AGED)
    entries += ledger.sum(axis=1).T / week.cells


def drift(plan: Plan) -> None:
    """Move culture and engagement towards their norms; load lowers the norm of engagement."""
    week, arrays = plan.week, plan.week.state.arrays
    speed = np.float32(week.scenario.culture.drift)
    for name in ("safety", "clarity", "willingness", "reliability"):
        drift_culture(arrays[name], week.levers[f"{name}.norm"].ravel(), speed)
    norm, penalty = week.levers["engagement.norm"].ravel(), np.float32(week.scenario.culture.load_penalty)
    drift_engagement(arrays["engagement"], norm, plan.load, penalty, speed)
