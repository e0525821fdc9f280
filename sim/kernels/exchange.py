"""Exchange over ties: who meets, what passes, whether the promise is kept. The hot loop of the model."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO, capped_gain, needs, openness, take_up, visiting
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
    raw = np.zeros(width, np.float32)
    gap = np.zeros(width, np.float32)
    learned = np.zeros(width, np.float32)
    wanted = np.zeros(width, np.float32)
    for i in range(begin, end):
        world = i // rule.people
        home = people.home[i]
        here = people.department[i]
        safety = culture.safety[world * rule.departments + here]
        pairs = (world * rule.departments + home) * rule.departments
        meets = extend(meeting[world], people.key[i])
        keeps = extend(promise[world], people.key[i])
        for k in range(rule.topics):
            raw[k] = ZERO
            gap[k] = ZERO
            wanted[k] = needs(structure.need, rule.host_need, home, here, k)
        met = 0
        slots = range(ties.first[i], ties.first[i] + ties.count[i])
        for e in slots:
            j = ties.source[e]
            pair = pairs + people.home[j]
            contact = ties.contact[e] * culture.contact[pair]
            willingness = culture.willingness[pair]
            clarity = culture.clarity[pair]
            if here != home or people.department[j] != people.home[j]:
                if visiting(here, home, people.department[j], people.home[j]):
                    willingness = min(ONE, willingness + rule.host_willingness)
                    clarity = min(ONE, clarity + rule.host_clarity)
                else:
                    contact = contact * rule.absence_contact
            chance = contact * willingness * gates.seeks[i] * gates.engagement[j]
            ties.gain[e] = ZERO
            if uniform(extend(meets, people.key[j])) >= chance:
                ties.trust[e] += rule.delta * (ties.base_trust[e] - ties.trust[e])
                continue
            met += 1
            trusted = ties.trust[e] * openness(safety)
            gate = clarity * gates.teaching[j]
            brought = take_up(i, j, gate, trusted, ONE, wanted, people, structure, rule, raw, gap, learned)
            ties.gain[e] = gates.rate[i] * brought
            kept = uniform(extend(keeps, people.key[j])) < culture.reliability[pair] * gates.keeps[j]
            ties.trust[e] += rule.eta * ((ONE if kept else ZERO) - ties.trust[e])
        work.meetings[i] = met
        work.from_ties[i], share = capped_gain(gates.rate[i], raw, gap, work.gain[i])
        if share < ONE:
            for e in slots:
                ties.gain[e] *= share
