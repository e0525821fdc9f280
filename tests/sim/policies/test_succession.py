"""Succession: what leaders hand over, and to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import PolicyHarness
from worlds import model, run_phases


class TestHarness(PolicyHarness):
    kind = "succession"
    lively = ({"share": 1.0, "hours": 8},)


def succession(**fields: Any) -> dict[str, Any]:
    return {"succession": {"kind": "succession", "start_week": 0, "renewal_weeks": None, **fields}}


def after_everybody_left(**fields: Any) -> Any:
    made = model({"people": 60}, turnover={"hazard": [1, 1, 1, 1]}, learning={"rate": 0}, policies=succession(**fields))
    run_phases(made.plan, "leave and join")
    return made


def test_leaders_hand_over_and_nobody_else_does() -> None:
    made, plain = after_everybody_left(share=1.0), after_everybody_left(intensity=0)
    leaders = made.state.level[0] >= 2
    assert 0 < leaders.sum() < 60
    kept, market = made.state.expertise[0], plain.state.expertise[0]
    np.testing.assert_array_equal(kept[~leaders], market[~leaders])
    assert np.all(kept[leaders] >= market[leaders]) and np.all((kept > market)[leaders].any(axis=1))


def test_what_is_handed_over_is_the_share_and_fades_until_the_next_review() -> None:
    made = model(policies=succession(share=0.4), turnover={"hazard": [0] * 4})
    for weeks in range(3):
        run_phases(made.plan, "bend")
        leaders = made.state.level[0] >= 2
        expected = np.where(leaders, 0.4 * 0.99**weeks, 0)
        np.testing.assert_allclose(made.ensemble.levers["handover"][0], expected, rtol=1e-5)
        made.ensemble.number += 1


def test_trust_is_inherited_with_the_seat() -> None:
    made, plain = after_everybody_left(share=1.0), after_everybody_left(intensity=0)
    run_phases(made.plan, "observe")
    assert made.state.trust.sum() > plain.state.trust.sum()


def test_leaders_are_asked_and_paid_for_every_week() -> None:
    made = model(policies=succession(hours=0.5, money=2), turnover={"hazard": [0] * 4}, weeks=3).run()
    leaders = (made.state.level[0] >= 2).sum()
    weekly = made.record().weekly
    np.testing.assert_allclose(weekly["hours:succession"][0], 0.5 * leaders)
    np.testing.assert_allclose(weekly["money:succession"][0], 2.0 * leaders)
    assert set(made.ensemble.asked.tolist()) == {0, 0.5}


def test_other_levels_hand_over_where_they_are_targeted() -> None:
    made = after_everybody_left(share=1.0, targets={"levels": ["staff"]})
    plain = after_everybody_left(intensity=0)
    richer = (made.state.expertise[0] > plain.state.expertise[0]).any(axis=1)
    np.testing.assert_array_equal(richer, made.state.level[0] == 0)


def test_who_leaves_at_a_shock_hands_over_too() -> None:
    lost = []
    for share in (0.0, 1.0):
        made = model({"people": 60}, turnover={"hazard": [0] * 4}, policies=succession(share=share), weeks=2,
                     shocks=[{"week": 1, "kind": "leavers", "size": 1}]).run()  # fmt: skip
        lost.append(made.record().weekly["lost_by_leaders"][0, 1])
    assert lost[1] < 0.01 * lost[0]
