"""JAX on the processor: one compiled function a week, float32, meetings gathered, sums and maxima by segment.

Shapes must not change, so ties neither form nor end, nobody leaves, and meetings have fixed room.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.contenders import Contender, Size
from benchmarks.contenders.measured import LAST_WEEKS
from benchmarks.contenders.sizes import MEAN_SQUARED_INITIATIVE, NEED_MET, SAFE_ENOUGH
from benchmarks.contenders.start import Start, start_of

STOCKS = ("adequacy", "need_met", "mean_expertise", "trust_within", "trust_across")
MEASURES = (*STOCKS, "meetings")
SPREADS = 10
"""Room for so many standard deviations of the number of meetings above its mean."""


class Fixed(NamedTuple):
    """What does not change: ties (tie,), people (person,), needs (person, topic) and numbers."""

    learner: Any
    source: Any
    contact: Any
    base: Any
    across: Any
    willingness: Any
    clarity: Any
    reliability: Any
    safety: Any
    seeking: Any
    need: Any
    practice: Any
    kept: Any
    tacitness: Any
    numbers: dict[str, float]


class Moving(NamedTuple):
    """What changes: mastery (person, topic), engagement (person,), trust (tie,) and the generator's key."""

    expertise: Any
    engagement: Any
    trust: Any
    key: Any


@partial(jax.jit, static_argnames="room")
def step(now: Moving, fixed: Fixed, room: int) -> tuple[Moving, Any]:
    """One week; returns the state after it and its measures, in the order of MEASURES.

    Args:
        room: meetings for which there is memory; what lies beyond the week's meetings counts for nothing.
    """
    n, people = fixed.numbers, len(fixed.seeking)
    key, draws = jax.random.split(now.key)
    meeting, promise = jax.random.uniform(draws, (2, len(fixed.learner)))
    seeks = fixed.safety * now.engagement * fixed.seeking
    chance = fixed.contact * fixed.willingness * seeks[fixed.learner] * now.engagement[fixed.source]
    met = meeting < chance
    meetings = jnp.count_nonzero(met)
    (at,) = jnp.nonzero(met, size=room, fill_value=len(met) - 1)
    learner, source = fixed.learner[at], fixed.source[at]
    gap = jnp.maximum(0.0, now.expertise[source] - now.expertise[learner])
    gap = gap * (jnp.arange(room) < meetings)[:, None]
    trusted = now.trust[at] * jnp.minimum(1.0, SAFE_ENOUGH * fixed.safety)[learner]
    passed = fixed.clarity[at][:, None] * (1.0 - fixed.tacitness + fixed.tacitness * trusted[:, None])
    passed = passed * fixed.need[learner] * gap * (1.0 - n["phi"] * gap)
    raw = jax.ops.segment_sum(passed, learner, people, indices_are_sorted=True)
    largest = jnp.maximum(0.0, jax.ops.segment_max(gap, learner, people, indices_are_sorted=True))
    gain = jnp.minimum(n["rate"] * raw, largest)
    asked = gain.sum(axis=1, keepdims=True)
    gain = gain * jnp.where(asked > n["capacity"], n["capacity"] / jnp.maximum(asked, 1e-9), 1.0)
    moved = now.trust + n["eta"] * ((promise < fixed.reliability) - now.trust)
    trust = jnp.where(met, moved, now.trust + n["delta"] * (fixed.base - now.trust))
    expertise = jnp.minimum(1.0, now.expertise + gain)
    expertise = (expertise + fixed.practice * (1.0 - expertise)) * fixed.kept
    engagement = now.engagement + n["drift"] * (n["engagement"] - now.engagement)
    held = jnp.minimum(expertise, fixed.need).sum() / fixed.need.sum()
    wanted = fixed.need > 0
    have = jnp.count_nonzero(wanted & (expertise >= NEED_MET * fixed.need)) / jnp.count_nonzero(wanted)
    within = 1.0 - fixed.across
    sides = (trust @ within / within.sum(), trust @ fixed.across / fixed.across.sum())
    measures = jnp.stack([held, have, expertise.mean(), *sides, meetings / people])
    return Moving(expertise, engagement, trust, key), measures


class JaxWorld:
    """One world."""

    def __init__(self, start: Start, seed: int) -> None:
        state, s, structure = start.state, start.prepared.scenario, start.state.structure
        home = state.home_department[0]
        learner, source = state.learners().astype(np.int32), state.source
        topics = len(start.prepared.topics.names)
        need, own = structure.need[home, :topics], structure.own[home, :topics]
        practice = s.learning.practice * np.where(own, 1.0, s.learning.practice_elsewhere) * need
        kept = (1.0 - s.learning.forgetting * (1.0 - need)) * (1.0 - structure.obsolescence[:topics])
        pair = (home[learner], home[source])
        fixed = Fixed(
            learner,
            source,
            state.contact,
            state.base_trust,
            (pair[0] != pair[1]).astype(np.float32),
            state.willingness[0][pair],
            state.clarity[0][pair],
            state.reliability[0][pair],
            state.safety[0][home],
            state.initiative[0] ** 2 / MEAN_SQUARED_INITIATIVE,
            need,
            practice.astype(np.float32),
            kept.astype(np.float32),
            structure.tacitness[:topics],
            {
                "phi": s.learning.phi,
                "rate": s.learning.rate,
                "capacity": s.learning.hours * s.learning.pace,
                "eta": s.trust.eta,
                "delta": s.trust.delta,
                "drift": s.culture.drift,
                "engagement": s.culture.engagement,
            },
        )
        self.fixed = jax.tree.map(jnp.asarray, fixed)
        seeks = fixed.safety * state.engagement[0] * fixed.seeking
        expected = float((fixed.contact * fixed.willingness * seeks[learner] * state.engagement[0][source]).sum())
        self.room = min(len(learner), int(expected + SPREADS * expected**0.5) + SPREADS)
        expertise, engagement = jnp.asarray(state.expertise[0]), jnp.asarray(state.engagement[0])
        self.now = Moving(expertise, engagement, jnp.asarray(state.trust), jax.random.key(seed))
        self.series: list[Any] = []

    def step(self) -> None:
        """One week."""
        self.now, measures = step(self.now, self.fixed, self.room)
        self.series.append(np.asarray(measures))


class JaxArrays:
    """JAX over arrays."""

    name = "JAX, jitted"
    package = "jax"
    work = (
        "exchange over ties, trust, learning budget, practice and loss, six measures; "
        "no turnover, no changing ties, no policies"
    )
    worlds = 1

    def build(self, size: Size, seed: int) -> JaxWorld:
        """One world."""
        return self.start(start_of(size, (seed,)), seed)

    def start(self, start: Start, seed: int) -> JaxWorld:
        """The same of a given start."""
        return JaxWorld(start, seed)

    def week(self, built: object) -> None:
        """One week."""
        assert isinstance(built, JaxWorld)
        built.step()

    def measures(self, built: object) -> dict[str, float]:
        """Six of the ten measures."""
        assert isinstance(built, JaxWorld)
        return six(built.series)


def six(series: Any) -> dict[str, float]:
    """The one number of each of MEASURES, (week, measure)."""
    values = np.asarray(series, np.float64)
    stocks = values[-LAST_WEEKS:].mean(axis=0)
    return dict(zip(STOCKS, stocks.tolist(), strict=False)) | {"meetings": float(values[:, -1].mean())}


CONTENDERS: list[Contender] = [JaxArrays()]
