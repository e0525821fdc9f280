"""Run the worlds that facts need, each once whoever asks for it, and judge the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.runner import Progress
from experiments.validation.fact import Fact, Finding
from experiments.workers import Machine
from experiments.worlds import Worlds

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
    from sim.scenario import Scenario

    worlds = Worlds(folder, seeds)
    wanted = {name: Scenario.from_dict(data) for fact in facts.values() for name, data in fact.arms.items()}
    worlds.run(wanted, machine, progress)
    findings, failed = {}, {}
    for name, fact in facts.items():
        reasons = [worlds.failed[arm] for arm in fact.arms if arm in worlds.failed]
        if reasons:
            failed[name] = reasons[0]
        else:
            findings[name] = fact.judge({arm: worlds.record(arm) for arm in fact.arms})
    return Validation(facts, findings, failed, worlds.seeds)
