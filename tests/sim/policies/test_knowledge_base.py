"""The knowledge base as a policy: what each parameter bends, whom it reaches, and what comes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

F = np.float32
SIZES = {"contribution": "codifying", "lookups": "lookup", "push": "push", "tagging": "tagging", "curation": "curation"}


class TestHarness(PolicyHarness):
    kind = "knowledge_base"
    lively = ({"contribution": 1.0, "lookups": 1.0, "tagging": 1.0, "push": 0.5, "curation": 0.1},)


def based(weeks: int = 30, extra: dict[str, Any] | None = None, **fields: Any) -> OrganizationModel:
    """A small world with a knowledge base from week 2; nobody leaves."""
    policies = {"base": {"kind": "knowledge_base", "start_week": 2, **fields}, **(extra or {})}
    return worlds.model(seeds=(1, 2), weeks=weeks, policies=policies, turnover={"hazard": [0, 0, 0, 0]})


def bent_in(made: OrganizationModel, number: int) -> Any:
    """The levers in a week."""
    made.ensemble.number = number
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers


def faded(weeks: int) -> np.float32:
    left = F(1)
    for _ in range(weeks):
        left = left * F(0.99)
    return left


@pytest.mark.parametrize("number", [2, 3, 20])
def test_it_bends_by_its_parameters_and_attention_fades(number: int) -> None:
    levers, left = bent_in(based(), number), faded(number - 2)
    np.testing.assert_allclose(levers["codifying"], left * 0.25 / 24, rtol=1e-6)
    np.testing.assert_allclose(levers["lookup"], left * 0.5, rtol=1e-6)
    np.testing.assert_allclose(levers["push"], left * 0.05, rtol=1e-6)
    np.testing.assert_allclose(levers["curation"], left * 0.02, rtol=1e-6)
    np.testing.assert_allclose(levers["tagging"], 0.6, rtol=1e-6)
    np.testing.assert_allclose(levers["reading"], 1.5, rtol=1e-6)


def test_before_its_start_and_after_its_end_nothing_is_bent() -> None:
    made = based(end_week=20)
    for number in (1, 20):
        bent_in(made, number)
        assert made.ensemble.levers.contributions == {}


@pytest.mark.parametrize(("parameter", "lever"), SIZES.items())
def test_each_size_is_its_own(parameter: str, lever: str) -> None:
    levers = bent_in(based(**{parameter: 0}), 2)
    assert not levers[lever].any()
    others = set(SIZES.values()) - {lever}
    assert all(levers[other].all() for other in others)


def test_only_members_among_those_targeted_write_and_read() -> None:
    made = based(coverage=0.5, targets={"levels": [0]})
    levers, staff = bent_in(made, 2), made.state.level == 0
    assert not levers["lookup"][~staff].any()
    assert 0 < np.count_nonzero(levers["lookup"]) < staff.sum()
    for world in range(2):
        written = levers["codifying"][world]
        np.testing.assert_allclose(written[written > 0], 0.25 / staff[world].sum(), rtol=1e-6)


def test_rewards_for_sharing_let_more_be_written() -> None:
    rewards = {"rewards": {"kind": "incentives", "start_week": 2, "weight": 0.5}}
    plain, rewarded = (bent_in(based(extra=extra), 2)["codifying"].copy() for extra in (None, rewards))
    np.testing.assert_allclose(rewarded, 1.05 * plain, rtol=1e-6)


def test_rewards_alone_write_nothing() -> None:
    made = worlds.model(policies={"rewards": {"kind": "incentives", "start_week": 0}}).run()
    assert not made.state.coverage.any()


def test_members_are_asked_and_booked_every_week() -> None:
    made = based(hours=0.5, money=2).run()
    weekly = made.record().weekly
    np.testing.assert_allclose(weekly["hours:base"][:, 2:], 24 * 0.5)
    np.testing.assert_allclose(weekly["money:base"][:, 2:], 24 * 2)
    np.testing.assert_allclose(made.ensemble.asked, 0.5)


def test_what_is_written_fills_up_and_is_read() -> None:
    series = based(lookups=1.0, tagging=1.0).run().series()
    assert not series["coverage"][series["week"] < 2].any()
    for _seed, course in series.groupby("seed"):
        assert course["coverage"].iloc[10] > course["coverage"].iloc[3] > 0
    assert series["lookups"][series["week"] > 3].min() > 0.2
    assert series["from_knowledge"].sum() > 0


def test_without_tags_nothing_is_found() -> None:
    series = based(tagging=0.0, push=0.0).run().series()
    assert series["lookups"].sum() > 0 and not series["fresh_finds"].any() and not series["from_knowledge"].any()
