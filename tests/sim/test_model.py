"""The model's front door: its keywords, its weeks, its arrays by name, its series, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim import OrganizationModel, Scenario
from sim.build import prepare
from sim.metrics import METRICS
from sim.problems import InputError
from sim.schema import FIELDS, TIE_FIELDS

SMALL: dict[str, Any] = {"organization": {"people": 24, "departments": 3, "topics": 6, "sources": 4}, "weeks": 12}


def small(**more: Any) -> Scenario:
    return Scenario.from_dict(SMALL | more)


def test_the_package_offers_its_names_lazily() -> None:
    assert sim.OrganizationModel is OrganizationModel
    assert isinstance(sim.MODEL_VERSION, int)
    with pytest.raises(AttributeError, match="no attribute 'Oracle'"):
        _ = sim.Oracle


def test_without_a_scenario_there_is_the_default_organization() -> None:
    model = OrganizationModel()
    assert (model.seeds, model.week, model.scenario) == ((1,), 0, Scenario())
    assert model.state.expertise.shape == (1, 480, 24)


def test_seed_and_seeds_are_keywords_and_positions() -> None:
    assert OrganizationModel(small(), [4, 2]).seeds == (4, 2)
    assert OrganizationModel(small(), seed=7).seeds == (7,)
    assert OrganizationModel(small(), seed=0).seeds == (0,)
    assert OrganizationModel(small(), seeds=iter([1, 2])).seeds == (1, 2)
    assert OrganizationModel(small(), seeds=3).seeds == OrganizationModel(small(), seeds=np.int64(3)).seeds == (1, 2, 3)
    numbers = OrganizationModel(small(), seeds=np.array([4, 2**62])).seeds
    assert numbers == (4, 2**62)
    assert {type(seed) for seed in numbers} == {int}


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"seed": 1, "seeds": [1]}, "both seed and seeds"),
        ({"seeds": []}, "there is no seed"),
        ({"seeds": 0}, "there is no seed"),
        ({"seeds": [3, 3]}, "given twice"),
        ({"seeds": [1, -1]}, "-1 is not a seed"),
        ({"seeds": [2**63]}, "is not a seed"),
        ({"seeds": 10**12}, "more than 100000 seeds"),
        ({"seeds": [1.0]}, "1.0 is not a seed"),
        ({"seeds": 1.5}, "1.5 is not a seed"),
        ({"seeds": [True]}, "True is not a seed"),
        ({"seeds": "12"}, "'1' is not a seed"),
        ({"seeds": [[1]]}, r"\[1\] is not a seed"),
        ({"seed": "1"}, "'1' is not a seed"),
        ({"scenario": {"weeks": 4}}, "a dict is no scenario"),
        ({"scenario": "scenario.yaml"}, "a str is no scenario"),
    ],
)
def test_what_is_no_seed_and_no_scenario_is_refused(keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        OrganizationModel(**({"scenario": small()} | keywords))


def test_all_bad_seeds_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        OrganizationModel(small(), seeds=[-1, "a", 3])
    assert len(caught.value.problems) == 2


def test_weeks_run_to_the_horizon() -> None:
    model = OrganizationModel(small(), seeds=[1, 2])
    done: list[int] = []
    model.step()
    assert (model.week, model.state.week) == (1, 1)
    assert model.run(on_week=done.append) is model
    assert done == list(range(2, 13))
    assert model.week == 12
    before = model.state.digest()
    assert model.run().state.digest() == before


def test_every_field_is_there_by_name_and_of_the_schemas_shape() -> None:
    model = OrganizationModel(small(), seeds=[1, 2]).run()
    size = {"world": 2, "person": 24, "topic": 6, "tie": len(model.state.source)}
    for field in FIELDS:
        array = getattr(model.state, field.name)
        assert array.shape == tuple(size.get(dimension, 3) for dimension in field.dimensions), field.name
        assert array.dtype == field.dtype, field.name
    assert model.state.violations() == []
    with pytest.raises(AttributeError, match="no field 'mood'; fields are"):
        _ = model.state.mood


def test_fields_of_people_and_culture_are_live() -> None:
    model = OrganizationModel(small(), seed=1)
    before = model.state.digest()
    for field in FIELDS:
        if field not in TIE_FIELDS:
            assert np.shares_memory(getattr(model.state, field.name), model.state.arrays[field.name])
    model.state.expertise[0, 3, 2] = 0.5
    assert model.state.digest() != before


def test_the_series_has_a_row_a_world_and_week() -> None:
    model = OrganizationModel(small(), seeds=[8, 2])
    assert len(model.series()) == 0
    model.run()
    series = model.series()
    assert series["seed"].tolist() == [8] * 12 + [2] * 12
    assert series["week"].tolist() == list(range(12)) * 2
    names = [metric.name for metric in METRICS.values() if metric.kind != "run"]
    assert list(series.columns)[2 : 2 + len(names)] == names
    alone = OrganizationModel(small(), seed=2).run().series()
    assert alone.equals(series[series["seed"] == 2].reset_index(drop=True))


def test_the_record_is_the_series_in_raw() -> None:
    model = OrganizationModel(small(), seeds=[8, 2]).run()
    record = model.record()
    assert record.seeds == (8, 2)
    adequacy = METRICS["adequacy"].series(record.weekly)
    assert np.array_equal(adequacy.ravel(), model.series()["adequacy"].to_numpy())


def test_a_prepared_scenario_is_not_prepared_again() -> None:
    ready = prepare(small())
    model = OrganizationModel(prepared=ready, seed=3)
    assert model.scenario is ready.scenario
    assert model.prepared is ready
    assert model.state.digest() == OrganizationModel(small(), seed=3).state.digest()


def test_burn_in_weeks_are_run_but_never_measured() -> None:
    burned = OrganizationModel(small(burn_in_weeks=5), seeds=[1, 2])
    assert (burned.week, burned.state.week, len(burned.series())) == (0, 0, 0)
    assert (
        np.all(burned.state.key == OrganizationModel(small(), seeds=[1, 2]).state.key) or burned.state.generation.any()
    )
    assert not np.array_equal(burned.state.expertise, OrganizationModel(small(), seeds=[1, 2]).state.expertise)
    burned.run()
    assert burned.series()["week"].tolist() == list(range(12)) * 2


def test_burn_in_leaves_the_expertise_that_the_user_gave(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,department,law\na,X,0.25\nb,X,\nc,Y,1\n", encoding="utf-8")
    (tmp_path / "ties.csv").write_text("learner,source\na,c\nb,a\nc,b\n", encoding="utf-8")
    files = {"kind": "files", "people": str(tmp_path / "people.csv"), "ties": str(tmp_path / "ties.csv")}
    plain, burned = (
        OrganizationModel(Scenario.from_dict({"organization": files, "burn_in_weeks": weeks}), seed=1).state
        for weeks in (0, 8)
    )
    assert burned.expertise[0, [0, 2], 0].tolist() == plain.expertise[0, [0, 2], 0].tolist() == [0.25, 1.0]
    assert burned.expertise[0, 1, 0] != plain.expertise[0, 1, 0]


def test_the_plan_keeps_the_time_of_every_phase() -> None:
    model = OrganizationModel(small(), seed=1).run()
    assert all(seconds > 0 for seconds in model.plan.seconds.values())
