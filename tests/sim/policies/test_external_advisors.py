"""External advisors: who is advised, what passes of it, and that advisors are nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from sim.model import OrganizationModel
from sim.schema import EMERGING

F = np.float32
START = 2
QUIET: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}, "sessions": {"attendance": 1}}
OPEN = {**QUIET, "culture": {"engagement": 1, "load_penalty": 0}}


class TestHarness(PolicyHarness):
    kind = "external_advisors"
    lively = ({"cadence": 1, "targets": {"levels": [0, 1, 2, 3]}}, {"cadence": 2, "asynchronous": 0.8})

    def policy(self, variant: int = 0, **more: Any) -> dict[str, Any]:
        """Targets that a test gives keep all levels, so that somebody is advised in a small world."""
        if "targets" in more:
            more["targets"] = {"levels": [0, 1, 2, 3], **more["targets"]}
        return super().policy(variant, **more)


def advised(weeks: int = 12, sections: dict[str, Any] = OPEN, **fields: Any) -> OrganizationModel:
    """A small world with advisors from week 2."""
    policies = {"board": {"kind": "external_advisors", "start_week": START, **fields}}
    return worlds.model({"people": 60, "topics": 12}, (1, 2), weeks=weeks, policies=policies, **sections)


def at_the_session(made: OrganizationModel) -> Any:
    """The advice of the first session, and the week's gains before it lands."""
    for _ in range(START):
        made.step()
    worlds.run_phases(made.plan, "convene")
    return made.ensemble.outsiders.given[0]


def test_leaders_are_advised_unless_levels_are_named() -> None:
    made = advised()
    leaders = np.flatnonzero(made.state.arrays["level"] >= 2)
    assert at_the_session(made).learner.tolist() == leaders.tolist()
    staff = advised(targets={"levels": [0]})
    assert np.all(staff.state.arrays["level"][at_the_session(staff).learner] == 0)


def test_advisors_know_the_emerging_topics_near_the_frontier() -> None:
    made = advised(frontier=0.9)
    mastery = at_the_session(made).mastery
    emerging = made.state.structure.topic_kind == EMERGING
    emerging[12:] = False
    assert emerging.sum() == 2 and not mastery[:, ~emerging].any()
    known = mastery[:, emerging]
    assert known.max() <= 0.9 and known.min() >= 0.9 * 0.8 and len(np.unique(known)) > 4


@pytest.mark.parametrize("asynchronous", [0.0, 0.4, 1.0])
def test_what_is_learned_is_as_written(asynchronous: float) -> None:
    made = advised(asynchronous=asynchronous, hours=2, sections={**OPEN, "learning": {"rate": 0.1, "phi": 0.5}})
    advice = at_the_session(made)
    worlds.run_phase(made.plan, "ties")
    before = made.ensemble.work.gain.copy()
    worlds.run_phase(made.plan, "sessions")
    state, structure = made.state, made.state.structure
    c = structure.tacitness
    passes = 0.45 * 2 * ((1 - asynchronous) * ((1 - c) + c * 0.3 * min(1, 1.5 * 0.6)) + asynchronous * (1 - c))
    expected = np.zeros_like(before)
    for i, a in zip(advice.learner, advice.advisor, strict=True):
        ahead = np.maximum(0, advice.mastery[a] - state.arrays["expertise"][i])
        need = structure.need[state.arrays["home_department"][i]]
        expected[i] = np.minimum(ahead, 0.1 * passes * need * ahead * (1 - 0.5 * ahead))
    assert expected.any()
    np.testing.assert_allclose(made.ensemble.work.gain - before, expected, rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(made.ensemble.work.from_sessions, expected.sum(axis=1), rtol=1e-4, atol=1e-8)
    worlds.run_phase(made.plan, "learn")
    assert (made.ensemble.sums["from_sessions"] > 0).all()


def test_what_is_written_is_no_load_but_is_booked() -> None:
    made = advised(asynchronous=0.25, hours=2)
    advice = at_the_session(made)
    np.testing.assert_allclose(made.ensemble.asked[advice.learner], 1.5)
    np.testing.assert_allclose(made.ensemble.sums["hours:board"].sum(), 2 * len(advice.learner))


def test_advisors_meet_at_their_cadence_and_until_the_end() -> None:
    weekly = advised(cadence=3, end_week=9).run().record().weekly["hours:board"]
    assert np.flatnonzero(weekly[0]).tolist() == [2, 5, 8]


def test_advisors_are_no_people_and_form_no_ties() -> None:
    made = advised(cadence=1, money=3).run()
    assert made.state.key.shape == (2, 60) and not made.record().weekly["ties_formed"].any()
    leaders = np.count_nonzero(made.state.level >= 2, axis=1)
    np.testing.assert_allclose(made.record().weekly["money:board"][:, START:], 3 * leaders[:, None] * np.ones(10))


def test_what_enters_at_the_top_travels() -> None:
    """Those below the leaders know more of what is new than without advisors, though nobody advises them."""
    plain, board = (advised(60, QUIET, cadence=1, frontier=frontier).run() for frontier in (0.0, 0.9))
    below = plain.state.level < 2
    emerging = plain.state.structure.topic_kind[:12] == EMERGING
    gained = board.state.expertise[below][:, emerging] - plain.state.expertise[below][:, emerging]
    assert gained.mean() > 0
    assert board.series()["leaders_emerging"].iloc[-1] > plain.series()["leaders_emerging"].iloc[-1]
