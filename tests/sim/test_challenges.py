"""Challenges: what arrives and what it needs, who helps, what is blocked, what is solved, and what that teaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import worlds

from sim.chance import extend, mix, text_key, uniform, week_key
from sim.kernels.searching import IN_WRITING
from sim.metrics import METRICS
from sim.parts.challenges import DECISIONS

CALM: dict[str, Any] = {"turnover": {"hazard": [0, 0, 0, 0]}}
LONG: dict[str, Any] = {"arrivals": 0.5, "find": 0.3, "work_weeks": 500}
NOBODY = -1


def facing(seeds: tuple[int, ...] = (1, 2), weeks: int = 30, shape: Any = None, **fields: Any) -> Any:
    """A small world with many challenges, in which nobody leaves."""
    return worlds.model(shape, seeds=seeds, weeks=weeks, challenges={"arrivals": 0.5, **fields}, **CALM)


def total(made: Any, name: str) -> Any:
    return made.record().weekly[name].sum()


def chain(challenges: Any, decision: str, week: int) -> Any:
    """Chain of this week's decision on every open challenge, by the functions for arrays."""
    assert decision in DECISIONS
    return extend(extend(challenges.key, np.uint64(text_key(f"model/{decision}"))), week_key(week))


def test_they_arrive_by_interdependence() -> None:
    made = worlds.model({"people": 8, "departments": 4}, seeds=range(1, 41), weeks=50, challenges={"arrivals": 0.25})
    arrived = total(made.run(), "challenges_arrived")
    expected = 40 * 50 * 4 * (0.25 + 0.15)
    assert abs(arrived - expected) < 4 * np.sqrt(expected)


def test_the_first_topic_is_the_partners_own_and_the_others_are_needed() -> None:
    made = facing(shape={"departments": 4, "topics": 13}, seeds=(1, 2, 3), weeks=6, find=0, line=0).run()
    challenges, structure = made.ensemble.challenges.open, made.state.structure
    assert len(challenges.world) > 20
    for d, p, topics, several in zip(
        challenges.department, challenges.partner, challenges.topic, challenges.several, strict=True
    ):
        needed = topics[topics != NOBODY]
        assert len(dict.fromkeys(needed.tolist())) == len(needed) > 0
        assert made.ensemble.prepared.interdependence[d, p] > 0
        assert structure.own[p, needed[0]] and np.all(structure.need[d, needed[1:]] > 0)
        owners = {int(structure.own[:, k].argmax()) for k in needed if structure.own[:, k].any()}
        assert several == (len(owners) > 1)
    sizes = np.bincount((challenges.topic != NOBODY).sum(axis=1), minlength=5)
    assert np.all(sizes[1:] > 0) and sizes[0] == 0


def test_one_that_its_lead_can_solve_takes_the_weeks_of_work() -> None:
    for weeks in (1, 3):
        made = facing(mastery=0, block=0, work_weeks=weeks).run()
        weekly = made.record().weekly
        arrived, opened = weekly["challenges_arrived"], weekly["challenges_open"]
        expected = sum(np.pad(arrived, ((0, 0), (lag, 0)))[:, : arrived.shape[1]] for lag in range(weeks))
        np.testing.assert_array_equal(opened, expected)
        assert not weekly["topics_missing"].any() and not weekly["from_challenges"].any()
        assert METRICS["solved_in_time"].value(weekly).tolist() == [1, 1]
        assert METRICS["solved_at_once"].value(weekly).tolist() == [1, 1]


def test_sources_are_those_that_contacts_and_the_line_give() -> None:
    """Agreement with a plain computation, challenge by challenge, in a week in which everything occurs."""
    made = facing(find=0.9, line=0.2, block=0.1, seeds=(1, 2, 3), shape={"people": 60, "sources": 8, "topics": 11})
    week, number = made.ensemble, 6
    while week.number < number:
        made.step()
    worlds.run_phases(made.plan, "sessions")
    before = [values.copy() for values in week.challenges.open]
    names = week.challenges.all._fields
    old = dict(zip(names, before, strict=True))
    worlds.run_phase(made.plan, "challenges")
    now = {int(key): n for n, key in enumerate(week.challenges.open.key)}
    seen = {"contact": 0, "named": 0, "missing": 0}
    for n, key in enumerate(old["key"].tolist()):
        if key not in now or week.challenges.open.blocked[now[key]]:
            continue
        lead, found = old["lead"][n], week.challenges.open.source[now[key]]
        for s, k in enumerate(old["topic"][n]):
            if k == NOBODY or old["source"][n, s] != NOBODY:
                continue
            expected, why = plain_source(made, int(key), int(lead), int(k), number)
            assert found[s] == expected
            seen[why] += 1
    assert min(seen.values()) > 0, seen


