"""The defaults give an organization that one could believe in, on paper and on a real network.

The synthetic organization: 480 people, 8 departments, 24 topics, three years, 32 worlds. The real one, where its
files are at hand: email-Eu-core, 1,005 people, two years, 8 worlds.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.comparison import compare
from experiments.study import Arm, Study
from sim.metrics import METRICS
from sim.model import OrganizationModel
from sim.recorder import Record
from sim.scenario import Scenario

pytestmark = pytest.mark.science

KINDS = ("rotation", "incentives", "mentorship")
SEEDS = tuple(range(1, 33))
START = 13
EMAIL = Path(__file__).parents[3] / "shared" / "data" / "email-eu-core"
EMAIL_COLUMNS = {"id": "node", "learner": "recipient", "source": "sender"}


def run(scenario: Scenario, seeds: tuple[int, ...], batch: int = 8) -> Record:
    batches = [seeds[at : at + batch] for at in range(0, len(seeds), batch)]
    return Record.join([OrganizationModel(scenario, seeds=part).run().record() for part in batches])


def policies(*kinds: str) -> dict[str, Any]:
    return {kind: {"kind": kind} for kind in kinds}


@lru_cache(maxsize=1)
def demo() -> tuple[Study, dict[str, Record]]:
    """The shipped comparison: baseline, each policy, all three."""
    arms = [Arm("baseline", "Baseline", Scenario.from_dict({}))]
    choices = [*((kind,) for kind in KINDS), KINDS]
    arms += [Arm("+".join(c), "+".join(c), Scenario.from_dict({"policies": policies(*c)}), "baseline") for c in choices]
    study = Study("demo", "", tuple(arms), SEEDS)
    return study, {arm.name: run(arm.scenario, SEEDS) for arm in arms}


@lru_cache(maxsize=1)
def email() -> Record:
    if not EMAIL.is_dir():
        pytest.skip(f"the email-Eu-core files are not at {EMAIL}")
    files = {"kind": "files", "people": str(EMAIL / "people.csv"), "ties": str(EMAIL / "ties.csv")}
    organization = files | {"columns": EMAIL_COLUMNS}
    return run(Scenario.from_dict({"organization": organization, "weeks": 104}), tuple(range(1, 9)))


def course(record: Record, metric: str) -> np.ndarray:
    """Mean over worlds by week, (week,)."""
    mean: np.ndarray = METRICS[metric].series(record.weekly).mean(axis=0)
    return mean


def test_without_policies_an_organization_stays_as_it_is() -> None:
    baseline = demo()[1]["baseline"]
    adequacy, need_met = course(baseline, "adequacy"), course(baseline, "need_met")
    assert abs(adequacy[155] - adequacy[0]) < 0.02
    assert abs(need_met[155] - need_met[0]) < 0.05
    assert np.ptp(need_met) < 0.05


@pytest.mark.parametrize("organization", ["synthetic", "email"])
def test_need_neither_saturates_nor_vanishes(organization: str) -> None:
    record = demo()[1]["baseline"] if organization == "synthetic" else email()
    for metric in ("adequacy", "need_met", "need_met_own", "need_met_other"):
        values = course(record, metric)
        assert values.min() > 0.15 and values.max() < 0.85, metric


@pytest.mark.parametrize("organization", ["synthetic", "email"])
def test_less_is_learned_over_a_tie_between_departments(organization: str) -> None:
    """0 to 0.4 of what a tie inside a department brings (Darr, Argote and Epple 1995; Kim 2005)."""
    record = demo()[1]["baseline"] if organization == "synthetic" else email()
    ratio = METRICS["across_over_within"].value(record.weekly, START)
    assert np.all((ratio > 0) & (ratio < 0.4))


def test_the_learning_budget_binds_some_but_not_most_of_the_time() -> None:
    binding = METRICS["budget_binding"].value(demo()[1]["baseline"].weekly, START)
    assert np.all((binding > 0.05) & (binding < 0.5))


def test_common_random_numbers_save_seeds() -> None:
    """Median over the four comparisons and adequacy, need met and the target metric: at least 3 times fewer seeds."""
    study, records = demo()
    assert compare(study, records).median_saving >= 3


def test_two_policies_together_do_more_than_either() -> None:
    records = demo()[1]
    met = {name: METRICS["need_met"].value(record.weekly, START) for name, record in records.items()}
    together = met["+".join(KINDS)]
    for kind in KINDS:
        difference = together - met[kind]
        assert difference.mean() > 3 * difference.std(ddof=1) / np.sqrt(len(SEEDS))
