"""The contenders do the work of the rule: the vectorized one to the last tie, the others within chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import scenario

from benchmarks.contenders.measured import TEN
from benchmarks.contenders.numpy_draws import Keyed
from benchmarks.contenders.numpy_mentorship import deferred_acceptance
from benchmarks.contenders.numpy_world import World
from benchmarks.contenders.sizes import NOBODY
from benchmarks.contenders.start import started
from sim import OrganizationModel, Scenario

WEEKS = 20
SEEDS = (3, 8)
BUSY = {"turnover": {"hazard": [0.02, 0.02, 0.02, 0.02]}}
POLICIES: dict[str, dict[str, Any]] = {
    "incentives": {"kind": "incentives", "start_week": 2, "renewal_weeks": 7},
    "mentorship": {"kind": "mentorship", "start_week": 3, "coverage": 0.6, "rematch_weeks": 8},
    "rotation": {"kind": "rotation", "start_week": 2, "coverage": 0.6, "cadence": 3, "rest_weeks": 5},
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
