"""The generator: what is set comes out, within what chance allows; and nothing depends on who else is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.chance import Chance
from sim.generate import department_names, generate, seat_names
from sim.organization import NetworkFacts, Organization, network_facts
from sim.settings import SyntheticOrganization

RARE = 1e-4
PEOPLE, DEPARTMENTS = 300, 5
SEEDS = (1, 2)


def drawn(seed: int = 1, **fields: Any) -> Organization:
    return generate(SyntheticOrganization(**{"people": PEOPLE, "departments": DEPARTMENTS, **fields}), Chance([seed]))


def facts(seed: int = 1, **fields: Any) -> NetworkFacts:
    return network_facts(drawn(seed, **fields))


def mean_of(name: str, **fields: Any) -> float:
    return float(np.mean([getattr(facts(seed, **fields), name) for seed in SEEDS]))


def within(share: float, wanted: float, trials: float, extra: float = 0.0) -> bool:
    """Whether a share of so many independent trials is one that its chance gives but one time in ten thousand."""
    spread = np.sqrt(max(wanted * (1 - wanted), 1e-9) / trials)
    return abs(share - wanted) <= stats.norm.isf(RARE / 2) * spread + extra


@pytest.mark.parametrize("share", [0.0, 0.2, 0.347, 0.6, 0.9, 1.0])
def test_share_of_ties_within_departments(share: float) -> None:
    initiations = len(SEEDS) * PEOPLE * 10 * 0.75
    assert within(mean_of("within_share", within_share=share), share, initiations / 2)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.71, 1.0])
def test_share_of_ties_that_are_returned(share: float) -> None:
    initiations = len(SEEDS) * PEOPLE * 10 * (1 - share / 2)
    assert within(mean_of("reciprocity", reciprocity=share), share, initiations / 2)


@pytest.mark.parametrize("sources", [0.0, 0.5, 3.0, 10.0, 25.0])
def test_mean_number_of_sources(sources: float) -> None:
    # A person's number is rounded by chance (variance at most 1/4), and each initiation brings one tie or two.
    spread = np.sqrt((0.25 + sources / 4) / (PEOPLE * len(SEEDS))) * 1.5
    assert abs(mean_of("mean_sources", sources=sources) - sources) <= stats.norm.isf(RARE / 2) * spread


def test_sources_spread_evenly_or_with_a_heavy_tail() -> None:
    even, some, heavy = (mean_of("dispersion", dispersion=value) for value in (0.0, 0.5, 1.0))
    assert even < 0.25
    assert even < some < heavy
    assert mean_of("mean_sources", dispersion=1.0) == pytest.approx(10, abs=1.5)
    most = max(facts(seed, dispersion=1.0).most_sources for seed in SEEDS)
    assert most > 40 > max(facts(seed, dispersion=0.0).most_sources for seed in SEEDS)


def test_a_heavy_tail_is_the_pareto_that_it_says() -> None:
    """The number started is m / 2 / sqrt(U): above m / 2, and above x with chance (m / 2 / x)^2."""
    made = drawn(people=2000, dispersion=1.0, reciprocity=0.0, within_share=0.0, departments=2)
    sources = np.bincount(made.learner, minlength=2000)
    for x in (8, 12, 20):
        expected = (10 / 2 / x) ** 2
        assert within((sources >= x).mean(), expected, 2000, extra=0.06 * expected + 0.01)


def test_clustering_closes_triangles() -> None:
    open_to_closed = [mean_of("clustering", clustering=value, within_share=0.2) for value in (0.0, 0.3, 0.6, 0.9)]
    assert open_to_closed == sorted(open_to_closed)
    assert open_to_closed[-1] > open_to_closed[0] + 0.1


def test_a_little_clustering_closes_a_few_triangles() -> None:
    few = mean_of("clustering", clustering=0.12, within_share=0.2)
    assert few > mean_of("clustering", clustering=0.0, within_share=0.2)


@pytest.mark.parametrize("clustering", [0.3, 0.6])
def test_clustering_leaves_the_other_shares_as_set(clustering: float) -> None:
    set_to = {"within_share": 0.5, "reciprocity": 0.5, "clustering": clustering}
    assert mean_of("within_share", **set_to) == pytest.approx(0.5, abs=0.05)
    assert mean_of("reciprocity", **set_to) == pytest.approx(0.5, abs=0.05)
    assert mean_of("mean_sources", **set_to) == pytest.approx(10, abs=0.5)


@pytest.mark.compiled
def test_a_fit_to_a_real_network() -> None:
    """The e-mail network of a European institution: 34.7 % of ties within departments, reciprocity 0.71."""
    shape = {"people": 1005, "departments": 42, "sources": 24.8, "within_share": 0.347, "reciprocity": 0.71}
    made = facts(**shape)
    assert made.within_share == pytest.approx(0.347, abs=0.01)
    assert made.reciprocity == pytest.approx(0.71, abs=0.01)
    assert made.mean_sources == pytest.approx(24.8, abs=0.5)


def test_levels_make_the_pyramid() -> None:
    shares = (0.5, 0.3, 0.15, 0.05)
    made = drawn(people=4000, levels=shares, sources=0)
    for level, share in enumerate(shares):
        low, high = stats.binom.interval(1 - RARE, 4000, share)
        assert low <= (made.level == level).sum() <= high


@pytest.mark.parametrize("level", range(4))
def test_a_level_without_a_share_has_nobody(level: int) -> None:
    shares = [0.0] * 4
    shares[level] = 1.0
    assert set(drawn(levels=tuple(shares), sources=0).level.tolist()) == {level}


def test_tenure_is_even_up_to_200_weeks() -> None:
    tenure = drawn(people=4000, sources=0).tenure
    assert tenure.min() >= 0 and tenure.max() < 200
    assert stats.kstest(tenure + 0.5, stats.uniform(0, 200).cdf).pvalue > RARE


@pytest.mark.parametrize(("people", "departments"), [(1, 1), (2, 2), (7, 3), (10, 10), (23, 4)])
def test_departments_are_even_blocks(people: int, departments: int) -> None:
    made = drawn(people=people, departments=departments)
    sizes = np.bincount(made.department, minlength=departments)
    assert sizes.sum() == people and sizes.max() - sizes.min() <= 1
    assert np.all(np.diff(made.department) >= 0)
    assert made.departments == tuple(sorted(made.departments)) and made.seats == tuple(sorted(made.seats))
    assert len(made.seats) == people and len(made.departments) == departments


@pytest.mark.parametrize("fields", [{}, {"clustering": 0.5}, {"dispersion": 1.0}, {"reciprocity": 1.0, "sources": 80}])
def test_ties_are_sorted_single_and_never_to_oneself(fields: dict[str, Any]) -> None:
    made = drawn(people=60, **fields)
    pairs = list(zip(made.learner.tolist(), made.source.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert all(i != j for i, j in pairs)
    assert made.learner.dtype == made.source.dtype == np.int32


@pytest.mark.parametrize("fields", [{"people": 1, "departments": 1}, {"people": 2, "departments": 2}, {"sources": 0}])
def test_the_smallest_organizations_are_drawn_too(fields: dict[str, Any]) -> None:
    made = drawn(**{"people": 3, **fields})
    pairs = set(zip(made.learner.tolist(), made.source.tolist(), strict=True))
    expected = {1: set(), 2: {(0, 1), (1, 0)}, 3: set()}[len(made.seats)]
    assert pairs <= expected and bool(pairs) == bool(expected)


def test_more_sources_than_people_fill_the_organization_and_stop() -> None:
    made = drawn(people=6, departments=2, sources=100, reciprocity=0.5, within_share=0.5)
    assert 10 <= len(made.learner) <= 30


def test_one_seed_is_one_organization_and_another_is_another() -> None:
    first, again, other = drawn(1), drawn(1), drawn(2)
    np.testing.assert_array_equal(first.learner, again.learner)
    np.testing.assert_array_equal(first.source, again.source)
    np.testing.assert_array_equal(first.level, again.level)
    assert not np.array_equal(first.level, other.level)
    assert not np.array_equal(first.source[:100], other.source[:100])


def test_names_sort_as_text_in_the_order_of_rows() -> None:
    for count in (1, 9, 10, 100, 1001):
        assert list(seat_names(count)) == sorted(seat_names(count)) and len(set(seat_names(count))) == count
        assert list(department_names(count)) == sorted(department_names(count))
