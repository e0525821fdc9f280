"""One organization, as the generator draws it or the user's files give it, and facts about its network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WEDGES = 4_000_000  # candidate triangles checked at a time, to bound memory


@dataclass(frozen=True, eq=False)
class Organization:
    """Who works where and who learns from whom; the common result of loader and generator.

    Rows are people sorted by id as text; ties are sorted by (learner, source).
    """

    seats: tuple[str, ...]
    """(person,) shown ids."""
    departments: tuple[str, ...]
    """Names, sorted."""
    organizations: tuple[str, ...]
    """Names, sorted; one name, which may be empty, where there is only one."""
    department: NDArray[np.int32]
    """(person,) index into `departments`."""
    organization: NDArray[np.int32]
    """(person,) index into `organizations`."""
    level: NDArray[np.int32]
    """(person,) 0 to 3, -1 where unknown."""
    tenure: NDArray[np.float64]
    """(person,) weeks, NaN where unknown."""
    topics: tuple[str, ...]
    """Names of topic columns; empty where there are none."""
    expertise: NDArray[np.float64] | None
    """(person, topic) mastery in [0, 1], NaN where unknown; None where there are no topic columns."""
    learner: NDArray[np.int32]
    """(tie,) row of the person who learns."""
    source: NDArray[np.int32]
    """(tie,) row of the person learned from."""
    weight: NDArray[np.float64]
    """(tie,) 0 or more, NaN where unknown."""
    trust: NDArray[np.float64]
    """(tie,) in [0, 1], NaN where unknown."""
    contact: NDArray[np.float64]
    """(tie,) chance of an exchange in a week, NaN where unknown."""
    warnings: tuple[str, ...] = ()
    """What the user should know of what they gave, in sentences."""
    assumptions: tuple[str, ...] = ()
    """What was not given and the model fills in, in sentences."""


@dataclass(frozen=True)
class NetworkFacts:
    """What a network looks like; shares are NaN where there are no ties."""

    people: int
    departments: int
    ties: int
    within_share: float
    """Share of ties whose ends are in one department."""
    reciprocity: float
    """Share of ties whose reverse exists too."""
    mean_sources: float
    """Mean number of people that a person learns from."""
    most_sources: int
    """Largest number of people that one person learns from (in-degree of knowledge)."""
    most_learners: int
    """Largest number of people that learn from one person (out-degree of knowledge)."""
    dispersion: float
    """Standard deviation of the number of sources over its mean."""
    clustering: float
    """Share of pairs of a person's contacts, direction aside, that are in contact (transitivity)."""
    isolated: int
    """People without any tie."""
    parts: int
    """Groups of people, isolated ones left out, with no tie between one group and another."""
    lone_departments: int
    """Departments of one person."""
    without_cross_tie: int
    """People without a tie, in either direction, to another department."""


def network_facts(organization: Organization) -> NetworkFacts:
    """The facts that describe an organization to the person who gave it."""
    people, learner, source = len(organization.seats), organization.learner, organization.source
    ties = len(learner)
    inside = organization.department[learner] == organization.department[source]
    sources = np.bincount(learner, minlength=people)
    learners = np.bincount(source, minlength=people)
    mean = ties / people if people else float("nan")
    return NetworkFacts(
        people=people,
        departments=len(organization.departments),
        ties=ties,
        within_share=_share(int(inside.sum()), ties),
        reciprocity=_share(_returned(learner, source, people), ties),
        mean_sources=mean,
        most_sources=int(sources.max(initial=0)),
        most_learners=int(learners.max(initial=0)),
        dispersion=float(sources.std()) / mean if ties else float("nan"),
        clustering=_transitivity(learner, source, people),
        isolated=len(isolated(organization)),
        parts=len(part_sizes(organization)),
        lone_departments=len(lone_departments(organization)),
        without_cross_tie=people - len(np.union1d(learner[~inside], source[~inside])),
    )


def isolated(organization: Organization) -> NDArray[np.int64]:
    """Rows of people without any tie, ascending."""
    return np.setdiff1d(np.arange(len(organization.seats)), np.union1d(organization.learner, organization.source))


def lone_departments(organization: Organization) -> tuple[str, ...]:
    """Names of departments of one person, sorted."""
    sizes = np.bincount(organization.department, minlength=len(organization.departments))
    return tuple(organization.departments[d] for d in np.flatnonzero(sizes == 1))


def part_sizes(organization: Organization) -> list[int]:
    """Sizes, largest first, of the groups that no tie connects to each other; isolated people are left out."""
    a, b = organization.learner, organization.source
    label = np.arange(len(organization.seats))
    while not np.array_equal(label[a], label[b]):
        # Both ends of a tie, and the row that either one points to, move to the smaller label.
        least = np.minimum(label[a], label[b])
        for rows in (label[a], label[b], a, b):
            np.minimum.at(label, rows, least)
        label = label[label]
    sizes = np.unique(label[np.union1d(a, b)], return_counts=True)[1]
    return sorted((int(size) for size in sizes), reverse=True)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _returned(learner: NDArray[np.int32], source: NDArray[np.int32], people: int) -> int:
    """Number of ties whose reverse exists."""
    forth = learner.astype(np.int64) * people + source
    back = source.astype(np.int64) * people + learner
    return int(np.isin(forth, back).sum())


def _transitivity(learner: NDArray[np.int32], source: NDArray[np.int32], people: int) -> float:
    """Closed over all pairs of contacts of one person; each tie is read without its direction.

    Every contact is pointed from the person with fewer contacts to the one with more, so that a
    triangle is found once and a hub costs little.
    """
    apart = learner != source
    low, high = np.minimum(learner, source)[apart], np.maximum(learner, source)[apart]
    pairs = np.unique(low.astype(np.int64) * people + high)
    low, high = pairs // max(people, 1), pairs % max(people, 1)
    degree = np.bincount(low, minlength=people) + np.bincount(high, minlength=people)
    two_steps = int((degree * (degree - 1) // 2).sum())
    rank = np.empty(people, np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(people)
    lesser, greater = np.minimum(rank[low], rank[high]), np.maximum(rank[low], rank[high])
    return _share(3 * _triangles(np.sort(lesser * people + greater), people), two_steps)


def _triangles(edges: NDArray[np.int64], people: int) -> int:
    """Triangles of an undirected graph whose sorted `edges` are lower end * people + higher end."""
    if not len(edges):
        return 0
    low, high = edges // people, edges % people
    starts = np.searchsorted(low, np.arange(people + 1))
    width = (starts[1:] - starts[:-1])[high]
    ends = np.cumsum(width)
    closed, first = 0, 0
    while first < len(edges):
        done = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _WEDGES, side="right")))
        span = slice(first, last)
        edge = np.repeat(np.arange(first, last), width[span])
        step = np.arange(len(edge)) - np.repeat(ends[span] - width[span] - done, width[span])
        wanted = low[edge] * people + high[starts[high[edge]] + step]
        found = np.minimum(np.searchsorted(edges, wanted), len(edges) - 1)
        closed += int((edges[found] == wanted).sum())
        first = last
    return closed
