"""Common language: whose clarity moves by how much, who is readier, and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

F = np.float32
OTHERS = ~np.eye(3, dtype=bool)


class TestHarness(PolicyHarness):
    kind = "common_language"
    lively = ({"glossary": 1.0},)


def talking(weeks: int = 30, **more: Any) -> OrganizationModel:
    """A small world with a common language from week 2; nobody leaves."""
    sections = {name: more.pop(name) for name in ("shocks", "organization") if name in more}
    policies = {"words": {"kind": "common_language", "start_week": 2, **more}}
    quiet = {"turnover": {"hazard": [0, 0, 0, 0]}}
    return worlds.model(sections.pop("organization", None), (1, 2), weeks=weeks, policies=policies, **quiet, **sections)


def bent_in(made: OrganizationModel, number: int) -> Any:
    """The levers in a week."""
    made.ensemble.number = number
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers


@pytest.mark.parametrize(("number", "left"), [(1, 0.0), (2, 1.0), (12, 0.99**10)])
def test_the_norm_between_departments_rises_by_the_glossary_and_attention_fades(number: int, left: float) -> None:
    norm = bent_in(talking(glossary=0.5), number)["clarity.norm"]
    np.testing.assert_allclose(norm[:, OTHERS], 0.55 + 0.15 * left, rtol=1e-5)
    np.testing.assert_allclose(norm[:, ~OTHERS], 0.9, rtol=1e-6)


def test_clarity_follows_slowly_and_sinks_back() -> None:
    made = talking(60, glossary=1, end_week=20)
    made.step()
    course = [float(made.state.clarity[0, 0, 1])]
    for _ in range(59):
        made.step()
        course.append(float(made.state.clarity[0, 0, 1]))
    assert course[1] == pytest.approx(0.55) and max(course) == course[19] < 0.7
    assert course[2] - 0.55 == pytest.approx(0.0266 * 0.3, rel=1e-3)
    assert 0.55 < course[-1] < course[30]


def test_both_departments_have_to_take_part() -> None:
    made = talking(glossary=1, targets={"departments": [worlds.model().state.frame.departments[0]]})
    np.testing.assert_allclose(bent_in(made, 2)["clarity.norm"][:, OTHERS], 0.55, rtol=1e-6)
    some = talking(glossary=1, coverage=0.5)
    members = some.plan.policies[0].treated
    assert members(some.ensemble) is None
    norm = bent_in(some, 2)["clarity.norm"]
    covered = some.ensemble.covered("words", some.plan.policies[0].settings)
    home = some.state.arrays["home_department"]
    share = [np.mean(covered[:24][home[:24] == d]) for d in range(3)]
    for d, e in ((0, 1), (1, 2), (2, 0)):
        assert norm[0, d, e] == pytest.approx(0.55 + 0.3 * share[d] * share[e], rel=1e-5)


def test_those_who_plan_scenarios_are_readier_for_a_shock() -> None:
    frontier = {"shocks": [{"week": 6, "kind": "frontier", "size": 0.5}], "organization": {"topics": 12}}
    none, ready = (talking(8, scenarios=share, **frontier) for share in (0.0, 0.8))
    np.testing.assert_allclose(bent_in(ready, 2)["readiness"], 0.8, rtol=1e-6)
    ready.ensemble.number = 0
    lost = [made.run().record().weekly["from_shocks"][:, 6] for made in (none, ready)]
    assert np.all(lost[0] < lost[1]) and np.all(lost[1] < 0)


def test_members_are_asked_and_booked_every_week() -> None:
    made = talking(10, hours=0.5, money=2).run()
    weekly = made.record().weekly
    np.testing.assert_allclose(weekly["hours:words"][:, 2:], 24 * 0.5)
    np.testing.assert_allclose(weekly["money:words"][:, 2:], 24 * 2)
    np.testing.assert_allclose(made.ensemble.asked, 0.5)
