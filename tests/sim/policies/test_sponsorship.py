"""Sponsorship: who sponsors, what it lifts, and what becomes of it when a sponsor leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

LEVELS = np.tile([0, 1, 2, 2, 3, 3], 4)


class TestHarness(PolicyHarness):
    kind = "sponsorship"
    partners = worlds.CIRCLES
    lively = ({"visibility": 1, "targets": {}}, {"unit": "organization", "succession": True})


def sponsored(levels: Any = LEVELS, weeks: int = 60, **fields: Any) -> OrganizationModel:
    """A small world from week 2 on; nobody leaves of himself."""
    policies = {"sponsorship": {"kind": "sponsorship", "start_week": 2, **fields}}
    made = worlds.model(seeds=(1, 2), weeks=weeks, policies=policies, turnover={"hazard": [0, 0, 0, 0]})
    made.state.arrays["level"][:] = np.tile(levels, 2)
    return made


def sponsors(made: OrganizationModel) -> Any:
    """Sponsor of each unit, (world, unit)."""
    sponsor: Any = made.plan.policies[0]
    return sponsor.sponsor


def attendance(made: OrganizationModel, number: int) -> Any:
    """Lever of attendance in a week, (world, person)."""
    while made.week < number:
        made.step()
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers["attendance"].copy()


def leave(made: OrganizationModel, rows: Any) -> None:
    """Let these sponsors leave."""
    made.plan.policies[0].left(made.ensemble, np.asarray(rows))


def test_each_department_has_one_executive_or_else_a_manager() -> None:
    levels = np.full(24, 0)
    levels[[2, 9, 10]] = [2, 3, 2]
    made = sponsored(levels)
    home = made.state.arrays["home_department"]
    attendance(made, 3)
    for world in range(2):
        for d in range(3):
            here = np.flatnonzero(home[:24] == d)
            best = here[np.argmax(levels[here])]
            expected = world * 24 + best if levels[best] >= 2 else -1
            assert sponsors(made)[world, d] == expected
    one = sponsored(unit="organization")
    attendance(one, 3)
    assert sponsors(one).shape == (2, 1)
    assert (one.state.arrays["level"][sponsors(one).ravel()] == 3).all()


def test_what_it_lifts() -> None:
    made = sponsored(visibility=1, accountability=0.5, showcases=0.4)
    np.testing.assert_array_equal(attendance(made, 2), np.float32(0.9))
    np.testing.assert_allclose(attendance(made, 3), 0.9 + 0.99 * 0.08, rtol=1e-6)
    np.testing.assert_allclose(made.ensemble.levers["engagement.pull"], 0.99 * 0.02, rtol=1e-5)


def test_it_ends_with_the_sponsor_and_returns_with_a_successor_or_a_renewal() -> None:
    for fields, back in (({}, False), ({"succession": True}, True), ({"renewal_weeks": 4}, True)):
        made = sponsored(**fields)
        attendance(made, 5)
        before = sponsors(made).copy()
        made.step()
        leave(made, before[:, 0])
        home = made.state.arrays["home_department"].reshape(2, 24)
        lifted = attendance(made, 6) > 0.9
        np.testing.assert_array_equal(lifted, home != 0)
        later = attendance(made, 8) > 0.9
        assert later.all() == back and (later | (home == 0)).all(), fields
        assert (sponsors(made)[:, 1:] == before[:, 1:]).all()


def test_only_sponsors_give_time() -> None:
    made = sponsored(hours=2).run()
    np.testing.assert_allclose(made.record().weekly["hours:sponsorship"][:, 2:], 3 * 2)
    assert sponsored(hours=2, intensity=0).run().record().weekly["hours:sponsorship"].sum() == 0


@pytest.mark.parametrize("coverage", [0.0, 0.5])
def test_coverage_is_whom_it_reaches(coverage: float) -> None:
    made = sponsored(coverage=coverage)
    lifted = attendance(made, 3) > 0.9
    expected = made.ensemble.covered("sponsorship", made.plan.policies[0].settings)
    np.testing.assert_array_equal(lifted.ravel(), expected)
