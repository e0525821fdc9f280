"""Mentorship: who is paired with whom, and when pairs end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from policies.pairs import LADDER, differ_by_mentors, mentoring, pairs_of, programme, run_to
from sim.model import OrganizationModel
from sim.policies.mentorship import MentorshipSettings
from sim.problems import InputError
from sim.scenario import Scenario

STEPS = {"traditional": lambda step: step > 0, "reverse": lambda step: step < 0, "peer": lambda step: step == 0}


class TestHarness(PolicyHarness):
    kind = "mentorship"
    lively = (
        {"coverage": 0.7, "two_way": 0.3, "cadence": 1, "introductions": 1},
        {"coverage": 0.7, "mandatory": False, "direction": "peer", "boundary": "within", "review": True},
        {"coverage": 0.7, "coordinators": 1, "minimum_sessions": 5, "autonomy": 0.5, "matching": "random"},
    )


def test_the_defaults_are_those_of_the_design() -> None:
    assert MentorshipSettings() == MentorshipSettings(
        coverage=0.3,
        direction="traditional",
        boundary="across",
        matching="gap",
        capacity=2,
        cadence=2,
        hours=1,
        rematch_weeks=26,
        mandatory=True,
    )


@pytest.mark.parametrize("direction", sorted(STEPS))
@pytest.mark.parametrize("boundary", ["within", "across"])
def test_pairs_respect_direction_boundary_capacity_and_world(direction: str, boundary: str) -> None:
    made = mentoring(direction=direction, boundary=boundary)
    differ_by_mentors(made)
    run_to(made, 2)
    mentee, mentor = pairs_of(made)
    level, home = made.state.arrays["level"], made.state.arrays["home_department"]
    assert len(mentee) > 10 and np.all(mentee != mentor)
    assert np.all(STEPS[direction](level[mentor] - level[mentee]))
    assert np.all((home[mentee] == home[mentor]) == (boundary == "within"))
    np.testing.assert_array_equal(mentee // 24, mentor // 24)
    assert np.bincount(mentor).max() <= 2


def test_the_boundary_between_organizations(tmp_path: Path) -> None:
    people = "id,department,organization,level\n" + "".join(
        f"p{n:02},{'ABCD'[n % 4]},{'XY'[n % 4 // 2]},{n // 4 % 4}\n" for n in range(32)
    )
    for boundary in ("across", "organization"):
        policy = {"kind": "mentorship", "start_week": 0, "coverage": 1, "boundary": boundary, "matching": "random"}
        organization = worlds.files(tmp_path / boundary, people, "learner,source\np00,p01\n")
        made = OrganizationModel(Scenario.from_dict({"organization": organization, "policies": {"m": policy}}))
        made.step()
        mentee, mentor = pairs_of(made)
        arrays = made.state.arrays
        same = arrays["organization"][mentee] == arrays["organization"][mentor]
        assert len(mentee) > 5 and np.all(same == (boundary == "across"))
        assert np.all(arrays["home_department"][mentee] != arrays["home_department"][mentor])


def test_a_boundary_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="there is only one organization"):
        mentoring(boundary="organization")


@pytest.mark.parametrize(
    "fields",
    [
        {"targets": {"levels": ["staff"]}},
        {"targets": {"levels": ["executive"]}, "mentor_targets": {"levels": ["manager"]}},
        {"direction": "reverse", "targets": {"levels": ["staff"]}},
        {"direction": "peer", "targets": {"levels": ["staff"]}, "mentor_targets": {"levels": ["senior"]}},
    ],
)
def test_a_direction_that_no_level_allows_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="mentor to a targeted mentee"):
        mentoring(**fields)


@pytest.mark.parametrize("capacity", [1, 2, 5])
def test_a_mentor_has_at_most_so_many_mentees(capacity: int) -> None:
    made = mentoring(levels=[3, 3] + [0] * 22, capacity=capacity, matching="random", boundary="within")
    run_to(made, 2)
    mentee, mentor = pairs_of(made)
    np.testing.assert_array_equal(np.unique(mentor), [0, 1, 24, 25])
    assert np.bincount(mentor).max() <= capacity
    assert len(mentee) == 2 * min(2 * capacity, 6)


def test_targets_hold_for_mentees_and_for_mentors_unless_said_otherwise() -> None:
    targets = {"departments": ["Department 1", "Department 2"]}
    others = {"departments": ["Department 3"], "levels": ["executive"]}
    for fields, mentors_from in (({"targets": targets}, {0, 1}), ({"targets": targets, "mentor_targets": others}, {2})):
        made = run_to(mentoring(matching="random", **fields), 2)
        mentee, mentor = pairs_of(made)
        home, level = made.state.arrays["home_department"], made.state.arrays["level"]
        assert set(home[mentee]) == {0, 1} and set(home[mentor]) == mentors_from
        assert mentors_from == {0, 1} or set(level[mentor]) == {3}


def test_mentees_are_drawn_or_volunteer() -> None:
    drawn = run_to(mentoring(matching="random", coverage=0.4), 2)
    asked = drawn.ensemble.draw("mentorship", "member", weekly=False) < np.float32(0.4)
    assert set(pairs_of(drawn)[0]) <= set(np.flatnonzero(asked)) and len(pairs_of(drawn)[0]) > 3
    willing = run_to(mentoring(matching="random", coverage=0.4, mandatory=False), 2)
    upper = willing.state.arrays["initiative"] >= np.float32(0.1 + 0.9 * 0.6)
    assert set(pairs_of(willing)[0]) <= set(np.flatnonzero(upper)) and len(pairs_of(willing)[0]) > 3


def test_intensity_and_ramp_bring_mentees_in_step_by_step() -> None:
    full = set(pairs_of(run_to(mentoring(matching="random", capacity=30, ramp_weeks=4), 2))[0])
    later = set(pairs_of(run_to(mentoring(matching="random", capacity=30, ramp_weeks=4), 6))[0])
    half = set(pairs_of(run_to(mentoring(matching="random", capacity=30, intensity=0.25), 2))[0])
    assert full < later and full == half


@pytest.mark.parametrize(("matching", "pairs"), [("gap", False), ("complementarity", False), ("random", True)])
def test_who_can_learn_nothing_gets_no_mentor(matching: str, pairs: bool) -> None:
    made = mentoring(matching=matching, start_week=0)
    made.state.arrays["expertise"][:] = 0.5
    assert bool(len(pairs_of(run_to(made, 0))[0])) == pairs


def test_complementarity_needs_both_to_gain() -> None:
    for other in (0.1 + 0.2 * LADDER, 0.9 - 0.2 * LADDER):
        made = mentoring(matching="complementarity", start_week=0)
        made.state.arrays["expertise"][:] = 0.1 + 0.2 * made.state.arrays["level"][:, None]
        made.state.arrays["expertise"][:, 0] = np.tile(other, 2)
        assert bool(len(pairs_of(run_to(made, 0))[0])) == (other[0] > other[1])


def test_pairs_last_until_the_rematch() -> None:
    made = mentoring(matching="random", rematch_weeks=6)
    table = programme(made).pairs
    seen = []
    for _ in range(2 + 13):
        made.step()
        seen.append(table.mentor.copy())
    for week in range(3, 15):
        assert np.array_equal(seen[week], seen[week - 1]) == ((week - 2) % 6 != 0), week
    assert table.since.max() == 14


def test_someone_without_a_mentor_is_tried_again_at_the_next_occasion() -> None:
    made = mentoring(matching="random", cadence=3, levels=[0] * 24)
    made.step(), made.step(), made.step()
    assert not len(pairs_of(made)[0])
    made.state.arrays["level"][:] = 3
    made.state.arrays["level"][::2] = 0
    assert not len(pairs_of(run_to(made, 4))[0])
    assert len(pairs_of(run_to(made, 5))[0])


def test_pairs_dissolve_at_the_end() -> None:
    made = mentoring(matching="random", end_week=9, money=5)
    assert len(pairs_of(run_to(made, 8))[0])
    made.step()
    assert not len(pairs_of(run_to(made, 9))[0])
    made.step()
    weekly = made.record().weekly
    assert not weekly["money:mentorship"][:, 9:].any() and not weekly["hours:mentorship"][:, 9:].any()


def test_a_pair_ends_when_either_leaves() -> None:
    made = mentoring(matching="random", turnover={"hazard": [0, 0, 0, 1], "first_year": 1})
    arrays = made.state.arrays
    arrays["level"][:] = np.tile(np.arange(4) % 3, 12)
    made.step(), made.step(), made.step()
    mentee, mentor = pairs_of(made)
    gone = np.array([mentee[0], mentor[-1]])
    arrays["level"][gone] = 3
    made.step()
    now = programme(made).pairs.mentor
    stay = ~np.isin(mentee, gone) & ~np.isin(mentor, gone)
    assert 0 < stay.sum() < len(mentee) - 1
    np.testing.assert_array_equal(now[mentee[stay]], mentor[stay])
    assert np.all(now[mentee[~stay]] == -1)


def test_seats_ever_mentored_stay_noted_and_mentors_are_known() -> None:
    made = mentoring(matching="random", end_week=7)
    run_to(made, 2)
    mentee, mentor = pairs_of(made)
    np.testing.assert_array_equal(np.flatnonzero(made.ensemble.mentoring), np.unique(mentor))
    for _ in range(8):
        made.step()
    np.testing.assert_array_equal(np.flatnonzero(made.record().treated["mentorship"].ravel()), mentee)
    assert not made.ensemble.mentoring.any()
