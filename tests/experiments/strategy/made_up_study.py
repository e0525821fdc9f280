"""Strategy studies with planted effects, without a simulation."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.analysis.outcomes import Outcomes
from experiments.design import Document, read_design, study_of
from experiments.strategy.answer import Answer, answer
from experiments.strategy.design import Design, designed
from experiments.strategy.measured import Measured

EFFECTS = {"rotation": 3.0, "mentorship": 6.0, "all_together": 8.0}
HOURS = {"rotation": 1.2, "mentorship": 0.3, "all_together": 1.5}
POLICIES = {"rotation": {"kind": "rotation"}, "mentorship": {"kind": "mentorship"}}
ASSUMPTIONS = {
    "contact": {"path": "contacts.rate", "low": 0.3, "high": 0.7, "title": "how often people meet"},
    "turnover": {"path": "turnover.hazard", "low": 0.5, "high": 2, "times": True, "scale": "log"},
}


def planned(futures: int = 30, seeds: int = 20, **strategy: Any) -> Design:
    """A design of rotation, mentorship and both."""
    given = {"futures": futures, "assumptions": ASSUMPTIONS, "outcomes": {"need_met": {"smallest": 2.0}}} | strategy
    found = read_design(Document({"seeds": seeds, "weeks": 60, "policies": POLICIES, "strategy": given}))
    assert found.strategy is not None
    return designed(study_of(found, "made up"), found.strategy)


def worlds(design: Design, futures: int, seeds: int, *, with_contact: bool) -> Measured:
    """Outcomes in which mentorship works only where people meet often, and rotation everywhere alike."""
    draw = np.random.default_rng(3)
    arms = [arm.name for arm in design.study.arms]
    luck = draw.normal(0.0, 4.0, (futures, seeds))
    contact = design.futures[:futures, 0] if with_contact else np.full(futures, 0.5)
    works = {"baseline": np.zeros(futures), "rotation": np.ones(futures)}
    works["mentorship"] = works["all_together"] = (contact - 0.3) / 0.2
    values = np.stack([
        40.0 + luck + (EFFECTS.get(name, 0.0) * works[name])[:, None] + draw.normal(0.0, 0.5, luck.shape)
        for name in arms
    ])  # fmt: skip
    hours = np.stack([np.full(luck.shape, HOURS.get(name, 0.0)) + 0.01 * draw.random(luck.shape) for name in arms])
    weeks = design.study.arms[0].scenario.weeks
    course = values[..., None] * np.linspace(0.9, 1.1, weeks)
    outcomes = Outcomes(
        arms=tuple(arms),
        titles={arm.name: arm.title for arm in design.study.arms} | {"need_met": "Need met"},
        assumptions=design.assumptions if with_contact else (),
        futures=design.futures[:futures] if with_contact else np.zeros((1, 0)),
        seeds=tuple(range(1, seeds + 1)),
        values={"need_met": values},
        better={"need_met": "higher"},
        hours=hours,
        money=np.zeros_like(hours),
        units={"need_met": "points"},
    )
    return Measured(outcomes, {"need_met": course})


def answered(futures: int = 30, seeds: int = 20, **strategy: Any) -> Answer:
    """An answer over made-up worlds."""
    design = planned(futures, seeds, **strategy)
    given = worlds(design, 1, seeds, with_contact=False)
    return answer(design, given, worlds(design, futures, seeds, with_contact=True))
