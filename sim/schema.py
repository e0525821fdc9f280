"""Every array of the state, once: name, dimensions, dtype, range, unit and meaning.

The state, its checks, the digest, the Mesa views and the documentation all read this table. The named
tuples at the end are what kernels receive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TOPIC_LANES = 8
"""Topics are padded to a multiple of this; a sum over topics is this many strided sums, then a fixed tree."""

ORIGINS = (
    *("baseline", "rotation", "mentorship", "introduction", "other", "onboarding", "circles"),
    *("tacit_exchange", "council", "bridge", "pods"),
)
"""Why a tie exists; a tie stores the position, a digest the text. Policies of one's own form ties of origin "other"."""

HOME, ENTERPRISE, EMERGING = 0, 1, 2
TOPIC_KINDS = ("home", "enterprise", "emerging")
EXPLICIT = np.float32(0.5)
"""A topic is explicit up to this tacitness."""


@dataclass(frozen=True)
class Field:
    """One array of the state."""

    name: str
    dimensions: tuple[str, ...]
    dtype: str
    low: float
    high: float
    unit: str
    doc: str


PERSON_FIELDS = (
    Field("key", ("world", "person"), "uint64", 0, 2**64 - 1, "", "key of the person in every random decision"),
    Field("generation", ("world", "person"), "int32", 0, 2**31 - 1, "people", "newcomers that have taken the seat"),
    Field("department", ("world", "person"), "int32", 0, 2**31 - 1, "", "where the person works this week"),
    Field("home_department", ("world", "person"), "int32", 0, 2**31 - 1, "", "where the person belongs"),
    Field("organization", ("world", "person"), "int32", 0, 2**31 - 1, "", "which organization the person belongs to"),
    Field("level", ("world", "person"), "int32", 0, 3, "", "0 staff, 1 senior, 2 manager, 3 executive"),
    Field("tenure", ("world", "person"), "int32", 0, 2**31 - 1, "weeks", "weeks since joining"),
    Field("expertise", ("world", "person", "topic"), "float32", 0, 1, "mastery", "what the person knows"),
    Field("engagement", ("world", "person"), "float32", 0, 1, "", "share of the offered time actually given"),
    Field("initiative", ("world", "person"), "float32", 0.1, 1, "", "help-seeking, a fixed trait"),
)
CULTURE_FIELDS = (
    Field("safety", ("world", "department"), "float32", 0, 1, "", "psychological safety"),
    Field("clarity", ("world", "learner's department", "source's department"), "float32", 0, 1, "", "common language"),
    Field(
        "willingness",
        ("world", "learner's department", "source's department"),
        "float32",
        0,
        1,
        "",
        "readiness of the source's department to share",
    ),
    Field(
        "reliability", ("world", "learner's department", "source's department"), "float32", 0, 1, "", "promises kept"
    ),
)
TIE_FIELDS = (
    Field("source", ("tie",), "int32", 0, 2**31 - 1, "row", "row of the person learned from"),
    Field("trust", ("tie",), "float32", 0, 1, "", "the learner's expectation that the source keeps promises"),
    Field("contact", ("tie",), "float32", 0, 1, "per week", "chance of a substantive exchange"),
    Field("base_trust", ("tie",), "float32", 0, 1, "", "where trust drifts to without meetings"),
    Field("origin", ("tie",), "int8", 0, len(ORIGINS) - 1, "", "why the tie exists: " + ", ".join(ORIGINS)),
)
KNOWLEDGE_FIELDS = (
    Field("coverage", ("world", "topic"), "float32", 0, 1, "mastery", "what the knowledge base says of a topic"),
    Field("freshness", ("world", "topic"), "float32", 0, 1, "", "how far that is still so"),
    Field("codified", ("world", "topic"), "float32", 0, 1, "", "share of the tacit that was put in words"),
)
"""The knowledge base; part of a digest only where it holds something."""
FIELDS = PERSON_FIELDS + CULTURE_FIELDS + TIE_FIELDS + KNOWLEDGE_FIELDS


