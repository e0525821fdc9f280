"""One policy a file, found by kind in a registry."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points

from sim.policies.base import Policy

BUILT_IN = {
    "incentives": "sim.policies.incentives:Incentives",
    "mentorship": "sim.policies.mentorship:Mentorship",
    "rotation": "sim.policies.rotation:Rotation",
}
ENTRY_POINTS = "watercooler.policies"
_added: dict[str, type[Policy]] = {}


@lru_cache(maxsize=1)
def _installed() -> dict[str, type[Policy]]:
    found = {}
    for kind, place in BUILT_IN.items():
        module, name = place.split(":")
        found[kind] = getattr(import_module(module), name)
    for point in entry_points(group=ENTRY_POINTS):
        found[point.name] = point.load()
    return found


def registry() -> dict[str, type[Policy]]:
    """Every known policy by kind: built in, installed through the entry point `watercooler.policies`, or registered."""
    return {**_installed(), **_added}


def register(policy: type[Policy]) -> type[Policy]:
    """Make a policy of one's own known by its kind; usable as a class decorator in a plug-in module.

    Raises:
        ValueError: another policy has that kind.
    """
    known = registry().get(policy.kind)
    if known is not None and known.__qualname__ != policy.__qualname__:
        raise ValueError(f"a policy of kind '{policy.kind}' exists already")
    _added[policy.kind] = policy
    return policy
