"""Run the worlds that facts need, each once whoever asks for it, and judge the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.results import records_of
from experiments.runner import Progress, run_arms
from experiments.study import Arm, Study
from experiments.validation.fact import Fact, Finding
from experiments.workers import Machine

NAME = "validation"


@dataclass(frozen=True)
class Validation:
    """What came of it.

    Attributes:
        findings: by the fact's name; a fact whose worlds failed is missing.
        failed: fact -> reason.
    """

    facts: Mapping[str, Fact]
    findings: Mapping[str, Finding]
    failed: Mapping[str, str]
    seeds: Sequence[int]


def validate(
    folder: Path, facts: Mapping[str, Fact], seeds: Sequence[int], machine: Machine, progress: Progress
) -> Validation:
    """Run and judge some facts; worlds that the folder holds already are not run again.

    Raises:
        KeyboardInterrupt: the user stopped; worlds finished before are in the folder.
        OSError: the folder cannot be written.
    """
    by_identity: dict[str, Arm] = {}
    needed: dict[str, dict[str, str]] = {}
    for fact in facts.values():
        needed[fact.name] = {}
        for arm in _arms(fact):
            needed[fact.name][arm.name] = arm.identity
            by_identity.setdefault(arm.identity, arm)
    arms = tuple(by_identity.values())
    outcome = run_arms(folder, arms, seeds, machine, progress)
    reasons = {arm.identity: outcome.failed[arm.name] for arm in arms if arm.name in outcome.failed}
    findings, failed = {}, {}
    for name, fact in facts.items():
        missing = [reasons[identity] for identity in needed[name].values() if identity in reasons]
        if missing:
            failed[name] = missing[0]
            continue
        chosen = tuple(by_identity[identity] for identity in dict.fromkeys(needed[name].values()))
        records = records_of(folder, Study(NAME, "", chosen, tuple(seeds)))
        by_arm = {arm: records[by_identity[identity].name] for arm, identity in needed[name].items()}
        findings[name] = fact.judge(by_arm)
    return Validation(facts, findings, failed, seeds)


def _arms(fact: Fact) -> list[Arm]:
    from sim.scenario import Scenario

    return [Arm(name, name, Scenario.from_dict(data)) for name, data in fact.arms.items()]
