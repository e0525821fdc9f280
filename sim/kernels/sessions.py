"""Exchange in sessions: the same knowledge gates as over ties, without the gates of meeting."""

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO, openness, visiting
from sim.kernels.encounters import new_ties, weekly_chains
from sim.kernels.jit import kernel
from sim.kernels.ties import BASELINE, find
from sim.kernels.topics import capped_gain_lanes, take_up_lanes
from sim.kernels.vectors import LANES, load, prefetch, splat, store

SCRATCH = 3
"""Rows of topics that a learner takes: the sum of what is taken up, the largest gap, and the gain."""
AHEAD = 8
"""How many encounters ahead memory is asked for: the source's mastery, and the tie."""


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
    gain = scratch[2:]
    number = encounters.learner.shape[0]
    n = 0
    while n < number:
        i = encounters.learner[n]
        begin = n
        world = i // rule.people
        pairs = (world * rule.departments + people.home[i]) * rule.departments
        for k in range(0, width, LANES):
            store(raw, k, splat(ZERO))
            store(gap, k, splat(ZERO))
        while n < number and encounters.learner[n] == i:
            prefetch(people.expertise, encounters.source[min(n + AHEAD, number - 1)] * width)
            brought[n] = ZERO
            if encounters.heard[n]:
                j = encounters.source[n]
                clarity = culture.clarity[pairs + people.home[j]]
                if visiting(people.department[i], people.home[i], people.department[j], people.home[j]):
                    clarity = min(ONE, clarity + rule.host_clarity)
                trusted = encounters.trust[n] * openness(encounters.safety[n])
                gate = clarity * gates.teaching[j] * encounters.teaching[n]
                weight = encounters.weight[n]
                brought[n] = gates.rate[i] * take_up_lanes(
                    i, j, gate, trusted, weight, people, structure, rule, raw, gap, 0
                )
            n += 1
        work.from_sessions[i], share = capped_gain_lanes(gates.rate[i], raw, gap, 0, gain, 0)
        for k in range(0, width, LANES):
            store(work.gain, i * width + k, load(work.gain, i * width + k) + load(gain, k))
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
    last = slots.shape[0] - 1
    for n in range(last + 1):
        soon = max(slots[min(n + AHEAD, last)], 0)
        prefetch(ties.trust, soon)
        prefetch(ties.origin, soon)
        prefetch(ties.contact, soon)
        i = encounters.learner[n]
        j = encounters.source[n]
        world = i // rule.people
        pair = (world * rule.departments + people.home[i]) * rule.departments + people.home[j]
        reliability = min(ONE, culture.reliability[pair] + encounters.reliability[n])
        drawn = uniform(extend(extend(chains[labels[n], world], people.key[i]), people.key[j]))
        kept[n] = drawn < reliability * gates.keeps[j]
        e = find(ties, i, j) if moved else slots[n]
        if e >= 0:
            ties.trust[e] += rule.eta * ((ONE if kept[n] else ZERO) - ties.trust[e])
            if ties.origin[e] != BASELINE:
                ties.contact[e] = max(ties.contact[e], rule.formed)


@kernel
def hold_sessions(
    encounters,
    meeting,
    slots,
    moved,
    chance,
    people,
    ties,
    structure,
    culture,
    gates,
    rule,
    work,
    brought,
    scratch,
    kept,
    chains,
    pairs,
    made,
):
    """Learn, draw promises, move trust, and find the ties that form: see the kernels that it calls.

    Returns:
        The number of ties to form, in `made`.
    """
    learn_in_sessions(encounters, people, structure, culture, gates, rule, work, brought, scratch)
    promises(encounters, slots, moved, meeting.label, chance, chains, people, ties, culture, gates, rule, kept)
    return new_ties(meeting, slots, kept, people, rule, pairs, made)
