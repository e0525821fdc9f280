"""Which assumptions matter for one arm: Morris's screening, then Sobol's shares of variance of the strongest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.analysis.outcomes import futures_at
from experiments.strategy.answer import Answer
from experiments.strategy.design import Design, rounded
from experiments.strategy.figures import SCREENED, SHARED
from experiments.strategy.measured import Measured
from experiments.strategy.run import Lab, StudyError, measured
from sim.problems import InputError

if TYPE_CHECKING:
    from experiments.analysis.designs import Design as Points


def explained(lab: Lab, design: Design, found: Answer) -> Answer:
    """The same answer with what matters for one arm's effect on the first outcome, as far as the study asks for it.

    Raises:
        KeyboardInterrupt: the user stopped; runs that were finished are in the store.
        OSError: the folder cannot be written.
    """
    asked = design.strategy.sensitivity
    if not asked.trajectories and not asked.samples:
        return found
    if asked.arm and asked.arm not in found.arms:
        return _noted(lab, found, f"{asked.arm} could not be run")
    found = replace(found, explained=asked.arm or found.ranked()[0])
    assumptions = design.assumptions
    if asked.trajectories:
        found = _tried(_screened, lab, design, found)
        if found.screening is None:
            return found
        strong = sorted(found.screening.effects, key=lambda effect: -effect.strength.value)
        kept = {effect.assumption.path for effect in strong[: asked.kept]}
        assumptions = tuple(each for each in assumptions if each.path in kept)
    return _tried(_shared_out, lab, replace(design, assumptions=assumptions), found) if asked.samples else found


def _tried(step: Callable[[Lab, Design, Answer], Answer], lab: Lab, design: Design, found: Answer) -> Answer:
    """The answer after a step; the same with a note where a scenario could not be run for it, or is refused."""
    try:
        return step(lab, design, found)
    except StudyError as error:
        return _noted(lab, found, str(error))
    except InputError as error:
        return _noted(lab, found, error.problems[0].cause)


def _noted(lab: Lab, found: Answer, reason: str) -> Answer:
    """The answer with why it does not say which assumptions matter."""
    note = f"Which assumptions matter was not found out: {reason}"
    lab.progress.say(note)
    return replace(found, notes=(*found.notes, note))


def _screened(lab: Lab, design: Design, found: Answer) -> Answer:
    """With Morris's screening of all assumptions.

    Raises:
        StudyError: at some point a scenario could not be run.
    """
    from experiments.analysis.designs import morris_design
    from experiments.analysis.screening import morris_screening

    asked = design.strategy.sensitivity
    points = morris_design(design.assumptions, asked.trajectories, design.strategy.sampling)
    runs = _at(lab, design, points, found)
    screening = morris_screening(points, runs.outcomes.effect(found.lead)[1], *_words(found))
    return replace(found, screening=screening, explored={**found.explored, SCREENED: runs})


def _shared_out(lab: Lab, design: Design, found: Answer) -> Answer:
    """With Sobol's shares of variance of some assumptions.

    Raises:
        StudyError: at some point a scenario could not be run.
    """
    from experiments.analysis.designs import sobol_design
    from experiments.analysis.sensitivity import sobol_indices

    asked = design.strategy.sensitivity
    points = sobol_design(design.assumptions, asked.samples, design.strategy.sampling)
    runs = _at(lab, design, points, found)
    shares = sobol_indices(points, runs.outcomes.effect(found.lead)[1], *_words(found))
    return replace(found, sensitivity=shares, explored={**found.explored, SHARED: runs})


def _words(found: Answer) -> tuple[str, str]:
    """What is explained, and its unit."""
    outcome = found.title(found.lead)
    return f"{found.title(found.explained)}: effect on {outcome}", found.given.outcomes.unit(found.lead)


def _at(lab: Lab, design: Design, points: Points, found: Answer) -> Measured:
    """Doing nothing and the explained arm at every point of a design, in the first worlds of the study."""
    study = design.study
    seeds = study.seeds[: design.strategy.sensitivity.seeds]
    arms = study.arms[0], study.arm(found.explained)
    values = rounded(futures_at(points.assumptions, points.shares))
    both = Design(replace(study, arms=arms, starts=study.since), design.strategy, points.assumptions, values, "point")
    everything = range(len(values))
    lab.progress.say(f"{len(values)} points of a {points.method} design, {len(seeds)} worlds each")
    rows = [arm for at in everything for arm in both.arms_in(at)]
    lab.run(rows, seeds)
    if failed := [row for row in rows if row.name in lab.failed]:
        raise StudyError(f"{failed[0].title} could not be run: {lab.failed[failed[0].name]}")
    return measured(lab, both, everything, seeds)
