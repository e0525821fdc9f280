"""Mesa on top: agents are views on the arrays, made at the first touch, and work as Mesa's users expect."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import mesa
import numpy as np
import pytest

from sim import OrganizationModel, Scenario
from sim.agents import Person

SMALL: dict[str, Any] = {"organization": {"people": 24, "departments": 3, "topics": 6, "sources": 4}, "weeks": 12}


@pytest.fixture
def model() -> Iterator[OrganizationModel]:
    made = OrganizationModel(Scenario.from_dict(SMALL), seed=5)
    yield made
    made.close()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of the people that were made into agents."""
    rows: list[int] = []
    build = Person.__init__

    def count(self: Person, model: Any, row: int) -> None:
        rows.append(row)
        build(self, model, row)

    monkeypatch.setattr(Person, "__init__", count)
    return rows


def test_nobody_is_an_agent_until_somebody_looks(model: OrganizationModel, made: list[int]) -> None:
    model.run()
    model.series()
    model.state.digest()
    model.datacollector.get_model_vars_dataframe()
    assert not made
    assert len(model.agents) == len(model.agents) == 24
    assert made == list(range(24))


@pytest.mark.parametrize("look", ["agents_by_type", "agent_types"])
def test_agents_by_class_are_right_before_any_touch(model: OrganizationModel, look: str) -> None:
    assert list(getattr(model, look)) == [Person]
    assert len(model.agents_by_type[Person]) == 24


def test_the_model_is_mesas_and_counts_its_steps(model: OrganizationModel) -> None:
    assert isinstance(model, mesa.Model)
    assert isinstance(next(iter(model.agents)), mesa.Agent)
    model.step()
    model.step()
    assert (model.steps, model.week, model.state.week, model.running) == (2, 2, 2, True)
    model.run()
    assert (model.steps, model.week, model.running) == (12, 12, False)


def test_mesas_own_run_ends_at_the_horizon(model: OrganizationModel) -> None:
    model.run_model()
    assert model.week == 12


def test_get_reads_the_arrays(model: OrganizationModel) -> None:
    state = model.state
    assert model.agents.get("id") == list(state.frame.seats)
    assert model.agents.get("level") == state.level[0].tolist()
    assert model.agents.get("tenure") == state.tenure[0].tolist()
    assert model.agents.get("initiative") == pytest.approx(state.initiative[0].tolist())
    assert model.agents.get("department") == [state.frame.departments[d] for d in state.department[0]]
    assert np.array_equal(np.array(model.agents.get("expertise")), state.expertise[0])
    assert [person.row for person in model.agents] == list(range(24))


def test_set_writes_the_arrays(model: OrganizationModel) -> None:
    before = model.state.digest()
    model.agents.set("engagement", 0.25)
    assert np.all(model.state.engagement == np.float32(0.25))
    person = next(iter(model.agents))
    person.expertise[2] = 0.75
    person.level = 3
    person.department = model.state.frame.departments[1]
    assert model.state.expertise[0, 0, 2] == np.float32(0.75)
    assert (model.state.level[0, 0], model.state.department[0, 0]) == (3, 1)
    person.expertise = 0.5
    assert np.all(model.state.expertise[0, 0] == np.float32(0.5))
    person.expertise = np.linspace(0, 1, 6)
    assert model.state.expertise[0, 0, 5] == 1
    assert model.state.digest() != before


def test_select_and_groupby_and_agg(model: OrganizationModel) -> None:
    first = model.state.frame.departments[0]
    at_first = model.agents.select(lambda person: person.department == first)
    assert len(at_first) == int((model.state.department == 0).sum())
    groups = model.agents.groupby("department")
    assert groups.count() == {
        name: int((model.state.department == n).sum()) for n, name in enumerate(model.state.frame.departments)
    }
    best = groups.agg("tenure", max)
    assert best[first] == model.state.tenure[model.state.department == 0].max()
    assert model.agents.agg("tenure", sum) == model.state.tenure.sum()


