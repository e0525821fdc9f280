"""Named tuples of arrays that the kernels of one phase receive: measures, the matching of pairs, challenges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Blocks(NamedTuple):
    """How a world's people are cut into blocks: head count, rows of a block, and blocks of a world."""

    people: int
    rows: int
    number: int


class Measured(NamedTuple):
    """Sums by block; `needs` of the home department decide what is held and met.

    Attributes:
        sums: float64 (block, PERSON_SUMS).
        heads: people by home department and level, int32 (block, department, level).
        shares: sum of their adequacy, float64 likewise.
        mastery: float64 (block, department, padded topic).
        met: people whose need is met, float32 (block, department, padded topic).
        experts: people at NEED_MET or more, float32 (block, padded topic).
    """

    sums: NDArray[np.float64]
    heads: NDArray[np.int32]
    shares: NDArray[np.float64]
    mastery: NDArray[np.float64]
    met: NDArray[np.float32]
    experts: NDArray[np.float32]


class Needs(NamedTuple):
    """What people of a department need, as the measures ask for it.

    Attributes:
        need: float32 (department, padded topic). met: mastery from which it is met, 2 where there is none, likewise.
        whole: sum over topics, float64 (department,); `whole_explicit` over the explicit ones.
        kind: class of need, or NO_NEED, int8 (department, padded topic).
        explicit, emerging: 1 where a topic is so, else 0, (padded topic,). new: how many are emerging.
    """

    need: NDArray[np.float32]
    met: NDArray[np.float32]
    whole: NDArray[np.float64]
    kind: NDArray[np.int8]
    explicit: NDArray[np.float32]
    emerging: NDArray[np.float32]
    whole_explicit: NDArray[np.float64]
    new: np.float64


class Sorting(NamedTuple):
    """Some people with their keyed hashes, as given and sorted; `bucket` is scratch, at least 2 * people + 3 long."""

    rows: NDArray[np.int64]
    points: NDArray[np.uint64]
    sorted_rows: NDArray[np.int64]
    sorted_points: NDArray[np.uint64]
    bucket: NDArray[np.int64]


class Rings(NamedTuple):
    """Mentors of one world by keyed hash: a ring for the mentees of each level, or of each department and level.

    `rows` (mentor,) and their hashes `points` lie ring by ring: first[ring] to first[ring + 1]; `place` (ring,) helps
    to fill them. `wanted` (level,) says at which levels anybody looks for a mentor, `useful` at which a mentor can be.
    """

    rows: NDArray[np.int64]
    points: NDArray[np.uint64]
    first: NDArray[np.int64]
    place: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    useful: NDArray[np.bool_]


class Readable(NamedTuple):
    """What can be read in a week, (world, padded topic); `tacit` is the share of a topic that nobody can write down."""

    coverage: NDArray[np.float32]
    freshness: NDArray[np.float32]
    tacit: NDArray[np.float32]


class Habits(NamedTuple):
    """How a knowledge base is used this week.

    Attributes:
        codifying: share of what the person could add that is written down, (person,).
        lookup, push: chance to look something up, and to be sent what is new, both times engagement, (person,).
        tagging: chance that what is looked up is found, (world,). reading: factor on what a reading brings, (world,).
    """

    codifying: NDArray[np.float32]
    lookup: NDArray[np.float32]
    push: NDArray[np.float32]
    tagging: NDArray[np.float32]
    reading: NDArray[np.float32]


class OpenChallenges(NamedTuple):
    """Challenges in the order of (week of arrival, world, pair of departments), (challenge,); room lies behind them.

    Attributes:
        world, department, partner: where it arose, and the pair that it belongs to.
        owner: the department that leads it now.
        several: whether its topics belong to more than one department.
        arrived: week. key: of all its random decisions.
        lead, lead_key: row and key of who leads it; -1 where nobody does.
        topic: topics needed, -1 behind the last, (challenge, topic needed).
        source, source_key: row and key of who was found for each of them; -1 where nobody was yet, -2 where the
            knowledge base has the answer.
        blocked, since: whether it is blocked, and since which week. stalled: whether it ever was.
        decided: whether somebody with the right to do so clears it this week.
        worked: weeks of work done.
    """

    world: NDArray[np.int64]
    department: NDArray[np.int64]
    partner: NDArray[np.int64]
    owner: NDArray[np.int64]
    several: NDArray[np.bool_]
    arrived: NDArray[np.int64]
    key: NDArray[np.uint64]
    lead: NDArray[np.int64]
    lead_key: NDArray[np.uint64]
    topic: NDArray[np.int64]
    source: NDArray[np.int64]
    source_key: NDArray[np.uint64]
    blocked: NDArray[np.bool_]
    since: NDArray[np.int64]
    stalled: NDArray[np.bool_]
    decided: NDArray[np.bool_]
    worked: NDArray[np.int64]


class ChallengeTerms(NamedTuple):
    """The scenario's constants of challenges, typed for the kernels.

    Attributes:
        rate: chance of an arrival in a week, by pair of departments (pair,); `department` and `partner` say which.
        mastery: mastery required of a source, (padded topic,).
        department_key, topic_key: keys of the names. decision_key: of the decisions, see `sim.kernels.challenges`.
    """

    rate: NDArray[np.float32]
    department: NDArray[np.int64]
    partner: NDArray[np.int64]
    mastery: NDArray[np.float32]
    department_key: NDArray[np.uint64]
    topic_key: NDArray[np.uint64]
    decision_key: NDArray[np.uint64]
    find: np.float32
    trusted: np.float32
    block: np.float32
    work_weeks: int
    solving: np.float32


class ChallengeLevers(NamedTuple):
    """What policies bend of challenges this week: (person,), (person,) and flat over (world, department)."""

    referral: NDArray[np.float32]
    directory: NDArray[np.float32]
    unblocking: NDArray[np.float32]


class SolverLessons(NamedTuple):
    """Room for who learns from whom in the challenges solved this week, and what it brings, (lesson,)."""

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    brought: NDArray[np.float32]
