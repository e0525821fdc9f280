"""The week: its order, the ledger of learning, what nobody loses, and what a world owes to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from worlds import BUSY, model, run_phase, run_phases, scenario

from sim import rules
from sim.levers import Bend
from sim.model import OrganizationModel
from sim.plan import PHASES, table
from sim.policies.base import Policy, PolicySettings

CHANNELS = ("ties", "sessions", "challenges", "rules", "practice", "forgetting", "obsolescence", "turnover")
RESTLESS = {"turnover": {"hazard": [0.05, 0.05, 0.05, 0.05]}}
TIGHT = {"learning": {"rate": 0.3, "pace": 0.01}}


class Gift(rules.PersonalRule):
    """A rule that teaches its person a little, and sets what it likes of the rest."""

    kind = "gift"

    def step(self, person: rules.Learner) -> None:
        if person.draw("gift") < 0.5 and person.expertise[0] < 0.9:
            person.learn(0, 0.01)


class Insight(rules.PersonalRule):
    """A rule that sets mastery outright."""

    kind = "insight"

    def step(self, person: rules.Learner) -> None:
        if person.draw("insight") < 0.2:
            person.expertise = np.maximum(person.expertise, np.float32(0.6))


@pytest.fixture
def own_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the rules above known for one test."""
    monkeypatch.setattr(rules.RULES, "_added", {"gift": Gift, "insight": Insight})
    yield


def mean_mastery(made: Any) -> Any:
    return made.state.expertise.astype(np.float64).mean(axis=(1, 2))


def assert_the_ledger_sums(made: OrganizationModel, weeks: int) -> None:
    before = mean_mastery(made)
    for week in range(weeks):
        made.step()
        weekly = made.record().weekly
        entries = np.stack([weekly[f"from_{channel}"][:, week] for channel in CHANNELS])
        after = mean_mastery(made)
        np.testing.assert_allclose(entries.sum(axis=0), after - before, rtol=0, atol=1e-9)
        before = after


@pytest.mark.parametrize("labels", [(), ("rotation",), ("incentives",), ("mentorship",), tuple(BUSY)])
def test_the_ledger_sums_to_the_change_in_mean_mastery_each_week(labels: tuple[str, ...]) -> None:
    policies = {label: BUSY[label] for label in labels}
    assert_the_ledger_sums(model(seeds=(1, 2), policies=policies, **RESTLESS), 12)


def test_the_ledger_sums_where_the_budget_binds_and_where_mastery_is_full() -> None:
    made = model(policies=BUSY, learning={"rate": 1, "phi": 0, "pace": 10, "practice": 0.5})
    assert_the_ledger_sums(made, 8)
    bound = model(policies=BUSY, **TIGHT)
    assert_the_ledger_sums(bound, 8)
    assert bound.record().weekly["bound"].sum() > 0


def test_the_ledger_sums_with_rules_that_teach(own_rules: None) -> None:
    made = model(policies=BUSY, rules={"gift": {"kind": "gift"}})
    assert_the_ledger_sums(made, 6)
    assert made.record().weekly["from_rules"].sum() > 0


def test_the_ledger_sums_with_rules_that_set_mastery(own_rules: None) -> None:
    made = model(rules={"insight": {"kind": "insight"}})
    assert_the_ledger_sums(made, 4)
    assert made.record().weekly["from_rules"].sum() > 0


def test_flows_between_departments_sum_to_what_was_learned_from_people() -> None:
    made = model(policies=BUSY, learning={"phi": 0}, seeds=(1, 2), challenges={"arrivals": 0.5, "find": 1})
    made.run()
    record = made.record()
    learned, across = record.weekly["learned"], record.weekly["learned_across"]
    flow = record.flow.astype(np.float64)
    np.testing.assert_allclose(flow.sum(axis=(1, 2, 3)), learned.sum(axis=1), rtol=1e-5)
    apart = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(flow[:, :, apart].sum(axis=(1, 2)), across.sum(axis=1), rtol=1e-5)
    cells = made.state.expertise[0].size
    assert record.weekly["from_challenges"].sum() > 0
    in_ledger = sum(record.weekly[f"from_{name}"] for name in ("ties", "sessions", "challenges")) * cells
    np.testing.assert_allclose(learned, in_ledger, atol=2e-5)


def test_a_rule_shares_the_budget_but_is_no_flow_between_departments(own_rules: None) -> None:
    made = model(rules={"gift": {"kind": "gift"}}, contacts={"rate": 0}, challenges={"arrivals": 0})
    made.run()
    weekly = made.record().weekly
    assert weekly["learned"].sum() == 0 and made.record().flow.sum() == 0
    gifts = weekly["from_rules"] * made.state.expertise[0].size / 0.01
    np.testing.assert_allclose(gifts, np.round(gifts), atol=1e-3)
    assert gifts.min() > 0 and gifts.max() <= 24


