"""The parts of the generator's kernels against plain numpy: order of ties, starts on the ring, pairs drawn once."""

from __future__ import annotations

import numpy as np
import pytest

from sim.chance import Chance, extend, text_keys, uniform
from sim.generate import _in_order, _ring, generate, seat_names
from sim.kernels.network import divide, draw_contacts, find_start
from sim.settings import SyntheticOrganization


def test_ties_come_in_order_of_learner_and_source() -> None:
    chance = np.random.default_rng(3)
    codes = chance.permutation(40 * 40)[:300]
    learner, source = (codes // 40).astype(np.int32), (codes % 40).astype(np.int32)
    ordered = np.stack(_in_order(learner, source, 40))
    np.testing.assert_array_equal(ordered, np.stack(np.divmod(np.sort(codes), 40)))


@pytest.mark.parametrize("people", [1, 2, 3, 7, 64, 501])
def test_a_start_on_the_ring_of_everyone_is_where_a_plain_search_finds_it(people: int) -> None:
    keys = text_keys(seat_names(people))
    ring = _ring(np.argsort(keys, kind="stable"), keys, keys, np.zeros(people, np.int32))
    divide(ring)
    points = np.concatenate([keys, keys + np.uint64(1), keys - np.uint64(1), extend(keys, np.uint64(7))])
    ends = np.array([0, 2**63 - 1, 2**63, 2**64 - 1], np.uint64)
    for point in np.concatenate([points, ends]):
        assert find_start(ring, point) == np.searchsorted(ring.points, point)


@pytest.mark.parametrize("clustering", [0.0, 0.7])
def test_a_pair_is_drawn_once_whoever_starts_it(clustering: float) -> None:
    """Where nothing is returned, no two people may know each other both ways."""
    settings = SyntheticOrganization(people=60, departments=3, sources=12, reciprocity=0.0, clustering=clustering)
    drawn = generate(settings, Chance([5]))
    low, high = np.minimum(drawn.learner, drawn.source), np.maximum(drawn.learner, drawn.source)
    assert len(np.unique(low * 60 + high)) == len(low)


def test_contact_of_a_tie_is_drawn_from_both_its_people() -> None:
    keys = text_keys(seat_names(50))
    chains = extend(np.uint64(9), keys)
    learner, source = np.repeat(np.arange(50, dtype=np.int32), 4), np.tile(np.arange(50, dtype=np.int32), 4)
    contact = np.empty(200, np.float32)
    rate, low, span = np.float32(0.8), np.float32(0.5), np.float32(1.0)
    with np.errstate(over="ignore"):
        draw_contacts(chains, keys, learner, source, rate, low, span, contact)
    wanted = np.minimum(np.float32(1.0), rate * (low + span * uniform(extend(chains[learner], keys[source]))))
    np.testing.assert_array_equal(contact, wanted)
    assert (contact == 1.0).any() and (contact < 1.0).any()
