"""Composition: shipped configurations, overrides on top of them, and documents as studies."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.compose import Source, compose, config_folder, jobs
from experiments.design import Design, Document, read_design, study_of, union
from experiments.door import design_of, read_request
from experiments.naming import apart, titles
from experiments.overrides import Overrides, read_overrides
from experiments.study import Arm, Study
from sim.policies import registry
from sim.problems import InputError
from sim.scenario import Scenario
from sim.settings import SyntheticOrganization

HEADS = [section.name for section in fields(Scenario)]
SHIPPED = sorted(path.relative_to(config_folder()).as_posix() for path in config_folder().rglob("*.yaml"))


def read(*tokens: str, multirun: bool = False) -> Overrides:
    found = read_overrides(tokens, HEADS, multirun=multirun)
    assert not found.problems
    return found


def design(*tokens: str) -> Design:
    return design_of(Source(), read(*tokens), {})


def problems(*tokens: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_request(tokens)
    return [str(problem) for problem in caught.value.problems]


def test_every_shipped_file_is_in_a_known_group() -> None:
    groups = {"organization", "policy", "scenario", "study"}
    assert {Path(file).parts[0] for file in SHIPPED} == groups | {"config.yaml", "hydra"}


@pytest.mark.parametrize("name", [Path(file).stem for file in SHIPPED if file.startswith("scenario/")])
def test_every_shipped_scenario_composes(name: str) -> None:
    found = design(f"scenario={name}")
    assert found.name == name
    assert found.choices is None
    several = {"baseline": set(), "together": {"rotation", "incentives", "mentorship"}}
    several |= {bundle: set(chosen) for bundle, chosen in (design("study=sources").choices or {}).items()}
    expected = several[name] if name in several else {name, registry()[name].partner} - {""}
    assert set(found.catalogue.policies) == expected


SOURCES = {"A": "interdepartmental_collaboration", "B": "peer_learning_network", "C": "executive_mentorship"}


@pytest.mark.parametrize("letter", SOURCES)
def test_a_bundle_is_what_its_source_proposes(letter: str) -> None:
    chosen = set(design(f"scenario={SOURCES[letter]}").catalogue.policies)
    kinds = registry()
    proposed = {kind for kind, policy in kinds.items() if letter in policy.sources.split(", ")}
    without_partner = {kind for kind in proposed if kinds[kind].partner and kinds[kind].partner not in proposed}
    assert chosen <= proposed
    assert proposed - chosen <= {"partnerships"} | without_partner


@pytest.mark.parametrize("name", [Path(file).stem for file in SHIPPED if file.startswith("study/")])
def test_every_shipped_study_composes(name: str) -> None:
    study = study_of(design(f"study={name}"), "x")
    assert study.name == name
    assert study.question.endswith("?")
    assert study.arms[0].baseline is None


@pytest.mark.parametrize("name", sorted(registry()))
def test_every_policy_has_a_file_that_states_its_defaults(name: str) -> None:
    catalogue = design(f"+policy@policies=[{name}]").catalogue
    assert catalogue.policies == {name: registry()[name].Settings()}


@pytest.mark.parametrize("tokens", [(), ("organization=synthetic",)])
def test_the_shipped_organization_states_the_defaults(tokens: tuple[str, ...]) -> None:
    assert design(*tokens).catalogue == Scenario.from_dict({})


def test_the_demo_is_what_it_says() -> None:
    study = study_of(design("study=demo"), "x")
    assert [arm.name for arm in study.arms] == ["baseline", "rotation", "incentives", "mentorship", "together"]
    assert [list(arm.scenario.policies) for arm in study.arms][4] == ["rotation", "incentives", "mentorship"]
    assert study.seeds == tuple(range(1, 33))
    assert study.arms[0].scenario.weeks == 156
    assert {arm.baseline for arm in study.arms[1:]} == {"baseline"}


def test_an_override_reaches_every_arm_that_uses_the_policy() -> None:
    study = study_of(
        design("study=demo", "policies.rotation.coverage=0.2", "weeks=19", "seeds=[4,2]", "learning.rate=0.01"), "x"
    )
    assert [
        arm.scenario.policies["rotation"].coverage for arm in study.arms if "rotation" in arm.scenario.policies
    ] == [0.2, 0.2]
    assert {(arm.scenario.weeks, arm.scenario.learning.rate) for arm in study.arms} == {(19, 0.01)}
    assert study.seeds == (4, 2)


def test_a_removed_policy_leaves_every_arm() -> None:
    study = study_of(design("study=demo", "~policies.rotation"), "x")
    assert [(arm.name, list(arm.scenario.policies)) for arm in study.arms] == [
        ("baseline", []), ("incentives", ["incentives"]), ("mentorship", ["mentorship"]),
        ("together", ["incentives", "mentorship"]),
    ]  # fmt: skip


def test_scenarios_without_names_are_each_policy_and_all_together() -> None:
    study = study_of(design("+policy@policies=[rotation,mentorship]"), "x")
    assert [(arm.name, list(arm.scenario.policies), arm.baseline) for arm in study.arms] == [
        ("baseline", [], None), ("rotation", ["rotation"], "baseline"), ("mentorship", ["mentorship"], "baseline"),
        ("all_together", ["rotation", "mentorship"], "baseline"),
    ]  # fmt: skip


def test_a_policy_can_be_added_under_a_label_of_its_own() -> None:
    catalogue = design(
        "+policies.reverse={kind: mentorship, direction: reverse}", "policies.reverse.coverage=0.1"
    ).catalogue
    assert catalogue.policies["reverse"].coverage == 0.1
    catalogue = design("policies.fast.kind=rotation", "policies.fast.cadence=5").catalogue
    assert catalogue.policies["fast"].cadence == 5


def test_misspelled_keys_are_told_the_right_one() -> None:
    assert any("'coverage'" in text for text in problems("study=demo", "policies.rotation.covrage=0.2"))
    assert any("'rotation'" in text for text in problems("study=demo", "policies.rotatoin.coverage=0.2"))
    assert any("'rotation'" in text for text in problems("study=demo", "~policies.rotatoin"))
    assert any("'demo'" in text for text in problems("study=dmeo"))
    assert any("'rate'" in text for text in problems("learning.rat=0.2"))
    assert any("organization.people=" in text for text in problems("organization=files"))


def test_a_policy_that_no_scenario_takes_is_refused() -> None:
    (text,) = problems("study=demo", "policies.new.kind=rotation")
    assert "no scenario takes 'new'" in text
    assert "scenarios.NAME=[new]" in text
    given = ("study=demo", "policies.new.kind=rotation", "scenarios.mine=[new]")
    assert "mine" in (read_request(given).designs[0].choices or {})


def test_problems_of_keys_values_and_words_come_together() -> None:
    found = problems("study=demo", "learning.rate=3", "weeks=0", "hydra.run.dir=/tmp", "workers=none", "seeds=0")
    assert len(found) == 5


def test_a_key_below_a_value_or_a_removed_policy_is_refused() -> None:
    assert problems("study=demo", "policies.rotation.coverage.x=1")
    assert problems("study=demo", "policies.rotation.coverage=0.1", "~policies.rotation")
    assert problems("policies={}")


def file(tmp_path: Path, data: dict[str, Any]) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return f"file={path}"


def test_a_scenario_file_takes_overrides(tmp_path: Path) -> None:
    given = file(tmp_path, {"weeks": 18, "organization": {"kind": "synthetic", "people": 20, "departments": 2},
                            "policies": {"my own $x": {"kind": "rotation"}}})  # fmt: skip
    request = read_request([given, "learning.rate=0.1", "organization.people=30", "+policy@policies=[mentorship]"])
    scenario = request.designs[0].catalogue
    assert isinstance(scenario.organization, SyntheticOrganization)
    assert (scenario.weeks, scenario.organization.people, scenario.organization.departments) == (18, 30, 2)
    assert set(scenario.policies) == {"my own $x", "mentorship"}
    assert request.name == "mine"


def test_a_file_can_be_given_another_organization(tmp_path: Path) -> None:
    given = file(tmp_path, {"organization": {"kind": "files", "people": "p.csv", "ties": "t.csv"}})
    assert read_request([given, "organization=synthetic"]).designs[0].catalogue == Scenario()


def test_a_study_file_names_its_scenarios(tmp_path: Path) -> None:
    data = {
        "name": "Q1",
        "question": "Why?",
        "seeds": 3,
        "policies": {"a": {"kind": "rotation"}, "b": {"kind": "incentives"}},
        "scenarios": {"nothing": [], "only a": ["a"], "a_and_b": ["a", "b"]},
    }
    given = file(tmp_path, data)
    study = study_of(read_request([given]).designs[0], "x")
    assert (study.name, study.question, study.seeds) == ("Q1", "Why?", (1, 2, 3))
    assert [(arm.name, arm.title, arm.baseline) for arm in study.arms] == [
        ("nothing", "Nothing", None), ("only a", "Only a", "nothing"), ("a_and_b", "A and b", "nothing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "scenarios",
    [
        {},
        [],
        {"x": "rotation"},
        {"x": ["rotatoin"]},
        {"x": ["rotation"], "y": ["rotation"]},
        {"baseline": ["rotation"]},
        {"x": [3]},
    ],
)
def test_bad_scenarios_are_refused(tmp_path: Path, scenarios: Any) -> None:
    assert problems(file(tmp_path, {"policies": {"rotation": {"kind": "rotation"}}, "scenarios": scenarios}))


@pytest.mark.parametrize("seeds", [0, -1, True, 1.5, "many", [], [1, 1], [-1], [2**63], 10**9])
def test_bad_seeds_are_refused(tmp_path: Path, seeds: Any) -> None:
    (text,) = problems(file(tmp_path, {"seeds": seeds}))
    assert "seeds" in text


@pytest.mark.parametrize("key", ["hydra", "defaults", "_target_", "scenario"])
def test_a_file_says_nothing_to_hydra(tmp_path: Path, key: str) -> None:
    assert problems(file(tmp_path, {key: {"run": {"dir": "/tmp"}}}))


def test_jobs_are_all_combinations() -> None:
    found = jobs(read("scenario=baseline,rotation", "weeks=range(3,5)", "learning.rate=0.1", multirun=True))
    assert found == [
        [f"scenario={s}", f"++weeks={w}", "++learning.rate=0.1"] for s in ("baseline", "rotation") for w in (3, 4)
    ]
    (one, other) = jobs(read("+policy@policies=[],[rotation,mentorship]", multirun=True))
    assert not compose(Source(), read(*one), {}).get("policies")
    assert list(compose(Source(), read(*other), {})["policies"]) == ["rotation", "mentorship"]


def test_a_union_compares_with_the_same_everything_but_policies() -> None:
    designs = [design(f"+policy@policies={labels}", f"organization.people={people}")
               for labels in ("[]", "[rotation,mentorship]") for people in (240, 480)]  # fmt: skip
    study = union(designs, "x", (1,))
    assert [(arm.name, arm.baseline) for arm in study.arms] == [
        ("baseline, 240 people", None), ("baseline, 480 people", None),
        ("rotation + mentorship, 240 people", "baseline, 240 people"),
        ("rotation + mentorship, 480 people", "baseline, 480 people"),
    ]  # fmt: skip
    for arm in study.arms:
        assert arm.baseline is None or study.arm(arm.baseline).scenario == arm.scenario.without_policies()


def test_titles_say_what_differs() -> None:
    one = {
        "weeks": 9,
        "learning": {"rate": 0.1},
        "policies": {"rotation": {"coverage": 0.1}},
        "organization": {"people": "a/p.csv"},
    }
    two = {
        "weeks": 9,
        "learning": {"rate": 0.2},
        "policies": {"rotation": {"coverage": 0.3}},
        "organization": {"people": "a/q.csv"},
    }
    assert titles([("rotation", one), ("rotation", two)]) == [
        "rotation, learning rate 0.1, coverage 0.1, organization people p.csv",
        "rotation, learning rate 0.2, coverage 0.3, organization people q.csv",
    ]


def test_titles_tell_paths_and_absent_keys_apart() -> None:
    ties = [{"organization": {"kind": "files", "ties": f"/x/{year}/ties.csv"}} for year in (2022, 2023)]
    drawn = {"organization": {"kind": "synthetic", "people": 9}, "topics": {"law": {"decay": 0.1}}}
    assert titles([("rotation", data) for data in (*ties, drawn)]) == [
        "rotation, files organization, organization ties 2022/ties.csv, topics law decay not given",
        "rotation, files organization, organization ties 2023/ties.csv, topics law decay not given",
        "rotation, synthetic organization, topics law decay 0.1",
    ]
    assert apart(["a", "b", "a"], ["1" * 64, "2" * 64, "3" * 64]) == ["a (11111111)", "b", "a (33333333)"]


def test_a_study_refuses_two_arms_of_one_name() -> None:
    with pytest.raises(ValueError, match="share a name"):
        Study("x", "", (Arm("a", "A", Scenario()), Arm("a", "A", Scenario())), (1,))


def test_a_document_that_is_wrong_in_many_places() -> None:
    data = {"weeks": -1, "seedz": 3, "question": 7, "policies": {"a": {"kind": "rotatoin"}}, "scenarios": {"x": ["b"]}}
    with pytest.raises(InputError) as caught:
        read_design(Document(data))
    assert len(caught.value.problems) == 5