@pytest.mark.parametrize("labels", [("rotation",), ("mentorship",), tuple(BUSY)])
def test_nobody_loses_by_teaching_and_nobody_learns_more_than_the_budget(labels: tuple[str, ...]) -> None:
    made = model(policies={label: BUSY[label] for label in labels}, **TIGHT)
    plan = made.plan
    for _ in range(8):
        before = made.state.arrays["expertise"].copy()
        run_phases(plan, "sessions")
        np.testing.assert_array_equal(made.state.arrays["expertise"], before, "all channels read the week's start")
        run_phase(plan, "learn")
        gained = made.state.arrays["expertise"].astype(np.float64) - before
        assert gained.min() >= 0
        hours = plan.week.levers["hours"].ravel().astype(np.float64)
        assert np.all(gained.sum(axis=1) <= hours * 0.01 * (1 + 1e-5))
        for name in ("practice", "drift", "leave and join", "observe"):
            run_phase(plan, name)
        plan.week.number += 1


def test_one_factor_shrinks_all_channels() -> None:
    made = model(policies=BUSY, learning={"rate": 0.3, "pace": 0.005})
    for _ in range(5):
        made.step()
    plan, work = made.plan, made.plan.week.work
    before = made.state.arrays["expertise"].copy()
    run_phases(plan, "sessions")
    work.from_rules[:] = 0
    gain, asked = work.gain.copy(), work.from_ties + work.from_sessions
    np.testing.assert_allclose(gain.sum(axis=1), asked, atol=1e-5)
    run_phase(plan, "learn")
    bound = np.flatnonzero(asked > 1.5 * 0.005)
    assert len(bound) > 0
    expected = np.minimum(1, before + gain * np.minimum(1, 1.5 * 0.005 / np.maximum(asked, 1e-9))[:, None])
    np.testing.assert_allclose(made.state.arrays["expertise"], expected, atol=1e-6)


