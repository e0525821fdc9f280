"""Synthetic organizations: people in departments, a level pyramid, and a network of chosen shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import Chance, Keys, extend, text_keys
from sim.kernels.network import divide, draw_ties, group, spread
from sim.organization import Organization
from sim.settings import SyntheticOrganization

LABEL = "organization"
TENURE_WEEKS = 200.0
OPEN_TIES = 2
"""Ties that a person starts before any that closes a triangle."""


Rows = NDArray[np.int32]


class Ring(NamedTuple):
    """People in the order of a hash, everyone or those of each department in turn.

    Attributes:
        rows, points, key, department: row, hash, key and department of each, (person,).
        sector: where the points begin that share their leading bits, (sector + 1,), for the ring of everyone.
        shift: bits of a point behind the leading ones.
    """

    rows: Rows
    points: Keys
    key: Keys
    department: Rows
    sector: Rows
    shift: np.uint64


class Begun(NamedTuple):
    """The ties that people started, as rows: source[first[i] : first[i] + number[i]] are those of person i.

    Attributes:
        first: (person + 1,). number: so far, (person,). source: (place,).
    """

    first: NDArray[np.int64]
    number: Rows
    source: Rows


def organization_names(count: int) -> tuple[str, ...]:
    """Names of generated organizations, so that text order is number order; one alone needs none."""
    width = len(str(count))
    return tuple(f"Organization {o + 1:0{width}}" for o in range(count)) if count > 1 else ("",)


def dealt_departments(settings: SyntheticOrganization) -> NDArray[np.int32]:
    """Organization of each generated department, (department,): neighbours together, even to one."""
    share = np.arange(settings.departments) * settings.organizations // settings.departments
    return share.astype(np.int32)


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
    unknown = np.broadcast_to(np.nan, len(learner))
    return Organization(
        seats=seats,
        departments=department_names(settings.departments),
        organizations=organization_names(settings.organizations),
        department=department,
        organization=dealt_departments(settings)[department],
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
) -> tuple[Rows, Rows]:
    people = len(keys)
    wanted = _initiations(settings, chance, keys)
    closing = np.minimum(
        _rounded(wanted * settings.clustering, chance, "closing", keys), np.maximum(0, wanted - OPEN_TIES)
    )
    started = int(wanted.sum())
    begun = Begun(_starts(wanted), np.zeros(people, np.int32), np.empty(started, np.int32))
    learner, source = np.empty((2, 2 * started), np.int32)
    dept_first = np.searchsorted(department, np.arange(settings.departments + 1))
    hashes = extend(chance.stream(LABEL, "ring", None)[0], keys)
    ring = _ring(np.lexsort((hashes, department)), hashes, keys, department)
    everyone = _ring(np.argsort(hashes, kind="stable"), hashes, keys, department)
    divide(everyone)
    mutual = np.float32(settings.reciprocity / (2.0 - settings.reciprocity))
    within = np.float32(settings.within_share)
    count = 0
    rounds = {"tie": wanted - closing, "closing tie": closing // 2, "later closing tie": closing - closing // 2}
    for decision, number in rounds.items():
        if not number.any():
            continue
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
            everyone,
            *_grouped(learner[:count], source[:count], people),
            begun,
            learner,
            source,
            count,
        )
    return _in_order(learner[:count], source[:count], people)


def _starts(number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the first of each person's places lies, and the end, (person + 1,), given their number (person,)."""
    return np.concatenate([[0], np.cumsum(number)])


def _ring(rows: NDArray[np.int64], points: Keys, keys: Keys, department: NDArray[np.int32]) -> Ring:
    bits = max(1, len(rows).bit_length() - 2)
    return Ring(
        rows.astype(np.int32),
        points[rows],
        keys[rows],
        department[rows],
        np.zeros((1 << bits) + 1, np.int32),
        np.uint64(64 - bits),
    )


def _grouped(person: Rows, values: Rows, people: int) -> tuple[NDArray[np.int64], Rows]:
    """The first place of each person (person + 1,), and values of ties by a person of theirs, stable, (tie,)."""
    first, grouped = np.zeros(people + 1, np.int64), np.empty(len(person), np.int32)
    group(person, values, first, grouped)
    return first, grouped


def _in_order(learner: Rows, source: Rows, people: int) -> tuple[Rows, Rows]:
    """Ties in order of (learner, source), each (tie,): by source first, then by learner."""
    first, learners = _grouped(source, learner, people)
    sources = np.empty_like(source)
    spread(first, sources)
    first, ordered = _grouped(learners, sources, people)
    spread(first, learners)
    return learners, ordered
