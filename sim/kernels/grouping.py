"""Dealing people into groups that last."""

from sim.kernels.jit import kernel

NOWHERE = -1


@kernel
def smallest(sizes, groups, least):
    """The first of the smallest groups of at least `least` people, or -1; sizes are (group,)."""
    best = NOWHERE
    for g in range(groups):
        if sizes[g] >= least and (best == NOWHERE or sizes[g] < sizes[best]):
            best = g
    return best


@kernel
def deal(rows, pool, sizes, needed, group):
    """Deal people into the smallest group of their pool, one after another; of equal ones the first.

    The last one of a pool does not open a group alone where there is another one to join.

    Args:
        rows: who has no group yet, in the order in which they are dealt, (row,). pool: their pool, (row,).
        sizes: people in each group, (pool, group), updated. needed: groups that a pool deals into, (pool,).
        group: number of the group in the pool, int32 (person,), written for these rows.
    """
    for n in range(rows.shape[0]):
        p = pool[n]
        best = smallest(sizes[p], needed[p], 0)
        last = n + 1 == rows.shape[0] or pool[n + 1] != p
        if last and sizes[p, best] == 0:
            company = smallest(sizes[p], needed[p], 1)
            best = best if company == NOWHERE else company
        sizes[p, best] += 1
        group[rows[n]] = best
