"""Challenges: they arrive, sources are looked for, owners clear what is blocked, and the solvers learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chance import MODEL, extend, uniform, week_key
from sim.kernels.arriving import COUNTS, TWICE_MEDIAN
from sim.kernels.challenges import work_on
from sim.kernels.learning import CHALLENGES
from sim.kernels.searching import IN_WRITING, NOBODY
from sim.tuples import ChallengeLevers, SolverLessons

if TYPE_CHECKING:
    from sim.plan import Plan
    from sim.week import Week

HALF = 0.5


def challenges(plan: Plan) -> None:
    """Let challenges arrive, find sources, be blocked and cleared; solving one teaches the solvers."""
    week, state, part = plan.week, plan.week.state, plan.week.challenges
    if not part.on:
        return
    counts = np.zeros((len(COUNTS), state.frame.worlds), np.int64)
    if len(part.lessons.learner):
        week.work.from_parts[CHALLENGES] = 0
    part.won[:] = 0
    part.ensure_room()
    if not week.knowledge_base.empty:
        _look_up(week)
    lessons = part.room_for_lessons()
    levers = ChallengeLevers(*(plan.flat_lever(name) for name in ("referral", "directory", "unblocking")))
    part.count, held = work_on(
        (week.number, week_key(week.number)),
        week.chance.stream(MODEL, "challenge", week.number),
        part.count,
        (part.terms, levers, week.steady.by_department()),
        (state.people, state.ties, state.structure, week.culture, week.gates, week.rule),
        week.work,
        part.all,
        part.scratch,
        (part.lasted, lessons, counts, part.won),
    )
    part.lessons = SolverLessons(lessons.learner[:held], lessons.source[:held], lessons.brought[:held])
    entries = week.sums.block(COUNTS)
    entries += counts
    entries[TWICE_MEDIAN] *= HALF


def _look_up(week: Week) -> None:
    """Let leads look up what they miss: where it is explicit, covered and fresh, nobody has to be found."""
    part = week.challenges
    missing = (part.open.topic != NOBODY) & (part.open.source == NOBODY)
    missing &= ((part.open.lead != NOBODY) & ~part.open.blocked)[:, None]
    challenge, place = missing.nonzero()
    world, topic, lead = part.open.world[challenge], part.open.topic[challenge, place], part.open.lead[challenge]
    written = week.knowledge_base.find(world, topic, part.terms.mastery[topic])
    chance = week.levers["lookup"].ravel()[lead] * week.levers["tagging"].ravel()[world] * week.gates.engagement[lead]
    drawn = uniform(extend(part.hashes(MODEL, "look up", week.number)[challenge], part.terms.topic_key[topic]))
    found = written & (drawn < chance)
    part.open.source[challenge[found], place[found]] = IN_WRITING
