"""Transparency: whose promises are seen, who takes heart, and what help comes sooner."""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import PolicyHarness

from .facing import facing, total

OTHERS = ~np.eye(3, dtype=bool)


class TestHarness(PolicyHarness):
    kind = "transparency"
    lively = ({"hours": 3}, {"reasons": 0.3, "progress": 0.5, "requests": 1, "coverage": 0.8})


def publishing(**fields: Any) -> dict[str, Any]:
    return {"transparency": {"kind": "transparency", "start_week": 0, **fields}}


def test_promises_between_departments_are_kept_more_often() -> None:
    made = facing(publishing(reasons=0.2, intensity=0.5, targets={"departments": ["Department 1"]}), weeks=2)
    made.step()
    added = made.ensemble.culture.reliability.reshape(2, 3, 3) - made.state.reliability
    expected = np.where(OTHERS & (np.arange(3) == 0)[None, :], 0.1, 0)
    np.testing.assert_allclose(added[0], expected, atol=1e-6)


def test_engagement_rises_with_the_share_of_challenges_solved() -> None:
    made = facing(publishing(progress=0.5, reasons=0, requests=0, renewal_weeks=1), mastery=0, block=0, weeks=30)
    solved = np.zeros((2, 3))
    for _ in range(12):
        challenges = made.ensemble.challenges.open
        left = np.zeros((2, 3))
        np.add.at(left, (challenges.world, challenges.department), 1)
        solved = solved * 12 / 13 + made.ensemble.challenges.won
        before = made.state.engagement.copy()
        home = made.state.home_department.copy()
        made.step()
        whole = solved + left
        progress = np.divide(solved, whole, out=np.zeros((2, 3)), where=whole > 0)
        expected = np.minimum(1, before + 0.5 * np.take_along_axis(progress, home, axis=1))
        np.testing.assert_allclose(made.ensemble.gates.engagement.reshape(2, -1), expected, atol=1e-5)
    assert progress.max() > 0.3


def test_requests_find_help_sooner() -> None:
    slow, fast = (total(facing(publishing(requests=value), block=0), "topics_missing") for value in (0.0, 0.5))
    assert fast < 0.9 * slow
