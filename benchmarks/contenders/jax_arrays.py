"""JAX on the processor: one compiled function a week, float32, masks over all ties, sums and maxima by segment.

Shapes must not change, so ties neither form nor end and nobody leaves; all ties go through the topics, met or not.
"""

from __future__ import annotations

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


@jax.jit
def step(now: Moving, fixed: Fixed) -> tuple[Moving, Any]:
    """One week; returns the state after it and its measures, in the order of MEASURES."""
    n, learner, source = fixed.numbers, fixed.learner, fixed.source
    people = len(fixed.seeking)
    key, meeting, promise = jax.random.split(now.key, 3)
    seeks = fixed.safety * now.engagement * fixed.seeking
    chance = fixed.contact * fixed.willingness * seeks[learner] * now.engagement[source]
    met = jax.random.uniform(meeting, chance.shape) < chance
    gap = jnp.maximum(0.0, now.expertise[source] - now.expertise[learner]) * met[:, None]
    trusted = now.trust * jnp.minimum(1.0, SAFE_ENOUGH * fixed.safety)[learner]
    passed = fixed.clarity[:, None] * (1.0 - fixed.tacitness + fixed.tacitness * trusted[:, None])
    passed = passed * fixed.need[learner] * gap * (1.0 - n["phi"] * gap)
    raw = jax.ops.segment_sum(passed, learner, people, indices_are_sorted=True)
    largest = jnp.maximum(0.0, jax.ops.segment_max(gap, learner, people, indices_are_sorted=True))
    gain = jnp.minimum(n["rate"] * raw, largest)
    asked = gain.sum(axis=1, keepdims=True)
    gain = gain * jnp.where(asked > n["capacity"], n["capacity"] / jnp.maximum(asked, 1e-9), 1.0)
    kept = jax.random.uniform(promise, chance.shape) < fixed.reliability
    moved = now.trust + n["eta"] * (kept - now.trust)
    trust = jnp.where(met, moved, now.trust + n["delta"] * (fixed.base - now.trust))
    expertise = jnp.minimum(1.0, now.expertise + gain)
    expertise = (expertise + fixed.practice * (1.0 - expertise)) * fixed.kept
    engagement = now.engagement + n["drift"] * (n["engagement"] - now.engagement)
    held = jnp.minimum(expertise, fixed.need).sum() / fixed.need.sum()
    wanted = fixed.need > 0
    have = jnp.count_nonzero(wanted & (expertise >= NEED_MET * fixed.need)) / jnp.count_nonzero(wanted)
    within = 1.0 - fixed.across
    sides = (trust @ within / within.sum(), trust @ fixed.across / fixed.across.sum())
    measures = jnp.stack([held, have, expertise.mean(), *sides, jnp.count_nonzero(met) / people])
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
        key = jax.random.key(seed, impl="rbg")  # on processors several times as fast as the default
        moving = (state.expertise[0], state.engagement[0], state.trust)
        self.now = Moving(*(jnp.asarray(values) for values in moving), key)
        self.series: list[Any] = []

    def step(self) -> None:
        """One week."""
        self.now, measures = step(self.now, self.fixed)
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
        return JaxWorld(start_of(size, (seed,)), seed)

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
