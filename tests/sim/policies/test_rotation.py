"""Rotation: who leaves when, where to, and what a visitor does there and takes home."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from harness import PolicyHarness

from policies.stays import STAY, begins, moving, ties_of, to_the_first_stay, whereabouts
from sim.chance import Chance
from sim.problems import InputError
from sim.settings import Stays


class TestHarness(PolicyHarness):
    kind = "rotation"
    lively = (
        {"coverage": 0.6, "cadence": 2, "stay_weeks": 1, "rest_weeks": 0, "hours": 8},
        {"coverage": 0.5, "cadence": 3, "permanent": True, "host": "greatest_need"},
    )


def test_occasions_come_at_a_persons_own_phase_and_a_stay_has_its_length() -> None:
    made = moving()
    where = whereabouts(made, 24)
    phase = (Chance((1, 2)).hashes("rotation", "phase", None, made.state.key) % np.uint64(5)).ravel().astype(int)
    weeks = np.arange(24)[:, None]
    np.testing.assert_array_equal(begins(where), (weeks >= 2) & ((weeks - 2 - phase) % 5 == 0))
    np.testing.assert_array_equal(where >= 0, (weeks - 2 - phase >= 0) & ((weeks - 2 - phase) % 5 < 2))
    assert set(phase) == {0, 1, 2, 3, 4}


def test_a_later_start_moves_every_occasion_with_it() -> None:
    early, late = whereabouts(moving(), 12), whereabouts(moving(start_week=5), 15)
    np.testing.assert_array_equal(begins(early), begins(late)[3:])


def test_coverage_is_drawn_anew_at_each_occasion() -> None:
    some = begins(whereabouts(moving(coverage=0.4), 42))
    stays = some.sum(axis=0)
    assert 0.3 * 8 < stays.mean() < 0.5 * 8
    assert stays.min() < stays.max() < 8
    weaker = begins(whereabouts(moving(coverage=0.8, intensity=0.5), 42))
    np.testing.assert_array_equal(weaker, some)


def test_after_the_end_nobody_leaves_but_running_stays_finish() -> None:
    where = whereabouts(moving(cadence=1, stay_weeks=4, rest_weeks=3, end_week=4), 12)
    assert not begins(where)[4:].any()
    np.testing.assert_array_equal((where >= 0).sum(axis=0), np.full(48, 4))


def test_rest_is_the_least_time_at_home_between_two_stays() -> None:
    away = whereabouts(moving(cadence=1, rest_weeks=6), 40) >= 0
    weeks = np.arange(40)
    np.testing.assert_array_equal(away, np.tile(((weeks >= 2) & ((weeks - 2) % 8 < 2))[:, None], 48))


def test_next_goes_through_the_partners_in_order() -> None:
    made = moving({"departments": 4})
    where = whereabouts(made, 24)
    for row in range(48):
        home = int(made.state.arrays["home_department"][row])
        hosts = where[begins(where)[:, row], row]
        np.testing.assert_array_equal(hosts, [(home + 1 + n % 2) % 4 for n in range(len(hosts))])


def test_random_goes_everywhere_but_home() -> None:
    made = moving({"departments": 4}, host="random")
    where = whereabouts(made, 40)
    home = made.state.arrays["home_department"]
    visits = {(int(home[row]), int(host)) for row in range(48) for host in set(where[:, row]) - {-1}}
    assert visits == {(a, b) for a in range(4) for b in range(4) if a != b}


def test_greatest_need_goes_where_most_is_to_be_learned() -> None:
    made = moving({"departments": 4}, host="greatest_need", cadence=1)
    for _ in range(2):
        made.step()
    worlds.run_phases(made.plan, "bend")
    state, need = made.state, made.state.structure.need[:, :8].astype(np.float64)
    best = []
    for world in range(2):
        expertise, home = state.expertise[world].astype(np.float64), state.home_department[world]
        mean = [expertise[home == d].mean(axis=0) for d in range(4)]
        for i in range(24):
            fits = [(need[home[i]] * np.maximum(0, mean[d] - expertise[i])).sum() for d in range(4)]
            fits[home[i]] = -1.0
            best.append(int(np.argmax(fits)))
    with np.errstate(over="ignore"):
        made.plan.policies[0].act(made.ensemble)
    np.testing.assert_array_equal(state.arrays["department"], best)
    assert len(set(best)) > 2


def test_targets_hold_for_travellers_hosts_and_their_colleagues() -> None:
    targets = {"departments": ["Department 1", "Department 3"], "levels": ["senior"]}
    made = moving({"levels": [0.5, 0.5, 0, 0]}, targets=targets, host="random", cadence=2, stay_weeks=1)
    where, home, level = whereabouts(made, 20), made.state.arrays["home_department"], made.state.arrays["level"]
    travelled = np.flatnonzero((where >= 0).any(axis=0))
    np.testing.assert_array_equal(travelled, np.flatnonzero((home != 1) & (level == 1)))
    assert not np.any(where == 1)
    assert len(made.state.source) and np.all(level[made.state.source] == 1)


def test_one_department_alone_is_refused() -> None:
    with pytest.raises(InputError, match="one department alone has no other to visit"):
        moving(targets={"departments": ["Department 1"]})


def test_a_visitor_gets_four_colleagues_and_they_get_the_visitor() -> None:
    made = moving({"departments": 2})
    visitors, home = to_the_first_stay(made), made.state.arrays["home_department"]
    away, department = made.ensemble.away, made.state.arrays["department"]
    for visitor in visitors:
        hosts = ties_of(made, visitor)
        assert len(hosts) == 4
        for host, tie in hosts.items():
            assert home[host] == department[visitor] and not away[host]
            assert host // 24 == visitor // 24, "in the same world"
            assert tie == ties_of(made, host)[visitor]
            assert tie == (np.float32(0.4), np.float32(0.6), STAY)
    assert made.ensemble.sums["ties_formed"].sum() == 8 * len(visitors)


def test_contact_holds_during_the_stay_and_falls_after_it() -> None:
    made = moving({"departments": 2}, cadence=20, stay_weeks=3)
    visitor = to_the_first_stay(made)[0]
    left = made.week
    hosts = set(ties_of(made, visitor))
    made.step()
    for _ in range(2):
        assert all(ties_of(made, visitor)[host][1] == np.float32(0.6) for host in hosts)
        assert all(ties_of(made, host)[visitor][1] == np.float32(0.6) for host in hosts)
        made.step()
    assert made.week == left + 3
    assert all(ties_of(made, visitor)[host][1] == np.float32(0.6) for host in hosts)
    worlds.run_phases(made.plan, "act")
    still = [host for host in hosts if not made.ensemble.away[host]]
    assert still and all(ties_of(made, visitor)[host][1] == np.float32(0.12) for host in still)
    assert all(ties_of(made, host)[visitor][1] == np.float32(0.12) for host in still)


def test_contact_falls_after_the_stay_even_with_a_colleague_who_is_away_then() -> None:
    made = moving(cadence=4, end_week=14)
    whereabouts(made, 18)
    assert not made.ensemble.away.any()
    assert np.all(made.state.contact[made.state.origin == STAY] <= np.float32(0.12))


def test_a_tie_from_before_is_left_as_it_is() -> None:
    made = moving({"departments": 2, "sources": 23, "within_share": 0.0})
    before = {(i, j): tie for i in range(48) for j, tie in ties_of(made, i).items()}
    to_the_first_stay(made)
    after = {(i, j): tie for i in range(48) for j, tie in ties_of(made, i).items()}
    assert {pair: tie[1:] for pair, tie in before.items()} == {pair: after[pair][1:] for pair in before}


def test_meetings_fall_to_three_tenths_while_one_end_is_away() -> None:
    culture = worlds.ALL_OPEN["culture"]
    made = moving({"sources": 7, "within_share": 1.0}, culture=culture, contacts={"rate": 0.37, "spread": 0}, cadence=3)
    made.state.arrays["initiative"][:] = 1
    met, chances = 0, 0
    for _ in range(14):
        worlds.run_phases(made.plan, "sessions")
        ties, away = made.state.ties, made.ensemble.away
        baseline = ties.origin[made.state.live_slots()] == 0
        learner, source = made.state.learners()[baseline], made.state.source[baseline]
        kept = made.state.trust[baseline] - np.float32(0.5) > 0
        home = ~away[learner] & ~away[source]
        assert kept[home].all()
        met, chances = met + int(kept[~home].sum()), chances + int((~home).sum())
        slots = made.state.live_slots()
        ties.trust[slots] = ties.base_trust[slots] = np.float32(0.5)
        made.ensemble.number += 1
    assert chances > 500
    assert abs(met / chances - 0.3) < 4 * np.sqrt(0.3 * 0.7 / chances)


@pytest.mark.parametrize(("added", "meet"), [(0.0, False), (1.0, True)])
def test_willingness_is_added_between_visitor_and_host(added: float, meet: bool) -> None:
    culture = worlds.ALL_OPEN["culture"] | {"willingness_across": 0}
    made = moving({"departments": 2}, culture=culture, stays={"willingness": added})
    made.state.arrays["initiative"][:] = 1
    visitors = to_the_first_stay(made)
    made.step()
    meetings = made.ensemble.work.meetings
    assert np.all(meetings[visitors] == (4 if meet else 0))
    assert meetings.sum() == (8 * len(visitors) if meet else 0)


def test_clarity_is_added_between_visitor_and_host() -> None:
    culture = worlds.ALL_OPEN["culture"] | {"clarity_across": 0}
    learned = []
    for added in (0.0, 0.2, 0.4):
        made = moving({"departments": 2}, culture=culture, stays={"clarity": added}, learning={"hours": 60, "pace": 10})
        made.state.arrays["initiative"][:] = 1
        to_the_first_stay(made)
        made.step()
        learned.append(made.ensemble.work.from_ties.copy())
    assert not learned[0].any() and learned[1].any()
    np.testing.assert_allclose(learned[2], 2 * learned[1], rtol=1e-4, atol=1e-7)


def test_a_visitor_practises_and_keeps_what_the_host_needs() -> None:
    learning = {"practice": 0.1, "forgetting": 0.05, "obsolescence": 0, "obsolescence_emerging": 0}
    made = moving({"departments": 4}, learning=learning, culture={"willingness_across": 0}, stays={"willingness": 0})
    visitors = to_the_first_stay(made)
    state, before = made.state, made.state.arrays["expertise"].astype(np.float64)
    host, home = state.arrays["department"].copy(), state.arrays["home_department"]
    made.step()
    for row in visitors:
        for k in range(8):
            own, hosts_own = (state.structure.own[d, k] for d in (home[row], host[row]))
            need = max(state.structure.need[home[row], k], 0.5 * state.structure.need[host[row], k])
            rate = 0.1 if hosts_own else 0.1 * 0.3 if own else 0.1 * 0.5
            expected = before[row, k] + rate * need * (1 - before[row, k])
            expected *= 1 - 0.05 * (1 - need)
            assert state.arrays["expertise"][row, k] == pytest.approx(expected, abs=1e-6)


def test_the_sizes_of_a_stay() -> None:
    assert Stays() == Stays(host_need=0.5, willingness=0.25, clarity=0.2, absence_contact=0.3, absence_practice=0.3)
