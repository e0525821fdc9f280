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
        "council": "sim.policies.council:Council",
        "distributed_leadership": "sim.policies.distributed_leadership:DistributedLeadership",
        "experiments": "sim.policies.experiments:Experiments",
        "expertise_map": "sim.policies.expertise_map:ExpertiseMap",
        "external_advisors": "sim.policies.external_advisors:ExternalAdvisors",
        "feedback": "sim.policies.feedback:Feedback",
        "forums": "sim.policies.forums:Forums",
        "incentives": "sim.policies.incentives:Incentives",
        "inclusion": "sim.policies.inclusion:Inclusion",
        "interdependency_map": "sim.policies.interdependency_map:InterdependencyMap",
        "joint_ownership": "sim.policies.joint_ownership:JointOwnership",
        "knowledge_base": "sim.policies.knowledge_base:KnowledgeBase",
        "membership_refresh": "sim.policies.membership_refresh:MembershipRefresh",
        "mentorship": "sim.policies.mentorship:Mentorship",
        "onboarding": "sim.policies.onboarding:Onboarding",
        "partnerships": "sim.policies.partnerships:Partnerships",
        "pods": "sim.policies.pods:Pods",
        "psychological_safety": "sim.policies.psychological_safety:PsychologicalSafety",
        "reciprocity": "sim.policies.reciprocity:Reciprocity",
        "risk_register": "sim.policies.risk_register:RiskRegister",
        "rotation": "sim.policies.rotation:Rotation",
        "sponsorship": "sim.policies.sponsorship:Sponsorship",
        "succession": "sim.policies.succession:Succession",
        "tacit_exchange": "sim.policies.tacit_exchange:TacitExchange",
        "transparency": "sim.policies.transparency:Transparency",
    },
)


def registry() -> dict[str, type[Policy]]:
    """Every known policy by kind: built in, installed through the entry point `watercooler.policies`, or registered."""
    return POLICIES.classes()


register = POLICIES.register
