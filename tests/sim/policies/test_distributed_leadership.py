"""Distributed leadership: who is asked again, by how many leaders, and how many of them come."""

from __future__ import annotations

from typing import Any

import numpy as np
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel


class TestHarness(PolicyHarness):
    kind = "distributed_leadership"
    partners = worlds.CIRCLES
    lively = ({"coverage": 1, "after": 1, "span": 20, "persuasion": 1},)


def led(**fields: Any) -> OrganizationModel:
    """A small world from week 0 on in which all are local leaders; nobody leaves."""
    given = {"kind": "distributed_leadership", "start_week": 0, "coverage": 1, **fields}
    policies = {"distributed_leadership": given}
    return worlds.model(seeds=(1, 2), weeks=60, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def asked(made: OrganizationModel, *answers: tuple[list[int], list[bool]]) -> Any:
    """Lever of invitations (person,) after these answers of a week."""
    made.ensemble.answers[:] = [(np.array(rows), np.array(coming)) for rows, coming in answers]
    worlds.run_phases(made.plan, "bend")
    made.ensemble.number += 1
    return made.ensemble.levers["invitation"].ravel().copy()


def test_who_misses_enough_sessions_in_a_row_is_asked_until_he_comes() -> None:
    made = led(after=2, persuasion=0.4, span=50)
    missing = ([3, 7, 30], [False, False, True])
    assert not asked(made, missing).any()
    found = asked(made, missing)
    assert np.flatnonzero(found).tolist() == [3, 7]
    np.testing.assert_allclose(found[[3, 7]], 0.4 * 0.99, rtol=1e-6)
    assert np.flatnonzero(asked(made, ([3, 7], [True, False]))).tolist() == [7]
    assert np.flatnonzero(asked(made)).tolist() == [7], "nobody was invited since"


def test_leaders_ask_as_many_as_they_can() -> None:
    made = led(after=1, coverage=0.3, span=1)
    covered = made.ensemble.covered("distributed_leadership", made.plan.policies[0].settings)
    home = made.state.arrays["home_department"] + np.repeat([0, 3], 24) * 1
    room = np.bincount(home[covered], minlength=6)
    everybody = (list(range(48)), [False] * 48)
    often = np.mean([asked(made, everybody) > 0 for _ in range(50)], axis=0)
    share = np.bincount(home, weights=often) / np.bincount(home)
    np.testing.assert_allclose(share, room / np.bincount(home), atol=0.12)
    assert np.ptp(room) > 0


def test_leaders_give_time_while_it_runs() -> None:
    made = led(hours=0.5, end_week=5, coverage=0.5)
    for _ in range(8):
        made.step()
    booked = made.record().weekly["hours:distributed_leadership"]
    leaders = made.ensemble.covered("distributed_leadership", made.plan.policies[0].settings).reshape(2, 24).sum(axis=1)
    np.testing.assert_allclose(booked[:, :5], 0.5 * np.repeat(leaders, 5).reshape(2, 5))
    assert not booked[:, 5:].any()
