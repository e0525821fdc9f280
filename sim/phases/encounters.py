"""The encounters of this week's sessions: what is known before them, and the ties that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.chance import extend, uniform
from sim.schema import ORIGINS, EncounterArrays
from sim.sessions import Meeting

if TYPE_CHECKING:
    from sim.plan import Plan

ONE = np.float32(1.0)
FACILITATED_RELIABILITY = np.float32(0.1)
"""Facilitation adds this much to the reliability inside a session (agendas, time boxes, decisions recorded)."""


def what_is_met(plan: Plan, slots: NDArray[np.int64]) -> EncounterArrays:
    """What the kernel needs of each encounter: trust, safety, and who is heard."""
    week, state, meeting = plan.week, plan.week.state, plan.meeting
    learner, source = meeting.learner, meeting.source
    known = slots >= 0
    trust = week.stranger_trust(learner, source)
    trust[known] = state.ties.trust[slots[known]]
    department = week.world_of(learner) * week.rule.departments + state.arrays["department"][learner]
    safety = np.maximum(week.culture.safety[department], meeting.confidentiality)
    lower = state.arrays["level"][source] < state.arrays["level"][learner]
    keys = state.arrays["key"]
    drawn = uniform(extend(extend(chains_of(plan, "heard", meeting), keys[learner]), keys[source]))
    heard = ~lower | (drawn < safety + meeting.facilitation * (ONE - safety))
    reliability = FACILITATED_RELIABILITY * meeting.facilitation
    return EncounterArrays(learner, source, meeting.weight, meeting.teaching, reliability, safety, trust, heard)


def chains_of(plan: Plan, decision: str, meeting: Meeting) -> NDArray[np.uint64]:
    """This week's chain of each encounter's own policy, uint64 (encounter,)."""
    week = plan.week
    streams = np.array([week.chance.stream(policy.label, decision, week.number) for policy in plan.policies], np.uint64)
    return streams.reshape(-1, week.state.frame.worlds)[meeting.label, week.world_of(meeting.learner)]


def form_ties(plan: Plan, kept: NDArray[np.bool_]) -> None:
    """A kept promise between people without a tie forms one, both ways, each side with its own trust."""
    week, meeting = plan.week, plan.meeting
    fresh = (plan.slots < 0) & (meeting.forms >= 0)
    for label in np.unique(meeting.label[fresh]):
        here = np.flatnonzero(fresh & (meeting.label == label))
        learner, source, trust = _trust_of_new_ties(plan, here, kept)
        if len(learner):
            origin = ORIGINS[int(meeting.forms[here[0]])]
            week.form_ties(learner, source, trust, week.rule.formed, origin)


def _trust_of_new_ties(
    plan: Plan, encounters: NDArray[np.int64], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Learners, sources and trust of the ties that kept promises form; a side that was not drawn keeps its trust."""
    week, meeting, rows = plan.week, plan.meeting, plan.week.state.frame.rows
    learner, source, promise = meeting.learner[encounters], meeting.source[encounters], kept[encounters]
    start = week.stranger_trust(learner, source)
    moved = start + np.float32(week.scenario.trust.eta) * (promise.astype(np.float32) - start)
    drawn, where = np.unique(learner * rows + source, return_index=True)
    wanted = np.unique(np.concatenate([(learner * rows + source)[promise], (source * rows + learner)[promise]]))
    to, of = wanted // rows, wanted % rows
    at = np.minimum(np.searchsorted(drawn, wanted), len(drawn) - 1)
    return to, of, np.where(drawn[at] == wanted, moved[where[at]], week.stranger_trust(to, of))
