"""Rotation: fatigue, moves for good, volunteers, debriefs, leavers and what it costs."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from policies.stays import STAY, begins, moving, ties_of, to_the_first_stay, whereabouts

DEBRIEF = {"departments": 2}


def test_stays_beyond_the_first_in_half_a_year_tire() -> None:
    made = moving(cadence=3, stay_weeks=1, fatigue=0.04)
    started = np.zeros((0, 48), np.bool_)
    for week in range(40):
        before = made.ensemble.away.copy()
        worlds.run_phases(made.plan, "act")
        bends = made.ensemble.levers.contributions.get("engagement.pull", {})
        pull = bends["rotation"][0].add.ravel() if bends else np.zeros(48)
        stays = started[max(0, week - 25) :].sum(axis=0)
        np.testing.assert_allclose(pull, -0.04 * np.maximum(0, stays - 1), atol=1e-6)
        started = np.vstack([started, made.ensemble.away & ~before])
        made.ensemble.number += 1
    assert stays.max() == 9


def test_without_fatigue_nobody_tires() -> None:
    made = moving(cadence=3, stay_weeks=1, fatigue=0)
    whereabouts(made, 12)
    assert made.ensemble.levers.contributions == {}


def test_a_move_for_good_changes_the_home_once() -> None:
    made = moving({"departments": 4}, permanent=True, cadence=2, money=3)
    start = made.state.arrays["home_department"].copy()
    where = whereabouts(made, 12)
    home = made.state.arrays["home_department"].copy()
    assert not np.any(where >= 0)
    np.testing.assert_array_equal(home, (start + 1) % 4)
    np.testing.assert_array_equal(made.state.arrays["department"], home)
    policy = made.plan.policies[0]
    assert policy.ever.all()
    policy.left(made.ensemble, np.array([5]))
    made.step(), made.step()
    after = made.state.arrays["home_department"]
    np.testing.assert_array_equal(np.flatnonzero(after != home), [5])


def test_pathways_are_for_those_with_most_initiative() -> None:
    made = moving(coverage=0.3, pathways=True)
    gone = (whereabouts(made, 20) >= 0).any(axis=0)
    np.testing.assert_array_equal(gone, made.state.arrays["initiative"] >= np.float32(0.1 + 0.9 * 0.7))
    assert 0.1 < gone.mean() < 0.5


def test_a_debrief_teaches_eight_colleagues_at_home() -> None:
    made = moving(DEBRIEF, debrief_hours=1.5, sessions={"attendance": 1}, cadence=20)
    to_the_first_stay(made)
    made.step(), made.step()
    worlds.run_phases(made.plan, "convene")
    plan, week, home = made.plan, made.ensemble, made.state.arrays["home_department"]
    returners = plan.policies[0].back
    learner, source = plan.meeting.learner, plan.meeting.source
    assert len(returners) and set(source) == set(returners)
    for returner in returners:
        listeners = learner[source == returner]
        assert len(listeners) == len(set(listeners)) == 8 and returner not in listeners
        assert np.all(home[listeners] == home[returner]) and np.all(listeners // 24 == returner // 24)
        assert not week.away[listeners].any()
    assert np.all(plan.meeting.weight == np.float32(1.5)) and np.all(plan.meeting.teaching == 1)
    assert np.all(plan.meeting.forms == -1)
    hours = 1.5 * np.bincount(np.concatenate([learner, returners]), minlength=48)
    np.testing.assert_array_equal(week.asked, hours)
    np.testing.assert_array_equal(week.attended, hours)
    ties = len(made.state.source)
    made.step()
    assert len(made.state.source) == ties, "a forum forms no ties"


def test_a_debrief_that_nobody_attends_is_asked_but_not_held() -> None:
    made = moving(DEBRIEF, debrief_hours=1, sessions={"attendance": 0}, hours=0, cadence=20)
    whereabouts(made, 8)
    weekly = made.record().weekly
    assert not weekly["hours:rotation"].any() and not weekly["from_sessions"].any()


def test_attendance_of_a_debrief_is_drawn_for_each_and_needs_the_returner() -> None:
    made = moving(DEBRIEF, debrief_hours=1, sessions={"attendance": 0.5}, cadence=7)
    held, possible = 0, 0
    for _ in range(30):
        worlds.run_phases(made.plan, "convene")
        coming = made.ensemble.draw("rotation", "attend") < np.float32(0.5)
        meeting = made.plan.meeting
        assert coming[meeting.learner].all() and coming[meeting.source].all()
        held, possible = held + len(meeting.learner), possible + 8 * len(made.plan.policies[0].back)
        made.step()
    assert 0.15 < held / possible < 0.35


def test_no_debrief_no_session() -> None:
    made = moving(debrief_hours=0)
    whereabouts(made, 12)
    assert not made.record().weekly["from_sessions"].any() and not made.record().weekly["participation"].any()


def test_leaving_the_firm_ends_the_stay() -> None:
    made = moving(turnover={"hazard": [1, 0, 0, 0]}, start_week=1, cadence=1, stay_weeks=9, end_week=2)
    made.state.arrays["level"][:] = 1
    made.step(), made.step()
    assert made.ensemble.away.all()
    made.state.arrays["level"][[3, 30]] = 0
    made.step()
    np.testing.assert_array_equal(np.flatnonzero(~made.ensemble.away), [3, 30])
    assert not ties_of(made, 3) and not np.any(np.isin(made.state.source, [3, 30]))
    np.testing.assert_array_equal(np.flatnonzero(made.plan.policies[0].ends < 0), [3, 30])
    made.state.arrays["level"][:] = 1
    hours = made.record().weekly["hours:rotation"][:, -1]
    made.step()
    np.testing.assert_array_equal(made.record().weekly["hours:rotation"][:, -1], hours - 40)


def test_a_newcomer_of_a_tired_seat_starts_rested() -> None:
    made = moving(cadence=2, stay_weeks=1, fatigue=0.05)
    whereabouts(made, 20)
    policy = made.plan.policies[0]
    policy.left(made.ensemble, np.array([7]))
    worlds.run_phases(made.plan, "bend")
    pull = made.ensemble.levers.contributions["engagement.pull"]["rotation"][0].add.ravel()
    assert pull[7] == 0 and pull[6] < 0


@pytest.mark.parametrize("hours", [40.0, 12.0])
def test_a_week_of_a_stay_costs_its_hours_and_money_and_is_no_load(hours: float) -> None:
    made = moving(hours=hours, money=250)
    away = (whereabouts(made, 15) >= 0).reshape(15, 2, 24).sum(axis=2).T
    weekly = made.record().weekly
    np.testing.assert_array_equal(weekly["hours:rotation"], hours * away)
    np.testing.assert_array_equal(weekly["money:rotation"], 250.0 * away)
    assert not made.plan.load.any()


def test_someone_away_is_not_moved_by_another_rotation() -> None:
    one = {"kind": "rotation", "start_week": 1, "coverage": 0.7, "cadence": 2, "stay_weeks": 3, "rest_weeks": 0}
    made = worlds.model(
        {"departments": 4, "sources": 0},
        turnover={"hazard": [0, 0, 0, 0]},
        weeks=30,
        policies={"a": one, "b": {**one, "host": "random"}},
    )
    where = whereabouts(made, 30)
    for row in range(24):
        runs = np.split(where[:, row], np.flatnonzero(begins(where)[:, row]))[1:]
        for run in runs[:-1]:
            stay = run[run >= 0]
            assert len(stay) % 3 == 0 and all(len(set(stay[n : n + 3])) == 1 for n in range(0, len(stay), 3))
    both = (made.plan.policies[0].ends >= 0) & (made.plan.policies[1].ends >= 0)
    assert not both.any()


def test_hosts_at_their_limit_refuse_and_it_is_counted() -> None:
    made = worlds.model(
        {"departments": 2, "sources": 12, "within_share": 0.5},
        contacts={"limit": 1, "headroom": 0, "rate": 1, "spread": 0},
        trust={"base_within": 0.9, "base_across": 0.9},
        turnover={"hazard": [0, 0, 0, 0]},
        policies={"rotation": {"kind": "rotation", "start_week": 1, "coverage": 1, "cadence": 2}},
    )
    count = made.state.ties.count.copy()
    to_the_first_stay(made)
    assert made.ensemble.sums["ties_refused"].sum() > 0 and made.ensemble.sums.get("ties_formed", 0) == 0
    np.testing.assert_array_equal(made.state.ties.count, count)
    assert not np.any(made.state.origin == STAY)


def test_a_debrief_feeds_the_playbook_where_there_is_a_knowledge_base() -> None:
    """What returners who were heard could add is written down once; without a knowledge base nothing is."""
    stays = {"kind": "rotation", "start_week": 1, "coverage": 1, "cadence": 52, "stay_weeks": 2}
    base = {"kind": "knowledge_base", "start_week": 0, "contribution": 0, "lookups": 0.5}
    sections = {"turnover": {"hazard": [0, 0, 0, 0]}, "sessions": {"attendance": 1}, "weeks": 60}
    assert not worlds.model(policies={"stays": stays}, **sections).run().state.coverage.any()
    made = worlds.model(policies={"stays": stays, "base": base}, seeds=(1, 2), **sections)
    (rotation,) = (policy for policy in made.plan.policies if policy.label == "stays")
    told = 0
    for _ in range(30):
        mastery, before = made.state.expertise.copy(), made.state.coverage.copy()
        made.step()
        structure = made.state.structure
        expected = before * (1 - structure.obsolescence[:8])
        for row in rotation.back[made.ensemble.attended[rotation.back] > 0]:
            ahead = np.maximum(0, mastery[row // 24, row % 24] - before[row // 24])
            expected[row // 24] += (1 - structure.tacitness[:8]) * ahead / 24
            told += 1
        np.testing.assert_allclose(made.state.coverage, expected, rtol=1e-4, atol=1e-7)
    assert told > 5
