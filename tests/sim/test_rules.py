"""A researcher's own rule: ten lines of plain Python, its twin over arrays, and the way from a file to the week."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import cli
from experiments.plugins import load_plugins
from sim import OrganizationModel, Scenario, rules
from sim.chance import text_keys
from sim.kernels.chance import extend, uniform
from sim.kernels.common import ZERO, topic_sum
from sim.kernels.jit import allocating_kernel
from sim.parameters import parameter
from sim.problems import InputError
from sim.rules import Learner, PersonalRule, Rule, RuleSettings, add_gain, add_gains, register
from sim.week import Week

ASK = """
from sim.rules import PersonalRule, register

@register
class AskTheBest(PersonalRule):
    kind = "ask_the_best"

    def step(self, person):
        for contact in person.contacts:
            gap = contact.person.expertise - person.expertise
            if gap.max() > 0.3 and person.draw("ask", contact.person) < contact.trust:
                person.learn(gap.argmax(), 0.05 * gap.max())
"""
LEAST = np.float32(0.3)
SHARE = np.float32(0.05)
QUIET: dict[str, Any] = {
    "learning": dict.fromkeys(("rate", "practice", "forgetting", "obsolescence", "obsolescence_emerging"), 0),
    "turnover": {"hazard": [0, 0, 0, 0]},
}


class AskTheBest(PersonalRule):
    """The rule of ASK."""

    kind = "ask_the_best"

    def step(self, person: Learner) -> None:
        for contact in person.contacts:
            gap = contact.person.expertise - person.expertise
            if gap.max() > 0.3 and person.draw("ask", contact.person) < contact.trust:
                person.learn(gap.argmax(), 0.05 * gap.max())


@allocating_kernel
def ask_the_best(chain, people, ties, size, topics, gain, total):  # type: ignore[no-untyped-def]
    """The same for everybody at once."""
    for i in range(people.key.shape[0]):
        row = np.zeros_like(gain[i])
        for slot in range(ties.first[i], ties.first[i] + ties.count[i]):
            j = ties.source[slot]
            widest = ZERO
            where = 0
            for k in range(topics):
                gap = people.expertise[j, k] - people.expertise[i, k]
                if gap > widest:
                    widest = gap
                    where = k
            drawn = uniform(extend(extend(chain[i // size], people.key[i]), people.key[j]))
            if widest > LEAST and drawn < ties.trust[slot]:
                row[where] += SHARE * widest
        gain[i] += row
        total[i] += topic_sum(row)


class AskTheBestTwin(Rule):
    """The same as a kernel."""

    kind = "ask_the_best_twin"

    def run(self, week: Week) -> None:
        chain = week.chance.stream(self.label, "ask", week.number)
        state, size, topics = week.state, week.rule.people, week.rule.topics
        ask_the_best(chain, state.people, state.ties, size, topics, week.rule_gain, week.work.from_rules)


@dataclass(frozen=True)
class GiftSettings(RuleSettings):
    kind: str = parameter("gift", "which rule", choices=("gift",))
    amount: float = parameter(0.01, "mastery given", unit="mastery", low=0, high=1)
    topic: int = parameter(0, "of which topic", unit="topic", low=0, high=511)


class Gift(PersonalRule):
    """Everybody learns."""

    kind = "gift"
    Settings = GiftSettings

    def step(self, person: Learner) -> None:
        person.learn(self.settings.topic, self.settings.amount)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rules of these tests are known in these tests."""
    monkeypatch.setattr(rules.RULES, "_added", {rule.kind: rule for rule in (AskTheBest, AskTheBestTwin, Gift)})
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("plugin_"):
            del sys.modules[name]
    vars(rules.RULES).pop("_installed", None)


def ruled(*kinds: str, label: str = "mine", **more: Any) -> Scenario:
    small = {"organization": {"people": 24, "departments": 3, "topics": 6, "sources": 4}, "weeks": 10}
    chosen = {label if n == 0 else f"{label} {n}": {"kind": kind} for n, kind in enumerate(kinds)}
    return Scenario.from_dict(small | {"rules": chosen} | more)


