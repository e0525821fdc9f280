"""Partnerships: which pairs of departments gain what, and where there is nobody to partner with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness
from worlds import model, run_phases

from sim.metrics import METRICS
from sim.model import OrganizationModel
from sim.problems import InputError
from sim.scenario import Scenario

TWO = {"departments": 4, "people": 40, "organizations": 2}
STILL: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}}


class TestHarness(PolicyHarness):
    kind = "partnerships"
    lively = ({"reliability": 0.4, "willingness": 0.5, "hours": 1},)


def partnerships(**fields: Any) -> dict[str, Any]:
    return {"partnerships": {"kind": "partnerships", "start_week": 0, "renewal_weeks": None, **fields}}


def bent(**fields: Any) -> Any:
    made = model(TWO, policies=partnerships(**fields), **STILL)
    run_phases(made.plan, "bend")
    return made.ensemble.levers


def test_departments_are_dealt_to_organizations_and_people_go_with_them() -> None:
    made = model(TWO)
    organization = made.prepared.department_organization
    assert organization.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(made.state.organization[0], organization[made.state.home_department[0]])
    assert made.state.frame.organizations == ("Organization 1", "Organization 2")
    np.testing.assert_allclose(made.state.willingness[0, 0], [0.9, 0.5, 0.3, 0.3])
    uneven = model({"departments": 7, "people": 40, "organizations": 3}).prepared.department_organization
    assert np.bincount(uneven).tolist() == [3, 2, 2]


def test_one_organization_is_the_default_and_has_no_name() -> None:
    made = model()
    assert made.state.frame.organizations == ("",) and not made.state.organization.any()
    assert not made.run().record().weekly["learned_between"].any()


def test_pairs_of_different_organizations_gain_and_no_others() -> None:
    levers = bent(reliability=0.2, clarity=0.1, willingness=0.05)
    between = np.kron([[0, 1], [1, 0]], np.ones((2, 2)))
    np.testing.assert_allclose(levers["reliability.pull"][0], 0.2 * between, rtol=1e-6)
    np.testing.assert_allclose(levers["willingness.pull"][0], 0.05 * between, rtol=1e-6)
    norm = np.where(between > 0, 0.45 + 0.1, np.where(np.eye(4) > 0, 0.9, 0.55))
    np.testing.assert_allclose(levers["clarity.norm"][0], norm, rtol=1e-6)


def test_a_pair_gains_by_the_mean_share_of_its_people_that_is_covered() -> None:
    levers = bent(reliability=0.4, targets={"departments": ["Department 1", "Department 3"]})
    found = np.argwhere(levers["reliability.pull"][0] > 0)
    assert found.tolist() == [[0, 2], [2, 0]]
    some = model(TWO, policies=partnerships(reliability=0.4, coverage=0.5), **STILL)
    some.step()
    members, home = some.plan.policies[0].ever, some.state.home_department[0]
    share = np.bincount(home, members) / np.bincount(home)
    pull = some.ensemble.levers["reliability.pull"][0]
    np.testing.assert_allclose(pull[0, 3], 0.4 * (share[0] + share[3]) / 2, rtol=1e-6)


def test_with_one_organization_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"policies\.partnerships: there is only one organization"):
        model(policies=partnerships())
    files = worlds.files(tmp_path, "id,department\na,x\nb,y\n", "learner,source\na,b\n")
    with pytest.raises(InputError, match="there is only one organization"):
        OrganizationModel(Scenario.from_dict({"organization": files, "policies": partnerships()}))
    with pytest.raises(InputError, match="5 organizations are more than 3 departments"):
        model({"organizations": 5})


def test_learning_between_organizations_by_hand() -> None:
    made = model(TWO, policies=worlds.BUSY, **STILL)
    made.run()
    flow = made.record().flow[0].astype(np.float64).sum(axis=0)
    weekly = made.record().weekly
    between = flow[:2, 2:].sum() + flow[2:, :2].sum()
    assert between > 0
    np.testing.assert_allclose(weekly["learned_between"][0].sum(), between, rtol=1e-5)
    years = 40 * 12 / 52
    np.testing.assert_allclose(METRICS["learning_between"].value(weekly)[0], between / years, rtol=1e-5)


def test_mentors_come_from_another_organization_where_that_is_asked_for() -> None:
    mentors = {"mentors": {"kind": "mentorship", "start_week": 0, "boundary": "organization", "coverage": 1.0}}
    made = model(TWO, policies=mentors, **STILL)
    made.step()
    pairs = made.plan.policies[0].pairs
    mentees = pairs.mentees()
    assert len(mentees) > 0
    organization = made.state.organization[0]
    assert np.all(organization[mentees] != organization[pairs.mentor[mentees]])
