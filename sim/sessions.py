"""Sessions: who meets whom, for how long, and how openly; assembled by policies, run by the week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


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


@dataclass(frozen=True)
class Meeting:
    """Encounters of all policies, sorted by (learner, policy label, source).

    Attributes:
        label: index of the policy in label order, (encounter,).
        forms: code of the origin that a new tie gets, -1 where none is formed, (encounter,).
    """

    learner: NDArray[np.int64]
    source: NDArray[np.int64]
    weight: NDArray[np.float32]
    teaching: NDArray[np.float32]
    confidentiality: NDArray[np.float32]
    facilitation: NDArray[np.float32]
    label: NDArray[np.int64]
    forms: NDArray[np.int64]


def gather(parts: Sequence[tuple[int, Encounters]], origins: Sequence[str]) -> Meeting:
    """Join the encounters of all policies, given as (index of the policy in label order, encounters)."""

    def joined(values: Sequence[Any], dtype: Any) -> NDArray[Any]:
        return np.concatenate([np.asarray(value, dtype) for value in values]) if values else np.zeros(0, dtype)

    def spread(name: str) -> NDArray[np.float32]:
        return joined([np.full(len(e.learner), getattr(e, name)) for _, e in parts], np.float32)

    learner = joined([e.learner for _, e in parts], np.int64)
    source = joined([e.source for _, e in parts], np.int64)
    label = joined([np.full(len(e.learner), index) for index, e in parts], np.int64)
    codes = [origins.index(e.origin) if e.origin else -1 for _, e in parts]
    forms = joined([np.full(len(e.learner), code) for code, (_, e) in zip(codes, parts, strict=True)], np.int64)
    order = np.lexsort((source, label, learner))
    return Meeting(
        learner[order],
        source[order],
        joined([e.weight for _, e in parts], np.float32)[order],
        joined([e.teaching for _, e in parts], np.float32)[order],
        spread("confidentiality")[order],
        spread("facilitation")[order],
        label[order],
        forms[order],
    )
