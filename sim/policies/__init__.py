"""One policy a file, found by kind in a registry."""

from __future__ import annotations

from sim.policies.base import Policy
from sim.registry import Registry

POLICIES: Registry[type[Policy]] = Registry(
    "policy",
    "watercooler.policies",
    {
        "charter": "sim.policies.charter:Charter",
        "circles": "sim.policies.circles:Circles",
        "coaching": "sim.policies.coaching:Coaching",
        "common_language": "sim.policies.common_language:CommonLanguage",
        "distributed_leadership": "sim.policies.distributed_leadership:DistributedLeadership",
        "experiments": "sim.policies.experiments:Experiments",
        "feedback": "sim.policies.feedback:Feedback",
        "external_advisors": "sim.policies.external_advisors:ExternalAdvisors",
        "forums": "sim.policies.forums:Forums",
        "incentives": "sim.policies.incentives:Incentives",
        "knowledge_base": "sim.policies.knowledge_base:KnowledgeBase",
        "membership_refresh": "sim.policies.membership_refresh:MembershipRefresh",
        "mentorship": "sim.policies.mentorship:Mentorship",
        "onboarding": "sim.policies.onboarding:Onboarding",
        "partnerships": "sim.policies.partnerships:Partnerships",
        "psychological_safety": "sim.policies.psychological_safety:PsychologicalSafety",
        "reciprocity": "sim.policies.reciprocity:Reciprocity",
        "rotation": "sim.policies.rotation:Rotation",
        "sponsorship": "sim.policies.sponsorship:Sponsorship",
        "succession": "sim.policies.succession:Succession",
        "tacit_exchange": "sim.policies.tacit_exchange:TacitExchange",
    },
)


def registry() -> dict[str, type[Policy]]:
    """Every known policy by kind: built in, installed through the entry point `watercooler.policies`, or registered."""
    return POLICIES.classes()


register = POLICIES.register
