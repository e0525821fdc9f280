"""The scenario's constants, in the types and shapes that levers and kernels work with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.build import Prepared
from sim.levers import DEPARTMENT, LEVERS, PAIR
from sim.scenario import Scenario
from sim.schema import Rule
from sim.state import State


def lever_bases(scenario: Scenario, state: State) -> dict[str, NDArray[np.float32]]:
    """Value of each lever without any policy; norms start where the states start."""
    worlds, people, departments = state.frame.worlds, state.frame.people, len(state.frame.departments)
    shapes = {DEPARTMENT: (worlds, departments), PAIR: (worlds, departments, departments)}
    plain = {"hours": scenario.learning.hours, "attendance": scenario.sessions.attendance}
    bases = {}
    for name, lever in LEVERS.items():
        shape = shapes.get(lever.of, (worlds, people))
        quantity, _, role = name.partition(".")
        if role == "norm":
            bases[name] = getattr(state, quantity).copy()
        else:
            value = 0.0 if role == "pull" else plain.get(name, 1.0)
            bases[name] = np.broadcast_to(np.float32(value), shape)
    return bases


def typed_rule(prepared: Prepared, people: int) -> Rule:
    """The scenario's constants as the kernels read them."""
    s = prepared.scenario
    f = np.float32
    return Rule(
        people=people,
        departments=len(prepared.departments),
        topics=len(prepared.topics.names),
        phi=f(s.learning.phi),
        eta=f(s.trust.eta),
        delta=f(s.trust.delta),
        host_need=f(s.stays.host_need),
        host_willingness=f(s.stays.willingness),
        host_clarity=f(s.stays.clarity),
        absence_contact=f(s.stays.absence_contact),
        absence_practice=f(s.stays.absence_practice),
        practice=f(s.learning.practice),
        practice_elsewhere=f(s.learning.practice_elsewhere),
        forgetting=f(s.learning.forgetting),
        pace=f(s.learning.pace),
        trust_within=f(s.trust.base_within),
        trust_across=f(s.trust.base_across),
        trust_between=f(s.trust.base_between),
        formed=f(s.contacts.formed),
        fading=f(s.contacts.fading),
        floor=f(s.contacts.floor),
        newcomer_trust=f(s.trust.newcomer),
        stranger_within=f(s.trust.stranger_within),
        stranger=f(s.trust.stranger),
    )