def with_settings(more: dict[str, Any], **settings: dict[str, Any]) -> Scenario:
    small = {"organization": {"people": 24, "departments": 3, "topics": 6, "sources": 4}, "weeks": 10}
    return Scenario.from_dict(small | more | {"rules": settings})


def digest(scenario: Scenario, seeds: int = 2) -> list[str]:
    return OrganizationModel(scenario, seeds=seeds).run().state.digest()


def test_a_rule_changes_the_world_through_its_own_channel() -> None:
    model = OrganizationModel(ruled("ask_the_best"), seeds=2).run()
    assert model.state.digest() != digest(ruled())
    assert model.state.violations() == []
    assert np.all(model.record().weekly["from_rules"].sum(axis=1) > 0)


def twins() -> tuple[Any, Any]:
    """Digests and what the rules brought, of a rule for one person and of the same rule as a kernel."""
    more: dict[str, Any] = {"policies": {"m": {"kind": "mentorship", "start_week": 2}}}
    plain, twin = (
        OrganizationModel(ruled(kind, **more), seeds=2).run() for kind in ("ask_the_best", "ask_the_best_twin")
    )
    first, second = ((made.state.digest(), made.record().weekly["from_rules"].tolist()) for made in (plain, twin))
    return first, second


def test_a_kernel_twin_gives_the_same_bits() -> None:
    plain, twin = twins()
    assert plain == twin
    assert np.any(plain[1]), "the rules brought nothing, so nothing was shown"


@pytest.mark.compiled
def test_a_compiled_kernel_twin_gives_the_same_bits() -> None:
    plain, twin = twins()
    assert plain == twin
    assert np.any(plain[1]), "the rules brought nothing, so nothing was shown"


def test_gains_of_everybody_are_the_gains_of_each() -> None:
    model = OrganizationModel(ruled("gift", organization={"people": 9, "departments": 2, "topics": 20}), seeds=2)
    week = model.ensemble
    gains = np.random.default_rng(3).random(week.rule_gain.shape).astype(np.float32)
    for row, gain in enumerate(gains):
        add_gain(week, row, gain)
    one_by_one = week.rule_gain.copy(), week.work.from_rules.copy()
    week.rule_gain[:], week.work.from_rules[:] = 0, 0
    add_gains(week, gains)
    assert np.array_equal(one_by_one[0], week.rule_gain)
    assert np.array_equal(one_by_one[1], week.work.from_rules)


def test_draws_are_keyed_by_label_so_two_copies_differ() -> None:
    assert digest(ruled("ask_the_best")) != digest(ruled("ask_the_best", label="other"))


def test_a_rule_in_a_world_alone_gives_the_bits_of_the_ensemble() -> None:
    alone = [OrganizationModel(ruled("ask_the_best"), seed=seed).run().state.digest()[0] for seed in (1, 2)]
    assert alone == digest(ruled("ask_the_best"))


def test_gains_share_the_learning_budget() -> None:
    model = OrganizationModel(with_settings(QUIET, gift={"kind": "gift", "amount": 1}), seed=1)
    before = model.state.expertise[0].astype(np.float64)
    model.step()
    gained = (model.state.expertise[0] - before).sum(axis=1)
    full = before[:, 0] > 1 - 0.024
    assert gained[~full] == pytest.approx(1.5 * 0.016, abs=1e-6)
    assert np.all(gained <= 0.024 + 1e-6)


def test_gains_of_a_rule_shrink_those_of_ties() -> None:
    rule = {"kind": "gift", "amount": 0.2}
    plain, crowded = (
        OrganizationModel(with_settings({}, **chosen), seed=1).run().record().weekly for chosen in ({}, {"gift": rule})
    )
    assert crowded["from_rules"].sum() > 0
    assert crowded["from_ties"].sum() < plain["from_ties"].sum()
    entries = ("ties", "sessions", "challenges", "rules", "practice", "forgetting", "obsolescence", "turnover")
    total = sum(crowded[f"from_{name}"][0] for name in entries)
    mean = crowded["mastery"][0] / crowded["cells"][0]
    assert np.diff(mean) == pytest.approx(total[1:], abs=1e-9)


