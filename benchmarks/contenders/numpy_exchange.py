"""Exchange over ties and in sessions, vectorized over the meetings that take place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.numpy_draws import MODEL, Rows, second_uniform, uniform
from benchmarks.contenders.sizes import BASELINE

if TYPE_CHECKING:
    from benchmarks.contenders.numpy_world import Session, World

Real = NDArray[np.float32]
ZERO, ONE = np.float32(0.0), np.float32(1.0)


def exchange(world: World) -> None:
    """Who meets, what passes, and whether the promise is kept."""
    ties, culture = world.ties, world.culture
    chance = ties.contact * culture.at_home.take(ties.cell)
    touched = _touched(world)
    if len(touched):
        visits = _visits(world, ties.learner[touched], ties.source[touched])
        factor = np.where(visits, culture.hosting[ties.cell[touched]], culture.away[ties.cell[touched]])
        chance[touched] = ties.contact[touched] * factor
    chance *= world.seeks.take(ties.learner)
    chance *= world.engaged.take(ties.source)
    words = world.draws.pairs(MODEL, "meet", world.week, ties.learner, ties.source)
    met = np.flatnonzero(uniform(words) < chance)
    learner, source, cell, trust = ties.learner[met], ties.source[met], ties.cell[met], ties.trust[met]
    clarity = culture.clarity[cell]
    if len(touched):
        visits = _visits(world, learner, source)
        clarity[visits] = np.minimum(ONE, clarity[visits] + world.host_clarity)
    trusted = trust * world.openness[learner]
    brought = learn(world, learner, source, clarity * world.teaching[source], trusted, None)
    kept = second_uniform(words[met]) < culture.reliability[cell] * world.keeps[source]
    ties.trust += world.delta * (ties.base - ties.trust)
    ties.trust[met] = trust + world.eta * (kept - trust)
    world.met, world.brought = met, brought
    world.meetings = np.bincount(world.world_of.take(learner), minlength=world.worlds)


def _touched(world: World) -> Rows:
    """Ties of which a side works elsewhere this week."""
    if not world.away.any():
        return np.zeros(0, np.int64)
    return np.flatnonzero(world.away.take(world.ties.learner) | world.away.take(world.ties.source))


def _visits(world: World, learner: Rows, source: Rows) -> NDArray[np.bool_]:
    """Whether one of two people stays in the other's own department."""
    here, home = world.here, world.home
    together = (here[learner] == here[source]) & (home[learner] != home[source])
    return together & ~(world.away[learner] & world.away[source])


def learn(world: World, learner: Rows, source: Rows, gate: Real, trusted: Real, weight: Real | None) -> Real:
    """Add what the learners take up in their meetings to this week's gains.

    Args:
        learner: rising. gate, trusted, weight: (meeting,); no weight is a weight of 1.

    Returns:
        The mastery that each meeting brought before the budget, (meeting,).
    """
    if len(learner) == 0:
        return np.zeros(0, np.float32)
    gap = world.expertise.take(source, axis=0)
    gap -= world.expertise.take(learner, axis=0)
    np.maximum(gap, ZERO, out=gap)
    passed = trusted[:, None] * world.tacitness
    passed += world.codified
    passed *= gate[:, None]
    passed *= world.wanted.take(learner, axis=0)
    passed *= gap
    narrow = gap * world.phi
    passed *= np.subtract(ONE, narrow, out=narrow)
    if weight is not None:
        passed *= weight[:, None]
    begins = np.flatnonzero(np.concatenate([[True], learner[1:] != learner[:-1]]))
    group = np.cumsum(np.bincount(begins, minlength=len(learner))) - 1
    who = learner[begins]
    raw, largest = _over_meetings(passed, gap, begins)
    rate = world.rate[who]
    raw *= rate[:, None]
    uncapped = raw @ world.ones
    gain = np.minimum(raw, largest, out=raw)
    total = gain @ world.ones
    world.gain[who] += gain
    world.asked_gain[who] += total
    share = np.divide(total, uncapped, out=np.ones_like(total), where=total < uncapped)
    return (passed @ world.ones) * (rate * share)[group]


def _over_meetings(passed: Real, gap: Real, begins: Rows) -> tuple[Real, Real]:
    """Sum of what passed and the largest gap met, over each learner's meetings (learner, topic)."""
    meetings = np.diff(begins, append=len(passed))
    total, largest = passed.take(begins, axis=0), gap.take(begins, axis=0)
    more = np.flatnonzero(meetings > 1)
    nth = 1
    while len(more):
        at = begins[more] + nth
        total[more] += passed.take(at, axis=0)
        largest[more] = np.maximum(largest[more], gap.take(at, axis=0))
        nth += 1
        more = more[meetings[more] > nth]
    return total, largest


def hold_sessions(world: World) -> None:
    """Learn in the sessions that the policies called; promises kept there move trust and form ties."""
    parts = [part for part in world.sessions if len(part.learner)]
    if not parts:
        return
    learner, source, weight, teaching = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("learner", "source", "weight", "teaching")
    )
    label = np.repeat(np.arange(len(parts)), [len(part.learner) for part in parts])
    trust, heard = (np.concatenate([getattr(part, name) for part in parts]) for name in ("trust", "heard"))
    order = np.lexsort((source, label, learner))
    order = order[heard[order]]
    i, j = learner[order], source[order]
    clarity = world.culture.clarity[world.cell(i, j)]
    visits = _visits(world, i, j)
    clarity[visits] = np.minimum(ONE, clarity[visits] + world.host_clarity)
    gate = clarity * world.teaching[j] * teaching[order]
    learn(world, i, j, gate, trust[order] * world.openness[i], weight[order])
    formed = []
    for part in parts:
        kept = _promises(world, part)
        if part.origin is not None:
            fresh = np.flatnonzero(kept & (part.slot < 0))
            formed.append((part.learner[fresh], part.source[fresh], part.origin))
    for mentee, mentor, origin in formed:
        start = world.stranger_trust(mentee, mentor)
        both = np.concatenate([mentee, mentor]), np.concatenate([mentor, mentee])
        world.ties.form(*both, np.concatenate([start + world.eta * (ONE - start), start]), world.ties.formed, origin)


def _promises(world: World, part: Session) -> NDArray[np.bool_]:
    """Which sources keep their promise; known ones gain or lose trust by it, kind after kind: a pair can meet twice."""
    ties, learner, source = world.ties, part.learner, part.source
    words = world.draws.pairs(part.kind, "promise", world.week, learner, source)
    kept = uniform(words) < world.culture.reliability[world.cell(learner, source)] * world.keeps[source]
    known = part.slot >= 0
    at = part.slot[known]
    ties.trust[at] += world.eta * (kept[known] - ties.trust[at])
    later = at[ties.origin[at] != BASELINE]
    ties.contact[later] = np.maximum(ties.contact[later], ties.formed)
    return kept
