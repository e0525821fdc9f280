"""Circles: who shares one, what safety does there, and what attendance costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel
from sim.schema import ORIGINS

LIVELY = {"coverage": 1, "group_size": 4, "cadence": 1}


class TestHarness(PolicyHarness):
    kind = "circles"
    lively = (LIVELY, {**LIVELY, "scope": "within", "mandatory": True, "autonomy": 0.5, "confidentiality": 0.9})


def sitting(weeks: int = 30, **fields: Any) -> OrganizationModel:
    """A small world in which everybody sits in a circle of four every week, and nobody leaves."""
    sections = {name: fields.pop(name) for name in ("sessions", "trust", "culture", "contacts") if name in fields}
    circles = {"kind": "circles", "start_week": 2, **LIVELY, "mandatory": True, **fields}
    turnover = {"hazard": [0, 0, 0, 0]}
    return worlds.model(seeds=(1, 2), weeks=weeks, policies={"circles": circles}, turnover=turnover, **sections)


def meetings(made: OrganizationModel, number: int) -> tuple[Any, Any, Any]:
    """Learners and sources of a week's sessions, and everybody's department."""
    while made.week < number:
        made.step()
    worlds.run_phases(made.plan, "convene")
    return made.plan.meeting.learner, made.plan.meeting.source, made.state.arrays["home_department"]


@pytest.mark.parametrize("scope", ["across", "within"])
def test_who_shares_a_circle(scope: str) -> None:
    learner, source, home = meetings(sitting(scope=scope), 3)
    across = home[learner] != home[source]
    assert len(learner) > 96
    assert not across.any() if scope == "within" else across.mean() > 0.8


def test_members_meet_all_others_of_their_circle_and_only_those() -> None:
    made = sitting(sessions={"attendance": 1})
    learner, source, _ = meetings(made, 3)
    number = made.plan.policies[0].groups.number(np.arange(48))
    expected = {(i, j) for i in range(48) for j in range(48) if i != j and number[i] == number[j]}
    assert set(zip(learner.tolist(), source.tolist(), strict=True)) == expected and len(learner) == 48 * 3


def test_a_circle_is_as_safe_as_its_department_or_as_it_promises() -> None:
    for confidentiality, safety in ((0.0, 0.6), (0.9, 0.9)):
        made = sitting(confidentiality=confidentiality)
        meetings(made, 3)
        np.testing.assert_allclose(made.plan.encounters.safety, safety, rtol=1e-6)


def test_promises_kept_there_form_ties_of_their_own_kind() -> None:
    made = sitting(sessions={"attendance": 1})
    for _ in range(6):
        made.step()
    formed = made.state.origin == ORIGINS.index("circles")
    assert formed.sum() > 20 and made.record().weekly["ties_formed"].sum() >= formed.sum()


def test_voluntary_attendance_goes_with_engagement_and_wears_off() -> None:
    attended = {}
    for mandatory in (True, False):
        made = sitting(60, mandatory=mandatory)
        made.run()
        weekly = made.record().weekly
        attended[mandatory] = weekly["came"].sum(axis=0) / np.maximum(1, weekly["invited"].sum(axis=0))
    assert not attended[True][:2].any()
    np.testing.assert_allclose(attended[True][2:].mean(), 0.9, atol=0.01)
    expected = 0.9 * 0.8 * 0.99 ** np.arange(58)
    np.testing.assert_allclose(attended[False][2:].mean(), expected.mean(), atol=0.02)


def test_one_department_alone_makes_no_circle_across() -> None:
    from sim.problems import InputError

    with pytest.raises(InputError, match="no circle across"):
        sitting(targets={"departments": ["Department 1"]})