def test_what_a_rule_sets_lands_after_all_rules_ran() -> None:
    seen: list[tuple[str, float, float]] = []

    @register
    class Shake(PersonalRule):
        kind = "shake"

        def step(self, person: Learner) -> None:
            seen.append((self.label, person.engagement, float(person.expertise[0])))
            person.engagement = 0.125
            person.expertise = np.full(6, 0.25)
            for contact in person.contacts:
                seen.append((self.label, contact.person.engagement, float(contact.person.expertise[0])))
                contact.person.tenure = 700

    model = OrganizationModel(ruled("shake", "shake"), seed=1)
    mastery = set(model.state.expertise[0, :, 0].tolist())
    learners = set(model.state.learners().tolist())
    sources = set(model.state.source.tolist())
    model.step()
    assert {label for label, _, _ in seen} == {"mine", "mine 1"}
    assert {engagement for _, engagement, _ in seen} == {float(np.float32(0.8))}
    assert {value for _, _, value in seen} == mastery
    assert learners
    assert {row for row in range(24) if model.state.tenure[0, row] == 701} == sources - set(
        np.flatnonzero(model.state.generation[0]).tolist()
    )
    assert np.all(model.state.engagement < 0.2)


def test_the_last_rule_by_label_has_the_last_word() -> None:
    class Say(PersonalRule):
        def step(self, person: Learner) -> None:
            person.level = {"a": 1, "b": 2}[self.label]

    Say.kind = "say"
    register(Say)
    for order in (("a", "b"), ("b", "a")):
        scenario = with_settings({}, **{label: {"kind": "say"} for label in order})
        model = OrganizationModel(scenario, seed=1)
        model.step()
        assert np.all(model.state.level == 2)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda person: person.learn(0, -0.1), "a gain is 0 or more"),
        (lambda person: person.learn(0, float("nan")), "a gain is 0 or more"),
        (lambda person: person.learn(6, 0.1), "no topic number 6; they go from 0 to 5"),
        (lambda person: person.learn(-1, 0.1), "no topic number -1"),
        (lambda person: person.learn("Alchemy", 0.1), "no topic is called 'Alchemy'"),
        (lambda person: setattr(person, "engagement", 2), "engagement lies in"),
        (lambda person: setattr(person, "department", "Nowhere"), "no department is called 'Nowhere'"),
        (lambda person: person.expertise.fill(1), "read-only"),
        (lambda person: person.contacts[0].person.expertise.fill(1), "read-only"),
    ],
)
def test_a_wrong_step_is_refused_where_it_is_made(act: Any, said: str) -> None:
    class Wrong(PersonalRule):
        kind = "wrong"

        def step(self, person: Learner) -> None:
            if person.contacts:
                act(person)

    register(Wrong)
    with pytest.raises(ValueError, match=said):
        OrganizationModel(ruled("wrong"), seed=1).step()


def test_a_topic_can_be_given_by_name() -> None:
    class Named(PersonalRule):
        kind = "named"

        def step(self, person: Learner) -> None:
            person.learn(model.state.frame.topics[4], 0.001)

    register(Named)
    model = OrganizationModel(ruled("named", **QUIET), seed=1)
    before = model.state.expertise.copy()
    model.step()
    changed = np.flatnonzero((model.state.expertise != before).any(axis=(0, 1)))
    assert changed.tolist() == [4]


def test_a_rules_parameters_are_checked() -> None:
    assert with_settings({}, a={"kind": "gift", "amount": 0.5}).rules["a"].amount == 0.5
    with pytest.raises(InputError, match="amount"):
        with_settings({}, a={"kind": "gift", "amonut": 0.5})
    with pytest.raises(InputError, match="gift"):
        with_settings({}, a={"kind": "gfit"})


def test_two_rules_cannot_share_a_kind() -> None:
    with pytest.raises(ValueError, match="'gift' exists already"):
        register(type("Other", (PersonalRule,), {"kind": "gift"}))
    assert register(Gift) is Gift


def test_a_rule_may_do_nothing() -> None:
    register(type("Nothing", (Rule,), {"kind": "nothing"}))
    register(type("Silent", (PersonalRule,), {"kind": "silent"}))
    assert digest(ruled("nothing", "silent")) == digest(ruled())


