"""How ties outside the baseline fade, and how many sources a person can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import worlds
from meetings import give, tie, world

F = np.float32


def test_ties_fade_in_one_pass_a_week_and_end_below_the_floor() -> None:
    made = world()
    give(made, 0, 9, 0.3, 0.5)
    give(made, 0, 10, 0.3, 0.0203)
    give(made, 0, 11, 0.3, 0.0204)
    give(made, 0, 12, 0.3, 0.01, "baseline")
    made.step()
    assert tie(made, 0, 9)["contact"] == pytest.approx(0.5 * 0.985, rel=1e-6)
    assert tie(made, 0, 10) is None and tie(made, 0, 11) is not None
    assert tie(made, 0, 12)["contact"] == F(0.01)
    assert made.state.violations() == []


@pytest.mark.parametrize(
    ("origin", "contact", "again", "offered", "expected"),
    [
        ("mentorship", 0.05, "mentorship", 0.12, 0.12),
        ("mentorship", 0.5, "mentorship", 0.12, 0.5),
        ("mentorship", 0.05, "rotation", 0.6, 0.12),
        ("rotation", 0.1, "rotation", 0.6, 0.6),
        ("baseline", 0.05, "rotation", 0.6, 0.05),
    ],
)
def test_a_tie_that_is_there_is_lifted_and_never_formed_again(
    origin: str, contact: float, again: str, offered: float, expected: float
) -> None:
    made = world()
    give(made, 0, 9, 0.7, contact, origin)
    before = tie(made, 0, 9)
    give(made, 0, 9, 0.4, offered, again)
    assert before and tie(made, 0, 9) == before | {"contact": float(F(expected))}
    assert made.ensemble.sums["ties_formed"][0] == 1 and len(made.state.source) == 1


def test_the_limit_of_sources_is_forty_or_those_at_the_start_and_eight_more() -> None:
    assert np.all(worlds.model().state.ties.limit == 40)
    made = worlds.model({"people": 120, "sources": 45})
    np.testing.assert_array_equal(made.state.ties.limit, np.maximum(40, made.state.ties.count + 8))
    tight = worlds.model(contacts={"limit": 1, "headroom": 2})
    np.testing.assert_array_equal(tight.state.ties.limit, np.maximum(1, tight.state.ties.count + 2))


@pytest.mark.parametrize(
    ("strengths", "lost"),
    [
        ({1: 0.3, 2: 0.1, 3: 0.2}, 2),
        ({1: 0.3, 2: 0.1, 3: 0.1}, 2),
        ({3: 0.3, 1: 0.1, 2: 0.1}, 1),
        ({1: 0.3, 2: 0.3, 3: 0.3}, None),
    ],
)
def test_a_full_row_gives_up_its_weakest_tie_or_refuses(strengths: dict[int, float], lost: int | None) -> None:
    made = world(contacts={"limit": 3, "headroom": 0})
    for source, strength in strengths.items():
        give(made, 0, source, strength, 1.0, "baseline" if source == 2 else "mentorship")
    assert made.state.ties.count[0] == 3
    made.ensemble.sums.clear()
    give(made, 0, 20, 0.5, 0.4)
    expected = set(strengths) if lost is None else set(strengths) - {lost} | {20}
    assert set(made.state.source[made.state.learners() == 0]) == expected
    assert made.ensemble.sums["ties_refused"][0] == (lost is None)
    assert made.ensemble.sums["ties_formed"][0] == (lost is not None)
    assert made.state.violations() == []


def test_baseline_ties_of_the_users_own_network_are_never_given_up(tmp_path: Path) -> None:
    people = "id,department,T\n" + "".join(f"p{n},A,0.5\n" for n in range(6))
    ties = "learner,source,contact\np0,p1,0.01\np0,p2,0.02\n"
    made = worlds.all_open(tmp_path, people, ties, contacts={"limit": 1, "headroom": 1})
    give(made, 0, 3, 0.3, 0.2)
    give(made, 0, 4, 0.9, 0.9)
    assert set(made.state.source[made.state.learners() == 0]) == {1, 2, 4}
    give(made, 0, 5, 0.1, 0.1)
    assert set(made.state.source[made.state.learners() == 0]) == {1, 2, 4}


def test_room_in_memory_never_changes_a_result() -> None:
    roomy, tight = world(), world()
    roomy.state.ensure_room(np.repeat(np.arange(24), 30))
    for made in (roomy, tight):
        for j in (9, 3, 17, 1, 22, 5):
            give(made, 0, j, 0.3, 0.2)
        made.step()
    assert roomy.state.digest() == tight.state.digest()
    assert list(tight.state.source[:6]) == [1, 3, 5, 9, 17, 22]


def test_ties_of_nobody_are_refused_and_rows_of_any_integers_form_them() -> None:
    made = worlds.model({"sources": 0}, seeds=(1, 2))
    week, last = made.ensemble, 2 * 24 - 1
    for learner, source in (([3], [last + 1]), ([last + 1], [3]), ([3], [-1]), ([-1], [3]), ([3, 4], [5])):
        with pytest.raises(ValueError, match=r"differ in number|negative|broadcast"):
            week.form_ties(np.array(learner), np.array(source), 0.3, 0.2, "other")
    assert len(made.state.source) == 0
    week.form_ties(np.array([last, 3], np.int32), np.array([last - 1, 4], np.int32), 0.3, 0.2, "other")
    assert made.state.learners().tolist() == [3, last] and made.state.source.tolist() == [4, last - 1]
