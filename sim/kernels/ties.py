"""The network itself: find, form, lift and drop ties. Rows stay sorted by source, live ties first."""

import numpy as np

from sim.kernels.common import ONE
from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES, count_bits, first_lanes, load, mask_bits, prefetch

LEAD = 4
"""New ties by which their rows are asked for ahead: they lie anywhere in memory."""
BASELINE = 0
ABSENT = -1
FORMED, LIFTED, REFUSED, NO_ROOM = 1, 2, 3, 4


@kernel
def find(ties, i, j):
    """Slot of the tie of learner i from source j, or -1, by counting the sources before j: a row is short."""
    first = ties.first[i]
    end = first + ties.count[i]
    slot = first
    for e in range(first, end, LANES):
        slot += count_bits(mask_bits((load(ties.source, e) < np.int32(j)) & first_lanes(end - e)))
    if slot < end and ties.source[slot] == j:
        return slot
    return np.int64(ABSENT)


@kernel
def move(ties, to, origin):
    """Copy one tie to another slot."""
    ties.source[to] = ties.source[origin]
    ties.trust[to] = ties.trust[origin]
    ties.contact[to] = ties.contact[origin]
    ties.base_trust[to] = ties.base_trust[origin]
    ties.origin[to] = ties.origin[origin]


@kernel
def copy_rows(ties, fresh):
    """Copy the live ties of every row to where `fresh` has the row."""
    for i in range(ties.count.shape[0]):
        start, to = ties.first[i], fresh.first[i]
        for n in range(ties.count[i]):
            fresh.source[to + n] = ties.source[start + n]
            fresh.trust[to + n] = ties.trust[start + n]
            fresh.contact[to + n] = ties.contact[start + n]
            fresh.base_trust[to + n] = ties.base_trust[start + n]
            fresh.origin[to + n] = ties.origin[start + n]


@kernel
def remove(ties, i, e):
    """Drop the tie in slot e of row i, closing the gap."""
    last = ties.first[i] + ties.count[i] - 1
    for to in range(e, last):
        move(ties, to, to + 1)
    ties.count[i] -= np.int32(1)


@kernel
def free_slots(ties, i):
    """Slots of row i that hold no tie."""
    return ties.first[i + 1] - ties.first[i] - ties.count[i]


@kernel
def shift_row(ties, i, right):
    """Move the ties of row i by one slot, to the right or to the left, where there is a free one."""
    first, count = ties.first[i], ties.count[i]
    if right:
        for n in range(count - 1, -1, -1):
            move(ties, first + n + 1, first + n)
        ties.first[i] += 1
    else:
        for n in range(count):
            move(ties, first + n - 1, first + n)
        ties.first[i] -= 1


@kernel
def borrow_slot(ties, i):
    """Give row i a slot of the nearest row that has a free one, by moving the rows between them; whether there is one.

    Growing all rows whenever one is full would move the whole network, week after week.
    """
    rows = ties.count.shape[0]
    for distance in range(1, rows):
        if i + distance < rows and free_slots(ties, i + distance) > 0:
            for moved in range(i + distance, i, -1):
                shift_row(ties, moved, True)
            return True
        if i - distance >= 0 and free_slots(ties, i - distance) > 0:
            for moved in range(i - distance + 1, i + 1):
                shift_row(ties, moved, False)
            return True
    return False


@kernel
def weakest(ties, i, protect_baseline):
    """Slot of the tie of row i with the lowest contact * trust, the lowest row on equality; -1 if all are protected."""
    found = np.int64(ABSENT)
    lowest = ONE
    for e in range(ties.first[i], ties.first[i] + ties.count[i]):
        if protect_baseline and ties.origin[e] == BASELINE:
            continue
        strength = ties.contact[e] * ties.trust[e]
        if found < 0 or strength < lowest:
            found = e
            lowest = strength
    return found


@kernel
def base_trust(i, j, people, structure, rule):
    """Trust that a tie of i from j drifts to, by the boundary between them."""
    home_i = people.home[i]
    home_j = people.home[j]
    if home_i == home_j:
        return rule.trust_within
    if structure.organization[home_i] == structure.organization[home_j]:
        return rule.trust_across
    return rule.trust_between


@kernel
def form(ties, i, j, trust, contact, origin, base, formed, protect_baseline):
    """Form the tie of learner i from source j, or lift the contact of the one that is there.

    A baseline tie is left as it is. A row at its limit gives up its weakest tie or refuses a weaker newcomer.

    Returns:
        FORMED, LIFTED or REFUSED; NO_ROOM if the memory of all rows is full.
    """
    e = find(ties, i, j)
    if e >= 0:
        if ties.origin[e] != BASELINE:
            lift = contact if ties.origin[e] == origin else min(contact, formed)
            ties.contact[e] = max(ties.contact[e], lift)
        return LIFTED
    if ties.count[i] >= ties.limit[i]:
        loser = weakest(ties, i, protect_baseline)
        if loser < 0 or contact * trust < ties.contact[loser] * ties.trust[loser]:
            return REFUSED
        remove(ties, i, loser)
    if free_slots(ties, i) == 0 and not borrow_slot(ties, i):
        return NO_ROOM
    end = ties.first[i] + ties.count[i]
    while end > ties.first[i] and ties.source[end - 1] > j:
        move(ties, end, end - 1)
        end -= 1
    ties.source[end] = j
    ties.trust[end] = trust
    ties.contact[end] = contact
    ties.base_trust[end] = base
    ties.origin[end] = origin
    ties.count[i] += np.int32(1)
    return FORMED


@kernel
def ask_for_row(ties, i):
    """Ask memory for the ties of row i."""
    for e in (ties.first[i], ties.first[i] + ties.count[i]):
        prefetch(ties.source, e)
        prefetch(ties.trust, e)
        prefetch(ties.contact, e)
        prefetch(ties.base_trust, e)
        prefetch(ties.origin, e)


@kernel
def form_all(ties, people, structure, rule, learner, source, trust, contact, origin, protect_baseline, outcome):
    """Form many ties (new tie,) in the order given; `outcome` (new tie,) says what became of each."""
    for n in range(learner.shape[0]):
        if n + LEAD < learner.shape[0]:
            ask_for_row(ties, learner[n + LEAD])
        i = learner[n]
        j = source[n]
        base = base_trust(i, j, people, structure, rule)
        outcome[n] = form(ties, i, j, trust[n], contact[n], origin, base, rule.formed, protect_baseline)
