"""Who leaves this week: one keyed draw a person against the hazard of its level and tenure."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE
from sim.kernels.jit import kernel

FIRST_YEAR = 52
WEEK = np.int32(1)


@kernel
def draw_leavers(begin, end, chains, hazard, first_year, factor, people, tenure, rule, left):
    """Draw who of rows begin to end leaves, and let everybody grow a week older in the job.

    Args:
        chains: chain over (seed, decision, week) of each world, uint64 (world,).
        hazard: chance to leave in a week by level, (level,). first_year: factor on it in the first year.
        factor: factor on it by person, (person,).
        tenure: weeks since joining (person,), counted up. left: bool (person,), written.
    """
    i = begin
    while i < end:
        world = i // rule.people
        chain = chains[world]
        for row in range(i, min(end, (world + 1) * rule.people)):
            early = first_year if tenure[row] < FIRST_YEAR else ONE
            chance = hazard[people.level[row]] * early * factor[row]
            left[row] = uniform(extend(chain, people.key[row])) < chance
            tenure[row] += WEEK
        i = (world + 1) * rule.people
