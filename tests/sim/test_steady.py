"""Tables that hold from week to week: as good as made anew, whoever changes what they depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds

from sim.policy_settings import PolicySettings, Targets
from sim.steady import Steady


def lively(**given: Any) -> Any:
    made = worlds.model({"people": 40, "departments": 4}, seeds=(1, 2, 3), turnover={"hazard": [0.2] * 4}, **given)
    return made, made.ensemble


def change_somebody(week: Any) -> None:
    """New keys, homes and levels here and there, written as a rule or a policy would."""
    arrays = week.state.arrays
    arrays["key"][[3, 50, 119]] += np.uint64(977)
    arrays["home_department"][[7, 50]] = (arrays["home_department"][[7, 50]] + 1) % 4
    arrays["level"][[9, 118]] = (arrays["level"][[9, 118]] + 1) % 4


def test_a_table_is_made_once_and_then_where_a_field_changed() -> None:
    _, week = lively()
    level, asked = week.state.arrays["level"], []

    def twice(rows: Any) -> Any:
        asked.append(rows.tolist())
        return 2 * level[rows]

    steady = Steady(week.state)
    for _ in range(3):
        np.testing.assert_array_equal(steady.table("twice", ("level",), twice), 2 * level)
    assert asked == [list(range(120))]
    change_somebody(week)
    np.testing.assert_array_equal(steady.table("twice", ("level",), twice), 2 * level)
    assert asked[1:] == [[9, 118]]


def test_a_table_of_two_fields_sees_both_change() -> None:
    _, week = lively()
    home, level = week.state.arrays["home_department"], week.state.arrays["level"]
    steady = Steady(week.state)
    for change in (lambda: None, lambda: home.__setitem__(4, 3), lambda: level.__setitem__([4, 6], 0)):
        change()
        steady.table("other", ("level",), lambda rows: level[rows])
        both = steady.table("both", ("home_department", "level"), lambda rows: 10 * home[rows] + level[rows])
        np.testing.assert_array_equal(both, 10 * home + level)


@pytest.mark.parametrize("targets", [Targets(), Targets(levels=(1, 3)), Targets(("D2", "D3"), (0, 2))])
def test_what_the_week_keeps_is_what_a_fresh_week_finds(targets: Targets) -> None:
    names = {"D2": 1, "D3": 2}
    made, week = lively()
    names = dict(zip(week.state.frame.departments[1:3], (1, 2), strict=True))
    targets = Targets(tuple(names)[: len(targets.departments)], targets.levels)
    settings = PolicySettings(start_week=0, coverage=0.5, targets=targets)
    for number in range(6):
        if number == 3:
            change_somebody(week)
        arrays, key = week.state.arrays, week.state.key
        drawn = week.chance.draw("p", "member", None, key).ravel()
        eligible = np.array(
            [
                (not targets.departments or home in names.values()) and (not targets.levels or level in targets.levels)
                for home, level in zip(arrays["home_department"], arrays["level"], strict=True)
            ]
        )
        phase = (week.chance.hashes("p", "phase", None, key).ravel() % np.uint64(5)).astype(int)
        np.testing.assert_array_equal(week.draw("p", "member", weekly=False), drawn)
        np.testing.assert_array_equal(week.eligible(targets), eligible)
        np.testing.assert_array_equal(week.members("p", settings), eligible & (drawn < np.float32(0.5)))
        np.testing.assert_array_equal(week.covered("p", settings), eligible & (drawn < np.float32(0.5)))
        np.testing.assert_array_equal(week.turn("p", 2, 5), (week.number - 2 - phase) % 5 == 0)
        made.step()
    assert week.state.arrays["generation"].sum() > 100


def test_what_a_policy_does_to_an_answer_is_its_own_affair() -> None:
    _, week = lively()
    targets = Targets(levels=(0,))
    for ask in (lambda: week.eligible(targets), lambda: week.draw("p", "member", weekly=False)):
        before = ask().copy()
        answer = ask()
        answer[:] = 0
        np.testing.assert_array_equal(ask(), before)


def test_draws_of_some_rows_are_those_of_everybody() -> None:
    _, week = lively()
    week.number, rows = 9, np.array([5, 3, 3, 119, 40])
    for weekly in (True, False):
        np.testing.assert_array_equal(week.draw("p", "x", weekly, rows), week.draw("p", "x", weekly)[rows])
        np.testing.assert_array_equal(week.hashes("p", "x", weekly, rows), week.hashes("p", "x", weekly)[rows])
    assert len(week.draw("p", "x", rows=rows[:0])) == 0


def test_everybody_is_in_one_department_and_in_order() -> None:
    _, week = lively()
    home = week.state.arrays["home_department"]
    for _ in range(2):
        members, first = week.steady.by_department()
        assert (len(first), first[0], first[-1]) == (13, 0, 120)
        for world in range(3):
            for department in range(4):
                d = 4 * world + department
                expected = [row for row in range(40 * world, 40 * world + 40) if home[row] == department]
                assert members[first[d] : first[d + 1]].tolist() == expected
        change_somebody(week)


def test_people_are_counted_by_world_and_department() -> None:
    _, week = lively()
    among = np.arange(120) % 7 < 3
    home = week.state.arrays["home_department"]
    np.testing.assert_array_equal(week.count(among), week.count(np.flatnonzero(among)))
    counts = week.count_by_department(among)
    np.testing.assert_array_equal(counts.sum(axis=1), week.count(among))
    assert counts[1, 2] == sum(among[row] and home[row] == 2 for row in range(40, 80))
