"""The open challenges of an ensemble, and what policies may do with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.build import Prepared
from sim.chance import MODEL, Chance, Keys, extend, text_key, text_keys, uniform, week_key
from sim.kernels.challenges import WAITING
from sim.kernels.searching import NOBODY
from sim.kernels.sessions import SCRATCH
from sim.schema import padded
from sim.state import State
from sim.tuples import ChallengeTerms, OpenChallenges, SolverLessons

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
OUT_OF_REACH = np.float32(2.0)
DECISIONS = ("challenge's lead", "challenge's topics", "challenge's help", "challenge's name", "blocked", "cleared")
"""Decisions on a challenge, in the order of `sim.kernels.searching`."""
WHOLE = ("world", "department", "partner", "owner", "arrived", "lead", "since", "worked")
KEYS, SAID, BY_TOPIC = ("key", "lead_key"), ("several", "blocked", "stalled", "decided"), ("topic", "source")


class Challenges:
    """Open challenges, world by world, from week to week.

    Attributes:
        terms: the scenario's constants.
        on: whether any can arrive.
        count: how many are open. all: their arrays, with room behind the open ones.
        lasted: how long blocked challenges waited, int64 (world, week).
        won: solved this week, by department where they arose, int64 (world, department).
        lessons: who learned from whom in the challenges solved this week, and what it brought before the budget.
        arriving: the most that can arrive in a week.
    """

    def __init__(self, prepared: Prepared, state: State, chance: Chance) -> None:
        self.chance = chance
        self.terms = terms_of(prepared)
        self.on = bool(self.terms.rate.any())
        frame = state.frame
        self.topics = prepared.scenario.challenges.topics
        self.count = 0
        self.all = _room(0, self.topics)
        self.lasted = np.zeros((frame.worlds if self.on else 0, WAITING), np.int64)
        self.won = np.zeros((frame.worlds, len(frame.departments)), np.int64)
        self.lessons = SolverLessons(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
        self.arriving = frame.worlds * len(self.terms.rate)
        width = state.structure.need.shape[1]
        room, no_own = np.empty((SCRATCH, width), np.float32), np.zeros(width, np.bool_)
        self.scratch = (
            np.empty(self.topics + 1, np.int64),
            room,
            (np.zeros(width, np.float32), no_own),
        )

    @property
    def open(self) -> OpenChallenges:
        """The open challenges, live views (challenge,)."""
        views: Any = (values[: self.count] for values in self.all)
        return OpenChallenges(*views)

    def draw(self, label: str, decision: str, week: int | None) -> NDArray[np.float32]:
        """One uniform draw a challenge, this week's, or where the week is None the one that no week changes."""
        return uniform(self.hashes(label, decision, week))

    def hashes(self, label: str, decision: str, week: int | None) -> Keys:
        """One keyed hash a challenge, likewise."""
        chain = extend(self.open.key, np.uint64(text_key(f"{label}/{decision}")))
        return chain if week is None else extend(chain, week_key(week))

    def clear(self, which: Mask) -> None:
        """Let blocked ones among some challenges, (challenge,), be cleared this week, whatever the owner does."""
        self.open.decided[which] = True

    def hand_over(self, which: Mask, department: Rows) -> None:
        """Let other departments, (challenge,), own some of the challenges from now on: one of theirs leads them."""
        self.open.owner[which] = department[which]
        self.open.lead[which] = NOBODY

    def provide(self, challenge: Rows, place: Rows, source: Rows, key: Keys) -> None:
        """Name the sources of some needed topics.

        Args:
            challenge, place: which challenge, and which of its topics, (source,). key: of each source.
        """
        self.open.source[challenge, place] = source
        self.open.source_key[challenge, place] = key

    def ensure_room(self) -> None:
        """Have memory for all that may arrive this week."""
        if self.count + self.arriving > len(self.all.world):
            roomy = _room(2 * (self.count + self.arriving), self.topics)
            for values, old in zip(roomy, self.all, strict=True):
                values[: self.count] = old[: self.count]
            self.all = roomy

    def room_for_lessons(self) -> SolverLessons:
        """Memory for all who could learn from each other if every open challenge were solved."""
        most = (self.count + self.arriving) * self.topics * (self.topics + 1)
        return SolverLessons(np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.float32))

    def restart_measures(self) -> None:
        """Forget how long blocked challenges waited."""
        self.lasted[:] = 0


def _room(most: int, topics: int) -> OpenChallenges:
    """Memory for so many challenges."""
    made: dict[str, Any] = {name: np.zeros(most, np.int64) for name in WHOLE}
    made |= {name: np.zeros(most, np.uint64) for name in KEYS} | {name: np.zeros(most, np.bool_) for name in SAID}
    made |= {name: np.full((most, topics), NOBODY, np.int64) for name in BY_TOPIC}
    return OpenChallenges(**made, source_key=np.zeros((most, topics), np.uint64))


def terms_of(prepared: Prepared) -> ChallengeTerms:
    """The scenario's constants, typed for the kernels.

    A source must know the required share of the largest need that any department has of the topic: of what is nobody's
    whole business nobody knows as much.
    """
    given, structure = prepared.scenario.challenges, prepared.structure
    department, partner = np.nonzero(prepared.interdependence)
    rate = np.float32(given.arrivals) * prepared.interdependence[department, partner]
    most = structure.need.max(axis=0)
    mastery = np.where(most > 0, np.float32(given.mastery) * most, OUT_OF_REACH)
    assert len(mastery) == padded(len(prepared.topics.names))
    return ChallengeTerms(
        rate=rate.astype(np.float32),
        department=department.astype(np.int64),
        partner=partner.astype(np.int64),
        mastery=mastery.astype(np.float32),
        department_key=text_keys(prepared.departments),
        topic_key=text_keys(prepared.topics.names),
        decision_key=np.array([text_key(f"{MODEL}/{decision}") for decision in DECISIONS], np.uint64),
        find=np.float32(given.find),
        trusted=np.float32(given.trusted),
        block=np.float32(given.block),
        work_weeks=given.work_weeks,
        solving=np.float32(given.solving),
    )
