"""The knowledge base: what is written, found and read, against the same sums done one person and topic at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import worlds

from sim.chance import MODEL
from sim.levers import Bend
from sim.policies.base import Policy, PolicySettings

F = np.float32
WEEK = 3
WRITING = Bend("codifying", add=0.01)
TAGGED = Bend("tagging", add=1.0)
LOOKING = (Bend("lookup", add=1.0), TAGGED)
FULL = {"culture": {"engagement": 1.0, "load_penalty": 0.0}, "turnover": {"hazard": [0, 0, 0, 0]}}


class Bending(Policy):
    """Bends what it is told, every week."""

    def __init__(self, *bends: Bend) -> None:
        super().__init__("bending", PolicySettings())
        self.bends = bends

    def bend(self, week: Any) -> Iterable[Bend]:
        return self.bends


def bent(*bends: Bend, organization: dict[str, Any] | None = None, **sections: Any) -> Any:
    """A small world in which these levers are bent every week."""
    made = worlds.model(organization, seeds=(1, 2), **FULL | sections)
    made.plan.policies = [Bending(*bends)]
    return made


def fill(made: Any, coverage: float, freshness: float) -> None:
    for name, value in (("coverage", coverage), ("freshness", freshness)):
        getattr(made.state, name)[:] = value


def wanted(made: Any, row: int) -> tuple[int, float]:
    """The topic that a person at home needs most, and how much is missing."""
    state, people = made.state, made.ensemble.rule.people
    need = state.structure.need[state.arrays["home_department"][row], :8]
    missing = np.maximum(0, F(0.7) * need - state.expertise[row // people, row % people])
    return int(missing.argmax()), float(missing.max())


def test_without_anybody_who_writes_or_reads_there_is_none() -> None:
    made = bent(Bend("tagging", add=1.0), Bend("curation", add=1.0)).run()
    assert not made.state.coverage.any() and not made.ensemble.work.from_parts[0].any()
    weekly = made.record().weekly
    assert not any(weekly[name].any() for name in ("lookups", "covered", "tacit_codified", "from_knowledge"))
    assert np.isnan(made.series()["fresh_lookups"]).all() and not made.series()["fresh_finds"].any()


def test_writing_adds_the_explicit_part_of_what_people_know_beyond_the_base() -> None:
    made = bent(WRITING)
    made.state.coverage[:] = 0.2
    before, mastery, structure = made.state.coverage.copy(), made.state.expertise.copy(), made.state.structure
    worlds.run_phases(made.plan, "knowledge base")
    c, o = structure.tacitness[:8], structure.obsolescence[:8]
    written = F(0.01) * ((1 - c) * np.maximum(0, mastery - before[:, None, :])).sum(axis=1)
    np.testing.assert_allclose(made.state.coverage, before * (1 - o) + written, rtol=1e-5)
    assert (made.state.coverage > before).any()


def test_what_is_purely_tacit_is_never_written_nor_read() -> None:
    topics = {"Topic 01": {"tacitness": 1.0}, "Topic 02": {"tacitness": 0.0}}
    names = worlds.model().state.frame.topics
    made = bent(Bend("codifying", add=0.5), *LOOKING, topics=dict(zip(names, topics.values(), strict=False)))
    made.run()
    assert not made.state.coverage[:, 0].any() and np.all(made.state.coverage[:, 1] > 0)


def test_a_reading_brings_the_fresh_part_of_what_was_put_in_words() -> None:
    made = bent(*LOOKING, Bend("reading", scale=0.5), learning={"rate": 0.5})
    fill(made, 0.9, 0.6)
    worlds.run_phases(made.plan, "sessions")
    before, state = made.ensemble.work.gain.copy(), made.state
    expected = np.zeros(48)
    for row in range(48):
        k, missing = wanted(made, row)
        if missing > 0:
            written = (1 - state.structure.tacitness[k]) * F(0.9)
            ahead = max(0, written - state.expertise[row // 24, row % 24, k])
            need = state.structure.need[state.arrays["home_department"][row], k]
            expected[row] = min(ahead, 0.5 * 1.5 * 0.6 * ahead * need)
            before[row, k] += expected[row]
    worlds.run_phase(made.plan, "knowledge base")
    assert expected.any()
    np.testing.assert_allclose(made.ensemble.work.from_parts[0], expected, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(made.ensemble.work.gain, before, rtol=1e-5, atol=1e-8)
    worlds.run_phase(made.plan, "learn")
    assert (made.ensemble.sums["from_knowledge"] > 0).all()


@pytest.mark.parametrize(("chance", "tagging"), [(0.5, 1.0), (0.8, 0.5), (1.0, 0.0)])
def test_who_looks_up_and_finds_is_a_draw_by_engagement_and_tagging(chance: float, tagging: float) -> None:
    made = bent(Bend("lookup", add=chance), Bend("tagging", add=tagging), Bend("engagement.pull", add=-0.3))
    fill(made, 0.9, 0.9)
    worlds.run_phases(made.plan, "knowledge base")
    drawn = made.ensemble.draw(MODEL, "look up")
    in_need = np.array([wanted(made, row)[1] > 0 for row in range(48)])
    engaged = F(chance) * made.ensemble.gates.engagement
    looks, found = (drawn < engaged) & in_need, (drawn < engaged * F(tagging)) & in_need
    for name, mask in (("lookups", looks), ("fresh_lookups", found)):
        np.testing.assert_array_equal(made.ensemble.sums[name], mask.reshape(2, -1).sum(axis=1))
    assert looks.any() and (chance == 1.0 or not looks.all())


@pytest.mark.parametrize(("freshness", "fresh"), [(0.49, False), (0.5, True)])
def test_fresh_means_half_and_what_is_not_fresh_can_still_be_read(freshness: float, fresh: bool) -> None:
    made = bent(*LOOKING)
    fill(made, 0.9, freshness)
    worlds.run_phases(made.plan, "knowledge base")
    sums = made.ensemble.sums
    assert (sums["lookups"] > 0).all()
    np.testing.assert_array_equal(sums["fresh_lookups"], sums["lookups"] if fresh else [0, 0])
    assert made.ensemble.work.from_parts[0].any()


def test_nothing_is_found_of_a_topic_of_which_nothing_is_written() -> None:
    made = bent(*LOOKING)
    fill(made, 0.0, 1.0)
    worlds.run_phases(made.plan, "knowledge base")
    assert (made.ensemble.sums["lookups"] > 0).all() and not made.ensemble.sums["fresh_lookups"].any()


def test_only_what_is_fresh_is_sent_and_it_is_no_lookup() -> None:
    for freshness in (0.4, 0.9):
        made = bent(Bend("push", add=1.0))
        fill(made, 0.9, freshness)
        worlds.run_phases(made.plan, "knowledge base")
        assert bool(made.ensemble.work.from_parts[0].any()) == (freshness > 0.5)
        assert not made.ensemble.sums["lookups"].any() and not made.ensemble.sums["fresh_lookups"].any()


def test_a_visitor_reads_for_the_hosts_needs_too() -> None:
    made = bent(*LOOKING)
    fill(made, 1.0, 1.0)
    state = made.state
    state.arrays["expertise"][:] = F(0.7) * state.structure.need[state.arrays["home_department"]]
    least = state.structure.need[:, :8].argmin()
    state.arrays["home_department"][0], state.arrays["department"][0] = (
        least // 8,
        np.flatnonzero(state.structure.own[:, least % 8])[0],
    )
    state.arrays["expertise"][0] = F(0.7) * state.structure.need[least // 8]
    worlds.run_phases(made.plan, "knowledge base")
    assert made.ensemble.sums["lookups"].tolist() == [1, 0]


def test_coverage_and_freshness_decay_and_renew_as_written() -> None:
    made = bent(*LOOKING, Bend("curation", add=0.1), knowledge={"staleness": 0.02})
    fill(made, 0.8, 0.8)
    obsolescence = made.state.structure.obsolescence[:8]
    readings = np.zeros((2, 8))
    for row in range(48):
        k, missing = wanted(made, row)
        readings[row // 24, k] += missing > 0
    made.ensemble.knowledge_base.add_lesson(np.array([1, 1]), np.array([3, 3]), np.array([0.05, 0.05], np.float32))
    worlds.run_phases(made.plan, "knowledge base")
    new = np.zeros((2, 8))
    new[1, 3] = 0.1
    old = 0.8 * (1 - obsolescence)
    fresh = (old * 0.8 * (1 - obsolescence) * 0.98 + new) / (old + new)
    renewed = 0.1 * readings
    fresh += (1 - fresh) * renewed / (1 + renewed)
    assert readings.max() > 2
    np.testing.assert_allclose(made.state.coverage, old + new, rtol=1e-5)
    np.testing.assert_allclose(made.state.freshness, fresh, rtol=1e-5)
    np.testing.assert_allclose(made.ensemble.sums["covered"], (old + new).mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(made.ensemble.sums["covered_fresh"], ((old + new) * fresh).mean(axis=1), rtol=1e-5)


def test_what_nobody_renews_goes_stale_also_when_nobody_uses_it_any_more() -> None:
    made = bent(WRITING)
    made.step()
    made.plan.policies = []
    fresh, coverage = made.state.freshness.copy(), made.state.coverage.copy()
    assert fresh.max() > 0.95
    made.step()
    assert np.all(made.state.freshness[fresh > 0] < fresh[fresh > 0])
    assert np.all(made.state.coverage <= coverage) and not made.ensemble.work.from_parts[0].any()


def test_put_in_words_a_tacit_topic_can_be_written_and_read() -> None:
    made = bent(Bend("codifying", add=0.5))
    base, structure = made.ensemble.knowledge_base, made.state.structure
    tacit = int(structure.tacitness[:8].argmax())
    both = np.array([0, 1])
    base.put_in_words(both, np.full(2, tacit), 0.25)
    base.put_in_words(both, np.full(2, tacit), 0.25)
    worlds.run_phases(made.plan, "knowledge base")
    np.testing.assert_allclose(made.state.codified[:, tacit], 0.5)
    assert np.count_nonzero(made.state.codified) == 2
    np.testing.assert_allclose(base.readable().tacit[0, tacit], 0.5 * structure.tacitness[tacit])
    topics = structure.tacitness[:8] > 0.5
    np.testing.assert_allclose(made.ensemble.sums["tacit_codified"], 0.5 / topics.sum(), rtol=1e-6)
    made.ensemble.number += 1
    worlds.run_phases(made.plan, "knowledge base")
    kept = 0.5 * (1 - structure.obsolescence[tacit])
    np.testing.assert_allclose(made.state.codified[:, tacit], kept, rtol=1e-6)


def test_who_writes_once_writes_this_week_alone() -> None:
    made = bent()
    row = np.array([30])
    mastery = made.state.expertise[1, 6].copy()
    made.ensemble.knowledge_base.write_once(row, 0.5)
    made.step()
    c = made.state.structure.tacitness[:8]
    np.testing.assert_allclose(made.state.coverage, np.stack([0 * c, 0.5 * (1 - c) * mastery]), rtol=1e-5)
    once = made.state.coverage.copy()
    made.step()
    assert np.all(made.state.coverage <= once)


def test_find_asks_for_what_is_explicit_covered_and_fresh() -> None:
    made = worlds.model(seeds=(1, 2), topics={worlds.model().state.frame.topics[0]: {"tacitness": 0.8}})
    base, state = made.ensemble.knowledge_base, made.state
    explicit = int(state.structure.tacitness[:8].argmin())
    world, topic = np.array([0, 1, 1, 1]), np.array([explicit, explicit, 0, explicit])
    required = np.array([0.5, 0.5, 0.5, 0.9])
    assert not base.find(world, topic, 0.0).any(), "nothing is written"
    fill(made, 0.6, 0.9)
    assert base.find(world, topic, required).tolist() == [True, True, False, False]
    state.codified[1, 0] = 0.5
    assert base.find(world, topic, required).tolist() == [True, True, True, False]
    fill(made, 0.6, 0.4)
    assert not base.find(world, topic, required).any()


def test_the_channels_stay_whole_and_the_state_within_its_ranges() -> None:
    made = bent(Bend("codifying", add=0.8), *LOOKING, Bend("reading", scale=9.0), Bend("curation", add=5.0))
    for _ in range(8):
        before = made.state.expertise.mean(axis=(1, 2), dtype=np.float64)
        made.step()
        assert made.state.violations() == []
        weekly = made.record().weekly
        entries = sum(weekly[name][:, -1] for name in weekly if name.startswith("from_"))
        np.testing.assert_allclose(
            made.state.expertise.mean(axis=(1, 2), dtype=np.float64) - before, entries, atol=1e-9
        )


def test_a_digest_knows_the_base_only_where_something_is_written() -> None:
    made = worlds.model(seeds=(1, 2))
    before = made.state.digest()
    made.state.coverage[0, 2] = 0.1
    after = made.state.digest()
    assert after[0] != before[0] and after[1] == before[1]
