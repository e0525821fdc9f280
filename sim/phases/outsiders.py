"""What outsiders bring in a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernels.advising import advise

if TYPE_CHECKING:
    from sim.plan import Plan


def listen(plan: Plan) -> None:
    """Let people learn from outsiders; it counts as learning in sessions, and needs no ties."""
    week, people = plan.week, plan.week.state.people
    for advice in week.outsiders.given:
        advise(
            advice.learner,
            advice.advisor,
            advice.mastery,
            tuple(np.float32(term) for term in (advice.spoken, advice.written, advice.clarity, advice.trust)),
            people,
            week.state.structure,
            week.culture.safety,
            week.gates,
            week.rule,
            week.work,
        )
    week.outsiders.given.clear()
