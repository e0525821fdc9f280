"""Settings of a synthetic organization that looks like a given network."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from sim.chance import Chance
from sim.generate import generate
from sim.organization import NetworkFacts, network_facts
from sim.settings import SyntheticOrganization

MOST_PEOPLE = 2_000
_GRID = tuple(step / 10 for step in range(11))
_WEIGHTS = {"within_share": 1.0, "reciprocity": 1.0, "clustering": 1.0, "dispersion": 0.5}


def twin(facts: NetworkFacts, topics: int) -> SyntheticOrganization:
    """Generator settings whose networks come close to a real one in size, shares, dispersion and clustering.

    Counts, density, share within and reciprocity are settings of the generator. Its dispersion and its
    clustering are not what `facts` measures, and disturb the rest; each is the step of a tenth that leaves the
    least distance over all facts, on networks of one seed and at most MOST_PEOPLE people.
    """
    settings = SyntheticOrganization(
        people=facts.people, departments=facts.departments, topics=topics, sources=_rounded(facts.mean_sources, 2),
        within_share=_rounded(facts.within_share, 3), reciprocity=_rounded(facts.reciprocity, 3),
    )  # fmt: skip
    if not facts.ties:
        return settings
    scale = min(1.0, MOST_PEOPLE / facts.people)
    small = replace(
        settings, people=min(facts.people, MOST_PEOPLE), departments=max(1, round(facts.departments * scale))
    )
    small = _nearest(facts, (replace(small, dispersion=value) for value in _GRID))
    small = _nearest(facts, (replace(small, clustering=value) for value in _GRID[:-1]))
    return replace(settings, dispersion=small.dispersion, clustering=small.clustering)


def _nearest(facts: NetworkFacts, candidates: Iterable[SyntheticOrganization]) -> SyntheticOrganization:
    """The candidate whose network is least far from the facts; the first of equals."""
    return min(candidates, key=lambda settings: _distance(facts, network_facts(generate(settings, Chance([1])))))


def _distance(goal: NetworkFacts, found: NetworkFacts) -> float:
    """Weighted absolute differences of the shares, and the relative one of density; endless without ties."""
    if not found.ties:
        return math.inf
    density = abs(found.mean_sources - goal.mean_sources) / goal.mean_sources
    apart = (weight * abs(getattr(found, name) - getattr(goal, name)) for name, weight in _WEIGHTS.items())
    return float(density + sum(apart))


def _rounded(value: float, digits: int) -> float:
    """The value as a setting; 0 where it is undefined."""
    return round(value, digits) if math.isfinite(value) else 0.0
