"""The network under many random changes, against a dictionary that is told the rules in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import model

from sim.kernels.stays import end_stays
from sim.kernels.tidying import tidy, write_places
from sim.kernels.ties import FORMED, LIFTED, REFUSED, borrow_slot, find, form_all, free_slots
from sim.phases.scratch import tidying_scratch
from sim.schema import ORIGINS
from sim.state import State, repacked

F = np.float32
ROTATION = ORIGINS.index("rotation")
Tie = dict[str, Any]


def rows(state: State) -> dict[tuple[int, int], Tie]:
    """Every live tie by (learner, source)."""
    pairs = zip(state.learners().tolist(), state.source.tolist(), strict=True)
    fields = zip(state.trust, state.contact, state.base_trust, state.origin, strict=True)
    names = ("trust", "contact", "base_trust", "origin")
    return {pair: dict(zip(names, values, strict=True)) for pair, values in zip(pairs, fields, strict=True)}


def formed(
    ties: dict[tuple[int, int], Tie], i: int, j: int, fresh: Tie, limit: int, protect: bool, lift_to: np.float32
) -> int:
    """Form one tie in the dictionary, as rulings 7 and 8 say."""
    old = ties.get((i, j))
    if old is not None:
        if old["origin"] != 0:
            least = fresh["contact"] if old["origin"] == fresh["origin"] else min(fresh["contact"], lift_to)
            old["contact"] = max(old["contact"], least)
        return LIFTED
    mine = sorted((source, tie) for (learner, source), tie in ties.items() if learner == i)
    if len(mine) >= limit:
        able = [(tie["contact"] * tie["trust"], source) for source, tie in mine if not (protect and tie["origin"] == 0)]
        if not able or fresh["contact"] * fresh["trust"] < min(able)[0]:
            return REFUSED
        del ties[i, min(able)[1]]
    ties[i, j] = dict(fresh)
    return FORMED


@pytest.fixture(params=[False, True], ids=["drawn", "loaded"])
def protect(request: pytest.FixtureRequest) -> bool:
    """Whether baseline ties are the user's own, which are never dropped."""
    return bool(request.param)


def test_forming_ties_at_random(protect: bool) -> None:
    made = model({"sources": 3}, contacts={"limit": 6, "headroom": 1})
    state, rule, draw = made.state, made.plan.week.rule, np.random.default_rng(4)
    expected, seen = rows(state), set()
    for _ in range(30):
        number = int(draw.integers(1, 12))
        learner, source = draw.integers(0, 24, number), draw.integers(0, 24, number)
        apart = learner != source
        learner, source = learner[apart], source[apart]
        trust, contact = (draw.random(len(learner), F).round(1) for _ in range(2))
        origin = int(draw.integers(1, len(ORIGINS)))
        state.ensure_room(learner)
        outcome = np.zeros(len(learner), np.int64)
        form_all(
            state.ties, state.people, state.structure, rule, learner, source, trust, contact, np.int8(origin), protect,
            outcome,
        )  # fmt: skip
        home = state.arrays["home_department"]
        for n, (i, j) in enumerate(zip(learner.tolist(), source.tolist(), strict=True)):
            base = F(0.5) if home[i] == home[j] else F(0.25)
            fresh = {"trust": trust[n], "contact": contact[n], "base_trust": base, "origin": origin}
            limit = int(state.ties.limit[i])
            assert outcome[n] == formed(expected, i, j, fresh, limit, protect, F(0.12))
        assert rows(state) == expected
        assert state.violations() == []
        seen |= set(outcome.tolist())
    assert seen == {FORMED, LIFTED, REFUSED}


def test_finding_every_tie_and_none_that_is_not_there() -> None:
    state = model({"sources": 6}).state
    learner, source = (grid.ravel() for grid in np.meshgrid(np.arange(24), np.arange(24), indexing="ij"))
    there = rows(state)
    for i, j in zip(learner.tolist(), source.tolist(), strict=True):
        e = find(state.ties, i, j)
        assert (e >= 0) == ((i, j) in there)
        if e >= 0:
            assert state.ties.source[e] == j and state.ties.first[i] <= e < state.ties.first[i] + state.ties.count[i]


