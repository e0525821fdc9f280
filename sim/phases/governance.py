"""What policies do in a week: bend levers, act on the organization, call sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.kernels.common import AT_HOME, AWAY, STANDINGS, VISITING
from sim.kernels.seeking import seek
from sim.phases.encounters import meet
from sim.schema import ORIGINS, Culture, Gates
from sim.sessions import gather

if TYPE_CHECKING:
    from sim.plan import Plan

ZERO, ONE = np.float32(0.0), np.float32(1.0)
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
    plan.meeting = gather(parts, ORIGINS, state.frame.rows)
    meet(plan)
    hours = np.maximum(week.levers["hours"].ravel(), LEAST_HOURS)
    plan.load = np.divide(week.asked, hours, dtype=np.float32)
    week.gates = week.gates._replace(keeps=np.divide(ONE, np.maximum(ONE, plan.load), dtype=np.float32))


def _culture(week: Any) -> Culture:
    """Culture as it holds this week: states plus pulls, clipped; and what it makes of a tie's chance of a meeting.

    A visit makes host and visitor readier to share; people away from each other meet less.
    """
    flat = {}
    for name in ("safety", "clarity", "willingness", "reliability"):
        state = week.state.arrays[name]
        if f"{name}.pull" in week.levers.contributions:
            pulled = state + week.levers[f"{name}.pull"].ravel()
            flat[name] = np.minimum(np.maximum(pulled, ZERO, out=pulled), ONE, out=pulled)
        else:
            flat[name] = state.copy()
    contact, willingness = week.levers["contact"].ravel(), flat["willingness"]
    away = contact * week.rule.absence_contact
    meeting = np.empty((len(contact), STANDINGS), np.float32)
    np.multiply(contact, willingness, out=meeting[:, AT_HOME])
    np.multiply(contact, np.minimum(ONE, willingness + week.rule.host_willingness), out=meeting[:, VISITING])
    np.multiply(away, willingness, out=meeting[:, AWAY])
    return Culture(**flat, meeting=meeting.ravel())


def _gates(week: Any, culture: Culture) -> Gates:
    """What a person brings to this week's meetings, at a load that lets every promise be kept."""
    frame, pull = week.state.frame, week.levers["engagement.pull"]
    engagement = week.state.arrays["engagement"] + pull.ravel()
    np.minimum(np.maximum(engagement, ZERO, out=engagement), ONE, out=engagement)
    seeks = np.empty(frame.rows, np.float32)
    seek(week.state.people, engagement, culture.safety, week.rule, seeks)
    return Gates(
        engagement=engagement,
        seeks=seeks,
        keeps=np.ones(frame.rows, np.float32),
        teaching=np.array(week.levers["teaching"]).ravel(),
        rate=np.float32(week.scenario.learning.rate) * week.levers["absorption"].ravel(),
    )
