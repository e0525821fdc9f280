"""Synthetic organizations: people in departments, a level pyramid, and a network of chosen shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import Chance, Keys, extend, text_keys
from sim.kernels.network import EMPTY, draw_ties, group
from sim.organization import Organization
from sim.settings import SyntheticOrganization

LABEL = "organization"
TENURE_WEEKS = 200.0
OPEN_TIES = 2
"""Ties that a person starts before any that closes a triangle."""


def department_names(count: int) -> tuple[str, ...]:
    """Names of generated departments, padded so that text order is number order."""
    width = len(str(count))
    return tuple(f"Department {d + 1:0{width}}" for d in range(count))


@lru_cache(maxsize=1)
def seat_names(count: int) -> tuple[str, ...]:
    """Names of generated seats, padded so that text order is row order."""
    width = len(str(count))
    return tuple(f"P{i + 1:0{width}}" for i in range(count))


def draw_levels(chance: Chance, keys: Keys, shares: tuple[float, ...]) -> NDArray[np.int32]:
    """Level of each person, (person,), by keyed thresholds on the pyramid's shares."""
    drawn = chance.draw(LABEL, "level", None, keys[None, :])[0]
    return np.searchsorted(np.cumsum(shares)[:-1], drawn, side="right").astype(np.int32)


def draw_tenure(chance: Chance, keys: Keys) -> NDArray[np.int32]:
    """Tenure of each person, weeks (person,), even up to 200."""
    return (chance.draw(LABEL, "tenure", None, keys[None, :])[0] * np.float32(TENURE_WEEKS)).astype(np.int32)


def generate(settings: SyntheticOrganization, chance: Chance, keys: Keys | None = None) -> Organization:
    """Draw one organization.

    Departments are even blocks of rows. A person starts `sources * (1 - reciprocity / 2)` ties, of which
    a share is returned so that ties and reciprocity come out as set; duplicates are drawn again.

    Args:
        settings: the organization's shape.
        chance: draws of one world.
        keys: those of the seats' names (person,), for who has them already.
    """
    seats = seat_names(settings.people)
    keys = text_keys(seats) if keys is None else keys
    department = np.sort(np.arange(settings.people) % settings.departments).astype(np.int32)
    with np.errstate(over="ignore"):  # without the jit, hashes wrap around in numpy scalars
        learner, source = _network(settings, chance, keys, department)
    unknown = np.full(len(learner), np.nan)
    return Organization(
        seats=seats,
        departments=department_names(settings.departments),
        organizations=("",),
        department=department,
        organization=np.zeros(settings.people, np.int32),
        level=draw_levels(chance, keys, settings.levels),
        tenure=draw_tenure(chance, keys).astype(np.float64),
        topics=(),
        expertise=None,
        learner=learner,
        source=source,
        weight=unknown,
        trust=unknown,
        contact=unknown,
        warnings=(),
        assumptions=(),
    )


def _initiations(settings: SyntheticOrganization, chance: Chance, keys: Keys) -> NDArray[np.int64]:
    """Ties that each person starts (person,): even, or with a Pareto tail of exponent 2 and the same mean."""
    drawn = chance.draw(LABEL, "activity", None, keys[None, :])[0].astype(np.float64) + 2.0**-25
    activity = (1.0 - settings.dispersion) + settings.dispersion * 0.5 / np.sqrt(drawn)
    wanted = np.minimum(settings.sources * (1.0 - settings.reciprocity / 2.0) * activity, settings.people - 1.0)
    return _rounded(wanted, chance, "extra tie", keys)


def _rounded(wanted: NDArray[Any], chance: Chance, decision: str, keys: Keys) -> NDArray[np.int64]:
    """Whole numbers with these means (person,): up or down by a keyed draw."""
    whole = np.floor(wanted)
    up = chance.draw(LABEL, decision, None, keys[None, :])[0] < wanted - whole
    return (whole + up).astype(np.int64)


def _network(
    settings: SyntheticOrganization, chance: Chance, keys: Keys, department: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    people = len(keys)
    wanted = _initiations(settings, chance, keys)
    closing = np.minimum(
        _rounded(wanted * settings.clustering, chance, "closing", keys), np.maximum(0, wanted - OPEN_TIES)
    )
    size = int(2 * wanted.sum())
    table = np.full(1 << max(4, int(2 * size).bit_length()), EMPTY, np.int64)
    learner, source = np.empty(size, np.int64), np.empty(size, np.int64)
    dept_first = np.searchsorted(department, np.arange(settings.departments + 1))
    stream = chance.stream(LABEL, "ring", None)[0]
    hashes = extend(stream, keys)
    ring = np.lexsort((hashes, department))
    all_ring = np.argsort(hashes, kind="stable")
    mutual = np.float32(settings.reciprocity / (2.0 - settings.reciprocity))
    within = np.float32(settings.within_share)
    count = 0
    rounds = {"tie": wanted - closing, "closing tie": closing // 2, "later closing tie": closing - closing // 2}
    for decision, number in rounds.items():
        order, first = _grouped(learner[:count], people)
        count = draw_ties(
            number,
            mutual,
            within,
            decision != "tie",
            chance.stream(LABEL, decision, None)[0],
            keys,
            department,
            dept_first,
            ring,
            hashes[ring],
            all_ring,
            hashes[all_ring],
            first,
            source[:count][order],
            table,
            learner,
            source,
            count,
        )
    by_source = _grouped(source[:count], people)[0]
    order = by_source[_grouped(learner[:count][by_source], people)[0]]
    return learner[:count][order].astype(np.int32), source[:count][order].astype(np.int32)


def _grouped(person: NDArray[np.int64], people: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order of ties by a person of theirs, stable, (tie,), and the first place of each person (person + 1,)."""
    first, order = np.zeros(people + 1, np.int64), np.empty(len(person), np.int64)
    group(person, first, order)
    return order, first
