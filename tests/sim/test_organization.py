"""Facts about a network, against brute force on small ones."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import sim.organization
from sim.organization import Organization, isolated, lone_departments, network_facts, part_sizes


def organization(department: list[int], ties: list[tuple[int, int]]) -> Organization:
    people = len(department)
    learner, source = np.array(sorted(ties), np.int32).reshape(-1, 2).T
    unknown = np.full(len(learner), np.nan)
    return Organization(
        seats=tuple(f"{row:03d}" for row in range(people)),
        departments=tuple(f"D{d}" for d in range(max(department, default=-1) + 1)),
        organizations=("",),
        department=np.array(department, np.int32),
        organization=np.zeros(people, np.int32),
        level=np.full(people, -1, np.int32),
        tenure=np.full(people, np.nan),
        topics=(),
        expertise=None,
        learner=learner,
        source=source,
        weight=unknown,
        trust=unknown,
        contact=unknown,
    )


def brute(people: int, ties: set[tuple[int, int]]) -> tuple[float, list[int]]:
    """Transitivity and the sizes of connected groups, by trying everything."""
    linked = [{b for b in range(people) if (a, b) in ties or (b, a) in ties} for a in range(people)]
    wedges = [(a, c) for b in range(people) for a, c in itertools.combinations(sorted(linked[b]), 2)]
    groups = [{a} | linked[a] for a in range(people) if linked[a]]
    for _ in range(people):
        groups = [set().union(*(other for other in groups if other & group)) for group in groups]
    sizes = sorted((len(group) for group in {frozenset(group) for group in groups}), reverse=True)
    return (sum(c in linked[a] for a, c in wedges) / len(wedges) if wedges else math.nan), sizes


@pytest.mark.parametrize("wedges", [1, 7, 4_000_000])
@pytest.mark.parametrize("seed", range(6))
def test_clustering_and_parts_agree_with_brute_force(seed: int, wedges: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.organization, "_WEDGES", wedges)
    draw = np.random.default_rng(seed)
    people, count = 24, int(draw.integers(5, 80))
    ties = {(int(a), int(b)) for a, b in draw.integers(0, people, (count, 2)) if a != b}
    one = organization([0] * people, list(ties))
    clustering, sizes = brute(people, ties)
    assert network_facts(one).clustering == pytest.approx(clustering, nan_ok=True)
    assert part_sizes(one) == sizes


def test_the_facts_of_a_small_network() -> None:
    # 0 and 1 learn from each other, 2 from 0 across; 3 stands alone, 4 is a department alone.
    one = organization([0, 0, 1, 1, 2], [(0, 1), (1, 0), (2, 0)])
    facts = network_facts(one)
    assert (facts.people, facts.departments, facts.ties) == (5, 3, 3)
    assert facts.within_share == pytest.approx(2 / 3) and facts.reciprocity == pytest.approx(2 / 3)
    assert (facts.mean_sources, facts.most_sources, facts.most_learners) == (0.6, 1, 2)
    assert facts.dispersion == pytest.approx(np.std([1, 1, 1, 0, 0]) / 0.6)
    assert (facts.isolated, facts.parts, facts.lone_departments, facts.without_cross_tie) == (2, 1, 1, 3)
    assert isolated(one).tolist() == [3, 4] and lone_departments(one) == ("D2",)


@pytest.mark.parametrize("people", [1, 3])
def test_an_organization_without_ties_has_facts_too(people: int) -> None:
    facts = network_facts(organization([0] * people, []))
    assert math.isnan(facts.within_share) and math.isnan(facts.reciprocity) and math.isnan(facts.clustering)
    assert (facts.isolated, facts.parts, facts.without_cross_tie, facts.most_sources) == (people, 0, people, 0)


def test_ties_that_hang_together_only_through_a_long_chain_are_one_part() -> None:
    chain = np.random.default_rng(0).permutation(500)
    ties = [(int(a), int(b)) for a, b in itertools.pairwise(chain)]
    assert part_sizes(organization([0] * 500, ties)) == [500]
