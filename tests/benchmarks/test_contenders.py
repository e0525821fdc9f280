"""The contenders do the work of the rule: the vectorized one to the last tie, the others within chance."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from scipy import stats
from worlds import scenario

from benchmarks.contenders import MODULES, Size, available
from benchmarks.contenders.measured import TEN, summary
from benchmarks.contenders.mesa_lists import ListModel
from benchmarks.contenders.mesa_numpy_agents import VectorModel
from benchmarks.contenders.numpy_draws import Keyed
from benchmarks.contenders.numpy_mentorship import deferred_acceptance
from benchmarks.contenders.numpy_world import World
from benchmarks.contenders.sizes import NOBODY
from benchmarks.contenders.start import started
from benchmarks.worlds import AS_CONTENDERS, NO_CHALLENGES
from sim import OrganizationModel, Scenario
from sim.metrics import METRICS

WEEKS = 20
SEEDS = (3, 8)
STILL: dict[str, Any] = {"challenges": NO_CHALLENGES}
BUSY = {**STILL, "turnover": {"hazard": [0.02, 0.02, 0.02, 0.02]}}
POLICIES: dict[str, dict[str, Any]] = {
    "incentives": {"kind": "incentives", "start_week": 2, "renewal_weeks": 7},
    "mentorship": {"kind": "mentorship", "start_week": 3, "coverage": 0.6, "rematch_weeks": 8},
    "rotation": {
        "kind": "rotation",
        "start_week": 2,
        "coverage": 0.6,
        "cadence": 3,
        "rest_weeks": 5,
        **AS_CONTENDERS["rotation"],
    },
}
CHOSEN: dict[str, tuple[str, ...]] = {
    "none": (),
    "incentives": ("incentives",),
    "mentorship": ("mentorship",),
    "rotation": ("rotation",),
    "all": ("incentives", "mentorship", "rotation"),
}


def world(*kinds: str) -> Scenario:
    people = {"people": 48, "departments": 4, "sources": 7}
    return scenario(people, weeks=WEEKS, policies={kind: POLICIES[kind] for kind in kinds}, **BUSY)


def vectorized(chosen: Scenario) -> World:
    made = World(started(chosen, SEEDS), Keyed)
    with np.errstate(over="ignore"):
        for _ in range(chosen.weeks):
            made.step()
    return made


@pytest.mark.parametrize("kinds", CHOSEN.values(), ids=CHOSEN.keys())
def test_vectorized_numpy_takes_the_same_course(kinds: tuple[str, ...]) -> None:
    model = OrganizationModel(world(*kinds), seeds=SEEDS).run()
    other = vectorized(world(*kinds))
    series = model.series()
    for name in TEN:
        ours = series[name].to_numpy().reshape(len(SEEDS), WEEKS)
        np.testing.assert_allclose(np.array(other.measures.series[name]).T, ours, rtol=0, atol=1e-5, err_msg=name)
    state, ties = model.state, other.ties
    np.testing.assert_array_equal(state.learners(), ties.learner)
    np.testing.assert_array_equal(state.source, ties.source)
    np.testing.assert_array_equal(state.department.ravel(), other.here)
    np.testing.assert_allclose(ties.trust, state.trust, atol=1e-5)
    np.testing.assert_allclose(ties.contact, state.contact, atol=1e-5)
    np.testing.assert_allclose(other.expertise.reshape(state.expertise.shape), state.expertise, atol=1e-5)
    assert model.state.generation.sum() > 0
    if "rotation" in kinds or "mentorship" in kinds:
        assert np.count_nonzero(ties.origin) > 0


def test_deferred_acceptance_is_one_after_another() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        candidates = np.array([random.permutation(9)[:5] for _ in range(30)])
        fit = random.integers(0, 4, candidates.shape).astype(np.float32)
        room = random.integers(0, 4, 9)
        left, wanted = room.copy(), []
        for mine, score in zip(candidates, fit, strict=True):
            best, found = 0.0, NOBODY
            for mentor, useful in zip(mine, score, strict=True):
                if left[mentor] > 0 and useful > best:
                    best, found = useful, int(mentor)
            if found != NOBODY:
                left[found] -= 1
            wanted.append(found)
        np.testing.assert_array_equal(deferred_acceptance(candidates, fit, room), wanted)


def test_what_the_contenders_do_not_express_is_refused() -> None:
    other = scenario(weeks=WEEKS, policies={"rotation": {"kind": "rotation", "host": "random"}})
    with pytest.raises(ValueError, match="host"):
        started(other, (1,)).policy("rotation")


MANY = tuple(range(100, 116))
QUIET = {**STILL, "turnover": {"hazard": [0, 0, 0, 0]}}
"""Nobody leaves: what leavers take along hides small differences."""
LONG = 40
UNLIKELY = 1e-4
"""Chance that a measure of a faithful contender leaves its bound."""


def long_world(*kinds: str, seed: int | None = None, **sections: Any) -> Scenario:
    people = {"people": 60, "departments": 4, "sources": 8, "seed": seed}
    return scenario(people, weeks=LONG, policies={kind: POLICIES[kind] for kind in kinds}, **{**QUIET, **sections})


def ours(chosen: Scenario) -> dict[str, Any]:
    weekly = OrganizationModel(chosen, seeds=MANY).run().record().weekly
    return {name: METRICS[name].value(weekly) for name in TEN}


def of_mesa(model: type[ListModel], chosen: Scenario) -> dict[str, Any]:
    """The ten measures, (seed,)."""
    values = []
    for seed in MANY:
        made = model(started(chosen, (seed,)), seed)
        for _ in range(chosen.weeks):
            made.step()
        values.append(summary(made.datacollector.model_vars, made.total_learned))
    return {name: np.array([value[name] for value in values]) for name in TEN}


def far_apart(first: dict[str, Any], second: dict[str, Any]) -> dict[str, float]:
    """Measures whose mean difference over seeds is more than chance explains, with their t.

    Both start from the same organizations, so differences are paired; none at all is no difference.
    """
    found = {}
    for name in first.keys() & second.keys():
        apart = first[name] - second[name]
        if np.any(apart != 0):
            t = apart.mean() / (apart.std(ddof=1) / np.sqrt(len(apart)))
            if abs(t) > stats.t.ppf(1 - UNLIKELY / 2, len(apart) - 1):
                found[name] = float(t)
    return found


@pytest.mark.compiled
@pytest.mark.parametrize("kinds", CHOSEN.values(), ids=CHOSEN.keys())
@pytest.mark.parametrize("model", [ListModel, VectorModel])
def test_mesa_agrees_within_chance(model: type[ListModel], kinds: tuple[str, ...]) -> None:
    assert far_apart(ours(long_world(*kinds)), of_mesa(model, long_world(*kinds))) == {}


@pytest.mark.compiled
@pytest.mark.parametrize("model", [ListModel, VectorModel])
def test_mesa_agrees_where_people_leave(model: type[ListModel]) -> None:
    chosen = long_world(*POLICIES, **BUSY)
    assert far_apart(ours(chosen), of_mesa(model, chosen)) == {}


@pytest.mark.compiled
def test_the_bound_finds_what_is_left_out() -> None:
    """A world of slower trust, of faster learning, or without policies is told apart."""
    whole = ours(long_world(*POLICIES))
    slower = far_apart(whole, of_mesa(ListModel, long_world(*POLICIES, trust={"eta": 0.07})))
    assert {"trust_within", "trust_across"} <= set(slower)
    faster = far_apart(whole, of_mesa(ListModel, long_world(*POLICIES, learning={"rate": 0.1})))
    assert {"adequacy", "mean_expertise"} <= set(faster)
    without = far_apart(whole, of_mesa(ListModel, long_world()))
    assert {"need_met_other", "hours", "meetings", "across_over_within"} <= set(without)


@pytest.mark.compiled
def test_a_generator_changes_chance_and_nothing_else() -> None:
    chosen = long_world(*POLICIES, **BUSY)
    values = []
    for seed in MANY:
        made = World(started(chosen, (seed,)))
        for _ in range(LONG):
            made.step()
        values.append(made.measures.summary())
    assert far_apart(ours(chosen), {name: np.array([value[name] for value in values]) for name in TEN}) == {}


@pytest.mark.compiled
@pytest.mark.parametrize(("package", "module"), [("jax", "jax_arrays"), ("mesa_frames", "mesa_frames")])
def test_the_exchange_alone_agrees_within_chance(package: str, module: str) -> None:
    """Without policies and with nobody leaving it is the whole model. One organization, so JAX compiles once."""
    pytest.importorskip(package)
    (contender,) = importlib.import_module(f"benchmarks.contenders.{module}").CONTENDERS
    chosen = long_world(seed=5)
    values = []
    for seed in MANY:
        made = contender.start(started(chosen, (seed,)), seed)
        for _ in range(LONG):
            contender.week(made)
        values.append(contender.measures(made))
    found = {name: np.array([value[name] for value in values]) for name in values[0]}
    assert set(found) == {"adequacy", "need_met", "mean_expertise", "trust_within", "trust_across", "meetings"}
    assert far_apart(ours(chosen), found) == {}
    assert "adequacy" in far_apart(ours(long_world(seed=5, learning={"rate": 0.1})), found)


def test_every_contender_runs_or_says_why_not() -> None:
    found, missing = available()
    assert {contender.package for contender in found} >= {"numpy", "mesa"}
    assert set(missing) <= set(MODULES) and all(missing.values())
    assert len({contender.name for contender in found}) == len(found)
    for contender in found:
        for policies in (False, True):
            made = contender.build(Size(24, 3, 8, 5, policies), 1)
            for _ in range(16):
                contender.week(made)
            values = contender.measures(made)
            assert values and all(np.isfinite(value) for value in values.values()), contender.name
            assert contender.work and contender.worlds >= 1


def test_agentpy_holds_the_same_people_as_mesa() -> None:
    """With the same generator and nobody shuffled, even the draws are the same."""
    pytest.importorskip("agentpy")
    from benchmarks.contenders.agentpy_lists import built

    chosen = world()
    mesa, agentpy = ListModel(started(chosen, (3,)), 3), built(started(chosen, (3,)), 3)
    for model in (mesa, agentpy):
        model.random.seed(7)
    for _ in range(WEEKS):
        mesa.step()
        agentpy.sim_step()
    for name in TEN:
        np.testing.assert_allclose(agentpy.log[name], mesa.datacollector.model_vars[name], rtol=1e-12)
