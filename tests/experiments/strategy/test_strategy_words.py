"""What a strategy study says in words: true to its numbers, and never more than they carry."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_up_parts import cursed, sampled, searched, sized
from made_up_study import answered, planned, worlds

from experiments.analysis.verdicts import Settled, Unsettled
from experiments.strategy.answer import Answer, failures_of
from experiments.strategy.answer import answer as answer_of
from experiments.strategy.figures_all import figures_of
from experiments.strategy.said import Said, joined, listed, say
from experiments.strategy.words import Told, told
from experiments.strategy.words_beyond import screening, sensitivity, unknown
from experiments.strategy.words_failures import pattern, portfolio
from experiments.wording import hours_number


def said_of(answer: Answer) -> Told:
    return told(answer, figures_of(answer))


def every(answer: Answer) -> list[Said]:
    """Everything that is said of an answer."""
    figures = figures_of(answer)
    found = told(answer, figures)
    return [found.headline, found.meaning, found.rival, found.failing, *(each.said for each in found.arms),
            *unknown(answer, figures), sensitivity(answer, figures), screening(answer, figures),
            *(pattern(answer, figures, arm, answer.title(arm)) for arm in answer.failures),
            *portfolio(answer, figures)]  # fmt: skip


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answered(budget={"hours": 1.3}, outcomes={"need_met": {"smallest": 2.0, "threshold": 44.0}})


def test_every_number_in_a_sentence_is_a_figure(answer: Answer) -> None:
    few = answered(futures=4, seeds=3)
    for case in (answer, searched(sampled(answer)), few, replace(answer, futures=None, robust={}), failing()):
        for said in every(case):
            words = "".join(part for part in said if isinstance(part, str))
            assert not re.search(r"\d", words.replace("90 % interval", "").replace("90th percentile", "")), said.text


def test_the_answer_leads_with_the_first_of_the_ranked_arms(answer: Answer) -> None:
    found = said_of(answer)
    assert answer.ranked()[0] == "rotation"
    assert found.headline.text.startswith("Rotation is acceptable in 100 % (88 to 100) of 30 futures; none of the 3")
    assert "+3.0 points (+2.7 to +3.3), for 1.2 hours a person and week" in found.headline.text
    assert found.three == (found.headline, found.rival, found.failing)


def test_two_arms_are_told_apart_only_where_the_futures_do(answer: Answer) -> None:
    assert "That does not tell the two apart: in 5 futures only Rotation" in said_of(answer).rival.text
    assert any("too few futures tell them apart" in said.text for said in unknown(answer, figures_of(answer)))
    many = answered(futures=80, budget={"hours": 1.3})
    assert "The futures tell the two apart" in said_of(many).rival.text
    assert not any("too few futures" in said.text for said in unknown(many, figures_of(many)))


def test_arms_acceptable_in_the_same_futures_are_ordered_by_regret_and_it_is_said() -> None:
    easy = answered(outcomes={"need_met": {"smallest": 0.0}}, futures=6)
    same = {arm.acceptable.value for arm in easy.robust["need_met"].arms if arm.name != "mentorship"}
    assert same == {1.0}
    assert "Both are acceptable in the same futures; what puts All together first is regret" in said_of(easy).rival.text


def test_a_budget_that_nothing_fits_is_said_first() -> None:
    found = said_of(answered(budget={"hours": 0.1}, futures=5))
    assert found.headline.text.startswith("No arm fits the budget of 0.1 hours a person and week")


def test_an_arm_that_only_the_budget_puts_behind_is_named() -> None:
    """The strongest of three costs a little too much as given, and not in the futures."""
    found = sized(["Weak", "Middling", "Strong"], futures=20, seeds=6)
    assert found.futures is not None
    found.given.outcomes.hours[1:] = [[[0.5]], [[0.6]], [[1.6]]]
    found.futures.outcomes.hours[1:] = [[[0.5]], [[0.6]], [[1.4]]]
    again = answer_of(found.design, found.given, found.futures)
    assert again.ranked() == ["arm1", "arm0", "arm2"]
    share = figures_of(again).get("acceptable", "arm2", "need_met")
    assert share.value > 0.8
    told_of = "More often acceptable, but beyond the budget where the assumptions are as given: Strong in "
    assert f"{told_of}{share.text}, for 1.6 hours a person and week." in said_of(again).rival.text
    two = answered(futures=6, budget={"hours": 0.5})
    assert two.ranked()[0] == "mentorship"
    assert "in 0 % (0 to 46), and beyond the budget where the assumptions are as given." in said_of(two).rival.text


def test_the_two_that_are_told_apart_are_the_two_just_named() -> None:
    """What costs too much is named last, so that it does not come between the next and what tells it apart."""
    found = sized(["Weak", "Middling", "Strong"], futures=20, seeds=6)
    assert found.futures is not None
    found.given.outcomes.hours[1:] = [[[0.5]], [[0.6]], [[1.504]]]
    found.futures.outcomes.hours[1:] = [[[0.5]], [[0.6]], [[1.4]]]
    rival = said_of(answer_of(found.design, found.given, found.futures)).rival.text
    assert rival.index("The next is") < rival.index("tell the two apart") < rival.index("More often acceptable")
    assert rival.endswith("for 1.504 hours a person and week.")


def test_hours_read_as_beyond_the_budget_only_where_they_are() -> None:
    for spent, limit, text in ((1.512, 1.5, "1.51"), (1.5, 1.5, "1.5"), (1.46, 1.48, "1.46"), (1.2, 1.5, "1.2")):
        assert hours_number(spent, limit) == text
    assert hours_number(1.512) == "1.5"


def test_no_arm_is_praised_where_none_is_acceptable() -> None:
    found = said_of(answered(outcomes={"need_met": {"smallest": 50.0}}, futures=5))
    assert found.headline.text.startswith("None of the 3 arms is acceptable in any of the 5 futures")
    seldom = said_of(answered(outcomes={"need_met": {"smallest": 12.0}}, futures=20))
    assert seldom.headline.text.startswith("No arm is acceptable in more than half of the 20 futures")


def test_without_futures_the_largest_effect_leads_and_what_is_missing_is_said(answer: Answer) -> None:
    alone = replace(answer, futures=None, robust={})
    found = said_of(alone)
    assert found.headline.text.startswith(
        "Within the budget Mentorship improves need met most: it changes by +5.8 points"
    )
    every_fits = said_of(replace(answered(futures=4), futures=None, robust={})).headline.text
    assert every_fits.startswith("All together improves need met most: it changes by +8.0 points")
    assert not found.meaning
    assert "was not asked" in found.failing.text
    assert any("no futures were sampled" in said.text for said in unknown(alone, figures_of(alone)))


def with_values(change: Any) -> Answer:
    """An answer without futures whose arms' values are changed from the baseline's by `change(arm, draw)`."""
    design = planned(1, 20, outcomes={"need_met": {"smallest": 2.0}})
    given = worlds(design, 1, 20, with_contact=False)
    values, draw = given.outcomes.values["need_met"], np.random.default_rng(1)
    for arm in range(1, len(values)):
        values[arm] = values[0] + change(arm, draw.normal(size=values[0].shape))
    return answer_of(design, given, None)


def test_effects_that_chance_could_give_are_not_called_effects() -> None:
    found = said_of(with_values(lambda arm, luck: luck))
    assert found.headline.text.startswith("No arm can be shown to improve need met")
    assert all("makes no difference to need met that 20 worlds can show" in each.said.text for each in found.arms)


def test_losses_are_called_losses() -> None:
    found = said_of(with_values(lambda arm, luck: -3.0 * arm + 0.1 * luck))
    assert found.headline.text.startswith("Every arm makes need met worse")
    assert "that is a loss of more than the 2 points that matter" in found.arms[0].said.text


def test_effects_too_small_to_matter_are_called_so() -> None:
    found = said_of(with_values(lambda arm, luck: 0.5 + 0.1 * luck))
    assert "that is too small to matter: 2 points or more, either way, are ruled out" in found.arms[0].said.text
    between = said_of(with_values(lambda arm, luck: 2.0 + luck))
    assert "cannot be said" in between.arms[0].said.text


def test_a_ranking_of_assumptions_is_said_only_where_it_has_settled(answer: Answer) -> None:
    settled = sampled(answer)
    assert settled.sensitivity is not None and isinstance(settled.sensitivity.verdict, Settled)
    text = sensitivity(settled, figures_of(settled)).text
    assert "most is explained by how often people meet at 9" in text and "Chance is " in text
    noisy = sampled(answer, noise=30.0, base=8)
    assert noisy.sensitivity is not None and isinstance(noisy.sensitivity.verdict, Unsettled)
    text = sensitivity(noisy, figures_of(noisy)).text
    assert "cannot be said yet" in text and "base samples would be needed" in text
    assert "most is explained" not in text
    assert any("not converged, so no ranking" in said.text for said in unknown(noisy, figures_of(noisy)))


def failing(futures: int = 80) -> Answer:
    """Mentorship, which gains too little where people seldom meet, with boxes of when it does."""
    found = answered(futures=futures, budget={"hours": 1.0})
    return replace(found, failures=failures_of(found))


def test_when_the_first_arm_fails_is_said_in_the_units_of_the_assumption() -> None:
    answer = failing()
    assert answer.ranked()[0] == "mentorship"
    box = answer.failures["mentorship"].boxes[0]
    assert [each.assumption.path for each in box.restrictions] == ["contact"]
    text = said_of(answer).failing.text
    found = re.search(r"mostly where how often people meet is below (0\.3\d+): there it fails in (\d+) %", text)
    assert found is not None, text
    planted = 0.3 + 0.2 * 2.0 / 6.0  # 6 points of effect at a contact of 0.5, 2 of them matter
    assert float(found[1]) == pytest.approx(planted, abs=0.02)
    assert int(found[2]) > 70
    assert "judged by futures that did not help to find this" in text


def test_where_there_is_no_pattern_that_is_said() -> None:
    answer = failing(futures=12)
    assert not answer.failures["mentorship"].boxes
    told = "No ranges of the assumptions say when Mentorship gains too little: it does in "
    assert told in said_of(answer).failing.text
    without = replace(answer, failures={})
    assert "No ranges" not in said_of(without).failing.text


def test_the_winners_curse_is_said_where_there_is_one() -> None:
    answer = sized(["Rotation", "Mentorship"], futures=3, seeds=3)
    steady = searched(answer, luck=0.01)
    text = " ".join(said.text for said in portfolio(steady, figures_of(steady)))
    assert "Largest in fresh worlds is the effect on Need met of rotation and mentorship (rotation coverage 1)" in text
    assert "curse" not in text
    wide = searched(answer, luck=6.0)
    assert "cannot be shown" in portfolio(wide, figures_of(wide))[-1].text, "a wide interval is no proof of nothing"
    fallen = cursed(steady)
    said = portfolio(fallen, figures_of(fallen))[-1].text
    assert said.startswith("The winner's curse: in the mean the finalists fell by 1.2 points (0.4 to 2.0) from")
    assert portfolio(answer, figures_of(answer)) == ()


def test_few_worlds_and_few_futures_are_said() -> None:
    few = answered(futures=4, seeds=3)
    texts = [said.text for said in unknown(few, figures_of(few))]
    assert texts[0].startswith("Only 3 worlds")
    assert any("more closely than" in text and "4 futures" in text for text in texts)


def test_one_world_gives_no_interval() -> None:
    design = planned(1, 1)
    found = said_of(answer_of(design, worlds(design, 1, 1, with_contact=False), None))
    assert "in one world" in found.headline.text
    assert "nan" not in " ".join(said.text for said in (found.headline, *(each.said for each in found.arms)))


def test_braces_in_names_are_only_text() -> None:
    said = say("{arm} and {other}.", arm="{other}", other="{arm:>9}")
    assert said.text == "{other} and {arm:>9}."
    assert joined([say(""), said, ""]).text == said.text
    assert listed(["a", "b", "c"]).text == "a, b and c" and listed(["a"]).text == "a" and not listed([])
