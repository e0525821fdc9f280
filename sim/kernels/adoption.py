"""Practices between teams: how many adopters a team is in contact with, and what its people learn from a practice."""

import numpy as np

from sim.kernels.common import topic_sum
from sim.kernels.jit import kernel


@kernel
def count_exposure(team, members, first, teams, least, ties, adopted, links, met, exposure):
    """Count, for each team and topic, the adopting teams from whose people its own learn over enough ties.

    Args:
        team: of each person, numbered through all worlds, (person,). teams: of one world.
        members, first: rows by team, and where each team begins, (person,) and (team + 1,).
        least: ties from which on a team is in contact.
        adopted: which practices a team uses, bool (team, topic).
        links: scratch, all zeros, int32 (team of a world,). met: scratch, int64 (team of a world,).
        exposure: int32 (team, topic), all zeros, written.
    """
    for t in range(exposure.shape[0]):
        start = t // teams * teams
        known = 0
        for n in range(first[t], first[t + 1]):
            i = members[n]
            for e in range(ties.first[i], ties.first[i] + ties.count[i]):
                other = team[ties.source[e]] - start
                if links[other] == 0:
                    met[known] = other
                    known += 1
                links[other] += np.int32(1)
        for n in range(known):
            other = met[n]
            if links[other] >= least and start + other != t:
                for k in range(exposure.shape[1]):
                    if adopted[start + other, k]:
                        exposure[t, k] += np.int32(1)
            links[other] = np.int32(0)


@kernel
def learn_practices(rows, team, portion, work, brought):
    """Add to the gains of some people what their teams learn from practices this week.

    Args:
        rows: who, (row,). team: of each person, (person,).
        portion: mastery that each of a team learns this week, float32 (team, padded topic).
        brought: its sum over topics, (person,), written for these rows.
    """
    for n in range(rows.shape[0]):
        i = rows[n]
        mine = portion[team[i]]
        for k in range(mine.shape[0]):
            work.gain[i, k] += mine[k]
        brought[i] = topic_sum(mine)
