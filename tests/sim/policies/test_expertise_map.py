"""The expertise map: whom it helps to find sources, by how much, and for how long."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from harness import PolicyHarness

from sim.settings import Challenges

from .facing import facing, total


class TestHarness(PolicyHarness):
    kind = "expertise_map"
    lively = ({"hours": 3}, {"hours": 3, "quality": 1, "referral": 1, "coverage": 0.9})


def mapping(**fields: Any) -> dict[str, Any]:
    return {"expertise_map": {"kind": "expertise_map", "start_week": 0, **fields}}


def test_it_bends_directory_and_referral_of_its_members() -> None:
    made = facing(mapping(quality=0.4, referral=0.8, intensity=0.5, coverage=0.6))
    made.step()
    week = made.ensemble
    using = week.covered("expertise_map", made.scenario.policies["expertise_map"]).reshape(2, -1)
    assert 0 < using.sum() < using.size
    np.testing.assert_allclose(week.levers["directory"], Challenges().line + 0.2 * using, rtol=1e-6)
    np.testing.assert_allclose(week.levers["referral"], 0.4 * using, rtol=1e-6)


@pytest.mark.parametrize("field", ["quality", "referral", "coverage"])
def test_more_of_it_finds_sources_sooner(field: str) -> None:
    still = {"quality": 0, "referral": 0} if field != "coverage" else {}
    slow, fast = (
        total(facing(mapping(**{**still, field: value}), shape={"people": 60, "sources": 8}, block=0), "topics_missing")
        for value in (0.0, 1.0)
    )
    assert fast < 0.95 * slow


def test_it_goes_out_of_date_unless_renewed() -> None:
    made = facing(mapping(renewal_weeks=4, coverage=1), weeks=6)
    seen = []
    for _ in range(6):
        made.step()
        seen.append(float(made.ensemble.levers["referral"].max()))
    assert seen[0] > seen[1] > seen[2] > seen[3] and seen[4] == seen[0]
