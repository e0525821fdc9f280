"""Projects of visitors at their host: who meets, how long each speaks, what it costs, and who volunteers."""

from __future__ import annotations

from typing import Any

import numpy as np
import worlds

from policies.stays import moving, to_the_first_stay

EVERYBODY_COMES = {"attendance": 1}
HOURS = 2.0


def meeting(**given: Any) -> tuple[Any, Any, Any]:
    """A world in the week of its first stays, and who learns from whom in projects, (learner, source)."""
    made = moving({"departments": 2}, project_hours=HOURS, cadence=20, stay_weeks=6, **given)
    to_the_first_stay(made)
    for _ in range(3):
        made.step()
    worlds.run_phases(made.plan, "convene")
    return made, made.plan.meeting.learner, made.plan.meeting.source


def test_a_visitor_and_four_colleagues_learn_from_each_other() -> None:
    made, learner, source = meeting(sessions=EVERYBODY_COMES)
    week, arrays = made.ensemble, made.state.arrays
    visitors = np.flatnonzero(week.away)
    assert len(visitors) > 1
    for visitor in visitors:
        colleagues = source[learner == visitor]
        assert len(set(colleagues)) == 4 and set(colleagues) == set(learner[source == visitor])
        assert np.all(arrays["home_department"][colleagues] == arrays["department"][visitor])
        assert np.all(colleagues // 24 == visitor // 24)
    assert len(learner) == 8 * len(visitors)
    np.testing.assert_allclose(made.plan.meeting.weight, HOURS / 4)
    np.testing.assert_allclose(made.plan.meeting.teaching, 0.5 + 0.25)
    asked = HOURS * np.bincount(source[np.isin(learner, visitors)], minlength=48)
    np.testing.assert_allclose(week.asked, asked)
    np.testing.assert_allclose(week.attended, asked)


def test_joint_work_brings_nothing_where_nobody_is_willing() -> None:
    brought = []
    for culture, stays in (({"willingness_across": 0}, {"willingness": 0}), ({"willingness_across": 1}, {})):
        made, _, _ = meeting(sessions=EVERYBODY_COMES, culture=culture, stays=stays)
        brought.append(made.plan.meeting.teaching)
    assert np.all(brought[0] == 0) and np.all(brought[1] == 1)


def test_the_time_of_colleagues_is_booked_beside_the_stay() -> None:
    with_one, without = (
        moving({"departments": 2}, project_hours=hours, sessions=EVERYBODY_COMES, cadence=20, stay_weeks=6)
        for hours in (HOURS, 0)
    )
    booked = []
    for made in (with_one, without):
        to_the_first_stay(made)
        visiting = int(made.ensemble.away.sum())
        made.step()
        booked.append(made.record().weekly["hours:rotation"][:, -1].sum())
    assert booked[0] - booked[1] == HOURS * 4 * visiting


def test_the_project_ends_with_the_stay_and_a_leavers_place_is_vacant() -> None:
    made, learner, source = meeting(sessions=EVERYBODY_COMES)
    projects = made.plan.policies[0].projects
    visitor = int(np.flatnonzero(made.ensemble.away)[0])
    leaver = int(source[learner == visitor][0])
    made.plan.policies[0].left(made.ensemble, np.array([leaver]))
    assert np.count_nonzero(projects.colleagues[visitor] == -1) == 1 and leaver not in projects.colleagues
    made.plan.policies[0].left(made.ensemble, np.array([visitor]))
    assert np.all(projects.colleagues[visitor] == -1)
    for _ in range(8):
        made.step()
    away = made.ensemble.away
    assert np.all(projects.colleagues[~away] == -1)


def test_only_volunteers_lose_interest_unless_the_policy_is_renewed() -> None:
    hours = {}
    for pathways in (False, True):
        for renewed in (1, None):
            made = moving(
                {"departments": 2},
                project_hours=HOURS,
                hours=0,
                pathways=pathways,
                renewal_weeks=renewed,
                coverage=0.4,
                cadence=4,
                stay_weeks=3,
            )
            made.run()
            hours[pathways, renewed] = made.record().weekly["hours:rotation"][:, 40:].sum()
    assert hours[False, 1] == hours[False, None] > 0
    assert 0 < hours[True, None] < 0.8 * hours[True, 1]
