"""What befalls an organization: who leaves, what goes out of date, who is moved, and how it is told and measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import BUSY, model, scenario

from sim.metrics import METRICS
from sim.problems import InputError
from sim.scenario import Scenario
from sim.schema import EMERGING

QUIET: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}}


def shock(kind: str, size: float = 0.5, week: int = 3) -> dict[str, Any]:
    return {"week": week, "kind": kind, "size": size}


def run(*shocks: dict[str, Any], **sections: Any) -> Any:
    return model({"people": 90, "topics": 12}, seeds=(1, 2), **{**QUIET, "shocks": list(shocks), **sections}).run()


def test_without_shocks_there_are_none() -> None:
    weekly = run().record().weekly
    assert not weekly["shocks"].any() and not weekly["from_shocks"].any()
    assert np.isnan(METRICS["fall_after_shock"].value(weekly)).all()
    assert np.isnan(METRICS["weeks_to_recover"].value(weekly)).all()


def test_leavers_leave_in_that_week_and_newcomers_take_their_seats() -> None:
    made = run(shock("leavers", 0.4))
    weekly = made.record().weekly
    assert not np.delete(weekly["leavers"], 3, axis=1).any()
    share = weekly["leavers"][:, 3] / 90
    assert np.all(np.abs(share - 0.4) < 4 * np.sqrt(0.24 / 90))
    np.testing.assert_array_equal((made.state.generation > 0).sum(axis=1), weekly["leavers"][:, 3])
    np.testing.assert_array_equal(made.state.tenure[made.state.generation > 0], 12 - 4)
    assert made.state.violations() == []


def test_who_leaves_anyway_that_week_leaves_once() -> None:
    weekly = run(shock("leavers", 1.0), turnover={"hazard": [0.5] * 4}).record().weekly
    assert np.all(weekly["leavers"][:, 3] == 90)
    assert np.all(weekly["from_turnover"][:, 3] != 0) and np.all(weekly["from_shocks"][:, 3] < 0)


def test_policies_learn_who_left() -> None:
    """Pairs end, and the rotation's visitors are at home again."""
    made = model({"people": 90}, **QUIET, policies=BUSY, shocks=[shock("leavers", 1.0, 11)]).run()
    assert len(made.plan.policies[1].pairs.mentees()) == 0
    assert not made.ensemble.away.any()
    assert made.state.violations() == []


def test_a_frontier_shock_takes_its_share_of_emerging_mastery_and_nothing_else() -> None:
    struck = model({"people": 90, "topics": 12}, seeds=(1, 2), **QUIET, shocks=[shock("frontier", 0.25)])
    for _ in range(3):
        struck.step()
    before, emerging = struck.state.expertise.copy(), struck.state.structure.topic_kind[:12] == EMERGING
    struck.ensemble.open()
    with np.errstate(over="ignore"):
        struck.ensemble.shocks.happen(struck.ensemble)
    after = struck.state.expertise
    np.testing.assert_allclose(after[:, :, emerging], 0.75 * before[:, :, emerging], rtol=1e-6)
    np.testing.assert_array_equal(after[:, :, ~emerging], before[:, :, ~emerging])
    change = after.astype(np.float64).mean(axis=(1, 2)) - before.astype(np.float64).mean(axis=(1, 2))
    np.testing.assert_allclose(struck.ensemble.sums["from_shocks"], change, rtol=1e-9)


def test_a_reorganisation_moves_a_share_for_good() -> None:
    plain, made = run(), run(shock("reorganisation", 0.3))
    moved = made.state.home_department != plain.state.home_department
    assert np.all(np.abs(moved.mean(axis=1) - 0.3) < 4 * np.sqrt(0.21 / 90))
    np.testing.assert_array_equal(made.state.department, made.state.home_department)
    assert made.state.violations() == []


def test_a_reorganisation_moves_the_homes_of_visitors_who_stay_where_they_are() -> None:
    stay = {"stays": {"kind": "rotation", "start_week": 0, "coverage": 1, "cadence": 1, "stay_weeks": 9}}
    made = model({"people": 90}, **QUIET, policies=stay, shocks=[shock("reorganisation", 1.0, 4)])
    for _ in range(4):
        made.step()
    where, home = made.state.department.copy(), made.state.home_department.copy()
    assert (where != home).all()
    with np.errstate(over="ignore"):
        made.ensemble.shocks.happen(made.ensemble)
    np.testing.assert_array_equal(made.state.department, where)
    assert (made.state.home_department != home).all()
    made.run()
    assert made.state.violations() == []


def test_nobody_is_moved_to_another_organization() -> None:
    organizations = np.array([0, 1, 0, 1, 2], np.int32)
    from sim.parts.shocks import other_departments

    open_to = other_departments(organizations)
    assert [np.flatnonzero(row).tolist() for row in open_to] == [[2], [3], [0], [1], []]


