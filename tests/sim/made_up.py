"""Two policies and a rule that exist only in tests, so that a test knows every parameter they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim import scenario
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, Targets


@dataclass(frozen=True)
class SwapSettings(PolicySettings):
    """Settings of a made-up policy."""

    kind: str = parameter("swap", "which policy", choices=("swap",))
    direction: str = parameter("peer", "which way", choices=("traditional", "reverse", "peer"))
    host_targets: Targets | None = parameter(None, "whom it may visit; null: as `targets`")
    stay: int = parameter(4, "length", unit="weeks", low=1, high=520)
    cadence: int = parameter(13, "weeks between occasions", unit="weeks", low=1, high=520)


class Swap(Policy):
    """A made-up policy with a rule between two parameters."""

    kind = "swap"
    Settings = SwapSettings

    @classmethod
    def check(cls, settings: SwapSettings, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """A stay ends before the next one."""
        if settings.stay > settings.cadence:
            yield "stay", f"{settings.stay} weeks are longer than the cadence", f"at most {settings.cadence}"
        if scenario["organization"].kind == "files" and settings.targets.departments:
            yield "targets.departments", "a made-up problem", ""


@dataclass(frozen=True)
class BonusSettings(PolicySettings):
    """Settings of another made-up policy."""

    kind: str = parameter("bonus", "which policy", choices=("bonus",))


class Bonus(Policy):
    """A made-up policy of its own defaults."""

    kind = "bonus"
    Settings = BonusSettings


@dataclass(frozen=True)
class GossipSettings:
    """Settings of a made-up rule."""

    kind: str = parameter("gossip", "which rule", choices=("gossip",))
    pace: float = parameter(0.1, "how fast", low=0, high=1)


class Gossip:
    """A made-up rule, too fast from a pace of 0.9."""

    Settings = GossipSettings

    @classmethod
    def check(cls, settings: GossipSettings, scenario: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
        """Gossip takes time."""
        if settings.pace > 0.9 and scenario["weeks"] > 1:
            yield "pace", "is too fast", "slow down"


def only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make these the only kinds that scenarios know, and none of them a plug-in."""
    monkeypatch.setattr(scenario, "_policy_kinds", lambda: {"swap": Swap, "bonus": Bonus})
    monkeypatch.setattr(scenario, "_rule_kinds", lambda: {"gossip": Gossip})
    monkeypatch.setattr(scenario, "plugin", lambda cls: None)
    monkeypatch.setattr("sim.MODEL_VERSION", 1, raising=False)


def swap(**fields: Any) -> dict[str, Any]:
    """A scenario with one policy."""
    return {"policies": {"swap": {"kind": "swap", **fields}}}


def written(folder: Path, text: str) -> Path:
    """A scenario file."""
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path
