"""Policies together: no bundle breaks an invariant, whatever is in it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as draw

from sim.model import OrganizationModel
from sim.policies import POLICIES
from sim.scenario import Scenario

pytestmark = pytest.mark.science

KINDS = sorted(POLICIES.built_in)
STRONGEST = (
    *("charter", "circles", "experiments", "incentives", "mentorship", "onboarding", "psychological_safety"),
    *("rotation", "tacit_exchange", "transparency"),
)
"""The ten with the largest effect on need met, see docs/policies.md."""
WORLD: dict[str, Any] = {
    "organization": {"people": 48, "departments": 4, "topics": 8, "sources": 6, "organizations": 2},
    "turnover": {"hazard": [0.02, 0.02, 0.02, 0.02]},
}
CLOSES = 1e-9


def lived(policies: dict[str, Any], weeks: int, seeds: tuple[int, ...] = (1, 2)) -> OrganizationModel:
    """A small world that lived under these policies, its invariants looked at every week."""
    model = OrganizationModel(Scenario.from_dict({**WORLD, "weeks": weeks, "policies": policies}), seeds=seeds)
    before = model.state.expertise.mean(axis=(1, 2), dtype=np.float64)
    for _ in range(weeks):
        model.step()
        assert model.state.violations() == []
        after = model.state.expertise.mean(axis=(1, 2), dtype=np.float64)
        weekly = model.record().weekly
        entries = sum(values[:, -1] for name, values in weekly.items() if name.startswith("from_"))
        np.testing.assert_allclose(entries, after - before, rtol=0, atol=CLOSES)
        before = after
    return model


def early(*kinds: str) -> dict[str, dict[str, Any]]:
    return {kind: {"kind": kind, "start_week": 1} for kind in kinds}


def with_partners(kinds: list[str]) -> list[str]:
    """The kinds with those that some of them act on."""
    from sim.policies import registry

    partners = {registry()[kind].partner for kind in kinds} - {""}
    return sorted({*kinds, *partners})


def test_all_policies_at_once() -> None:
    model = lived(early(*KINDS), weeks=30)
    record = model.record()
    for kind in KINDS:
        assert np.any(record.weekly[f"hours:{kind}"] > 0) or not POLICIES.classes()[kind].Settings().hours, kind


@pytest.mark.parametrize("pair", list(itertools.combinations(STRONGEST, 2)), ids=" and ".join)
def test_each_pair_of_the_strongest(pair: tuple[str, str]) -> None:
    weekly = lived(early(*with_partners(list(pair))), weeks=20).record().weekly
    assert all(weekly[f"hours:{kind}"].any() for kind in pair if kind != "incentives")


@given(
    kinds=draw.lists(draw.sampled_from(KINDS), min_size=2, max_size=8, unique=True),
    intensity=draw.floats(0, 1),
    coverage=draw.floats(0, 1),
    seed=draw.integers(1, 10_000),
)
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_two_hundred_random_bundles(kinds: list[str], intensity: float, coverage: float, seed: int) -> None:
    policies = early(*with_partners(kinds))
    for fields in policies.values():
        fields |= {"intensity": intensity, "coverage": coverage}
    lived(policies, weeks=8, seeds=(seed,))
