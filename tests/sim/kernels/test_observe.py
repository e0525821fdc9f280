"""The measures' kernels: the sums are the same however a world is cut into blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import BUSY, lessons_of, model, run_phase, run_phases

import sim.typed
from sim.kernels.hours import gini_of_rising
from sim.kernels.observe import FLOWS
from sim.kernels.ties import find, remove
from sim.tuples import Blocks
from sim.typed import measured_blocks

WHOLE = ("met", "in_need", "ties_", "base_within", "base_across", "no_cross", "thin", "leavers", "bound")
"""Quantities that count, by how their names begin."""


def measured(seeds: tuple[int, ...] = (1, 2)) -> dict[str, Any]:
    shape = {"people": 37, "topics": 11}
    made = model(shape, seeds=seeds, policies=BUSY, weeks=6, turnover={"hazard": [0.05] * 4}).run()
    return dict(made.record().weekly) | {"flow": made.record().flow}


@pytest.mark.parametrize("rows", [1, 7, 36])
def test_a_world_cut_into_blocks_is_the_same_world(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    whole = measured()
    monkeypatch.setattr(sim.typed, "SMALLEST_BLOCK", rows)
    cut = measured()
    for name, values in whole.items():
        np.testing.assert_allclose(cut[name], values, rtol=1e-6 if name == "flow" else 1e-11, atol=1e-15, err_msg=name)
        if name.startswith(WHOLE):
            np.testing.assert_array_equal(cut[name], values, name)


def test_a_world_cut_into_blocks_is_the_same_alone_and_in_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.typed, "SMALLEST_BLOCK", 5)
    together, alone = measured((3, 1)), measured((1,))
    for name, values in alone.items():
        np.testing.assert_array_equal(together[name][1], values[0], name)


@pytest.mark.parametrize("rows", [100, 128, 150])
def test_every_lesson_is_added_once_however_blocks_of_people_and_of_lessons_overlap(
    monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(sim.typed, "SMALLEST_BLOCK", rows)
    made = model({"people": 300, "topics": 8}, seeds=(1, 2))
    run_phases(made.plan, "learn")
    factor, home = made.plan.week.work.factor.astype(np.float64), made.state.arrays["home_department"]
    expected = np.zeros((2, 2))
    for (learner, source), gain in lessons_of(made.plan).items():
        expected[:, learner // 300] += gain * factor[learner] * np.array([1, home[learner] != home[source]])
    assert np.all(expected > 0)
    found = made.plan.week.sums.block(FLOWS)[:2]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(made.plan.recorder.flow.sum(axis=(1, 2, 3)), expected[0], rtol=1e-6)


def test_a_tie_that_was_given_up_for_a_stronger_one_brought_nothing() -> None:
    made = model({"people": 40, "topics": 8})
    run_phases(made.plan, "land")
    before, ties = lessons_of(made.plan), made.state.ties
    learner, source = max(before, key=lambda pair: before[pair])
    remove(ties, learner, find(ties, learner, source))
    ties.limit[learner] = ties.count[learner]
    run_phase(made.plan, "learn")
    factor = made.plan.week.work.factor
    expected = sum(gain * float(factor[i]) for (i, j), gain in before.items() if (i, j) != (learner, source))
    assert before[learner, source] > 0.001 * expected, "nothing to miss"
    assert made.plan.week.sums["learned"][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("people", "departments", "expected"),
    [
        (1, 1, Blocks(1, 4096, 1)),
        (4096, 8, Blocks(4096, 4096, 1)),
        (4097, 8, Blocks(4097, 4096, 2)),
        (1_000_000, 8, Blocks(1_000_000, 15_625, 64)),
        (1_000_000, 1000, Blocks(1_000_000, 250_000, 4)),
    ],
)
def test_blocks_are_few_where_departments_are_many(people: int, departments: int, expected: Blocks) -> None:
    rule = model().plan.week.rule._replace(people=people, departments=departments)
    assert measured_blocks(rule, 8) == expected


@pytest.mark.parametrize("number", [1, 7, 8, 9, 24, 30])
def test_gini_of_rising_values_is_the_mean_distance_of_all_pairs(number: int) -> None:
    values = np.sort(np.random.default_rng(number).random((3, number), np.float32) ** 2, axis=1)
    found = np.zeros(3)
    gini_of_rising(values, found)
    wide = values.astype(np.float64)
    apart = np.abs(wide[:, :, None] - wide[:, None, :]).sum(axis=(1, 2))
    np.testing.assert_allclose(found, apart / (2 * number * wide.sum(axis=1)), rtol=1e-12, atol=1e-15)
