"""The risk register: whom it makes clear more, what goes up when, and what that costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from harness import PolicyHarness

from sim.metrics import METRICS

from .facing import facing, total


class TestHarness(PolicyHarness):
    kind = "risk_register"
    lively = ({"hours": 3}, {"hours": 3, "empowerment": 1, "escalation_weeks": 1, "coverage": 0.7})


def keeping(**fields: Any) -> dict[str, Any]:
    return {"risk_register": {"kind": "risk_register", "start_week": 0, **fields}}


def test_owners_clear_more_in_proportion_to_who_takes_part() -> None:
    made = facing(keeping(empowerment=0.4, coverage=0.5, intensity=0.5))
    made.step()
    people = np.stack([np.bincount(home, minlength=3) for home in made.state.home_department])
    covered = made.ensemble.covered("risk_register", made.scenario.policies["risk_register"]).reshape(2, -1)
    some = np.stack([np.bincount(h, c, minlength=3) for h, c in zip(made.state.home_department, covered, strict=True)])
    expected = 0.15 + 0.5 * 0.4 * some / people
    np.testing.assert_allclose(made.ensemble.levers["unblocking"], expected, rtol=1e-6)


def test_nothing_waits_longer_than_the_escalation_and_some_weeks() -> None:
    stuck = {"clearing": 0.0, "block": 0.2, "find": 1, "line": 1}
    waits = []
    for weeks in (2, 8, 20):
        made = facing(keeping(empowerment=0, escalation_weeks=weeks), weeks=40, **stuck).run()
        waits.append(METRICS["median_blocked"].value(made.record().weekly).mean())
        lasted = made.ensemble.challenges.lasted[:, :105]
        assert not lasted[:, :weeks].any() and lasted.sum() > 0
    assert waits[0] < waits[1] < waits[2]


def test_targets_name_the_departments_whose_owners_clear() -> None:
    made = facing(keeping(empowerment=1, targets={"departments": ["Department 1"]}), clearing=0)
    made.step()
    np.testing.assert_array_equal(made.ensemble.levers["unblocking"] > 0, [[True, False, False]] * 2)


@pytest.mark.parametrize("field", ["empowerment", "coverage"])
def test_more_of_it_clears_more(field: str) -> None:
    blocked, given = {"block": 0.3, "clearing": 0.05}, {"escalation_weeks": 26, "empowerment": 0.5}
    little, much = (
        total(facing(keeping(**{**given, field: value}), **blocked), "blockings_in_time") for value in (0.1, 1.0)
    )
    assert little < much
