"""Made-up parts of answers: sensitivity analyses with a planted order, and studies of any size with any names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from experiments.analysis.candidates import Budget as PortfolioBudget
from experiments.analysis.candidates import Candidate, Dial, Evaluated, Objective, Option, Space
from experiments.analysis.designs import Design as Points
from experiments.analysis.designs import morris_design, sobol_design
from experiments.analysis.outcomes import Assumption, Floats, Outcomes
from experiments.analysis.portfolio import search_portfolio
from experiments.analysis.resampling import Estimate
from experiments.analysis.screening import morris_screening
from experiments.analysis.search import Effort
from experiments.analysis.sensitivity import sobol_indices
from experiments.strategy.answer import Answer, answer, failures_of
from experiments.strategy.design import Design
from experiments.strategy.figures import SCREENED, SHARED
from experiments.strategy.measured import Measured
from experiments.strategy.settings import Aim, Budget, Strategy, Uncertain
from experiments.study import Arm, Study
from sim.scenario import Scenario


def sampled(answer: Answer, *, noise: float = 0.05, base: int = 1024) -> Answer:
    """With a sensitivity analysis in which the first assumption explains nearly all of the first arm's effect."""
    assumptions = answer.design.assumptions
    draw = np.random.default_rng(5)

    def run(shares: Floats) -> Floats:
        return (10.0 * shares[:, 0] + 2.0 * shares[:, 1])[:, None] + noise * draw.normal(size=(len(shares), 4))

    morris, sobol = morris_design(assumptions, 20, 1), sobol_design(assumptions, base, 1)
    first, second = run(morris.shares), run(sobol.shares)
    explained = replace(answer, explained=answer.ranked()[0])
    return replace(
        explained,
        screening=morris_screening(morris, first, "Need met", "points"),
        sensitivity=sobol_indices(sobol, second, "Need met", "points"),
        explored={SCREENED: _explored(explained, morris, first), SHARED: _explored(explained, sobol, second)},
    )


def _explored(answer: Answer, points: Points, effects: Floats) -> Measured:
    """Runs with these effects (point, world) of the arm that is explained, at the points of a design."""
    values = np.stack([np.full_like(effects, 40.0), 40.0 + effects])
    outcomes = replace(
        answer.given.outcomes, arms=(answer.given.outcomes.arms[0], answer.explained), assumptions=points.assumptions,
        futures=points.futures, seeds=tuple(range(1, effects.shape[1] + 1)), values={answer.lead: values},
        better={answer.lead: "higher"}, hours=np.zeros_like(values), money=np.zeros_like(values),
    )  # fmt: skip
    return Measured(outcomes, {}, tuple(range(1, len(effects) + 1)))


def sized(
    names: Sequence[str], *, assumptions: Sequence[str] = ("how often people meet", "turnover"), futures: int = 30,
    seeds: int = 12, outcomes: Sequence[str] = ("need_met", "weeks_to_half"), money: bool = False, budget: float = 1.5,
    weeks: int = 40,
) -> Answer:  # fmt: skip
    """An answer with an arm of each name; arms differ in effect, in cost, and in how they depend on assumptions."""
    draw = np.random.default_rng(11)
    labels = [f"arm{number}" for number in range(len(names))]
    scenario = Scenario.from_dict({"weeks": weeks})
    arms = (Arm("baseline", "Baseline", scenario),
            *(Arm(label, name, scenario, "baseline") for label, name in zip(labels, names, strict=True)))  # fmt: skip
    asked = tuple(Assumption(f"a{at}", name, 0.5, 2.0, "log" if at % 2 else "linear")
                  for at, name in enumerate(assumptions))  # fmt: skip
    strategy = Strategy(
        futures=futures,
        assumptions={each.path: Uncertain("contacts.rate", each.low, each.high, each.scale) for each in asked},
        outcomes={name: Aim(smallest=1.5, threshold=40.0) for name in outcomes},
        budget=Budget(hours=budget),
    )
    shares = draw.random((futures, len(asked)))
    sampled_at = np.stack([each.at(shares[:, at]) for at, each in enumerate(asked)], axis=1)
    study = Study("sized", "Which policy should we choose?", arms, tuple(range(1, seeds + 1)), 3)
    design = Design(study, strategy, asked, sampled_at)
    spot = np.full((1, len(asked)), 0.5)
    given = _measured(design, spot, spot[:, :0], (), seeds, money)
    found = answer(design, given, _measured(design, shares, sampled_at, asked, seeds, money))
    return replace(found, failures=failures_of(found)) if asked and futures >= 30 else found


