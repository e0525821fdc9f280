"""Exchange over ties against a second, independent writing of it: plain float64 Python, one tie at a time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from worlds import lessons_of, model, run_phase, run_phases

from sim.chance import MODEL, Chance, extend, uniform
from sim.kernels.exchange import exchange
from sim.kernels.exchange_lanes import exchange_lanes, write_cards
from sim.kernels.lessons import BLOCK
from sim.phases.scratch import highest_factors, most_slots, plain_scratch, room_for_meetings
from sim.plan import Plan

SEEDS = (3, 11)


@dataclass
class Expected:
    """What the reference finds, by row or by (learner row, source row)."""

    gain: dict[int, Any] = field(default_factory=dict)
    trust: dict[tuple[int, int], float] = field(default_factory=dict)
    brought: dict[tuple[int, int], float] = field(default_factory=dict)
    met: dict[int, int] = field(default_factory=dict)


def upset(seed: int, topics: int = 11, people: int = 30, **sections: Any) -> Any:
    """Two worlds with everything out of the ordinary: visitors, uneven culture and teaching, fresh ties, loads."""
    made = model({"topics": topics, "people": people}, seeds=SEEDS, **sections)
    plan, state, draw = made.plan, made.state, np.random.default_rng(seed)
    rows = 2 * people
    run_phases(plan, "convene")
    arrays = state.arrays
    away = draw.random(len(arrays["department"])) < 0.3
    arrays["department"][away] = draw.integers(0, 3, away.sum())
    arrays["expertise"][:, :topics] = draw.random((rows, topics), np.float32)
    week = plan.week
    week.gates = week.gates._replace(
        engagement=draw.random(rows, np.float32),
        seeks=draw.random(rows, np.float32) * np.float32(8),
        keeps=draw.random(rows, np.float32),
        teaching=draw.random(rows, np.float32) + np.float32(0.5),
        rate=draw.random(rows, np.float32) * np.float32(0.5),
    )
    pair = {
        name: draw.random(2 * 9, np.float32) * np.float32(top)
        for name, top in (("clarity", 1), ("willingness", 1), ("reliability", 1), ("contact", 1.4))
    }
    contact = pair.pop("contact")
    hosting = np.minimum(np.float32(1), pair["willingness"] + np.float32(0.25))
    standings = [contact * pair["willingness"], contact * hosting, contact * pair["willingness"] * np.float32(0.3)]
    meeting = np.stack(standings, axis=1).ravel()
    week.culture = week.culture._replace(safety=draw.random(2 * 3, np.float32), meeting=meeting, **pair)
    for name in ("trust", "contact", "base_trust"):
        getattr(state.ties, name)[:] = draw.random(len(state.ties.trust), np.float32)
    return made


def reference(plan: Plan) -> Expected:
    """The exchange of this week, from the formulas of the model's page."""
    week, state, rule = plan.week, plan.week.state, plan.week.rule
    arrays, people, topics = state.arrays, rule.people, rule.topics
    chance = Chance(SEEDS)
    found = Expected()
    for i in range(state.frame.rows):
        world, raw, gap = i // people, np.zeros(topics), np.zeros(topics)
        found.met[i], values = 0, {}
        need = _need(plan, i)
        first = state.ties.first[i]
        for e in range(first, first + state.ties.count[i]):
            j = int(state.ties.source[e])
            gates = _pair(plan, i, j)
            trust = float(state.ties.trust[e])
            drawn, promise = _draws(chance, world, arrays["key"][i], arrays["key"][j])
            chance_to_meet = float(state.ties.contact[e]) * gates["meeting"]
            chance_to_meet *= float(week.gates.seeks[i]) * float(week.gates.engagement[j])
            found.brought[i, j] = 0.0
            if drawn >= chance_to_meet:
                found.trust[i, j] = trust + float(rule.delta) * (float(state.ties.base_trust[e]) - trust)
                continue
            found.met[i] += 1
            c = state.structure.tacitness[:topics].astype(np.float64)
            safety = min(1.0, 1.5 * gates["safety"])
            q = gates["clarity"] * float(week.gates.teaching[j]) * ((1 - c) + c * trust * safety)
            h = np.maximum(0.0, arrays["expertise"][j, :topics].astype(np.float64) - arrays["expertise"][i, :topics])
            values[j] = float(week.gates.rate[i]) * (q * need * h * (1 - float(rule.phi) * h))
            raw, gap = raw + values[j], np.maximum(gap, h)
            kept = promise < gates["reliability"] * float(week.gates.keeps[j])
            found.trust[i, j] = trust + float(rule.eta) * (kept - trust)
        found.gain[i] = np.minimum(raw, gap)
        share = found.gain[i].sum() / raw.sum() if raw.sum() > 0 else 1.0
        for j, value in values.items():
            found.brought[i, j] = value.sum() * share
    return found


