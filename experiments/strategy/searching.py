"""Which portfolio: a search over the study's policies and their dials, effect against hours under the budget."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.analysis.candidates import Budget, Candidate, Dial, Evaluated, Objective, Option, Space
from experiments.analysis.outcomes import HIGHER, LOWER
from experiments.analysis.portfolio import Portfolio, search_portfolio
from experiments.analysis.search import Effort
from experiments.store import Detail, MissingRunsError
from experiments.strategy.answer import Answer
from experiments.strategy.design import Design, places
from experiments.strategy.figures import FRESH, SEARCHED
from experiments.strategy.figures_portfolio import portfolio_name
from experiments.strategy.measured import HOURS, Measured, titles, unit
from experiments.strategy.run import Lab, StudyError, as_given
from experiments.strategy.settings import KEY
from experiments.study import Arm
from experiments.wording import plural
from sim.problems import InputError, Problem
from sim.scenario import Scenario


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


def searched(lab: Lab, design: Design, found: Answer) -> Answer:
    """Search, and run the best again in worlds that the search has not seen; goes on where it was stopped.

    Raises:
        KeyboardInterrupt: the user stopped; the journal and the store keep what was done.
        OSError: the folder cannot be written.
    """
    asked = design.strategy.search
    bench = _Bench(lab, design, catalogue(design))
    space = space_of(design)
    seeds = tuple(range(1, asked.seeds + 1))
    fresh = tuple(range(asked.seeds + 1, asked.seeds + asked.fresh + 1))
    effort = Effort(evaluations=asked.trials, seed=design.strategy.sampling)
    journal = lab.store.folder / journal_name(bench.everything, design.study.arms[0], lab.detail, space)
    size = f"{plural(asked.trials, 'portfolio')} or a few more, in batches of {effort.batch}"
    lab.progress.say(f"A search over {size}, {plural(asked.seeds, 'world')} each")
    try:
        portfolio = search_portfolio(space, bench.evaluate, seeds, fresh, effort, journal)
    except StudyError as error:
        note = f"Which policies to combine was not searched: {error}"
        lab.progress.say(note)
        return replace(found, notes=(*found.notes, note))
    runs = {SEARCHED: bench.numbered(portfolio, portfolio.candidates, seeds)}
    if portfolio.finalists:
        runs[FRESH] = bench.numbered(portfolio, [each.candidate for each in portfolio.finalists], fresh)
    return replace(found, portfolio=portfolio, explored={**found.explored, **runs})


@dataclass(frozen=True)
class _Bench:
    """Where portfolios are run beside doing nothing, in the same worlds.

    Attributes:
        everything: the scenario with every policy of the study.
    """

    lab: Lab
    design: Design
    everything: Scenario

    def evaluate(self, candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        """What portfolios bring and cost; NaN where one could not be run.

        Raises:
            StudyError: doing nothing could not be run.
        """
        nothing, tried = self.design.study.arms[0], [portfolio_arm(self.everything, each) for each in candidates]
        self.lab.run([nothing, *tried], seeds)
        if reason := self.lab.failed.get(nothing.name):
            raise StudyError(f"{nothing.title} could not be run: {reason}")
        ran = [arm.name not in self.lab.failed for arm in tried]
        outcomes = self._read([arm for arm, made in zip(tried, ran, strict=True) if made], seeds).outcomes
        brought = outcomes.effect(next(iter(outcomes.values))), outcomes.extra_hours, outcomes.extra_money
        values = np.full((len(brought), len(tried), len(seeds)), np.nan)
        values[:, ran] = np.stack([each[1:, 0] for each in brought])
        effect, hours, money = values
        return Evaluated(np.stack([effect, hours], axis=1), hours, money)

    def numbered(self, found: Portfolio, candidates: Sequence[Candidate], seeds: Sequence[int]) -> Measured:
        """What came of portfolios that could be run, each under the name that tables give it."""
        arms = {portfolio_name(found, each): portfolio_arm(self.everything, each) for each in candidates}
        kept = {name: arm for name, arm in arms.items() if arm.name not in self.lab.failed}
        named = [replace(arm, name=name) for name, arm in kept.items()]
        try:
            return self._read(named, seeds)
        except MissingRunsError:  # the journal of the search is here, but not the blocks
            self.lab.run([self.design.study.arms[0], *kept.values()], seeds)
            return self._read(named, seeds)

    def _read(self, arms: Sequence[Arm], seeds: Sequence[int]) -> Measured:
        study = self.design.study
        beside = replace(study, arms=(study.arms[0], *arms), starts=study.since)
        return as_given(self.lab, replace(self.design, study=beside), seeds)


def journal_name(everything: Scenario, nothing: Arm, detail: Detail, space: Space) -> str:
    """A journal of its own for each model, organization and question: values of another are never taken for these."""
    asked = "\n".join((everything.identity(), nothing.identity, detail.name, repr(space)))
    return f"search-{hashlib.sha256(asked.encode()).hexdigest()[:12]}.journal"


def portfolio_arm(everything: Scenario, candidate: Candidate) -> Arm:
    """A portfolio as an arm: the policies that are on, with their dials set."""
    data = everything.with_policies({label: everything.policies[label] for label in candidate.policies}).to_dict()
    for path, value in candidate.settings:
        for holder, key in places(data, path):
            holder[key] = round(value) if isinstance(holder[key], int) else value
    name = f"portfolio of {' and '.join(candidate.policies) or 'nothing'}"
    settings = ", ".join(f"{path} {value:.6g}" for path, value in candidate.settings)
    return Arm(f"{name} ({settings})" if settings else name, name, Scenario.from_dict(data))
