"""Leaving and joining: who goes, what a newcomer brings and finds, and what stays with the seat."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import BUSY, model, run_phase, run_phases

from sim.chance import Chance, mix, text_keys, week_key
from sim.schema import ORIGINS

EVERYBODY = {"turnover": {"hazard": [1, 1, 1, 1]}}
NOBODY = {"turnover": {"hazard": [0, 0, 0, 0]}}
HALF = {"turnover": {"hazard": [0.5, 0.5, 0.5, 0.5], "first_year": 1}}


def before_leaving(**sections: Any) -> Any:
    made = model(seeds=(1, 2), **sections)
    for _ in range(3):
        made.step()
    run_phases(made.plan, "drift")
    return made


def test_nobody_leaves_without_a_hazard() -> None:
    made = model(**NOBODY).run()
    assert not made.state.generation.any()
    assert made.record().weekly["leavers"].sum() == 0


def test_the_hazard_is_the_levels_and_higher_in_the_first_year() -> None:
    made = model({"people": 60}, turnover={"hazard": [0.0, 1.0, 0.4, 0.0], "first_year": 2.5})
    arrays = made.state.arrays
    arrays["level"][:] = np.arange(60) % 4
    arrays["tenure"][:] = np.where(np.arange(60) < 30, 51, 52)
    run_phases(made.plan, "leave and join")
    left = made.plan.week.left
    assert not left[arrays["level"] == 0].any() and not left[arrays["level"] == 3].any()
    assert left[arrays["level"] == 1].all()
    managers = np.arange(60) % 4 == 2
    assert left[managers & (np.arange(60) < 30)].all(), "0.4 times 2.5 is certain"
    drawn = Chance([1]).draw("model", "leave", 0, made.prepared and text_keys(made.state.frame.seats)[None])[0]
    older = managers & (np.arange(60) >= 30)
    np.testing.assert_array_equal(left[older], drawn[older] < np.float32(0.4))
    assert 0 < left[older].sum() < older.sum()


def test_the_lever_of_turnover_is_a_factor() -> None:
    made = model(**HALF)
    run_phases(made.plan, "drift")
    made.plan.week.levers.values["turnover"] = np.zeros((1, 24), np.float32)
    run_phase(made.plan, "leave and join")
    assert not made.plan.week.left.any()


def test_a_newcomer_takes_the_seat_under_a_new_key() -> None:
    made = before_leaving(**HALF)
    state = made.state
    before = {name: values.copy() for name, values in state.arrays.items()}
    run_phase(made.plan, "leave and join")
    left, arrays = made.plan.week.left, state.arrays
    assert 0 < left.sum() < 48
    np.testing.assert_array_equal(arrays["key"][left], mix(before["key"][left], week_key(3)))
    np.testing.assert_array_equal(arrays["generation"], before["generation"] + left)
    np.testing.assert_array_equal(arrays["tenure"], np.where(left, 0, before["tenure"] + 1))
    for name in ("level", "home_department", "organization"):
        np.testing.assert_array_equal(arrays[name], before[name], name)
    assert set(arrays["engagement"][left].tolist()) == {np.float32(0.8)}
    assert np.all(arrays["initiative"][left] != before["initiative"][left])
    for name in ("key", "expertise", "initiative", "engagement", "department"):
        np.testing.assert_array_equal(arrays[name][~left], before[name][~left], name)


def test_a_newcomers_draws_are_its_own() -> None:
    """Two people who leave the same seat in different weeks, or the same week in different worlds, differ."""
    made = model(seeds=(1, 2), **EVERYBODY)
    seen = []
    for _ in range(3):
        made.step()
        seen += [made.state.initiative[0].copy(), made.state.initiative[1].copy()]
    for a in range(6):
        for b in range(a):
            assert not np.any(seen[a] == seen[b])


def test_newcomers_know_what_the_market_knows() -> None:
    made = model({"people": 300, "topics": 6}, newcomers={"spread": 0.5}, **EVERYBODY)
    made.step()
    need, own = made.state.structure.need[:, :6], made.state.structure.own[:, :6]
    home, level = made.state.home_department[0], made.state.level[0]
    kind = made.state.structure.topic_kind[:6]
    for d in range(3):
        for k in range(6):
            rows = (home == d) & (level == 0)
            mean = 0.35 if own[d, k] else {0: 0.25 * need[d, k], 1: 0.25, 2: 0.35}[int(kind[k])]
            known = made.state.expertise[0, rows, k]
            assert known.min() >= 0.5 * mean - 1e-6 and known.max() <= 1.5 * mean + 1e-6
            assert known.mean() == pytest.approx(mean, abs=4 * mean * 0.29 / np.sqrt(rows.sum()) + 1e-9)


def by_pair(made: Any) -> dict[tuple[int, int], tuple[float, ...]]:
    """Trust, contact, base trust and origin of each live tie."""
    state = made.state
    values = zip(state.trust, state.contact, state.base_trust, state.origin, strict=True)
    pairs = zip(state.learners().tolist(), state.source.tolist(), strict=True)
    return {pair: tuple(float(one) for one in row) for pair, row in zip(pairs, values, strict=True)}


def test_baseline_ties_stay_with_the_seat_and_all_others_end() -> None:
    made = before_leaving(policies=BUSY, **HALF)
    before = by_pair(made)
    left_before = made.plan.week.left.copy()
    run_phase(made.plan, "leave and join")
    left, after = made.plan.week.left, by_pair(made)
    assert not np.array_equal(left, left_before)
    kinds = set()
    for (i, j), (trust, contact, base, origin) in before.items():
        gone = bool(left[i] or left[j])
        kinds.add((ORIGINS[int(origin)] == "baseline", gone))
        if origin == 0:
            expected = float(np.float32(0.6) * np.float32(base)) if gone else trust
            assert after[i, j] == (expected, contact, base, 0.0)
        elif gone:
            assert (i, j) not in after
        else:
            staying = origin == ORIGINS.index("rotation") and (i, j) in after and after[i, j][1] == contact
            faded = float(np.float32(contact) * (np.float32(1) - np.float32(0.015)))
            assert staying or ((i, j) in after) == (faded >= 0.02)
            if (i, j) in after and not staying:
                assert after[i, j] == (trust, faded, base, origin)
    assert set(after) <= set(before)
    assert len(kinds) == 4, "each kind of tie was seen, with and without a leaver"


def test_the_number_of_baseline_ties_never_changes() -> None:
    made = model(policies=BUSY, **HALF)
    baseline = sorted(pair for pair, tie in by_pair(made).items() if tie[3] == 0)
    made.run()
    assert sorted(pair for pair, tie in by_pair(made).items() if tie[3] == 0) == baseline
    assert made.state.violations() == []


def contact_during_and_after_stays(coverage: float) -> list[tuple[bool, float]]:
    """For each week and tie that a stay made: whether one of both still stays with the other, and the contact."""
    stay = {**BUSY["rotation"], "stay_weeks": 5, "cadence": 40, "coverage": coverage}
    made = model(policies={"rotation": stay}, weeks=120, **NOBODY)
    seen = []
    for _ in range(120):
        made.step()
        here, home = made.state.arrays["department"], made.state.arrays["home_department"]
        for (i, j), tie in by_pair(made).items():
            if ORIGINS[int(tie[3])] == "rotation":
                staying = home[i] != home[j] and (here[i] == home[j] or here[j] == home[i])
                seen.append((bool(staying), tie[1]))
    return seen


def test_ties_of_a_stay_keep_their_contact_while_it_lasts() -> None:
    during = [contact for staying, contact in contact_during_and_after_stays(0.1) if staying]
    assert during and min(during) == pytest.approx(0.6) == max(during)


@pytest.mark.parametrize("coverage", [0.1, 1.0])
def test_ties_of_a_stay_are_loose_afterwards(coverage: float) -> None:
    """Ruling 13: contact 0.12 after the stay; also where a host has gone away meanwhile."""
    after = [contact for staying, contact in contact_during_and_after_stays(coverage) if not staying]
    assert after and max(after) <= 0.12 + 1e-6
    assert min(after) >= 0.02 - 1e-6, "below the floor a tie is gone"


def test_a_leaver_ends_stays_pairs_and_memberships() -> None:
    made = model(policies=BUSY, **HALF)
    for _ in range(8):
        made.step()
        left = np.flatnonzero(made.plan.week.left)
        arrays = made.state.arrays
        np.testing.assert_array_equal(arrays["department"][left], arrays["home_department"][left])
        pairs = next(p for p in made.plan.policies if p.label == "mentorship").pairs
        assert not np.isin(pairs.mentees(), left).any()
        assert not np.isin(pairs.mentor[pairs.mentees()], left).any()


def test_shown_ids_count_the_newcomers() -> None:
    made = model(**EVERYBODY)
    made.step()
    made.step()
    assert next(iter(made.agents)).id == f"{made.state.frame.seats[0]}~2"
