"""All facts in order, and which of them no default may be calibrated against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from experiments.validation.boundaries import ACROSS, IDENTITY, MANDATORY, OPTIMUM
from experiments.validation.fact import EMERGENT, Fact, joined
from experiments.validation.knowledge import PERSISTENCE, RETENTION, SAFETY, TIE_STRENGTH, TURNOVER
from experiments.validation.spread import CONTAGION, EXPERTISE_MAP, S_CURVE

HELD_BACK = Path(__file__).with_name("held_back.yaml")


@lru_cache(maxsize=1)
def held_back() -> frozenset[str]:
    """Names of the facts that were chosen before any calibration, and are looked at only after it.

    Raises:
        ValueError: the file names a fact that it does not list.
    """
    import yaml

    written = yaml.safe_load(HELD_BACK.read_text(encoding="utf-8"))
    if not set(written["held_back"]) <= set(written["facts"]):
        raise ValueError(f"{HELD_BACK.name} holds back facts that it does not list")
    return frozenset(written["held_back"])


@lru_cache(maxsize=1)
def facts() -> Mapping[str, Fact]:
    """Every fact by name."""
    everything = (
        TIE_STRENGTH,
        PERSISTENCE,
        MANDATORY,
        ACROSS,
        SAFETY,
        EXPERTISE_MAP,
        TURNOVER,
        IDENTITY,
        OPTIMUM,
        CONTAGION,
        S_CURVE,
        RETENTION,
    )
    return joined([replace(fact, held_back=fact.name in held_back()) for fact in everything])


def emergent(found: Mapping[str, Fact]) -> list[str]:
    """Names of the facts that count as evidence."""
    return [name for name, fact in found.items() if fact.kind == EMERGENT]
