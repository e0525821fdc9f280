"""The scenario's constants, in the types and shapes that levers and kernels work with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.build import Prepared
from sim.chance import MODEL, Chance, text_keys
from sim.kernels.observe import NEED_MET, NEW, NO_NEED, OF_ALL, OTHER, OWN
from sim.levers import DEPARTMENT, LEVERS, ORGANIZATION, PAIR
from sim.scenario import Scenario
from sim.schema import EMERGING, ENTERPRISE, EXPLICIT, Joining, Rule, Structure
from sim.settings import LEVELS
from sim.start import INITIATIVE_LOW, INITIATIVE_SPAN, mean_of_newcomers
from sim.state import State
from sim.tuples import Blocks, Needs

SMALLEST_BLOCK = 4096
"""Rows (person,) of a block of the measures; a larger world is cut into as many as 64 larger ones."""
MOST_BLOCKS = 64
MOST_CELLS = 2**22
"""So that the tables of all blocks stay small: cells by department and topic, and by pair of departments."""
OUT_OF_REACH = np.float32(2.0)
"""More mastery than there is: what is not needed is never met."""


def lever_bases(scenario: Scenario, state: State) -> dict[str, NDArray[np.float32]]:
    """Value of each lever without any policy; norms start where the states start."""
    worlds, people, departments = state.frame.worlds, state.frame.people, len(state.frame.departments)
    shapes: dict[str, tuple[int, ...]] = {
        ORGANIZATION: (worlds, 1),
        DEPARTMENT: (worlds, departments),
        PAIR: (worlds, departments, departments),
    }
    plain = {
        "hours": scenario.learning.hours,
        "attendance": scenario.sessions.attendance,
        "directory": scenario.challenges.line,
        "unblocking": scenario.challenges.clearing,
    }
    bases = {}
    for name, lever in LEVERS.items():
        shape = shapes.get(lever.of, (worlds, people))
        quantity, _, role = name.partition(".")
        if role == "norm":
            bases[name] = getattr(state, quantity).copy()
        else:
            value = 0.0 if role == "pull" else plain.get(name, lever.base)
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


def measured_blocks(rule: Rule, width: int) -> Blocks:
    """How a world's rows are cut for the measures: by its size alone, never by threads.

    Args:
        width: padded topics, columns of the tables that are kept for each block, like source's departments.
    """
    cells = rule.departments * max(rule.departments, width)
    most = max(1, min(MOST_BLOCKS, MOST_CELLS // cells))
    rows = max(SMALLEST_BLOCK, -(-rule.people // most))
    return Blocks(people=rule.people, rows=rows, number=-(-rule.people // rows))


def needs_of(structure: Structure, topics: int) -> Needs:
    """What people of each department need, as the measures ask for it; `topics` of the columns are not padding."""
    need = structure.need
    kind = np.where(structure.own, OWN, OTHER)
    kind = np.where(structure.topic_kind == ENTERPRISE, OF_ALL, kind)
    kind = np.where(structure.topic_kind == EMERGING, NEW, kind)
    explicit = ((structure.tacitness <= EXPLICIT) & (np.arange(need.shape[1]) < topics)).astype(np.float32)
    emerging = ((structure.topic_kind == EMERGING) & (np.arange(need.shape[1]) < topics)).astype(np.float32)
    return Needs(
        need=need,
        met=np.where(need > 0, NEED_MET * need, OUT_OF_REACH).astype(np.float32),
        whole=need[:, :topics].astype(np.float64).sum(axis=1),
        kind=np.where(need > 0, kind, NO_NEED).astype(np.int8),
        explicit=explicit,
        emerging=emerging,
        whole_explicit=(need * explicit).astype(np.float64).sum(axis=1),
        new=np.float64(emerging.sum()),
    )


def closest_of(interdependence: NDArray[np.float32]) -> NDArray[np.int32]:
    """The department that each depends on most, the first of equals, (department,); -1 where it depends on none."""
    most = interdependence.argmax(axis=1)
    return np.where(interdependence.max(axis=1) > 0, most, -1).astype(np.int32)


def joining_of(prepared: Prepared, chance: Chance) -> Joining:
    """What leavers and newcomers are drawn from; the week's key is set week by week."""
    scenario, topics = prepared.scenario, prepared.topics
    home, level = np.divmod(np.arange(len(prepared.departments) * len(LEVELS)), len(LEVELS))
    need = prepared.structure.need[:, : len(topics.names)]
    mean = mean_of_newcomers(scenario.newcomers, topics, need, level, home)
    return Joining(
        leave=chance.stream(MODEL, "leave", None),
        initiative=chance.stream(MODEL, "newcomer's initiative", None),
        expertise=chance.stream(MODEL, "newcomer's expertise", None),
        week=np.uint64(0),
        topic=text_keys(topics.names),
        hazard=np.array(scenario.turnover.hazard, np.float32),
        first_year=np.float32(scenario.turnover.first_year),
        mean=mean.reshape(len(prepared.departments), len(LEVELS), -1),
        least_spread=np.float32(1.0 - scenario.newcomers.spread),
        spread_span=np.float32(2.0 * scenario.newcomers.spread),
        least_initiative=INITIATIVE_LOW,
        initiative_span=INITIATIVE_SPAN,
        engagement=np.float32(scenario.culture.engagement),
    )
