"""What the end of a stay changes in the network."""

from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES, first_lanes, load, lowest_bit, mask_bits


@kernel
def loosen(ties, e, formed):
    """Let the contact of a tie fall to that of a new one."""
    ties.contact[e] = min(ties.contact[e], formed)


@kernel
def end_stays(returning, origin, people, ties, rule, members, first, back, hosting):
    """Let contact between the returning visitors and their hosts fall to that of a new tie, both ways.

    A host may know a visitor who does not know the host any more, so everybody of a department is asked; once, however
    many return from there.

    Args:
        returning: rows (visitor,) whose stay ends now, while `department` still names the host.
        origin: position in ORIGINS of ties made by stays.
        members, first: everybody by (world, home department), flat: members[first[d]:first[d + 1]].
        back: who returns, all False (person,), written. hosting: scratch, all False, flat (world, department).
    """
    for n in range(returning.shape[0]):
        i = returning[n]
        host = people.department[i]
        if host == people.home[i]:
            continue
        back[i] = True
        hosting[i // rule.people * rule.departments + host] = True
        for e in range(ties.first[i], ties.first[i] + ties.count[i]):
            if ties.origin[e] == origin and people.home[ties.source[e]] == host:
                loosen(ties, e, rule.formed)
    for n in range(returning.shape[0]):
        host = people.department[returning[n]]
        department = returning[n] // rule.people * rule.departments + host
        if not hosting[department]:
            continue
        hosting[department] = False
        for m in range(first[department], first[department + 1]):
            begin = ties.first[members[m]]
            end = begin + ties.count[members[m]]
            for e in range(begin, end, LANES):
                of_stays = mask_bits((load(ties.origin, e) == origin) & first_lanes(end - e))
                while of_stays != 0:
                    tie = e + lowest_bit(of_stays)
                    of_stays &= of_stays - 1
                    visitor = ties.source[tie]
                    if back[visitor] and people.department[visitor] == host:
                        loosen(ties, tie, rule.formed)