def _draws(chance: Chance, world: int, a: Any, b: Any) -> tuple[float, float]:
    """Two numbers of one hash: its top 24 bits for the meeting, the next 24 for the promise."""
    drawn = extend(extend(chance.stream(MODEL, "meet", 0)[world], a), b)
    return float(uniform(drawn)), float(uniform(drawn << np.uint64(24)))


def _need(plan: Plan, i: int) -> Any:
    table = plan.week.state.structure.need[:, : plan.week.rule.topics].astype(np.float64)
    home, here = (int(plan.week.state.arrays[name][i]) for name in ("home_department", "department"))
    return table[home] if here == home else np.maximum(table[home], 0.5 * table[here])


def _pair(plan: Plan, i: int, j: int) -> dict[str, float]:
    """Culture between two people: gates by home, safety where the learner is, more between visitor and host."""
    arrays, culture, rule = plan.week.state.arrays, plan.week.culture, plan.week.rule
    home_i, home_j = int(arrays["home_department"][i]), int(arrays["home_department"][j])
    here_i, here_j = int(arrays["department"][i]), int(arrays["department"][j])
    world = i // rule.people
    at = (world * 3 + home_i) * 3 + home_j
    gates = {name: float(getattr(culture, name)[at]) for name in ("clarity", "reliability")}
    gates["safety"] = float(culture.safety[world * 3 + here_i])
    at_home, hosting, apart = culture.meeting.reshape(-1, 3)[at]
    gates["meeting"] = float(at_home)
    if home_i != home_j and here_i == here_j and here_i in (home_i, home_j):
        gates["meeting"] = float(hosting)
        gates["clarity"] = min(1.0, gates["clarity"] + 0.20)
    elif here_i != home_i or here_j != home_j:
        gates["meeting"] = float(apart)
    return gates


@pytest.mark.parametrize("seed", range(4))
def test_the_kernel_does_what_the_formulas_say(seed: int) -> None:
    made = upset(seed, learning={"phi": 0.25 * seed, "rate": 0.5})
    expected = reference(made.plan)
    before = made.state.arrays["expertise"].copy()
    run_phase(made.plan, "ties")
    work, ties, brought = made.plan.week.work, made.state.ties, lessons_of(made.plan)
    assert sum(expected.met.values()) > 30
    assert work.meetings.tolist() == list(expected.met.values())
    for i, gain in expected.gain.items():
        np.testing.assert_allclose(work.gain[i, :11], gain, atol=1e-6)
        assert work.from_ties[i] == pytest.approx(gain.sum(), abs=2e-6)
    learners, slots = made.state.learners(), made.state.live_slots()
    for i, e in zip(learners.tolist(), slots.tolist(), strict=True):
        pair = (i, int(ties.source[e]))
        assert ties.trust[e] == pytest.approx(expected.trust[pair], abs=1e-6)
        assert brought.get(pair, 0.0) == pytest.approx(expected.brought[pair], abs=2e-6)
    np.testing.assert_array_equal(made.state.arrays["expertise"], before)
    assert not work.gain[:, 11:].any(), "padding learns nothing"


