"""Studies with made-up results: planted effects, worlds that share their luck, and names that try to break things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from experiments.study import Arm, Study

LEVELS = {
    "adequacy": 0.42, "need_met": 0.44, "need_met_other": 0.25, "share_across": 0.22, "learning_across_tie": 0.0005,
    "learning_within_tie": 0.0016, "trust_within": 0.62, "trust_across": 0.38, "gini": 0.31, "performance": 0.34,
    "budget_binding": 0.33, "thin_topics": 4.0, "without_cross_tie": 0.06,
}  # fmt: skip
"""Where each metric stands without policies; all others stand at 0.3."""

HOSTILE = ("<script>alert(1)</script>", "R&D $x_1$", "销售部", "🚀 Growth", "=cmd|' /C calc'!A0", "Quote \" and ' mark")


@dataclass(frozen=True)
class Plan:
    """What to plant in one arm: effects in points (or units) at the end of the run, and hours a person-week."""

    name: str
    title: str
    kind: str = "rotation"
    effects: Mapping[str, float] = field(default_factory=dict)
    hours: float = 0.0
    money: float = 0.0


DEMO = (
    Plan("rotation", "Rotation", "rotation", {"need_met": 0.031, "adequacy": 0.012, "trust_across": 0.04}, 1.2),
    Plan("incentives", "Incentives", "incentives", {"need_met": 0.036, "adequacy": 0.015, "trust_across": 0.09}, 0.0),
    Plan("mentorship", "Mentorship", "mentorship", {"need_met": 0.081, "adequacy": 0.035, "trust_across": 0.02}, 0.5),
    Plan("all", "All three together", "all", {"need_met": 0.132, "adequacy": 0.058, "trust_across": 0.13}, 1.8),
)


def scenario(kinds: Sequence[str], start: int = 13, weeks: int = 156) -> Any:
    """What the comparison reads of a scenario."""
    policies = {kind: SimpleNamespace(kind=kind, start_week=start) for kind in kinds}
    return SimpleNamespace(policies=policies, weeks=weeks, identity=lambda: "ab" * 32)


def study(
    plans: Sequence[Plan] = DEMO,
    *,
    seeds: int = 32,
    weeks: int = 156,
    departments: Sequence[str] = (),
    people: int = 60,
) -> tuple[Study, dict[str, Any]]:
    """A study of a baseline and these arms, with its records."""
    names = tuple(sorted(departments or [f"Department {i}" for i in range(1, 9)]))
    arms = [Arm("baseline", "Baseline", scenario((), weeks=weeks), None)]
    records = {"baseline": record(Plan("baseline", "Baseline"), seeds, weeks, names, people)}
    for plan in plans:
        kinds = ("rotation", "incentives", "mentorship") if plan.kind == "all" else (plan.kind,)
        arms.append(Arm(plan.name, plan.title, scenario(kinds, weeks=weeks), "baseline"))
        records[plan.name] = record(plan, seeds, weeks, names, people, kinds)
    found = Study("demo", "Which policy makes knowledge spread?", tuple(arms), tuple(range(1, seeds + 1)))
    return found, records


def wide_and_sure() -> tuple[Study, dict[str, Any]]:
    """Three arms: the largest mean, which chance explains; a small and sure gain; a sure loss. All at two hours."""
    plans = [Plan(name.lower(), name, effects={"need_met": gain, "trust_across": gain}, hours=2.0)
             for name, gain in (("Wide", 0.01), ("Sure", 0.01), ("Bad", -0.01))]  # fmt: skip
    made, records = study(plans, seeds=10, weeks=60)
    weekly = records["wide"].weekly
    for name in ("met", "trust_across"):
        swing = 0.4 * np.where(np.arange(10) % 2, -1.0, 1.0)[:, np.newaxis] + 0.06
        weekly[name] = weekly[name] + swing
    return made, records


def record(
    plan: Plan, seeds: int, weeks: int, departments: tuple[str, ...], people: int, labels: Sequence[str] = ()
) -> Any:
    """Results of one arm; every world has its own luck, the same in every arm."""
    from sim.metrics import METRICS
    from sim.recorder import Record
    from sim.seats import SEAT_METRICS

    ramp = np.clip((np.arange(weeks) - 13) / max(1, weeks - 26), 0.0, 1.0)
    worlds = np.random.default_rng(1)
    own = np.random.default_rng(sum(map(ord, plan.name)))
    weekly: dict[str, Any] = {"shocks": np.zeros((seeds, weeks))}
    weekly["shocks"][:, weeks // 2] = 1.0
    for name, metric in METRICS.items():
        luck = worlds.normal(0.0, 0.03, (seeds, 1)) + 0.006 * worlds.normal(0.0, 1.0, (seeds, weeks)).cumsum(1) / 4
        weekly.setdefault(metric.denominator, np.ones((seeds, weeks)))
        if metric.kind not in ("stock", "final", "ratio", "year") or metric.numerator in weekly:
            continue
        level = LEVELS.get(name, 0.3)
        extra = plan.effects.get(name, 0.5 * level * plan.effects.get("need_met", 0.0))
        effect = extra * ramp * (1.0 + 0.35 * own.normal(0.0, 1.0, (seeds, 1)))
        effect = effect + 0.002 * level * own.normal(size=(seeds, weeks))
        values = level * (1.0 + 0.15 * np.arange(weeks) / weeks + luck) + effect * (extra != 0.0)
        if metric.group == "Cost":
            values = getattr(plan, name) * (np.arange(weeks) >= 13) * (1.0 + 0.04 * own.normal(size=(seeds, 1)))
        weekly[metric.numerator] = np.asarray(values, dtype=np.float64)
    for topic in range(6):
        weekly[f"met:topic {topic}"], weekly[f"in_need:topic {topic}"] = weekly["met"], weekly["in_need"]
    return Record(
        seeds=tuple(range(1, seeds + 1)), weekly=weekly, flow=_flow(plan, seeds, weeks, len(departments)),
        seats={name: _seats(plan, seeds, people) for name in SEAT_METRICS},
        treated={label: _treated(seeds, people) for label in labels},
        departments=departments, topics=tuple(f"topic {i}" for i in range(24)),
    )  # fmt: skip


def _flow(plan: Plan, seeds: int, weeks: int, count: int) -> Any:
    """Learning by learner's and source's department: much inside, some to the next two, little elsewhere."""
    draw = np.random.default_rng(7)
    base = 0.15 * draw.lognormal(0.0, 0.8, (count, count)) + 14.0 * np.eye(count)
    base += 2.2 * np.eye(count, k=1) + 1.4 * np.eye(count, k=2)
    across = 1.0 + 6.0 * plan.effects.get("need_met", 0.0)
    base = np.where(np.eye(count, dtype=bool), base, base * across)
    noise = draw.lognormal(0.0, 0.1, (seeds, -(-weeks // 13), count, count))
    return (base * noise).astype(np.float32)


def _seats(plan: Plan, seeds: int, people: int) -> Any:
    draw = np.random.default_rng(3).uniform(0.2, 0.7, (seeds, people))
    noise = 0.01 * np.random.default_rng(len(plan.name)).normal(size=(seeds, people))
    return (draw + noise * bool(plan.effects) + 1.3 * plan.effects.get("adequacy", 0.0)).astype(np.float32)


def _treated(seeds: int, people: int) -> Any:
    return np.random.default_rng(5).random((seeds, people)) < 0.3
