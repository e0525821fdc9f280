"""Statistics of experiments whose arms run in the same worlds: how large, how sure, at what cost.

Everything here is a pure function over arrays of numbers, one a world, and gives the same bits for the same numbers:
what resamples takes its chance from a fixed seed. Differences are in the outcome's own unit.

pairs        the paired difference with Student's t, worlds better, spread, and what pairing saved
resampling   BCa bootstrap of the mean difference
judging      many comparisons (Holm), equivalence, shares of worlds with intervals, a standardized size
precision    the half-width reached, the seeds still needed, and when to stop
durations    weeks until a threshold is reached, censored at the horizon
worth        effect against cost: the frontier, how sure it is, and who is dominated by whom
"""

from experiments.statistics.durations import Curve, Durations, reached_curve, weeks_sooner, weeks_until
from experiments.statistics.judging import Equivalence, equivalence, holm, share_interval, standardized
from experiments.statistics.pairs import (
    CONFIDENCE,
    SPREAD,
    Floats,
    Paired,
    both_defined,
    independent_seeds,
    paired,
    per_unit_of_cost,
    saving_in_seeds,
    spread,
    worlds_better,
)
from experiments.statistics.precision import Stop, half_width, seeds_needed, stop_or_go_on
from experiments.statistics.resampling import FEWEST_PAIRS, bca_interval
from experiments.statistics.worth import Domination, Frontier, Standing, Step, frontier

__all__ = [
    "CONFIDENCE",
    "FEWEST_PAIRS",
    "SPREAD",
    "Curve",
    "Domination",
    "Durations",
    "Equivalence",
    "Floats",
    "Frontier",
    "Paired",
    "Standing",
    "Step",
    "Stop",
    "bca_interval",
    "both_defined",
    "equivalence",
    "frontier",
    "half_width",
    "holm",
    "independent_seeds",
    "paired",
    "per_unit_of_cost",
    "reached_curve",
    "saving_in_seeds",
    "seeds_needed",
    "share_interval",
    "spread",
    "standardized",
    "stop_or_go_on",
    "weeks_sooner",
    "weeks_until",
    "worlds_better",
]
