"""Exchange in sessions against a second writing of it in plain float64 Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import model

from sim.chance import Chance, extend, text_key, uniform, week_key
from sim.kernels.encounters import new_ties, recall
from sim.kernels.sessions import SCRATCH, learn_in_sessions, promises
from sim.kernels.ties import find
from sim.schema import ORIGINS, Culture, EncounterArrays, Gates
from sim.sessions import Encounters, gather, room_for_ties

TOPICS, ROWS = 11, 48


def scattered(seed: int) -> tuple[Any, EncounterArrays, Culture, Gates]:
    """Two worlds with people away, and a hundred encounters, some of them twice by two policies."""
    made = model({"topics": TOPICS}, seeds=(1, 2), learning={"phi": 0.4})
    draw = np.random.default_rng(seed)
    arrays = made.state.arrays
    away = draw.random(ROWS) < 0.35
    arrays["department"][away] = draw.integers(0, 3, away.sum())
    arrays["expertise"][:, :TOPICS] = draw.random((ROWS, TOPICS), np.float32)
    learner = np.sort(draw.integers(0, ROWS, 100))
    source = (learner + draw.integers(1, 24, 100)) % 24 + learner // 24 * 24

    def share(size: int, top: float = 1.0) -> Any:
        return draw.random(size, np.float32) * np.float32(top)

    encounters = EncounterArrays(
        learner, source, share(100, 3), share(100, 2), share(100, 0.1), share(100), share(100), draw.random(100) < 0.7
    )
    culture = Culture(share(6), *(share(18) for _ in range(4)))
    gates = Gates(share(ROWS), share(ROWS), share(ROWS), share(ROWS, 2), share(ROWS))
    return made, encounters, culture, gates


def pair(made: Any, i: int, j: int) -> tuple[int, bool]:
    """Place of two people's home departments in the culture, and whether one stays with the other."""
    here, home = made.state.arrays["department"], made.state.arrays["home_department"]
    guest = here[i] == here[j] and home[i] != home[j] and here[i] in (home[i], home[j])
    return (i // 24 * 3 + int(home[i])) * 3 + int(home[j]), bool(guest)


@pytest.mark.parametrize("seed", range(3))
def test_learning_in_sessions(seed: int) -> None:
    made, met, culture, gates = scattered(seed)
    week, state = made.plan.week, made.state
    here, home = state.arrays["department"], state.arrays["home_department"]
    mastery = state.arrays["expertise"][:, :TOPICS].astype(np.float64)
    c = state.structure.tacitness[:TOPICS].astype(np.float64)
    raw, gap = np.zeros((ROWS, TOPICS)), np.zeros((ROWS, TOPICS))
    single = np.zeros(100)
    for n in range(100):
        i, j = int(met.learner[n]), int(met.source[n])
        if not met.heard[n]:
            continue
        at, guest = pair(made, i, j)
        clarity = min(1.0, float(culture.clarity[at]) + (0.2 if guest else 0.0))
        trusted = float(met.trust[n]) * min(1.0, 1.5 * float(met.safety[n]))
        q = clarity * float(gates.teaching[j]) * float(met.teaching[n]) * ((1 - c) + c * trusted)
        need = state.structure.need[home[i], :TOPICS].astype(np.float64)
        if here[i] != home[i]:
            need = np.maximum(need, 0.5 * state.structure.need[here[i], :TOPICS])
        h = np.maximum(0.0, mastery[j] - mastery[i])
        learned = float(gates.rate[i]) * float(met.weight[n]) * q * need * h * (1 - 0.4 * h)
        raw[i] += learned
        gap[i] = np.maximum(gap[i], h)
        single[n] = learned.sum()
    gain = np.minimum(raw, gap)
    work, brought = week.work, np.zeros(100, np.float32)
    scratch = np.full((SCRATCH, 16), 9, np.float32)
    work.gain[:] = 0.125
    learn_in_sessions(met, state.people, state.structure, culture, gates, week.rule, work, brought, scratch)
    np.testing.assert_allclose(work.gain[:, :TOPICS], 0.125 + gain, atol=1e-6)
    assert np.all(work.gain[:, TOPICS:] == 0.125)
    np.testing.assert_allclose(work.from_sessions, gain.sum(axis=1), atol=3e-6)
    share = np.divide(gain.sum(axis=1), raw.sum(axis=1), out=np.ones(ROWS), where=raw.sum(axis=1) > 0)
    np.testing.assert_allclose(brought, single * share[met.learner], atol=3e-6)
    assert np.any(share < 0.999), "the cap was never reached"
    np.testing.assert_array_equal(state.arrays["expertise"][:, :TOPICS], mastery.astype(np.float32))


def drawn(decision: str) -> tuple[Any, Any]:
    """What decides the draws of two worlds and three policies in week 7, and room for the chains."""
    decisions = np.array([text_key(f"p{label}/{decision}") for label in range(3)], np.uint64)
    return (Chance((1, 2)).worlds, decisions, week_key(7)), np.zeros((3, 2), np.uint64)


def draw_of(made: Any, label: int, decision: str, i: int, j: int) -> float:
    """The same draw by the chance of the model."""
    key = made.state.arrays["key"]
    return float(uniform(extend(extend(Chance((1, 2)).stream(f"p{label}", decision, 7)[i // 24], key[i]), key[j])))


@pytest.mark.parametrize("seed", range(3))
def test_promises_are_kept_by_reliability_and_load_and_move_the_ties_trust_one_after_another(seed: int) -> None:
    made, met, culture, gates = scattered(seed)
    state, rule = made.state, made.plan.week.rule
    state.ties.origin[::3] = 2
    state.ties.contact[:] = np.float32(0.05)
    labels = np.random.default_rng(seed).integers(0, 3, 100)
    live = zip(state.learners().tolist(), state.source.tolist(), state.live_slots().tolist(), strict=True)
    there = {(i, j): e for i, j, e in live}
    slots = np.array([there.get((int(i), int(j)), -1) for i, j in zip(met.learner, met.source, strict=True)])
    trust, contact = state.ties.trust.astype(np.float64), state.ties.contact.astype(np.float64)
    kept = np.zeros(100, np.bool_)
    with np.errstate(over="ignore"):
        chance = drawn("promise")
        promises(met, slots, False, labels, *chance, state.people, state.ties, culture, gates, rule, kept)
    for n in range(100):
        i, j, e = int(met.learner[n]), int(met.source[n]), int(slots[n])
        reliability = min(1.0, float(culture.reliability[pair(made, i, j)[0]]) + float(met.reliability[n]))
        assert kept[n] == (draw_of(made, labels[n], "promise", i, j) < reliability * float(gates.keeps[j]))
        if e >= 0:
            trust[e] += 0.1 * (kept[n] - trust[e])
            contact[e] = max(contact[e], 0.12) if state.ties.origin[e] else contact[e]
    assert 0 < kept.sum() < 100 and np.unique(slots[slots >= 0]).size > 5
    np.testing.assert_allclose(state.ties.trust, trust, atol=1e-6)
    np.testing.assert_allclose(state.ties.contact, contact, atol=1e-7)


def random_parts(made: Any, seed: int) -> list[tuple[int, Encounters]]:
    """Parts of three policies out of order, with the same pairs again in one policy and in others."""
    draw = np.random.default_rng(seed)
    parts = []
    for label, origin in ((2, "other"), (0, "mentorship"), (1, ""), (0, "rotation")):
        learner = draw.integers(0, ROWS, 60)
        source = (learner + draw.integers(1, 4, 60)) % 24 + learner // 24 * 24
        weight, teaching = draw.random((2, 60), np.float32)
        gates = {"confidentiality": draw.random(), "facilitation": draw.random(), "origin": origin}
        parts.append((label, Encounters(learner, source, weight, teaching, **gates)))
    return parts


@pytest.mark.parametrize("seed", range(3))
def test_encounters_are_put_in_the_order_of_a_stable_sort(seed: int) -> None:
    made = model(seeds=(1, 2))
    parts = random_parts(made, seed)
    meeting = gather(parts, ORIGINS, ROWS)
    learner, source = (np.concatenate([getattr(part, name) for _, part in parts]) for name in ("learner", "source"))
    label = np.repeat([label for label, _ in parts], 60)
    order = np.lexsort((source, label, learner))
    assert len({(i, j) for i, j in zip(learner, source, strict=True)}) < 200, "no pair comes twice"
    for name, values in (("learner", learner), ("source", source), ("label", label)):
        np.testing.assert_array_equal(getattr(meeting, name), values[order], name)
    for name in ("weight", "teaching"):
        joined = np.concatenate([getattr(part, name) for _, part in parts])
        np.testing.assert_array_equal(getattr(meeting, name), joined[order], name)
    for name in ("confidentiality", "facilitation"):
        each = np.repeat([np.float32(getattr(part, name)) for _, part in parts], 60)
        np.testing.assert_array_equal(getattr(meeting, name), each[order], name)
    forms = np.repeat([ORIGINS.index(part.origin) if part.origin else -1 for _, part in parts], 60)
    np.testing.assert_array_equal(meeting.forms, forms[order])


@pytest.mark.parametrize("seed", range(3))
def test_what_is_known_before_an_encounter(seed: int) -> None:
    made, _, culture, _ = scattered(seed)
    state, rule = made.state, made.plan.week.rule
    arrays = state.arrays
    arrays["level"][:] = np.random.default_rng(seed).integers(0, 4, ROWS)
    meeting = gather(random_parts(made, seed), ORIGINS, ROWS)
    slots, heard = np.zeros(240, np.int64), np.zeros(240, np.bool_)
    met = EncounterArrays(*meeting[:4], *np.zeros((3, 240), np.float32), heard)
    with np.errstate(over="ignore"):
        recall(meeting, *drawn("heard"), state.people, state.ties, culture, rule, met, slots)
    live = zip(state.learners().tolist(), state.source.tolist(), state.live_slots().tolist(), strict=True)
    there = {(i, j): e for i, j, e in live}
    for n in range(240):
        i, j = int(meeting.learner[n]), int(meeting.source[n])
        assert slots[n] == there.get((i, j), -1)
        same = arrays["home_department"][i] == arrays["home_department"][j]
        stranger = np.float32(0.5 if same else 0.3)
        assert met.trust[n] == (state.ties.trust[slots[n]] if slots[n] >= 0 else stranger)
        safety = max(culture.safety[i // 24 * 3 + arrays["department"][i]], meeting.confidentiality[n])
        assert met.safety[n] == safety
        even = float(safety) + float(meeting.facilitation[n]) * (1 - float(safety))
        lower = arrays["level"][j] < arrays["level"][i]
        assert heard[n] == (not lower or draw_of(made, int(meeting.label[n]), "heard", i, j) < even)
    assert 0 < heard.sum() < 240 and 0 < (slots >= 0).sum() < 240
    np.testing.assert_allclose(met.reliability, 0.1 * meeting.facilitation, rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_ties_that_kept_promises_form(seed: int) -> None:
    made = model(seeds=(1, 2))
    draw, home = np.random.default_rng(seed), made.state.arrays["home_department"]
    meeting = gather(random_parts(made, seed), ORIGINS, ROWS)
    known = {tuple(pair) for pair in draw.integers(0, ROWS, (200, 2)).tolist()}
    who = list(zip(meeting.learner.tolist(), meeting.source.tolist(), strict=True))
    slots = np.array([0 if pair in known else -1 for pair in who])
    kept = draw.random(240) < 0.4
    wanted: dict[tuple[int, int, int], float] = {}
    moved: dict[tuple[int, int, int], float] = {}
    reasons: dict[tuple[int, int, int], int] = {}
    for n in np.flatnonzero((slots < 0) & (meeting.forms >= 0)).tolist():
        label, (i, j) = int(meeting.label[n]), who[n]
        start = 0.5 if home[i] == home[j] else 0.3
        reasons.setdefault((label, i, j), int(meeting.forms[n]))
        moved.setdefault((label, i, j), start + 0.1 * (kept[n] - start))
        if kept[n]:
            wanted[label, i, j] = wanted[label, j, i] = start
    room, scratch = room_for_ties(480), (np.zeros(240, np.int64), np.zeros(240, np.bool_))
    count = new_ties(meeting, slots, kept, made.state.people, made.plan.week.rule, scratch, room)
    assert count == len(wanted) > 20
    found = zip(room.label.tolist(), room.learner.tolist(), room.source.tolist(), room.trust, strict=True)
    pairs = {(label, i, j): float(trust) for (label, i, j, trust), _ in zip(found, range(count), strict=False)}
    assert pairs == pytest.approx({where: moved.get(where, start) for where, start in wanted.items()}, rel=1e-6)
    for label, i, j, code in list(zip(room.label, room.learner, room.source, room.origin, strict=True))[:count]:
        assert code == reasons.get((label, i, j), reasons.get((label, j, i)))
    assert any(where in moved for where in wanted) and any(where not in moved for where in wanted)


def test_a_tie_is_found_where_it_lies_and_nowhere_else() -> None:
    state = model(seeds=(1, 2)).state
    pairs = zip(state.learners().tolist(), state.source.tolist(), strict=True)
    lies = dict(zip(pairs, state.live_slots().tolist(), strict=True))
    assert len(lies) > 24
    for i in range(24):
        for j in range(-1, 50):
            assert find(state.ties, i, j) == lies.get((i, j), -1)


@pytest.mark.parametrize("wrong", [(-1, 3), (3, ROWS), (ROWS, 3), (3, -1)])
def test_encounters_of_nobody_are_refused(wrong: tuple[int, int]) -> None:
    even = np.ones(1, np.float32)
    with pytest.raises(ValueError, match="outside the rows 0 to 47"):
        gather([(0, Encounters(np.array(wrong[:1]), np.array(wrong[1:]), even, even))], ORIGINS, ROWS)
    with pytest.raises(ValueError, match="differ in length"):
        gather([(0, Encounters(np.array([1]), np.array([2]), even, np.ones(2, np.float32)))], ORIGINS, ROWS)
