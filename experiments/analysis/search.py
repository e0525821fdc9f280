"""The search for portfolios: Optuna proposes, somebody runs, a journal keeps what was seen.

Optuna's tree-structured Parzen estimator over all parameters jointly, its own choice for several objectives, proposes
batches: with twelve policies and 200 to 400 candidates it came as close to the known front as NSGA-II or closer, and
proposed fewer of them twice. Each trial has a seed of its own, made from the search's seed and its number, and
proposals see whole batches only. So a search that was stopped anywhere goes on as if nothing had happened.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.candidates import Budget, Candidate, Evaluated, Space
from experiments.analysis.journal import journal
from experiments.analysis.outcomes import Floats

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial, Trial

Evaluate = Callable[[Sequence[Candidate], Sequence[int]], Evaluated]
"""Runs candidates in the worlds of these seeds."""

NAME, VALUES, HOURS, MONEY = "portfolio", "values", "hours", "money"
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes:
        evaluations: candidates to try, rounded up to whole batches; a larger number goes on with a kept search.
        batch: how many are proposed and run at a time; the first two batches are random.
        finalists: how many of the front are run again at most.
        seed: of the search itself; the worlds have their own.
    """

    evaluations: int = 300
    batch: int = 20
    finalists: int = 12
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.evaluations, self.batch, self.finalists) < 1:
            raise ValueError("evaluations, batch and finalists must be at least 1")


@dataclass(frozen=True)
class Seen:
    """What a candidate brought and cost in the worlds of the search: values (objective, world), costs (world,)."""

    values: Floats
    hours: Floats
    money: Floats

    def fits(self, budget: Budget) -> bool:
        """Whether the mean costs keep the budget."""
        return max(beyond(self.hours, budget.hours), beyond(self.money, budget.money)) <= 0.0


def beyond(cost: Floats, most: float) -> float:
    """How far the mean of a cost exceeds what is allowed; not above 0 where it does not, up to rounding."""
    if math.isinf(most):
        return -1.0
    return float(cost.mean()) - most - _ROUNDING * max(abs(most), 1.0)


def search(
    space: Space, evaluate: Evaluate, seeds: tuple[int, ...], effort: Effort, path: Path | None
) -> dict[Candidate, Seen]:
    """Every different candidate that was tried and has values, in the order of trying.

    Args:
        path: the journal; the same path goes on with it. None keeps it in memory.

    Raises:
        ValueError: the journal is of another search.
        BlockingIOError: another process holds the journal.
    """
    with journal(path) as storage, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library announces what is experimental in it
        study = _study(storage, space, seeds, effort)
        while batch := _next_batch(study, space, effort):
            _tell(study, space, batch, evaluate, seeds)
        return _different(study, space)


def _study(storage: Any, space: Space, seeds: tuple[int, ...], effort: Effort) -> Study:
    """The search as Optuna keeps it, new or gone on with."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=storage,
        sampler=_sampler(effort, 0),
        study_name=NAME,
        directions=["maximize" if each.sign > 0.0 else "minimize" for each in space.objectives],
        load_if_exists=True,
    )
    asked = {"space": asdict(space), "seeds": seeds, "seed": effort.seed, "batch": effort.batch}
    wanted = json.dumps(asked, sort_keys=True)
    if NAME not in study.user_attrs:
        study.set_user_attr(NAME, wanted)
    elif study.user_attrs[NAME] != wanted:
        raise ValueError("the journal is of another search: other policies, objectives, budget, seeds or batch")
    return study


def _sampler(effort: Effort, number: int) -> BaseSampler:
    """What proposes trial `number`, whatever came before in this process."""
    from optuna.samplers import TPESampler

    seed = int(np.random.SeedSequence((effort.seed, number)).generate_state(1)[0])
    return TPESampler(seed=seed, multivariate=True, constant_liar=True, n_startup_trials=2 * effort.batch)


def _next_batch(study: Study, space: Space, effort: Effort) -> list[tuple[Trial, Candidate]]:
    """Trials to run next: those that an earlier process left open first; none where the search is done."""
    import optuna

    proposed, left_open = _kept(study, space)
    missing = -proposed % effort.batch
    if not left_open and proposed < effort.evaluations:
        missing = effort.batch
    batch = [_proposed(optuna.trial.Trial(study, left._trial_id), space) for left in left_open]
    for number in range(proposed, proposed + missing):
        study.sampler = _sampler(effort, number)
        batch.append(_proposed(study.ask(), space))
    return batch


def _kept(study: Study, space: Space) -> tuple[int, list[FrozenTrial]]:
    """How many trials were proposed in full, and those of them that are still to be run.

    One that a stopped process had proposed in part is given up, and does not count: the sampler draws all of a trial
    or nothing.
    """
    from optuna.trial import TrialState

    names = [option.policy for option in space.options]
    names += [dial.path for option in space.options for dial in option.dials]
    count, left_open = 0, []
    for trial in study.get_trials(deepcopy=False):
        whole = all(name in trial.params for name in names)
        if trial.state == TrialState.RUNNING and not whole:
            study.tell(trial.number, state=TrialState.FAIL)
        elif trial.state == TrialState.RUNNING:
            left_open.append(trial)
        count += whole
    return count, left_open


def _proposed(trial: Trial, space: Space) -> tuple[Trial, Candidate]:
    """Let the sampler choose; what an earlier process had already chosen stays."""
    parameters: dict[str, Any] = {}
    for option in space.options:
        parameters[option.policy] = trial.suggest_categorical(option.policy, [False, True])
        for dial in option.dials:
            parameters[dial.path] = trial.suggest_float(dial.path, dial.low, dial.high, step=dial.step)
    return trial, Candidate.of(space.options, parameters)


def _tell(
    study: Study, space: Space, batch: list[tuple[Trial, Candidate]], evaluate: Evaluate, seeds: tuple[int, ...]
) -> None:
    """Run what is new in a batch and write down what came out, world by world; without values a trial has failed."""
    from optuna.trial import TrialState

    known = _different(study, space)
    new = [candidate for candidate in dict.fromkeys(each for _, each in batch) if candidate not in known]
    if new:
        result = evaluate(new, seeds)
        known |= {
            each: Seen(*columns)
            for each, columns in zip(new, zip(result.values, result.hours, result.money, strict=True), strict=True)
        }
    for trial, candidate in batch:
        seen = known[candidate]
        trial.set_user_attr(VALUES, seen.values.tolist())
        trial.set_user_attr(HOURS, seen.hours.tolist())
        trial.set_user_attr(MONEY, seen.money.tolist())
        means = seen.values.mean(axis=1)
        limits = {HOURS: beyond(seen.hours, space.budget.hours), MONEY: beyond(seen.money, space.budget.money)}
        if np.isfinite([*means, *limits.values()]).all():
            for name, excess in limits.items():
                trial.set_constraint(name, excess)
            study.tell(trial, means.tolist())
        else:
            study.tell(trial, state=TrialState.FAIL)


def _different(study: Study, space: Space) -> dict[Candidate, Seen]:
    """What finished trials saw, each candidate once."""
    from optuna.trial import TrialState

    found: dict[Candidate, Seen] = {}
    for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        found.setdefault(Candidate.of(space.options, trial.params), _seen(trial))
    return found


def _seen(trial: FrozenTrial) -> Seen:
    return Seen(*(np.array(trial.user_attrs[name], dtype=np.float64) for name in (VALUES, HOURS, MONEY)))
