"""Who learns from whom where several people sit together."""

from __future__ import annotations

import numpy as np
import pytest

from sim.gatherings import all_to_all, experts_to_all

LEVELS = np.array([0, 0, 1, 3, 2, 0, 0], np.int32)


@pytest.mark.parametrize("facilitation", [0.0, 0.4, 1.0])
def test_all_learn_from_all_others_of_their_session(facilitation: float) -> None:
    rows, session = np.array([3, 0, 2, 4, 6, 5]), np.array([7, 7, 7, 2, 2, 9])
    talk = all_to_all(rows, session, LEVELS, facilitation)
    at = dict(zip(rows.tolist(), session.tolist(), strict=True))
    met = set(zip(talk.learner.tolist(), talk.source.tolist(), strict=True))
    assert met == {(i, j) for i in at for j in at if i != j and at[i] == at[j]}
    for i, j, share in zip(talk.learner, talk.source, talk.share, strict=True):
        others = [row for row in at if at[row] == at[i]]
        rank = {row: 1 + LEVELS[row] for row in others}
        said = {row: (1 - facilitation) * rank[row] / sum(rank.values()) + facilitation / len(others) for row in others}
        assert share == pytest.approx(said[int(j)] / (1 - said[int(i)]), rel=1e-6)
    for i in (0, 2, 3, 4, 6):
        assert talk.share[talk.learner == i].sum() == pytest.approx(1, rel=1e-6)


def test_one_alone_meets_nobody() -> None:
    assert len(all_to_all(np.array([4]), np.array([0]), LEVELS, 0).learner) == 0
    assert len(all_to_all(np.zeros(0, np.int64), np.zeros(0, np.int64), LEVELS, 0).learner) == 0


def test_listeners_share_their_time_evenly_between_the_experts_of_their_session() -> None:
    expert, listener = np.array([5, 1, 6]), np.array([0, 1, 2, 3])
    talk = experts_to_all(expert, np.array([1, 1, 4]), listener, np.array([1, 1, 4, 3]))
    found = list(zip(talk.learner.tolist(), talk.source.tolist(), talk.share.tolist(), strict=True))
    assert found == [(0, 1, 0.5), (0, 5, 0.5), (1, 5, 0.5), (2, 6, 1.0)]
