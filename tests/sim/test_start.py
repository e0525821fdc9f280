"""Week 0: what people know, how often they meet, whom they trust, and that nothing runs away from there."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from worlds import model

from sim.chance import Chance, text_keys
from sim.generate import generate
from sim.organization import Organization
from sim.schema import EMERGING, ENTERPRISE
from sim.settings import Contacts, Learning, Newcomers, Start, SyntheticOrganization, Trust
from sim.start import (
    base_trust,
    fill_level_and_tenure,
    initiative,
    mean_at_start,
    mean_of_newcomers,
    spread_out,
    starting_expertise,
    tie_contact,
)
from sim.structure import generated_topics, need_table, ring_interdependence

CHANCE = Chance([1])
PEOPLE = 600
KEYS = text_keys([f"P{n:03}" for n in range(1, PEOPLE + 1)])
MADE = generate(SyntheticOrganization(people=PEOPLE, departments=4, topics=12, sources=6), CHANCE)
TOPICS = generated_topics(12, 4, Learning())
NEED = need_table(TOPICS, ring_interdependence(4))
START = Start()


def given(**fields: Any) -> Organization:
    return dataclasses.replace(MADE, **fields)


def test_mean_mastery_by_kind_of_topic_level_and_need() -> None:
    level = np.array([0, 3, 1])
    home = np.array([0, 1, 3])
    mean = mean_at_start(START, 1.0, TOPICS, NEED, level, home)
    for row in range(3):
        for k in range(12):
            need = NEED[home[row], k]
            if TOPICS.own[home[row], k]:
                expected = START.own[level[row]]
            elif TOPICS.kind[k] == ENTERPRISE:
                expected = START.enterprise[level[row]]
            elif TOPICS.kind[k] == EMERGING:
                expected = START.emerging[level[row]]
            else:
                expected = START.other * need if need > 0 else START.unneeded
            assert mean[row, k] == pytest.approx(expected, abs=1e-6)


def test_without_specialization_every_needed_topic_is_known_alike() -> None:
    level, home = np.array([0, 2]), np.array([0, 1])
    full = mean_at_start(START, 1.0, TOPICS, NEED, level, home)
    none = mean_at_start(START, 0.0, TOPICS, NEED, level, home)
    half = mean_at_start(START, 0.5, TOPICS, NEED, level, home)
    for row in range(2):
        wanted = NEED[home[row]] > 0
        assert np.ptp(none[row, wanted]) < 1e-6
        held = (NEED[home[row]] * full[row]).sum()
        assert (NEED[home[row]] * none[row]).sum() == pytest.approx(held, abs=1e-5), "the need-weighted mean is kept"
        np.testing.assert_allclose(half[row], (full[row] + none[row]) / 2, atol=1e-6)
        np.testing.assert_array_equal(none[row, ~wanted], full[row, ~wanted])


@pytest.mark.parametrize(("mean", "spread"), [(0.4, 0.5), (0.4, 0.0), (0.9, 0.5), (0.0, 1.0)])
def test_people_spread_evenly_around_the_mean(mean: float, spread: float) -> None:
    drawn = CHANCE.draw("test", "spread", None, KEYS[None])[0]
    values = spread_out(np.float32(mean), drawn, spread)
    assert values.dtype == np.float32 and values.max() <= 1
    assert values.min() >= mean * (1 - spread) - 1e-6
    if mean * (1 + spread) <= 1:
        assert values.mean() == pytest.approx(mean, abs=3 * mean * spread / np.sqrt(3 * PEOPLE) + 1e-6)


def test_initiative_is_between_a_tenth_and_one() -> None:
    drawn = CHANCE.draw("test", "initiative", None, KEYS[None])[0]
    values = initiative(drawn)
    np.testing.assert_allclose(values, 0.1 + 0.9 * drawn.astype(np.float64), atol=1e-7)
    assert initiative(np.float32(0)) == np.float32(0.1) and values.dtype == np.float32


def test_help_seeking_adds_no_meetings_on_average() -> None:
    """E[(0.1 + 0.9 U)^2] = 0.01 + 0.09 + 0.27 = 0.37, which the gate divides by."""
    u = (np.arange(10**5) + 0.5) / 10**5
    assert np.mean(initiative(u.astype(np.float32)).astype(np.float64) ** 2) == pytest.approx(0.37, abs=1e-6)


def test_what_the_user_gave_is_left_as_given() -> None:
    table = np.full((PEOPLE, 12), np.nan)
    table[3, 5], table[7, :] = 0.123, 1.0
    level = np.zeros(PEOPLE, np.int32)
    plain = starting_expertise(given(), CHANCE, KEYS, level, TOPICS, NEED, START, 1.0)
    filled = starting_expertise(given(expertise=table), CHANCE, KEYS, level, TOPICS, NEED, START, 1.0)
    assert filled[3, 5] == np.float32(0.123) and np.all(filled[7, :12] == 1)
    same = np.isnan(table)
    np.testing.assert_array_equal(filled[:, :12][same], plain[:, :12][same])
    assert not filled[:, 12:].any()


def test_blank_levels_and_tenures_are_drawn_and_given_ones_kept() -> None:
    level, tenure = np.full(PEOPLE, -1, np.int32), np.full(PEOPLE, np.nan)
    level[:10], tenure[5:20] = 3, 77.9
    made_level, made_tenure = fill_level_and_tenure(given(level=level, tenure=tenure), CHANCE, KEYS)
    assert set(made_level[:10].tolist()) == {3} and set(made_tenure[5:20].tolist()) == {77}
    share = np.bincount(made_level[10:], minlength=4) / (PEOPLE - 10)
    np.testing.assert_allclose(share, [0.60, 0.25, 0.12, 0.03], atol=0.07)
    assert made_tenure.min() >= 0 and made_tenure.max() < 200
    assert made_level.dtype == made_tenure.dtype == np.int32


def test_contact_over_generated_ties_spreads_around_its_rate() -> None:
    contact = tie_contact(MADE, CHANCE, KEYS, Contacts(rate=0.5, spread=0.6), loaded=False)
    assert contact.min() >= 0.2 - 1e-6 and contact.max() <= 0.8 + 1e-6
    assert contact.mean() == pytest.approx(0.5, abs=4 * 0.3 / np.sqrt(3 * len(contact)))
    assert len(np.unique(contact)) > 0.99 * len(contact), "each tie has its own draw"


def small(ties: list[tuple[int, int]], **columns: list[float]) -> Organization:
    blank = np.full(len(ties), np.nan)
    arrays = {name: np.array(columns.get(name, blank), np.float64) for name in ("weight", "trust", "contact")}
    learner, source = (np.array([tie[end] for tie in ties], np.int32) for end in (0, 1))
    return given(learner=learner, source=source, **arrays)


def test_contact_over_loaded_ties_by_number_and_weight() -> None:
    ties = [(0, n) for n in range(1, 21)] + [(1, 2), (1, 3), (2, 3), (2, 4), (2, 5)]
    weight = [1.0] * 20 + [1.0, 3.0] + [np.nan] * 3
    contact = [np.nan] * 24 + [0.9]
    made = tie_contact(small(ties, weight=weight, contact=contact), CHANCE, KEYS, Contacts(), loaded=True)
    np.testing.assert_allclose(made[:20], 0.5 * 10 / 20, atol=1e-7)
    np.testing.assert_allclose(made[20:22], [0.5 * 0.5, 0.5 * 1.5], atol=1e-7)
    np.testing.assert_allclose(made[22:], [0.5, 0.5, 0.9], atol=1e-7)


def test_no_contact_of_a_loaded_tie_passes_one() -> None:
    ties = [(0, n) for n in range(1, 6)]
    weight = [100.0, 1.0, 1.0, 1.0, 1.0]
    made = tie_contact(small(ties, weight=weight), CHANCE, KEYS, Contacts(), loaded=True)
    assert made[0] == 1.0 and np.all(made[1:] < 0.05)


def test_ties_whose_weights_are_all_zero_still_have_a_contact() -> None:
    made = tie_contact(small([(0, 1), (0, 2)], weight=[0.0, 0.0]), CHANCE, KEYS, Contacts(), loaded=True)
    assert np.all(np.isfinite(made)) and np.all((made >= 0) & (made <= 1))


def test_trust_starts_at_its_base_by_boundary_unless_given() -> None:
    home = MADE.department
    last = {d: int(np.flatnonzero(home == d)[-1]) for d in range(4)}
    ties = [(0, 1), (0, last[1]), (0, last[2]), (0, last[3])]
    organizations = np.array([0, 0, 1, 1], np.int32)
    made = base_trust(small(ties, trust=[np.nan, np.nan, np.nan, 0.0]), organizations, Trust())
    np.testing.assert_allclose(made, [0.50, 0.25, 0.15, 0.0], atol=1e-7)


def test_newcomers_know_what_the_market_knows() -> None:
    market = Newcomers()
    level, home = np.array([0, 2]), np.array([0, 3])
    mean = mean_of_newcomers(market, TOPICS, NEED, level, home)
    for row in range(2):
        for k in range(12):
            if TOPICS.own[home[row], k]:
                expected = 0.35 + 0.10 * level[row]
            elif TOPICS.kind[k] == ENTERPRISE:
                expected = 0.25 + 0.05 * level[row]
            else:
                expected = 0.35 if TOPICS.kind[k] == EMERGING else 0.25 * NEED[home[row], k]
            assert mean[row, k] == pytest.approx(expected, abs=1e-6)


@pytest.mark.science
def test_without_policies_the_default_organization_ends_near_where_it_starts() -> None:
    """By ruling 17 between weeks 0 and 155; on the way there adequacy may rise a little higher."""
    organization = {"people": 480, "departments": 8, "topics": 24, "sources": 10}
    series = model(organization, seeds=range(1, 9), weeks=156).run().series()
    for name, most in (("adequacy", 0.02), ("need_met", 0.05)):
        mean = series.groupby("week")[name].mean()
        assert abs(mean[155] - mean[0]) < most, f"{name} moves from {mean[0]:.3f} to {mean[155]:.3f}"
        assert np.abs(mean - mean[0]).max() < 1.5 * most
        assert 0.1 < mean[155] < 0.9
