"""What sentences say of any arm: what it is called, what it costs, which way it moves an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.analysis.outcomes import HIGHER
from experiments.strategy.figures import Figures
from experiments.strategy.said import Said, listed, say

if TYPE_CHECKING:
    from experiments.analysis.robustness import RobustArm
    from experiments.strategy.answer import Answer

LONGEST = 48
"""Characters of a title that sentences repeat."""


def cost(answer: Answer, figures: Figures, arm: str) -> Said:
    """What an arm costs a person and week."""
    spent = answer.costs(arm)
    paid = [figures.get(kind, arm) for kind in ("hours", "money") if spent[kind] > 0.0]
    return say("{paid} a person and week", paid=listed(paid)) if paid else say("no hours or money that are booked")


def called(answer: Answer, arm: str) -> str:
    """What sentences call an arm: its title, a very long one without its middle where it can still be told apart."""
    title = answer.title(arm)
    short = _short(title)
    taken = [_short(answer.title(other)) for other in answer.given.outcomes.arms if other != arm]
    return title if short in taken else short


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[:30].rstrip()}…{title[-15:].lstrip()}"


def improves(answer: Answer, arm: str, outcome: str) -> bool:
    """Whether the mean change as given is for the better."""
    up = answer.effects[arm, outcome].paired.difference > 0.0
    return up == (answer.given.outcomes.better[outcome] == HIGHER)


def robust_arm(answer: Answer, arm: str) -> RobustArm | None:
    """How robust an arm is by the first outcome; None without futures."""
    robust = answer.robust.get(answer.lead)
    return None if robust is None else next(each for each in robust.arms if each.name == arm)
