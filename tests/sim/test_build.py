"""From a scenario to week 0: what the files say, what the seed draws, and what does not fit together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import BUSY, files, model, scenario

from sim import build
from sim.build import build_state, prepare
from sim.chance import text_keys
from sim.load import load
from sim.model import OrganizationModel
from sim.organization import Organization
from sim.problems import InputError
from sim.scenario import Scenario
from sim.settings import FilesOrganization

PEOPLE = (
    "id,department,organization,level,tenure,Law,Code\n"
    "c,Lab,Acme,2,30,0.2,0.9\na,Sales,Beta,0,,0.7,\nb,Lab,Acme,,9,,0.5\n"
)
TIES = "learner,source,trust,contact\nb,a,0.4,\na,c,,0.25\nc,a,,\nb,c,,\n"


def loaded(folder: Path, people: str = PEOPLE, ties: str = TIES, **sections: Any) -> Scenario:
    organization = files(folder, people, ties) | sections.pop("organization", {})
    return Scenario.from_dict({"organization": organization, "weeks": 10, **sections})


def test_a_loaded_organization_is_what_its_files_say(tmp_path: Path) -> None:
    state = OrganizationModel(loaded(tmp_path), seeds=[1, 2]).state
    assert state.frame.seats == ("a", "b", "c")
    assert state.frame.departments == ("Lab", "Sales") and state.frame.organizations == ("Acme", "Beta")
    for world in range(2):
        np.testing.assert_array_equal(state.key[world], text_keys(["a", "b", "c"]))
        assert state.department[world].tolist() == state.home_department[world].tolist() == [1, 0, 0]
        assert state.organization[world].tolist() == [1, 0, 0]
        assert state.level[world, [0, 2]].tolist() == [0, 2]
        assert state.tenure[world, 1:].tolist() == [9, 30]
        np.testing.assert_array_equal(state.expertise[world, 0, 0], np.float32(0.7))
        np.testing.assert_array_equal(state.expertise[world, 1:, 1], np.float32([0.5, 0.9]))
    assert state.source.tolist() == [2, 0, 2, 0, 5, 3, 5, 3]
    np.testing.assert_array_equal(state.contact[:4], np.float32([0.25, 0.5, 0.5, 0.5]))
    np.testing.assert_array_equal(state.trust[:4], np.float32([0.15, 0.4, 0.5, 0.15]), "0.15 between organizations")
    np.testing.assert_array_equal(state.trust, state.base_trust)


def test_files_are_read_once_until_a_byte_or_a_setting_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[FilesOrganization] = []

    def counted(settings: FilesOrganization) -> Organization:
        read.append(settings)
        return load(settings)

    monkeypatch.setattr(build, "load", counted)
    first = prepare(loaded(tmp_path)).organization
    again = prepare(loaded(tmp_path, policies={"rotation": {"kind": "rotation", "start_week": 1}})).organization
    assert first is again and len(read) == 1
    assert first is not None and not first.department.flags.writeable
    changed = prepare(loaded(tmp_path, people=PEOPLE.replace("0.7", "0.6"))).organization
    assert changed is not None and changed.expertise is not None and np.nanmin(changed.expertise) == 0.2
    assert not np.array_equal(changed.expertise, first.expertise, equal_nan=True) and len(read) == 2
    prepare(loaded(tmp_path, people=PEOPLE.replace("0.7", "0.6"), organization={"seed": 4}))
    assert len(read) == 3


def test_a_loaded_organization_is_the_same_in_every_world(tmp_path: Path) -> None:
    state = OrganizationModel(loaded(tmp_path), seeds=[5, 77]).state
    assert len(set(state.digest())) == 1
    other = OrganizationModel(loaded(tmp_path, organization={"seed": 3}), seeds=[5, 77]).state
    assert len(set(other.digest())) == 1 and other.digest() != state.digest(), "its own seed fills in what is blank"


def test_a_generated_organization_is_its_worlds_own_unless_fixed() -> None:
    assert len(set(model(seeds=(1, 2)).state.digest())) == 2
    fixed = model({"seed": 8}, seeds=(1, 2)).state.digest()
    assert len(set(fixed)) == 1
    assert fixed == model({"seed": 8}, seeds=(5, 6)).state.digest()
    assert fixed[0] == model(seeds=(8,)).state.digest()[0]
    zero = model({"seed": 0}, seeds=(1,)).state.digest()
    assert zero == model(seeds=(0,)).state.digest(), "0 is a seed like any other"


def test_a_fixed_organization_lives_through_other_weeks_in_each_world() -> None:
    assert len(set(model({"seed": 8}, seeds=(1, 2)).run().state.digest())) == 2


def test_culture_starts_by_boundary(tmp_path: Path) -> None:
    culture = {f"{name}_{where}": value for name, base in (("clarity", 0.1), ("willingness", 0.4), ("reliability", 0.7))
               for where, value in (("within", base), ("across", base + 0.1), ("between", base + 0.2))}  # fmt: skip
    people = "id,department,organization\na,x,One\nb,y,One\nc,z,Two\n"
    state = OrganizationModel(loaded(tmp_path, people, "learner,source\na,b\n", culture=culture), seeds=[1]).state
    for name, base in (("clarity", 0.1), ("willingness", 0.4), ("reliability", 0.7)):
        w, a, b = (np.float32(base + step) for step in (0, 0.1, 0.2))
        np.testing.assert_allclose(getattr(state, name)[0], [[w, a, b], [a, w, b], [b, b, w]], atol=1e-7)


@pytest.mark.parametrize(("ties", "limit"), [(3, 40), (32, 40), (33, 41), (50, 58)])
def test_a_person_can_hold_forty_sources_or_eight_more_than_at_the_start(tmp_path: Path, ties: int, limit: int) -> None:
    people = "id,department\n" + "".join(f"p{n:02},d{n % 2}\n" for n in range(60))
    links = "learner,source\n" + "".join(f"p00,p{n:02}\n" for n in range(1, ties + 1))
    state = OrganizationModel(loaded(tmp_path, people, links), seeds=[1]).state
    assert state.ties.count[0] == ties and state.ties.limit[0] == limit


def test_no_tie_of_a_file_is_lost_whatever_the_limit(tmp_path: Path) -> None:
    people = "id,department\n" + "".join(f"p{n:02},d{n % 2}\n" for n in range(60))
    links = "learner,source\n" + "".join(f"p00,p{n:02}\n" for n in range(1, 60))
    made = OrganizationModel(loaded(tmp_path, people, links, policies=BUSY), seeds=[1]).run()
    mine = made.state.source[made.state.learners() == 0]
    assert set(range(1, 60)) <= set(mine.tolist())


def refused(made: Scenario) -> list[str]:
    with pytest.raises(InputError) as caught:
        prepare(made)
    return [problem.place for problem in caught.value.problems]


def test_targets_that_match_nobody_are_refused_with_every_other_problem(tmp_path: Path) -> None:
    people = "id,department,level\na,Lab,0\nb,Sales,1\nc,Sales,0\n"
    policies = {
        "a": {"kind": "incentives", "start_week": 1, "targets": {"departments": ["Labs"]}},
        "b": {"kind": "incentives", "start_week": 1, "targets": {"departments": ["Lab"], "levels": [1]}},
        "c": {"kind": "mentorship", "start_week": 1, "boundary": "organization"},
        "d": {"kind": "incentives", "start_week": 1, "targets": {"departments": ["Lab"]}},
    }
    places = refused(loaded(tmp_path, people, "learner,source\na,b\n", policies=policies))
    assert places == ["policies.a.targets.departments", "policies.b.targets", "policies.c.boundary"]


def test_a_topic_table_that_names_no_topic_of_the_file_is_refused(tmp_path: Path) -> None:
    assert refused(loaded(tmp_path, topics={"Code": {"tacitness": 0.1}, "Cooking": {}})) == ["topics.Cooking"]


def test_files_are_read_once_and_can_be_used_for_many_models(tmp_path: Path) -> None:
    ready = prepare(loaded(tmp_path))
    (tmp_path / "people.csv").unlink()
    first, second = build_state(ready, (1,)), build_state(ready, (1,))
    assert first.digest() == second.digest()
    first.expertise[:] = 0
    first.ties.trust[:] = 0
    assert second.digest() == build_state(ready, (1,)).digest(), "two models share no memory"


def test_worlds_share_no_memory_even_where_they_start_alike() -> None:
    state = model({"seed": 8}, seeds=(1, 2)).state
    before = state.digest()[1]
    for name in ("expertise", "department", "engagement", "safety", "clarity"):
        getattr(state, name)[0] = 0
    first = state.ties.first[: state.frame.people + 1]
    state.ties.trust[: first[-1]] = 0
    assert state.digest()[1] == before


@pytest.mark.parametrize("people", [1, 2, 3])
def test_the_smallest_organizations_live_with_every_policy(people: int) -> None:
    made = OrganizationModel(
        scenario({"people": people, "departments": min(2, people), "topics": 1, "sources": 5}, policies=BUSY),
        seeds=[1, 2],
    ).run()
    assert made.state.violations() == []


def test_people_without_ties_and_departments_of_one_live_with_every_policy(tmp_path: Path) -> None:
    people = "id,department\na,One\nb,Two\nc,Three\nd,Three\n"
    made = OrganizationModel(loaded(tmp_path, people, "learner,source\n", policies=BUSY), seeds=[1, 2]).run()
    assert made.state.violations() == []
    assert np.isnan(made.series()["learning_across_tie"]).all()


def test_more_departments_than_fit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = "id,department\na,One\nb,Two\nc,Three\n"
    given = {"organization": files(tmp_path, people, "learner,source\na,b\n")}
    prepare(Scenario.from_dict(given))
    monkeypatch.setattr("sim.build.MOST_DEPARTMENTS", 2)
    with pytest.raises(InputError, match="there are 3 departments, more than 2"):
        prepare(Scenario.from_dict(given))
