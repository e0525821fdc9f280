"""The section `strategy` of a study: what it may say, and what is refused where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.design import Document, read_design, study_of
from experiments.strategy.design import designed
from experiments.strategy.settings import Aim, Strategy
from sim.problems import InputError


def document(**strategy: Any) -> dict[str, Any]:
    """A study of rotation and mentorship."""
    policies = {"rotation": {"kind": "rotation"}, "mentorship": {"kind": "mentorship"}}
    return {"seeds": 4, "policies": policies, "strategy": strategy}


def read(**strategy: Any) -> Strategy:
    """The section as read."""
    found = read_design(Document(document(**strategy))).strategy
    assert found is not None
    return found


def problems(**strategy: Any) -> str:
    """What is wrong with a section."""
    with pytest.raises(InputError) as caught:
        design = read_design(Document(document(**strategy)))
        assert design.strategy is not None
        designed(study_of(design, "study"), design.strategy)
    return str(caught.value)


CONTACT = {"path": "contacts.rate", "low": 0.3, "high": 0.7}
PRACTICE = {"path": "learning.practice", "low": 0.002, "high": 0.008}
COVERAGE = {"path": "policies.rotation.coverage", "low": 0.2, "high": 0.8}
TWO = {"assumptions": {"contact": CONTACT, "practice": PRACTICE}}


def test_an_empty_section_has_the_defaults() -> None:
    found = read()
    assert found == Strategy(outcomes={"need_met": Aim(), "adequacy": Aim()})
    assert (found.futures, found.precision.half_width, found.budget.hours) == (50, None, None)


def test_a_study_without_the_section_has_none() -> None:
    plain = document()
    del plain["strategy"]
    assert read_design(Document(plain)).strategy is None


def test_everything_that_is_said_is_read() -> None:
    found = read(
        futures=9,
        assumptions={
            "contact": {**CONTACT, "scale": "log", "title": "how often people meet"},
            "twice": {"path": "contacts.rate", "low": 0.5, "high": 1, "times": True},
        },
        outcomes={"need_met": {"smallest": 1.5, "threshold": 45}, "meetings": {"better": "higher"}},
        budget={"hours": 2},
        sensitivity={"samples": 64, "arm": "rotation"},
        dials={"share": COVERAGE, "pace": {"path": "policies.mentorship.cadence", "low": 1, "high": 4, "step": 1}},
    )
    assert (found.futures, found.budget.hours, found.sensitivity.samples) == (9, 2, 64)
    assert found.assumptions["contact"].title == "how often people meet"
    assert list(found.outcomes) == ["need_met", "meetings"]
    assert (found.outcomes["need_met"].smallest, found.outcomes["need_met"].threshold) == (1.5, 45)


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        ({"futurs": 3}, "strategy.futurs: unknown field 'futurs'; did you mean 'futures'?"),
        ({"futures": 0}, "strategy.futures"),
        ({"outcomes": {"need_mett": {}}}, "there is no metric 'need_mett'; did you mean 'need_met'?"),
        ({"outcomes": {"meetings": {}}}, "neither more nor less is better by itself; add better: higher, or lower"),
        ({"assumptions": {"contact": {**CONTACT, "low": 0.9}}}, "low 0.9 is not below high 0.7"),
        ({"assumptions": {"contact": {**CONTACT, "low": 0, "scale": "log"}}}, "needs a range above 0"),
        ({"assumptions": {"contact": {"low": 0.3, "high": 0.7}}}, "the field 'path' is missing"),
        ({"assumptions": {"contact": {**CONTACT, "path": "contacts.rat"}}}, "no number stands at 'contacts.rat'"),
        ({"assumptions": {"contact": {**CONTACT, "path": "contacts"}}}, "no number stands at 'contacts'"),
        ({"assumptions": {"contact": {**CONTACT, "path": "policies.circles.coverage"}}}, "is in no scenario"),
        ({"assumptions": {"safety": {"path": "culture.safety", "low": 0.5, "high": 3}}}, "3.0 is too high"),
        ({"assumptions": {"leave": {"path": "turnover.hazard", "low": 0.1, "high": 0.2}}}, "a list; write times: true"),
        ({"assumptions": {"kind": {"path": "organization.kind", "low": 0.1, "high": 0.2}}}, "it is no number"),
        ({"assumptions": {"a": CONTACT, "b": {**CONTACT, "high": 0.6}}}, "sets what 'a' varies too"),
        ({"assumptions": {"a_b": CONTACT, "a b": PRACTICE}}, "is called 'a b', as 'a_b' is; give it another title"),
        ({"assumptions": {"shocks": {"path": "policies.rotation.end_week", "low": 1, "high": 9}}}, "it is empty"),
        ({"assumptions": {"a": {"path": "policies.rotation.ramp_weeks", "low": 2, "high": 9, "times": True}}},
         "from 2 to 9 nothing changes: 'policies.rotation.ramp_weeks' is the same at both ends"),
        ({"outcomes": {"weeks_to_half": {"threshold": 9}}}, "weeks_to_half has no value every week; leave the thres"),
        ({"sensitivity": {"samples": 60}, **TWO}, "60 is not a power of two; write 64"),
        ({"sensitivity": {"samples": 2}, **TWO}, "2 base samples are too few"),
        ({"sensitivity": {"trajectories": 1}, **TWO}, "sensitivity.trajectories: one trajectory has no spread"),
        ({"sensitivity": {"samples": 4}}, "which assumptions matter is asked, and there are fewer than two"),
        ({"sensitivity": {"arm": "rotatio"}}, "'rotatio' is no scenario of the study with a policy; did you mean"),
        ({"sensitivity": {"arm": "baseline"}}, "'baseline' is no scenario of the study with a policy"),
        ({"dials": {"d": {**COVERAGE, "step": 0.7}}}, "step 0.7 is larger than the 0.6 from low to high"),
        ({"dials": {"d": {**COVERAGE, "high": 3}}}, "strategy.dials.d: policies.rotation.coverage: 3.0 is too high"),
        ({"dials": {"d": COVERAGE, "e": COVERAGE}}, "strategy.dials.e: turns what 'd' turns"),
        ({"dials": {"d": {**COVERAGE, "path": "contacts.rate"}}}, "no number of a policy stands at 'contacts.rate'"),
        ({"dials": {"d": {**COVERAGE, "path": "policies.*.coverage"}}}, "no number of a policy stands at"),
        ({"dials": {"d": {**COVERAGE, "path": "policies.rotation.kind"}}}, "no number of a policy stands at"),
        ({"dials": {"d": {"path": "policies.rotation.cadence", "low": 1, "high": 4, "step": 0.5}}}, "whole numbers"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_refused_says_where_and_what_to_do(strategy: dict[str, Any], told: str) -> None:
    assert told in problems(**strategy)


def test_all_problems_come_at_once() -> None:
    told = problems(
        futurs=3, outcomes={"need_mett": {}}, sensitivity={"samples": 60, "arm": "rotate"},
        assumptions={"a": {**CONTACT, "path": "contacts.rat"}, "b": {"path": "learning.rate"}}, dials={"d": CONTACT},
    )  # fmt: skip
    words = ("futurs", "need_mett", "power of two", "'rotate'", "'contacts.rat'", "'low' is missing", "dials.d")
    assert all(word in told for word in words)


def test_problems_of_paths_have_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(
        "policies: {rotation: {kind: rotation}}\nstrategy:\n  assumptions:\n"
        "    contact: {path: contacts.rat, low: 0.3, high: 0.7}\n"
    )
    with pytest.raises(InputError, match=r"line 4, strategy\.assumptions\.contact: no number stands at"):
        read_design(Document.from_file(path))


def test_files_that_are_not_there_hide_no_problem_of_the_section() -> None:
    given = document(assumptions={"contact": CONTACT}, outcomes={"need_mett": {}})
    given["organization"] = {"kind": "files", "people": "nowhere.csv", "ties": "nowhere.csv"}
    with pytest.raises(InputError, match="there is no metric 'need_mett'"):
        read_design(Document(given))
