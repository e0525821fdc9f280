"""How bends combine, and that every lever acts on what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import worlds

from sim.levers import DEPARTMENT, LEVERS, ORGANIZATION, PAIR, PERSON, Bend, Levers
from sim.policies.base import Policy, PolicySettings

ONE = np.float32(1.0)


class Bending(Policy):
    """Bends what it is told, every week."""

    def __init__(self, label: str, *bends: Bend) -> None:
        super().__init__(label, PolicySettings())
        self.bends = bends

    def bend(self, week: Any) -> Iterable[Bend]:
        return self.bends


def levers(**bases: float) -> Levers:
    base = {name: np.zeros((1, 3), np.float32) for name in LEVERS}
    return Levers(base | {name: np.full((1, 3), value, np.float32) for name, value in bases.items()})


def test_the_table_of_levers() -> None:
    by_part = {
        part: {name for name, lever in LEVERS.items() if lever.of == part}
        for part in (ORGANIZATION, DEPARTMENT, PAIR, PERSON)
    }
    assert by_part[ORGANIZATION] == {"facilitation", "tagging", "reading", "curation"}
    assert by_part[DEPARTMENT] == {"safety.norm", "safety.pull", "unblocking"}
    pairs = ("clarity", "willingness", "reliability")
    assert by_part[PAIR] == {"contact", *(f"{name}.{role}" for name in pairs for role in ("norm", "pull"))}
    assert {"engagement.norm", "engagement.pull", "teaching", "attendance", "practice"} <= by_part[PERSON]
    assert all(lever.doc for lever in LEVERS.values())
    assert all(LEVERS[name].additive_only == name.endswith(("norm", "pull")) for name in LEVERS)


def test_value_is_the_clipped_sum_times_the_product() -> None:
    bent = levers(teaching=1.0)
    bent.apply(
        [
            ("b", Bend("teaching", add=0.5, scale=0.2)),
            ("a", Bend("teaching", scale=np.array([[0.0, -0.5, -3.0]], np.float32))),
        ]
    )
    once = np.float32(1.5)
    scale = ONE + np.float32(0.2)
    np.testing.assert_array_equal(bent["teaching"], [[once * scale, once * np.float32(0.5) * scale, 0]])


def test_chances_stay_within_0_and_1_and_pulls_are_free() -> None:
    bent = levers(attendance=0.9)
    sizes = {"attendance": 0.5, "safety.norm": -2.0, "safety.pull": -2.0}
    bent.apply([("a", Bend(name, add=value)) for name, value in sizes.items()])
    np.testing.assert_array_equal(bent["attendance"], np.ones((1, 3)))
    np.testing.assert_array_equal(bent["safety.norm"], np.zeros((1, 3)))
    np.testing.assert_array_equal(bent["safety.pull"], np.full((1, 3), -2))


def test_bends_are_reduced_in_label_order_whatever_the_order_given() -> None:
    bends = [
        (label, Bend("teaching", add=value)) for label, value in (("a", 1e-8), ("b", 1.0), ("c", -1.0), ("d", 0.3))
    ]
    there, back = levers(teaching=1.0), levers(teaching=1.0)
    there.apply(bends)
    back.apply(reversed(bends))
    np.testing.assert_array_equal(there["teaching"], back["teaching"])
    assert list(back.contributions["teaching"]) == ["a", "b", "c", "d"]


def test_a_lever_remembers_who_bent_it_and_returns_to_its_base() -> None:
    bent = levers(practice=1.0)
    bent.apply([("a", Bend("practice", scale=-0.05))])
    assert bent.contributions == {"practice": {"a": (Bend("practice", scale=-0.05),)}}
    bent.apply([])
    assert bent.contributions == {}
    np.testing.assert_array_equal(bent["practice"], np.ones((1, 3)))


def test_two_bends_of_one_lever_by_one_policy_both_count() -> None:
    bent = levers(teaching=1.0)
    bent.apply([("a", Bend("teaching", add=0.25)), ("a", Bend("teaching", add=0.5))])
    np.testing.assert_array_equal(bent["teaching"], np.full((1, 3), 1.75))


def test_a_norm_and_a_pull_take_add_only() -> None:
    for name in ("safety.norm", "engagement.pull"):
        with pytest.raises(ValueError, match=f"{name} takes add only"):
            levers().apply([("a", Bend(name, scale=0.1))])


def test_an_unknown_lever_is_refused() -> None:
    with pytest.raises(KeyError, match="moral"):
        levers().apply([("a", Bend("moral", add=0.1))])


def after_one_week(*bends: Bend, last: str = "observe", **sections: Any) -> Any:
    """A small world after a week (or a part of it) in which these levers were bent."""
    made = worlds.model(**{"turnover": {"hazard": [0, 0, 0, 0]}} | sections)
    made.plan.policies = [Bending("bending", *bends)]
    worlds.run_phases(made.plan, last)
    return made


def test_a_pull_acts_this_week_and_leaves_the_state() -> None:
    made = after_one_week(
        Bend("willingness.pull", add=0.3),
        Bend("reliability.pull", add=0.6),
        Bend("clarity.pull", add=-0.9),
        Bend("safety.pull", add=0.1),
        Bend("engagement.pull", add=-0.3),
    )
    week, state = made.ensemble, made.state
    across = 1  # first department from the second
    assert week.culture.willingness[across] == pytest.approx(0.8)
    assert (week.culture.reliability[across], week.culture.clarity[across]) == (1, 0)
    np.testing.assert_allclose(week.culture.safety, 0.7, rtol=1e-6)
    np.testing.assert_allclose(week.gates.engagement, 0.5, rtol=1e-6)
    np.testing.assert_array_equal(state.willingness[0, 0, 1], np.float32(0.5))
    np.testing.assert_array_equal(state.engagement, np.float32(0.8))
    np.testing.assert_array_equal(state.safety, np.float32(0.6))


def test_a_norm_moves_the_state_slowly_and_back() -> None:
    made = after_one_week(Bend("safety.norm", add=0.2), Bend("engagement.norm", add=0.1))
    assert made.state.safety[0, 0] == pytest.approx(0.6 + 0.0266 * 0.2, abs=1e-6)
    assert made.state.engagement[0, 0] == pytest.approx(0.8 + 0.0266 * 0.1, abs=1e-6)
    up = float(made.state.safety[0, 0])
    made.plan.policies = []
    made.ensemble.number += 1
    worlds.run_phases(made.plan, "observe")
    assert made.state.safety[0, 0] == pytest.approx(up + 0.0266 * (0.6 - up), abs=1e-6)


def test_contact_is_a_factor_on_meetings_between_two_departments() -> None:
    silent = after_one_week(Bend("contact", scale=-1.0))
    assert not silent.ensemble.work.meetings.any()
    assert after_one_week(Bend("contact", scale=4.0)).ensemble.work.meetings.sum() > 0


def test_absorption_and_teaching_are_factors_on_what_is_learned() -> None:
    plain = after_one_week(last="ties").ensemble.work.from_ties
    for name in ("absorption", "teaching"):
        half = after_one_week(Bend(name, scale=-0.5), last="ties").ensemble.work.from_ties
        np.testing.assert_allclose(half, 0.5 * plain, rtol=1e-5, atol=1e-7)


def test_hours_are_the_budget_of_learning() -> None:
    none = after_one_week(Bend("hours", add=-1.5), learning={"practice": 0, "rate": 0.5}, last="learn")
    np.testing.assert_array_equal(none.ensemble.work.factor[none.ensemble.work.from_ties > 0], 0)
    much = after_one_week(Bend("hours", add=50), learning={"practice": 0, "rate": 0.5}, last="learn")
    np.testing.assert_array_equal(much.ensemble.work.factor, 1)


def test_practice_forgetting_and_turnover_are_factors() -> None:
    quiet: dict[str, Any] = {"contacts": {"rate": 0}, "learning": {"obsolescence": 0, "obsolescence_emerging": 0}}
    halved = after_one_week(Bend("practice", scale=-0.5), Bend("forgetting", scale=-1), last="practice", **quiet)
    state, structure = halved.state, halved.state.structure
    start = worlds.model().state.expertise[0]
    need = structure.need[state.home_department[0], :8]
    own = structure.own[state.home_department[0], :8]
    gained = np.where(own, 0.5, 0.5 * 1.0) * 0.004 * need * (1 - start)
    np.testing.assert_allclose(state.expertise[0], start + gained, atol=1e-6)
    stable = after_one_week(Bend("turnover", scale=-1), turnover={"hazard": [1, 1, 1, 1]})
    assert not stable.state.generation.any()
    assert after_one_week(turnover={"hazard": [1, 1, 1, 1]}).state.generation.all()


def test_a_handover_is_a_share_of_the_leavers_lead_in_mastery_and_trust() -> None:
    everybody: dict[str, Any] = {"turnover": {"hazard": [1] * 4}, "learning": {"rate": 0}}
    before = after_one_week(last="drift", **everybody)
    expertise, trust = before.state.expertise.copy(), before.state.trust
    none, half, whole = (after_one_week(Bend("handover", add=share), **everybody) for share in (0, 0.5, 1.5))
    market, fresh = none.state.expertise, none.state.trust
    assert np.any(expertise > market) and np.any(trust > fresh)
    for share, made in ((0.5, half), (1.0, whole)):
        lead = np.maximum(0, expertise - market)
        np.testing.assert_allclose(made.state.expertise, market + share * lead, atol=1e-6)
        np.testing.assert_allclose(made.state.trust, fresh + share * np.maximum(0, trust - fresh), atol=1e-6)
    lost = [made.record().weekly["lost_by_leavers"][0, 0] for made in (none, half, whole)]
    assert lost[0] > lost[1] > lost[2]


def test_readiness_is_the_share_of_a_frontier_shock_that_is_avoided() -> None:
    lost = []
    for share in (0.0, 0.5, 1.0):
        made = worlds.model({"topics": 12}, shocks=[{"week": 1, "kind": "frontier", "size": 0.4}], weeks=2)
        made.plan.policies = [Bending("bending", Bend("readiness", add=share))]
        lost.append(made.run().record().weekly["from_shocks"][0, 1])
    assert lost[0] < 0 and lost[1] == pytest.approx(0.5 * lost[0], rel=1e-5) and lost[2] == 0


def sought(*bends: Bend, **fields: Any) -> Any:
    """Raw quantities of twenty weeks of many challenges under these bends."""
    given = {"arrivals": 0.5, "line": 0, "block": 0, **fields}
    made = worlds.model(challenges=given, turnover={"hazard": [0, 0, 0, 0]}, weeks=20)
    made.plan.policies = [Bending("bending", *bends)]
    return made.run().record().weekly


def test_referral_asks_contacts_of_contacts_and_directory_names_the_best() -> None:
    alone, asked = sought(find=0.5), sought(Bend("referral", add=1.0), find=0.5)
    assert asked["topics_missing"].sum() < alone["topics_missing"].sum()
    lost, named = sought(find=0), sought(Bend("directory", add=1.0), find=0)
    assert lost["challenges_solved"].sum() < named["challenges_solved"].sum()
    assert named["topics_missing"].sum() < 0.2 * lost["topics_missing"].sum()


def test_unblocking_clears_blocked_challenges() -> None:
    stuck, free = (sought(*bends, block=0.5, clearing=0) for bends in ((), (Bend("unblocking", add=1.0),)))
    assert stuck["blockings_in_time"].sum() == 0 < stuck["blockings_due"].sum()
    np.testing.assert_array_equal(free["blockings_in_time"], free["blockings_due"])


@pytest.mark.parametrize("fade", [None, 0.2])
def test_an_invitation_brings_some_of_those_who_would_stay_away(fade: float | None) -> None:
    made = worlds.model({"people": 2000}, weeks=2)
    worlds.run_phases(made.plan, "act")
    week, rows = made.ensemble, np.arange(2000)
    plain = week.attends("circles", rows, fade)
    week.levers.contributions["invitation"] = {}
    week.levers.values["invitation"] = np.full((1, 2000), 0.5, np.float32)
    again = week.attends("circles", rows, fade)
    assert not (plain & ~again).any(), "nobody stays away for being asked"
    p = 0.9 if fade is None else 0.9 * 0.8 * fade
    np.testing.assert_allclose([plain.mean(), again.mean()], [p, p + 0.5 * (1 - p)], atol=0.03)
