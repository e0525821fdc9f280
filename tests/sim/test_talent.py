"""Leaders' seats with successors, and newcomers on their way, against a plain count."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import model

from sim.metrics import METRICS


def test_a_leaders_seat_is_covered_by_two_able_people_of_the_level_below_in_its_department() -> None:
    made = model({"people": 30, "departments": 3}, seeds=(1, 2), turnover={"hazard": [0] * 4}, weeks=1)
    made.state.arrays["level"][:] = np.tile([0, 0, 1, 1, 1, 2, 2, 2, 3, 3], 6)
    need = made.state.structure.need[made.state.arrays["home_department"]]
    able = np.zeros(60, bool)
    able[[2, 3]] = True  # both seniors of the first department: its three managers are followed
    able[[15, 16, 17]] = True  # managers of the second: its two executives are
    able[[30, 31, 32, 35]] = True  # one senior and one manager, and staff, do not count
    made.state.arrays["expertise"][:] = np.where(able[:, None], 0.81, 0.7) * need
    made.step()
    weekly = made.record().weekly
    assert weekly["leader_seats"][:, 0].tolist() == [15, 15]
    assert weekly["leader_seats_covered"][:, 0].tolist() == [3 + 2, 0]
    np.testing.assert_allclose(METRICS["talent"].value(weekly), [5 / 15, 0])


def test_newcomers_learn_until_adequacy_was_half_once() -> None:
    made = model(weeks=2, turnover={"hazard": [0] * 4}, newcomers={"own": 0, "own_by_level": 0, "other": 0},
                 shocks=[{"week": 0, "kind": "leavers", "size": 1}])  # fmt: skip
    made.step()
    learning = made.plan.recorder.talent.learning
    assert learning.all(), "nobody knows half of what is needed"
    need = made.state.structure.need[made.state.arrays["home_department"]]
    made.state.arrays["expertise"][:12] = 0.6 * need[:12]
    made.step()
    assert not learning[:12].any() and learning[12:].all()
    assert made.record().weekly["newcomers_learning"].tolist() == [[24, 12]]
    assert METRICS["newcomer_weeks"].value(made.record().weekly)[0] == pytest.approx(36 / 24)


def test_those_of_the_start_are_no_newcomers() -> None:
    made = model(weeks=3, turnover={"hazard": [0] * 4}, start={"own": [0.1] * 4, "other": 0}).run()
    assert not made.record().weekly["newcomers_learning"].any()
