"""Groups that last: even sizes, who shares one, vacancies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray

from sim.policies.groups import Groups
from sim.week import Week

SIZE = 5


@pytest.fixture
def week() -> Iterator[Week]:
    with np.errstate(over="ignore"):
        yield worlds.model({"people": 48, "departments": 4}, seeds=(1, 2)).ensemble


def everybody(week: Week) -> NDArray[np.int32]:
    return np.zeros(week.state.frame.rows, np.int32)


def sizes(groups: Groups) -> NDArray[np.int64]:
    return np.unique(groups.number(groups.members()), return_counts=True)[1]


def test_sizes_differ_by_one_at_most_and_worlds_do_not_mix(week: Week) -> None:
    groups = Groups("circles", 96, SIZE)
    groups.fill(week, np.ones(96, np.bool_), everybody(week), 1)
    assert sorted(sizes(groups)) == [4] * 4 + [5] * 16
    number = groups.number(np.arange(96))
    assert not set(number[:48]) & set(number[48:])
    assert not np.array_equal(groups.group[:48], groups.group[48:]), "each world has its own chance"


def test_mixed_groups_hold_people_of_every_department(week: Week) -> None:
    home = week.state.arrays["home_department"]
    groups = Groups("pods", 96, 4)
    groups.fill(week, np.ones(96, np.bool_), everybody(week), 1, mixed=True)
    for number in np.unique(groups.number(np.arange(96))):
        assert len(set(home[groups.number(np.arange(96)) == number])) == 4


def test_only_people_of_one_scope_share_a_group(week: Week) -> None:
    home = week.state.arrays["home_department"]
    groups = Groups("circles", 96, SIZE)
    groups.fill(week, np.ones(96, np.bool_), home, 4)
    for number in np.unique(groups.number(np.arange(96))):
        assert len(set(home[groups.number(np.arange(96)) == number])) == 1


def test_who_is_in_a_group_stays_and_a_vacancy_goes_to_the_next(week: Week) -> None:
    members = np.ones(96, np.bool_)
    members[[3, 60]] = False
    groups = Groups("circles", 96, SIZE)
    groups.fill(week, members, everybody(week), 1)
    before = groups.group.copy()
    groups.end(np.array([10]))
    members[10], members[3] = False, True
    groups.fill(week, members, everybody(week), 1)
    others = np.setdiff1d(np.arange(96), [3, 10])
    np.testing.assert_array_equal(groups.group[others], before[others])
    assert groups.group[3] >= 0 and groups.group[10] == groups.group[60] == -1
    assert set(sizes(groups)) <= {4, 5}


def test_one_left_alone_joins_another_group(week: Week) -> None:
    members = np.zeros(96, np.bool_)
    members[:6] = True
    groups = Groups("circles", 96, 3)
    groups.fill(week, members, everybody(week), 1)
    first = np.flatnonzero(members & (groups.group == 0))
    groups.end(first[:2])
    members[first[:2]] = False
    groups.fill(week, members, everybody(week), 1)
    assert set(groups.group[members]) == {1}
