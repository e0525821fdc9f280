"""Participation: hours of the last 13 weeks, how evenly they are spread, and whom they represent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.participation import Participation
from sim.state import Frame
from sim.sums import Sums
from sim.tuples import Blocks

HOMES = np.array([[0, 0, 1, 1, 1, 2], [0, 0, 1, 1, 1, 2]], np.int32)
LEVELS = np.array([[0, 1, 0, 0, 3, 0], [0, 1, 0, 0, 3, 0]], np.int32)
FRAME = Frame(2, tuple("abcdef"), ("x", "y", "z"), ("",), ("T",))


def week(number: int, attended: dict[int, float]) -> Any:
    """What the measures read of a week: hours attended by row."""
    hours = np.zeros(12, np.float32)
    for row, value in attended.items():
        hours[row] = value
    state = SimpleNamespace(people=SimpleNamespace(home=HOMES.ravel(), level=LEVELS.ravel()))
    sums = Sums(2)
    return SimpleNamespace(
        number=number,
        attended=hours,
        state=state,
        sums=sums,
        add=sums.add,
        blocks=Blocks(people=6, rows=4, number=2),
        over_blocks=lambda run: run(0, 4),
        over_worlds=lambda run: run(0, 2),
    )


def measured(part: Participation, one: Any) -> Sums:
    """The week's sums with the measures in them; people are counted in the first block of each world."""
    heads = np.zeros((4, 3, 4), np.int32)
    np.add.at(heads, (np.repeat([0, 2], 6), HOMES.ravel(), LEVELS.ravel()), 1)
    part.measure(one, heads)
    return one.sums


def test_nothing_is_measured_while_nobody_attends() -> None:
    found = measured(Participation(FRAME), week(0, {}))
    for name in ("participation", "participation_gini", "participation_gini_department", "participation_gini_level"):
        assert found[name].tolist() == [0, 0]
    assert np.isnan(found["representativeness"]).all()


def test_hours_count_for_thirteen_weeks() -> None:
    taking_part = Participation(FRAME)
    seen = [measured(taking_part, week(n, {2: 13.0} if n == 3 else {}))["participation"][0] for n in range(20)]
    assert seen == [0.0] * 3 + [1.0] * 13 + [0.0] * 4


def test_each_world_has_its_own_measures() -> None:
    found = measured(Participation(FRAME), week(0, {0: 2.0, 1: 2.0, 6: 1.0}))
    np.testing.assert_allclose(found["participation"], [4 / 13, 1 / 13])
    one_world = measured(Participation(FRAME), week(0, {7: 1.0}))
    assert np.isnan(one_world["representativeness"][0]) and not np.isnan(one_world["representativeness"][1])


def test_inequality_between_people_departments_and_levels() -> None:
    found = measured(Participation(FRAME), week(0, {0: 1.0, 1: 1.0, 2: 3.0, 5: 3.0}))
    # People 0 0 1 1 3 3; departments' means 1, 1 and 3; levels' means: staff 7 / 4, senior 1, executive 0.
    assert found["participation_gini"][0] == pytest.approx((-5 * 0 - 3 * 0 - 1 + 1 + 3 * 3 + 5 * 3) / (6 * 8))
    assert found["participation_gini_department"][0] == pytest.approx((-2 * 1 + 0 * 1 + 2 * 3) / (3 * 5))
    assert found["participation_gini_level"][0] == pytest.approx((-2 * 0 + 0 * 1 + 2 * 1.75) / (3 * 2.75))


def test_departments_and_levels_without_people_do_not_count() -> None:
    """Nobody is a manager: an empty group would look like one that is left out."""
    even = measured(Participation(FRAME), week(0, dict.fromkeys(range(6), 1.0)))
    assert even["participation_gini_level"][0] == pytest.approx(0)
    assert even["participation_gini_department"][0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (dict.fromkeys(range(6), 2.0), 1.0),
        ({5: 4.0}, 1 - 5 / 6),
        ({0: 1.0, 1: 1.0}, 1 - 2 / 3),
        ({2: 3.0, 3: 0.0, 0: 1.0, 1: 1.0, 4: 1.0}, 1 - (1 / 6 + 0 + 1 / 6) / 2),
    ],
)
def test_representativeness_compares_shares_of_hours_and_of_people(hours: dict[int, float], expected: float) -> None:
    """Staff of one department are one group: who of them attends does not matter."""
    found = measured(Participation(FRAME), week(0, hours))["representativeness"]
    assert found[0] == pytest.approx(expected)
