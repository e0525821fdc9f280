"""The futures of a strategy study, and what every arm is in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.analysis.outcomes import Assumption
from experiments.design import Document, read_design, study_of
from experiments.strategy.design import Design, designed, rounded, sample
from sim.problems import InputError

POLICIES = {"rotation": {"kind": "rotation"}, "mentorship": {"kind": "mentorship", "intensity": 0.8}}
ASSUMPTIONS = {
    "contact": {"path": "contacts.rate", "low": 0.3, "high": 0.7},
    "turnover": {"path": "turnover.hazard", "low": 0.5, "high": 2, "times": True, "scale": "log"},
    "care": {"path": "policies.*.intensity", "low": 0.25, "high": 0.5, "times": True},
}


def made(futures: int = 8, assumptions: dict[str, Any] | None = None, **data: Any) -> Design:
    """A design of rotation, mentorship and both."""
    strategy = {"futures": futures, "assumptions": ASSUMPTIONS if assumptions is None else assumptions}
    found = read_design(Document({"seeds": 3, "policies": POLICIES, "strategy": strategy, **data}))
    assert found.strategy is not None
    return designed(study_of(found, "study"), found.strategy)


def test_a_latin_hypercube_covers_every_range_evenly() -> None:
    ranges = (Assumption("a", "a", 2.0, 4.0), Assumption("b", "b", 0.01, 100.0, "log"))
    futures = sample(ranges, 40, 7)
    cells = np.floor((futures[:, 0] - 2.0) / 2.0 * 40).astype(int)
    logs = np.floor((np.log10(futures[:, 1]) + 2.0) / 4.0 * 40).astype(int)
    np.testing.assert_array_equal(np.sort(cells), np.arange(40))
    np.testing.assert_array_equal(np.sort(logs), np.arange(40))
    np.testing.assert_array_equal(futures, sample(ranges, 40, 7))
    assert not np.array_equal(futures, sample(ranges, 40, 8))


def test_values_are_written_as_they_are_meant() -> None:
    np.testing.assert_array_equal(rounded(np.array([[1 / 3, 123456.789]])), [[0.333333, 123457.0]])
    assert all(len(f"{value:g}") <= 8 for value in made().futures.ravel())


def test_a_future_changes_what_it_names_and_nothing_else() -> None:
    design = made()
    contact, turnover, care = design.futures[2]
    by_name = {arm.name: arm for arm in design.arms_in(2)}
    assert set(by_name) == {f"{name} / future 3" for name in ("baseline", "rotation", "mentorship", "all_together")}
    both = by_name["all_together / future 3"].scenario
    plain = design.study.arm("all_together").scenario
    assert both.contacts.rate == contact
    expected = [float(f"{value * turnover:.6g}") for value in plain.turnover.hazard]
    assert list(both.turnover.hazard) == expected
    assert both.policies["rotation"].intensity == pytest.approx(care, rel=1e-5)
    assert both.policies["mentorship"].intensity == pytest.approx(0.8 * care, rel=1e-5)
    data, before = both.to_dict(), plain.to_dict()
    data["contacts"]["rate"], data["turnover"]["hazard"] = before["contacts"]["rate"], before["turnover"]["hazard"]
    for label in POLICIES:
        data["policies"][label]["intensity"] = before["policies"][label]["intensity"]
    assert data == before


def test_the_baseline_of_a_future_is_that_of_its_arms() -> None:
    design = made()
    baseline, *arms = design.arms_in(5)
    assert baseline.baseline is None and not baseline.scenario.policies
    assert all(arm.scenario.without_policies().identity() == baseline.identity for arm in arms)


def test_nothing_uncertain_is_one_future() -> None:
    design = made(assumptions={})
    assert design.futures.shape == (1, 0)
    assert [arm.scenario for arm in design.arms_in(0)] == [arm.scenario for arm in design.study.arms]


def test_the_baseline_comes_first_and_is_one() -> None:
    scenarios = {"mentoring": ["mentorship"], "plain": [], "rotation": ["rotation"]}
    design = made(scenarios=scenarios)
    assert design.study.arms[0].name == "plain"
    study = design.study
    twice = type(study)(study.name, study.question, (study.arms[0], *(study.arms[1:2])), study.seeds)
    alone = type(study)(study.name, study.question, study.arms[1:], study.seeds)
    assert designed(twice, design.strategy).study.arms[0].name == "plain"
    with pytest.raises(InputError, match="0 scenarios without a baseline"):
        designed(alone, design.strategy)


def test_whole_numbers_stay_whole() -> None:
    people = {"path": "organization.people", "low": 100, "high": 140}
    start = {"path": "policies.rotation.start_week", "low": 0.5, "high": 1.5, "times": True}
    policies = {"rotation": {"kind": "rotation", "start_week": 9}}
    design = made(assumptions={"people": people, "start": start}, policies=policies)
    for number, (many, factor) in enumerate(design.futures):
        arm = design.arms_in(number)[1].scenario
        data = arm.to_dict()
        assert data["organization"]["people"] == round(many)
        assert arm.policies["rotation"].start_week == round(9 * factor)


def test_ranges_that_do_not_go_together_are_refused_before_anything_runs() -> None:
    start = {"path": "policies.rotation.start_week", "low": 10, "high": 49}
    weeks = {"path": "weeks", "low": 15, "high": 50}
    with pytest.raises(InputError, match=r"future \d of 8 \(.*\) is refused: policies.rotation.start_week"):
        made(assumptions={"start": start, "weeks": weeks}, policies={"rotation": {"kind": "rotation"}}, weeks=50)
