"""What policies do in a week: bend levers, act on the organization, call sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.kernels.ties import find_all
from sim.phases.encounters import what_is_met
from sim.schema import ORIGINS, Culture, Gates
from sim.sessions import gather

if TYPE_CHECKING:
    from sim.plan import Plan

ONE = np.float32(1.0)
MEAN_SQUARED_INITIATIVE = np.float32(0.37)
"""E[(0.1 + 0.9 U)^2], so that help-seeking redistributes meetings without adding any."""
LEAST_HOURS = np.float32(1e-6)
"""Keeps the load finite where a lever leaves no time at all."""


def bend(plan: Plan) -> None:
    """Collect the policies' bends, set the levers, and derive what a person brings to this week's meetings."""
    week = plan.week
    week.asked[:] = 0
    week.attended[:] = 0
    week.sums = {}
    week.levers.apply((policy.label, one) for policy in plan.policies for one in policy.bend(week))
    week.culture = _culture(week)


def act(plan: Plan) -> None:
    """Let policies change the organization, in label order, each seeing what earlier ones wrote."""
    plan.week.mentoring[:] = False
    for policy in plan.policies:
        policy.act(plan.week)
    plan.week.gates = _gates(plan.week, plan.week.culture)


def convene(plan: Plan) -> None:
    """Draw who attends which session; trust is read now, before this week's meetings move it."""
    week, state = plan.week, plan.week.state
    parts = [(n, part) for n, policy in enumerate(plan.policies) for part in policy.convene(week)]
    plan.meeting = gather(parts, ORIGINS)
    slots = np.zeros(len(plan.meeting.learner), np.int64)
    find_all(state.ties, plan.meeting.learner, plan.meeting.source, slots)
    plan.slots = slots
    plan.encounters = what_is_met(plan, slots)
    hours = np.maximum(week.levers["hours"].ravel(), LEAST_HOURS)
    plan.load = (week.asked / hours).astype(np.float32)
    week.gates = week.gates._replace(keeps=(ONE / np.maximum(ONE, plan.load)).astype(np.float32))


def _culture(week: Any) -> Culture:
    """Culture as it holds this week: states plus pulls, clipped; and what it makes of a tie's chance of a meeting.

    A visit makes host and visitor readier to share; people away from each other meet less.
    """
    flat = {}
    for name in ("safety", "clarity", "willingness", "reliability"):
        pull = week.levers[f"{name}.pull"]
        state = getattr(week.state, name)
        pulled = state if f"{name}.pull" not in week.levers.contributions else np.clip(state + pull, 0, ONE)
        flat[name] = np.array(pulled, np.float32).ravel()
    contact, willingness = week.levers["contact"].ravel(), flat["willingness"]
    hosting = np.minimum(ONE, willingness + week.rule.host_willingness)
    away = contact * week.rule.absence_contact
    meeting = np.stack([contact * willingness, contact * hosting, away * willingness], axis=1)
    return Culture(**flat, meeting=meeting.ravel())


def _gates(week: Any, culture: Culture) -> Gates:
    arrays, frame = week.state.arrays, week.state.frame
    engagement = np.clip(arrays["engagement"] + week.levers["engagement.pull"].ravel(), np.float32(0.0), ONE)
    world = np.repeat(np.arange(frame.worlds), frame.people)
    safety = culture.safety[world * week.rule.departments + arrays["department"]]
    seeks = safety * engagement * (arrays["initiative"] * arrays["initiative"] / MEAN_SQUARED_INITIATIVE)
    return Gates(
        engagement=engagement,
        seeks=seeks,
        keeps=np.ones(frame.rows, np.float32),
        teaching=np.array(week.levers["teaching"]).ravel(),
        rate=np.float32(week.scenario.learning.rate) * week.levers["absorption"].ravel(),
    )
