"""Exchange over ties: who meets, what passes, whether the promise is kept; one tie after another.

This is the reference. `sim.kernels.exchange_lanes` does the same in lanes of eight, and is what runs where kernels are
compiled; a test holds the two together to the last bit.
"""

from sim.kernels.chance import extend, second_uniform, uniform
from sim.kernels.common import (
    ONE,
    STANDINGS,
    VISITING,
    ZERO,
    capped_gain,
    clear,
    needs_of,
    openness,
    standing,
    take_up,
)
from sim.kernels.jit import kernel
from sim.kernels.lessons import BLOCK, block_at, room_at


@kernel
def exchange(
    begin, end, meeting, people, ties, structure, culture, gates, rule, work, lessons, raw, gap, learned, wanted
):
    """Let the people of rows begin to end meet their sources, learn, and update their trust.

    Args:
        begin, end: rows (person,), at the borders of blocks of lessons.
        meeting: chain over (seed, decision, week), uint64 (world,); extended by learner and source it decides by its
            top 24 bits whether they meet, and by the next 24 whether the source keeps its promise.
        people, ties, structure, culture, gates, rule: see `sim.schema`; expertise is last week's.
        work: `gain` (person, padded topic), `from_ties` and `meetings` (person,) are written; so is the ties' trust.
        lessons: written, those of these people.
        raw, gap, learned, wanted: scratch (padded topic,).
    """
    key, home_of, here_of, expertise = people.key, people.home, people.department, people.expertise
    source_of, trust_in, contact_with, brought = ties.source, ties.trust, ties.contact, lessons.gain
    engagement, teaching = gates.engagement, gates.teaching
    at = room_at(begin, ties, rule.people)
    for i in range(begin, end):
        world = i // rule.people
        block = block_at(i, rule.people)
        if (i - world * rule.people) % BLOCK == 0:
            lessons.first[block] = at
            lessons.number[block] = 0
        home = home_of[i]
        here = here_of[i]
        open_to = openness(culture.safety[world * rule.departments + here])
        pairs = (world * rule.departments + home) * rule.departments
        meets = extend(meeting[world], key[i])
        first = ties.first[i]
        last = first + ties.count[i]
        seeks = gates.seeks[i]
        met = 0
        for e in range(first, last):
            j = source_of[e]
            pair = pairs + home_of[j]
            stands = standing(here, home, here_of[j], home_of[j])
            chance = contact_with[e] * culture.meeting[pair * STANDINGS + stands]
            drawn = extend(meets, key[j])
            if uniform(drawn) >= chance * seeks * engagement[j]:
                trust_in[e] += rule.delta * (ties.base_trust[e] - trust_in[e])
                continue
            if met == 0:
                clear(raw, gap)
                needs_of(structure.need, rule.host_need, home, here, wanted)
            trusted = trust_in[e] * open_to
            clarity = culture.clarity[pair]
            if stands == VISITING:
                clarity = min(ONE, clarity + rule.host_clarity)
            gate = clarity * teaching[j]
            lessons.learner[at + met] = i
            lessons.source[at + met] = j
            lessons.origin[at + met] = ties.origin[e]
            brought[at + met] = gates.rate[i] * take_up(
                expertise[i], expertise[j], gate, trusted, ONE, wanted, structure.tacitness, rule.phi, raw, gap, learned
            )
            met += 1
            kept = second_uniform(drawn) < culture.reliability[pair] * gates.keeps[j]
            trust_in[e] += rule.eta * ((ONE if kept else ZERO) - trust_in[e])
        work.meetings[i] = met
        work.from_ties[i] = ZERO
        work.gain[i] = ZERO
        if met > 0:
            work.from_ties[i], share = capped_gain(gates.rate[i], raw, gap, work.gain[i])
            if share < ONE:
                for lesson in range(at, at + met):
                    brought[lesson] *= share
        lessons.number[block] += met
        at += met
