"""Inclusion: who is invited where leaders sit, by whom, and who is heard."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from harness import PolicyHarness

from sim.metrics import METRICS

from .facing import facing

COUNCIL: dict[str, Any] = {
    "kind": "council",
    "start_week": 1,
    "cadence": 1,
    "targets": {"levels": ["senior", "manager"]},
}


class TestHarness(PolicyHarness):
    kind = "inclusion"
    partners: ClassVar[dict[str, dict[str, Any]]] = {"council": COUNCIL}
    lively = ({"invitation": 0.3, "hours": 3}, {"voice": 1, "coverage": 0.8, "invitation": 0.5})


def included(seats: int = 2, **fields: Any) -> Any:
    council = COUNCIL | {"start_week": 0, "seats": seats}
    inclusion = {"kind": "inclusion", "start_week": 0, "hours": 0, **fields}
    return facing({"council": council, "inclusion": inclusion}, weeks=14, shape={"people": 60})


def test_guests_come_from_every_level_and_only_where_a_member_sits() -> None:
    made = included(invitation=0.3)
    levels: list[int] = []
    for _ in range(10):
        made.step()
        came = np.flatnonzero(made.ensemble.attended > 0)
        council = next(policy for policy in made.plan.policies if policy.label == "council")
        guests = came[council.groups.group[came] < 0]
        home = made.state.arrays["home_department"]
        sitting = np.flatnonzero(council.groups.group >= 0)
        for guest in guests:
            assert any(home[guest] == home[m] and guest // 60 == m // 60 for m in sitting)
        levels += made.state.arrays["level"][guests].tolist()
    assert {0, 1} <= set(levels)


def test_nobody_is_invited_without_it() -> None:
    made = included(intensity=0)
    made.run()
    council = next(policy for policy in made.plan.policies if policy.label == "council")
    assert not made.ensemble.attended[council.groups.group < 0].any()


@pytest.mark.parametrize("field", ["invitation", "coverage"])
def test_more_of_it_evens_out_participation(field: str) -> None:
    uneven, even = (
        METRICS["participation_gini_level"].value(included(**{"invitation": 0.3, field: value}).run().record().weekly)
        for value in (0.05, 1.0)
    )
    assert even.mean() < uneven.mean()


def test_voice_is_added_to_the_facilitation_of_sessions() -> None:
    made = included(voice=0.4, intensity=0.5)
    made.step()
    np.testing.assert_allclose(made.ensemble.levers["facilitation"], 0.2, rtol=1e-5)
