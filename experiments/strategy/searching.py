"""Which portfolio: a search over the study's policies and their dials, effect against hours under the budget."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.candidates import Budget, Candidate, Dial, Evaluated, Objective, Option, Space
from experiments.analysis.outcomes import HIGHER, LOWER
from experiments.analysis.portfolio import Portfolio, search_portfolio
from experiments.analysis.search import Effort
from experiments.store import Detail
from experiments.strategy.answer import Answer
from experiments.strategy.design import Design, places
from experiments.strategy.measured import HOURS, MONEY, better, factor, titles, unit
from experiments.strategy.run import Lab
from experiments.strategy.settings import KEY
from experiments.study import Arm
from sim.problems import InputError, Problem
from sim.scenario import Scenario

NOTHING = Candidate(())


def catalogue(design: Design) -> Scenario:
    """The scenario with every policy that any arm of the study has."""
    policies: dict[str, Any] = {}
    for arm in design.study.arms:
        policies |= dict(arm.scenario.policies)
    return design.study.arms[0].scenario.with_policies(policies)


def space_of(design: Design) -> Space:
    """What is searched: every policy of the study, on or off, and the dials that it names.

    Raises:
        InputError: a dial leads to no number of a policy of the study.
    """
    everything, problems = catalogue(design), []
    dials: dict[str, list[Dial]] = {label: [] for label in everything.policies}
    for name, knob in design.strategy.dials.items():
        section, label, *rest = [*knob.path.split("."), "", ""][:3]
        try:
            if section != "policies" or label not in dials or not rest[0]:
                raise KeyError(knob.path)
            list(places(everything.to_dict(), knob.path))
        except (KeyError, TypeError):
            cause = f"no number of a policy stands at {knob.path!r}"
            problems.append(Problem(f"{KEY}.dials.{name}", cause, "write policies.LABEL.PARAMETER"))
            continue
        dials[label].append(Dial(knob.path, name.replace("_", " "), knob.low, knob.high, knob.step))
    if problems:
        raise InputError(problems)
    lead, budget = next(iter(design.strategy.outcomes)), design.strategy.budget
    limits = [math.inf if limit is None else limit for limit in (budget.hours, budget.money)]
    options = tuple(Option(label, label.replace("_", " "), tuple(each)) for label, each in dials.items())
    effect = Objective(lead, f"effect on {titles(lead)}", HIGHER, unit(lead))
    return Space(options, (effect, Objective(HOURS, "hours", LOWER, "a person-week")), Budget(*limits))


def searched(lab: Lab, design: Design, found: Answer, folder: Path) -> Portfolio:
    """Search, and run the best again in worlds that the search has not seen; goes on where it was stopped.

    Raises:
        KeyboardInterrupt: the user stopped; the journal and the store keep what was done.
    """
    asked = design.strategy.search
    space, everything, lead = space_of(design), catalogue(design), found.lead
    sign = 1.0 if better(lead, design.strategy.outcomes[lead]) == HIGHER else -1.0

    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        """Run portfolios and doing nothing in the same worlds."""
        arms = [portfolio_arm(everything, each) for each in (NOTHING, *candidates)]
        lab.run(arms, seeds)
        read = lab.values(arms, seeds)
        effect, hours, money = (values - values[:1] for values in map(read.of, (lead, HOURS, MONEY)))
        both = np.stack([sign * factor(lead) * effect[1:], hours[1:]], axis=1)
        return Evaluated(both, hours[1:], money[1:])

    seeds = tuple(range(1, asked.seeds + 1))
    fresh = tuple(range(asked.seeds + 1, asked.seeds + asked.fresh + 1))
    effort = Effort(evaluations=asked.trials, seed=design.strategy.sampling)
    lab.progress.say(f"A search over {asked.trials} portfolios, {asked.seeds} worlds each")
    return search_portfolio(space, evaluate, seeds, fresh, effort, folder / journal_name(everything, lab.detail, space))


def journal_name(everything: Scenario, detail: Detail, space: Space) -> str:
    """A journal of its own for each model, organization and question: values of another are never taken for these."""
    asked = "\n".join((everything.identity(), detail.name, repr(space)))
    return f"search-{hashlib.sha256(asked.encode()).hexdigest()[:12]}.journal"


def portfolio_arm(everything: Scenario, candidate: Candidate) -> Arm:
    """A portfolio as an arm: the policies that are on, with their dials set."""
    data = everything.with_policies({label: everything.policies[label] for label in candidate.policies}).to_dict()
    for path, value in candidate.settings:
        for holder, key in places(data, path):
            holder[key] = round(value) if isinstance(holder[key], int) else float(f"{value:.6g}")
    name = " + ".join(candidate.policies) or "nothing"
    settings = ", ".join(f"{path} {value:.6g}" for path, value in candidate.settings)
    return Arm(f"{name} ({settings})" if settings else name, name, Scenario.from_dict(data))
