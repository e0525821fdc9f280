"""Practice, forgetting and the budget against the formulas, with people who are away and topics that are shared."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from worlds import model, run_phase

from sim.kernels.learning import (
    ABSORBED,
    BOUND,
    CHANGE,
    FROM_RULES,
    FROM_TIES,
    LEDGER_BLOCK,
    MEETINGS,
    ON_TACIT,
    absorb,
    practise,
)

TOPICS = 11


def scattered(seed: int, **sections: Any) -> Any:
    """Two worlds, a third of their people away, random mastery, and levers that differ by person."""
    made = model({"topics": TOPICS}, seeds=(1, 2), **sections)
    draw = np.random.default_rng(seed)
    arrays = made.state.arrays
    away = draw.random(48) < 0.35
    arrays["department"][away] = draw.integers(0, 3, away.sum())
    arrays["expertise"][:, :TOPICS] = draw.random((48, TOPICS), np.float32)
    week = made.plan.week
    week.sums.clear()
    for name in ("practice", "forgetting"):
        week.levers.values[name] = draw.random((2, 24), np.float32) + np.float32(0.5)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_practice_forgetting_and_obsolescence_in_this_order(seed: int) -> None:
    p, f = 0.05, 0.04
    made = scattered(seed, learning={"practice": p, "forgetting": f, "obsolescence": 0.01})
    state, week = made.state, made.plan.week
    before = state.arrays["expertise"].astype(np.float64)
    structure, arrays = state.structure, state.arrays
    ledger = np.zeros((2, 3))
    expected = before.copy()
    for i in range(48):
        home, here = int(arrays["home_department"][i]), int(arrays["department"][i])
        mine = float(week.levers["practice"].ravel()[i])
        for k in range(TOPICS):
            need = float(structure.need[home, k])
            rate = p * (mine if structure.own[home, k] else 0.5)
            if here != home:
                rate = p * mine if structure.own[here, k] else rate * (0.3 if structure.own[home, k] else 1)
                need = max(need, 0.5 * float(structure.need[here, k]))
            e = before[i, k]
            practised = e + rate * need * (1 - e)
            kept = practised * (1 - f * float(week.levers["forgetting"].ravel()[i]) * (1 - need))
            expected[i, k] = kept * (1 - float(structure.obsolescence[k]))
            ledger[i // 24] += (practised - e, kept - practised, expected[i, k] - kept)
    run_phase(made.plan, "practice")
    np.testing.assert_allclose(arrays["expertise"], expected, atol=3e-7)
    for column, name in enumerate(("practice", "forgetting", "obsolescence")):
        np.testing.assert_allclose(week.sums[f"from_{name}"], ledger[:, column] / (24 * TOPICS), atol=1e-7)
    change = (arrays["expertise"].astype(np.float64) - before).reshape(2, -1).sum(axis=1) / (24 * TOPICS)
    entries = sum(week.sums[f"from_{name}"] for name in ("practice", "forgetting", "obsolescence"))
    np.testing.assert_allclose(entries, change, rtol=0, atol=1e-12)


def test_the_ledgers_blocks_do_not_depend_on_how_rows_are_shared_out() -> None:
    ledgers = []
    for cuts in ([0, 48], [0, 24, 48]):
        made = scattered(7)
        state, week = made.state, made.plan.week
        ledger = np.zeros((2, -(-24 // LEDGER_BLOCK), 3))
        for begin, end in itertools.pairwise(cuts):
            factor = np.ones(48, np.float32)
            practise(begin, end, factor, factor, state.people, state.structure, week.rule, ledger)
        ledgers.append(ledger)
    np.testing.assert_array_equal(ledgers[0], ledgers[1])


@pytest.mark.parametrize("seed", range(3))
def test_the_budget_shrinks_all_gains_by_one_factor(seed: int) -> None:
    made = scattered(seed)
    week, draw = made.plan.week, np.random.default_rng(seed)
    work, people = week.work, made.state.people
    channels = (work.from_ties, work.from_sessions, *work.from_parts, work.from_rules)
    parts = draw.random((len(channels), 48, TOPICS), np.float32) * np.float32(0.002)
    parts[:, draw.random(48) < 0.2] = 0
    work.gain[:, :TOPICS] = parts.sum(axis=0)
    for total, part in zip(channels, parts, strict=True):
        total[:] = part.sum(axis=1)
    hours = draw.random(48, np.float32) * np.float32(5)
    before = people.expertise.astype(np.float64)
    work.meetings[:] = draw.integers(0, 4, 48)
    ledger = np.full((2, 1, ABSORBED), np.nan)
    absorb(0, 48, hours, people, made.state.structure, week.rule, work, ledger)
    asked = parts.astype(np.float64).sum(axis=(0, 2))
    room = hours.astype(np.float64) * 0.016
    factor = np.where(asked > room, room / np.maximum(asked, 1e-12), 1)
    np.testing.assert_allclose(work.factor, factor, rtol=1e-5)
    expected = np.minimum(1, before[:, :TOPICS] + parts.sum(axis=0) * factor[:, None])
    np.testing.assert_allclose(people.expertise[:, :TOPICS], expected, atol=3e-7)
    assert 0 < (factor < 1).sum() < 48 and (asked == 0).sum() > 0
    by_world = ledger[:, 0].T
    gained = (people.expertise.astype(np.float64) - before).reshape(2, -1).sum(axis=1)
    np.testing.assert_allclose(by_world[CHANGE], gained, rtol=0, atol=1e-12)
    for column, total in zip(range(FROM_TIES, FROM_RULES + 1), channels, strict=True):
        taken = (total.astype(np.float64) * work.factor).reshape(2, 24).sum(axis=1)
        np.testing.assert_allclose(by_world[column], taken, rtol=1e-12)
    np.testing.assert_array_equal(by_world[BOUND], (work.factor < 1).reshape(2, 24).sum(axis=1))
    tacit = made.state.structure.tacitness > np.float32(0.5)
    on_tacit = (people.expertise.astype(np.float64) - before)[:, tacit].reshape(2, -1).sum(axis=1)
    assert 0 < tacit.sum() < TOPICS
    np.testing.assert_allclose(by_world[ON_TACIT], on_tacit, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(by_world[MEETINGS], work.meetings.reshape(2, 24).sum(axis=1))


def test_without_hours_nobody_learns() -> None:
    made = model(learning={"hours": 0, "practice": 0}, turnover={"hazard": [0] * 4})
    made.run()
    assert np.all(made.record().weekly["from_ties"] == 0)
    assert made.record().weekly["learned"].sum() == 0
