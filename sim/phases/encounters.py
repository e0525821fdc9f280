"""The encounters of this week's sessions: what is known before them, and the ties that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import text_key, week_key
from sim.kernels.encounters import NOWHERE, new_ties, recall
from sim.schema import ORIGINS, EncounterArrays
from sim.sessions import room_for_ties

if TYPE_CHECKING:
    from sim.plan import Plan


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


def form_ties(plan: Plan, kept: NDArray[np.bool_]) -> None:
    """A kept promise between people without a tie forms one, both ways, each side with its own trust.

    Args:
        kept: whether each promise was kept, (encounter,).
    """
    week, meeting = plan.week, plan.meeting
    made = room_for_ties(2 * len(kept))
    origin = np.full(len(plan.policies), NOWHERE)
    fresh, promised = np.empty(len(kept), np.int64), np.empty(len(kept), np.bool_)
    count = new_ties(meeting, plan.slots, kept, week.state.people, week.rule, fresh, promised, made, origin)
    for label in np.flatnonzero(origin != NOWHERE):
        of_label = made.label[:count] == label
        learner, source, trust = (values[:count][of_label] for values in (made.learner, made.source, made.trust))
        week.form_ties(learner, source, trust, week.rule.formed, ORIGINS[origin[label]])
