"""Topics, owners, needs and interdependence, by the table on the model's page."""

from __future__ import annotations

import numpy as np
import pytest

from sim.organization import Organization
from sim.problems import InputError
from sim.schema import EMERGING, ENTERPRISE, HOME
from sim.settings import Learning, Topic
from sim.structure import (
    Topics,
    department_organizations,
    generated_topics,
    loaded_interdependence,
    loaded_topics,
    need_table,
    overridden,
    padded_structure,
    ring_interdependence,
)

LEARNING = Learning()
NAN = np.nan


def organization(departments: list[int], ties: list[tuple[int, int]], **more: object) -> Organization:
    """People of departments a, b, c ... by index, and ties (learner, source)."""
    people = len(departments)
    names = tuple("abcdefgh"[: max(departments) + 1])
    none = np.full(len(ties), NAN)
    fields = {
        "organizations": ("",),
        "organization": np.zeros(people, np.int32),
        "topics": (),
        "expertise": None,
        **more,
    }
    return Organization(
        seats=tuple(f"p{n}" for n in range(people)),
        departments=names,
        department=np.array(departments, np.int32),
        level=np.zeros(people, np.int32),
        tenure=np.zeros(people),
        learner=np.array([i for i, _ in ties], np.int32),
        source=np.array([j for _, j in ties], np.int32),
        weight=none,
        trust=none,
        contact=none,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("count", "home", "sixth"), [(1, 1, 0), (5, 5, 0), (6, 4, 1), (11, 9, 1), (12, 8, 2), (24, 16, 4), (25, 17, 4)]
)
def test_a_sixth_each_is_enterprise_wide_and_emerging(count: int, home: int, sixth: int) -> None:
    kinds = generated_topics(count, 3, LEARNING).kind.tolist()
    assert kinds == [HOME] * home + [ENTERPRISE] * sixth + [EMERGING] * sixth


def test_home_topics_are_dealt_round_robin() -> None:
    own = generated_topics(24, 8, LEARNING).own
    for k in range(16):
        assert np.flatnonzero(own[:, k]).tolist() == [k % 8]
    assert not own[:, 16:].any(), "nobody owns what is enterprise-wide or emerging"


def test_more_departments_than_home_topics_share_them() -> None:
    own = generated_topics(6, 10, LEARNING).own
    for d in range(10):
        assert np.flatnonzero(own[d]).tolist() == [d % 4]


def test_tacitness_follows_the_golden_ratio() -> None:
    topics = generated_topics(24, 8, LEARNING)
    expected = [0.3 + 0.4 * ((0.618034 * k) % 1) for k in range(24)]
    np.testing.assert_allclose(topics.tacitness, expected, atol=1e-7)
    assert topics.tacitness.min() >= 0.3 and topics.tacitness.max() < 0.7


def test_emerging_topics_go_out_of_date_faster() -> None:
    topics = generated_topics(12, 2, Learning(obsolescence=0.01, obsolescence_emerging=0.07))
    assert topics.obsolescence.tolist() == [np.float32(0.07 if kind == EMERGING else 0.01) for kind in topics.kind]


@pytest.mark.parametrize("departments", [1, 2, 3, 8])
def test_the_next_two_departments_are_partners(departments: int) -> None:
    table = ring_interdependence(departments)
    for d in range(departments):
        expected = np.zeros(departments, np.float32)
        if departments > 2:
            expected[(d + 2) % departments] = 0.6
        if departments > 1:
            expected[(d + 1) % departments] = 1.0
        np.testing.assert_array_equal(table[d], expected)


def test_need_is_as_the_models_page_says() -> None:
    topics = generated_topics(12, 4, LEARNING)
    need = need_table(topics, ring_interdependence(4))
    for d in range(4):
        for k in range(12):
            owner = k % 4
            if topics.kind[k] == HOME:
                expected = {0: 1.0, 1: 0.5, 2: 0.3}.get((owner - d) % 4, 0.0)
            else:
                expected = 0.6 if topics.kind[k] == ENTERPRISE else 0.4
            assert need[d, k] == pytest.approx(expected, abs=1e-7), (d, k)
    assert need.dtype == np.float32