def test_do_and_shuffle_do_act_on_the_arrays(model: OrganizationModel) -> None:
    def tire(person: Person) -> None:
        person.engagement = person.engagement / 2

    before = model.state.engagement.copy()
    model.agents.do(tire)
    model.agents.shuffle_do(tire)
    assert np.array_equal(model.state.engagement, before / 4)


def test_what_agents_change_the_next_week_reads(model: OrganizationModel) -> None:
    other = OrganizationModel(Scenario.from_dict(SMALL), seed=5)
    model.agents.set("expertise", 1.0)
    for both in (model, other):
        both.step()
    assert model.state.expertise.mean() > other.state.expertise.mean()


def test_a_look_changes_nothing(model: OrganizationModel) -> None:
    untouched = OrganizationModel(Scenario.from_dict(SMALL), seed=5)
    for _ in range(12):
        model.agents.shuffle_do(lambda person: person.contacts)
        model.step()
    untouched.run()
    assert model.state.digest() == untouched.state.digest()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("engagement", 1.5, "engagement lies in"),
        ("engagement", float("nan"), "engagement lies in"),
        ("expertise", -0.1, "expertise lies in"),
        ("expertise", [0.1, 0.2], "shape"),
        ("level", 4, "level lies in"),
        ("level", 1.5, "whole number"),
        ("tenure", -1, "tenure lies in"),
        ("department", "Nowhere", "no department is called 'Nowhere'"),
    ],
)
def test_a_value_out_of_range_is_refused(model: OrganizationModel, name: str, value: Any, said: str) -> None:
    before = model.state.digest()
    with pytest.raises(ValueError, match=said):
        setattr(next(iter(model.agents)), name, value)
    assert model.state.digest() == before


def test_contacts_are_the_ties(model: OrganizationModel) -> None:
    ties = model.state.ties
    for person in model.agents:
        slots = slice(ties.first[person.row], ties.first[person.row] + ties.count[person.row])
        assert [contact.person.row for contact in person.contacts] == ties.source[slots].tolist()
        assert [contact.trust for contact in person.contacts] == ties.trust[slots].tolist()
        assert person.trust == {contact.person.id: contact.trust for contact in person.contacts}
        assert {contact.origin for contact in person.contacts} <= {"baseline"}
    contact = person.contacts[0]
    found = person.contact(contact.person)
    assert (found.person.id, found.trust, found.contact) == (contact.person.id, contact.trust, contact.contact)
    assert person.contact(person) is None


def test_need_is_the_home_departments(model: OrganizationModel) -> None:
    for person in model.agents:
        home = model.state.frame.departments.index(person.home_department)
        assert np.array_equal(person.need, model.state.structure.need[home, :6])


def test_draws_are_the_persons_own_and_repeatable(model: OrganizationModel) -> None:
    people = list(model.agents)
    draws = [person.draw("try") for person in people]
    assert len(set(draws)) == 24
    assert all(0 <= draw < 1 for draw in draws)
    assert draws == [person.draw("try") for person in people]
    assert people[0].draw("try", people[1]) != people[0].draw("try", people[2]) != draws[0]
    model.step()
    assert draws != [person.draw("try") for person in people]


def test_after_turnover_a_seat_is_the_newcomer() -> None:
    leaving = Scenario.from_dict({**SMALL, "turnover": {"hazard": [0.3] * 4}})
    model = OrganizationModel(leaving, seed=5)
    people = list(model.agents)
    ids = [person.id for person in people]
    model.run()
    for person, old in zip(people, ids, strict=True):
        newcomers = int(model.state.generation[0, person.row])
        assert person.generation == newcomers
        assert person.id == (f"{old}~{newcomers}" if newcomers else old)
    gone = [person for person in people if person.generation]
    assert len(gone) > 12
    assert max(person.tenure for person in gone) < 12
    known = {contact.person.id for person in people for contact in person.contacts}
    assert known <= {person.id for person in people}


