"""What a shock does to mastery."""

import numpy as np

from sim.kernels.common import ONE
from sim.kernels.jit import wide_kernel


@wide_kernel
def outdate(size, readiness, emerging, people, rule, ledger):
    """Let a share of everybody's mastery of emerging topics go out of date, less what readiness avoids.

        E *= 1 - size * (1 - readiness)

    Args:
        readiness: of each person, (person,). emerging: the emerging topics, (emerging topic,).
        ledger: change of the sum of mastery, float64 (world,), added to.
    """
    for i in range(people.expertise.shape[0]):
        world = i // rule.people
        kept = ONE - size * (ONE - readiness[i])
        for n in range(emerging.shape[0]):
            before = people.expertise[i, emerging[n]]
            people.expertise[i, emerging[n]] = before * kept
            ledger[world] += np.float64(people.expertise[i, emerging[n]]) - np.float64(before)
