"""What the end of a stay changes in the network."""

from sim.kernels.encounters import slot_of
from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES, prefetch

AHEAD = 8
"""How many hosts ahead their ties are asked for."""


@kernel
def loosen(ties, e, origin, formed):
    """Let the contact of a tie fall to that of a new one, if it is of this origin."""
    if ties.origin[e] == origin:
        ties.contact[e] = min(ties.contact[e], formed)


@kernel
def end_stays(returning, origin, people, ties, rule, members, first):
    """Let contact between the returning visitors and their hosts fall to that of a new tie, both ways.

    A host may know a visitor who does not know the host any more, so everybody of the department is asked.

    Args:
        returning: rows (visitor,) whose stay ends now, while `department` still names the host.
        origin: position in ORIGINS of ties made by stays.
        members, first: everybody by (world, home department), flat: members[first[d]:first[d + 1]].
    """
    for n in range(returning.shape[0]):
        i = returning[n]
        host = people.department[i]
        if host == people.home[i]:
            continue
        for e in range(ties.first[i], ties.first[i] + ties.count[i]):
            if people.home[ties.source[e]] == host:
                loosen(ties, e, origin, rule.formed)
        department = i // rule.people * rule.departments + host
        last = first[department + 1] - 1
        for m in range(first[department], last + 1):
            soon = ties.first[members[min(m + AHEAD, last)]]
            prefetch(ties.source, soon)
            prefetch(ties.source, soon + LANES)
            e = slot_of(ties, members[m], i)
            if e >= 0:
                loosen(ties, e, origin, rule.formed)
