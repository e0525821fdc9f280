"""Who learns from whom where several people sit together, and how much of the talk each has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
ONE = np.float32(1.0)


class Talk(NamedTuple):
    """Learner-source pairs of some sessions, (encounter,), and what share of the learner's time a source has."""

    learner: Rows
    source: Rows
    share: NDArray[np.float32]


def all_to_all(rows: Rows, session: NDArray[np.int64], level: NDArray[np.int32], facilitation: float) -> Talk:
    """Everybody learns from everybody else in the session; one who sits alone meets nobody.

    Source j has the share s_j / (1 - s_i) of learner i's time, with s = (1 - f) * dominance + f / m among the m present
    and dominance in proportion to 1 + level (`facilitation` f evens out who speaks).

    Args:
        rows: who is present (present,), each once. session: number of the session of each, (present,).
        level: of everybody, (person,).
    """
    order = np.lexsort((rows, session))
    present, at = rows[order], session[order]
    if len(present) == 0:
        return Talk(present, present, np.zeros(0, np.float32))
    first = np.flatnonzero(np.concatenate([[True], at[1:] != at[:-1]]))
    size = np.diff(np.append(first, len(at)))
    rank = level[present].astype(np.int64) + 1
    f = np.float32(facilitation)
    whole, even = np.repeat(np.add.reduceat(rank, first), size), np.repeat(size, size)
    spoken = (ONE - f) * (rank.astype(np.float32) / whole.astype(np.float32)) + f / even.astype(np.float32)
    learner, source = _pairs(first, size)
    share = spoken[source] / np.maximum(ONE - spoken[learner], np.float32(1e-6))
    return Talk(present[learner], present[source], share.astype(np.float32))


def _pairs(first: Rows, size: Rows) -> tuple[Rows, Rows]:
    """Positions of all ordered pairs of different people in the same session, by learner, then source."""
    people = int(size.sum())
    sizes, start = np.repeat(size, size), np.repeat(first, size)
    learner = np.repeat(np.arange(people), sizes)
    begin = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    source = np.arange(len(learner)) - begin[learner] + start[learner]
    other = learner != source
    return learner[other], source[other]


def experts_to_all(expert: Rows, expert_at: NDArray[np.int64], listener: Rows, listener_at: NDArray[np.int64]) -> Talk:
    """Listeners learn from the experts of their session, who share the time evenly; nobody from himself.

    Args:
        expert, listener: who is present, without repeats. expert_at, listener_at: number of the session of each.
    """
    order = np.lexsort((expert, expert_at))
    speaker, at = expert[order], expert_at[order]
    first, end = np.searchsorted(at, listener_at, "left"), np.searchsorted(at, listener_at, "right")
    heard = end - first
    who = np.repeat(np.arange(len(listener)), heard)
    begin = np.concatenate([[0], np.cumsum(heard)[:-1]]) if len(heard) else heard
    source = speaker[np.arange(len(who)) - begin[who] + first[who]]
    share = ONE / np.maximum(heard, 1).astype(np.float32)
    other = listener[who] != source
    return Talk(listener[who][other], source[other], share[who][other])
