"""The knowledge base in a week: people write down what they know, and look up what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chance import MODEL
from sim.kernels.knowledge import COUNTS, use_knowledge_base
from sim.kernels.learning import KNOWLEDGE_BASE
from sim.sums import KNOWN
from sim.tuples import Habits

if TYPE_CHECKING:
    from sim.plan import Plan


def knowledge_base(plan: Plan) -> None:
    """Write down what is known, look up what is needed; what nobody renews goes stale."""
    week = plan.week
    base, in_use = week.knowledge_base, week.knowledge_base.in_force(week.levers)
    brought = week.work.from_parts[KNOWLEDGE_BASE]
    if not in_use:
        if brought.any():
            brought[:] = 0
        if not base.waiting and base.empty:
            return
    worlds, width = week.state.frame.worlds, week.work.gain.shape[1]
    ledger = week.ledger(2 * width + COUNTS)
    if in_use or base.waiting:
        _use(plan, ledger)
    sums = ledger.sum(axis=1)
    known = week.sums.block(KNOWN)
    known[:2] += sums[:, 2 * width :].T
    contributed = sums[:, :width].astype(np.float32)
    readings = sums[:, width : 2 * width].astype(np.float32)
    base.turn_over(contributed, readings, week.levers["curation"].reshape(worlds, 1))
    known[2:] += base.measure()


def _use(plan: Plan, ledger: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    week, state = plan.week, plan.week.state
    levers, base = week.levers, week.knowledge_base
    habits = Habits(
        codifying=levers["codifying"].ravel() + base.share,
        lookup=levers["lookup"].ravel(),
        push=levers["push"].ravel(),
        tagging=np.ascontiguousarray(levers["tagging"].ravel()),
        reading=np.ascontiguousarray(levers["reading"].ravel()),
    )
    looking = week.chance.stream(MODEL, "look up", week.number)
    people, structure, gates, rule, work = state.people, state.structure, week.gates, week.rule, week.work
    readable = base.readable()
    week.over_rows(
        lambda begin, end: use_knowledge_base(
            begin, end, looking, people, structure, readable, habits, gates, rule, work, ledger
        )
    )
