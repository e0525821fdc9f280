"""What every policy is tested for, written once.

A policy's test file derives a class from `PolicyHarness` and names the kind and some lively settings:

    class TestHarness(PolicyHarness):
        kind = "rotation"
        lively = ({"coverage": 0.6, "cadence": 2},)
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import worlds
import yaml
from scipy import stats

from sim.metrics import METRICS
from sim.model import OrganizationModel
from sim.plan import PHASES
from sim.policies import registry
from sim.problems import InputError
from sim.recorder import Record
from sim.scenario import Scenario
from sim.schema import CULTURE_FIELDS, PERSON_FIELDS, TIE_FIELDS
from sim.seats import SEAT_METRICS, SeatMetric

SHIPPED = Path(__file__).parents[1] / "configs" / "policy"
WEEKS = 10
START = 3
A_QUARTER = START + 14
"""Weeks in which what a policy does once a quarter shows too."""
SEEDS = (1, 2)
BUSY_TURNOVER = {"hazard": [0.03, 0.03, 0.03, 0.03]}
NAMES = tuple(field.name for field in PERSON_FIELDS + CULTURE_FIELDS)
ODD_ORGANIZATIONS: dict[str, dict[str, Any]] = {
    "one person": {"people": 1, "departments": 1},
    "one department": {"people": 9, "departments": 1},
    "alone in every department": {"people": 5, "departments": 5},
    "nobody knows anybody": {"people": 9, "departments": 3, "sources": 0},
    "one topic": {"people": 9, "departments": 3, "topics": 1},
    "more departments than topics": {"people": 12, "departments": 6, "topics": 3},
}


def under(policies: Mapping[str, Any], organization: Mapping[str, Any] | None = None, **sections: Any) -> Scenario:
    """A small world under some policies, by label, with enough turnover to show what a newcomer does."""
    given = {"weeks": WEEKS, "turnover": BUSY_TURNOVER} | sections
    return worlds.scenario(organization, policies=dict(policies), **given)


def course(scenario: Scenario, seeds: tuple[int, ...] = SEEDS) -> tuple[list[list[str]], Record]:
    """Digests after each week, (week, world), and the record."""
    model = OrganizationModel(scenario, seeds=seeds)
    digests = []
    while model.week < scenario.weeks:
        model.step()
        digests.append(model.state.digest())
    return digests, model.record()


@lru_cache(maxsize=2)
def baseline(partners: str = "{}", organization: str = "{}") -> tuple[list[list[str]], Record]:
    """The same small world without a policy but for partners, and its organization's own fields, as JSON text."""
    return course(under(json.loads(partners), json.loads(organization)))


@lru_cache(maxsize=4)
def shipped_record(kinds: tuple[str, ...], setting: str) -> Record:
    """64 worlds over three years under some policies as shipped; of the default but for a setting, as JSON text."""
    policies = {label: fields for kind in kinds for label, fields in shipped(kind).items()}
    scenario = Scenario.from_dict({**json.loads(setting), "policies": policies})
    parts = (range(first, first + 16) for first in range(1, 65, 16))
    return Record.join([OrganizationModel(scenario, seeds=seeds).run().record() for seeds in parts])


def shipped(kind: str) -> dict[str, Any]:
    """The policy's own file in configs/, label to fields."""
    fields: dict[str, Any] = yaml.safe_load((SHIPPED / f"{kind}.yaml").read_text(encoding="utf-8"))
    return fields


