"""The state: live views, digests that see everything and nothing else, violations that see every damage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import BUSY, model

from sim.schema import CULTURE_FIELDS, FIELDS, ORIGINS, PERSON_FIELDS, TIE_FIELDS, padded
from sim.state import State, live_slots, repacked


@pytest.fixture
def made() -> Any:
    return model({"topics": 7}, seeds=(1, 2, 3), policies=BUSY, weeks=6).run()


def test_every_field_is_an_attribute_of_its_shape_and_type(made: Any) -> None:
    state: State = made.state
    sizes = {"world": 3, "person": 24, "topic": 7, "tie": int(state.ties.count.sum())}
    sizes |= dict.fromkeys(("department", "learner's department", "source's department"), 3)
    for field in FIELDS:
        values = getattr(state, field.name)
        assert values.shape == tuple(sizes[dimension] for dimension in field.dimensions), field.name
        assert values.dtype == np.dtype(field.dtype), field.name


@pytest.mark.parametrize("field", [field.name for field in PERSON_FIELDS + CULTURE_FIELDS])
def test_views_of_people_and_culture_are_live(made: Any, field: str) -> None:
    view = getattr(made.state, field)
    view[1] = 0
    assert not np.any(getattr(made.state, field)[1])
    assert np.shares_memory(view, made.state.arrays[field])


def test_an_unknown_field_is_named_with_those_that_there_are(made: Any) -> None:
    with pytest.raises(AttributeError, match=r"no field 'mastery'.*expertise.*trust"):
        _ = made.state.mastery


def test_learners_and_sources_come_in_order(made: Any) -> None:
    pairs = list(zip(made.state.learners().tolist(), made.state.source.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert len(pairs) == made.state.ties.count.sum()


@pytest.mark.parametrize("topics", [1, 7, 8, 9, 16, 24])
def test_topics_are_padded_to_eight(topics: int) -> None:
    assert padded(topics) % 8 == 0 and 0 <= padded(topics) - topics < 8
    assert model({"topics": topics}).state.arrays["expertise"].shape[1] == padded(topics)


@pytest.mark.parametrize("field", [field.name for field in FIELDS])
def test_a_digest_sees_a_change_in_any_field_of_its_own_world_only(made: Any, field: str) -> None:
    before = made.state.digest()
    assert len(set(before)) == 3
    if field in {one.name for one in TIE_FIELDS}:
        slot = made.state.live_slots()[np.searchsorted(made.state.learners(), 24)]  # the first tie of the second world
        values = getattr(made.state.ties, field)
        values[slot] = values[slot] + 1 if values.dtype.kind == "i" else np.nextafter(values[slot], np.float32(2))
    else:
        view = getattr(made.state, field)
        flat = view[1].reshape(-1)
        old = flat[0]
        flat[0] = old + 1 if view.dtype.kind in "iu" else np.nextafter(old, np.float32(2))
        if not np.shares_memory(flat, view):
            view[1] = flat.reshape(view[1].shape)
    after = made.state.digest()
    assert [a == b for a, b in zip(after, before, strict=True)] == [True, False, True]


def test_a_digest_sees_the_week(made: Any) -> None:
    before = made.state.digest()
    made.state.week += 1
    assert not set(before) & set(made.state.digest())


def test_a_digest_skips_padding_room_and_scratch(made: Any) -> None:
    state, before = made.state, made.state.digest()
    state.arrays["expertise"][:, 7:] = 0.5
    empty = np.setdiff1d(np.arange(len(state.ties.source)), state.live_slots())
    assert len(empty) > 0
    state.ties.trust[empty] = 0.77
    state.ties = repacked(state.ties, np.diff(state.ties.first) + 5)
    assert state.digest() == before


def test_a_digest_names_origins_by_their_text(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made.state.digest()
    monkeypatch.setattr("sim.state.ORIGINS", tuple(f"{name}!" for name in ORIGINS))
    assert made.state.digest() != before


def test_repacking_moves_ties_and_changes_none(made: Any) -> None:
    ties = made.state.ties
    roomy = repacked(ties, np.diff(ties.first) + np.arange(len(ties.count)) % 4)
    for name in ("source", "trust", "contact", "base_trust", "origin"):
        np.testing.assert_array_equal(getattr(roomy, name)[live_slots(roomy)], getattr(ties, name)[live_slots(ties)])
    np.testing.assert_array_equal(np.diff(roomy.first), np.diff(ties.first) + np.arange(len(ties.count)) % 4)


def test_room_is_made_for_the_rows_that_need_it(made: Any) -> None:
    state, before = made.state, made.state.digest()
    learner = np.repeat(np.arange(len(state.ties.count)), 4)
    state.ensure_room(learner)
    assert np.all(np.diff(state.ties.first) >= state.ties.count + 4)
    assert state.digest() == before
    first = state.ties.first
    state.ensure_room(np.array([5] * 9))
    assert state.ties.first is first, "where slots are free, nothing is packed anew"


def test_a_large_organization_keeps_its_ties_within_20_bytes_and_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows have less room than those of a small one, at every moment, and nobody can tell from what happens."""
    most, digests = [], []
    for large in (1, 10**9):
        monkeypatch.setattr("sim.state.LARGE", large)
        made = model({"people": 90, "sources": 12}, policies=BUSY, weeks=20)
        most.append(0.0)
        for _ in range(20):
            made.step()
            ties = made.state.ties
            bytes_held = sum(array.itemsize for array in ties[3:]) * int(ties.first[-1])
            most[-1] = max(most[-1], bytes_held / int(ties.count.sum()))
        digests.append(made.state.digest())
    assert most[0] <= 20 < most[1]
    assert digests[0] == digests[1]


DAMAGE = {
    "engagement leaves": lambda s: s.engagement.__setitem__((0, 0), 1.5),
    "expertise leaves": lambda s: s.expertise.__setitem__((2, 3, 1), -0.1),
    "expertise is not finite": lambda s: s.expertise.__setitem__((0, 0, 0), np.nan),
    "safety is not finite": lambda s: s.safety.__setitem__((0, 0), np.inf),
    "initiative leaves": lambda s: s.initiative.__setitem__((0, 0), 0.05),
    "level leaves": lambda s: s.level.__setitem__((0, 0), 4),
    "tenure leaves": lambda s: s.tenure.__setitem__((0, 0), -1),
    "trust leaves": lambda s: s.ties.trust.__setitem__(s.live_slots()[0], 1.01),
    "contact leaves": lambda s: s.ties.contact.__setitem__(s.live_slots()[0], -0.01),
    "learns from itself": lambda s: s.ties.source.__setitem__(s.live_slots()[0], s.learners()[0]),
    "a tie leaves its world": lambda s: s.ties.source.__setitem__(s.live_slots()[0], 30),
    "not sorted": lambda s: s.ties.source.__setitem__(s.live_slots()[1], s.ties.source[s.live_slots()[0]]),
    "more sources than the limit": lambda s: s.ties.limit.__setitem__(s.learners()[0], 0),
    "share a key": lambda s: s.key.__setitem__((1, 4), s.key[1, 9]),
}


def test_a_sound_state_has_no_violations(made: Any) -> None:
    assert made.state.violations() == []


@pytest.mark.parametrize("named", DAMAGE)
def test_violations_name_every_damage(made: Any, named: str) -> None:
    DAMAGE[named](made.state)
    found = made.state.violations()
    assert found and any(named in one for one in found), found
