"""The answer of a strategy study: everything that its report, its tables and its summary say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from experiments.analysis.discovery import Discovery, discover
from experiments.analysis.outcomes import HIGHER, Outcomes
from experiments.analysis.portfolio import Portfolio
from experiments.analysis.robustness import Robustness, Wanted, comparable, robustness
from experiments.analysis.screening import Screening
from experiments.analysis.sensitivity import Sensitivity
from experiments.statistics import (
    Curve,
    Durations,
    Equivalence,
    Frontier,
    Paired,
    bca_interval,
    equivalence,
    frontier,
    holm,
    paired,
    reached_curve,
    share_interval,
    weeks_sooner,
    weeks_until,
    worlds_better,
)
from experiments.strategy.design import Design
from experiments.strategy.measured import Measured
from experiments.strategy.run import StudyError
from experiments.strategy.settings import Strategy

MOST_FAILURES = 3
"""Arms, the best first, of which it is looked for when they fail."""


@dataclass(frozen=True)
class Effect:
    """What an arm does to an outcome where the assumptions are as the scenarios have them.

    Attributes:
        paired: arm less baseline in the same worlds, in the outcome's own unit and direction.
        bca: BCa bootstrap interval of the same; NaN with few worlds.
        p_holm: p value over all arms of the study, by Holm.
        better: worlds in which the arm is strictly better; share_low, share_high: interval of their share.
        equivalence: against the smallest effect that matters; None where none is given.
    """

    paired: Paired
    bca: tuple[float, float]
    p_holm: float
    better: int
    share_low: float
    share_high: float
    equivalence: Equivalence | None


@dataclass(frozen=True)
class Wait:
    """Weeks until an arm reaches the threshold of an outcome, where the assumptions are as given.

    Attributes:
        curve: share of worlds that have reached it by each week.
        sooner: weeks of the arm less those of the baseline, restricted to the horizon, paired.
        reached: worlds that reach it at all. worlds: of how many.
    """

    curve: Curve
    sooner: Paired
    reached: int
    worlds: int


@dataclass(frozen=True)
class Answer:
    """What a study says.

    Attributes:
        design: arms, futures and what was asked.
        given: arms where the assumptions are as the scenarios have them (one future), over all worlds run for it.
        futures: arms over the sampled futures; None where nothing is uncertain.
        effects: (arm, outcome) -> effect as given.
        robust: outcome -> how robust the arms are over the futures.
        frontier: effect on the first outcome against cost as given, of every arm and of doing nothing.
        waits: outcome -> arm -> weeks until its threshold.
        failures: of the best arms, when they fail: arm -> ranges of assumptions in which most failures lie.
        screening, sensitivity: which assumptions matter for the arm `explained`; None where not asked.
        portfolio: which policies to combine, found by a search; None where not asked.
        explored: what was run for these: part of the study -> its runs.
        left_out: futures in which an arm failed.
    """

    design: Design
    given: Measured
    futures: Measured | None
    effects: Mapping[tuple[str, str], Effect]
    robust: Mapping[str, Robustness]
    frontier: Frontier
    waits: Mapping[str, Mapping[str, Wait]]
    failures: Mapping[str, Discovery] = field(default_factory=dict)
    explained: str = ""
    screening: Screening | None = None
    sensitivity: Sensitivity | None = None
    portfolio: Portfolio | None = None
    explored: Mapping[str, Measured] = field(default_factory=dict)
    left_out: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def lead(self) -> str:
        """The first outcome, which the answer leads with."""
        return next(iter(self.design.strategy.outcomes))

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm but the baseline, in the order of the study."""
        return self.given.outcomes.arms[1:]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the sampled futures that count, from 1, as the design has them."""
        if self.futures is None:
            return ()
        return self.futures.numbers or tuple(range(1, len(self.futures.outcomes.futures) + 1))

    def title(self, name: str) -> str:
        """What people call an arm or an outcome."""
        return self.given.outcomes.title(name)

    def ranked(self) -> list[str]:
        """Arms from the best to the worst: acceptable in most futures, then least regret; as given, largest effect.

        Arms whose mean cost is beyond the budget come last.
        """
        return sorted(self.arms, key=self._order)

    def _order(self, arm: str) -> tuple[bool, float, float]:
        dear = not self.affordable(arm)
        if self.lead in self.robust:
            found = next(each for each in self.robust[self.lead].arms if each.name == arm)
            return dear, -found.acceptable.value, found.regret_high.value
        effect = self.effects[arm, self.lead].paired.difference
        return dear, 0.0, -effect if self.given.outcomes.better[self.lead] == HIGHER else effect

    def costs(self, arm: str) -> dict[str, float]:
        """What an arm costs beyond doing nothing, a person and week as given: kind -> mean over all worlds."""
        outcomes = self.given.outcomes
        extra = {"hours": outcomes.extra_hours, "money": outcomes.extra_money}
        return {kind: float(values[outcomes.arms.index(arm), 0].mean()) for kind, values in extra.items()}

    def affordable(self, arm: str) -> bool:
        """Whether an arm's mean cost as given is within the budget."""
        spent, budget = self.costs(arm), self.design.strategy.budget
        limits = {"hours": budget.hours, "money": budget.money}
        return all(limit is None or spent[kind] <= limit for kind, limit in limits.items())