def copied(model: OrganizationModel) -> dict[str, Any]:
    """A copy of every field of the state, ties as they are seen by learner and source."""
    state = model.state
    ties = (state.learners(), *(getattr(state, field.name) for field in TIE_FIELDS))
    return {name: state.arrays[name].copy() for name in NAMES} | {"ties": np.array(ties, np.float64)}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Names of fields that differ."""
    return {name for name in before if not np.array_equal(before[name], after[name])}


class PolicyHarness:
    """Every policy's tests.

    Attributes:
        kind: of the policy.
        lively: settings, each over the defaults, that together show all it can bend and write within a quarter; the
            first also costs hours.
        zeros: settings of strength zero.
        partners: policies by label that run beside it and in its baseline, for a policy that acts on others.
    """

    kind: ClassVar[str]
    lively: ClassVar[tuple[dict[str, Any], ...]]
    zeros: ClassVar[tuple[dict[str, Any], ...]] = ({"intensity": 0}, {"coverage": 0})
    partners: ClassVar[dict[str, dict[str, Any]]] = {}

    def policy(self, variant: int = 0, **more: Any) -> dict[str, Any]:
        """The policy by its own kind as label, started early, and its partners."""
        return {**self.partners, self.kind: {"kind": self.kind, "start_week": START, **self.lively[variant], **more}}

    @property
    def setting(self) -> Mapping[str, Any]:
        """Sections of the scenario without which the policy has nothing to act on."""
        return registry()[self.kind].setting

    def under(
        self, policies: Mapping[str, Any], organization: Mapping[str, Any] | None = None, **sections: Any
    ) -> Scenario:
        """A small world of the setting that the policy needs, under some policies."""
        apart = {name: fields for name, fields in self.setting.items() if name != "organization"}
        needed = self.setting.get("organization", {})
        return under(policies, {**needed, **(organization or {})}, **apart, **sections)

    def baseline(self) -> tuple[list[list[str]], Record]:
        """The same small world without the policy."""
        return baseline(json.dumps(self.partners), json.dumps(self.setting.get("organization", {})))

    @property
    def organizations(self) -> int:
        """How many organizations the policy needs."""
        return int(self.setting.get("organization", {}).get("organizations", 1))

    def test_it_builds_from_its_shipped_config(self) -> None:
        given = shipped(self.kind)
        scenario = Scenario.from_dict({**self.setting, "policies": given})
        assert list(given) == [self.kind]
        assert type(scenario.policies[self.kind]) is registry()[self.kind].Settings
        small = self.under(given, weeks=scenario.policies[self.kind].start_week + 2)
        assert OrganizationModel(small, seed=1).run().state.violations() == []

    def test_a_misspelled_field_is_refused_and_the_right_one_named(self) -> None:
        settings = registry()[self.kind].Settings
        for field in dataclasses.fields(settings):
            if field.name == "kind":
                continue
            with pytest.raises(InputError) as caught:
                self.under({self.kind: {"kind": self.kind, f"{field.name}x": 1}})
            assert f"did you mean '{field.name}'?" in str(caught.value)

    def test_every_parameter_says_what_it_means(self) -> None:
        policy = registry()[self.kind]
        assert all(field.metadata["parameter"].doc for field in dataclasses.fields(policy.Settings))
        assert policy.__doc__ and "Moves" in policy.__doc__
        assert policy.sources
        assert policy.target_metric in {*METRICS, *SEAT_METRICS}

    def test_same_seed_same_digest_alone_and_in_an_ensemble(self) -> None:
        for variant in range(len(self.lively)):
            scenario = self.under(self.policy(variant))
            digests, _ = course(scenario, (5, 3))
            again, _ = course(scenario, (3,))
            assert [week[1] for week in digests] == [week[0] for week in again]
            assert digests[-1][0] != digests[-1][1]

    def test_strength_zero_is_the_baseline_to_the_last_bit(self) -> None:
        plain, record = self.baseline()
        for variant in range(len(self.lively)):
            for zero in self.zeros:
                digests, treated = course(self.under(self.policy(variant, money=5, hours=2, **zero)))
                assert digests == plain, zero
                for name, values in record.weekly.items():
                    np.testing.assert_array_equal(values, treated.weekly[name], err_msg=f"{name} with {zero}")
                assert not treated.weekly[f"hours:{self.kind}"].any()
                assert not treated.weekly[f"money:{self.kind}"].any()

    def test_nothing_differs_before_its_start_week(self) -> None:
        plain, record = self.baseline()
        for variant in range(len(self.lively)):
            digests, treated = course(self.under(self.policy(variant)))
            assert digests[:START] == plain[:START]
            assert digests[-1][0] != plain[-1][0] and digests[-1][1] != plain[-1][1]
            for name, values in record.weekly.items():
                np.testing.assert_array_equal(values[:, :START], treated.weekly[name][:, :START], err_msg=name)

    def test_weeks_of_burn_in_know_no_policy(self) -> None:
        first = OrganizationModel(self.under(self.partners, burn_in_weeks=4), seeds=SEEDS).state.digest()
        for variant in range(len(self.lively)):
            settled = OrganizationModel(self.under(self.policy(variant), burn_in_weeks=4), seeds=SEEDS)
            assert settled.state.digest() == first

    def test_it_changes_only_what_it_declares(self, monkeypatch: pytest.MonkeyPatch) -> None:
        policy = registry()[self.kind]
        bent: set[str] = set()
        written: set[str] = set()
        for variant in range(len(self.lively)):
            model = OrganizationModel(self.under(self.policy(variant), weeks=A_QUARTER), seed=1)
            at_work = next(one for one in model.plan.policies if one.label == self.kind)
            act = at_work.act

            def watched(week: Any, model: Any = model, act: Any = act) -> None:
                before = copied(model)
                act(week)
                written.update(changed(before, copied(model)))

            monkeypatch.setattr(at_work, "act", watched)
            for _ in range(A_QUARTER):
                with np.errstate(over="ignore"):
                    for phase in PHASES:
                        before = copied(model) if phase.owner == "policies" and phase.name != "act" else {}
                        phase.run(model.plan)
                        touched = changed(before, copied(model)) if before else set()
                        assert not touched, f"{phase.name} writes {touched}"
                model.ensemble.number += 1
                bent |= {name for name, by in model.ensemble.levers.contributions.items() if self.kind in by}
        assert bent == set(policy.bent_levers)
        assert written == set(policy.written_state)

    def test_all_invariants_hold(self) -> None:
        for variant in range(len(self.lively)):
            model = OrganizationModel(self.under(self.policy(variant)), seeds=SEEDS)
            for _ in range(WEEKS):
                model.step()
                assert model.state.violations() == []
            assert model.state.generation.max() > 0

    @pytest.mark.parametrize("shape", ODD_ORGANIZATIONS)
    def test_it_survives_odd_organizations(self, shape: str) -> None:
        organization = ODD_ORGANIZATIONS[shape]
        if self.organizations > organization["departments"]:
            with pytest.raises(InputError):
                self.under(self.policy(), organization)
            return
        for variant in range(len(self.lively)):
            model = OrganizationModel(self.under(self.policy(variant), organization, weeks=7), seeds=SEEDS)
            model.run()
            assert model.state.violations() == []
            assert np.isfinite(model.series()[["adequacy", "mean_expertise", "hours"]].to_numpy()).all()

    def test_the_order_of_policies_in_the_file_does_not_matter(self) -> None:
        for variant in range(len(self.lively)):
            both = {**worlds.BUSY, **self.policy(variant), "again": self.policy(variant)[self.kind]}
            there, _ = course(self.under(both), (4,))
            back, _ = course(self.under(dict(reversed(both.items()))), (4,))
            assert there == back

    def test_one_more_isolated_person_outside_its_targets_changes_nobody_else(self, tmp_path: Path) -> None:
        people = "id,department,level,organization\n"
        people += "".join(f"p{n:02},{'ABC'[n % 3]},{n % 4},{n % 3 % self.organizations}\n" for n in range(18))
        ties = "learner,source\n" + "".join(f"p{n:02},p{(n + step) % 18:02}\n" for n in range(18) for step in (1, 3, 4))
        targets = {"targets": {"departments": ["A", "B"]}}
        for variant in range(len(self.lively)):
            seen = []
            for more in ("", f"zz,C,1,{2 % self.organizations}\n"):
                organization = {**worlds.files(tmp_path / f"{len(more)}", people + more, ties), "topics": 8}
                policies = {label: {**fields, **targets} for label, fields in self.policy(variant).items()}
                given = {"turnover": BUSY_TURNOVER, "policies": policies, "weeks": WEEKS}
                model = OrganizationModel(Scenario.from_dict({"organization": organization, **given}), seed=2).run()
                seen.append({name: model.state.arrays[name][:18] for name in (f.name for f in PERSON_FIELDS)})
                slots = model.state.learners() < 18
                seen[-1] |= {field.name: getattr(model.state, field.name)[slots] for field in TIE_FIELDS}
            assert changed(*seen) == set()

    def test_it_books_its_hours_and_its_money(self) -> None:
        weekly = course(self.under(self.policy(money=7.5, hours=2)))[1].weekly
        for what in ("hours", "money"):
            booked = weekly[f"{what}:{self.kind}"]
            assert not booked[:, :START].any()
            assert np.all(booked[:, START:].sum(axis=1) > 0), what
            others = np.sum([weekly[f"{what}:{label}"] for label in self.partners], axis=0)
            np.testing.assert_array_equal(booked + others, weekly[what])
        assert not np.any(weekly[f"money:{self.kind}"] % 7.5)

    @pytest.mark.science
    def test_it_moves_its_target_metric(self) -> None:
        policy = registry()[self.kind]
        partner = (policy.partner,) if policy.partner else ()
        setting = json.dumps(self.setting)
        plain, treated = shipped_record(partner, setting), shipped_record((*partner, self.kind), setting)
        target = policy.target_metric
        start = Scenario.from_dict({**self.setting, "policies": shipped(self.kind)}).policies[self.kind].start_week
        metric = SEAT_METRICS[target] if target in SEAT_METRICS else METRICS[target]
        assert metric.better
        if isinstance(metric, SeatMetric):
            mask = treated.treated[self.kind]
            difference = metric.of(treated.seats, mask) - metric.of(plain.seats, mask)
        else:
            difference = metric.value(treated.weekly, start) - metric.value(plain.weekly, start)
        difference = difference if metric.better == "higher" else -difference
        result = stats.ttest_1samp(difference, 0.0, alternative="greater")
        assert difference.mean() > 0 and result.pvalue < 0.01
