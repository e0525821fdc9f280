"""Pilots and practices: teams, chances of success, reviews, lessons, learning, and complex contagion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import model, run_phases

from sim.metrics import METRICS

STILL: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}}
ORGANIZATION = {"people": 120, "departments": 3, "topics": 12, "sources": 12}
ENTERPRISE = 9
"""A topic that everybody needs."""


def started(base: float = 0.5, worlds: int = 1, among: Any = None, **fields: Any) -> Any:
    """Every team leads a pilot about an enterprise topic."""
    made = model(ORGANIZATION, seeds=tuple(range(worlds)), adoption={"chance": 0}, **STILL)
    week = made.ensemble
    run_phases(made.plan, "bend")
    team = np.arange(worlds * week.pilots.teams.number)
    plan = {"sites": 1, "weeks": 8, "review_weeks": 2, "exit_criteria": 0.0, "lag": 3} | fields
    everybody = np.ones(week.state.frame.rows, bool) if among is None else among
    with np.errstate(over="ignore"):
        week.pilots.start(week, "test", team, np.full(len(team), ENTERPRISE), np.full(len(team), base, np.float32),
                          everybody, **plan)  # fmt: skip
    return made


def weeks_of(made: Any, number: int) -> None:
    """Only pilots happen."""
    for _ in range(number):
        with np.errstate(over="ignore"):
            made.ensemble.pilots.step(made.ensemble)
        made.ensemble.number += 1


def test_teams_are_blocks_of_seats_of_one_department() -> None:
    made = model({"people": 50, "departments": 2}, seeds=(1, 2), adoption={"team": 10})
    teams, home = made.ensemble.pilots.teams, made.state.home_department
    assert teams.number == 6 and np.bincount(teams.of).tolist() == [10, 10, 5] * 4
    np.testing.assert_array_equal(teams.department[teams.of % 6], home.ravel())
    assert teams.place.tolist() == [0, 1, 2] * 2
    for t in range(12):
        rows = teams.members[teams.first[t] : teams.first[t + 1]]
        np.testing.assert_array_equal(rows, np.flatnonzero(teams.of == t))
    assert len(set(teams.key.tolist())) == 6


def test_neighbouring_sites_are_other_teams_of_the_department_each_once() -> None:
    teams = model({"people": 50, "departments": 2}, seeds=(1, 2)).ensemble.pilots.teams
    which, site = teams.neighbours(np.array([2, 3, 10]), np.array([2, 9, 1]))
    assert which.tolist() == [0, 0, 1, 1, 1, 2]
    assert site.tolist() == [2, 0, 3, 4, 5, 10]


@pytest.mark.parametrize("mastery", [0.1, 0.5, 0.9])
def test_success_has_the_chance_of_the_kind_and_the_teams_mastery(mastery: float) -> None:
    made = model(ORGANIZATION, seeds=tuple(range(40)), **STILL)
    made.state.arrays["expertise"][:, ENTERPRISE] = mastery
    week, team = made.ensemble, np.arange(40 * 12)
    run_phases(made.plan, "bend")
    with np.errstate(over="ignore"):
        week.pilots.start(week, "test", team, np.full(480, ENTERPRISE), np.full(480, 0.5, np.float32),
                          np.ones(40 * 120, bool), 1, 8, 2, 0.0, 3)  # fmt: skip
    chance = 0.5 + 0.5 * (mastery - 0.5)
    assert abs(week.pilots.trials.succeeds.mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / 480)


def test_a_pilot_is_judged_at_its_end_and_a_success_is_learned_in_portions() -> None:
    made = started(base=2.0)
    week = made.ensemble
    weeks_of(made, 8)
    assert len(week.pilots.trials.team) == 12 and not week.pilots.adopted.any()
    weeks_of(made, 1)
    assert len(week.pilots.trials.team) == 0
    assert week.pilots.adopted.any(axis=0).tolist() == [k == ENTERPRISE for k in range(12)]
    assert week.pilots.adopted[:, ENTERPRISE].all() and week.pilots.own[:, ENTERPRISE].all()
    total = 0.0
    for _ in range(12):
        gain = week.work.gain.copy()
        brought = week.work.from_parts[2].copy()
        np.testing.assert_allclose(gain[:, ENTERPRISE], brought)
        total += float(brought[0])
        week.work.gain[:] = 0
        weeks_of(made, 1)
    assert total == pytest.approx(0.1, rel=1e-5) and brought[0] == 0


def test_failures_make_no_practice() -> None:
    made = started(base=-1.0)
    weeks_of(made, 9)
    assert len(made.ensemble.pilots.trials.team) == 0
    assert not made.ensemble.pilots.adopted.any() and not made.ensemble.work.gain.any()


def test_two_failed_reviews_end_what_is_doomed() -> None:
    made = started(base=-1.0, exit_criteria=1.0)
    weeks_of(made, 4)
    assert len(made.ensemble.pilots.trials.team) == 12, "after one review"
    weeks_of(made, 1)
    assert len(made.ensemble.pilots.trials.team) == 0
    assert set(made.ensemble.pilots.ended.tolist()) == {4}


def test_reviews_seldom_end_what_is_promising() -> None:
    made = started(base=2.0, worlds=20, exit_criteria=1.0, review_weeks=1, weeks=3)
    weeks_of(made, 4)
    kept = made.ensemble.pilots.adopted[:, ENTERPRISE].mean()
    expected = 1 - 0.1**2
    assert abs(kept - expected) < 4 * np.sqrt(expected * (1 - expected) / 240) and kept < 1


@pytest.mark.parametrize(("base", "told"), [(2.0, 1.0), (-1.0, 0.6)])
def test_lessons_are_written_down_after_the_lag_and_of_failures_as_far_as_safety_allows(
    base: float, told: float
) -> None:
    made = started(base=base, lag=3)
    weeks_of(made, 8 + 3)
    assert not made.ensemble.knowledge_base.waiting
    weeks_of(made, 1)
    assert made.ensemble.knowledge_base.waiting
    run_phases(made.plan, "observe")
    tacit = made.state.structure.tacitness[ENTERPRISE]
    written = 12 * 0.1 * (1 - tacit) * told
    coverage = made.state.arrays["coverage"][0]
    assert coverage[ENTERPRISE] == pytest.approx(min(1, written), rel=1e-4)
    assert not np.delete(coverage[:12], ENTERPRISE).any()


def links(made: Any) -> Any:
    """Ties between teams of the first world, (learner's team, source's team), counted plainly."""
    teams = made.ensemble.pilots.teams
    found = np.zeros((teams.number, teams.number), int)
    for i, j in zip(made.state.learners().tolist(), made.state.source.tolist(), strict=True):
        if i < made.state.frame.people:
            found[teams.of[i], teams.of[j]] += 1
    return found


@pytest.mark.parametrize(("threshold", "ties"), [(1, 1), (2, 3), (3, 2), (2, 9)])
def test_a_team_follows_once_enough_adopters_are_among_its_contacts(threshold: int, ties: int) -> None:
    rule = {"threshold": threshold, "ties": ties, "chance": 1.0}
    made = model(ORGANIZATION, adoption=rule, **STILL)
    pilots, seeds = made.ensemble.pilots, [0, 1, 2, 5]
    pilots.seed_practice(ENTERPRISE, np.array(seeds))
    contact = links(made) >= ties
    np.fill_diagonal(contact, False)
    use = np.isin(np.arange(12), seeds)
    spread = []
    for _ in range(3):
        weeks_of(made, 1)
        use = use | (contact[:, use].sum(axis=1) >= threshold)
        np.testing.assert_array_equal(pilots.adopted[:, ENTERPRISE], use)
        spread.append(int(use.sum()))
    assert not np.delete(pilots.adopted, ENTERPRISE, axis=1).any()
    assert spread[-1] > 4 or ties == 9


def test_those_exposed_adopt_with_a_chance_a_week_and_learn() -> None:
    rule = {"threshold": 1, "ties": 1, "chance": 0.3}
    made = model(ORGANIZATION | {"seed": 5}, seeds=tuple(range(30)), adoption=rule, **STILL)
    made.ensemble.pilots.seed_practice(ENTERPRISE, np.array([0]))
    exposed = links(made)[:, 0] > 0
    exposed[0] = False
    weeks_of(made, 1)
    use = made.ensemble.pilots.adopted[:, ENTERPRISE].reshape(30, 12)[:, exposed]
    assert abs(use.mean() - 0.3) < 4 * np.sqrt(0.21 / use.size)
    learning = made.ensemble.work.from_parts[2].reshape(30, 120) > 0
    followers = made.ensemble.pilots.adopted[:, ENTERPRISE] & ~made.ensemble.pilots.own[:, ENTERPRISE]
    np.testing.assert_array_equal(learning.ravel(), followers[made.ensemble.pilots.teams.of])


def test_those_who_copy_learn_a_share_of_what_those_who_tried_do() -> None:
    made = model(ORGANIZATION, adoption={"threshold": 1, "ties": 1, "chance": 1.0, "copied": 0.25}, **STILL)
    pilots = made.ensemble.pilots
    pilots.seed_practice(ENTERPRISE, np.array([0]), learn=True)
    learned = np.zeros(120)
    for _ in range(14):
        weeks_of(made, 1)
        learned += made.ensemble.work.from_parts[2]
    first = pilots.own[pilots.teams.of, ENTERPRISE]
    followed = pilots.adopted[pilots.teams.of, ENTERPRISE] & ~first
    assert followed.sum() > 50
    np.testing.assert_allclose(learned[first], 0.1, rtol=1e-5)
    np.testing.assert_allclose(learned[followed].max(), 0.025, rtol=1e-5)


def test_nobody_adopts_what_the_department_does_not_need() -> None:
    made = model(ORGANIZATION, adoption={"threshold": 1, "ties": 1, "chance": 1.0}, **STILL)
    own = int(np.flatnonzero(made.state.structure.own[0])[0])
    made.ensemble.pilots.seed_practice(own, np.arange(4))
    weeks_of(made, 12)
    teams, need = made.ensemble.pilots.teams, made.state.structure.need
    np.testing.assert_array_equal(made.ensemble.pilots.adopted[:, own], need[teams.department, own] > 0)


def test_the_measures_by_hand() -> None:
    made = model(ORGANIZATION, adoption={"threshold": 1, "ties": 1, "chance": 1.0}, weeks=4, **STILL)
    for _ in range(2):
        made.step()
    made.ensemble.pilots.seed_practice(ENTERPRISE, np.array([3]))
    before = made.ensemble.pilots.adopted.sum()
    made.step()
    new = made.ensemble.pilots.adopted.sum() - before
    made.step()
    weekly = made.record().weekly
    assert new > 0 and weekly["adopted_elsewhere"][0, 2] == new
    assert weekly["impacts"][0].tolist() == [0, 0, 1, 0]
    assert weekly["impact_weeks"][0, 2] == 2, "from week 0, when seeds count as begun"
    assert weekly["practices_in_use"][0, 2] == pytest.approx((new + 1) / 12)
    adopted = weekly["adopted_elsewhere"][0].sum() / (4 * 120 / 52)
    assert METRICS["practices_adopted"].value(weekly)[0] == pytest.approx(adopted)


def test_the_same_bits_alone_and_in_an_ensemble() -> None:
    policy = {"try": {"kind": "experiments", "start_week": 0, "coverage": 0.7, "weeks": 2, "pause_weeks": 0}}
    both, alone = (model(ORGANIZATION, seeds=seeds, policies=policy).run() for seeds in ((7, 3), (3,)))
    assert both.state.digest()[1] == alone.state.digest()[0]
    assert alone.record().weekly["from_pilots"].sum() > 0
    for name, values in alone.record().weekly.items():
        np.testing.assert_array_equal(values[0], both.record().weekly[name][1], err_msg=name)
    mean = both.record().weekly["mastery"] / both.record().weekly["cells"]
    entered = sum(values for name, values in both.record().weekly.items() if name.startswith("from_"))
    assert np.abs(np.diff(mean, axis=1) - entered[:, 1:]).max() < 1e-9


def test_idle_pilots_touch_nothing() -> None:
    made = model(ORGANIZATION).run()
    assert not made.ensemble.pilots.active and not made.ensemble.work.from_parts.any()


def test_a_scenario_can_begin_with_a_practice_that_most_need() -> None:
    seeded = model({"people": 48, "departments": 4}, adoption={"seeded": 2, "team": 6}).ensemble.pilots
    team, topic = np.nonzero(seeded.adopted)
    assert team.tolist() == [0, 1] and len(set(topic)) == 1
    assert seeded.active and seeded._needed[:, topic[0]].all()
    assert not model().ensemble.pilots.active