def plugged(folder: Path, name: str, source: str = ASK) -> Path:
    """A module of rules in a folder."""
    path = folder / f"{name}.py"
    path.write_text(source.replace("ask_the_best", f"ask_{name}"), encoding="utf-8")
    importlib.invalidate_caches()
    return path


def test_the_documented_rule_has_ten_lines_and_is_the_one_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len([line for line in ASK.splitlines() if line.strip()]) <= 10
    assert rules.__doc__ is not None
    assert all(line.strip() in rules.__doc__ for line in ASK.splitlines())
    plugged(tmp_path, "plugin_ten")
    monkeypatch.chdir(tmp_path)
    load_plugins(["plugin_ten"])
    assert digest(ruled("ask_plugin_ten")) == digest(ruled("ask_the_best"))


def test_a_plugin_on_the_command_line_brings_its_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(tmp_path, "plugin_line")
    (tmp_path / "mine.yaml").write_text(
        "organization: {people: 20, departments: 2, topics: 6, sources: 4}\n"
        "weeks: 4\nrules: {mine: {kind: ask_plugin_line}}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    words = ["run", "file=mine.yaml", "workers=1", "out=out"]
    assert cli.main(words) == 2
    assert not (tmp_path / "out").exists()
    assert cli.main([*words, "plugins=plugin_line"]) == 0
    assert (tmp_path / "out" / "runs.parquet").exists()


def test_an_installed_package_brings_its_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(tmp_path, "plugin_point")
    installed(tmp_path, "ask_plugin_point = plugin_point:AskTheBest")
    monkeypatch.syspath_prepend(tmp_path)
    vars(rules.RULES).pop("_installed", None)
    assert rules.registry()["ask_plugin_point"].__module__ == "plugin_point"
    assert digest(ruled("ask_plugin_point")) == digest(ruled("ask_the_best"))


def test_a_kind_of_an_installed_package_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "elsewhere = plugin_elsewhere:Elsewhere")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="'elsewhere' exists already"):
        register(type("Mine", (Rule,), {"kind": "elsewhere"}))


def test_an_installed_package_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "gone = plugin_gone:Gone")
    monkeypatch.syspath_prepend(tmp_path)
    vars(rules.RULES).pop("_installed", None)
    with pytest.raises(InputError, match=r"plugin_gone:Gone.*cannot be imported: ModuleNotFoundError"):
        rules.registry()


def installed(folder: Path, entry: str) -> None:
    information = folder / "madeup-1.2.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: madeup\nVersion: 1.2\n", encoding="utf-8")
    (information / "entry_points.txt").write_text(f"[{rules.ENTRY_POINTS}]\n{entry}\n", encoding="utf-8")


def test_a_plugins_source_is_part_of_the_identity(tmp_path: Path) -> None:
    path = plugged(tmp_path, "plugin_known")
    before = _identity_elsewhere(tmp_path)
    assert before == _identity_elsewhere(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("0.05", "0.06"), encoding="utf-8")
    assert _identity_elsewhere(tmp_path) != before


def _identity_elsewhere(folder: Path) -> str:
    """The identity that a process of its own gives a scenario with the plug-in of a folder."""
    code = (
        "from experiments.plugins import load_plugins; from sim import Scenario; load_plugins(['plugin_known']); "
        "print(Scenario.from_dict({'rules': {'mine': {'kind': 'ask_plugin_known'}}}).identity())"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=dict(os.environ, PYTHONPATH=root), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_newcomers_draw_by_their_new_key() -> None:
    class Listen(PersonalRule):
        kind = "listen"

        def step(self, person: Learner) -> None:
            heard.append((person.id, person.draw("hear")))

    register(Listen)
    heard: list[tuple[str, float]] = []
    OrganizationModel(ruled("listen", turnover={"hazard": [0.2] * 4}), seed=1).run()
    newcomers = {name for name, _ in heard if "~" in name}
    assert len(newcomers) > 5
    assert len({draw for _, draw in heard}) == len(heard) == 240
    assert len(text_keys(sorted(newcomers))) == len(newcomers)
