"""The record: its weeks, its joins, its masks of the treated, and the hours and money that policies book."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import BUSY, model

from sim.metrics import METRICS
from sim.recorder import Record
from sim.seats import SEAT_METRICS

ADEQUACY = SEAT_METRICS["adequacy_members"]


@pytest.fixture(scope="module")
def busy() -> Any:
    return model(seeds=(1, 2, 3), policies=BUSY, weeks=15, turnover={"hazard": [0.02] * 4}).run()


def test_one_row_for_each_seed_and_week(busy: Any) -> None:
    series = busy.series()
    assert isinstance(series, pd.DataFrame)
    assert series["seed"].tolist() == [1] * 15 + [2] * 15 + [3] * 15
    assert series["week"].tolist() == list(range(15)) * 3
    metrics = [name for name, metric in METRICS.items() if metric.kind != "run"]
    assert series.columns.tolist()[:2] == ["seed", "week"]
    assert series.columns.tolist()[2 : 2 + len(metrics)] == metrics, "in the order of display"
    assert set(series.columns[2 + len(metrics) :]) == {f"reach:{topic}" for topic in busy.state.frame.topics}


def test_the_record_of_a_model_that_has_not_started() -> None:
    made = model()
    assert len(made.series()) == 0 and {"seed", "week"} <= set(made.series().columns)
    assert made.record().weekly == {} and made.record().flow.sum() == 0


def test_row_w_is_the_state_after_week_w() -> None:
    made = model()
    for week in range(3):
        made.step()
        assert made.series()["mean_expertise"].iloc[week] == pytest.approx(
            float(made.state.expertise.mean(dtype=np.float64)), abs=1e-12
        )


def test_joined_records_are_one_record(busy: Any) -> None:
    whole = busy.record()
    parts = [
        model(seeds=seeds, policies=BUSY, weeks=15, turnover={"hazard": [0.02] * 4}).run().record()
        for seeds in ((1,), (2, 3))
    ]
    joined = Record.join(parts)
    assert joined.seeds == whole.seeds == (1, 2, 3)
    assert list(joined.weekly) == list(whole.weekly)
    for name, values in whole.weekly.items():
        np.testing.assert_array_equal(joined.weekly[name], values, name)
    np.testing.assert_array_equal(joined.flow, whole.flow)
    assert list(joined.seats) == list(whole.seats)
    for name, values in whole.seats.items():
        np.testing.assert_array_equal(joined.seats[name], values, name)
    assert set(joined.treated) == set(whole.treated)
    for label, mask in whole.treated.items():
        np.testing.assert_array_equal(joined.treated[label], mask)
    assert (joined.departments, joined.topics) == (whole.departments, whole.topics)


def test_a_record_taken_early_is_not_moved_by_later_weeks() -> None:
    made = model(policies=BUSY)
    for _ in range(4):
        made.step()
    early = made.record()
    flow, treated = early.flow.copy(), {label: mask.copy() for label, mask in early.treated.items()}
    made.run()
    np.testing.assert_array_equal(early.flow, flow)
    for label, mask in treated.items():
        np.testing.assert_array_equal(early.treated[label], mask)
    assert all(values.shape == (1, 4) for values in early.weekly.values())


def test_hours_and_money_of_policies_add_up(busy: Any) -> None:
    weekly = busy.record().weekly
    for what in ("hours", "money"):
        total = sum(weekly[f"{what}:{label}"] for label in BUSY)
        np.testing.assert_allclose(weekly[what], total)
        assert total.sum() > 0
    assert weekly["money:incentives"][:, 2:].tolist() == [[24 * 3.0] * 13] * 3
    assert not weekly["money:incentives"][:, :2].any(), "nothing before the start"
    np.testing.assert_allclose(weekly["hours:incentives"][:, 2:], 24 * 0.5)


def test_the_treated_stay_treated(busy: Any) -> None:
    made = model(seeds=(1, 2, 3), policies=BUSY, weeks=15, turnover={"hazard": [0.02] * 4})
    before = {label: np.zeros((3, 24), bool) for label in ("rotation", "mentorship")}
    for _ in range(15):
        made.step()
        for label, mask in before.items():
            now = made.record().treated[label]
            assert np.all(now >= mask)
            before[label] = now.copy()
    for label, mask in before.items():
        np.testing.assert_array_equal(mask, busy.record().treated[label])
        assert 0 < mask.mean() < 1
    assert "incentives" not in busy.record().treated, "incentives treat no one in particular"


def test_adequacy_of_members_is_the_mean_over_the_mask(busy: Any) -> None:
    record = busy.record()
    mask = np.zeros((3, 24), bool)
    mask[0, [1, 5]], mask[2, :] = True, True
    found = ADEQUACY.of(record.seats, mask)
    assert found[0] == pytest.approx(record.seats[ADEQUACY.name][0, [1, 5]].astype(float).mean())
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(record.seats[ADEQUACY.name][2].astype(float).mean())
    assert found.dtype == np.float64


def test_both_arms_are_read_over_the_same_seats() -> None:
    """Ruling 25: the baseline keeps adequacy by seat, the policy run says who was treated."""
    policy = {"mentorship": BUSY["mentorship"]}
    with_mentors, without = (model(policies=p, weeks=15, seeds=(1, 2)).run().record() for p in (policy, {}))
    mask = with_mentors.treated["mentorship"]
    gain = ADEQUACY.of(with_mentors.seats, mask) - ADEQUACY.of(without.seats, mask)
    assert np.all(gain > 0)


def test_ties_formed_and_refused_are_counted() -> None:
    made = model({"sources": 3}, policies={"rotation": BUSY["rotation"]}, turnover={"hazard": [0] * 4}, weeks=2)
    before = made.state.ties.count.sum()
    made.run()
    weekly = made.record().weekly
    assert weekly["ties_formed"].sum() == made.state.ties.count.sum() - before > 0
    assert weekly["ties_refused"].sum() == 0
    full = model({"sources": 3}, policies=BUSY, contacts={"limit": 1, "headroom": 0, "rate": 1, "spread": 0}, weeks=6)
    assert full.run().record().weekly["ties_refused"].sum() > 0
    assert np.all(full.state.ties.count <= full.state.ties.limit)
