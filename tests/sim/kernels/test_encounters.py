"""Exchange in sessions against a second writing of it in plain float64 Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import model

from sim.chance import extend, uniform
from sim.kernels.sessions import learn_in_sessions, promises, update_trust
from sim.schema import Culture, EncounterArrays, Gates

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
    work.gain[:] = 0.125
    learn_in_sessions(met, state.people, state.structure, culture, gates, week.rule, work, brought)
    np.testing.assert_allclose(work.gain[:, :TOPICS], 0.125 + gain, atol=1e-6)
    assert np.all(work.gain[:, TOPICS:] == 0.125)
    np.testing.assert_allclose(work.from_sessions, gain.sum(axis=1), atol=3e-6)
    share = np.divide(gain.sum(axis=1), raw.sum(axis=1), out=np.ones(ROWS), where=raw.sum(axis=1) > 0)
    np.testing.assert_allclose(brought, single * share[met.learner], atol=3e-6)
    assert np.any(share < 0.999), "the cap was never reached"
    np.testing.assert_array_equal(state.arrays["expertise"][:, :TOPICS], mastery.astype(np.float32))


@pytest.mark.parametrize("seed", range(3))
def test_promises_are_kept_by_reliability_and_load(seed: int) -> None:
    made, met, culture, gates = scattered(seed)
    chains = np.random.default_rng(seed).integers(0, 2**63, 100).astype(np.uint64)
    kept = np.zeros(100, np.bool_)
    with np.errstate(over="ignore"):
        promises(met, chains, made.state.people, culture, gates, made.plan.week.rule, kept)
    key = made.state.arrays["key"]
    for n in range(100):
        i, j = int(met.learner[n]), int(met.source[n])
        reliability = min(1.0, float(culture.reliability[pair(made, i, j)[0]]) + float(met.reliability[n]))
        drawn = float(uniform(extend(extend(chains[n], key[i]), key[j])))
        assert kept[n] == (drawn < reliability * float(gates.keeps[j]))
    assert 0 < kept.sum() < 100


def test_promises_of_sessions_move_the_ties_trust_one_after_another() -> None:
    made, met, _, _ = scattered(0)
    state, rule = made.state, made.plan.week.rule
    state.ties.origin[::3] = 2
    state.ties.contact[:] = np.float32(0.05)
    kept = np.arange(100) % 3 == 0
    live = zip(state.learners().tolist(), state.source.tolist(), state.live_slots().tolist(), strict=True)
    there = {(i, j): e for i, j, e in live}
    trust, contact = state.ties.trust.astype(np.float64), state.ties.contact.astype(np.float64)
    found = 0
    for n in range(100):
        e = there.get((int(met.learner[n]), int(met.source[n])))
        if e is not None:
            found += 1
            trust[e] += 0.1 * (kept[n] - trust[e])
            if state.ties.origin[e] != 0:
                contact[e] = max(contact[e], 0.12)
    update_trust(met, kept, state.ties, rule)
    np.testing.assert_allclose(state.ties.trust, trust, atol=1e-6)
    np.testing.assert_allclose(state.ties.contact, contact, atol=1e-7)
    assert found > 5