def test_need_of_a_shared_topic_is_the_largest_over_its_owners() -> None:
    own = np.array([[False], [True], [True]])
    one = np.zeros(1, np.float32)
    topics = Topics(("T",), np.zeros(1, np.int32), own, one, one)
    table = np.array([[0, 0.6, 1.0], [0, 0, 0], [0, 0, 0]], np.float32)
    assert need_table(topics, table)[:, 0].tolist() == [0.5, 1.0, 1.0]


def test_those_who_give_most_cross_ties_are_partners() -> None:
    # a learns from c three times, from b twice, from d once; b from a and c once each, a tie by name; c from nobody.
    ties = [(0, 3), (0, 4), (1, 3), (0, 2), (1, 2), (0, 5), (2, 0), (2, 3), (0, 1), (1, 0)]
    table = loaded_interdependence(organization([0, 0, 1, 2, 2, 3], ties))
    np.testing.assert_array_equal(
        table, np.array([[0, 0.6, 1.0, 0], [1.0, 0, 0.6, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.float32)
    )


def test_loaded_topics_belong_to_the_department_with_the_highest_mean() -> None:
    expertise = np.array([[0.9, NAN, NAN], [0.1, 0.3, NAN], [0.6, NAN, NAN], [NAN, 0.2, NAN]])
    made = loaded_topics(organization([0, 0, 1, 2], [], topics=("x", "y", "z"), expertise=expertise), LEARNING)
    assert made.names == ("x", "y", "z")
    assert made.own[:, 0].tolist() == [False, True, False], "0.5 on the mean of two, 0.6 of one"
    assert made.own[:, 1].tolist() == [True, False, False], "blank cells do not count"
    assert made.own.sum(axis=0).tolist() == [1, 1, 1]
    assert set(made.kind.tolist()) == {HOME} and set(made.tacitness.tolist()) == {0.5}


def test_the_scenarios_table_has_the_last_word_on_a_topic() -> None:
    base = generated_topics(6, 3, LEARNING)
    table = {
        "Topic 01": Topic(kind="emerging"),
        "Topic 02": Topic(department="b", tacitness=0.0, obsolescence=0.5),
        "Topic 03": Topic(kind="enterprise", department="a"),
    }
    made = overridden(base, table, ("a", "b", "c"), LEARNING)
    assert made.kind[0] == EMERGING and not made.own[:, 0].any()
    assert made.obsolescence[0] == np.float32(LEARNING.obsolescence_emerging)
    assert made.own[:, 1].tolist() == [False, True, False]
    assert (made.tacitness[1], made.obsolescence[1]) == (0.0, 0.5)
    assert made.kind[2] == ENTERPRISE and not made.own[:, 2].any(), "an enterprise topic has no owner"
    np.testing.assert_array_equal(made.own[:, 3:], base.own[:, 3:])
    assert base.kind[0] == HOME and base.own[:, 0].any(), "the given topics are left as they are"


def test_unknown_topics_and_departments_are_all_named_at_once() -> None:
    table = {"Nothing": Topic(), "Topic 01": Topic(department="z"), "Topic 02": Topic(tacitness=0.1)}
    with pytest.raises(InputError) as refused:
        overridden(generated_topics(6, 3, LEARNING), table, ("a", "b", "c"), LEARNING)
    places = [problem.place for problem in refused.value.problems]
    assert places == ["topics.Nothing", "topics.Topic 01.department"]


def test_a_department_belongs_where_most_of_its_people_do() -> None:
    made = organization(
        [0, 0, 0, 1, 1, 2], [], organizations=("x", "y"), organization=np.array([1, 1, 0, 0, 1, 1], np.int32)
    )
    assert department_organizations(made).tolist() == [1, 0, 1], "on equality the first by name"


def test_padding_is_empty_and_topics_fill_whole_lanes() -> None:
    topics = generated_topics(11, 3, LEARNING)
    made = padded_structure(topics, need_table(topics, ring_interdependence(3)), np.zeros(3, np.int32))
    assert made.need.shape == made.own.shape == (3, 16)
    assert len(made.tacitness) == len(made.obsolescence) == len(made.topic_kind) == 16
    assert not made.need[:, 11:].any() and not made.own[:, 11:].any() and not made.obsolescence[11:].any()
