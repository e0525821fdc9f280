"""Strange but valid studies: what is said of them is true, and no more than they carry."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_up_parts import searched, sized
from made_up_study import POLICIES, answered, planned, worlds
from rich.console import Console

from experiments.design import Document, read_design, study_of
from experiments.strategy.answer import Answer, answer
from experiments.strategy.charts import acceptance, ranks, regret, worth
from experiments.strategy.charts.scene import Scene
from experiments.strategy.figures_all import figures_of
from experiments.strategy.grids import robustness
from experiments.strategy.measured import Measured
from experiments.strategy.run import StudyError
from experiments.strategy.shown import level
from experiments.strategy.terminal import print_answer
from experiments.strategy.words import told
from experiments.strategy.words_beyond import unknown
from experiments.strategy.words_failures import portfolio
from sim.problems import InputError


def changed(
    futures: int = 6, seeds: int = 6, levels: dict[str, float] | None = None, hours: dict[str, float] | None = None,
    money: dict[str, float] | None = None, **strategy: Any,
) -> Answer:  # fmt: skip
    """An answer with every world of an arm at a level of need met, and at a cost."""
    design = planned(futures, seeds, **strategy)
    parts = [worlds(design, 1, seeds, with_contact=False), worlds(design, futures, seeds, with_contact=True)]
    for part in parts:
        for given, values in ((levels, part.outcomes.values["need_met"]), (hours, part.outcomes.hours),
                              (money, part.outcomes.money)):  # fmt: skip
            for name, value in (given or {}).items():
                values[part.outcomes.arms.index(name)] = value
    return answer(design, *parts)


LEVEL = {"baseline": 40.0, "rotation": 40.0, "mentorship": 40.0, "all_together": 40.0}
FREE = dict.fromkeys(LEVEL, 0.0)


def texts(found: Answer) -> str:
    """Every sentence of an answer."""
    figures = figures_of(found)
    said = told(found, figures)
    return " ".join([said.headline.text, said.rival.text, said.failing.text, *(each.said.text for each in said.arms),
                     *(each.text for each in unknown(found, figures))])  # fmt: skip


def scene(found: Answer) -> Scene:
    return Scene(found, figures_of(found), {})


def test_arms_that_all_do_the_same_are_not_ranked_by_words() -> None:
    found = changed(levels=LEVEL, hours=FREE)
    words = texts(found)
    assert "no arm is regretted less than " in words and ", and doing nothing as much." in words
    assert "Neither is acceptable in any future; they are regretted alike too, by 0.0 points" in words
    assert "what puts" not in words and "nearly everywhere" not in words
    assert ranks.title(scene(found)) == (
        "No arm is ahead of the others by need met: each is among the best in 100\u00a0% of futures"
    )
    assert regret.title(scene(found)).startswith("No arm does better than")


def test_two_of_four_arms_share_the_first_rank() -> None:
    found = changed(levels=LEVEL | {"rotation": 44.0, "mentorship": 44.0}, hours=FREE)
    assert ranks.title(scene(found)).endswith(
        "are among the best arms in 100\u00a0% of the futures each, whatever they cost"
    )


def test_the_budget_is_what_puts_an_arm_first_that_is_regretted_more() -> None:
    money = {"all_together": 30.0, "rotation": 30.0}
    levels = LEVEL | {"mentorship": 40.5, "all_together": 48.0}
    found = changed(levels=levels, hours=FREE, money=FREE | money, budget={"money": 5.0})
    words = texts(found)
    assert found.ranked()[0] == "mentorship"
    assert "of those within the budget Mentorship is regretted least" in words
    assert "what puts Mentorship first is the budget: All together costs 30.0 in money a person and week." in words
    assert "Mentorship is regretted least." not in words.replace("of those within the budget Mentorship", "")


def test_doing_nothing_is_regretted_less_than_arms_that_do_harm() -> None:
    words = texts(changed(levels=LEVEL | {"rotation": 30.0, "mentorship": 38.0, "all_together": 20.0}, hours=FREE))
    assert "Mentorship is regretted least, and doing nothing less still" in words


def test_an_arm_beyond_the_budget_that_holds_up_more_often_is_not_denied() -> None:
    found = changed(levels=LEVEL | {"rotation": 48.0})
    found.given.outcomes.hours[found.given.outcomes.arms.index("rotation")] = 5.0
    again = answer(replace_budget(found, 2.0), found.given, found.futures)
    assert again.ranked()[0] != "rotation"
    assert told(again, figures_of(again)).headline.text.startswith(
        "No arm within the budget is acceptable in more than half of the 6 futures."
    )
    assert acceptance.title(scene(again)).startswith("No arm within the budget is acceptable in most futures")


def test_arms_beyond_the_budget_are_named_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(futures=4)
    dearest = max(found.arms, key=lambda arm: found.costs(arm)["hours"])
    print_answer(replace(found, design=replace_budget(found, found.costs(dearest)["hours"] - 0.001)))
    assert f"as given: {found.title(dearest)}." in " ".join(capsys.readouterr().out.split())
    print_answer(replace(found, design=replace_budget(found, 100.0)))
    told_of = capsys.readouterr().out
    assert "Beyond the budget" not in told_of and "nothing is said of futures" not in told_of


def test_without_assumptions_the_terminal_says_why_there_are_no_futures(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(replace(answered(futures=4), futures=None, robust={}))
    assert "so nothing is said of futures." in " ".join(capsys.readouterr().out.split())


def replace_budget(found: Answer, hours: float) -> Any:
    strategy = found.design.strategy
    return replace(found.design, strategy=replace(strategy, budget=replace(strategy.budget, hours=hours)))


def test_one_world_has_no_resamples_and_no_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(futures=6, seeds=1)
    words, figures = texts(found), figures_of(found)
    assert "resampled" not in words and "holds both answers" not in words and "intervals are wide" not in words
    assert "as large as matters: one world cannot tell" in words and "there are no intervals" in words
    for kind in ("frontier", "dominated", "first_worlds"):
        of_kind = [each for each in figures if each.id.startswith(f"{kind}/")]
        assert all(each.text == "\u2013" and math.isnan(each.value) for each in of_kind), kind
    gain = figures.get("gain", "rotation", "need_met").text
    assert " to " not in gain and gain.endswith("points")
    print_answer(found)
    assert "\u2013 to \u2013" not in capsys.readouterr().out


def test_one_future_is_told_as_one() -> None:
    words = texts(answered(futures=1, seeds=8))
    assert "does not fail in the 1 future." in words and "none of the 1 future" not in words
    assert "falls short of the best arm of a future by at most" in regret.title(scene(answered(futures=5, seeds=6)))


def test_a_single_arm_is_beaten_by_none_and_that_says_nothing_of_others() -> None:
    found = scene(changed(levels=LEVEL | {"rotation": 45.0}))
    alone = replace(found, most=1)
    assert worth.title(alone).startswith("Nothing brings as much as")


def without(found: Measured, *arms: str, futures: slice = slice(None)) -> Measured:
    """The same where arms have no value of the second outcome, which is need met again."""
    outcomes = found.outcomes
    values = outcomes.values["need_met"].copy()
    for arm in arms:
        values[outcomes.arms.index(arm), futures] = np.nan
    second = replace(
        outcomes, values={"need_met": outcomes.values["need_met"], "attendance": values},
        better={**outcomes.better, "attendance": "higher"}, titles={**outcomes.titles, "attendance": "Attendance"},
        units={"need_met": "points", "attendance": "points"},
    )  # fmt: skip
    return replace(found, outcomes=second)


def undefined(*arms: str, futures: slice = slice(None)) -> Answer:
    """An answer whose second outcome some arms do not have in some futures."""
    design = planned(6, 6, outcomes={"need_met": {"smallest": 2.0}, "attendance": {"smallest": 1.0}})
    given = without(worlds(design, 1, 6, with_contact=False), *(arms if futures == slice(None) else ()))
    return answer(design, given, without(worlds(design, 6, 6, with_contact=True), *arms, futures=futures))


def test_an_outcome_that_an_arm_never_has_is_left_out_and_said() -> None:
    found = undefined("baseline")
    assert set(found.robust) == {"need_met"}
    assert "How attendance fares in 6 of 6 futures: some arm has no value of it there." in texts(found)
    figures = figures_of(found)
    assert figures.get("effect", "rotation", "attendance").text == "\u2013"
    assert figures.get("better", "rotation", "attendance").text == "0 of 0"
    assert [grid.caption.text for grid in robustness(found, figures)] == ["Need met over 6 futures"]


def test_shares_are_of_the_futures_in_which_every_arm_has_a_value() -> None:
    found = undefined("mentorship", futures=slice(0, 2))
    assert found.robust["attendance"].futures.size == 4
    assert "How attendance fares in 2 of 6 futures" in texts(found)
    captions = [grid.caption.text for grid in robustness(found, figures_of(found))]
    assert captions == ["Need met over 6 futures", "Attendance over 4 futures"]


def test_a_first_outcome_that_an_arm_never_has_compares_nothing() -> None:
    design = planned(4, 4)
    given, futures = worlds(design, 1, 4, with_contact=False), worlds(design, 4, 4, with_contact=True)
    given.outcomes.values["need_met"][0] = np.nan
    with pytest.raises(StudyError, match=r"in no world \(it has none under Baseline\).*name another outcome first"):
        answer(design, given, futures)
    given = worlds(design, 1, 4, with_contact=False)
    futures.outcomes.values["need_met"][1] = np.nan
    with pytest.raises(StudyError, match="in no sampled future"):
        answer(design, given, futures)


def test_a_precision_that_is_not_reached_is_said() -> None:
    asked = answered(futures=4, seeds=16, precision={"half_width": 0.001, "most_seeds": 16})
    assert (
        "What the arms change in need met to within \u00b10.001 points: with 16 worlds the intervals of 3 arms"
        in texts(asked)
    )
    reached = answered(futures=4, seeds=16, precision={"half_width": 50.0})
    assert "to within" not in texts(reached)


def test_money_stands_on_the_terminal_where_it_is_paid(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(changed(money=FREE | {"rotation": 12.5}))
    told_of = capsys.readouterr().out
    assert "Money" in told_of and "12.5" in told_of and "hours and money a person-week" in " ".join(told_of.split())
    print_answer(changed())
    assert "Money" not in capsys.readouterr().out


def test_costs_are_means_over_all_worlds_also_where_the_first_outcome_has_no_value() -> None:
    design = planned(4, 6)
    given, futures = worlds(design, 1, 6, with_contact=False), worlds(design, 4, 6, with_contact=True)
    given.outcomes.values["need_met"][1, 0, 0] = np.nan
    given.outcomes.hours[1, 0] = [9.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    found = answer(design, given, futures)
    arm = given.outcomes.arms[1]
    extra = (given.outcomes.hours[1, 0] - given.outcomes.hours[0, 0]).mean()
    figures = figures_of(found)
    assert figures.get("hours", arm).value == pytest.approx(extra, rel=1e-12)
    assert figures.get("defined", arm, "need_met").text == "5 worlds"
    by_name = {each.arm: each.said.text for each in told(found, figures).arms}
    assert "6 worlds" not in by_name[arm]


def test_where_doing_nothing_is_best_no_arm_is_said_to_be() -> None:
    found = changed(levels=LEVEL | {"rotation": 30.0, "mentorship": 38.0, "all_together": 20.0}, hours=FREE)
    assert "where doing nothing does better by 2.0 points" in told(found, figures_of(found)).failing.text


def test_a_threshold_of_what_nothing_has_no_value_of_is_said() -> None:
    design = planned(4, 4, outcomes={"need_met": {"smallest": 2.0, "threshold": 44.0}})
    given, futures = worlds(design, 1, 4, with_contact=False), worlds(design, 4, 4, with_contact=True)
    given.courses["need_met"][0] = np.nan
    found = answer(design, given, futures)
    assert not found.waits
    assert "How long need met takes to its threshold: it has no value where nothing is done." in texts(found)


def test_one_world_is_too_few_to_ask_which_assumptions_matter() -> None:
    with pytest.raises(InputError, match="seeds: which assumptions matter is asked, and one world cannot"):
        planned(4, 1, sensitivity={"trajectories": 4})


def test_scenarios_whose_names_read_alike_keep_their_names() -> None:
    scenarios = {"baseline": [], "a_b": ["rotation"], "a b": ["mentorship"], "c_d": ["rotation", "mentorship"]}
    read = read_design(Document({"policies": POLICIES, "scenarios": scenarios}))
    assert [arm.title for arm in study_of(read, "study").arms] == ["Baseline", "a_b", "a b", "C d"]


def test_a_level_that_is_not_there_has_no_unit() -> None:
    assert (level(math.nan, "weeks"), level(math.nan, "points"), level(1.0, "weeks")) == (
        "\u2013",
        "\u2013",
        "1.00 weeks",
    )


def test_a_search_in_which_nothing_has_a_value_says_so() -> None:
    found = searched(answered(futures=4, seeds=4))
    assert found.portfolio is not None
    bare = replace(found.portfolio, finalists=(), candidates=())
    said = portfolio(replace(found, portfolio=bare), figures_of(replace(found, portfolio=bare)))
    assert [each.text.split(" in all of")[0] for each in said] == [
        "No portfolio that was tried has a value of need met"
    ]


@pytest.mark.parametrize("money", [False, True])
def test_on_a_terminal_of_80_columns_names_break_and_numbers_do_not(money: bool) -> None:
    found = sized(["Peer network", "A policy with a rather long name", "x" * 60], money=money)
    console = Console(width=80, record=True, force_terminal=False, file=io.StringIO())
    print_answer(found, console)
    text = console.export_text()
    assert all(len(line) <= 80 for line in text.splitlines())
    figures = figures_of(found)
    for arm in found.arms:
        effect = figures.get("effect", arm, "need_met").text.replace(" points", "")
        effect = effect.replace("(+", "(").replace("to +", "to ")
        row = next(line for line in text.splitlines() if effect in line)
        assert row.rstrip().endswith(figures.get("frontier", arm).text)
