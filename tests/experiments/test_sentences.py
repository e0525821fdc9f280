"""The answer in words: true to the numbers, and honest where they say nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fake_studies import DEMO, Plan, study, wide_and_sure

from experiments import sentences
from experiments.comparison import compare
from experiments.wording import decimals, interval, listing, number, p_value, plural, significant, with_unit


def said(plans: list[Plan], seeds: int = 32) -> tuple[str, str]:
    """Headline, and what is said of the last arm."""
    found = compare(*study(plans, seeds=seeds))
    return " ".join(sentences.headline(found)), sentences.answers(found)[-1].main


def test_the_answer_has_size_interval_worlds_and_hours() -> None:
    _, main = said([DEMO[0]])
    assert re.fullmatch(
        r"Rotation raised need met by 3\.\d points \(2\.\d to 3\.\d\) and did better in 32 of 32 worlds, "
        r"at 1\.1 hours a person a week\.",
        main,
    )


def test_the_best_arm_leads_and_the_next_is_named() -> None:
    lead, _ = said(list(DEMO))
    assert lead.startswith("All three together raised need met by 12.")
    assert "the largest gain of the 4 compared" in lead
    assert "ahead of the next, Mentorship, by " in lead


def test_two_arms_that_the_worlds_cannot_tell_apart_are_not_ranked() -> None:
    twins = [Plan("one", "One", effects={"need_met": 0.05}), Plan("two", "Two", effects={"need_met": 0.0501})]
    lead, _ = said(twins)
    assert "cannot be told apart from the next" in lead


def test_an_effect_that_may_be_nothing_is_not_called_one() -> None:
    lead, main = said([Plan("null", "Nothing", effects={"need_met": 1e-7}, hours=0.3)], seeds=8)
    assert lead == "Nothing that was compared raised need met by an amount that 8 worlds can show."
    assert main.startswith("Nothing made no difference to need met that 8 worlds can show: ")
    assert re.search(r"\([−0.\d]+ to \+[.\d]+\), better in \d of 8 worlds, at 0\.\d\d hours a person a week\.$", main)


def test_how_sure_it_is_takes_account_of_how_much_was_looked_at() -> None:
    found = compare(*study(list(DEMO)))
    many, bootstrap, precision = sentences.certainty(found)
    assert many.startswith("All 14 differences in the headline metrics and in what the policies aim at can be told")
    assert bootstrap == "Bootstrap intervals say the same."
    seeds = max(found.table[found.table.metric == "need_met"].seeds_needed)
    widest = max(found.table[found.table.metric == "need_met"].half_width)
    assert precision == (
        f"Each effect on need met is known to ±{widest:.1f} points or better; ±0.1 would take {seeds:,} seeds an arm."
    )


def test_what_only_looks_sure_alone_is_named_and_the_headline_says_so() -> None:
    found = compare(*study(list(DEMO), seeds=32))
    doubtful = replace(found.certain["all", "need_met"], p=0.2, low=-0.1)
    found = replace(found, certain={**found.certain, ("all", "need_met"): doubtful})
    many, bootstrap, _ = sentences.certainty(found)
    assert "Of 14 differences" in many
    assert "13 can be told from chance" in many
    assert "By themselves All three together on need met could be" in many
    assert bootstrap == "Bootstrap intervals disagree on All three together on need met: take that as open."
    assert "As one of 14 differences looked at, that may be chance." in sentences.headline(found)[0]
    assert "may be chance" not in sentences.headline(compare(*study(list(DEMO))))[0]


def test_nothing_is_said_of_certainty_where_there_is_none() -> None:
    assert sentences.certainty(compare(*study(DEMO[:1], seeds=1))) == ()
    null = [Plan("null", "Nothing", effects={"need_met": 1e-7})]
    many, precision = sentences.certainty(compare(*study(null, seeds=8)))
    assert (
        many == "None of 3 differences in the headline metrics and in what the policies aim at can be told from chance."
    )
    assert precision.startswith("Each effect on need met is known to ±")


def test_harm_is_said_with_its_size() -> None:
    lead, main = said([Plan("bad", "Bad", effects={"need_met": -0.03})])
    assert lead.endswith("Bad lowered it.")
    size = r"[23]\.\d points \(\d\.\d to \d\.\d\)"
    assert re.match(rf"Bad lowered need met by {size} and did better in 0 of 32 worlds", main)


def test_others_are_said_to_have_lowered_it_or_not_moved_it() -> None:
    plans = [DEMO[0], Plan("bad", "Bad", effects={"need_met": -0.03}), Plan("nil", "Nil", effects={"need_met": 1e-7})]
    lead, _ = said(plans)
    assert "Bad lowered need met." in lead
    assert "Nil made no difference to it that these worlds can show." in lead


def test_one_world_gives_no_interval_and_says_so() -> None:
    lead, main = said([DEMO[0]], seeds=1)
    assert "in the one world compared, which gives no interval" in main
    assert lead.endswith("Run more seeds before relying on it.")


def test_nothing_changed_at_all() -> None:
    made, records = study(DEMO[1:2], seeds=4)
    records["incentives"] = records["baseline"]
    found = compare(made, records)
    assert sentences.effect(found, "incentives", "need_met") == (
        "Incentives left need met exactly as it was in all 4 worlds"
    )
    assert "cannot be said" in sentences.savings(found)


def test_targets_have_sentences_of_their_own_and_shares_of_the_baseline() -> None:
    found = compare(*study([Plan("i", "I", "incentives", {"need_met": 0.03, "learning_across_tie": 0.0002})]))
    (answer,) = sentences.answers(found)
    assert len(answer.targets) == 1
    effect = found.results["i", "learning_across_tie"]
    share = f"{100 * effect.difference / effect.mean_baseline:.0f}"
    size = rf"0\.000\d+ mastery a tie-week \(.*\), {share} % of the baseline's"
    assert re.match(rf"Its own target: It raised learning per across-tie-week by {size}", answer.targets[0])


def test_of_many_targets_it_is_said_how_many_moved_which_way() -> None:
    made, records = study(DEMO[3:], seeds=6)
    found = compare(made, records)
    aims = ("need_met_other", "trust_across", "learning_across_tie", "gini", "median_blocked")
    gone = {("all", "median_blocked"), ("all", "gini")}
    worse = replace(found.results["all", "trust_across"], difference=-0.1, low=-0.2, high=-0.05)
    better = replace(worse, difference=0.1, low=0.05, high=0.2)
    results = {key: value for key, value in found.results.items() if key not in gone}
    results |= {("all", "trust_across"): worse, ("all", "gini"): worse}
    results |= {("all", name): better for name in ("need_met_other", "learning_across_tie")}
    (answer,) = sentences.answers(replace(found, targets={"all": aims}, results=results))
    (told,) = answer.targets
    assert told.startswith("Of 5 measures that its policies aim at, 3 are better, 1 worse (trust across departments), ")
    assert "1 not told apart from doing nothing (median weeks blocked)" in told


def test_a_metric_defined_in_some_worlds_says_so() -> None:
    made, records = study(DEMO[:1], seeds=6)
    records["baseline"].weekly["ties_across"][:2] = 0.0
    found = compare(made, records)
    assert "(defined in 4 of 6 worlds)" in sentences.effect(found, "rotation", "trust_across")
    records["baseline"].weekly["ties_across"][:] = 0.0
    assert "no value" in sentences.effect(compare(made, records), "rotation", "trust_across")


def test_money_and_no_cost_are_said() -> None:
    _, main = said([Plan("m", "M", effects={"need_met": 0.05}, hours=1.0, money=20.0)], seeds=8)
    assert re.search(r"at 0\.\d+ hours and 18\.\d in money a person a week\.$", main)
    lead, main = said([Plan("m", "M", effects={"need_met": 0.05})], seeds=8)
    assert main.endswith(", with no hours or money booked.")
    assert lead.endswith(", with no hours or money booked (set its hours or money to weigh it).")


def test_the_largest_gain_is_one_that_the_worlds_can_show() -> None:
    (lead,) = sentences.headline(compare(*wide_and_sure()))
    assert lead.startswith("Sure raised need met by ")
    assert "That is the largest gain of those that these worlds can show. " in lead
    assert "the next, Wide" not in lead
    assert "Wide made no difference to it that these worlds can show." in lead


def test_savings_are_not_said_from_few_worlds() -> None:
    assert "times as many" not in sentences.savings(compare(*study(seeds=7)))
    assert "times as many" in sentences.savings(compare(*study(seeds=8)))


def test_savings_say_what_pairing_was_worth() -> None:
    found = compare(*study())
    assert f"{number(found.median_saving, 1)} times as many seeds" in sentences.savings(found)


def test_no_comparison_says_so() -> None:
    assert sentences.headline(compare(*study((), seeds=2)))[0].startswith("There is nothing to compare")


@pytest.mark.parametrize(
    ("value", "digits", "sign", "text"),
    [(3.14159, 1, False, "3.1"), (-0.04, 1, True, "0.0"), (-2.5, 1, False, "−2.5"), (0.5, 2, True, "+0.50"),
     (12345.6, 0, False, "12,346"), (float("nan"), 1, False, "–"), (0.000534, None, False, "0.000534"),
     (44.26, None, False, "44.3"), (0.0, None, False, "0")],
)  # fmt: skip
def test_numbers_for_people(value: float, digits: int | None, sign: bool, text: str) -> None:
    assert number(value, digits, sign=sign) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "digits"),
    [(2.6, 3.6, "points", 1), (-6.0, 8.0, "points", 1), (0.02, 0.06, "points", 2), (-6.0, 8.0, "", 0),
     (0.01, 9.0, "", 2), (1e-7, 9.0, "", 3), (float("nan"), 1.0, "points", 1)],
)  # fmt: skip
def test_digits_follow_the_interval_and_show_no_bound_as_zero(low: float, high: float, unit: str, digits: int) -> None:
    assert decimals(low, high, unit) == digits


def test_small_words() -> None:
    assert with_unit("+1", "points") == "+1 point"
    assert with_unit("2", "") == "2"
    assert interval(-1.0, 2.0, 0, sign=True) == "−1 to +2"
    assert (p_value(1e-9), p_value(0.0312), p_value(float("nan"))) == ("< 0.001", "0.031", "–")
    assert (plural(1, "world"), plural(1200, "world")) == ("1 world", "1,200 worlds")
    assert [listing(list(items)) for items in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert (significant(0.0), significant(1234.0), significant(0.0123)) == (0, 0, 4)
    assert [sentences.hours_text(hours) for hours in (1.0, 1.24, 0.46, 0.002)] == [
        "1 hour", "1.2 hours", "0.46 hours", "0.0020 hours",
    ]  # fmt: skip
