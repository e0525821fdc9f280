"""What the store knows of a scenario besides its runs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.study import Arm


@dataclass(frozen=True)
class Facts:
    """A scenario, as a block describes it.

    Attributes:
        identity: its content hash.
        baseline_identity: that of the same scenario without policies; empty where it is not known.
        model: version of the model that ran it.
        weeks: its horizon.
        kin: hash of everything but the horizon, the same for scenarios that differ in their weeks alone.
    """

    identity: str
    baseline_identity: str
    model: int
    weeks: int
    kin: str

    @classmethod
    def of(cls, arm: Arm) -> Facts:
        """Those of an arm of a study."""
        from sim import MODEL_VERSION

        return cls(arm.identity, arm.baseline_identity, MODEL_VERSION, int(arm.scenario.weeks), kin(arm))


def kin(arm: Arm) -> str:
    """Short hash of an arm's scenario without its horizon."""
    data = arm.scenario.to_dict()
    del data["weeks"]
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:24]


def text_of(arm: Arm) -> str:
    """The scenario as JSON, from which it can be made again."""
    return json.dumps(arm.scenario.to_dict(), ensure_ascii=False)
