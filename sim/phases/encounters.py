"""The encounters of this week's sessions: what is known before them, and the ties that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import text_key, week_key
from sim.kernels.encounters import recall
from sim.schema import ORIGINS, EncounterArrays

if TYPE_CHECKING:
    from sim.plan import Plan
    from sim.sessions import TiesOfSessions


def meet(plan: Plan) -> None:
    """Note what is known before this week's encounters: ties and their trust, safety, and who is heard."""
    week, state, meeting = plan.week, plan.week.state, plan.meeting
    count = len(meeting.learner)
    reliability, safety, trust = np.empty((3, count), np.float32)
    heard = np.empty(count, np.bool_)
    plan.slots = np.empty(count, np.int64)
    plan.encounters = EncounterArrays(*meeting[:4], reliability, safety, trust, heard)
    if count:
        chance, chains = chance_of(plan, "heard")
        recall(meeting, chance, chains, state.people, state.ties, week.culture, week.rule, plan.encounters, plan.slots)


def chance_of(plan: Plan, decision: str) -> tuple[Any, NDArray[np.uint64]]:
    """What `sim.kernels.encounters.weekly_chains` makes chains of, of each policy in label order, and room for them."""
    week = plan.week
    decisions = np.array([text_key(f"{policy.label}/{decision}") for policy in plan.policies], np.uint64)
    chains = np.empty((len(decisions), week.state.frame.worlds), np.uint64)
    return (week.chance.worlds, decisions, week_key(week.number)), chains


def form_ties(plan: Plan, made: TiesOfSessions, number: int) -> None:
    """A kept promise between people without a tie forms one, both ways, each side with its own trust.

    They form policy by policy, and where one has several origins, in the order of their codes.

    Args:
        made: room for new ties, the first `number` of which are to form.
    """
    parts = made.label[:number] * len(ORIGINS) + made.origin[:number]
    for part in np.unique(parts):
        these = np.flatnonzero(parts == part)
        learner, source, trust = made.learner[these], made.source[these], made.trust[these]
        plan.week.form_ties(learner, source, trust, plan.week.rule.formed, ORIGINS[part % len(ORIGINS)])