def test_what_a_person_brings_to_a_week() -> None:
    """safety * engagement * initiative^2 / 0.37 on the learner's side, engagement alone on the source's."""
    made = model(seeds=(1, 2))
    draw = np.random.default_rng(3)
    arrays, plan = made.state.arrays, made.plan
    arrays["engagement"][:], arrays["initiative"][:] = draw.random(48), draw.random(48)
    arrays["department"][:] = draw.integers(0, 3, 48)
    made.state.safety[:] = draw.random((2, 3))
    run_phases(plan, "convene")
    for row in range(48):
        safety = float(made.state.safety[row // 24, arrays["department"][row]])
        seeks = safety * float(arrays["engagement"][row]) * float(arrays["initiative"][row]) ** 2 / 0.37
        assert plan.week.gates.seeks[row] == pytest.approx(seeks, rel=1e-6)
    np.testing.assert_array_equal(plan.week.gates.engagement, arrays["engagement"])
    assert set(plan.week.gates.keeps.tolist()) == {1.0}, "nothing is asked, so every promise can be kept"


class EveryOtherWeek(Policy):
    """Bends in even weeks what a gate follows from."""

    def bend(self, week: Any) -> Any:
        if week.number % 2 == 0:
            strength = np.full((2, 24), np.float32(0.1 * (week.number + 1)))
            yield Bend("teaching", scale=strength)
            yield Bend("absorption", scale=-strength)
            yield Bend("engagement.pull", add=-strength)


def test_gates_follow_their_levers_and_return_once_nobody_bends_them() -> None:
    made = model(seeds=(1, 2), culture={"drift": 0}, turnover={"hazard": [0] * 4})
    made.plan.policies = [EveryOtherWeek("e", PolicySettings())]
    for number in range(6):
        made.step()
        bent = 0.1 * (number + 1) if number % 2 == 0 else 0.0
        gates = made.plan.week.gates
        np.testing.assert_allclose(gates.teaching, 1 + bent, rtol=1e-6)
        np.testing.assert_allclose(gates.rate, 0.08 * (1 - bent), rtol=1e-6)
        np.testing.assert_allclose(gates.engagement, 0.8 - bent, rtol=1e-6)
        initiative = made.state.arrays["initiative"].astype(np.float64)
        np.testing.assert_allclose(gates.seeks, 0.6 * (0.8 - bent) * initiative**2 / 0.37, rtol=1e-6)


def test_load_breaks_promises_and_wears_engagement_down() -> None:
    """Ruling 9: promises times min(1, 1 / load); norm of engagement less 0.05 for each unit of load above 1."""
    heavy = {"mentorship": {**BUSY["mentorship"], "start_week": 0, "cadence": 1, "hours": 4.5, "coverage": 0.5}}
    made = model(policies=heavy, turnover={"hazard": [0] * 4})
    run_phases(made.plan, "convene")
    week, load = made.plan.week, made.plan.load.copy()
    np.testing.assert_allclose(load, week.asked / 1.5)
    assert load.min() == 0 and load.max() > 5.9, "a mentor of two is asked twice"
    np.testing.assert_allclose(week.gates.keeps, 1 / np.maximum(1, load), rtol=1e-6)
    before = made.state.arrays["engagement"].astype(np.float64)
    for name in ("ties", "sessions", "learn", "practice", "drift"):
        run_phase(made.plan, name)
    norm = 0.8 - 0.05 * np.maximum(0, load - 1)
    np.testing.assert_allclose(made.state.arrays["engagement"], before + 0.0266 * (norm - before), atol=1e-6)


def test_the_plan_is_a_table_in_the_order_of_the_week() -> None:
    rows = table()
    names = [row["phase"] for row in rows]
    assert names == [phase.name for phase in PHASES]
    order = ["bend", "act", "convene", "ties", "sessions", "learn", "practice", "drift", "leave and join", "observe"]
    assert [name for name in names if name in order] == order
    assert names.index("rules") < names.index("ties"), "rules read what the week began with"
    assert names.index("sessions") < names.index("learn"), "all channels share one budget"
    assert names[-1] == "observe"
    for row in rows:
        assert set(row) == {"phase", "owner", "reads", "writes", "does"}
        assert all(text.strip() for text in row.values()), "a phase of the plan says nothing"
        assert "\n" not in row["does"]


def test_the_plan_times_every_phase() -> None:
    made = model()
    made.step()
    assert set(made.plan.seconds) == {phase.name for phase in PHASES}
    assert all(seconds > 0 for seconds in made.plan.seconds.values())


def test_worlds_side_by_side_are_the_worlds_alone_in_every_number() -> None:
    together = model(seeds=(5, 1, 9), policies=BUSY, **RESTLESS).run()
    reverse = model(seeds=(9, 5), policies=BUSY, **RESTLESS).run()
    series = together.series()
    for position, seed in enumerate((5, 1, 9)):
        alone = model(seeds=(seed,), policies=BUSY, **RESTLESS).run()
        assert alone.state.digest()[0] == together.state.digest()[position]
        mine = series[series["seed"] == seed].reset_index(drop=True)
        assert mine.equals(alone.series()), f"the measures of seed {seed} differ in company"
        for name, values in alone.record().weekly.items():
            np.testing.assert_array_equal(values[0], together.record().weekly[name][position], name)
        np.testing.assert_array_equal(alone.record().flow[0], together.record().flow[position])
        for name, values in together.record().seats.items():
            np.testing.assert_array_equal(alone.record().seats[name][0], values[position], name)
        for label, rows in alone.record().treated.items():
            np.testing.assert_array_equal(rows[0], together.record().treated[label][position])
    assert reverse.state.digest() == [together.state.digest()[2], together.state.digest()[0]]


@pytest.mark.parametrize("policies", [{}, BUSY])
def test_a_week_stopped_and_taken_up_again_is_the_same(policies: dict[str, Any]) -> None:
    through, halting = model(policies=policies).run(), model(policies=policies)
    for _ in range(5):
        halting.step()
    halting.state.digest(), halting.series(), halting.record()
    assert halting.run().state.digest() == through.state.digest()


def test_burning_in_reads_no_policy_and_measures_nothing() -> None:
    """Policies start at week 0 or later, so that weeks before week 0 must be the same with and without them."""
    late = {label: {**settings, "start_week": 5} for label, settings in BUSY.items()}
    plain = OrganizationModel(scenario(burn_in_weeks=9), seeds=[1])
    treated = OrganizationModel(scenario(burn_in_weeks=9, policies=late), seeds=[1])
    assert plain.week == treated.week == 0
    assert plain.state.digest() == treated.state.digest()
    assert plain.state.digest() != model().state.digest()
    assert len(plain.series()) == 0
    for _ in range(5):
        plain.step(), treated.step()
        assert plain.state.digest() == treated.state.digest()
    assert plain.series()["week"].tolist() == [0, 1, 2, 3, 4]


def test_burning_in_does_not_hold_people_back_from_their_first_stay() -> None:
    rest = {"rotation": {**BUSY["rotation"], "rest_weeks": 26, "coverage": 1.0}}
    for burn_in in (0, 3):
        made = OrganizationModel(scenario(burn_in_weeks=burn_in, policies=rest), seeds=[1]).run()
        assert made.record().treated["rotation"].mean() == 1, f"nobody went after {burn_in} weeks of burning in"


@pytest.mark.parametrize(("weeks", "burn_in"), [(2, 30), (13, 14), (26, 80)])
def test_burning_in_may_be_longer_than_the_horizon(weeks: int, burn_in: int) -> None:
    made = OrganizationModel(scenario({"people": 6, "sources": 2}, weeks=weeks, burn_in_weeks=burn_in), seeds=[1])
    assert made.run().week == weeks
    assert len(made.series()) == weeks