def plain_source(made: Any, key: int, lead: int, k: int, number: int) -> tuple[int, str]:
    """Who is found for topic k in a week, and how."""
    week, state, terms = made.ensemble, made.state, made.ensemble.challenges.terms
    people, departments = state.frame.people, len(state.frame.departments)
    home, mastery = state.arrays["home_department"], state.arrays["expertise"]
    topic = week_key(text_key(state.frame.topics[k]))
    keyed = np.array([key], np.uint64)

    def decided(name: str) -> Any:
        whole = extend(keyed, np.uint64(text_key(f"model/challenge's {name}")))
        return extend(extend(whole, week_key(number)), topic)

    helpers = []
    first = state.ties.first[lead]
    for e in range(first, first + state.ties.count[lead]):
        j = int(state.ties.source[e])
        pair = (lead // people * departments + home[lead]) * departments + home[j]
        chance = np.float32(0.9) * week.culture.willingness[pair] * week.culture.clarity[pair]
        drawn = uniform(extend(decided("help"), state.arrays["key"][j]))[0]
        if state.ties.trust[e] > terms.trusted and mastery[j, k] >= terms.mastery[k] and drawn < chance:
            helpers.append((-float(mastery[j, k]), j))
    if helpers:
        return min(helpers)[1], "contact"
    best = lead // people * people + int(mastery[lead // people * people :][:people, k].argmax())
    if uniform(decided("name"))[0] < np.float32(0.2) and mastery[best, k] >= terms.mastery[k]:
        return best, "named"
    return NOBODY, "missing"


def test_the_required_mastery_is_relative_to_the_largest_need() -> None:
    made = facing(mastery=0.6, shape={"departments": 3, "topics": 12})
    need = made.state.structure.need[:, :12].max(axis=0)
    np.testing.assert_array_equal(made.ensemble.challenges.terms.mastery[:12], np.float32(0.6) * need)
    assert np.all(made.ensemble.challenges.terms.mastery[12:] > 1)


@pytest.mark.parametrize(("clearing", "median"), [(1.0, 1), (0.4, 2), (0.0, None)])
def test_blocked_ones_wait_for_an_owner(clearing: float, median: float | None) -> None:
    made = facing(block=0.2, clearing=clearing, find=1, line=1, seeds=range(1, 9), weeks=52).run()
    weekly = made.record().weekly
    assert 0.3 < METRICS["solved_at_once"].value(weekly).mean() < 0.9 or clearing == 0
    waited = METRICS["median_blocked"].value(weekly)
    if median is None:
        assert METRICS["cleared_in_time"].value(weekly).max() == 0
        assert METRICS["solved_at_once"].value(weekly).min() == 1
        assert waited.min() > 10
    else:
        assert waited.mean() == pytest.approx(median, abs=0.25)
        in_time = METRICS["cleared_in_time"].value(weekly)
        assert in_time.mean() == pytest.approx(1 - (1 - clearing) ** 4, abs=0.05)


def test_the_median_is_that_of_all_waits_so_far() -> None:
    made = facing(block=0.3, clearing=0.3)
    waits: dict[tuple[int, int], int] = {}
    for number in range(30):
        made.step()
        challenges = made.ensemble.challenges.open
        for world, key, since in zip(
            challenges.world[challenges.blocked],
            challenges.key[challenges.blocked].tolist(),
            challenges.since[challenges.blocked],
            strict=True,
        ):
            waits[int(world), hash_free(key, int(since))] = number - int(since) + 1
        found = METRICS["median_blocked"].series(made.record().weekly)[:, -1]
        for world in range(2):
            mine = [weeks for (at, _), weeks in waits.items() if at == world]
            assert found[world] == np.median(mine) if mine else np.isnan(found[world])


def hash_free(key: int, since: int) -> int:
    """One number for a challenge and the week since which it is blocked."""
    return int(mix(np.uint64(key), np.uint64(since)))


def test_a_lead_or_a_source_that_leaves_is_replaced() -> None:
    made = worlds.model(
        seeds=(1, 2),
        weeks=20,
        challenges=LONG,
        turnover={"hazard": [0.2] * 4},
    )
    changed = 0
    for _ in range(20):
        before = dict(zip(made.ensemble.challenges.open.key.tolist(), made.ensemble.challenges.open.lead, strict=True))
        generation = made.state.arrays["generation"].copy()
        made.step()
        challenges = made.ensemble.challenges.open
        keys = made.state.arrays["key"]
        left = made.state.arrays["generation"] != generation
        for n, key in enumerate(challenges.key.tolist()):
            lead = challenges.lead[n]
            if lead != NOBODY and not left[lead]:
                assert keys[lead] == challenges.lead_key[n]
                assert made.state.arrays["home_department"][lead] == challenges.owner[n]
            changed += key in before and before[key] != lead
            found = challenges.source[n] != NOBODY
            here = found & ~left[challenges.source[n]] & ~challenges.blocked[n]
            np.testing.assert_array_equal(keys[challenges.source[n][here]], challenges.source_key[n][here])
    assert changed > 10


def test_solving_teaches_the_solvers_as_a_session_would() -> None:
    made = facing(find=1, line=1, block=0, weeks=20, shape={"people": 60, "departments": 4, "topics": 11})
    week, taught = made.ensemble, 0
    for _ in range(20):
        with np.errstate(over="ignore"):
            worlds.run_phases(made.plan, "challenges")
            lessons = week.challenges.lessons
            gained = week.work.from_parts[1]
            assert set(np.flatnonzero(gained)) <= set(lessons.learner.tolist())
            whole = np.zeros(len(gained))
            np.add.at(whole, lessons.learner, lessons.brought.astype(np.float64))
            np.testing.assert_allclose(whole, gained, rtol=1e-5, atol=1e-8)
            taught += np.count_nonzero(gained)
            for phase in ("land", "learn", "practice", "drift", "leave and join", "observe"):
                worlds.run_phase(made.plan, phase)
        week.number += 1
    assert taught > 20
    weekly = made.record().weekly
    assert weekly["from_challenges"].sum() > 0
    assert weekly["learned"].sum() > 0 and not week.work.from_parts[[0, 2]].any()


def test_more_solving_teaches_more_and_none_nothing() -> None:
    taught = [total(facing(solving=rate, find=1, line=1).run(), "from_challenges") for rate in (0, 1, 5)]
    assert taught[0] == 0 < taught[1] < taught[2]


def test_people_without_contacts_lead_nothing_and_nobody_names_them() -> None:
    made = facing(shape={"sources": 0}, line=1, seeds=(1,), weeks=8).run()
    assert made.ensemble.challenges.count > 3
    assert np.all(made.ensemble.challenges.open.lead == NOBODY)
    assert np.all(made.ensemble.challenges.open.source == NOBODY)


def test_without_arrivals_nothing_is_open_and_nothing_is_kept() -> None:
    made = facing(arrivals=0).run()
    assert not made.ensemble.challenges.on and made.ensemble.challenges.count == 0
    assert len(made.ensemble.challenges.all.key) == 0
    assert total(made, "challenges_open") == 0


def test_what_an_organization_of_one_department_faces() -> None:
    assert total(facing(shape={"departments": 1}).run(), "challenges_arrived") == 0


def test_policies_clear_hand_over_and_provide() -> None:
    made = facing(block=1, clearing=0, find=0, line=0, seeds=(1,), weeks=9)
    for _ in range(4):
        made.step()
    part = made.ensemble.challenges
    waiting = part.open.blocked.copy()
    assert waiting.sum() > 2
    part.clear(waiting)
    part.hand_over(np.ones(part.count, np.bool_), part.open.partner.copy())
    keys = part.open.key.copy()
    made.step()
    assert np.array_equal(part.open.key[: len(keys)], keys)
    assert not part.open.blocked[: len(keys)][waiting].any()
    lead = part.open.lead[: len(keys)]
    assert np.all(made.state.arrays["home_department"][lead] == part.open.partner[: len(keys)])
    source = lead[:1]
    part.provide(np.zeros(1, np.int64), np.zeros(1, np.int64), source, made.state.arrays["key"][source])
    made.step()
    assert part.open.source[0, 0] == source[0]


def test_draws_are_keyed_by_the_challenge() -> None:
    part = (made := facing(seeds=(1, 2), weeks=9, find=0, line=0).run()).ensemble.challenges
    drawn = part.draw("label", "decision", 3)
    assert len(np.unique(drawn)) == part.count and 0 <= drawn.min() < drawn.max() < 1
    assert not np.array_equal(drawn, part.draw("label", "decision", None))
    alone = worlds.model(seeds=(2,), weeks=9, challenges={"arrivals": 0.5, "find": 0, "line": 0}, **CALM).run()
    np.testing.assert_array_equal(alone.ensemble.challenges.draw("label", "decision", 3), drawn[part.open.world == 1])
    assert made.state.violations() == []


def test_what_is_written_down_needs_nobody() -> None:
    """What the base covers, fresh and explicit, is found by looking it up, and only that."""
    reading = {"kind": "knowledge_base", "start_week": 0, "lookups": 1, "tagging": 1, "contribution": 0}
    made = worlds.model(
        {"topics": 12},
        seeds=(1, 2),
        weeks=10,
        challenges={"arrivals": 0.5, "find": 0, "line": 0, "block": 0},
        policies={"knowledge_base": reading},
        **CALM,
    )
    for name in ("coverage", "freshness"):
        made.state.arrays[name][:, :12] = np.where(np.arange(12) % 2, 0.95, 0.1)
    made.run()
    challenges = made.ensemble.challenges.open
    written = challenges.topic[challenges.source == IN_WRITING]
    assert len(written) > 3
    explicit = made.state.structure.tacitness[written] <= 0.5
    assert np.all(written % 2 == 1) and np.all(explicit)
    assert made.record().weekly["challenges_solved"].sum() > 0
