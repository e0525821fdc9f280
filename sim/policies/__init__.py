"""One policy a file, found by kind in a registry."""

from __future__ import annotations

from sim.policies.base import Policy
from sim.registry import Registry

POLICIES: Registry[type[Policy]] = Registry(
    "policy",
    "watercooler.policies",
    {
        "incentives": "sim.policies.incentives:Incentives",
        "mentorship": "sim.policies.mentorship:Mentorship",
        "rotation": "sim.policies.rotation:Rotation",
    },
)


def registry() -> dict[str, type[Policy]]:
    """Every known policy by kind: built in, installed through the entry point `watercooler.policies`, or registered."""
    return POLICIES.classes()


register = POLICIES.register
