"""The comparison: pairing by seed, planted effects, members, costs, and a file that a spreadsheet opens."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_studies import DEMO, Plan, scenario, study, wide_and_sure
from scipy import stats

from experiments.comparison import COLUMNS, Comparison, clear_arms, compare
from experiments.pairing import aims
from experiments.study import Study

MEMBERS = "adequacy_members"


@pytest.fixture(scope="module")
def demo() -> Comparison:
    return compare(*study())


def row(comparison: Comparison, arm: str, metric: str) -> pd.Series:
    table = comparison.table
    found = table[(table.arm == arm) & (table.metric == metric)]
    assert len(found) == 1
    return found.iloc[0]


def test_columns_are_the_documented_ones_and_rows_are_unique(demo: Comparison) -> None:
    assert list(demo.table.columns) == list(COLUMNS)
    assert not demo.table.duplicated(["arm", "metric"]).any()
    assert list(dict.fromkeys(demo.table.arm)) == ["rotation", "incentives", "mentorship", "all"]


def test_planted_effects_come_out_in_points(demo: Comparison) -> None:
    for plan in DEMO:
        found = row(demo, plan.name, "need_met")
        assert found.unit == "points"
        assert found.low < 100.0 * plan.effects["need_met"] < found.high
        assert found.better_worlds == 32
        assert found.better_share == 1.0
        assert found.p < 1e-6


def test_a_row_is_what_scipy_says_of_its_worlds(demo: Comparison) -> None:
    pair, found = demo.pairs["rotation", "trust_across"], row(demo, "rotation", "trust_across")
    assert found.p == pytest.approx(stats.ttest_rel(pair.arm, pair.baseline).pvalue)
    assert found.difference_p10 == pytest.approx(np.percentile(pair.difference, 10))
    assert found.arm_p90 == pytest.approx(np.percentile(pair.arm, 90))
    assert found.saving == pytest.approx(
        (pair.arm.var(ddof=1) + pair.baseline.var(ddof=1)) / pair.difference.var(ddof=1)
    )
    assert found.independent_seeds == math.ceil(32 * found.saving)


def leading(comparison: Comparison) -> pd.DataFrame:
    """Rows of what a study is read for."""
    return comparison.table[comparison.table.headline | comparison.table.target]


def test_corrected_p_values_are_of_all_headline_and_target_rows_together() -> None:
    nothing = [Plan(f"null{i}", f"Null {i}", effects={"need_met": 1e-7}) for i in range(3)]
    found = compare(*study([*nothing, DEMO[0]], seeds=6))
    rows = leading(found)
    raw = np.sort(rows.p.to_numpy())
    smallest = rows.loc[rows.p == raw[0], "p_holm"].iloc[0]
    assert smallest == pytest.approx(min(1.0, len(raw) * raw[0]))
    assert (rows.p_holm >= rows.p).all()
    assert len(rows) == len(found.certain) == 4 * 3
    others = found.table.drop(index=rows.index)
    assert others[["p_holm", "bca_low", "bca_high"]].isna().all(axis=None)


def test_the_bootstrap_is_of_the_worlds_behind_the_row_and_only_where_there_are_enough(demo: Comparison) -> None:
    pair, found = demo.pairs["rotation", "need_met"], row(demo, "rotation", "need_met")
    known = stats.bootstrap((pair.difference,), np.mean, method="BCa", rng=np.random.default_rng(3)).confidence_interval
    width = found.high - found.low
    assert (found.bca_low, found.bca_high) == pytest.approx((known.low, known.high), abs=0.05 * width)
    few = leading(compare(*study(DEMO[:1], seeds=19)))
    assert few.bca_low.isna().all()
    assert few.p_holm.notna().all()


def test_precision_is_half_the_interval_and_the_seeds_for_a_tenth_of_a_point(demo: Comparison) -> None:
    found = row(demo, "rotation", "need_met")
    assert found.half_width == pytest.approx((found.high - found.low) / 2.0)
    n = found.seeds_needed
    assert stats.t.ppf(0.975, n - 1) * found.difference_sd / math.sqrt(n) <= 0.1
    assert stats.t.ppf(0.975, n - 2) * found.difference_sd / math.sqrt(n - 1) > 0.1
    assert pd.isna(row(demo, "rotation", "learning_across_tie").seeds_needed)


def test_sizes_and_shares_stand_beside_the_difference(demo: Comparison) -> None:
    found = row(demo, "rotation", "need_met")
    assert found.standardized == pytest.approx(found.difference / found.baseline_sd, rel=0.03)
    assert found.better_share_low == pytest.approx(0.025 ** (1 / 32))
    assert found.better_share_high == 1.0


def test_shuffled_seeds_change_nothing() -> None:
    made, records = study(DEMO[:1], seeds=6)
    order = [3, 0, 5, 1, 4, 2]
    record = records["rotation"]
    records["shuffled"] = replace(
        record,
        seeds=tuple(record.seeds[i] for i in order),
        weekly={name: values[order] for name, values in record.weekly.items()},
        seats={name: values[order] for name, values in record.seats.items()},
    )
    arms = (*made.arms, replace(made.arms[1], name="shuffled"))
    table = compare(replace(made, arms=arms), records).table.drop(columns=["arm", "arm_title"])
    half = len(table) // 2
    pd.testing.assert_frame_equal(table[:half], table[half:].reset_index(drop=True))


def test_only_common_seeds_are_compared() -> None:
    made, records = study(DEMO[:1], seeds=6)
    record = records["rotation"]
    records["rotation"] = replace(
        record,
        seeds=record.seeds[2:],
        weekly={name: values[2:] for name, values in record.weekly.items()},
        seats={name: values[2:] for name, values in record.seats.items()},
    )
    found = compare(made, records)
    assert found.seeds == (3, 4, 5, 6)
    assert set(found.table.n) == {4}


def test_members_are_averaged_over_the_same_seats_in_both_arms() -> None:
    made, records = study([Plan("m", "M", "mentorship", {"adequacy": 0.02})], seeds=5)
    pair = compare(made, records).pairs["m", MEMBERS]
    mask = records["m"].treated["mentorship"]
    for world in range(5):
        expected = [100.0 * records[name].seats[MEMBERS][world][mask[world]].mean() for name in ("baseline", "m")]
        assert [pair.baseline[world], pair.arm[world]] == pytest.approx(expected, rel=1e-5)


def test_members_appear_only_where_a_policy_aims_at_them(demo: Comparison) -> None:
    assert {arm for arm, name in demo.results if name == MEMBERS} == {"mentorship", "all"}
    assert demo.subjects[MEMBERS].title == "Adequacy of mentees"
    assert demo.targets["all"] == ("need_met_other", "learning_across_tie", MEMBERS)


def test_a_policy_that_the_baseline_has_too_is_no_target() -> None:
    both, one = scenario(("rotation", "incentives")), scenario(("rotation",))
    both.policies["rotation"] = one.policies["rotation"]
    assert aims(both, one) == (("learning_across_tie",), {})


def test_the_aim_of_a_policy_that_works_on_a_partner_counts_only_beside_the_partner() -> None:
    alone, partner, both = scenario(("sponsorship",)), scenario(("circles",)), scenario(("circles", "sponsorship"))
    both.policies["circles"] = partner.policies["circles"]
    assert aims(alone, scenario(())) == ((), {})
    assert "attendance" in aims(both, partner)[0]
    assert "attendance" not in aims(both, scenario(()))[0]


def test_a_plug_in_that_does_not_say_whom_it_treats_costs_no_results() -> None:
    made, records = study([Plan("m", "M", "mentorship", {"adequacy": 0.02})], seeds=3)
    records["m"] = replace(records["m"], treated={})
    found = compare(made, records)
    assert ("m", MEMBERS) not in found.results
    assert ("m", "need_met") in found.results


def test_an_aim_that_is_no_metric_costs_no_results(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.policies import registry

    monkeypatch.setattr(registry()["rotation"], "target_metric", "no_such_metric")
    assert compare(*study(DEMO[:1], seeds=3)).targets["rotation"] == ()


def test_titles_that_repeat_give_way_to_names() -> None:
    plans = [Plan(name, "Long stays") for name in ("long_stays", "long stays", "Long stays")]
    titles = compare(*study([*plans, Plan("x", "Alone")], seeds=2, weeks=20)).titles
    assert [titles[name] for name in ("long_stays", "Long stays", "x")] == ["long_stays", "Long stays", "Alone"]
    chain = [Plan("Foo", "Bar"), Plan("b", "Foo"), Plan("c", "Bar")]  # a name that is another arm's title
    titles = compare(*study(chain, seeds=2, weeks=20)).titles
    assert len(set(titles.values())) == len(titles)


def test_only_effects_that_worlds_can_show_are_in_order() -> None:
    found = compare(*wide_and_sure())
    assert found.results["wide", "need_met"].difference > found.results["sure", "need_met"].difference
    assert clear_arms(found, "need_met", ("wide", "bad", "sure", "missing")) == ["sure", "bad"]


def test_hours_are_over_the_whole_run_and_the_effect_per_hour_is_their_quotient(demo: Comparison) -> None:
    found = row(demo, "rotation", "need_met")
    assert found.hours_whole_run == pytest.approx(1.2 * 143 / 156, rel=0.02)
    assert found.effect_per_hour == pytest.approx(found.difference / found.hours_whole_run)
    assert math.isnan(row(demo, "rotation", "hours").effect_per_hour)
    assert math.isnan(row(demo, "incentives", "need_met").effect_per_hour)


def test_without_hours_the_effect_is_per_money() -> None:
    found = row(compare(*study([replace(DEMO[0], hours=0.0, money=4.0)], seeds=4)), "rotation", "need_met")
    assert math.isnan(found.effect_per_hour)
    assert found.effect_per_money == pytest.approx(found.difference / (4.0 * 143 / 156), rel=0.05)
    assert found.effect_per_money == pytest.approx(found.difference / found.money_whole_run)


def test_flows_are_taken_from_the_earliest_start_of_the_study() -> None:
    early, late = scenario(("rotation",), start=5), scenario(("incentives",), start=40)
    made, records = study(DEMO[:2], seeds=3, weeks=60)
    arms = (made.arms[0], replace(made.arms[1], scenario=early), replace(made.arms[2], scenario=late))
    found = compare(replace(made, arms=arms), records)
    assert found.since == 5
    learned = records["incentives"].weekly["learned_across"] / records["incentives"].weekly["learned"]
    assert found.pairs["incentives", "share_across"].arm == pytest.approx(100.0 * learned[:, 5:].mean(axis=1))


def test_a_metric_undefined_in_some_worlds_says_in_how_many_it_is_defined() -> None:
    made, records = study(DEMO[:1], seeds=6)
    records["baseline"].weekly["ties_across"][:2] = 0.0
    found = row(compare(made, records), "rotation", "trust_across")
    assert (found.n, found.worlds) == (4, 6)
    records["baseline"].weekly["ties_across"][:] = 0.0
    assert ("rotation", "trust_across") not in compare(made, records).results


def test_a_neutral_metric_has_no_better_worlds(demo: Comparison) -> None:
    found = row(demo, "rotation", "ties_formed")
    assert found.better == ""
    assert pd.isna(found.better_worlds)
    assert math.isnan(found.better_share)


def test_less_is_better_where_the_metric_says_so() -> None:
    found = row(compare(*study([Plan("r", "R", effects={"gini": -0.05})], seeds=8)), "r", "gini")
    assert found.difference < 0.0
    assert found.better_worlds == 8


def test_median_saving_is_over_arms_and_named_metrics(demo: Comparison) -> None:
    own = {"rotation": ["need_met_other"], "incentives": ["learning_across_tie"], "mentorship": [MEMBERS]}
    own["all"] = [name for names in list(own.values()) for name in names]
    savings = [row(demo, arm, name).saving for arm, names in own.items() for name in ("adequacy", "need_met", *names)]
    assert len(savings) == 14
    assert demo.median_saving == pytest.approx(float(np.median(savings)))


def test_one_world_is_compared_without_intervals() -> None:
    found = row(compare(*study(DEMO[:1], seeds=1)), "rotation", "need_met")
    assert found.n == 1
    assert found.difference > 0.0
    assert all(math.isnan(found[name]) for name in ("low", "high", "p", "saving"))
    assert pd.isna(found.independent_seeds)


def test_the_baseline_against_itself_differs_nowhere() -> None:
    made, records = study(DEMO[1:2], seeds=4)
    records["incentives"] = records["baseline"]
    table = compare(made, records).table
    assert (table.difference == 0.0).all()
    assert (table.p == 1.0).all()
    assert table.saving.isna().all()


def test_arms_without_results_are_left_out_and_named() -> None:
    made, records = study(DEMO, seeds=3)
    del records["incentives"]
    records["mentorship"] = replace(records["mentorship"], seeds=(101, 102, 103))
    found = compare(made, records)
    assert [arm.name for arm in found.arms] == ["rotation", "all"]
    assert found.left_out == (
        "Incentives: no results of incentives", "Mentorship: shares no seed with its baseline baseline",
    )  # fmt: skip
    del records["baseline"]
    nothing = compare(made, records)
    assert nothing.table.empty
    assert list(nothing.table.columns) == list(COLUMNS)


def test_the_summary_opens_in_a_spreadsheet_and_runs_nothing(tmp_path: Path) -> None:
    names = ["=1+1", "+cmd", "-2", "@x", "\tt", "销售部 🚀", 'a "quoted", name']
    plans = [Plan(f"a{i}", name, effects={"need_met": 0.01}) for i, name in enumerate(names)]
    found = compare(*study(plans, seeds=3))
    path = tmp_path / "summary.csv"
    found.write_summary(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(path)
    shown = list(dict.fromkeys(read.arm_title))
    assert shown == ["'=1+1", "'+cmd", "'-2", "'@x", "'\tt", "销售部 🚀", 'a "quoted", name']
    assert read.difference.to_numpy() == pytest.approx(found.table.difference.to_numpy())
    before = path.read_bytes()
    found.write_summary(path)
    assert path.read_bytes() == before


def test_a_study_without_policies_has_nothing_to_compare() -> None:
    only: Any = SimpleNamespace(policies={}, weeks=10)
    made, records = study((), seeds=2)
    found = compare(Study("x", "?", (replace(made.arms[0], scenario=only),), (1, 2)), records)
    assert found.table.empty
    assert math.isnan(found.median_saving)
