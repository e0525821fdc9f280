"""How readily people seek help this week, eight people at once."""

import numpy as np

from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES, gather, larger, load, smaller, store

MEAN_SQUARED_INITIATIVE = np.float32(0.37)
"""E[(0.1 + 0.9 U)^2], so that help-seeking redistributes meetings without adding any."""


@kernel
def readiness(safety, engagement, initiative):
    """safety * engagement * initiative^2 / its mean, of one person or of eight."""
    return safety * engagement * (initiative * initiative / MEAN_SQUARED_INITIATIVE)


@kernel
def seek(people, engagement, pull, safety, rule, gates):
    """Write this week's engagement, and how readily each person seeks help, to `gates`.

    Args:
        engagement: state, (person,). pull: added to it this week, (person,).
        safety: this week's, flat over (world, department).
    """
    for world in range(engagement.shape[0] // rule.people):
        departments = world * rule.departments
        end = (world + 1) * rule.people
        rest = end - rule.people % LANES
        for i in range(world * rule.people, rest, LANES):
            engaged = smaller(larger(load(engagement, i) + load(pull, i), ZERO), ONE)
            safe = gather(safety, load(people.department, i) + np.int32(departments))
            store(gates.engagement, i, engaged)
            store(gates.seeks, i, readiness(safe, engaged, load(people.initiative, i)))
        for i in range(rest, end):
            gates.engagement[i] = min(max(engagement[i] + pull[i], ZERO), ONE)
            safe = safety[departments + people.department[i]]
            gates.seeks[i] = readiness(safe, gates.engagement[i], people.initiative[i])
