"""Which assumptions can be left alone: Morris' elementary effects by SALib, beside what chance alone would show.

An elementary effect is what the outcome changes when one assumption moves, for a move over its whole range. The mean of
their absolute values (mu star) says how much an assumption matters, their spread (sigma) whether it does so everywhere
alike. Noise alone has absolute values too, so each assumption comes with the mu star that chance would give it.
Where all points were run in the same worlds, luck that they share drops out of every elementary effect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.designs import LEVELS, MORRIS, Design, values_of
from experiments.analysis.outcomes import Assumption, Floats
from experiments.analysis.resampling import CONFIDENCE, Estimate, resampled_worlds
from experiments.analysis.verdicts import Limits, Verdict, judge

RESAMPLES = 400
LIMITS = Limits(width=0.2, threshold=0.1, tie=0.1)
"""For importance as a share of the largest mu star; screening is a coarse sieve."""


@dataclass(frozen=True)
class Effect:
    """What one assumption does, in the outcome's unit for a move over the whole range.

    Attributes:
        strength: mu star, the mean of absolute elementary effects.
        direction: mu, their mean with signs; close to `strength` where the assumption always pushes the same way.
        spread: sigma, their standard deviation: interactions, or a curve.
        by_chance: the mu star that noise alone would give; NaN where one world cannot tell.
        matters: whether screening keeps it: its interval reaches the threshold, as a share of the largest strength.
    """

    assumption: Assumption
    strength: Estimate
    direction: float
    spread: float
    by_chance: float
    matters: bool


@dataclass(frozen=True)
class Screening:
    """Morris screening of one outcome.

    Attributes:
        effects: in the order of the assumptions, which is no ranking; for one, ask the verdict.
        verdict: `Settled` with a ranking by strength (as a share of the largest), or `Unsettled` with reasons.
        chance: share of the mean square of elementary effects that is noise; NaN where one world cannot tell.
        trajectories, points, worlds: size of the sample; worlds left out had points without a value.
    """

    title: str
    unit: str
    effects: tuple[Effect, ...]
    verdict: Verdict
    chance: float
    trajectories: int
    points: int
    worlds: int
    worlds_left_out: int

    @property
    def kept(self) -> tuple[Assumption, ...]:
        """Assumptions that may matter: go on with these. In doubt one is kept."""
        return tuple(each.assumption for each in self.effects if each.matters)


def morris_screening(
    design: Design,
    values: Floats,
    title: str,
    unit: str = "",
    limits: Limits = LIMITS,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Screening:
    """Elementary effects from values (point, world); intervals draw trajectories and worlds again.

    Raises:
        ValueError: the design is of another method, or the values do not fit it.
    """
    if design.method != MORRIS:
        raise ValueError(f"a design of method {MORRIS} is needed, this one is {design.method}")
    whole, left_out = values_of(design, values)
    worlds = whole.shape[1]
    each_world = elementary_effects(design, whole)
    effects = each_world.mean(axis=-1)
    known = _by_salib(design, whole.mean(axis=1), seed)
    noise = each_world.var(axis=-1, ddof=1) / worlds if worlds > 1 else np.full(effects.shape, math.nan)
    again = _resampled(each_world, resamples, seed)
    largest = float(known["mu_star"].max())
    scale = largest if largest > 0.0 else 1.0
    tail = 100.0 * (1.0 - CONFIDENCE) / 2.0
    low, high = np.percentile(again, (tail, 100.0 - tail), axis=0)
    strengths = [Estimate(*map(float, one)) for one in zip(known["mu_star"], low, high, strict=True)]
    parts = [np.abs(effects[: max(design.base // cut, 1)]).mean(axis=0) / scale for cut in (4, 2)]
    found = tuple(
        Effect(
            assumption=assumption,
            strength=strength,
            direction=float(known["mu"][column]),
            spread=float(known["sigma"][column]),
            by_chance=math.sqrt(2.0 / math.pi * float(noise[:, column].mean())),
            matters=largest > 0.0 and strength.high >= limits.threshold * scale,
        )
        for column, (assumption, strength) in enumerate(zip(design.assumptions, strengths, strict=True))
    )
    importance, halves = known["mu_star"] / scale, (high - low) / 2.0 / scale
    square = float((effects**2).mean())
    return Screening(
        title=title,
        unit=unit,
        effects=found,
        verdict=judge(design.assumptions, importance, halves, again / scale, parts, design.base, limits),
        chance=min(float(noise.mean()) / square, 1.0) if square > 0.0 else math.nan,
        trajectories=design.base,
        points=len(design.shares),
        worlds=worlds,
        worlds_left_out=left_out,
    )


def elementary_effects(design: Design, values: Floats) -> Floats:
    """Change of the outcome over change of the assumption (trajectory, assumption, world).

    Each step of a trajectory moves one assumption; its change is divided by the share of the range that it moved.
    """
    shares = design.shares.reshape(design.base, design.block, -1)
    steps = np.diff(shares, axis=1)
    moved = np.abs(steps).argmax(axis=2)
    length = np.take_along_axis(steps, moved[..., None], axis=2)
    changes = np.diff(values.reshape(design.base, design.block, -1), axis=1) / length
    found = np.empty_like(changes)
    np.put_along_axis(found, np.broadcast_to(moved[..., None], changes.shape), changes, axis=1)
    return found


def _by_salib(design: Design, mean: Floats, seed: int) -> dict[str, Floats]:
    """Mu, mu star and sigma of the mean over worlds (assumption,)."""
    from SALib.analyze.morris import analyze

    found = analyze(design.problem, design.shares, mean, num_levels=LEVELS, num_resamples=2, seed=seed)
    return {name: np.asarray(found[name], dtype=np.float64) for name in ("mu", "mu_star", "sigma")}


def _resampled(effects: Floats, resamples: int, seed: int) -> Floats:
    """Mu star with trajectories and worlds drawn again (resample, assumption)."""
    trajectories, _, worlds = effects.shape
    draw = np.random.default_rng((seed, 1))
    weights = resampled_worlds(worlds, resamples, seed) / worlds
    return np.stack(
        [np.abs(effects[draw.integers(trajectories, size=trajectories)] @ each).mean(axis=0) for each in weights]
    )
