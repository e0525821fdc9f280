"""One policy a file, found by kind in a registry."""

from __future__ import annotations

from sim.policies.base import Policy
from sim.registry import Registry

POLICIES: Registry[type[Policy]] = Registry(
    "policy",
    "watercooler.policies",
    {
        "common_language": "sim.policies.common_language:CommonLanguage",
        "forums": "sim.policies.forums:Forums",
        "incentives": "sim.policies.incentives:Incentives",
        "knowledge_base": "sim.policies.knowledge_base:KnowledgeBase",
        "mentorship": "sim.policies.mentorship:Mentorship",
        "onboarding": "sim.policies.onboarding:Onboarding",
        "partnerships": "sim.policies.partnerships:Partnerships",
        "rotation": "sim.policies.rotation:Rotation",
        "succession": "sim.policies.succession:Succession",
    },
)


def registry() -> dict[str, type[Policy]]:
    """Every known policy by kind: built in, installed through the entry point `watercooler.policies`, or registered."""
    return POLICIES.classes()


register = POLICIES.register