def padded(topics: int) -> int:
    """Number of topic columns in memory."""
    return -(-topics // TOPIC_LANES) * TOPIC_LANES


class People(NamedTuple):
    """One row a person, worlds one after another."""

    key: NDArray[np.uint64]
    department: NDArray[np.int32]
    home: NDArray[np.int32]
    level: NDArray[np.int32]
    expertise: NDArray[np.float32]
    initiative: NDArray[np.float32]


class Ties(NamedTuple):
    """Ties by learner: row i owns slots first[i] to first[i + 1], its count[i] live ties first, sorted by source."""

    first: NDArray[np.int64]
    count: NDArray[np.int32]  # type: ignore[assignment]  # a field, not the tuple's method
    limit: NDArray[np.int32]
    source: NDArray[np.int32]
    trust: NDArray[np.float32]
    contact: NDArray[np.float32]
    base_trust: NDArray[np.float32]
    origin: NDArray[np.int8]


class Structure(NamedTuple):
    """What does not change: who needs what, and what the topics are like."""

    need: NDArray[np.float32]
    own: NDArray[np.bool_]
    tacitness: NDArray[np.float32]
    obsolescence: NDArray[np.float32]
    topic_kind: NDArray[np.int32]
    organization: NDArray[np.int32]


class Culture(NamedTuple):
    """What holds this week, pulls included: flat over (world, department) and (world, pair).

    `meeting` is the factor of a pair of departments on a tie's chance of a meeting, flat over (world, pair, standing),
    see `sim.kernels.common.standing`.
    """

    safety: NDArray[np.float32]
    clarity: NDArray[np.float32]
    willingness: NDArray[np.float32]
    reliability: NDArray[np.float32]
    meeting: NDArray[np.float32]


class Gates(NamedTuple):
    """What a person brings to this week's meetings, one number a row."""

    engagement: NDArray[np.float32]
    seeks: NDArray[np.float32]
    keeps: NDArray[np.float32]
    teaching: NDArray[np.float32]
    rate: NDArray[np.float32]


class Rule(NamedTuple):
    """The scenario's constants, typed for the kernels."""

    people: int
    departments: int
    topics: int
    phi: np.float32
    eta: np.float32
    delta: np.float32
    host_need: np.float32
    host_willingness: np.float32
    host_clarity: np.float32
    absence_contact: np.float32
    absence_practice: np.float32
    practice: np.float32
    practice_elsewhere: np.float32
    forgetting: np.float32
    pace: np.float32
    trust_within: np.float32
    trust_across: np.float32
    trust_between: np.float32
    formed: np.float32
    fading: np.float32
    floor: np.float32
    newcomer_trust: np.float32
    stranger_within: np.float32
    stranger: np.float32


class EncounterArrays(NamedTuple):
    """Learner-source pairs of this week's sessions, sorted by (learner, policy label, source)."""

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    weight: NDArray[np.float32]
    teaching: NDArray[np.float32]
    reliability: NDArray[np.float32]
    safety: NDArray[np.float32]
    trust: NDArray[np.float32]
    heard: NDArray[np.bool_]


class NewTies(NamedTuple):
    """Ties to form, (new tie,)."""

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    trust: NDArray[np.float32]
    contact: NDArray[np.float32]


class Meetings(NamedTuple):
    """Scratch of the meetings over ties of a block of learners, in the order of their slots, (meeting,) unless noted.

    Attributes:
        row: of the learner in the block. slot: of the tie, from the block's first.
        hashed: the tie's hash of the week, but for its last shift.
        gate, trusted: clarity times teaching; trust times openness. trust: what it will be after the meeting.
        brought: mastery taken up, before the learner's rate.
        raw, gap: of each learner, sum of what is taken up and largest gap met, (row of the block, padded topic).
        share: what the largest gaps let through of the learner's gain, (row of the block,).
    """

    row: NDArray[np.int32]
    slot: NDArray[np.int32]
    hashed: NDArray[np.uint64]
    gate: NDArray[np.float32]
    trusted: NDArray[np.float32]
    trust: NDArray[np.float32]
    brought: NDArray[np.float32]
    raw: NDArray[np.float32]
    gap: NDArray[np.float32]
    share: NDArray[np.float32]


class Lessons(NamedTuple):
    """This week's meetings over ties, in order of (learner, source); `sim.kernels.lessons` says where they lie.

    Attributes:
        first, number: of each block of learners, its first lesson and how many it has, (block,).
        learner, source: rows of the two, (lesson,). origin: why their tie exists.
        gain: mastery brought before the learning budget, over all topics, (lesson,).
    """

    first: NDArray[np.int64]
    number: NDArray[np.int64]
    learner: NDArray[np.int32]
    source: NDArray[np.int32]
    origin: NDArray[np.int8]
    gain: NDArray[np.float32]


class Work(NamedTuple):
    """Scratch of one week, one row a person.

    Attributes:
        gain: of all channels together, before the budget, (person, padded topic).
        from_ties, from_sessions, from_rules: what a channel brings a person before the budget, (person,).
        from_parts: the same from the knowledge base, challenges and pilots, (part, person).
        factor: what the learning budget leaves of every gain, (person,).
        cards: what ties need of a source in one place, (person, 2).
    """

    gain: NDArray[np.float32]
    from_ties: NDArray[np.float32]
    from_sessions: NDArray[np.float32]
    from_rules: NDArray[np.float32]
    from_parts: NDArray[np.float32]
    factor: NDArray[np.float32]
    meetings: NDArray[np.int32]
    cards: NDArray[np.uint64]


class Seats(NamedTuple):
    """What a newcomer starts afresh, one entry a row."""

    generation: NDArray[np.int32]
    tenure: NDArray[np.int32]
    engagement: NDArray[np.float32]
    mentoring: NDArray[np.bool_]


class Joining(NamedTuple):
    """What leavers and newcomers are drawn from.

    Attributes:
        leave, initiative, expertise: chains over (seed, decision), uint64 (world,). week: key of the week.
        topic: keys of the topics, uint64 (topic,).
        hazard: chance to leave in a week, by level. first_year: factor on it in the first year.
        mean: mastery of newcomers, float32 (department, level, topic), times least_spread + spread_span * U.
        least_initiative, initiative_span: initiative likewise. engagement: where it starts.
    """

    leave: NDArray[np.uint64]
    initiative: NDArray[np.uint64]
    expertise: NDArray[np.uint64]
    week: np.uint64
    topic: NDArray[np.uint64]
    hazard: NDArray[np.float32]
    first_year: np.float32
    mean: NDArray[np.float32]
    least_spread: np.float32
    spread_span: np.float32
    least_initiative: np.float32
    initiative_span: np.float32
    engagement: np.float32
