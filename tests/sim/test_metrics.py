"""Every metric, counted by brute force on small worlds; its one number per run; its range and its words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brute import Watch
from brute import gini as gini_by_pairs
from worlds import BUSY, model

from sim.kernels.arriving import COUNTS as CHALLENGES
from sim.metrics import LAST_WEEKS, METRICS, gini, weeks_to_half
from sim.sums import KNOWN, PILOTED

WEEKS = 16
RESTLESS = {
    "turnover": {"hazard": [0.04, 0.04, 0.04, 0.04]},
    "learning": {"rate": 0.4, "pace": 0.012},
    "challenges": {"arrivals": 0},
}
RATIOS = [metric for metric in METRICS.values() if metric.kind != "quotient"]
QUANTITIES = sorted({name for metric in RATIOS for name in (metric.numerator, metric.denominator)})
LEDGER = tuple(name for name in QUANTITIES if name.startswith("from_"))
BOOKED = ("hours", "money", "ties_formed", "ties_refused")
TOLD = ("one", *BOOKED, "leader_seats_covered", "learned_between", *KNOWN, *PILOTED, *LEDGER, *CHALLENGES)
"""Quantities that other tests count: the ledger, bookings, new ties, successors, what parts do."""


@pytest.fixture(scope="module")
def watched() -> tuple[Any, Watch]:
    made = model({"people": 14, "topics": 12, "sources": 4}, seeds=(1, 2), policies=BUSY, weeks=WEEKS, **RESTLESS)
    watch = Watch(made)
    for _ in range(WEEKS):
        watch.step()
    return made, watch


@pytest.mark.parametrize("name", [name for name in QUANTITIES if name not in TOLD])
def test_each_raw_quantity_by_brute_force(watched: tuple[Any, Watch], name: str) -> None:
    made, watch = watched
    weekly = made.record().weekly[name]
    for world in range(2):
        np.testing.assert_allclose(weekly[world], watch.weekly[world][name], rtol=1e-6, atol=1e-9)
    assert name == "no_cross_tie" or np.nansum(np.abs(weekly)) > 0, "nothing was shown"


def test_each_metric_is_its_ratio(watched: tuple[Any, Watch]) -> None:
    made, _watch = watched
    weekly, series = made.record().weekly, made.series()
    for metric in METRICS.values():
        if metric.kind == "run":
            assert metric.name not in series
            continue
        if metric.kind == "quotient":
            over, under = series[metric.numerator], series[metric.denominator]
            expected = (over / under.where(under != 0)).to_numpy()
        else:
            over, under = weekly[metric.numerator].ravel(), weekly[metric.denominator].ravel()
            expected = np.array([a / b if b else np.nan for a, b in zip(over, under, strict=True)])
        np.testing.assert_allclose(series[metric.name], expected, rtol=1e-12, err_msg=metric.name)


def test_reach_of_each_topic(watched: tuple[Any, Watch]) -> None:
    made, watch = watched
    series = made.series()
    for topic in made.state.frame.topics:
        met = np.concatenate([watch.weekly[world][f"met:{topic}"] for world in range(2)])
        need = np.concatenate([watch.weekly[world][f"in_need:{topic}"] for world in range(2)])
        np.testing.assert_allclose(series[f"reach:{topic}"], met / need)


@pytest.mark.parametrize("since", [0, 2, 10])
def test_one_number_per_run_by_ruling_24(watched: tuple[Any, Watch], since: int) -> None:
    """Stocks are means of the last 13 weeks; flows and ratios are sums over sums since the first policy.

    What is itself a sum over the last 13 weeks, as participation is, is read in the last week.
    """
    made, _ = watched
    weekly = made.record().weekly
    for metric in METRICS.values():
        found = metric.value(weekly, since)
        assert found.shape == (2,) and found.dtype == np.float64
        for world in range(2):
            if metric.kind == "stock":
                expected = np.mean([metric.series(weekly)[world, week] for week in range(WEEKS - 13, WEEKS)])
            elif metric.kind == "ratio":
                over = sum(weekly[metric.numerator][world, since:].tolist())
                under = sum(weekly[metric.denominator][world, since:].tolist())
                expected = over / under if under else np.nan
            elif metric.kind == "year":
                expected = sum(weekly[metric.numerator][world, -52:]) / sum(weekly[metric.denominator][world, -52:])
            elif metric.kind == "final":
                expected = metric.series(weekly)[world, -1]
            elif metric.kind == "quotient":
                parts = [METRICS[name].value(weekly, since)[world] for name in (metric.numerator, metric.denominator)]
                expected = parts[0] / parts[1]
            elif metric.name == "weeks_to_half":
                expected = weeks_to_half(weekly)[world]
            else:
                assert "shock" in metric.doc
                expected = np.nan
            np.testing.assert_allclose(found[world], expected, rtol=1e-9, err_msg=metric.name)


def test_flows_are_kept_by_quarter(watched: tuple[Any, Watch]) -> None:
    made, watch = watched
    flow = made.record().flow
    assert flow.shape == (2, 2, 3, 3) and flow.dtype == np.float32
    for world in range(2):
        for quarter, weeks in enumerate((slice(0, 13), slice(13, 26))):
            np.testing.assert_allclose(flow[world, quarter], np.sum(watch.flow[world][weeks], axis=0), atol=1e-5)


def test_adequacy_of_each_seat_over_the_last_13_weeks(watched: tuple[Any, Watch]) -> None:
    made, watch = watched
    for world in range(2):
        expected = np.mean(watch.adequacy[world][-LAST_WEEKS:], axis=0)
        np.testing.assert_allclose(made.record().seats["adequacy_members"][world], expected, atol=1e-6)


def test_the_registry_is_complete_in_itself() -> None:
    made = model(weeks=1).run()
    weekly = made.record().weekly
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.title and metric.doc and metric.group and metric.unit, name
        assert metric.kind in ("stock", "final", "ratio", "year", "quotient", "run")
        assert metric.better in ("higher", "lower", "")
        assert metric.low < metric.high
        known = METRICS if metric.kind == "quotient" else weekly
        assert metric.numerator in known and metric.denominator in known, name
    assert len({metric.title for metric in METRICS.values()}) == len(METRICS)


PROMISED = """adequacy need_met need_met_own need_met_other need_met_enterprise need_met_emerging mean_expertise reach
weeks_to_half share_across learning_across_tie learning_within_tie across_over_within transfer_speed variance_between
gini trust_within trust_across ties_formed ties_refused without_cross_tie participation participation_gini
participation_gini_department participation_gini_level representativeness performance thin_topics loss_per_leaver hours
money from_ties from_sessions from_rules from_practice from_forgetting from_obsolescence from_turnover meetings
budget_binding"""


def test_every_promised_metric_is_there() -> None:
    assert set(PROMISED.split()) <= set(METRICS)


@pytest.mark.parametrize("name", ["representativeness", "loss_per_leaver", "learning_across_tie", "share_across"])
def test_nothing_over_nothing_is_not_a_number(name: str) -> None:
    still = {"turnover": {"hazard": [0, 0, 0, 0]}}
    made = model({"sources": 0}, weeks=3, **still).run()
    assert np.isnan(METRICS[name].value(made.record().weekly)).all()
    assert made.series()[name].isna().all()
    assert METRICS["participation_gini"].value(made.record().weekly).tolist() == [0], "a Gini of nothing is 0"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1, 1], 0.0),
        ([0, 0, 0, 1], 0.75),
        ([1, 2, 3, 4], 0.25),
        ([0, 0, 0], 0.0),
        ([5], 0.0),
        ([3, 1], 0.25),
    ],
)
def test_gini_where_it_is_known(values: list[float], expected: float) -> None:
    assert gini(np.array([values], np.float64))[0] == pytest.approx(expected)
    assert gini_by_pairs(values) == pytest.approx(expected)


def test_gini_is_half_the_relative_mean_difference() -> None:
    draw = np.random.default_rng(1)
    values = draw.pareto(2, (5, 40))
    np.testing.assert_allclose(gini(values), [gini_by_pairs(row.tolist()) for row in values], rtol=1e-9)
    np.testing.assert_allclose(gini(values[:, ::-1] * 7), gini(values), rtol=1e-12)


def halves(**shares: list[float]) -> dict[str, Any]:
    weekly = {}
    for topic, values in shares.items():
        weekly[f"met:{topic}"] = np.array([values]) * 10
        weekly[f"in_need:{topic}"] = np.full((1, len(values)), 10.0)
    return weekly


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"a": [0.1, 0.4, 0.5, 0.6]}, 2),
        ({"a": [0.1, 0.2, 0.3, 0.4]}, 4),
        ({"a": [0.5, 0.4, 0.6, 0.6]}, np.nan),
        ({"a": [0.1, 0.5, 0.6, 0.6], "b": [0.1, 0.1, 0.1, 0.1], "c": [0.9, 0.9, 0.9, 0.9]}, 2.5),
        ({"a": [0.1, 0.6, 0.1, 0.1], "b": [0.2, 0.2, 0.2, 0.7], "c": [0.2, 0.2, 0.2, 0.2]}, 3),
    ],
)
def test_weeks_until_half_have_it(shares: dict[str, list[float]], expected: float) -> None:
    """Median over topics that half do not have at week 0; what is not reached counts as the horizon."""
    np.testing.assert_array_equal(weeks_to_half(halves(**shares)), [expected])


def test_a_topic_that_nobody_needs_is_no_topic_to_wait_for() -> None:
    weekly = halves(a=[0.1, 0.5])
    weekly |= {"met:b": np.zeros((1, 2)), "in_need:b": np.zeros((1, 2))}
    np.testing.assert_array_equal(weeks_to_half(weekly), [1])


def test_the_same_mastery_everywhere_has_no_variance_to_share_out() -> None:
    alike = {"specialization": 0, "departments": 3}
    made = model(alike, weeks=2, start={"spread": 0, "unneeded": 0}, turnover={"hazard": [0] * 4}, contacts={"rate": 0})
    made.state.expertise[:] = np.float32(0.3)
    made.plan.week.rule = made.plan.week.rule._replace(practice=np.float32(0), forgetting=np.float32(0))
    made.run()
    share = made.series()["variance_between"].to_numpy()
    assert np.all(np.isnan(share) | ((share >= 0) & (share <= 1)))
