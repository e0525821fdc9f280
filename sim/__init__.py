"""Watercooler: how knowledge spreads through an organization, and which governance policies make it spread.

    from sim import Scenario, OrganizationModel

    scenario = Scenario.from_dict({"policies": {"rotation": {"kind": "rotation", "coverage": 0.1}}})
    model = OrganizationModel(scenario, seeds=[1, 2, 3])
    model.run()
    model.series()

Heavy imports wait until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.model import OrganizationModel
    from sim.scenario import Scenario

__version__ = "0.1.0"
MODEL_VERSION = 3
"""Part of every result's identity; raised whenever the golden digests change."""

__all__ = ["MODEL_VERSION", "OrganizationModel", "Scenario", "__version__"]
_HOMES = {"Scenario": "sim.scenario", "OrganizationModel": "sim.model"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
