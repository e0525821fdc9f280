"""The section `strategy` of a study: what it may say, and what is refused where."""

from __future__ import annotations

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
        assumptions={"contact": {**CONTACT, "scale": "log", "title": "how often people meet"}},
        outcomes={"need_met": {"smallest": 1.5, "threshold": 45}, "meetings": {"better": "higher"}},
        budget={"hours": 2},
        sensitivity={"samples": 64, "arm": "rotation"},
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
        ({"sensitivity": {"samples": 60}}, "60 is not a power of two; write 64"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_refused_says_where_and_what_to_do(strategy: dict[str, Any], told: str) -> None:
    assert told in problems(**strategy)


def test_all_problems_come_at_once() -> None:
    told = problems(futurs=3, outcomes={"need_mett": {}}, sensitivity={"samples": 60})
    assert all(word in told for word in ("futurs", "need_mett", "power of two"))
