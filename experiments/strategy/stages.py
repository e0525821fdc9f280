"""A strategy study stage by stage: each runs what it needs and says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.statistics import stop_or_go_on
from experiments.statistics.precision import FIRST_STAGE
from experiments.strategy.answer import Answer, answer, failures_of
from experiments.strategy.design import Design
from experiments.strategy.explaining import explained
from experiments.strategy.measured import Measured
from experiments.strategy.run import Lab, StudyError, as_given, measured
from experiments.wording import plural


def run_study(lab: Lab, design: Design) -> Answer:
    """Run a study from its first world to its answer.

    Raises:
        KeyboardInterrupt: the user stopped; runs that were finished are in the store.
        OSError: the folder cannot be written.
        StudyError: so much could not be run that there is nothing to compare.
    """
    asked = design
    design, given = run_as_given(lab, asked)
    futures = None
    if design.assumptions:
        design, futures = run_futures(lab, design)
        given = as_given(lab, design, given.outcomes.seeds)  # without arms that no future let run
    left_out = len(design.futures) - futures.outcomes.shape[1] if futures is not None else 0
    found = replace(answer(design, given, futures, left_out), notes=missing(lab, asked, design))
    if futures is not None:
        found = explained(lab, design, with_failures(lab, found))
    if design.strategy.search.trials:
        from experiments.strategy.searching import searched

        found = searched(lab, design, found)
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


def run_as_given(lab: Lab, design: Design) -> tuple[Design, Measured]:
    """Every arm where the assumptions are as the scenarios have them, until the answer is as precise as wanted.

    Returns:
        the design without the arms that could not be run, and what came of the others.
    """
    wanted = design.strategy.precision.half_width
    seeds = design.study.seeds if wanted is None else design.study.seeds[:FIRST_STAGE]
    while True:
        lab.run(design.study.arms, seeds)
        design = without_failed(lab, design)
        found = as_given(lab, design, seeds)
        more = 0 if wanted is None else _more(found, design, wanted)
        if more == 0:
            return design, found
        lab.progress.say(f"{plural(len(seeds), 'world')} {'is' if len(seeds) == 1 else 'are'} too few; {more} more.")
        seeds = _further(seeds, more)


def without_failed(lab: Lab, design: Design) -> Design:
    """The design of what could be run.

    Raises:
        StudyError: the baseline could not be run, or nothing else.
    """
    study = design.study
    failed = [arm for arm in study.arms if arm.name in lab.failed]
    if not failed:
        return design
    kept = tuple(arm for arm in study.arms if arm not in failed)
    if study.arms[0] in failed or len(kept) < 2:
        raise StudyError(f"{', '.join(arm.title for arm in failed)} could not be run, so there is nothing to compare")
    return replace(design, study=replace(study, arms=kept, starts=study.since))


def missing(lab: Lab, asked: Design, kept: Design) -> tuple[str, ...]:
    """Which scenarios are not in the answer since they could not be run, and why."""
    return tuple(
        f"What {arm.title} would do: it could not be run ({lab.failed[arm.name]})."
        for arm in asked.study.arms
        if arm not in kept.study.arms
    )


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


def run_futures(lab: Lab, design: Design) -> tuple[Design, Measured]:
    """Every arm in every future.

    Returns:
        the design without the arms that could be run in no future, and what came of the others.

    Raises:
        StudyError: there is no future in which every one of those could be run.
    """
    number = len(design.futures)
    lab.progress.say(f"{len(design.study.arms)} scenarios in {number} futures, {len(design.study.seeds)} worlds each")
    everything = range(number)
    lab.run([arm for at in everything for arm in design.arms_in(at)], design.study.seeds)
    for place, arm in enumerate(design.study.arms):
        reasons = [lab.failed.get(design.arms_in(at)[place].name) for at in everything]
        if all(reasons):
            lab.failed[arm.name] = f"in every future; in the first: {reasons[0]}"
    design = without_failed(lab, design)
    if all(any(arm.name in lab.failed for arm in design.arms_in(at)) for at in everything):
        raise StudyError("in every future some scenario could not be run")
    return design, measured(lab, design, everything, design.study.seeds)
