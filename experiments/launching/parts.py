"""Parts: what one job is to run, as a short text that Hydra hands to the job like any other override."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.store.details import Detail
from experiments.store.wanted import Wanted
from experiments.study import Arm
from experiments.workers import Task

LARGEST = 1_000
"""Runs of a part at most: what a lost job can lose, and what travels back at once from where no disk is shared."""

PARTS_A_WORKER = 3
"""So that no worker is idle for long while the last one ends."""


@dataclass(frozen=True)
class Part:
    """What one job is to run."""

    wanted: tuple[Wanted, ...]

    @property
    def text(self) -> str:
        """The part as letters, digits, `-` and `_`; scenarios are long and alike, so it is compressed."""
        rows = [
            [each.arm.identity, each.arm.scenario.to_dict(), each.seeds, each.detail.since, each.detail.courses]
            for each in self.wanted
        ]
        packed = zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 9)
        return "p" + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Part:
        """The part that a text describes; its arms are named by their numbers.

        Raises:
            InputError: a scenario of it is none here, such as one with a policy that is not installed.
        """
        from sim.scenario import Scenario

        letters = text[1:]
        packed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        found = []
        for at, (identity, scenario, seeds, since, courses) in enumerate(json.loads(zlib.decompress(packed))):
            arm = Arm(str(at), str(at), Scenario.from_dict(scenario), known_identity=identity)
            found.append(Wanted(arm, tuple(seeds), Detail(since, tuple(courses))))
        return cls(tuple(found))


def cut(wanted: Sequence[Wanted], tasks: Sequence[Task], number: int) -> list[Part]:
    """Tasks in about so many parts of equal work, in their order; more where one would have too many runs.

    Args:
        wanted: what the tasks' numbers mean.
        tasks: of which each stays whole.
        number: how many parts.
    """
    runs = sum(len(task.seeds) for task in tasks)
    number = max(number, -(-runs // LARGEST))
    total = sum(task.size for task in tasks)
    parts: list[dict[int, list[int]]] = []
    before, held, last = 0, 0, -1
    for task in tasks:
        place = min(number - 1, before * number // total)
        before += task.size
        if place != last or held + len(task.seeds) > LARGEST:
            parts.append({})
            last, held = place, 0
        parts[-1].setdefault(task.wanted, []).extend(task.seeds)
        held += len(task.seeds)
    return [
        Part(tuple(Wanted(wanted[at].arm, tuple(seeds), wanted[at].detail) for at, seeds in part.items()))
        for part in parts
    ]


def alone(wanted: Sequence[Wanted], tasks: Sequence[Task]) -> list[Part]:
    """Tasks in parts of one scenario each."""
    return [part for at in dict.fromkeys(task.wanted for task in tasks)
            for part in cut(wanted, [task for task in tasks if task.wanted == at], 1)]  # fmt: skip
