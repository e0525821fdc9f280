"""What a strategy study says, against planted effects."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_study import EFFECTS, HOURS, answered


def test_effects_as_given_are_the_planted_ones() -> None:
    found = answered()
    for arm, planted in EFFECTS.items():
        effect = found.effects[arm, "need_met"]
        assert effect.paired.low < planted < effect.paired.high
        assert effect.bca[0] == pytest.approx(effect.paired.low, abs=0.15)
        assert effect.better == 20 and effect.share_low > 0.8
        assert effect.equivalence is not None and effect.equivalence.matters
        assert effect.p_holm >= effect.paired.p


def test_what_costs_more_and_brings_less_is_dominated() -> None:
    found = answered()
    standing = found.frontier.of("rotation")
    assert not standing.efficient and [each.arm for each in standing.dominated_by] == ["mentorship"]
    assert [found.frontier.of(arm).efficient for arm in ("baseline", "mentorship", "all_together")] == [True] * 3
    assert found.frontier.of("mentorship").costs["hours"] == pytest.approx(HOURS["mentorship"], abs=0.02)


def test_arms_are_ranked_by_how_often_they_are_acceptable_within_the_budget() -> None:
    assert answered().ranked()[0] == "rotation", "it alone works in every future"
    tight = answered(budget={"hours": 1.0})
    assert tight.ranked()[0] == "mentorship"
    assert not tight.affordable("all_together") and not tight.affordable("rotation")


def test_weeks_until_a_threshold_are_those_of_the_courses() -> None:
    found = answered(outcomes={"need_met": {"threshold": 44.0}})
    waits = found.waits["need_met"]
    assert set(waits) == {"baseline", *EFFECTS}
    assert waits["baseline"].sooner.difference == 0
    assert waits["all_together"].sooner.difference < waits["rotation"].sooner.difference < 0
    course = found.given.courses["need_met"][0, 0, :, 13:]
    assert waits["baseline"].reached == int((course >= 44.0).any(axis=1).sum())


def test_an_answer_without_futures_is_ranked_by_effect() -> None:
    from dataclasses import replace

    found = replace(answered(), futures=None, robust={})
    assert found.ranked() == ["all_together", "mentorship", "rotation"]
    assert np.isfinite([found.effects[arm, "need_met"].p_holm for arm in EFFECTS]).all()


def test_without_the_library_the_study_says_what_it_did_not_look_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace
    from typing import Any

    from experiments.strategy import stages

    said: list[str] = []
    lab: Any = SimpleNamespace(progress=SimpleNamespace(say=said.append))

    def missing(_: Any) -> Any:
        raise ImportError("one more library: pip install 'watercooler[discovery]'")

    monkeypatch.setattr(stages, "failures_of", missing)
    found = stages.with_failures(lab, answered())
    assert found.failures == {} and len(found.notes) == 1
    assert "watercooler[discovery]" in found.notes[0] and found.notes[0] in said
