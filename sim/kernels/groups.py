"""How far groups of people are apart."""

import numpy as np

from sim.kernels.jit import wide_kernel

NOTHING = np.float64(0.0)


@wide_kernel
def spread_of_groups(heads, shares, everybody):
    """Standard deviation over people of the mean adequacy of their group, by home department and level.

    Args:
        heads: people of each group, int32 (department, level). shares: sum of their adequacy, float64 likewise.
    """
    mean = NOTHING
    for d in range(heads.shape[0]):
        for level in range(heads.shape[1]):
            mean += shares[d, level]
    mean = mean / everybody
    squares = NOTHING
    for d in range(heads.shape[0]):
        for level in range(heads.shape[1]):
            if heads[d, level] > 0:
                here = np.float64(heads[d, level])
                apart = shares[d, level] / here - mean
                squares += here * (apart * apart)
    return np.sqrt(squares / everybody)
