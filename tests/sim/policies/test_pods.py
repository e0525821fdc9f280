"""Pods: who sits in them, when they diverge and converge, and what is found there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from harness import PolicyHarness

from .facing import facing, total

SEARCHING = {"find": 0.0, "line": 0.0, "block": 0.0}


class TestHarness(PolicyHarness):
    kind = "pods"
    lively = ({"coverage": 1, "diverge": 0}, {"coverage": 1, "diverge": 1, "group_size": 8, "hours": 2})


def pods(**fields: Any) -> dict[str, Any]:
    return {"pods": {"kind": "pods", "start_week": 0, "coverage": 1, **fields}}


def meetings(made: Any) -> set[tuple[int, int]]:
    """Home departments of learner and source in this week's sessions."""
    home, met = made.state.arrays["home_department"], made.plan.meeting
    return set(zip(home[met.learner].tolist(), home[met.source].tolist(), strict=True))


def test_they_diverge_among_their_own_and_then_converge() -> None:
    made = facing(pods(diverge=3), seeds=(1,), weeks=3, shape={"people": 60}, arrivals=1.0, **SEARCHING)
    for _ in range(3):
        made.step()
        assert all(i == j for i, j in meetings(made))
    assert meetings(made)
    open_now = facing(pods(diverge=0), seeds=(1,), weeks=3, shape={"people": 60}, arrivals=1.0, **SEARCHING)
    for _ in range(3):
        open_now.step()
    assert any(i != j for i, j in meetings(open_now))


def test_who_sits_there_and_knows_a_missing_topic_is_found() -> None:
    made = facing(pods(diverge=0, group_size=8), weeks=12, shape={"people": 60}, **SEARCHING).run()
    challenges = made.ensemble.challenges
    assert total(made, "challenges_solved") > 0
    found = challenges.open.source
    place = np.nonzero((found >= 0) & (found != challenges.open.lead[:, None]))
    rows, topics = found[place], challenges.open.topic[place]
    assert len(rows) > 0
    assert np.all(made.state.arrays["expertise"][rows, topics] > challenges.terms.mastery[topics] - 0.05)
    ever = made.plan.policies[0].ever
    assert ever[rows].all()


def test_nobody_sits_in_two_pods_a_week() -> None:
    made = facing(pods(hours=1), weeks=12)
    for _ in range(12):
        made.step()
        assert made.ensemble.attended.max() <= 1


def test_pods_keep_their_people() -> None:
    made = facing(pods(group_size=4, diverge=0), seeds=(1,), weeks=12, shape={"people": 200}, arrivals=0.1, **SEARCHING)
    seen: dict[int, set[int]] = {}
    for _ in range(12):
        made.step()
        met = made.plan.meeting
        for lead in np.unique(made.ensemble.challenges.open.lead):
            with_lead = met.source[met.learner == lead].tolist()
            seen.setdefault(int(lead), set()).update(with_lead)
    assert seen and max(map(len, seen.values())) <= 2 * 3


@pytest.mark.parametrize(("field", "values"), [("coverage", (0.1, 1.0)), ("group_size", (2, 12)), ("cadence", (12, 1))])
def test_more_of_it_solves_sooner(field: str, values: tuple[float, float]) -> None:
    slow, fast = (
        total(facing(pods(**{field: value}), shape={"people": 60}, weeks=40), "topics_missing") for value in values
    )
    assert fast < slow


def test_a_blocked_challenge_waits() -> None:
    made = facing(pods(diverge=0), block=1, clearing=0, weeks=10).run()
    assert made.record().weekly["hours"].sum() == 0
