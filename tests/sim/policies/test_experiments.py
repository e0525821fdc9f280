"""Experiments: who begins a pilot, about what, and what it is asked of."""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import PolicyHarness
from worlds import model, run_phases

from sim.schema import EMERGING

STILL: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}}
ORGANIZATION = {"people": 120, "departments": 3, "topics": 12}


class TestHarness(PolicyHarness):
    kind = "experiments"
    lively = (
        {"coverage": 1.0, "weeks": 2, "pause_weeks": 0, "hours": 1, "renewal_weeks": None},
        {"coverage": 1.0, "weeks": 3, "review_weeks": 1, "exit_criteria": 0.5, "bold": 0, "bounded": 1},
    )


def experiments(**fields: Any) -> dict[str, Any]:
    whole = {"start_week": 0, "coverage": 1.0}
    return {"experiments": {"kind": "experiments", **whole, **fields}}


def begun(**fields: Any) -> Any:
    made = model(ORGANIZATION, seeds=(1, 2, 3, 4), policies=experiments(**fields), **STILL)
    run_phases(made.plan, "act")
    return made


def topics_of(made: Any) -> tuple[Any, Any, Any]:
    """Of each pilot: whether its topic is the department's own, emerging, needed."""
    trials, structure, teams = made.ensemble.pilots.trials, made.state.structure, made.ensemble.pilots.teams
    department = teams.department[trials.team % teams.number]
    own, need = structure.own[department, trials.topic], structure.need[department, trials.topic]
    return own, structure.topic_kind[trials.topic] == EMERGING, need > 0


def test_every_team_begins_one_pilot_about_something_that_it_needs() -> None:
    made = begun()
    assert made.ensemble.pilots.trials.team.tolist() == list(range(4 * 12))
    own, emerging, needed = topics_of(made)
    assert needed.all() and own.any() and emerging.any() and (~own & ~emerging).any()
    run_phases(made.plan, "act")
    assert len(made.ensemble.pilots.trials.team) == 48, "nobody leads two"


def test_kinds_are_about_different_topics() -> None:
    own, emerging, _ = topics_of(begun(bold=1))
    assert emerging.all()
    own, emerging, _ = topics_of(begun(bold=0, bounded=0))
    assert own.all()
    own, emerging, _ = topics_of(begun(bold=0, bounded=1))
    assert not own.any() and not emerging.any()


def test_coverage_is_a_share_of_the_teams_for_good() -> None:
    made = begun(coverage=0.4, weeks=2, pause_weeks=0, renewal_weeks=1)
    teams = set(made.ensemble.pilots.trials.team.tolist())
    assert 8 <= len(teams) <= 32
    for _ in range(4):
        run_phases(made.plan, "observe")
        made.ensemble.number += 1
    assert set(made.ensemble.pilots.trials.team.tolist()) <= teams


def test_zeal_fades_until_the_next_call() -> None:
    """After a hundred weeks without a call fewer than every second idle team begins a pilot at once."""
    late, called = (
        model(ORGANIZATION, seeds=(1, 2, 3, 4), policies=experiments(renewal_weeks=every), **STILL)
        for every in (None, 20)
    )
    found = []
    for made in (late, called):
        made.ensemble.number = 100
        run_phases(made.plan, "act")
        found.append(len(made.ensemble.pilots.trials.team))
    assert found[0] < 0.37 * 48 + 4 * np.sqrt(0.23 * 48) and found[1] == 48


def test_a_team_pauses_between_two_pilots() -> None:
    for pause in (0, 3):
        many = ORGANIZATION | {"topics": 96}  # so that no team has tried all of a kind
        made = model(many, policies=experiments(weeks=2, pause_weeks=pause, renewal_weeks=1), **STILL)
        started = made.run().record().weekly["pilots_started"][0]
        assert np.flatnonzero(started).tolist() == list(range(0, 12, 2 + pause + 1))


def test_everybody_at_every_site_gives_time() -> None:
    made = model(ORGANIZATION, policies=experiments(hours=0.5, money=1, sites=1, weeks=20), weeks=1, **STILL).run()
    weekly = made.record().weekly
    assert weekly["hours:experiments"][0, 0] == 60 and weekly["money:experiments"][0, 0] == 120
    made = model(ORGANIZATION, policies=experiments(hours=0.5, sites=3, weeks=20), weeks=1, **STILL).run()
    assert made.record().weekly["hours:experiments"][0, 0] == 180, "a team takes part in those of two others too"
    assert set(made.ensemble.asked.tolist()) == {1.5}


def test_only_those_targeted_are_asked_and_decide() -> None:
    targets = {"departments": ["Department 1"], "levels": ["staff"]}
    made = model(ORGANIZATION, policies=experiments(targets=targets, sites=1, weeks=20), weeks=1, **STILL).run()
    staff = (made.state.home_department[0] == 0) & (made.state.level[0] == 0)
    np.testing.assert_array_equal(made.ensemble.asked > 0, staff)
    assert made.ensemble.pilots.trials.team.tolist() == [0, 1, 2, 3]