def test_several_worlds_have_agents_each_of_their_own() -> None:
    scenario = Scenario.from_dict(SMALL)
    model = OrganizationModel(scenario, seeds=[5, 6])
    for look in ("agents", "agents_by_type", "agent_types"):
        with pytest.raises(ValueError, match=r"2 worlds; use model.world\(i\).agents"):
            getattr(model, look)
    alone = OrganizationModel(scenario, seed=6)
    second = model.world(1)
    assert second is model.world(-1)
    assert second.scenario == scenario
    assert list(second.agent_types) == [Person]
    assert second.agents.get("tenure") == alone.agents.get("tenure")
    assert [person.row for person in second.agents] == list(range(24, 48))
    before = model.state.engagement[0].copy()
    second.agents.set("engagement", 0.125)
    assert np.all(model.state.engagement[1] == np.float32(0.125))
    assert np.array_equal(model.state.engagement[0], before)
    with pytest.raises(RuntimeError, match="run together"):
        second.step()
    with pytest.raises(IndexError):
        model.world(2)


def test_draws_of_a_world_are_those_of_the_world_alone() -> None:
    scenario = Scenario.from_dict(SMALL)
    inside = OrganizationModel(scenario, seeds=[5, 6]).world(1).agents
    alone = OrganizationModel(scenario, seed=6).agents
    assert [person.draw("try") for person in inside] == [person.draw("try") for person in alone]


@pytest.mark.parametrize("seeds", [(5,), (5, 6)])
def test_closing_lets_models_go(seeds: tuple[int, ...]) -> None:
    def live() -> list[weakref.ref[Any]]:
        model = OrganizationModel(Scenario.from_dict(SMALL), seeds=seeds)
        worlds = [model.world(n) for n in range(len(seeds))]
        for world in worlds:
            world.agents.set("engagement", 0.5)
        if len(seeds) == 1:
            model.agents.set("engagement", 0.5)
        model.step()
        model.close()
        model.close()
        return [weakref.ref(model), *map(weakref.ref, worlds)]

    watched = live()
    gc.collect()
    assert [one() for one in watched] == [None] * len(watched)


def test_mesas_collector_has_every_metric_by_week(model: OrganizationModel) -> None:
    model.run()
    frame = model.datacollector.get_model_vars_dataframe()
    series = model.series()
    assert list(frame.index) == list(range(12))
    assert list(frame.columns) == [name for name in series.columns if name not in ("seed", "week")]
    assert np.array_equal(frame["adequacy"].to_numpy(), series["adequacy"].to_numpy())
    assert model.datacollector.model_vars["adequacy"] == frame["adequacy"].tolist()


def test_the_collector_of_several_worlds_has_rows_by_seed_and_week() -> None:
    model = OrganizationModel(Scenario.from_dict(SMALL), seeds=[9, 3])
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.index) == [(9, 0), (3, 0)]


def test_a_portrayal_can_make_the_model_by_keywords() -> None:
    """SolaraViz makes models from keywords and makes them again after a change."""
    keywords: dict[str, Any] = {"scenario": Scenario.from_dict(SMALL), "seed": 3}
    first = OrganizationModel(**keywords)
    again = type(first)(**keywords)
    assert first.state.digest() == again.state.digest()


@pytest.mark.compiled
def test_a_hundred_thousand_people_run_without_agents(made: list[int]) -> None:
    scenario = Scenario.from_dict({"organization": {"people": 100_000, "departments": 50, "topics": 8}, "weeks": 2})
    model = OrganizationModel(scenario, seed=1)
    model.step()
    assert not made
    assert len(model.agents) == len(made) == 100_000
    managers = model.agents.select(lambda person: person.level >= 2)
    assert len(managers) == int((model.state.level >= 2).sum())
    model.close()
