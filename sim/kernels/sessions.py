"""Exchange in sessions: the same knowledge gates as over ties, without the gates of meeting."""

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO, capped_gain, clear, needs_of, openness, take_up, visiting
from sim.kernels.encounters import slot_of, weekly_chains
from sim.kernels.jit import kernel
from sim.kernels.ties import BASELINE

SCRATCH = 5
"""Rows of topics that a learner takes."""


@kernel
def learn_in_sessions(encounters, people, structure, culture, gates, rule, work, brought, scratch):
    """Let every learner of this week's sessions learn from the sources met there.

    Args:
        encounters: see `sim.schema.EncounterArrays`, sorted by (learner, policy label, source).
        work: the session gains are added to `gain` (person, padded topic) and summed into `from_sessions`.
        brought: mastery that each encounter brought before the budget, (encounter,), written.
        scratch: float32 (SCRATCH, padded topic).
    """
    width = people.expertise.shape[1]
    raw = scratch[0]
    gap = scratch[1]
    learned = scratch[2]
    wanted = scratch[3]
    gain = scratch[4]
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
def promises(encounters, slots, moved, labels, chance, chains, people, ties, culture, gates, rule, kept):
    """Draw whether each source keeps its promise, (encounter,), into `kept`; it moves the trust of an existing tie.

    Encounters of one pair move its trust one after another, in label order. A session also lifts a non-baseline
    tie's contact to at least that of a new one.

    Args:
        slots: slot of the tie, or -1, (encounter,). moved: whether ties may have come or moved since it was found.
        labels: index of the policy, (encounter,).
        chance: what decides who keeps a promise, see `weekly_chains`; chains: scratch, uint64 (policy, world).
    """
    weekly_chains(chance, chains)
    for n in range(slots.shape[0]):
        i = encounters.learner[n]
        j = encounters.source[n]
        world = i // rule.people
        pair = (world * rule.departments + people.home[i]) * rule.departments + people.home[j]
        reliability = min(ONE, culture.reliability[pair] + encounters.reliability[n])
        drawn = uniform(extend(extend(chains[labels[n], world], people.key[i]), people.key[j]))
        kept[n] = drawn < reliability * gates.keeps[j]
        e = slot_of(ties, i, j) if moved else slots[n]
        if e >= 0:
            ties.trust[e] += rule.eta * ((ONE if kept[n] else ZERO) - ties.trust[e])
            if ties.origin[e] != BASELINE:
                ties.contact[e] = max(ties.contact[e], rule.formed)
