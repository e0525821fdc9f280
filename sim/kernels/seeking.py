"""How readily people seek help this week."""

import numpy as np

from sim.kernels.jit import kernel

MEAN_SQUARED_INITIATIVE = np.float32(0.37)
"""E[(0.1 + 0.9 U)^2], so that help-seeking redistributes meetings without adding any."""


@kernel
def seek(people, engagement, safety, rule, seeks):
    """Write how readily each person seeks help, (person,): safety * engagement * initiative^2 / its mean.

    Args:
        engagement: this week's, (person,). safety: this week's, flat over (world, department).
    """
    for world in range(seeks.shape[0] // rule.people):
        departments = world * rule.departments
        for i in range(world * rule.people, (world + 1) * rule.people):
            initiative = people.initiative[i]
            safe = safety[departments + people.department[i]]
            seeks[i] = safe * engagement[i] * (initiative * initiative / MEAN_SQUARED_INITIATIVE)