def scattered(seed: int) -> tuple[Any, Any]:
    """Ties of every origin, people who are away, and some who just left."""
    made = model({"sources": 6})
    state, draw = made.state, np.random.default_rng(seed)
    slots = state.live_slots()
    state.ties.origin[slots] = draw.integers(0, len(ORIGINS), len(slots))
    state.ties.contact[slots] = draw.choice(np.array([0.0201, 0.0204, 0.1, 0.6], F), len(slots))
    away = draw.random(24) < 0.4
    state.arrays["department"][away] = draw.integers(0, 3, away.sum())
    return made, draw


def guest(state: State, i: int, j: int) -> bool:
    """Whether one person stays where another belongs, wherever that other is this week."""
    here, home = state.arrays["department"], state.arrays["home_department"]
    return bool(here[i] != home[i] and here[i] == home[j])


@pytest.mark.parametrize("seed", range(3))
def test_the_weekly_pass_fades_ends_and_hands_over(seed: int) -> None:
    made, draw = scattered(seed)
    state, rule = made.state, made.plan.week.rule
    left = draw.random(24) < 0.2
    handover = draw.choice(np.array([0, 0.5, 1], F), 24)
    expected = {}
    for (i, j), tie in rows(state).items():
        gone = left[i] or left[j]
        if tie["origin"] == 0:
            anew = F(0.6) * tie["base_trust"]
            kept = anew + handover[i if left[i] else j] * max(F(0), tie["trust"] - anew)
            expected[i, j] = tie | ({"trust": kept} if gone else {})
            continue
        contact = tie["contact"]
        if not (tie["origin"] == ROTATION and (guest(state, i, j) or guest(state, j, i))):
            contact = contact * (F(1) - F(0.015))
        if not gone and contact >= F(0.02):
            expected[i, j] = tie | {"contact": contact}
    before = len(rows(state))
    places = np.empty(24, np.int32)
    write_places(0, 24, left, state.people, places)
    for begin, end in ((9, 24), (0, 9)):
        scratch = tidying_scratch(state.ties, begin, end)
        tidy(begin, end, places, handover, state.ties, rule, np.int8(ROTATION), *scratch)
    assert rows(state) == expected
    assert len(expected) < before
    assert state.violations() == []


@pytest.mark.parametrize("seed", range(3))
def test_the_end_of_a_stay_loosens_what_the_stay_made(seed: int) -> None:
    made, draw = scattered(seed)
    state = made.state
    state.ties.origin[state.live_slots()[::2]] = ROTATION
    state.ties.contact[:] = 0.6
    away = state.arrays["department"] != state.arrays["home_department"]
    returning = away & (draw.random(24) < 0.8)
    before = rows(state)
    rule = made.ensemble.rule._replace(formed=F(0.12))
    members, first = made.ensemble.steady.by_department()
    back, hosting = np.zeros(state.frame.rows, np.bool_), np.zeros(len(first) - 1, np.bool_)
    visitors = np.flatnonzero(returning)
    end_stays(visitors, np.int8(ROTATION), state.people, state.ties, rule, members, first, back, hosting)
    loosened = 0
    for (i, j), tie in before.items():
        theirs = (returning[i] and guest(state, i, j)) or (returning[j] and guest(state, j, i))
        contact = min(tie["contact"], F(0.12)) if theirs and tie["origin"] == ROTATION else tie["contact"]
        assert rows(state)[i, j] == tie | {"contact": contact}
        loosened += contact < tie["contact"]
    assert loosened > 0


def test_a_full_row_borrows_from_the_nearest_row_with_a_free_slot() -> None:
    state = model({"people": 12, "sources": 3}).state
    state.ties = repacked(state.ties, state.ties.count.astype(np.int64))
    assert not borrow_slot(state.ties, 5), "no row has a free slot"
    before = rows(state)
    for taker, giver in ((5, 8), (5, 2), (11, 0), (0, 11), (4, 5)):
        room = state.ties.count.astype(np.int64)
        room[giver] += 2
        state.ties = repacked(state.ties, room)
        for left in (1, 0):
            assert borrow_slot(state.ties, taker)
            assert free_slots(state.ties, giver) == left
        free = np.diff(state.ties.first) - state.ties.count
        assert free[taker] == 2 and free.sum() == 2
        assert rows(state) == before
        assert state.violations() == []
