"""A strategy study stage by stage: each runs what it needs and says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.designs import morris_design, sobol_design
from experiments.analysis.outcomes import futures_at
from experiments.statistics import stop_or_go_on
from experiments.statistics.precision import FIRST_STAGE
from experiments.strategy.answer import Answer, answer, failures_of
from experiments.strategy.design import Design, rounded
from experiments.strategy.measured import Measured, better, factor
from experiments.strategy.run import Lab, as_given, measured
from experiments.study import Arm

if TYPE_CHECKING:
    from experiments.analysis.designs import Design as Points
    from experiments.analysis.screening import Screening
    from experiments.analysis.sensitivity import Sensitivity

Floats = NDArray[np.float64]


def run_study(lab: Lab, design: Design) -> Answer:
    """Run a study from its first world to its answer.

    Raises:
        KeyboardInterrupt: the user stopped; runs that were finished are in the store.
        OSError: the folder cannot be written.
        StudyError: arms failed as the scenarios have them, and there is nothing to compare.
    """
    given = run_as_given(lab, design)
    futures = run_futures(lab, design) if design.assumptions else None
    left_out = len(design.futures) - futures.outcomes.shape[1] if futures is not None else 0
    found = answer(design, given, futures, left_out)
    if futures is not None:
        found = explain(lab, design, with_failures(lab, found))
    if design.strategy.search.trials:
        from experiments.strategy.searching import searched

        found = replace(found, portfolio=searched(lab, design, found, lab.store.folder))
    return found


def with_failures(lab: Lab, found: Answer) -> Answer:
    """The same with the ranges in which the best arms fail; a note where the library for that is missing."""
    lab.progress.say("Looking for what makes the best fail")
    try:
        return replace(found, failures=failures_of(found))
    except ImportError as error:
        note = f"Not looked for: {error}"
        lab.progress.say(note)
        return replace(found, notes=(*found.notes, note))


class StudyError(Exception):
    """A study of which nothing can be said."""


def run_as_given(lab: Lab, design: Design) -> Measured:
    """Every arm where the assumptions are as the scenarios have them, until the answer is as precise as wanted."""
    wanted = design.strategy.precision.half_width
    seeds = design.study.seeds if wanted is None else design.study.seeds[:FIRST_STAGE]
    while True:
        lab.run(design.study.arms, seeds)
        if failed := [arm.title for arm in design.study.arms if arm.name in lab.failed]:
            raise StudyError(f"{', '.join(failed)} could not be run, so there is nothing to compare")
        found = as_given(lab, design, seeds)
        more = 0 if wanted is None else _more(found, design, wanted)
        if more == 0:
            return found
        lab.progress.say(f"{len(seeds)} worlds are not precise enough yet; {more} more.")
        seeds = _further(seeds, more)


def _more(found: Measured, design: Design, wanted: float) -> int:
    """Worlds that are still to be run for the half-width wanted of the first outcome, in every arm."""
    name = next(iter(design.strategy.outcomes))
    most = design.strategy.precision.most_seeds
    effects = found.outcomes.effect(name)[1:, 0]
    return max(stop_or_go_on(effect, wanted, most=most).more for effect in effects)


def _further(seeds: Sequence[int], more: int) -> tuple[int, ...]:
    """Seeds and as many new ones, the smallest that are not taken yet."""
    taken = set(seeds)
    new: list[int] = []
    candidate = 1
    while len(new) < more:
        if candidate not in taken:
            new.append(candidate)
        candidate += 1
    return (*seeds, *new)


def run_futures(lab: Lab, design: Design) -> Measured:
    """Every arm in every future."""
    number = len(design.futures)
    lab.progress.say(f"{len(design.study.arms)} scenarios in {number} futures, {len(design.study.seeds)} worlds each")
    everything = range(number)
    lab.run([arm for at in everything for arm in design.arms_in(at)], design.study.seeds)
    found = measured(lab, design, everything, design.study.seeds)
    if found.outcomes.shape[1] == 0:
        raise StudyError("in every future some scenario could not be run")
    return found


def explain(lab: Lab, design: Design, found: Answer) -> Answer:
    """Which assumptions matter for one arm's effect, as far as the study asks for it."""
    asked = design.strategy.sensitivity
    if not asked.trajectories and not asked.samples:
        return found
    name = asked.arm or found.ranked()[0]
    explained = replace(found, explained=name)
    assumptions = design.assumptions
    if asked.trajectories:
        explained = replace(explained, screening=_screened(lab, design, explained))
        assert explained.screening is not None
        strong = sorted(explained.screening.effects, key=lambda effect: -effect.strength.value)
        kept = {effect.assumption.path for effect in strong[: asked.kept]}
        assumptions = tuple(each for each in assumptions if each.path in kept)
    if asked.samples:
        shares = _shared_out(lab, replace(design, assumptions=assumptions), explained)
        explained = replace(explained, sensitivity=shares)
    return explained


def _screened(lab: Lab, design: Design, found: Answer) -> Screening:
    """Morris's screening of all assumptions."""
    from experiments.analysis.screening import morris_screening

    asked = design.strategy.sensitivity
    points = morris_design(design.assumptions, asked.trajectories, design.strategy.sampling)
    return morris_screening(points, _effects_at(lab, design, points, found), *_words(found))


def _shared_out(lab: Lab, design: Design, found: Answer) -> Sensitivity:
    """Sobol's shares of variance of some assumptions."""
    from experiments.analysis.sensitivity import sobol_indices

    asked = design.strategy.sensitivity
    points = sobol_design(design.assumptions, asked.samples, design.strategy.sampling)
    return sobol_indices(points, _effects_at(lab, design, points, found), *_words(found))


def _words(found: Answer) -> tuple[str, str]:
    """What is explained, and its unit."""
    outcome = found.title(found.lead)
    return f"{found.title(found.explained)}: effect on {outcome}", found.given.outcomes.unit(found.lead)


def _effects_at(lab: Lab, design: Design, points: Points, found: Answer) -> Floats:
    """The explained arm's effect on the first outcome at every point of a design, (point, world)."""
    lead = found.lead
    seeds = design.study.seeds[: design.strategy.sensitivity.seeds]
    values = rounded(futures_at(points.assumptions, points.shares))
    arms = [_arm(design, design.study.arms[0].name), _arm(design, found.explained)]
    rows = [design.arm_at(arm, value, f"point {at + 1}") for at, value in enumerate(values) for arm in arms]
    lab.progress.say(f"{len(values)} points of a {points.method} design, {len(seeds)} worlds each")
    lab.run(rows, seeds)
    if failed := [row.name for row in rows if row.name in lab.failed]:
        raise StudyError(f"{failed[0]} could not be run: {lab.failed[failed[0]]}")
    read = lab.values(rows, seeds).of(lead).reshape(len(values), 2, len(seeds))
    sign = 1.0 if better(lead, design.strategy.outcomes[lead]) == "higher" else -1.0
    return sign * factor(lead) * (read[:, 1] - read[:, 0])


def _arm(design: Design, name: str) -> Arm:
    return design.study.arm(name)
