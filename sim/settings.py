"""The sections of a scenario: every constant of the model, with unit, range, meaning and source.

Defaults follow the design's scratch runs (480 people, 8 departments, 24 topics); the ones the
stationarity search moved say so. Index order of pairs is [learner's department, source's department].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.parameters import REQUIRED, parameter

LEVELS = ("staff", "senior", "manager", "executive")
LEAVERS, FRONTIER, REORGANISATION = "leavers", "frontier", "reorganisation"


@dataclass(frozen=True)
class SyntheticOrganization:
    """An organization drawn by the generator."""

    kind: str = parameter("synthetic", "drawn by the generator", choices=("synthetic",))
    people: int = parameter(480, "head count; a leaver's seat is filled", unit="people", low=1, high=2_000_000)
    departments: int = parameter(8, "departments, of even size", unit="departments", low=1, high=1000)
    organizations: int = parameter(
        1, "organizations that share out the departments, neighbours together", unit="organizations", low=1, high=1000
    )
    topics: int = parameter(
        24,
        "topics: a sixth enterprise-wide, a sixth emerging, the rest departments' own",
        unit="topics",
        low=1,
        high=512,
    )
    sources: float = parameter(10.0, "mean number of people that a person learns from", unit="ties", low=0, high=1000)
    within_share: float = parameter(0.60, "share of ties inside a department", low=0, high=1)
    reciprocity: float = parameter(0.50, "share of ties whose reverse exists too", low=0, high=1)
    dispersion: float = parameter(
        0.0, "heavy tail of the number of sources: 0 even, 1 Pareto with exponent 2", low=0, high=1
    )
    clustering: float = parameter(0.0, "share of ties that close a triangle", low=0, high=1)
    levels: tuple[float, ...] = parameter(
        (0.60, 0.25, 0.12, 0.03), "share of staff, seniors, managers, executives", low=0, high=1
    )
    specialization: float = parameter(
        1.0, "how far starting mastery differs between topics by need: 0 not at all, 1 as `start` says", low=0, high=1
    )
    seed: int | None = parameter(
        None, "fixes the organization; null draws it from each world's own seed", low=0, high=2**63 - 1
    )


@dataclass(frozen=True)
class FilesOrganization:
    """The user's own people and ties; what the files lack comes from the generator's model."""

    kind: str = parameter("files", "read from two files", choices=("files",))
    people: str = parameter("", "file of people: id, department; optional level, tenure, organization, topic columns")
    ties: str = parameter("", "file of ties: learner, source; optional weight, trust, contact")
    columns: Mapping[str, str] = parameter({}, "the files' own heading for a field, such as `source: sender`")
    topics: int = parameter(24, "topics, where the people file has no topic columns", unit="topics", low=1, high=512)
    seed: int | None = parameter(
        None, "fixes what the files lack and the generator's model fills in; null means 0", low=0, high=2**63 - 1
    )


@dataclass(frozen=True)
class Topic:
    """What a scenario says of one topic by name; null keeps the default of its kind."""

    kind: str | None = parameter(None, "whose topic it is", choices=("home", "enterprise", "emerging"))
    department: str | None = parameter(
        None, "owner of a home topic; null: as drawn or, in a file, where the mean is highest"
    )
    tacitness: float | None = parameter(None, "share that passes only through trusted contact", low=0, high=1)
    obsolescence: float | None = parameter(
        None, "share of mastery that goes out of date", unit="per week", low=0, high=1
    )


@dataclass(frozen=True)
class Learning:
    """How mastery is gained and lost."""

    rate: float = parameter(
        0.08, "share of the gap closed by a meeting with every gate open", unit="per meeting", low=0, high=1
    )
    phi: float = parameter(
        0.5,
        "absorptive capacity: how much a wide gap is harder to learn from",
        low=0,
        high=1,
        source="Cohen and Levinthal 1990",
    )
    hours: float = parameter(1.5, "time a person has for learning from others", unit="hours a week", low=0, high=60)
    pace: float = parameter(0.016, "mastery that an hour of learning can add", unit="mastery an hour", low=0, high=10)
    practice: float = parameter(0.004, "practice on needed topics", unit="per week", low=0, high=1)
    practice_elsewhere: float = parameter(0.5, "practice off the own topics, relative to the own", low=0, high=1)
    forgetting: float = parameter(
        0.003,
        "loss of mastery without any need for it",
        unit="per week",
        low=0,
        high=1,
        source="monthly retention 0.987: Argote et al. 1990; Thompson 2007",
    )
    obsolescence: float = parameter(0.001, "mastery going out of date", unit="per week", low=0, high=1)
    obsolescence_emerging: float = parameter(0.004, "the same on emerging topics", unit="per week", low=0, high=1)


@dataclass(frozen=True)
class Culture:
    """Starting culture by boundary, and how norms move it."""

    safety: float = parameter(0.60, "psychological safety of a department", low=0, high=1)
    willingness_within: float = parameter(0.90, "readiness to share, in the own department", low=0, high=1)
    willingness_across: float = parameter(0.50, "the same, between departments", low=0, high=1)
    willingness_between: float = parameter(0.30, "the same, between organizations", low=0, high=1)
    clarity_within: float = parameter(0.90, "common language, in the own department", low=0, high=1)
    clarity_across: float = parameter(0.55, "the same, between departments", low=0, high=1)
    clarity_between: float = parameter(0.45, "the same, between organizations", low=0, high=1)
    reliability_within: float = parameter(0.85, "promises kept, in the own department", low=0, high=1)
    reliability_across: float = parameter(0.70, "the same, between departments", low=0, high=1)
    reliability_between: float = parameter(0.60, "the same, between organizations", low=0, high=1)
    engagement: float = parameter(0.80, "share of the offered time actually given", low=0, high=1)
    drift: float = parameter(
        0.0266, "share of the way to its norm that a state moves (half-life 26 weeks)", unit="per week", low=0, high=1
    )
    load_penalty: float = parameter(0.05, "fall of the norm of engagement per unit of load above 1", low=0, high=1)


@dataclass(frozen=True)
class Trust:
    """Trust as an exponentially weighted record of promises kept."""

    base_within: float = parameter(0.50, "where trust drifts to, in the own department", low=0, high=1)
    base_across: float = parameter(0.25, "the same, between departments", low=0, high=1)
    base_between: float = parameter(0.15, "the same, between organizations", low=0, high=1)
    stranger_within: float = parameter(0.5, "trust in a session without a tie, in the own department", low=0, high=1)
    stranger: float = parameter(0.3, "the same, elsewhere", low=0, high=1)
    eta: float = parameter(
        0.10, "weight of the latest promise", low=0, high=1, source="in the spirit of Josang and Ismail 2002"
    )
    delta: float = parameter(0.005, "drift to the base in a week without a meeting", unit="per week", low=0, high=1)
    newcomer: float = parameter(0.6, "trust in and of a newcomer, relative to the base", low=0, high=1)


@dataclass(frozen=True)
class Contacts:
    """How often people meet, and how ties form and fade."""

    rate: float = parameter(0.5, "mean chance of a substantive exchange over a tie", unit="per week", low=0, high=1)
    spread: float = parameter(0.6, "half-width of the rate's uniform spread, relative to its mean", low=0, high=1)
    formed: float = parameter(
        0.12, "contact of a tie formed in a session or left by a stay", unit="per week", low=0, high=1
    )
    fading: float = parameter(0.015, "contact lost by ties not of origin baseline", unit="per week", low=0, high=1)
    floor: float = parameter(0.02, "such a tie ends below this contact", unit="per week", low=0, high=1)
    limit: int = parameter(
        40,
        "sources a person can hold, if more than those at the start plus `headroom`",
        unit="ties",
        low=1,
        high=100_000,
    )
    headroom: int = parameter(8, "sources a person can add to those at the start", unit="ties", low=0, high=100_000)


@dataclass(frozen=True)
class Sessions:
    """Attendance of sessions that policies hold."""

    attendance: float = parameter(
        0.9, "chance that an invited person attends (voluntary: times engagement)", low=0, high=1
    )


@dataclass(frozen=True)
class Challenges:
    """Problems of two departments at once: how often they arise, and what solves them.

    Numbers are proposals, kept cautious where no source says how large they are. Two are calibrated
    (docs/calibration.md): the line seldom knows who could help, and contacts in other departments are asked once they
    have kept a few promises, so that whom one knows matters to how soon a source is found.
    """

    arrivals: float = parameter(
        0.05,
        "chance that one arises between two departments at full interdependence; 0: none",
        unit="per week",
        low=0,
        high=1,
    )
    mastery: float = parameter(
        0.6, "mastery required of a source, relative to the largest need of any department", low=0, high=1
    )
    topics: int = parameter(4, "most topics that one needs", unit="topics", low=1, high=16)
    find: float = parameter(
        0.15, "chance that a trusted contact helps, times willingness and clarity", unit="per week", low=0, high=1
    )
    trusted: float = parameter(0.3, "trust above which a contact is asked", low=0, high=1)
    line: float = parameter(
        0.03,
        "chance that the line names the best source where no contact helps: base of the lever `directory`",
        unit="per week",
        low=0,
        high=1,
    )
    block: float = parameter(0.02, "chance that one is blocked", unit="per week", low=0, high=1)
    clearing: float = parameter(
        0.15,
        "chance that an owner clears a blocked one: base of the lever `unblocking`; a median of five weeks",
        unit="per week",
        low=0,
        high=1,
    )
    work_weeks: int = parameter(2, "weeks of work once all sources are found", unit="weeks", low=1, high=520)
    solving: float = parameter(3.0, "how much solvers learn from each other, in meetings over a tie", low=0, high=100)


@dataclass(frozen=True)
class Turnover:
    """Who leaves; the seat is filled at once."""

    hazard: tuple[float, ...] = parameter(
        (0.0035, 0.0025, 0.002, 0.002),
        "chance to leave: staff, senior, manager, executive",
        unit="per week",
        low=0,
        high=1,
    )
    first_year: float = parameter(1.6, "factor on the hazard in the first 52 weeks", low=0, high=100)


@dataclass(frozen=True)
class Start:
    """Mean mastery at week 0 by kind of topic; a person's is times U(1 - spread, 1 + spread).

    Set near the long-run means of runs of 800 weeks without policies, so that in three years without policies
    adequacy moves by less than 0.02 and need met by less than 0.05.
    """

    own: tuple[float, ...] = parameter(
        (0.72, 0.77, 0.79, 0.80), "own topics: staff, senior, manager, executive", low=0, high=1
    )
    enterprise: tuple[float, ...] = parameter((0.36, 0.38, 0.39, 0.40), "enterprise topics, by level", low=0, high=1)
    emerging: tuple[float, ...] = parameter(
        (0.25, 0.24, 0.235, 0.23), "emerging topics, by level: juniors know them better", low=0, high=1
    )
    other: float = parameter(0.66, "another department's topics, relative to need", low=0, high=1)
    unneeded: float = parameter(0.01, "topics without need", low=0, high=1)
    spread: float = parameter(0.5, "half-width of the spread between people", low=0, high=1)


@dataclass(frozen=True)
class Newcomers:
    """Mean mastery of someone hired from the market; a person's is times U(1 - spread, 1 + spread)."""

    own: float = parameter(0.35, "own topics", low=0, high=1)
    own_by_level: float = parameter(0.10, "more own mastery per level", low=0, high=1)
    enterprise: float = parameter(0.25, "enterprise topics", low=0, high=1)
    enterprise_by_level: float = parameter(0.05, "more enterprise mastery per level", low=0, high=1)
    emerging: float = parameter(0.35, "emerging topics: the market's", low=0, high=1)
    other: float = parameter(0.25, "all other topics, relative to need", low=0, high=1)
    spread: float = parameter(0.5, "half-width of the spread between people", low=0, high=1)


