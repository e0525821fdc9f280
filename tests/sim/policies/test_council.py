"""The council: who sits in it, what it decides, and who dominates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.kernels.grouping import NOWHERE

from .facing import facing, total

EVERY_LEVEL: dict[str, Any] = {"levels": ["staff", "senior", "manager", "executive"]}
BLOCKED = {"block": 0.3, "clearing": 0.0}


class TestHarness(PolicyHarness):
    kind = "council"
    lively = (
        {"targets": EVERY_LEVEL, "cadence": 1},
        {"targets": EVERY_LEVEL, "seats": 4, "facilitator": "fixed", "coverage": 0.8, "group_size": 5},
    )


def sitting(**fields: Any) -> dict[str, Any]:
    return {"council": {"kind": "council", "start_week": 0, "cadence": 1, "targets": EVERY_LEVEL, **fields}}


def members(made: Any) -> Any:
    return made.plan.policies[0].groups.group != NOWHERE


@pytest.mark.parametrize("seats", [1, 3])
def test_each_department_has_its_seats_and_keeps_its_members(seats: int) -> None:
    made = facing(sitting(seats=seats), weeks=8)
    made.step()
    first = members(made)
    for world in range(2):
        home = made.state.home_department[world]
        np.testing.assert_array_equal(np.bincount(home[first.reshape(2, -1)[world]]), [seats] * 3)
    made.run()
    np.testing.assert_array_equal(members(made), first)


def test_leaders_alone_sit_in_it_as_shipped() -> None:
    made = facing({"council": {"kind": "council", "start_week": 0}}, weeks=2, shape={"people": 120}).run()
    assert members(made).sum() > 6
    assert made.state.arrays["level"][members(made)].min() >= 2


def test_who_comes_new_fills_the_seat_of_who_left() -> None:
    made = worlds.model({"people": 60}, weeks=12, policies=sitting(), turnover={"hazard": [0.1] * 4})
    made.step()
    while members(made).sum() == 6:
        assert made.week < 11, "somebody leaves a council of six in ten weeks, where one in ten leaves a week"
        made.step()
    worlds.run_phases(made.plan, "act")
    assert members(made).sum() == 6


@pytest.mark.parametrize(("rights", "share"), [(0.0, 0.0), (1.0, 0.9)])
def test_a_session_clears_what_is_blocked_by_its_rights(rights: float, share: float) -> None:
    made = facing(sitting(decision_rights=rights, seats=3), seeds=(1, 2, 3, 4), **BLOCKED).run()
    weekly = made.record().weekly
    found = weekly["blockings_in_time"].sum() / weekly["blockings_due"].sum()
    assert found == 0 if share == 0 else found > share


def test_only_departments_that_are_there_are_decided_on() -> None:
    given = sitting(decision_rights=1, targets={"departments": ["Department 1", "Department 2"]}, seats=8)
    made = facing(given, weeks=20, **BLOCKED).run()
    waiting = made.ensemble.challenges.open
    assert set(waiting.owner[waiting.blocked & (waiting.since < 15)].tolist()) == {2}


def test_one_who_always_facilitates_dominates() -> None:
    made = facing(sitting(facilitator="fixed", facilitation=0.8), weeks=2)
    made.step()
    assert made.plan.policies[0].facilitation(made.ensemble) == pytest.approx(0.4)
    turned = facing(sitting(facilitation=0.8), weeks=2)
    turned.step()
    assert turned.plan.policies[0].facilitation(turned.ensemble) == pytest.approx(0.8)


def test_a_council_that_meets_seldom_decides_late() -> None:
    often, seldom = (total(facing(sitting(cadence=weeks), **BLOCKED), "blockings_in_time") for weeks in (1, 12))
    assert seldom < often
