"""Membership refresh: the size stays, the members change, a part at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel


class TestHarness(PolicyHarness):
    kind = "membership_refresh"
    partners = worlds.CIRCLES
    lively = ({"coverage": 0.6, "cadence": 2},)


def refreshed(people: int = 400, **fields: Any) -> OrganizationModel:
    """Circles of two fifths of the people, a quarter of whose memberships are decided anew every fifth week."""
    policies = {
        "circles": {"kind": "circles", "start_week": 0, "coverage": 0.4, "cadence": 52, "group_size": 2},
        "membership_refresh": {"kind": "membership_refresh", "start_week": 0, "cadence": 5, **fields},
    }
    organization = {"people": people, "sources": 0}
    return worlds.model(organization, weeks=40, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def members(made: OrganizationModel, number: int) -> Any:
    """Who is in a circle in a week, (person,)."""
    while made.week < number:
        made.step()
    worlds.run_phases(made.plan, "act")
    made.ensemble.number += 1
    circles: Any = made.plan.policies[0]
    return circles.groups.group >= 0


def test_a_part_of_the_members_changes_and_the_size_stays() -> None:
    made = refreshed()
    first = members(made, 0)
    for week in range(1, 6):
        np.testing.assert_array_equal(members(made, week), first)
    second = members(made, 6)
    left, came = (first & ~second).sum() / first.sum(), (second & ~first).sum() / (~first).sum()
    np.testing.assert_allclose([left, came], [0.25 * 0.6, 0.25 * 0.4], atol=0.06)
    np.testing.assert_allclose(second.mean(), 0.4, atol=0.05)


def test_coverage_is_the_share_that_is_decided_anew() -> None:
    made = refreshed(coverage=1)
    first, second = members(made, 4), members(made, 6)
    np.testing.assert_allclose((first & second).sum() / first.sum(), 0.4, atol=0.08)
    same = refreshed(coverage=0)
    np.testing.assert_array_equal(members(same, 4), members(same, 39))


def test_it_renews_the_policy_that_it_names() -> None:
    made = refreshed(of="mentorship")
    np.testing.assert_array_equal(members(made, 4), members(made, 30))
    assert made.record().weekly["hours:membership_refresh"].sum() == 0


def test_those_who_are_members_anew_are_introduced() -> None:
    made = refreshed(hours=2).run()
    booked = made.record().weekly["hours:membership_refresh"][0]
    np.testing.assert_array_equal(np.flatnonzero(booked), np.arange(5, 40, 5))
    np.testing.assert_allclose(
        booked[5:40:5].mean(), 2 * 400 * 0.25 * 0.4 * (0.99 ** np.arange(5, 40, 5)).mean(), rtol=0.2
    )


def test_more_people_are_reached() -> None:
    reached = refreshed().run().record().weekly["reached"][0]
    assert np.all(np.diff(reached) >= 0)
    new = 1 - 0.25 * 0.4 * 0.99 ** np.arange(5, 40, 5)
    np.testing.assert_allclose(reached[[4, 39]] / 400, [0.4, 1 - 0.6 * new.prod()], atol=0.06)


def test_it_wears_off_until_it_is_renewed() -> None:
    drawn = {
        renewal: refreshed(hours=1, renewal_weeks=renewal).run().record().weekly["hours:membership_refresh"].sum()
        for renewal in (None, 5)
    }
    assert 1.05 * drawn[None] < drawn[5]
