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
    week.levers.apply((policy.label, one) for policy in plan.policies for one in policy.bend(week))
    week.culture = _culture(week)


def act(plan: Plan) -> None:
    """Let policies change the organization, in label order, each seeing what earlier ones wrote."""
    plan.week.mentoring[:] = False
    for policy in plan.policies:
        policy.act(plan.week)
    plan.week.gates = _gates(plan)


def convene(plan: Plan) -> None:
    """Draw who attends which session; trust is read now, before this week's meetings move it."""
    week, state = plan.week, plan.week.state
    week.answers.clear()
    parts = [(n, part) for n, policy in enumerate(plan.policies) for part in policy.convene(week)]
    plan.meeting = gather(parts, ORIGINS, state.frame.rows)
    meet(plan)
    hours = week.levers["hours"]
    if plan.followed.get("hours") is not hours:
        np.maximum(hours, LEAST_HOURS, out=plan.by_world(plan.hours))
        plan.followed["hours"] = hours
    np.divide(week.asked, plan.hours, out=plan.load)
    np.maximum(plan.load, ONE, out=week.gates.keeps)
    np.divide(ONE, week.gates.keeps, out=week.gates.keeps)


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
    own = np.arange(week.rule.departments)
    table = meeting.reshape(-1, len(own), len(own), STANDINGS)
    table[:, own, own, VISITING] = table[:, own, own, AT_HOME]  # nobody is a guest in the own department
    return Culture(**flat, meeting=meeting.ravel())


def _gates(plan: Plan) -> Gates:
    """What a person brings to this week's meetings, at a load that lets every promise be kept.

    A lever that nobody bends anew is the array of last week, and so are the gates that follow from it alone.
    """
    week, gates = plan.week, plan.gates
    for name, factor, gate in (("teaching", ONE, gates.teaching), ("absorption", plan.rate, gates.rate)):
        lever = week.levers[name]
        if plan.followed.get(name) is not lever:
            np.multiply(factor, lever, out=plan.by_world(gate))
            plan.followed[name] = lever
    gates.keeps.fill(ONE)
    pull = week.levers["engagement.pull"].ravel()
    seek(week.state.people, week.state.arrays["engagement"], pull, week.culture.safety, week.rule, gates)
    return gates
