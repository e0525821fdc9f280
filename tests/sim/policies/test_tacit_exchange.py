"""Tacit exchange: who sits together, what is put in words, and who absorbs more."""

from __future__ import annotations

from typing import Any

import numpy as np
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel
from sim.schema import ORIGINS

F = np.float32
START = 2


class TestHarness(PolicyHarness):
    kind = "tacit_exchange"
    lively = ({"coverage": 0.9, "cadence": 1, "lessons": 1.0, "mandatory": True},)


def telling(weeks: int = 20, **fields: Any) -> OrganizationModel:
    """A small world with storytelling from week 2, to which all members come; nobody leaves."""
    given = {"start_week": START, "coverage": 0.8, "cadence": 1, "mandatory": True, **fields}
    sections = {"turnover": {"hazard": [0, 0, 0, 0]}, "sessions": {"attendance": 1}}
    return worlds.model(seeds=(1, 2), weeks=weeks, policies={"told": {"kind": "tacit_exchange", **given}}, **sections)


def test_groups_are_of_one_department_and_form_ties() -> None:
    made = telling()
    for _ in range(START):
        made.step()
    worlds.run_phases(made.plan, "convene")
    met, home = made.plan.meeting, made.state.arrays["home_department"]
    assert len(met.learner) and np.array_equal(home[met.learner], home[met.source])
    made = telling().run()
    assert (made.record().weekly["ties_formed"].sum(axis=1) > 0).all()
    assert set(made.state.origin.tolist()) == {0, ORIGINS.index("tacit_exchange")}


def test_a_session_puts_in_words_what_those_present_know_of_tacit_topics() -> None:
    made = telling(lessons=0.5)
    for _ in range(START):
        made.step()
    worlds.run_phases(made.plan, "convene")
    present, mastery = np.unique(made.plan.meeting.learner), made.state.expertise.copy()
    structure = made.state.structure
    for name in ("ties", "sessions", "knowledge base"):
        worlds.run_phase(made.plan, name)
    tacit = structure.tacitness[:8] > 0.5
    for world in range(2):
        those = present[present // 24 == world] % 24
        told = 0.5 / 24 * mastery[world, those].sum(axis=0) * tacit
        np.testing.assert_allclose(made.state.codified[world], np.minimum(1, told), rtol=1e-4)
        written = 0.5 / 24 * ((1 - structure.tacitness[:8]) * mastery[world, those]).sum(axis=0)
        np.testing.assert_allclose(made.state.coverage[world], written, rtol=1e-4)


def test_nothing_is_put_in_words_between_sessions_or_without_lessons() -> None:
    assert not telling(lessons=0.0).run().state.codified.any()
    series = telling(cadence=4).run().series()
    course = series[series["seed"] == 1]["codified"].to_numpy()
    rises = np.flatnonzero(np.diff(course) > 0) + 1
    assert len(rises) > 2 and set(np.diff(rises)) <= {1, 2, 3, 4} and course[START - 1] == 0


def test_members_absorb_more_and_others_do_not() -> None:
    made = telling(journals=0.4, coverage=0.5)
    for _ in range(START + 1):
        made.step()
    worlds.run_phases(made.plan, "bend")
    members = np.zeros(48, np.bool_)
    members[made.plan.policies[0].groups.members()] = True
    absorption = made.ensemble.levers["absorption"].ravel()
    np.testing.assert_allclose(absorption[members], 1 + 0.4 * 0.99, rtol=1e-6)
    np.testing.assert_array_equal(absorption[~members], 1)
    assert 0 < members.sum() < 48


def test_with_a_knowledge_base_it_can_be_read() -> None:
    base = {"base": {"kind": "knowledge_base", "start_week": START, "lookups": 1, "tagging": 1}}
    plain = worlds.model(policies=base, weeks=60).run()
    told = worlds.model(
        policies=base | {"told": {"kind": "tacit_exchange", "start_week": START, "coverage": 1, "cadence": 1}}, weeks=60
    ).run()
    tacit = plain.state.structure.tacitness[:8] > 0.5
    readable = [
        ((1 - made.ensemble.knowledge_base.readable().tacit[:, :8]) * made.state.coverage)[:, tacit].mean()
        for made in (plain, told)
    ]
    assert readable[1] > 1.2 * readable[0]
