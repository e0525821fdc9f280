"""Reading a scenario: everything is checked, and every problem is reported at once."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from made_up import SwapSettings, only_these, swap, written

from sim.documents import read_yaml
from sim.parameters import describe
from sim.problems import InputError
from sim.scenario import Scenario, parse
from sim.settings import SyntheticOrganization


@pytest.fixture(autouse=True)
def _made_up_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    only_these(monkeypatch)


def problems(given: Any, **rest: Any) -> list[str]:
    """Every problem of a mapping that must be refused."""
    with pytest.raises(InputError) as caught:
        parse(given, **rest)
    return [str(problem) for problem in caught.value.problems]


def test_every_section_has_its_defaults() -> None:
    scenario = Scenario.from_dict({})
    assert scenario == Scenario()
    assert (scenario.weeks, scenario.organization, scenario.policies) == (156, SyntheticOrganization(), {})
    assert all(describe(field).doc for field in dataclasses.fields(Scenario))


def test_the_example_of_the_first_page() -> None:
    scenario = Scenario.from_dict(
        {
            "organization": {"kind": "synthetic", "people": 480, "departments": 8, "topics": 24},
            "policies": {"rotation": {"kind": "swap", "coverage": 0.1, "start_week": 13}},
            "weeks": 156,
        }
    )
    assert scenario.policies == {"rotation": SwapSettings(coverage=0.1)}
    assert scenario.organization == SyntheticOrganization()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], "scenario: a list stands where a scenario is expected; give a mapping of sections"),
        ({"organisation": {}}, "organisation: unknown field 'organisation'; did you mean 'organization'?"),
        ({"culture": {"saftey": 1}}, "culture.saftey: unknown field 'saftey'; did you mean 'safety'?"),
        ({"weeks": 0}, "weeks: 0 is too low; give a whole number from 1 to 5200 (weeks)"),
        (
            {"weeks": "${oc.env:X}"},
            "weeks: '${oc.env:X}' asks for interpolation, which is refused: a scenario is data; write the value itself",
        ),
        (
            {"_target_": "os.system"},
            "_target_: the key '_target_' is refused: a scenario is data, nothing in it is called; remove it",
        ),
        (
            {"turnover": {"hazard": [0.1, 0.1, 0.1]}},
            "turnover.hazard: has 3 instead of 4 values; give 4: chance to leave: staff, senior, manager, executive",
        ),
        (
            {"organization": 3},
            "organization: 3 stands where fields are expected; write `field: value` lines beneath it",
        ),
        (
            {"organization": {"kind": "file"}},
            "organization.kind: 'file' is no kind of organization; did you mean 'files'?",
        ),
        (
            {"organization": {"kind": ["files"]}},
            "organization.kind: a list is no kind of organization; did you mean 'files'?",
        ),
        (
            {"organization": {"people": "p.csv", "ties": "t.csv"}},
            "organization: the field 'kind' is missing; add `kind: files`",
        ),
        (
            {"organization": {"levels": [0.6, 0.2, 0.1, 0.0]}},
            "organization.levels: the shares of staff, senior, manager, executive add up to 0.9; make them add up to 1",
        ),
        (
            {"organization": {"people": 5, "departments": 6}},
            "organization.departments: 6 departments are more than 5 people; give every department a person",
        ),
        (
            {"organization": {"kind": "files", "people": "p", "ties": " "}},
            "organization.ties: no file is given; name the file: ties: PATH",
        ),
        (
            {"organization": {"kind": "files", "people": "p", "ties": "t", "columns": {"sorce": "sender"}}},
            "organization.columns.sorce: unknown field 'sorce'; did you mean 'source'?",
        ),
        (
            {"organization": {"kind": "files", "people": "p", "ties": "t", "columns": {"id": ""}}},
            "organization.columns.id: no heading is given; name the column that holds id",
        ),
        (
            {"topics": {"Topic 25": {"tacitness": 0.5}}},
            "topics.Topic 25: no topic is called 'Topic 25'; did you mean 'Topic 24'?",
        ),
        (
            {"topics": {"Topic 01": {"department": "Department 9"}}},
            "topics.Topic 01.department: no department is called 'Department 9'; did you mean 'Department 8'?",
        ),
        (
            {"topics": {"Topic 01": {"department": "Department 1", "kind": "emerging"}}},
            "topics.Topic 01.department: an emerging topic belongs to no department; "
            "leave it out, or write `kind: home`",
        ),
        ({"policies": {"swap": None}}, "policies.swap: the field 'kind' is missing; add `kind: swap`"),
        ({"policies": {"swp": {}}}, "policies.swp: the field 'kind' is missing; known: swap, bonus"),
        ({"policies": {"a": {"kind": "swp"}}}, "policies.a.kind: there is no kind 'swp'; did you mean 'swap'?"),
        ({"policies": {"a": {"kind": 3}}}, "policies.a.kind: there is no kind 3; known: swap, bonus"),
        (
            {"policies": {"a": "swap"}},
            "policies.a: 'swap' stands where fields are expected; write `field: value` lines beneath it",
        ),
        (
            {"policies": ["swap"]},
            "policies: a list stands where fields are expected; write `field: value` lines beneath it",
        ),
        (swap(coverge=0.1), "policies.swap.coverge: unknown field 'coverge'; did you mean 'coverage'?"),
        (swap(coverage=float("nan")), "policies.swap.coverage: nan is not a finite number; give a number from 0 to 1"),
        (
            swap(direction="up"),
            "policies.swap.direction: 'up' is not one of its values; known: traditional, reverse, peer",
        ),
        (
            swap(end_week=13),
            "policies.swap.end_week: the policy ends in week 13 but starts in week 13; "
            "give a week after 13, or leave it out to run to the end",
        ),
        (
            swap(start_week=156),
            "policies.swap.start_week: the policy starts in week 156, but the last week is 155; "
            "start it earlier, or give more `weeks`",
        ),
        (
            swap() | {"weeks": 13},
            "policies.swap.start_week: the policy starts in week 13, but the last week is 12; "
            "start it earlier, or give more `weeks`",
        ),
        (swap(stay=14), "policies.swap.stay: 14 weeks are longer than the cadence; at most 13"),
        (
            swap(targets={"departments": ["Sales"]}),
            "policies.swap.targets.departments[0]: no department is called 'Sales'; "
            f"known: {', '.join(f'Department {number}' for number in range(1, 9))}",
        ),
        (
            swap(host_targets={"departments": ["Department 1", "Department 08"]}),
            "policies.swap.host_targets.departments[1]: no department is called 'Department 08'; "
            "did you mean 'Department 8'?",
        ),
        (
            swap(targets={"levels": ["executive", 2]}) | {"organization": {"levels": [0.5, 0.5, 0, 0]}},
            "policies.swap.targets.levels: nobody in this organization is executive or manager; "
            "target another level, or give it a share in `organization.levels`",
        ),
        (
            swap() | {"rules": {"swap": {"kind": "gossip"}}},
            "rules.swap: a policy has the label 'swap' too; choose another",
        ),
        ({"rules": {"a": {"kind": "gossip", "pace": 1}}}, "rules.a.pace: is too fast; slow down"),
        ({"rules": {"a": {"kind": "gosip"}}}, "rules.a.kind: there is no kind 'gosip'; did you mean 'gossip'?"),
    ],
)
def test_a_problem_has_place_cause_and_mend(given: Any, problem: str) -> None:
    assert problems(given) == [problem]


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("a/b", "policies.a/b: the label 'a/b' holds '/' or ':'; use letters, digits, blanks, '-' or '_'"),
        ("a:b", "policies.a:b: the label 'a:b' holds '/' or ':'; use letters, digits, blanks, '-' or '_'"),
        ("a\tb", "policies.'a\\tb': 'a\\tb' holds a control character; remove it"),
        (" a", "policies. a: the label ' a' is blank or begins or ends with a blank; write a name"),
        ("", "policies.: the label '' is blank or begins or ends with a blank; write a name"),
        ("x" * 65, f"policies.{'x' * 65}: the label has 65 characters; use at most 64"),
        ("model", "policies.model: the label 'model' stands for the model's own decisions; choose another"),
        (3, "policies: the key 3 is not text; put quotes around it"),
    ],
)
def test_labels_that_could_not_stand_in_a_key(label: Any, problem: str) -> None:
    assert problems({"policies": {label: {"kind": "swap"}}}) == [problem]


@pytest.mark.parametrize("label", ["x" * 64, "a.b", "销售部", "🚀 Growth", "R&D $x_1$", "<script>", "010", "null"])
def test_labels_that_may_stand(label: str) -> None:
    scenario = Scenario.from_dict({"policies": {label: {"kind": "swap"}}})
    assert list(scenario.policies) == [label]
    assert parse(read_yaml(scenario.to_yaml(), "s")[0]) == scenario


def test_small_organizations_and_partly_empty_levels_are_accepted() -> None:
    smallest = {"organization": {"people": 1, "departments": 1, "topics": 1}, "weeks": 1}
    mostly_executives = {"organization": {"levels": [0.1] * 3 + [0.7]}} | swap(targets={"levels": ["executive"]})
    only_staff = {"organization": {"levels": [1, 0, 0, 0]}} | swap(targets={"levels": [0, 1]})
    last_week = swap(start_week=155, end_week=156, targets={"departments": ["Department 8"]})
    assert Scenario.from_dict(smallest).organization.people == 1
    given = (mostly_executives, only_staff, last_week)
    targeted = [next(iter(Scenario.from_dict(one).policies.values())).targets for one in given]
    assert [one.levels for one in targeted] == [(3,), (0, 1), ()]
    assert targeted[2].departments == ("Department 8",)


@pytest.mark.parametrize("path", [("organization", "kind"), ("policies", "a", "kind"), ("rules", "a", "kind")])
def test_a_kind_that_was_refused_is_reported_once(path: tuple[str, ...]) -> None:
    given: Any = "${oc.env:X}"
    for key in reversed(path):
        given = {key: given}
    (problem,) = problems(given)
    assert problem.startswith(f"{'.'.join(path)}: '${{oc.env:X}}' asks for interpolation")


def test_of_users_files_only_what_the_scenario_says_is_checked() -> None:
    files = {"organization": {"kind": "files", "people": "p.csv", "ties": "t.csv", "columns": {"source": "sender"}}}
    scenario = Scenario.from_dict(
        files | {"topics": {"Contract law": {"department": "Law"}}} | swap(host_targets={"departments": ["Law"]})
    )
    assert scenario.topics["Contract law"].department == "Law"
    assert problems({"organization": {"kind": "files", "people": 3, "ties": "t"}}, folder=Path("x")) == [
        'organization.people: 3 is not text; write "3"'
    ]


FILE = """\
weeks: 010
organisation: {}
culture:
  safety: 2
  clarity_within: NO
