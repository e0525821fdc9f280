"""One pass a week over the ties, for the sums of trust and reach, in float64 and by blocks as `sim.kernels.observe`."""

import numpy as np

from sim.kernels.common import ZERO
from sim.kernels.jit import wide_kernel
from sim.kernels.observe import BASELINE, NOTHING, rows_of
from sim.kernels.vectors import (
    LANES,
    as_float64,
    count_bits,
    first_lanes,
    gather,
    load,
    mask_bits,
    select,
    splat,
    total,
)

TIES = (
    *("trust_within", "trust_across", "ties_within", "ties_across", "no_cross_tie", "base_within", "base_across"),
    "ties_closest",
)
"""What `observe_ties` writes, in this order."""


@wide_kernel
def observe_ties(begin, end, blocks, people, ties, closest, sums):
    """Trust, reach and number of ties, and of baseline ties, into sums float64 (block, TIES), written.

    Args:
        closest: the department that each depends on most, -1 where it depends on none, int32 (department,).
    """
    for block in range(begin, end):
        first, last = rows_of(block, blocks)
        within = splat(NOTHING)
        across = splat(NOTHING)
        number = np.int64(0)
        crossing = 0
        without = 0
        base = 0
        base_crossing = 0
        to_closest = 0
        for i in range(first, last):
            home = people.home[i]
            mine = 0
            for k in range(0, ties.count[i], LANES):
                at = ties.first[i] + k
                live = first_lanes(ties.count[i] - k)
                there = gather(people.home, load(ties.source, at))
                away = live & (there != home)
                baseline = live & (load(ties.origin, at) == BASELINE)
                trust = select(live, load(ties.trust, at), ZERO)
                across = across + as_float64(select(away, trust, ZERO))
                within = within + as_float64(select(away, ZERO, trust))
                mine += count_bits(mask_bits(away))
                base += count_bits(mask_bits(baseline))
                base_crossing += count_bits(mask_bits(baseline & away))
                to_closest += count_bits(mask_bits(live & (there == closest[home])))
            number += ties.count[i]
            crossing += mine
            if mine == 0:
                without += 1
        sums[block, 0] = total(within)
        sums[block, 1] = total(across)
        sums[block, 2] = np.float64(number - crossing)
        sums[block, 3] = np.float64(crossing)
        sums[block, 4] = np.float64(without)
        sums[block, 5] = np.float64(base - base_crossing)
        sums[block, 6] = np.float64(base_crossing)
        sums[block, 7] = np.float64(to_closest)