def _measured(
    design: Design, shares: Floats, futures: Floats, asked: tuple[Assumption, ...], seeds: int, money: bool
) -> Measured:
    draw = np.random.default_rng(7)
    arms, names = [arm.name for arm in design.study.arms], list(design.strategy.outcomes)
    luck = draw.normal(0.0, 3.0, (len(shares), seeds))
    strength = np.linspace(-1.0, 7.0, len(arms) - 1) if len(arms) > 2 else np.array([4.0])
    values = {}
    for name in names:
        sign = -1.0 if name == "weeks_to_half" else 1.0
        table = [40.0 + luck]
        for place, size in enumerate(strength):
            works = 0.2 + 1.6 * shares[:, place % shares.shape[1]]
            table.append(40.0 + luck + sign * size * works[:, None] + draw.normal(0.0, 0.8, luck.shape))
        values[name] = np.stack(table)
    hours = np.stack([np.full(luck.shape, 0.0 if at == 0 else 0.2 + 1.7 * (at * 7 % len(arms)) / len(arms))
                      for at in range(len(arms))])  # fmt: skip
    hours[1:] += 0.02 * draw.random(hours[1:].shape)
    outcomes = Outcomes(
        arms=tuple(arms),
        titles={arm.name: arm.title for arm in design.study.arms} | {"need_met": "Need met", "weeks_to_half":
                "Weeks until half have it"},
        assumptions=asked, futures=futures, seeds=design.study.seeds, values=values,
        better={name: "lower" if name == "weeks_to_half" else "higher" for name in names},
        hours=hours, money=10.0 * hours if money else np.zeros_like(hours),
        units={"need_met": "points", "weeks_to_half": "weeks"},
    )  # fmt: skip
    weeks = np.linspace(0.8, 1.05, design.study.arms[0].scenario.weeks)
    return Measured(outcomes, {name: table[..., None] * weeks for name, table in values.items()})


def cursed(answer: Answer) -> Answer:
    """With a search whose finalists fell surely."""
    assert answer.portfolio is not None
    fall = (Estimate(1.2, 0.4, 2.0), *answer.portfolio.curse[1:])
    return replace(answer, portfolio=replace(answer.portfolio, curse=fall))


def searched(answer: Answer, *, luck: float = 1.0, named: Sequence[str] = ("rotation", "mentorship")) -> Answer:
    """With a search over policies whose effects add up, seen through so much luck in each world."""

    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        effect = np.empty((len(candidates), len(seeds)))
        for at, candidate in enumerate(candidates):
            dials = sum(value for _, value in candidate.settings)
            for place, seed in enumerate(seeds):
                draw = np.random.default_rng((seed, *map(ord, "".join(candidate.policies)), int(1000 * dials)))
                effect[at, place] = 2.0 * len(candidate.policies) + dials + luck * draw.normal()
        hours = np.array([[0.4 * len(each.policies)] * len(seeds) for each in candidates])
        return Evaluated(np.stack([effect, hours], axis=1), hours, np.zeros_like(hours))

    dial = Dial(f"policies.{named[0]}.coverage", "coverage", 0.1, 1.0, 0.1)
    space = Space(
        tuple(Option(name, name, (dial,) if at == 0 else ()) for at, name in enumerate(named)),
        (Objective("need_met", "effect on Need met", "higher", "points"), Objective("hours", "hours", "lower", "")),
        PortfolioBudget(hours=1.0),
    )
    found = search_portfolio(space, evaluate, (1, 2, 3), tuple(range(4, 20)), Effort(evaluations=40, seed=2))
    return replace(answer, portfolio=found)