def test_no_topic_gains_more_than_the_largest_gap_met() -> None:
    made = upset(1, learning={"phi": 0})
    made.plan.week.gates = made.plan.week.gates._replace(
        rate=np.ones(60, np.float32), seeks=np.full(60, 9, np.float32), teaching=np.full(60, 9, np.float32)
    )
    expected = reference(made.plan)
    run_phase(made.plan, "ties")
    capped, brought = 0, lessons_of(made.plan)
    for i in range(60):
        first, count = made.state.ties.first[i], made.state.ties.count[i]
        sources = made.state.ties.source[first : first + count]
        largest = (made.state.arrays["expertise"][sources] - made.state.arrays["expertise"][i]).max(axis=0, initial=0)
        assert np.all(made.plan.week.work.gain[i] <= largest)
        np.testing.assert_allclose(made.plan.week.work.gain[i, :11], expected.gain[i], atol=3e-6)
        capped += int(np.any(made.plan.week.work.gain[i, :11] == largest[:11]))
        mine = sum(brought.get((i, int(j)), 0.0) for j in sources)
        assert mine == pytest.approx(made.plan.week.work.from_ties[i], abs=1e-5)
    assert capped > 5, "the cap was never reached, so nothing was shown"


def test_everybody_learns_from_last_week_whatever_the_order_of_rows() -> None:
    whole, parts = upset(2, people=140), upset(2, people=140)
    for made, cuts in ((whole, [0, 280]), (parts, [0, 128, 140, 268, 280])):
        for begin, end in reversed(list(itertools.pairwise(cuts))):
            one_by_one(made, begin, end)
    assert whole.plan.week.work.meetings.sum() > 30, "nobody met, so nothing was shown"
    same_exchange(whole, parts)


@pytest.mark.parametrize("topics", [1, 8, 11, 24])
def test_lanes_do_what_one_tie_after_another_does(topics: int) -> None:
    """In plain Python, where lanes are numpy arrays of eight; compiled, in `test_same_bits`."""
    plain, lanes = (upset(topics, topics=topics, people=20) for _ in range(2))
    one_by_one(plain, 0, 40)
    in_lanes(lanes, 0, 40)
    assert plain.plan.week.work.meetings.sum() > 10
    same_exchange(plain, lanes)


def arrays_of(made: Any) -> tuple[Any, ...]:
    """What both kernels are given of a world, in their order."""
    state, week = made.state, made.plan.week
    return state.people, state.ties, state.structure, week.culture, week.gates, week.rule, week.work, made.plan.lessons


def one_by_one(made: Any, begin: int, end: int) -> None:
    """The reference kernel over some rows."""
    meeting = made.plan.week.chance.stream(MODEL, "meet", 0)
    with np.errstate(over="ignore"):
        exchange(begin, end, meeting, *arrays_of(made), *plain_scratch(made.state.people))


def in_lanes(made: Any, begin: int, end: int) -> None:
    """The kernel in lanes over some rows."""
    state, week = made.state, made.plan.week
    meeting = week.chance.stream(MODEL, "meet", 0)
    most = highest_factors(week.culture, week.gates, week.rule)
    bits = (values.view(np.uint32) for values in (week.gates.engagement, week.gates.teaching, week.gates.keeps))
    with np.errstate(over="ignore"):
        write_cards(0, state.frame.rows, state.people, *bits, week.work.cards)
        scratch = room_for_meetings({}, begin, most_slots(state.ties, begin, end, BLOCK), state.people)
        exchange_lanes(begin, end, meeting, most, *arrays_of(made), scratch)


def same_exchange(a: Any, b: Any) -> None:
    """Everything that an exchange writes is the same to the last bit, ties as they are seen from outside."""
    for name in ("gain", "from_ties", "meetings"):
        np.testing.assert_array_equal(getattr(a.plan.week.work, name), getattr(b.plan.week.work, name), err_msg=name)
    assert list(lessons_of(a.plan).items()) == list(lessons_of(b.plan).items()), "other lessons, or in another order"
    slots = a.state.live_slots()
    for name in ("trust", "source"):
        np.testing.assert_array_equal(getattr(a.state.ties, name)[slots], getattr(b.state.ties, name)[slots])
