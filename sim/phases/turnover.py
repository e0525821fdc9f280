"""Who leaves, and what a newcomer finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.chance import MODEL, extend, mix, uniform, week_key
from sim.kernels.leaving import draw_leavers
from sim.kernels.tidying import tidy
from sim.phases.scratch import bits_of, tidying_scratch
from sim.schema import ORIGINS
from sim.start import initiative, mean_of_newcomers, spread_out

if TYPE_CHECKING:
    from sim.plan import Plan


def leave_and_join(plan: Plan) -> None:
    """Draw who leaves; a newcomer takes the seat under a new key."""
    week = plan.week
    rows = _leavers(plan)
    if len(rows):
        week.add("leavers", np.bincount(week.world_of(rows), minlength=week.state.frame.worlds))
        _replace(plan, rows)
    _tidy(plan)


def _leavers(plan: Plan) -> NDArray[np.int64]:
    """Rows of those who leave this week, (leaver,)."""
    week, state, people = plan.week, plan.week.state, plan.week.state.people
    turnover = week.scenario.turnover
    hazard, first_year = np.array(turnover.hazard, np.float32), np.float32(turnover.first_year)
    chains = week.chance.stream(MODEL, "leave", week.number)
    factor = np.ascontiguousarray(week.levers["turnover"].ravel())
    tenure, rule, left = state.arrays["tenure"], week.rule, week.left
    week.over_rows(
        lambda begin, end: draw_leavers(begin, end, chains, hazard, first_year, factor, people, tenure, rule, left)
    )
    return np.flatnonzero(left)


def _replace(plan: Plan, rows: NDArray[np.int64]) -> None:
    week, state, arrays = plan.week, plan.week.state, plan.week.state.arrays
    worlds, world = state.frame.worlds, week.world_of(rows)
    home, level = arrays["home_department"][rows], arrays["level"][rows]
    need = state.structure.need[home]
    before = arrays["expertise"][rows]
    keys = mix(arrays["key"][rows], week_key(week.number))
    arrays["key"][rows] = keys
    arrays["generation"][rows] += np.int32(1)
    arrays["tenure"][rows] = 0
    week.mentoring[rows] = False
    arrays["department"][rows] = home
    arrays["engagement"][rows] = np.float32(week.scenario.culture.engagement)
    arrays["initiative"][rows] = initiative(uniform(extend(week.stream(MODEL, "newcomer's initiative", rows), keys)))
    market, topics = week.scenario.newcomers, week.prepared.topics
    mean = mean_of_newcomers(market, topics, state.structure.need[:, : week.rule.topics], level, home)
    chain = extend(week.stream(MODEL, "newcomer's expertise", rows), keys)
    after = np.zeros_like(before)
    after[:, : week.rule.topics] = spread_out(mean, uniform(extend(chain[:, None], plan.topic_keys)), market.spread)
    arrays["expertise"][rows] = after
    loss = _useful_mastery(before, need) - _useful_mastery(after, need)
    week.add("lost_by_leavers", np.bincount(world, loss, worlds))
    change = (after.astype(np.float64) - before).sum(axis=1)
    week.add("from_turnover", np.bincount(world, change, worlds) / week.cells)
    for policy in plan.policies:
        policy.left(week, rows)


def _useful_mastery(expertise: NDArray[np.float32], need: NDArray[np.float32]) -> NDArray[np.float64]:
    """Adequacy of some people, (row,), by mastery and need (row, padded topic): sum min(E, need) / sum need."""
    held = np.minimum(expertise, need).sum(axis=1, dtype=np.float64)
    total = need.sum(axis=1, dtype=np.float64)
    return np.divide(held, total, out=np.ones(len(held)), where=total > 0)


def _tidy(plan: Plan) -> None:
    week, state, ties = plan.week, plan.week.state, plan.week.state.ties
    stay = np.int8(ORIGINS.index("rotation"))
    left = bits_of(week.left)
    week.over_rows(
        lambda begin, end: tidy(
            begin, end, left, state.people, ties, week.rule, stay, *tidying_scratch(ties, begin, end)
        )
    )