policies:
  rotation:
    kind: swap
    coverage: 1e400
    start_week: 12:30
    targets: {departments: [NO, 7], levels: [chief]}
  mentorng: {kind: bonsu}
  bonus:
    coverage: 0.5
    coverage: 0.6
  late: {kind: bonus, start_week: 20, end_week: 10}
"""


def test_every_problem_of_a_file_at_once_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    with pytest.raises(InputError) as caught:
        Scenario.from_file(path)
    assert [str(problem).removeprefix(f"{path}, ") for problem in caught.value.problems] == [
        "line 1, weeks: '010' is read as text, because a number does not start with 0; write 10",
        "line 2, organisation: unknown field 'organisation'; did you mean 'organization'?",
        "line 4, culture.safety: 2.0 is too high; give a number from 0 to 1",
        "line 5, culture.clarity_within: 'NO' is text, not a number; give a number from 0 to 1",
        "line 9, policies.rotation.coverage: '1e400' is not a finite number; "
        "write a number, or put quotes around it for text",
        "line 10, policies.rotation.start_week: '12:30' is text, not a number; "
        "give a whole number from 0 to 5200 (week)",
        'line 11, policies.rotation.targets.departments[1]: 7 is not text; write "7"',
        "line 11, policies.rotation.targets.levels[0]: 'chief' is not one of its values; "
        "known: staff, senior, manager, executive",
        "line 12, policies.mentorng.kind: there is no kind 'bonsu'; did you mean 'bonus'?",
        "line 13, policies.bonus: the field 'kind' is missing; add `kind: bonus`",
        "line 15, policies.bonus.coverage: is given twice, on lines 14 and 15; keep one",
        "line 16, policies.late.end_week: the policy ends in week 10 but starts in week 20; "
        "give a week after 20, or leave it out to run to the end",
    ]


def test_a_file_gives_what_a_mapping_gives(tmp_path: Path) -> None:
    path = written(tmp_path, "weeks: 20\npolicies:\n  rotation: {kind: swap, coverage: 0.1}\n")
    assert Scenario.from_file(str(path)) == Scenario.from_dict(
        {"weeks": 20, "policies": {"rotation": {"kind": "swap", "coverage": 0.1}}}
    )


def test_places_come_with_the_callers_name() -> None:
    content, lines = read_yaml("weeks: 20\nculture:\n  safety: 3\n", "x")
    assert problems(content, places=lines, name="mine.yaml") == [
        "mine.yaml, line 3, culture.safety: 3.0 is too high; give a number from 0 to 1"
    ]


def test_reading_a_scenario_needs_nothing_heavy() -> None:
    code = (
        "import sys; from sim.scenario import Scenario; Scenario.from_dict({'weeks': 20}); "
        "heavy = ('numpy', 'numba', 'pandas', 'mesa', 'hydra', 'omegaconf', 'pyarrow'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_a_broken_field_does_not_hide_what_is_wrong_between_the_others():
    with pytest.raises(InputError) as refused:
        Scenario.from_dict({"policies": {"r": {"kind": "swap", "coverage": 2, "start_week": 9, "end_week": 3}}})
    assert [problem.place for problem in refused.value.problems] == ["policies.r.coverage", "policies.r.end_week"]