def test_the_ledger_sums_to_the_change() -> None:
    shocks = [shock(kind, 0.4, week) for week, kind in ((2, "leavers"), (5, "frontier"), (5, "reorganisation"))]
    weekly = run(*shocks, policies=BUSY, turnover={"hazard": [0.05] * 4}).record().weekly
    mean = weekly["mastery"] / weekly["cells"]
    entered = sum(values for name, values in weekly.items() if name.startswith("from_"))
    assert np.abs(np.diff(mean, axis=1) - entered[:, 1:]).max() < 1e-9
    assert np.all(weekly["from_shocks"][:, [2, 5]] < 0)
    assert weekly["shocks"][0].tolist() == [0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0]


def test_weeks_before_a_shock_are_untouched_and_chance_is_that_of_the_place_in_the_list() -> None:
    given = [shock("leavers", 0.3, 5), shock("leavers", 0.3, 5)]
    plain, made = model(**QUIET), model(**QUIET, shocks=given)
    for _ in range(5):
        plain.step()
        made.step()
        assert made.state.digest() == plain.state.digest()
    made.step()
    one = 1 - 0.7
    two = 1 - 0.7**2
    left = model({"people": 900}, **QUIET, shocks=given, weeks=6).run().state.generation.mean()
    assert abs(left - two) < abs(left - one)


def test_the_same_bits_alone_and_in_an_ensemble() -> None:
    shocks = [shock(kind, 0.4, 2) for kind in ("leavers", "frontier", "reorganisation")]
    both, alone = (model({"topics": 12}, seeds=seeds, shocks=shocks).run() for seeds in ((7, 3), (3,)))
    assert both.state.digest()[1] == alone.state.digest()[0]
    for name, values in alone.record().weekly.items():
        np.testing.assert_array_equal(values[0], both.record().weekly[name][1], err_msg=name)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "leavers", "size": 0.1}, "shocks[0]: the field 'week' is missing"),
        ({"week": 1, "kind": "leaver", "size": 0.1}, "did you mean 'leavers'?"),
        ({"week": 1, "kind": "leavers", "size": 1.5}, "shocks[0].size: 1.5 is too high"),
        ({"week": 12, "kind": "leavers", "size": 0.5}, "the shock comes in week 12, but the last week is 11"),
        ({"week": 1, "kind": "leavers", "size": 0.5, "siz": 1}, "did you mean 'size'?"),
        ({"week": 1.5, "kind": "leavers", "size": 0.5}, "shocks[0].week: 1.5 is not a whole number"),
        ("leavers", "stands where fields are expected"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(given: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario(shocks=[given])
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "organization", "told"),
    [
        ("frontier", {"topics": 5}, "there is no emerging topic"),
        ("reorganisation", {"departments": 1}, "no organization has a second department"),
    ],
)
def test_a_shock_that_could_not_strike_is_refused(kind: str, organization: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        model(organization, shocks=[shock(kind)])


def test_shocks_are_part_of_what_a_scenario_is() -> None:
    one, other = scenario(shocks=[shock("leavers", 0.1)]), scenario(shocks=[shock("leavers", 0.2)])
    assert len({scenario().identity(), one.identity(), other.identity()}) == 3
    assert Scenario.from_dict(one.to_dict()) == one
    assert one.without_policies().shocks == one.shocks


def after(course: list[float], *struck: int) -> dict[str, np.ndarray[Any, Any]]:
    shocks = np.isin(np.arange(len(course)), struck)[None].astype(float)
    return {"held": np.array([course]), "needed": np.ones((1, len(course))), "shocks": shocks}


def test_the_fall_and_the_recovery_by_hand() -> None:
    weekly = after([0.6, 0.6, 0.5, 0.4, 0.45, 0.5, 0.55, 0.6], 2)
    assert METRICS["fall_after_shock"].value(weekly)[0] == pytest.approx(0.2)
    assert METRICS["weeks_to_recover"].value(weekly)[0] == 3
    weekly = after([0.6, 0.6, 0.5, 0.4, 0.45, 0.4, 0.41, 0.42], 2, 5)
    assert METRICS["fall_after_shock"].value(weekly)[0] == pytest.approx((0.2 + 0.05) / 2)
    assert METRICS["weeks_to_recover"].value(weekly)[0] == 3, "neither half made good in three weeks each"
    assert METRICS["weeks_to_recover"].value(after([0.5, 0.6, 0.7], 1))[0] == 0, "no fall at all"
    assert np.isnan(METRICS["fall_after_shock"].value(after([0.5, 0.6], 0)))[0], "no week before it"
