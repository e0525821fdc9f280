"""Forums: who speaks on what, who listens, what passes, and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel

START = 2


class TestHarness(PolicyHarness):
    kind = "forums"
    lively = ({"coverage": 0.8, "cadence": 1, "mandatory": True}, {"coverage": 0.8, "cadence": 2, "experts": 4})


def held(weeks: int = 12, **fields: Any) -> OrganizationModel:
    """A small world with forums from week 2, to which everybody who is invited comes; nobody leaves."""
    policies = {"forums": {"kind": "forums", "start_week": START, "coverage": 1, "mandatory": True, **fields}}
    sections = {"turnover": {"hazard": [0, 0, 0, 0]}, "sessions": {"attendance": 1}}
    return worlds.model({"topics": 9}, (1, 2), weeks=weeks, policies=policies, **sections)


def convened(made: OrganizationModel) -> Any:
    """The forums of the first week that has some."""
    for _ in range(START):
        made.step()
    worlds.run_phases(made.plan, "convene")
    return made.plan.meeting


@pytest.mark.parametrize("experts", [1, 3])
def test_each_listens_to_those_who_know_best_what_he_misses_most(experts: int) -> None:
    made = held(experts=experts)
    met, state = convened(made), made.state
    explicit = np.flatnonzero(state.structure.tacitness[:9] <= 0.5)
    assert 0 < len(explicit) < 9
    for row in range(48):
        world = row // 24
        need = state.structure.need[state.arrays["home_department"][row], explicit]
        missing = np.maximum(0, np.float32(0.7) * need - state.arrays["expertise"][row, explicit])
        topic = explicit[missing.argmax()]
        best = world * 24 + np.argsort(-state.expertise[world, :, topic], kind="stable")[:experts]
        sources = met.source[met.learner == row].tolist()
        expected = sorted(int(j) for j in best if j != row) if missing.max() > 0 else []
        assert sources == expected
    np.testing.assert_allclose(met.weight, 1 / experts)
    assert np.all(met.forms == -1)


def test_the_hours_are_the_weight_and_are_asked_and_booked_of_who_is_there() -> None:
    made = held(hours=2)
    met = convened(made)
    there = np.union1d(met.learner, met.source)
    np.testing.assert_allclose(met.weight, 1.0)
    np.testing.assert_allclose(made.ensemble.sums["hours:forums"].sum(), 2 * len(there))
    np.testing.assert_array_equal(made.ensemble.attended[there], 2)
    assert np.all(made.ensemble.asked[there] >= 2)


def test_forums_come_at_their_cadence_and_until_the_end() -> None:
    weekly = held(cadence=3, end_week=9).run().record().weekly["hours:forums"]
    assert np.flatnonzero(weekly[0]).tolist() == [2, 5, 8]


def test_no_ties_form_and_explicit_topics_gain() -> None:
    forums, plain = held(20, cadence=1).run(), worlds.model({"topics": 9}, (1, 2), weeks=20).run()
    assert not forums.record().weekly["ties_formed"].any() and not (forums.state.origin > 0).any()
    assert forums.series()["from_sessions"].sum() > 0
    assert forums.series()["adequacy_explicit"].iloc[19] > plain.series()["adequacy_explicit"].iloc[19]


def test_without_explicit_topics_there_is_no_forum() -> None:
    tacit = {name: {"tacitness": 0.9} for name in worlds.model().state.frame.topics}
    policies = {"forums": {"kind": "forums", "start_week": 0, "coverage": 1}}
    made = worlds.model(policies=policies, topics=tacit).run()
    assert not made.record().weekly["hours:forums"].any()


def test_only_those_targeted_speak_and_listen() -> None:
    made = held(targets={"levels": [0, 1]})
    met = convened(made)
    assert len(met.learner)
    assert made.state.arrays["level"][np.union1d(met.learner, met.source)].max() <= 1


def test_voluntary_attendance_depends_on_engagement() -> None:
    many, few = (held(60, cadence=1, mandatory=mandatory).run() for mandatory in (True, False))
    hours = [made.record().weekly["hours:forums"].sum() for made in (many, few)]
    assert 0 < hours[1] < 0.8 * hours[0]
