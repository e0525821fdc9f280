"""What happens in a session: who is heard, what is learned, promises, and the ties they form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from meetings import Meeting, give, open_world, pairs, tie, world

from sim import rules
from sim.chance import extend, uniform
from sim.model import OrganizationModel
from sim.schema import ORIGINS
from sim.sessions import gather

F = np.float32
MENTORING = ORIGINS.index("mentorship")


def heard_draw(made: OrganizationModel, label: str, learner: Any, source: Any, decision: str = "heard") -> Any:
    key = made.state.arrays["key"]
    chain = made.ensemble.stream(label, decision, np.asarray(learner))
    return uniform(extend(extend(chain, key[learner]), key[source]))


def test_encounters_are_ordered_by_learner_then_policy_then_source() -> None:
    first = pairs((5, 2), (1, 9), (1, 3), weight=2, confidentiality=0.9, facilitation=0.5, origin="mentorship")
    meeting = gather([(1, pairs((1, 4), (5, 1))), (0, first)], ORIGINS, 10)
    assert list(zip(meeting.learner, meeting.label, meeting.source, strict=True)) == [
        (1, 0, 3),
        (1, 0, 9),
        (1, 1, 4),
        (5, 0, 2),
        (5, 1, 1),
    ]
    np.testing.assert_array_equal(meeting.weight, [2, 2, 1, 2, 1])
    np.testing.assert_array_equal(meeting.forms, [MENTORING, MENTORING, -1, MENTORING, -1])
    np.testing.assert_array_equal(meeting.confidentiality, F([0.9, 0.9, 0, 0.9, 0]))
    assert len(gather([], ORIGINS, 10).learner) == 0


@pytest.mark.parametrize(("source", "trust", "clarity"), [(1, 0.5, 0.9), (9, 0.3, 0.55)])
def test_what_a_learner_takes_up_by_hand(source: int, trust: float, clarity: float) -> None:
    made = world(Meeting("m", pairs((0, source), weight=1.5, teaching=1.1)))
    made.state.arrays["level"][:] = 0
    worlds.run_phases(made.plan, "sessions")
    structure, mastery = made.state.structure, made.state.expertise[0].astype(np.float64)
    h = np.maximum(0, mastery[source] - mastery[0])
    c = structure.tacitness[:8].astype(np.float64)
    q = clarity * 1.1 * ((1 - c) + c * trust * min(1, 1.5 * 0.6))
    expected = 0.08 * 1.5 * q * structure.need[0, :8] * h * (1 - 0.5 * h)
    np.testing.assert_allclose(made.ensemble.work.gain[0, :8], np.minimum(h, expected), atol=1e-7)
    assert made.ensemble.work.from_sessions[0] == pytest.approx(expected.sum(), rel=1e-5) and expected.sum() > 0
    assert not made.ensemble.work.from_sessions[1:].any()


def test_weights_add_up_and_no_topic_gains_more_than_the_largest_gap() -> None:
    once, twice = (open_world(Meeting("m", *[pairs((0, 9))] * times)) for times in (1, 2))
    for made in (once, twice):
        worlds.run_phases(made.plan, "sessions")
    np.testing.assert_allclose(twice.ensemble.work.gain, 2 * once.ensemble.work.gain, rtol=1e-5)
    greedy = open_world(Meeting("m", pairs((0, 9), (0, 10), weight=1000)))
    worlds.run_phases(greedy.plan, "sessions")
    mastery = greedy.state.expertise[0]
    largest = np.maximum(0, np.maximum(mastery[9], mastery[10]) - mastery[0])
    np.testing.assert_array_equal(greedy.ensemble.work.gain[0, :8], largest * (greedy.state.structure.need[0, :8] > 0))


def test_a_source_loses_nothing_and_ties_and_sessions_share_one_budget() -> None:
    made = open_world(Meeting("m", pairs((0, 9), weight=1000)), learning={**worlds.ALL_OPEN["learning"], "pace": 0.001})
    before = made.state.expertise[0].copy()
    worlds.run_phases(made.plan, "learn")
    np.testing.assert_array_equal(made.state.expertise[0, 1:], before[1:])
    assert (made.state.expertise[0, 0] - before[0]).sum() == pytest.approx(60 * 0.001, rel=1e-4)


@pytest.mark.parametrize(("facilitation", "confidentiality", "chance"), [(0, 0, 0.6), (0.5, 0, 0.8), (0.5, 0.9, 0.95)])
def test_a_lower_source_is_heard_by_chance(facilitation: float, confidentiality: float, chance: float) -> None:
    who = [(i, j) for i in range(12) for j in range(12, 24)]
    gates = {"facilitation": facilitation, "confidentiality": confidentiality, "origin": "mentorship"}
    made = open_world(Meeting("m", pairs(*who, **gates)), culture={**worlds.ALL_OPEN["culture"], "safety": 0.6})
    made.state.arrays["level"][:] = 1
    made.state.arrays["level"][12:18] = 0
    worlds.run_phases(made.plan, "sessions")
    encounters = made.plan.encounters
    drawn = heard_draw(made, "m", encounters.learner, encounters.source)
    lower = encounters.source < 18
    np.testing.assert_array_equal(encounters.heard, ~lower | (drawn < F(chance)))
    assert abs(encounters.heard[lower].mean() - chance) < 0.15
    np.testing.assert_array_equal(made.plan.brought[~encounters.heard], 0)
    assert len(made.state.source) == 2 * len(who), "a promise is drawn whether the source is heard or not"


@pytest.mark.parametrize(
    ("asked", "facilitation", "chance"), [(0, 0, 0.7), (60, 0, 0.7), (120, 0, 0.35), (240, 0, 0.175), (120, 1, 0.4)]
)
def test_promises_are_kept_by_reliability_and_load(asked: float, facilitation: float, chance: float) -> None:
    who = [(i, j) for i in range(8) for j in range(8, 24)]
    session = pairs(*who, facilitation=facilitation, origin="mentorship")
    made = open_world(
        Meeting("m", session, asked=dict.fromkeys(range(8, 24), asked)),
        culture={**worlds.ALL_OPEN["culture"], "reliability_across": 0.7},
    )
    worlds.run_phases(made.plan, "sessions")
    drawn = heard_draw(made, "m", *np.array(sorted(who)).T, decision="promise")
    learner, source = np.array(sorted(who)).T
    kept = np.array([tie(made, int(i), int(j)) is not None for i, j in zip(learner, source, strict=True)])
    np.testing.assert_array_equal(kept, drawn < F(chance))
    assert abs(kept.mean() - chance) < 0.15


@pytest.mark.parametrize(("other", "start", "base"), [(1, 0.5, 0.5), (9, 0.3, 0.25)])
def test_a_kept_promise_forms_a_tie_both_ways(other: int, start: float, base: float) -> None:
    made = open_world(Meeting("m", pairs((0, other), origin="mentorship")))
    worlds.run_phases(made.plan, "sessions")
    expected = {"contact": 0.12, "base_trust": base, "origin": MENTORING}
    assert tie(made, 0, other) == pytest.approx({"trust": start + 0.1 * (1 - start), **expected}, rel=1e-6)
    assert tie(made, other, 0) == pytest.approx({"trust": start, **expected}, rel=1e-6)
    assert made.ensemble.sums["ties_formed"][0] == 2


def test_each_side_has_its_own_trust_where_both_were_drawn() -> None:
    culture = {**worlds.ALL_OPEN["culture"], "reliability_across": 0.5}
    who = [(i, j) for i in range(8) for j in range(8, 16)]
    made = open_world(Meeting("m", pairs(*who, *(pair[::-1] for pair in who), origin="mentorship")), culture=culture)
    worlds.run_phases(made.plan, "sessions")
    seen = set()
    for i, j in who:
        kept = [bool(heard_draw(made, "m", [a], [b], "promise")[0] < 0.5) for a, b in ((i, j), (j, i))]
        for (a, b), promise in zip(((i, j), (j, i)), kept, strict=True):
            found = tie(made, a, b)
            assert (found is not None) == any(kept)
            if found:
                assert found["trust"] == pytest.approx(0.3 + 0.1 * (promise - 0.3), rel=1e-6)
                seen.add(promise)
    assert seen == {True, False}


def test_a_broken_promise_and_a_forum_form_no_tie() -> None:
    broken = {**worlds.ALL_OPEN["culture"], "reliability_across": 0}
    for made in (
        open_world(Meeting("m", pairs((0, 9), origin="mentorship")), culture=broken),
        open_world(Meeting("m", pairs((0, 9)))),
    ):
        worlds.run_phases(made.plan, "sessions")
        assert len(made.state.source) == 0


def test_sessions_read_the_trust_of_the_weeks_start_and_update_after_the_tie() -> None:
    made = open_world(Meeting("m", pairs((0, 9), origin="mentorship")))
    made.state.arrays["initiative"][:] = 1
    give(made, 0, 9, 0.6, 0.9)
    worlds.run_phases(made.plan, "sessions")
    assert made.plan.encounters.trust[0] == F(0.6)
    assert made.ensemble.work.meetings[0] == 1, "a session does not suppress the tie"
    assert made.ensemble.work.from_ties[0] > 0 and made.ensemble.work.from_sessions[0] > 0
    after_tie = 0.6 + 0.1 * 0.4
    assert tie(made, 0, 9)["trust"] == pytest.approx(after_tie + 0.1 * (1 - after_tie), rel=1e-6)


class Acquaints(rules.Rule):
    """A rule that forms ties in its turn, before sessions."""

    def run(self, week: Any) -> None:
        week.form_ties(np.zeros(2, np.int64), np.array([5, 9]), 0.6, 0.9, "other")


def test_a_session_moves_the_trust_of_its_own_tie_even_if_a_rule_moved_ties_around() -> None:
    made = open_world(Meeting("m", pairs((0, 9), (0, 12), origin="mentorship")), contacts={"rate": 0})
    give(made, 0, 12, 0.2, 0.5)
    made.plan.rules = [Acquaints("a", None)]
    made.ensemble.rule_gain = np.zeros_like(made.ensemble.work.gain)
    worlds.run_phases(made.plan, "ties")
    before = {other: tie(made, 0, other)["trust"] for other in (5, 9, 12)}
    worlds.run_phase(made.plan, "sessions")
    for other, moves in ((5, 0), (9, 0.1), (12, 0.1)):
        expected = before[other] + moves * (1 - before[other])
        assert tie(made, 0, other)["trust"] == pytest.approx(expected, rel=1e-6), other


@pytest.mark.parametrize(("origin", "contact"), [("mentorship", 0.12), ("rotation", 0.12), ("baseline", 0.05)])
def test_a_session_lifts_the_contact_of_a_tie_that_is_not_baseline(origin: str, contact: float) -> None:
    made = open_world(Meeting("m", pairs((0, 9), origin="mentorship")))
    give(made, 0, 9, 0.3, 0.05, origin)
    give(made, 0, 10, 0.3, 0.05, origin)
    worlds.run_phases(made.plan, "sessions")
    assert tie(made, 0, 9)["contact"] == F(contact)
    assert tie(made, 0, 10)["contact"] == F(0.05)


def test_a_session_never_lowers_contact() -> None:
    made = open_world(Meeting("m", pairs((0, 9), origin="mentorship")))
    give(made, 0, 9, 0.3, 0.5)
    worlds.run_phases(made.plan, "sessions")
    assert tie(made, 0, 9)["contact"] == F(0.5)


@pytest.mark.parametrize(("hours", "load"), [(0.75, 0.5), (1.5, 1.0), (4.5, 3.0)])
def test_hours_asked_beyond_those_available_lower_the_norm_of_engagement(hours: float, load: float) -> None:
    made = world(Meeting("m", asked={0: hours}))
    made.step()
    assert made.plan.load[0] == pytest.approx(load)
    norm = 0.8 - 0.05 * max(0.0, load - 1)
    assert made.state.engagement[0, 0] == pytest.approx(0.8 + 0.0266 * (norm - 0.8), abs=1e-6)
    np.testing.assert_array_equal(made.state.engagement[0, 1:], F(0.8))


def test_a_visitor_meets_under_the_safety_and_for_the_needs_of_where_it_is() -> None:
    made = world(Meeting("m", pairs((0, 20))))
    made.state.arrays["level"][:] = 0
    made.state.arrays["department"][0] = 1
    made.state.arrays["safety"][:] = [0.2, 0.4, 0.6]
    worlds.run_phases(made.plan, "sessions")
    assert made.plan.encounters.safety[0] == F(0.4)
    structure, mastery = made.state.structure, made.state.expertise[0].astype(np.float64)
    h, c = np.maximum(0, mastery[20] - mastery[0]), structure.tacitness[:8].astype(np.float64)
    need = np.maximum(structure.need[0, :8], 0.5 * structure.need[1, :8])
    expected = 0.08 * 0.55 * ((1 - c) + c * 0.3 * 0.6) * need * h * (1 - 0.5 * h)
    np.testing.assert_allclose(made.ensemble.work.gain[0, :8], expected, atol=1e-7)