@dataclass(frozen=True)
class Knowledge:
    """What becomes of what is written down."""

    staleness: float = parameter(
        0.0133, "loss of freshness besides obsolescence (half-life a year)", unit="per week", low=0, high=1
    )


@dataclass(frozen=True)
class Stays:
    """What changes while a person works in another department."""

    host_need: float = parameter(0.5, "share of the host's need that becomes the visitor's", low=0, high=1)
    willingness: float = parameter(0.25, "added between visitor and host", low=0, high=1)
    clarity: float = parameter(0.20, "added between visitor and host", low=0, high=1)
    absence_contact: float = parameter(
        0.3, "contact over ties to those who are elsewhere, relative to the usual", low=0, high=1
    )
    absence_practice: float = parameter(
        0.3, "practice on the own topics while away, relative to the usual", low=0, high=1
    )


@dataclass(frozen=True)
class Adoption:
    """Teams, and how practices spread between them."""

    team: int = parameter(10, "seats of a team, of one department", unit="people", low=1, high=100_000)
    ties: int = parameter(
        2,
        "ties to learn over, from which on a team is in contact with another",
        unit="ties",
        low=1,
        high=100_000,
    )
    threshold: int = parameter(
        2,
        "adopting teams in contact from which on a team may adopt",
        unit="teams",
        low=1,
        high=1000,
        source="Centola and Macy 2007",
    )
    chance: float = parameter(0.2, "chance that such a team adopts", unit="per week", low=0, high=1)
    gain: float = parameter(
        0.1, "mastery of its topic that a practice brings each of the teams whose pilot it was", low=0, high=1
    )
    copied: float = parameter(
        0.3, "share of it that a practice brings to those who adopt it from other teams", low=0, high=1
    )
    weeks: int = parameter(10, "weeks over which a team learns it", unit="weeks", low=1, high=520)
    seeded: int = parameter(
        0,
        "teams, beside each other, that use a practice from the start, on a topic that most need; 0: none",
        unit="teams",
        low=0,
        high=100_000,
    )


@dataclass(frozen=True)
class Shock:
    """One thing that happens to the organization, whatever its policies."""

    week: int = parameter(REQUIRED, "when it happens, at the start of the week", unit="week", low=0, high=5199)
    kind: str = parameter(
        REQUIRED,
        "people leave at the end of the week; mastery of emerging topics goes out of date; or people change department",
        choices=(LEAVERS, FRONTIER, REORGANISATION),
    )
    size: float = parameter(
        REQUIRED,
        "share of the people who leave or move for good, or of the emerging mastery that is lost",
        low=0,
        high=1,
    )
