"""Exchange in sessions: the same knowledge gates as over ties, without the gates of meeting."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO, capped_gain, clear, needs_of, openness, take_up, visiting
from sim.kernels.jit import allocating_kernel, kernel
from sim.kernels.ties import find


@allocating_kernel
def learn_in_sessions(encounters, people, structure, culture, gates, rule, work, brought):
    """Let every learner of this week's sessions learn from the sources met there.

    Args:
        encounters: see `sim.schema.EncounterArrays`, sorted by (learner, policy label, source).
        work: the session gains are added to `gain` (person, padded topic) and summed into `from_sessions`.
        brought: mastery that each encounter brought before the budget, (encounter,), written.
    """
    width = people.expertise.shape[1]
    raw = np.zeros(width, np.float32)
    gap = np.zeros(width, np.float32)
    learned = np.zeros(width, np.float32)
    wanted = np.zeros(width, np.float32)
    gain = np.zeros(width, np.float32)
    n = 0
    while n < encounters.learner.shape[0]:
        i = encounters.learner[n]
        begin = n
        clear(raw, gap)
        needs_of(structure.need, rule.host_need, people.home[i], people.department[i], wanted)
        while n < encounters.learner.shape[0] and encounters.learner[n] == i:
            brought[n] = ZERO
            if encounters.heard[n]:
                j = encounters.source[n]
                pair = (i // rule.people * rule.departments + people.home[i]) * rule.departments + people.home[j]
                clarity = culture.clarity[pair]
                if visiting(people.department[i], people.home[i], people.department[j], people.home[j]):
                    clarity = min(ONE, clarity + rule.host_clarity)
                trusted = encounters.trust[n] * openness(encounters.safety[n])
                gate = clarity * gates.teaching[j] * encounters.teaching[n]
                weight = encounters.weight[n]
                brought[n] = gates.rate[i] * take_up(
                    people.expertise[i],
                    people.expertise[j],
                    gate,
                    trusted,
                    weight,
                    wanted,
                    structure.tacitness,
                    rule.phi,
                    raw,
                    gap,
                    learned,
                )
            n += 1
        work.from_sessions[i], share = capped_gain(gates.rate[i], raw, gap, gain)
        for k in range(width):
            work.gain[i, k] += gain[k]
        if share < ONE:
            for m in range(begin, n):
                brought[m] *= share


@kernel
def promises(encounters, chains, people, culture, gates, rule, kept):
    """Draw whether each source keeps its promise, (encounter,), into `kept`.

    Args:
        chains: chain over (seed, decision of the policy, week) of each encounter, uint64 (encounter,).
    """
    for n in range(encounters.learner.shape[0]):
        i = encounters.learner[n]
        j = encounters.source[n]
        pair = (i // rule.people * rule.departments + people.home[i]) * rule.departments + people.home[j]
        reliability = min(ONE, culture.reliability[pair] + encounters.reliability[n])
        drawn = uniform(extend(extend(chains[n], people.key[i]), people.key[j]))
        kept[n] = drawn < reliability * gates.keeps[j]


@kernel
def update_trust(encounters, kept, ties, rule):
    """Update the trust of existing ties by the promises of the sessions, in the order given.

    A session also lifts a non-baseline tie's contact to at least that of a new one.
    """
    for n in range(encounters.learner.shape[0]):
        e = find(ties, encounters.learner[n], encounters.source[n])
        if e >= 0:
            ties.trust[e] += rule.eta * ((ONE if kept[n] else ZERO) - ties.trust[e])
            if ties.origin[e] != 0:
                ties.contact[e] = max(ties.contact[e], rule.formed)
