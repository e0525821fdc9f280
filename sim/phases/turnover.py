"""Who leaves, and what a newcomer finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.chance import MODEL, extend, mix, uniform, week_key
from sim.kernels.ties import tidy
from sim.schema import ORIGINS
from sim.start import initiative, mean_of_newcomers, spread_out

if TYPE_CHECKING:
    from sim.plan import Plan

FIRST_YEAR = 52


def leave_and_join(plan: Plan) -> None:
    """Draw who leaves; a newcomer takes the seat under a new key."""
    week, state, arrays = plan.week, plan.week.state, plan.week.state.arrays
    before = plan.mean_mastery()
    turnover = week.scenario.turnover
    hazard = np.array(turnover.hazard, np.float32)[arrays["level"]]
    hazard = np.where(arrays["tenure"] < FIRST_YEAR, hazard * np.float32(turnover.first_year), hazard)
    week.left[:] = week.draw(MODEL, "leave") < hazard * week.levers["turnover"].ravel()
    arrays["tenure"] += np.int32(1)
    rows = np.flatnonzero(week.left)
    week.add("leavers", np.bincount(week.world_of(rows), minlength=state.frame.worlds))
    if len(rows):
        _replace(plan, rows)
    week.add("from_turnover", plan.mean_mastery() - before)
    _tidy(plan)


def _replace(plan: Plan, rows: NDArray[np.int64]) -> None:
    week, state, arrays = plan.week, plan.week.state, plan.week.state.arrays
    held = _useful_mastery(plan, rows)
    arrays["key"][rows] = mix(arrays["key"][rows], week_key(week.number))
    arrays["generation"][rows] += np.int32(1)
    arrays["tenure"][rows] = 0
    week.mentoring[rows] = False
    arrays["department"][rows] = arrays["home_department"][rows]
    arrays["engagement"][rows] = np.float32(week.scenario.culture.engagement)
    chain = week.stream(MODEL, "newcomer's initiative", rows)
    arrays["initiative"][rows] = initiative(uniform(extend(chain, arrays["key"][rows])))
    topics = week.prepared.topics
    need = state.structure.need[:, : week.rule.topics]
    mean = mean_of_newcomers(
        week.scenario.newcomers, topics, need, arrays["level"][rows], arrays["home_department"][rows]
    )
    keys = week.chance.hashes(MODEL, "newcomer's expertise", week.number, state.key).ravel()[rows]
    drawn_topics = uniform(extend(keys[:, None], plan.topic_keys))
    arrays["expertise"][rows, : week.rule.topics] = spread_out(mean, drawn_topics, week.scenario.newcomers.spread)
    loss = held - _useful_mastery(plan, rows)
    week.add("lost_by_leavers", np.bincount(week.world_of(rows), loss, state.frame.worlds))
    for policy in plan.policies:
        policy.left(week, rows)


def _useful_mastery(plan: Plan, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Adequacy of some people, (row,): sum min(E, need) / sum need."""
    state = plan.week.state
    need = state.structure.need[state.arrays["home_department"][rows]].astype(np.float64)
    held = np.minimum(state.arrays["expertise"][rows], need)
    total = need.sum(axis=1)
    return np.divide(held.sum(axis=1), total, out=np.ones(len(rows)), where=total > 0)


def _tidy(plan: Plan) -> None:
    week, state = plan.week, plan.week.state
    stay = np.int8(ORIGINS.index("rotation"))
    week.over_rows(lambda begin, end: tidy(begin, end, week.left, state.people, state.ties, week.rule, stay))
