"""Exchange over ties: who meets, what passes, whether the promise is kept. The hot loop of the model."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO, capped_gain, clear, needs_of, openness, take_up, visiting
from sim.kernels.jit import kernel


@kernel
def exchange(begin, end, meeting, promise, people, ties, structure, culture, gates, rule, work):
    """Let the people of rows begin to end meet their sources, learn, and update their trust.

    Args:
        begin, end: rows (person,).
        meeting, promise: chains over (seed, decision, week), uint64 (world,).
        people, ties, structure, culture, gates, rule: see `sim.schema`; expertise is last week's.
        work: `gain` (person, padded topic), `from_ties` and `meetings` (person,) are written;
            so are the ties' trust and gain (tie slot,), the mastery that the tie brought before the budget.
    """
    width = people.expertise.shape[1]
    key, home_of, here_of, expertise = people.key, people.home, people.department, people.expertise
    source_of, trust_in, contact_with, brought = ties.source, ties.trust, ties.contact, ties.gain
    engagement, teaching = gates.engagement, gates.teaching
    raw = np.zeros(width, np.float32)
    gap = np.zeros(width, np.float32)
    learned = np.zeros(width, np.float32)
    wanted = np.zeros(width, np.float32)
    for i in range(begin, end):
        world = i // rule.people
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
            contact = contact_with[e] * culture.contact[pair]
            willingness = culture.willingness[pair]
            clarity = culture.clarity[pair]
            if here != home or here_of[j] != home_of[j]:
                if visiting(here, home, here_of[j], home_of[j]):
                    willingness = min(ONE, willingness + rule.host_willingness)
                    clarity = min(ONE, clarity + rule.host_clarity)
                else:
                    contact = contact * rule.absence_contact
            brought[e] = ZERO
            if uniform(extend(meets, key[j])) >= contact * willingness * seeks * engagement[j]:
                trust_in[e] += rule.delta * (ties.base_trust[e] - trust_in[e])
                continue
            if met == 0:
                clear(raw, gap)
                needs_of(structure.need, rule.host_need, home, here, wanted)
            met += 1
            trusted = trust_in[e] * open_to
            gate = clarity * teaching[j]
            brought[e] = gates.rate[i] * take_up(
                expertise[i], expertise[j], gate, trusted, ONE, wanted, structure.tacitness, rule.phi, raw, gap, learned
            )
            keeps = extend(extend(promise[world], key[i]), key[j])
            kept = uniform(keeps) < culture.reliability[pair] * gates.keeps[j]
            trust_in[e] += rule.eta * ((ONE if kept else ZERO) - trust_in[e])
        work.meetings[i] = met
        work.from_ties[i] = ZERO
        work.gain[i] = ZERO
        if met > 0:
            work.from_ties[i], share = capped_gain(gates.rate[i], raw, gap, work.gain[i])
            if share < ONE:
                for e in range(first, last):
                    brought[e] *= share
