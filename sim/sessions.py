"""Sessions: who meets whom, for how long, and how openly; assembled by policies, run by the week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.encounters import put_in_order


@dataclass(frozen=True)
class Encounters:
    """Learner-source pairs of one policy's sessions this week; every array is (encounter,).

    Attributes:
        learner, source: rows (person,).
        weight: hours * share of the talk * factor of the kind of session.
        teaching: factor on the source's teaching inside the session.
        confidentiality: least safety of the session.
        facilitation: evens out who is heard, and helps promises to be kept.
        origin: why a tie formed here exists; empty where the session forms none.
    """

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    weight: NDArray[np.float32]
    teaching: NDArray[np.float32]
    confidentiality: float = 0.0
    facilitation: float = 0.0
    origin: str = ""


class Parts(NamedTuple):
    """Encounters of all policies one after another, (encounter,), and what holds for each part of them, (part,).

    Attributes:
        first: where each part begins, and the end, (part + 1,).
        label: index of the part's policy in label order.
        forms: code of the origin that a new tie gets, -1 where none is formed.
    """

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    weight: NDArray[np.float32]
    teaching: NDArray[np.float32]
    first: NDArray[np.int64]
    label: NDArray[np.int64]
    confidentiality: NDArray[np.float32]
    facilitation: NDArray[np.float32]
    forms: NDArray[np.int64]


class Meeting(NamedTuple):
    """Encounters of all policies, sorted by (learner, policy label, source); every array is (encounter,).

    Attributes:
        label: index of the policy in label order.
        forms: code of the origin that a new tie gets, -1 where none is formed.
    """

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    weight: NDArray[np.float32]
    teaching: NDArray[np.float32]
    confidentiality: NDArray[np.float32]
    facilitation: NDArray[np.float32]
    label: NDArray[np.int64]
    forms: NDArray[np.int64]


class TiesOfSessions(NamedTuple):
    """Room for the ties that this week's encounters form, (new tie,).

    Attributes:
        label: index of the policy in label order.
        origin: code of why the tie exists.
    """

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    label: NDArray[np.int64]
    origin: NDArray[np.int64]
    trust: NDArray[np.float32]


def gather(parts: Sequence[tuple[int, Encounters]], origins: Sequence[str], rows: int) -> Meeting:
    """Join the encounters of all policies, given as (index of the policy in label order, encounters).

    Args:
        origins: why a tie exists, by code. rows: number of people of all worlds.

    Raises:
        ValueError: the arrays of a part differ in length, or name someone who does not exist.
    """
    held = [(label, part) for label, part in parts if len(part.learner)]
    meeting = empty_meeting(sum(len(part.learner) for _, part in held))
    for _, part in held:
        if not len(part.learner) == len(part.source) == len(part.weight) == len(part.teaching):
            raise ValueError("the arrays of encounters differ in length")
    place, (order, part_of) = np.zeros(rows, np.int32), np.empty((2, len(meeting.learner)), np.int64)
    if held and not put_in_order(_joined(held, origins), rows, place, order, part_of, meeting):
        raise ValueError(f"encounters name people outside the rows 0 to {rows - 1}")
    return meeting


def empty_meeting(encounters: int) -> Meeting:
    """Room for encounters."""
    whole, real = np.empty((4, encounters), np.int64), np.empty((4, encounters), np.float32)
    return Meeting(whole[0], whole[1], real[0], real[1], real[2], real[3], whole[2], whole[3])


def room_for_ties(ties: int) -> TiesOfSessions:
    """Room for new ties."""
    whole = np.empty((4, ties), np.int64)
    return TiesOfSessions(whole[0], whole[1], whole[2], whole[3], np.empty(ties, np.float32))


def _joined(parts: Sequence[tuple[int, Encounters]], origins: Sequence[str]) -> Parts:
    def joined(values: Callable[[Encounters], Any], dtype: Any) -> NDArray[Any]:
        each_part = [np.ascontiguousarray(values(part), dtype) for _, part in parts]
        return np.concatenate(each_part) if len(parts) > 1 else each_part[0]

    def each(values: Callable[[Encounters], Any], dtype: Any) -> NDArray[Any]:
        return np.array([values(part) for _, part in parts], dtype)

    return Parts(
        joined(lambda part: part.learner, np.int64),
        joined(lambda part: part.source, np.int64),
        joined(lambda part: part.weight, np.float32),
        joined(lambda part: part.teaching, np.float32),
        np.array([0, *accumulate(len(part.learner) for _, part in parts)], np.int64),
        np.array([label for label, _ in parts], np.int64),
        each(lambda part: part.confidentiality, np.float32),
        each(lambda part: part.facilitation, np.float32),
        each(lambda part: origins.index(part.origin) if part.origin else -1, np.int64),
    )
