"""Mentorship: sessions, training, reviews, introductions, coordinators and what they cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policies.pairs import differ_by_mentors, mentoring, pairs_of, programme, run_to
from sim.schema import ORIGINS

INTRODUCTION = ORIGINS.index("introduction")
F = np.float32


@pytest.mark.parametrize(
    ("direction", "two_way", "to_mentee", "to_mentor"),
    [
        ("traditional", None, 1.0, 0.0),
        ("reverse", None, 0.7, 0.3),
        ("peer", None, 0.5, 0.5),
        ("traditional", 0.4, 0.6, 0.4),
        ("peer", 0.0, 1.0, 0.0),
    ],
)
def test_both_learn_by_two_way_and_an_hour_counts_double(
    direction: str, two_way: float | None, to_mentee: float, to_mentor: float
) -> None:
    made = mentoring(direction=direction, two_way=two_way, hours=1.5, cadence=1, matching="random", training=False)
    run_to(made, 4, "convene")
    mentee, mentor = pairs_of(made)
    meeting = made.plan.meeting
    weights = {}
    for n in range(len(meeting.learner)):
        pair = int(meeting.learner[n]), int(meeting.source[n])
        weights[pair] = weights.get(pair, 0.0) + float(meeting.weight[n])
    expected: dict[tuple[int, int], float] = {}
    for pair in zip(mentee.tolist(), mentor.tolist(), strict=True):
        for one, share in ((pair, to_mentee), (pair[::-1], to_mentor)):
            if share:
                expected[one] = expected.get(one, 0.0) + 2 * 1.5 * share
    assert weights == pytest.approx(expected)
    assert np.all(meeting.forms == ORIGINS.index("mentorship"))


def test_each_pair_meets_at_the_cadence_from_its_own_phase() -> None:
    made = mentoring(matching="random", cadence=3, rematch_weeks=500)
    weeks = []
    for number in range(4, 22):
        run_to(made, number, "convene")
        weeks.append(np.isin(pairs_of(made)[0], made.plan.meeting.learner))
    held = np.array(weeks)
    np.testing.assert_array_equal(held[3:], held[:-3])
    assert np.all(held[:3].sum(axis=0) == 1)
    assert np.all(held[:3].sum(axis=1) > 0)


def test_both_must_attend() -> None:
    made = mentoring(matching="random", cadence=1, sessions={"attendance": 0.6})
    shares = []
    for number in range(3, 11):
        run_to(made, number, "convene")
        mentee, mentor = pairs_of(made)
        coming = made.ensemble.draw("mentorship", "attend") < F(0.6)
        both = coming[mentee] & coming[mentor]
        np.testing.assert_array_equal(made.plan.meeting.learner, mentee[both])
        shares.append(both.mean())
        np.testing.assert_array_equal(programme(made).pairs.held[mentee[both]] > 0, True)
        hours = np.bincount(np.concatenate([mentee[both], mentor[both]]), minlength=48)
        np.testing.assert_array_equal(made.ensemble.attended, hours)
    assert 0.26 < np.mean(shares) < 0.46


@pytest.mark.parametrize(("mandatory", "fades"), [(True, False), (False, True)])
def test_volunteers_attend_by_engagement_and_their_zeal_fades(mandatory: bool, fades: bool) -> None:
    made = mentoring(matching="random", cadence=1, sessions={"attendance": 0.9}, mandatory=mandatory, renewal_weeks=30)
    run_to(made, 20, "convene")
    mentee, mentor = pairs_of(made)
    chance = np.full(48, F(0.9))
    if fades:
        chance = chance * made.state.arrays["engagement"]
        for _ in range(18):
            chance = chance * F(0.99)
    coming = made.ensemble.draw("mentorship", "attend") < chance
    np.testing.assert_array_equal(made.plan.meeting.learner, mentee[coming[mentee] & coming[mentor]])


@pytest.mark.parametrize(("fields", "more"), [({"review": True}, 0.05), ({"autonomy": 1.0, "cadence": 1}, 0.05)])
def test_review_and_autonomy_raise_attendance(fields: dict[str, Any], more: float) -> None:
    made = mentoring(matching="random", **{"cadence": 1, **fields}, sessions={"attendance": 0.5})
    run_to(made, 3, "convene")
    mentee, mentor = pairs_of(made)
    coming = made.ensemble.draw("mentorship", "attend") < F(0.5) + F(more)
    np.testing.assert_array_equal(made.plan.meeting.learner, mentee[coming[mentee] & coming[mentor]])


def test_autonomy_trades_the_fixed_rhythm_for_chance_at_the_same_mean() -> None:
    counts = []
    for autonomy in (0.0, 1.0):
        made = mentoring(matching="random", cadence=4, autonomy=autonomy, rematch_weeks=500)
        held = np.zeros(48)
        for _ in range(2 + 48):
            made.step()
            held += np.bincount(made.plan.meeting.learner, minlength=48)
        counts.append(held[pairs_of(made)[0]])
    assert set(counts[0]) == {12}
    assert abs(counts[1].mean() - 12) < 1.2 and counts[1].std() > 1.5


def test_busy_weeks_have_no_sessions_but_keep_the_pairs() -> None:
    made = mentoring(matching="random", cadence=1, calendar=[5, 8])
    hours = []
    for _ in range(62):
        made.step()
        hours.append(made.ensemble.attended.sum())
    assert [week for week in range(2, 62) if not hours[week]] == [5, 8, 57, 60]
    assert len(pairs_of(made)[0])


@pytest.mark.parametrize("fit", [0.0, 0.25, 1.0])
def test_rhythm_fit_takes_hours_off_the_load_not_off_the_cost(fit: float) -> None:
    made = mentoring(matching="random", cadence=1, hours=2, rhythm_fit=fit, training=False)
    run_to(made, 4, "convene")
    mentee, mentor = pairs_of(made)
    sessions = np.bincount(np.concatenate([mentee, mentor]), minlength=48)
    np.testing.assert_allclose(made.ensemble.asked, 2 * (1 - fit) * sessions)
    np.testing.assert_allclose(made.plan.load, 2 * (1 - fit) * sessions / 1.5, rtol=1e-6)
    np.testing.assert_array_equal(made.ensemble.attended, 2 * sessions)
    assert made.ensemble.sums["hours:mentorship"].sum() == 2 * sessions.sum()


def test_asked_counts_whether_they_come_or_not() -> None:
    made = mentoring(matching="random", cadence=1, sessions={"attendance": 0})
    run_to(made, 4, "convene")
    mentee, mentor = pairs_of(made)
    sessions = np.bincount(np.concatenate([mentee, mentor]), minlength=48)
    np.testing.assert_array_equal(made.ensemble.asked, sessions)
    assert not made.ensemble.attended.any() and not len(made.plan.meeting.learner)


def test_trained_mentors_teach_better_in_sessions_once_for_four_hours() -> None:
    made = mentoring(matching="random", cadence=1, two_way=0.3, sessions={"attendance": 1})
    run_to(made, 2, "act")
    mentors = np.unique(pairs_of(made)[1])
    np.testing.assert_array_equal(made.ensemble.sums["hours:mentorship"], 4.0 * np.bincount(mentors // 24))
    run_to(made, 3, "act")
    again = np.setdiff1d(np.unique(pairs_of(made)[1]), mentors)
    assert made.ensemble.sums["hours:mentorship"].sum() == 4.0 * len(again)
    run_to(made, 4, "convene")
    meeting = made.plan.meeting
    taught = {tuple(pair) for pair in np.array(pairs_of(made)).T}
    for learner, source, teaching in zip(meeting.learner, meeting.source, meeting.teaching, strict=True):
        assert teaching == (F(1.1) if (learner, source) in taught else 1)


def test_without_training_mentors_teach_as_anybody() -> None:
    made = mentoring(matching="random", cadence=1, training=False, sessions={"attendance": 0})
    run_to(made, 2, "act")
    assert not made.ensemble.sums["hours:mentorship"].any()
    run_to(mentoring(matching="random", cadence=1, training=False), 4, "convene")
    assert np.all(made.plan.meeting.teaching == 1)


def test_who_takes_a_trained_mentors_seat_is_trained_again() -> None:
    made = mentoring(matching="random", cadence=1, sessions={"attendance": 0}, capacity=24)
    run_to(made, 3, "act")
    mentor = int(pairs_of(made)[1][0])
    made.step()
    programme(made).left(made.ensemble, np.array([mentor]))
    assert mentor not in pairs_of(made)[1] and not programme(made).trained[mentor]
    for _ in range(30):
        made.step()
        if programme(made).trained[mentor]:
            break
    assert made.record().weekly["hours:mentorship"][:, -1].sum() >= 4


def test_a_review_takes_a_quarter_of_an_hour_a_quarter_from_both() -> None:
    fields = {"matching": "random", "training": False, "sessions": {"attendance": 0}, "calendar": list(range(52))}
    made = mentoring(review=True, **fields)
    made.run()
    weekly = made.record().weekly["hours:mentorship"]
    pairs = len(pairs_of(made)[0])
    assert {int(week) for week in np.flatnonzero(weekly.sum(axis=0))} == {15, 28, 41, 54, 67}
    assert weekly[:, 15].sum() == 0.5 * pairs
    assert not mentoring(**fields).run().record().weekly["hours:mentorship"].any()


@pytest.mark.parametrize("introductions", [1, 3])
def test_introductions_are_to_the_mentors_strongest_sources(introductions: int) -> None:
    made = mentoring({"sources": 6}, matching="random", introductions=introductions, sessions={"attendance": 0})
    run_to(made, 15, "bend")
    mentee, mentor = pairs_of(made)
    known: dict[int, dict[int, float]] = {row: {} for row in range(48)}
    for row, source, contact, trust in zip(
        made.state.learners(), made.state.source, made.state.contact, made.state.trust, strict=True
    ):
        known[int(row)][int(source)] = float(contact) * float(trust)
    expected = set()
    for one, other in zip(mentee.tolist(), mentor.tolist(), strict=True):
        offered = {j: strength for j, strength in known[other].items() if j != one and j not in known[one]}
        for source in sorted(offered, key=lambda j: -offered[j])[:introductions]:
            expected.add((one, source))
    run_to(made, 15, "act")
    new = made.state.origin == INTRODUCTION
    formed = list(zip(made.state.learners()[new].tolist(), made.state.source[new].tolist(), strict=True))
    if introductions == 1:
        assert set(formed) == expected
    assert len(formed) >= len(expected) > 20
    home = made.state.arrays["home_department"]
    same = home[made.state.learners()[new]] == home[made.state.source[new]]
    np.testing.assert_array_equal(made.state.trust[new], np.where(same, F(0.5), F(0.3)))
    np.testing.assert_array_equal(made.state.contact[new], F(0.12))


def stagnating(**fields: Any) -> Any:
    return mentoring(**{"matching": "random", "rematch_weeks": 500, "cadence": 2, "capacity": 30, **fields})


@pytest.mark.parametrize(
    ("fields", "rematched"),
    [
        ({"coordinators": 1, "minimum_sessions": 1, "sessions": {"attendance": 0}}, True),
        ({"coordinators": 1, "minimum_sessions": 0, "sessions": {"attendance": 0}}, False),
        ({"coordinators": 1, "minimum_sessions": 6, "sessions": {"attendance": 1}}, False),
        ({"coordinators": 1, "minimum_sessions": 8, "sessions": {"attendance": 1}}, True),
    ],
)
def test_coordinators_rematch_pairs_under_the_minimum_of_sessions(fields: dict[str, Any], rematched: bool) -> None:
    made = stagnating(**fields, learning={"rate": 0, "practice": 0})
    run_to(made, 2)
    mentee, _ = pairs_of(made)
    run_to(made, 15)
    since = programme(made).pairs.since[mentee]
    assert np.all((since == 15) == rematched)


def test_coordinators_rematch_pairs_that_have_little_left_to_learn() -> None:
    made = mentoring(matching="gap", rematch_weeks=500, coordinators=2, capacity=30, learning={"rate": 0})
    differ_by_mentors(made)
    run_to(made, 14, "observe")
    made.ensemble.number = 15
    mentee, _ = pairs_of(made)
    made.state.arrays["expertise"][mentee[0]] = 1
    made.state.arrays["expertise"][mentee[5]] = 1
    run_to(made, 15)
    table = programme(made).pairs
    assert table.mentor[mentee[0]] == -1, "nobody is left to learn from"
    assert set(np.flatnonzero(table.mentor == -1)) >= {mentee[0], mentee[5]}
    assert np.all(table.since[mentee[[1, 2, 3]]] < 15)


def test_sessions_are_counted_by_the_quarter() -> None:
    made = stagnating(cadence=1)
    run_to(made, 15, "bend")
    assert programme(made).pairs.held.max() == 13
    run_to(made, 15, "act")
    assert not programme(made).pairs.held.any()


@pytest.mark.parametrize(("coordinators", "quality"), [(1, 1 / (1 + 24 / 40)), (3, 1 / (1 + 8 / 40))])
def test_coordinators_find_the_best_less_often_the_more_pairs_they_have(coordinators: int, quality: float) -> None:
    made = stagnating(coordinators=coordinators)
    np.testing.assert_allclose(programme(made)._quality(made.ensemble, np.arange(48)), quality, rtol=1e-6)


def test_confidentiality_and_facilitation_reach_the_session() -> None:
    for confidentiality, safety in ((0.3, 0.6), (0.9, 0.9)):
        made = mentoring(matching="random", cadence=1, confidentiality=confidentiality, facilitation=0.5)
        run_to(made, 3, "convene")
        np.testing.assert_allclose(made.plan.encounters.safety, safety, rtol=1e-6)
        np.testing.assert_allclose(made.plan.encounters.reliability, 0.05, rtol=1e-6)
        np.testing.assert_allclose(made.plan.meeting.facilitation, 0.5, rtol=1e-6)


def test_money_is_booked_once_for_everyone_in_the_programme() -> None:
    for levels in ([0, 3] * 12, [0, 1, 2, 3] * 6):
        made = mentoring(levels=levels, matching="random", money=10)
        run_to(made, 4, "act")
        members = np.unique(np.concatenate(pairs_of(made)))
        np.testing.assert_array_equal(made.ensemble.sums["money:mentorship"], 10.0 * np.bincount(members // 24))


def test_a_session_costs_its_hours_for_each_who_attends() -> None:
    made = mentoring(levels=[0, 3] * 12, matching="random", hours=1.25, training=False)
    made.run()
    attended = made.record().weekly["hours:mentorship"]
    pairs = len(pairs_of(made)[0])
    np.testing.assert_allclose(attended[:, 4:].sum(), 2 * 1.25 * pairs * (80 - 4) / 2)
