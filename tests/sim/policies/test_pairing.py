"""Matching against the same rule in plain Python, and the table of pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds

from policies.pairs import differ_by_mentors
from sim.policies.pairing import NOBODY, Pairing

DIRECTIONS, BOUNDARIES, MATCHINGS = (0, 1, 2), (0, 1), (0, 1, 2)


def crowd(people: int = 60) -> Any:
    """Two worlds of people of all levels, who know different things."""
    made = worlds.model({"people": people, "sources": 0}, seeds=(1, 2))
    made.state.arrays["level"][:] = np.arange(2 * people) * 7 % 4
    differ_by_mentors(made)
    return made.ensemble


def table(week: Any, programme: tuple[int, int, int] = (0, 1, 1), capacity: int = 2) -> Pairing:
    return Pairing("m", week.state.frame.rows, programme, capacity)


def match(pairs: Pairing, week: Any, mentees: Any, may: Any, quality: Any = None) -> None:
    with np.errstate(over="ignore"):
        pairs.match(week, np.asarray(mentees), may, quality)


def gap(week: Any, i: int, j: int) -> float:
    need = week.state.structure.need[week.state.arrays["home_department"][i]].astype(np.float64)
    expertise = week.state.arrays["expertise"].astype(np.float64)
    return float((need * np.maximum(0, expertise[j] - expertise[i])).sum())


def fits(week: Any, i: int, j: int, direction: int, boundary: int) -> bool:
    arrays = week.state.arrays
    step = int(arrays["level"][j]) - int(arrays["level"][i])
    same = arrays["home_department"][i] == arrays["home_department"][j]
    return i != j and (step > 0, step < 0, step == 0)[direction] and (same, not same)[boundary]


def by_hand(week: Any, mentees: list[int], may: Any, programme: tuple[int, int, int], capacity: int) -> dict[int, int]:
    """The matching of ruling 15, one mentee after the other; nobody mentors the own mentor."""
    direction, boundary, matching = programme
    points, rings = (week.hashes("m", name).tolist() for name in ("mentee", "mentor"))
    found: dict[int, int] = {}
    for i in sorted(mentees, key=lambda row: (row // week.rule.people, points[row])):
        ring = sorted((j for j in np.flatnonzero(may).tolist() if j // 60 == i // 60), key=lambda row: rings[row])
        clockwise = [j for j in ring if rings[j] >= points[i]] + [j for j in ring if rings[j] < points[i]]
        candidates = [j for j in clockwise if fits(week, i, j, direction, boundary) and found.get(j) != i][:16]
        free = [j for j in candidates if list(found.values()).count(j) < capacity]
        score = {j: gap(week, i, j) if matching == 1 else min(gap(week, i, j), gap(week, j, i)) for j in free}
        if score and max(score.values()) > 0:
            found[i] = max(score, key=lambda j: score[j])
    return found


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("matching", [1, 2])
def test_matching_is_the_rule_of_the_design(direction: int, boundary: int, matching: int) -> None:
    week, programme = crowd(), (direction, boundary, matching)
    may = np.arange(120) % 5 != 0
    mentees = list(range(0, 120, 2))
    pairs = table(week, programme)
    match(pairs, week, mentees, may)
    found = {int(i): int(pairs.mentor[i]) for i in pairs.mentees()}
    assert found == by_hand(week, mentees, may, programme, 2)
    assert len(found) > 15


def test_random_matching_draws_evenly_and_anew_each_week() -> None:
    week = crowd()
    mentors = []
    for number in range(40):
        week.number = number
        pairs = table(week, (0, 1, 0), capacity=60)
        match(pairs, week, np.flatnonzero(week.state.arrays["level"] == 2), np.ones(120, bool))
        mentors.append(pairs.mentor[pairs.mentees()])
    counts = np.bincount(np.concatenate(mentors), minlength=120)[week.state.arrays["level"] == 3]
    assert counts.min() > 0 and counts.max() < 4 * counts.mean()
    assert len({tuple(row) for row in mentors}) == 40


def test_one_more_mentee_costs_others_only_the_mentor_that_it_takes() -> None:
    week = crowd()
    may = np.ones(120, bool)
    few, more = table(week, capacity=100), table(week, capacity=100)
    match(few, week, np.arange(0, 120, 3), may)
    match(more, week, np.arange(120), may)
    np.testing.assert_array_equal(few.mentor[::3], more.mentor[::3])


def test_room_counts_the_pairs_there_are() -> None:
    week = crowd()
    pairs = table(week, (0, 1, 0), capacity=1)
    match(pairs, week, np.arange(0, 60), np.ones(120, bool))
    taken = set(pairs.mentor[pairs.mentees()])
    before = pairs.mentor.copy()
    match(pairs, week, np.flatnonzero(pairs.mentor == NOBODY), np.ones(120, bool))
    fresh = np.flatnonzero((pairs.mentor != before) & (before == NOBODY))
    assert not taken & set(pairs.mentor[fresh])
    assert np.bincount(pairs.mentor[pairs.mentees()]).max() == 1


def test_a_hurried_coordinator_takes_the_first_candidate() -> None:
    week, may = crowd(), np.ones(120, bool)
    best, first, mixed = (table(week, capacity=100) for _ in range(3))
    match(best, week, np.arange(120), may, np.ones(2, np.float32))
    match(first, week, np.arange(120), may, np.zeros(2, np.float32))
    match(mixed, week, np.arange(120), may, np.full(2, 0.5, np.float32))
    mentees = best.mentees()
    assert best.first_gap[mentees].mean() > first.first_gap[mentees].mean()
    hasty = week.draw("m", "hasty") >= 0.5
    np.testing.assert_array_equal(mixed.mentor, np.where(hasty, first.mentor, best.mentor))


def test_nobody_to_match_and_nobody_to_choose_from() -> None:
    week = crowd()
    pairs = table(week)
    match(pairs, week, np.zeros(0, np.int64), np.ones(120, bool))
    match(pairs, week, np.arange(120), np.zeros(120, bool))
    assert len(pairs.mentees()) == 0


def test_a_pair_notes_when_it_began_and_what_it_could_bring() -> None:
    week = crowd()
    week.number = 7
    pairs = table(week)
    match(pairs, week, np.arange(30), np.ones(120, bool))
    mentees = pairs.mentees()
    assert np.all(pairs.since[mentees] == 7) and not pairs.held.any()
    expected = [gap(week, int(i), int(pairs.mentor[i])) for i in mentees]
    np.testing.assert_allclose(pairs.first_gap[mentees], expected, rtol=1e-5)


def test_pairs_end_by_hand_by_age_and_with_either_person() -> None:
    pairs = table(crowd())
    pairs.mentor[[1, 2, 3, 4]] = [10, 11, 1, 12]
    pairs.since[[1, 2, 3, 4]] = [0, 4, 5, 6]
    pairs.held[:5] = 3
    np.testing.assert_array_equal(pairs.older_than(10, 6), [1, 2])
    pairs.left(np.array([1, 12]))
    np.testing.assert_array_equal(pairs.mentees(), [2])
    np.testing.assert_array_equal(pairs.held[:5], [3, 0, 3, 0, 0])
    pairs.dissolve(np.array([2]))
    assert len(pairs.mentees()) == 0


def test_pairs_that_seldom_meet_or_have_little_left_are_stagnant() -> None:
    week = crowd()
    pairs = table(week)
    match(pairs, week, np.arange(60), np.ones(120, bool))
    mentees = pairs.mentees()
    pairs.held[mentees] = 4
    learned, seldom = mentees[2], mentees[5]
    pairs.held[seldom] = 3
    np.testing.assert_array_equal(pairs.stagnant(week, mentees, 4, 0), [])
    week.number += 13
    assert len(pairs.stagnant(week, mentees, 3, 0.25)) == 0
    week.state.arrays["expertise"][learned] = 0.5
    np.testing.assert_array_equal(pairs.stagnant(week, mentees, 3, 0.25), [learned])
    np.testing.assert_array_equal(pairs.stagnant(week, mentees, 4, 0.25), [learned, seldom])
