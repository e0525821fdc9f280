"""Reciprocity: help is remembered, seen, and returned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness
from numpy.typing import NDArray

from sim.model import OrganizationModel

OTHERS = ~np.eye(3, dtype=bool)


class TestHarness(PolicyHarness):
    kind = "reciprocity"
    lively = ({"recognition": 1}, {"recognition": 1, "public": 1, "memory_weeks": 1})


def thankful(**fields: Any) -> OrganizationModel:
    """A small world from week 2 on."""
    policies = {"reciprocity": {"kind": "reciprocity", "start_week": 2, "recognition": 1, **fields}}
    return worlds.model(seeds=(1, 2), weeks=60, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def raised(made: OrganizationModel, taught: NDArray[np.float64], number: int = 2) -> NDArray[np.float64]:
    """By how much the norm of willingness rises, (learner's department, source's department), after such a week."""
    made.ensemble.number = number
    made.ensemble.taught[:] = taught
    base = made.ensemble.levers.base["willingness.norm"][0].astype(float)
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers["willingness.norm"][0].astype(float) - base


def helping(learner: int, source: int) -> NDArray[np.float64]:
    taught = np.zeros((3, 3))
    taught[learner, source] = 2.0
    return taught


def test_who_helped_is_helped_by_those_it_helped() -> None:
    found = raised(thankful(public=0), helping(0, 2) + np.diag([9.0, 9.0, 9.0]))
    expected = np.zeros((3, 3))
    expected[2, 0] = 0.3 * 2 / (2 + 2 / 6)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_what_is_seen_is_returned_by_all() -> None:
    found = raised(thankful(public=1), helping(0, 2))
    expected = np.zeros((3, 3))
    expected[2, :2] = 0.3 * 1 / (1 + 2 / 6)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_even_help_earns_half() -> None:
    for public in (0, 0.5, 1):
        found = raised(thankful(public=public, recognition=0.8), np.ones((3, 3)))
        np.testing.assert_allclose(found, 0.12 * OTHERS, atol=1e-6)


@pytest.mark.parametrize(("memory", "kept"), [(1, 0.0), (4, 0.75)])
def test_help_is_remembered_for_some_weeks(memory: int, kept: float) -> None:
    made = thankful(public=0, memory_weeks=memory)
    raised(made, helping(0, 2))
    found = raised(made, helping(1, 2), 3)
    mean = (2 * kept + 2) / 6
    expected = np.zeros((3, 3))
    expected[2, 0] = 0.3 * 0.99 * (2 * kept / (2 * kept + mean))
    expected[2, 1] = 0.3 * 0.99 * (2 / (2 + mean))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_without_help_nothing_is_returned_and_what_is_taught_is_last_week_s_flow() -> None:
    assert not raised(thankful(), np.zeros((3, 3))).any()
    made = thankful()
    made.step()
    made.step()
    flow = made.record().flow[:, 0].astype(float)
    last = made.ensemble.taught.copy()
    made.step()
    np.testing.assert_allclose(made.record().flow[:, 0] - flow, made.ensemble.taught, rtol=1e-4)
    assert last.sum() > 0 and not np.array_equal(last, made.ensemble.taught)