def answer(design: Design, given: Measured, futures: Measured | None, left_out: int = 0) -> Answer:
    """Everything that can be said of runs alone; what needs more runs is added by `dataclasses.replace`.

    Raises:
        StudyError: there is no world or no future in which every arm has a value of the first outcome.
    """
    outcomes, lead = given.outcomes, next(iter(given.outcomes.values))
    nowhere = [(given, "world")] if np.isnan(outcomes.values[lead][:, 0]).any(axis=0).all() else []
    if futures is not None and comparable(futures.outcomes, lead).size == 0:
        nowhere.append((futures, "sampled future"))
    for measured, what in nowhere:
        raise StudyError(_without_value(measured.outcomes, lead, what))
    wanted = {name: wanted_of(design.strategy, name) for name in outcomes.values}
    robust = (
        {}
        if futures is None
        else {
            name: robustness(futures.outcomes, name, wanted[name])
            for name in wanted
            if comparable(futures.outcomes, name).size
        }
    )
    return Answer(
        design=design,
        given=given,
        futures=futures,
        effects=effects_of(outcomes, design.strategy),
        robust=robust,
        frontier=frontier_of(outcomes, lead),
        waits=waits_of(given, design.strategy, design.study.since),
        left_out=left_out,
    )


def _without_value(outcomes: Outcomes, lead: str, what: str) -> str:
    """That the first outcome compares nothing, and in which arms it never has a value."""
    never = [outcomes.title(arm) for arm, values in zip(outcomes.arms, outcomes.values[lead], strict=True)
             if not np.isfinite(values).any()]  # fmt: skip
    where = f"it has none under {', '.join(never)}" if never else "where one has a value, another has none"
    return (f"{outcomes.title(lead)}, the first outcome, has a value in every arm in no {what} ({where}), so there is "
            "nothing to compare; name another outcome first")  # fmt: skip


def wanted_of(strategy: Strategy, outcome: str) -> Wanted:
    """What makes an arm acceptable: an effect that matters, within the budget."""
    budget, aim = strategy.budget, strategy.outcomes[outcome]
    hours, money = (math.inf if limit is None else limit for limit in (budget.hours, budget.money))
    return Wanted(aim.smallest or 0.0, hours, money)


def effects_of(outcomes: Outcomes, strategy: Strategy) -> dict[tuple[str, str], Effect]:
    """Every arm against the baseline in the only future of these outcomes."""
    found = {}
    for name, values in outcomes.values.items():
        baseline, *arms = values[:, 0]
        results = [paired(arm, baseline) for arm in arms]
        adjusted = holm([result.p for result in results])
        for label, arm, result, p in zip(outcomes.arms[1:], arms, results, adjusted, strict=True):
            better = worlds_better(arm, baseline, outcomes.better[name]) or 0
            smallest = strategy.outcomes[name].smallest
            found[label, name] = Effect(
                result, bca_interval(arm, baseline), p, better, *share_interval(better, result.n),
                equivalence(arm, baseline, smallest) if smallest else None,
            )  # fmt: skip
    return found


def frontier_of(outcomes: Outcomes, outcome: str) -> Frontier:
    """Effect on an outcome against hours and money in the only future of these outcomes, doing nothing included."""
    costs = {"hours": outcomes.extra_hours[:, 0], "money": outcomes.extra_money[:, 0]}
    return frontier(outcomes.arms, outcomes.effect(outcome)[:, 0], costs)


def waits_of(given: Measured, strategy: Strategy, since: int) -> dict[str, dict[str, Wait]]:
    """Weeks until each outcome that has a threshold reaches it, arm by arm, the baseline too, if it has any value."""
    found = {}
    for name, aim in strategy.outcomes.items():
        if aim.threshold is not None and np.isfinite(given.courses[name][0]).any():
            waited = _waited(given, name, aim.threshold, since)
            baseline = next(iter(waited.values()))
            found[name] = {
                arm: Wait(
                    reached_curve(each), weeks_sooner(each, baseline), int(each.reached.sum()), int(each.reached.size)
                )
                for arm, each in waited.items()
            }
    return found


def _waited(given: Measured, name: str, threshold: float, since: int) -> dict[str, Durations]:
    outcomes = given.outcomes
    return {
        arm: weeks_until(given.courses[name][at, 0], threshold, outcomes.better[name], since)
        for at, arm in enumerate(outcomes.arms)
    }


def failures_of(answer: Answer) -> dict[str, Discovery]:
    """When the best arms fail, that is, their effect on the first outcome is smaller than what matters."""
    if answer.futures is None:
        return {}
    least = answer.robust[answer.lead].wanted.effect
    best = answer.ranked()[:MOST_FAILURES]
    return {arm: discover(answer.futures.outcomes, answer.lead, arm, least) for arm in best}
