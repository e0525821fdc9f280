"""Psychological safety: what leaders and what everybody add to the norm, and what it opens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds
from harness import PolicyHarness, shipped_record
from numpy.typing import NDArray
from scipy import stats

from sim.metrics import METRICS
from sim.model import OrganizationModel


class TestHarness(PolicyHarness):
    kind = "psychological_safety"
    lively = ({"modelling": 1, "mistakes": 1},)

    def test_the_norm_is_all_it_needs(self) -> None:
        """A department without a leader that takes part is moved by its people alone."""
        made = safe(modelling=1, mistakes=0.5, levels=np.repeat([0, 1, 2], 8))
        home = made.state.arrays["home_department"][:24]
        leads = np.array([(made.state.arrays["level"][:24][home == d] >= 2).any() for d in range(3)])
        norm = norm_of(made, 2)
        np.testing.assert_allclose(norm[0], 0.6 + 0.05 + 0.15 * leads, rtol=1e-6)


def safe(levels: Any = None, **fields: Any) -> OrganizationModel:
    """A small world from week 2 on; nobody leaves."""
    policies = {"psychological_safety": {"kind": "psychological_safety", "start_week": 2, **fields}}
    made = worlds.model(seeds=(1, 2), weeks=60, policies=policies, turnover={"hazard": [0, 0, 0, 0]})
    if levels is not None:
        made.state.arrays["level"][:] = np.tile(levels, 2)
    return made


def norm_of(made: OrganizationModel, number: int) -> NDArray[np.float32]:
    """Norm of safety in a week, (world, department)."""
    made.ensemble.number = number
    worlds.run_phases(made.plan, "bend")
    return made.ensemble.levers["safety.norm"].copy()


@pytest.mark.parametrize(("modelling", "mistakes"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.4, 0.8)])
def test_sizes(modelling: float, mistakes: float) -> None:
    made = safe(np.full(24, 2), modelling=modelling, mistakes=mistakes)
    np.testing.assert_allclose(norm_of(made, 2), 0.6 + 0.15 * modelling + 0.1 * mistakes, rtol=1e-6)
    np.testing.assert_allclose(norm_of(made, 3), 0.6 + 0.99 * (0.15 * modelling + 0.1 * mistakes), rtol=1e-6)


def test_only_leaders_who_take_part_model() -> None:
    made = safe(np.full(24, 2), modelling=1, mistakes=0, coverage=0.5)
    members = made.ensemble.covered("psychological_safety", made.plan.policies[0].settings)
    home = made.state.arrays["home_department"]
    share = [[members[w * 24 : w * 24 + 24][home[:24] == d].mean() for d in range(3)] for w in range(2)]
    np.testing.assert_allclose(norm_of(made, 2), 0.6 + 0.15 * np.array(share), rtol=1e-6)
    assert np.ptp(share) > 0


def test_only_leaders_give_time() -> None:
    made = safe(np.tile([0, 1, 2, 3], 6), hours=0.5)
    made.run()
    np.testing.assert_allclose(made.record().weekly["hours:psychological_safety"][:, 2:], 12 * 0.5)


@pytest.mark.parametrize(
    "policy",
    [
        {"kind": "circles", "start_week": 0, "coverage": 1, "cadence": 1},
        {"kind": "mentorship", "start_week": 0, "coverage": 1, "cadence": 1},
    ],
    ids=["circles", "mentorship"],
)
def test_the_same_sessions_teach_more_where_people_feel_safe(policy: dict[str, Any]) -> None:
    """Tacit knowledge passes with safety up to two thirds, and those of lower level are heard more often."""
    brought = {}
    for safety in (0.3, 0.5, 0.7):
        made = worlds.model(seeds=(1, 2), policies={"policy": policy}, culture={"safety": safety})
        worlds.run_phases(made.plan, "sessions")
        brought[safety] = made.plan.brought.copy()
        heard = made.plan.encounters.heard
        brought[safety][~heard] = 0
    assert len(brought[0.3]) == len(brought[0.5]) == len(brought[0.7]) > 10
    assert np.all(brought[0.3] <= brought[0.5]) and np.all(brought[0.5] <= brought[0.7])
    assert brought[0.3].sum() < 0.95 * brought[0.5].sum() < 0.95 * brought[0.7].sum()


@pytest.mark.science
def test_circles_and_safety_bring_more_together_than_each_alone() -> None:
    assert surplus("circles") > 0


@pytest.mark.science
def test_mentorship_and_safety_share_one_learning_budget() -> None:
    """What people learn over safer ties they need not learn from mentors: together they bring less than the sum."""
    assert surplus("mentorship") < 0


def surplus(other: str) -> float:
    """By how much two policies together bring more learning on tacit topics than the sum of each, told from zero."""
    metric = METRICS["learning_tacit"]
    kinds: tuple[tuple[str, ...], ...] = ((), (other,), ("psychological_safety",), (other, "psychological_safety"))
    plain, alone, safe_alone, both = (metric.value(shipped_record(kind, "{}").weekly, 13) for kind in kinds)
    found = (both - safe_alone) - (alone - plain)
    assert stats.ttest_1samp(found, 0.0).pvalue < 0.01
    return float(found.mean())
