"""A scenario means the same however it is written, and is known by its content."""

from __future__ import annotations

import hashlib
import importlib
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import BonusSettings, Swap, SwapSettings, only_these, swap, written

from sim import scenario as module
from sim.documents import read_yaml
from sim.identity import canonical, plugin
from sim.policies import POLICIES, registry
from sim.problems import InputError
from sim.scenario import Scenario
from sim.settings import FilesOrganization, SyntheticOrganization


@pytest.mark.parametrize("kind", sorted(POLICIES.built_in))
def test_every_shipped_policy_survives_being_written(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    scenario = Scenario.from_dict({"policies": {kind: {"kind": kind}}})
    assert scenario.policies == {kind: registry()[kind].Settings()}
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert Scenario.from_dict(read_yaml(scenario.to_yaml(), "s")[0]) == scenario
    assert plugin(registry()[kind]) is None


def test_a_registered_rule_is_read_and_known_by_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim import rules

    monkeypatch.undo()
    kept = rules.registry()

    class Listen(rules.Rule):
        """A made-up rule without parameters."""

        kind = "listen"

    monkeypatch.setattr(rules, "registry", lambda: kept | {"listen": Listen})
    scenario = Scenario.from_dict({"rules": {"a": {"kind": "listen"}}})
    assert scenario.rules == {"a": rules.RuleSettings("listen")}
    assert len((plugin(Listen) or {})["source"]) == 64
    assert Scenario.from_dict(scenario.to_dict()).identity() == scenario.identity() != Scenario().identity()


@pytest.fixture(autouse=True)
def _made_up_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    only_these(monkeypatch)


def users_files(folder: Path) -> None:
    """A tiny organization of two people."""
    folder.mkdir(exist_ok=True)
    (folder / "people.csv").write_text("id,department\na,Law\nb,Law\n", encoding="utf-8")
    (folder / "ties.csv").write_text("learner,source\na,b\n", encoding="utf-8")


FILES = "organization: {kind: files, people: people.csv, ties: ties.csv}\n"


def test_paths_in_a_file_start_beside_it_and_mean_the_same_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users_files(tmp_path / "data")
    scenario = Scenario.from_file(written(tmp_path / "data", FILES))
    assert isinstance(scenario.organization, FilesOrganization)
    assert scenario.organization.people == str(tmp_path / "data" / "people.csv")
    (tmp_path / "results").mkdir()
    copy = written(tmp_path / "results", scenario.to_yaml())
    monkeypatch.chdir(tmp_path / "results")
    assert Scenario.from_file(copy.name) == scenario


def test_paths_that_are_not_beside_the_file_start_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users_files(tmp_path)
    (tmp_path / "scenarios").mkdir()
    path = written(tmp_path / "scenarios", FILES.replace("ties.csv", "none.csv"))
    monkeypatch.chdir(tmp_path)
    organization = Scenario.from_file(path).to_dict()["organization"]
    assert organization["people"] == str(tmp_path / "people.csv")
    assert organization["ties"] == str(tmp_path / "scenarios" / "none.csv")


def test_paths_of_a_mapping_stay_as_given_and_become_absolute_when_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    scenario = Scenario.from_dict({"organization": {"kind": "files", "people": "people.csv", "ties": "ties.csv"}})
    assert scenario.to_dict()["organization"]["people"] == "people.csv"
    again = Scenario.from_dict(read_yaml(scenario.to_yaml(), "s")[0])
    assert again.organization.people == str(tmp_path / "people.csv")
    assert again.identity() == scenario.identity()


def test_with_and_without_policies() -> None:
    base = Scenario.from_dict({"weeks": 30})
    changed = base.with_policies({"a": SwapSettings(coverage=0.2), "b": {"kind": "bonus", "hours": 1}})
    assert changed.policies == {"a": SwapSettings(coverage=0.2), "b": BonusSettings(hours=1.0)}
    assert changed.without_policies() == base
    with pytest.raises(InputError, match=r"policies\.a\.start_week: the policy starts in week 40"):
        base.with_policies({"a": SwapSettings(start_week=40)})


def test_a_scenario_can_be_sent_to_another_process() -> None:
    scenario = Scenario.from_dict(swap(coverage=0.1))
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_the_callers_mapping_is_left_alone() -> None:
    given: dict[str, Any] = {"policies": {"swap": {"kind": "swap", "targets": {"departments": ["Department 1"]}}}}
    scenario = Scenario.from_dict(given)
    given["policies"]["swap"]["targets"]["departments"].append("x")
    assert scenario.policies["swap"].targets.departments == ("Department 1",)


IDENTICAL = [
    ({}, {"weeks": 156}),
    ({}, Scenario().to_dict()),
    ({"culture": {"safety": 1}}, {"culture": {"safety": 1.0}}),
    ({"culture": {"drift": 0.0}}, {"culture": {"drift": -0.0}}),
    (swap(targets={"levels": ["manager"]}), swap(targets={"levels": [2]}, start_week=13)),
    (
        {"policies": {"a": {"kind": "swap"}, "b": {"kind": "bonus"}}},
        {"policies": {"b": {"kind": "bonus"}, "a": {"kind": "swap"}}},
    ),
]
DIFFERENT: list[dict[str, Any]] = [
    {},
    {"weeks": 155},
    {"burn_in_weeks": 1},
    {"culture": {"safety": 0.6000000000000001}},
    {"organization": {"seed": 0}},
    swap(),
    swap(coverage=0.5),
    {"policies": {"swop": {"kind": "swap"}}},
    {"policies": {"swap": {"kind": "bonus"}}},
    {"topics": {"Topic 01": {"tacitness": 0.5}}},
    {"rules": {"a": {"kind": "gossip"}}},
]


@pytest.mark.parametrize(("one", "other"), IDENTICAL)
def test_one_meaning_has_one_identity(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert Scenario.from_dict(one).identity() == Scenario.from_dict(other).identity()


def test_every_difference_has_its_own_identity() -> None:
    identities = {Scenario.from_dict(given).identity() for given in DIFFERENT}
    assert len(identities) == len(DIFFERENT)
    assert all(len(identity) == 64 for identity in identities)


def test_the_models_version_belongs_to_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Scenario().identity()
    monkeypatch.setattr("sim.MODEL_VERSION", 2)
    assert Scenario().identity() != before


def mapped(scenario: Scenario, **fields: Any) -> Scenario:
    """The scenario with fields of its organization changed."""
    data = scenario.to_dict()
    return Scenario.from_dict(data | {"organization": data["organization"] | fields})


def test_the_identity_reads_the_users_files_but_not_their_path(tmp_path: Path) -> None:
    users_files(tmp_path / "a")
    users_files(tmp_path / "b")
    one, other = (Scenario.from_file(written(tmp_path / name, FILES)) for name in "ab")
    assert one != other
    assert one.identity() == other.identity()
    assert mapped(one, columns={"weight": "calls"}).identity() != one.identity()
    assert mapped(one, columns={"id": " id "}, seed=0).identity() == one.identity()
    (tmp_path / "b" / "ties.csv").write_text("learner,source\nb,a\n", encoding="utf-8")
    assert one.identity() != other.identity()
    (tmp_path / "b" / "ties.csv").unlink()
    with pytest.raises(InputError, match="there is no such file"):
        other.identity()


def test_a_plugin_in_use_belongs_to_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(text: str) -> str:
        monkeypatch.setattr(module, "plugin", lambda cls: {"version": text} if cls is Swap else None)
        return Scenario.from_dict(swap()).identity()

    assert version("1.0") != version("1.1")
    assert Scenario.from_dict({}).identity() == Scenario().identity()


def test_what_is_known_of_a_plugin() -> None:
    assert plugin(SyntheticOrganization) is None
    outside = plugin(InputError.__mro__[1]) or {}
    assert outside == {"version": "", "source": ""}
    installed = plugin(pytest.MonkeyPatch) or {}
    assert installed["version"] == f"pytest {pytest.__version__}"
    assert len(installed["source"]) == 64


def test_a_plugin_is_known_by_the_source_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from sim import rules\n\n\n@rules.register\nclass Hum(rules.Rule):\n    kind = 'hum'\n"
    (tmp_path / "humming.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    from sim import rules

    monkeypatch.setattr(rules.RULES, "_added", {})
    humming = importlib.import_module("humming")
    (tmp_path / "humming.py").write_text(source + "# changed after it was loaded\n")
    loaded = plugin(humming.Hum)
    assert loaded == {"version": "", "source": hashlib.sha256(source.encode()).hexdigest()}
    monkeypatch.setattr(rules.RULES, "_added", {})
    assert plugin(importlib.reload(humming).Hum) != loaded, "now the other source runs"


def test_canonical_text() -> None:
    value = {"b": [1, 1.0, -0.0, True, None], "a": 'x"\n', "ü": (0.1,)}
    assert canonical(value) == (
        '{"a":"x\\"\\n","b":[int 1,0x1.0000000000000p+0,0x0.0p+0,true,null],"\\u00fc":[0x1.999999999999ap-4]}'
    )
    with pytest.raises(TypeError, match="has no canonical text: set"):
        canonical({1, 2})


SHARE = st.floats(0, 1) | st.integers(0, 1)
POLICY = st.fixed_dictionaries(
    {"kind": st.just("swap")},
    optional={
        "coverage": SHARE,
        "start_week": st.integers(0, 19),
        "end_week": st.none() | st.integers(20, 5200),
        "hours": st.floats(0, 60),
        "targets": st.fixed_dictionaries(
            {},
            optional={
                "departments": st.lists(st.sampled_from(["Department 1", "Department 2"]), max_size=2),
                "levels": st.lists(st.sampled_from(["staff", 1, "executive"]), max_size=3),
            },
        ),
        "renewal_weeks": st.none() | st.integers(1, 99),
        "direction": st.sampled_from(["peer", "reverse"]),
    },
)
LABELS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/:${_<"), min_size=1, max_size=9)
SCENARIO = st.fixed_dictionaries(
    {"weeks": st.integers(20, 5200)},
    optional={
        "culture": st.fixed_dictionaries({}, optional={"safety": SHARE, "clarity_across": SHARE, "drift": SHARE}),
        "organization": st.fixed_dictionaries(
            {"kind": st.just("synthetic"), "people": st.integers(8, 999)},
            optional={"seed": st.none() | st.integers(0, 2**63 - 1), "sources": st.floats(0, 99)},
        ),
        "turnover": st.fixed_dictionaries({}, optional={"hazard": st.lists(SHARE, min_size=4, max_size=4)}),
        "topics": st.dictionaries(
            st.sampled_from(["Topic 01", "Topic 24"]), st.fixed_dictionaries({}, optional={"tacitness": SHARE})
        ),
        "policies": st.dictionaries(
            LABELS.filter(lambda text: text == text.strip() and text != "model"), POLICY, max_size=3
        ),
    },
)


def respelled(value: Any, chance: random.Random) -> Any:
    """The same meaning with keys in another order, and whole floats written as integers."""
    if isinstance(value, dict):
        items = [(key, respelled(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return [respelled(item, chance) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(SCENARIO, st.randoms(use_true_random=False))
def test_a_scenario_survives_every_way_of_writing_it(given: dict[str, Any], chance: random.Random) -> None:
    scenario = Scenario.from_dict(given)
    complete = scenario.to_dict()
    assert Scenario.from_dict(complete) == scenario
    assert Scenario.from_dict(read_yaml(scenario.to_yaml(), "s")[0]) == scenario
    again = Scenario.from_dict(respelled(complete, chance))
    assert again == scenario
    assert again.identity() == scenario.identity()
