"""The knowledge base: what people write down, and what they read in it."""

import numpy as np

from sim.kernels.chance import extend, second_uniform, uniform
from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel, wide_kernel
from sim.kernels.learning import KNOWLEDGE_BASE, block_of
from sim.kernels.vectors import LANES, as_float64, larger, load, store

LOOKUPS, FRESH = 0, 1
COUNTS = 2
"""Columns of the ledger after what is contributed to each padded topic, and how often each is read."""

FRESH_ENOUGH = np.float32(0.5)
"""Knowledge counts as fresh from this freshness upwards."""
MET = np.float32(0.7)
"""A need counts as met from this share of the needed mastery upwards."""
SINGLE = np.float64(1.0)
NO_TOPIC = -1


@kernel
def need_of(i, k, people, structure, rule):
    """What a person needs of a topic; a visitor also takes on part of the host's need."""
    need = structure.need[people.home[i], k]
    if people.department[i] != people.home[i]:
        need = max(need, rule.host_need * structure.need[people.department[i], k])
    return need


@kernel
def most_wanted(i, people, structure, rule):
    """The topic with the largest max(0, 0.7 need - E), the first of several, or -1 where every need is met."""
    topic = NO_TOPIC
    most = ZERO
    for k in range(rule.topics):
        missing = MET * need_of(i, k, people, structure, rule) - people.expertise[i, k]
        if missing > most:
            most = missing
            topic = k
    return topic


@wide_kernel
def write_down(i, world, at, share, people, base, ledger):
    """Add share * (1 - c_k) * max(0, E_ik - coverage_k) of every topic to the ledger from flat position `at` on."""
    width = people.expertise.shape[1]
    for k in range(0, width, LANES):
        ahead = larger(load(people.expertise, i * width + k) - load(base.coverage, world * width + k), ZERO)
        written = share * ((ONE - load(base.tacit, world * width + k)) * ahead)
        store(ledger, at + k, load(ledger, at + k) + as_float64(written))


@kernel
def read_up(i, world, k, people, structure, base, reading, rate, rule):
    """What a person learns of a topic by reading: of what was put in words, as far as it is still so."""
    written = (ONE - base.tacit[world, k]) * base.coverage[world, k]
    ahead = max(ZERO, written - people.expertise[i, k])
    need = need_of(i, k, people, structure, rule)
    return min(ahead, rate * reading * base.freshness[world, k] * ahead * need)


@wide_kernel
def use_knowledge_base(begin, end, looking, people, structure, base, habits, gates, rule, work, ledger):
    """Let people write down what they know, and read what they need most.

    With the chance lookup_i * engagement_i a person looks something up, and finds it with the world's tagging; with
    push_i * engagement_i what is fresh is sent to the person without asking. Both are about the same topic.

    Args:
        begin, end: rows (person,), at the borders of ledger blocks.
        looking: chain over (seed, decision, week), uint64 (world,); see `uniform` and `second_uniform`.
        base, habits: see `sim.tuples`.
        work: `gain` is added to, `from_parts` written.
        ledger: float64 (world, block, 2 * padded topics + COUNTS), all zeros: what is contributed to each topic, how
            often each is read, lookups, and how many of them found something fresh.
    """
    width = people.expertise.shape[1]
    counts = 2 * width
    i = begin
    while i < end:
        world, block, last = block_of(i, rule.people)
        row = (world * ledger.shape[1] + block) * ledger.shape[2]
        while i < last:
            if habits.codifying[i] > ZERO:
                write_down(i, world, row, habits.codifying[i], people, base, ledger)
            work.from_parts[KNOWLEDGE_BASE, i] = ZERO
            drawn = extend(looking[world], people.key[i])
            chance = habits.lookup[i] * gates.engagement[i]
            looks = uniform(drawn) < chance
            sent = second_uniform(drawn) < habits.push[i] * gates.engagement[i]
            if looks or sent:
                k = most_wanted(i, people, structure, rule)
                if k != NO_TOPIC:
                    there = base.coverage[world, k] > ZERO
                    fresh = there and base.freshness[world, k] >= FRESH_ENOUGH
                    found = uniform(drawn) < chance * habits.tagging[world]
                    if looks:
                        ledger[world, block, counts + LOOKUPS] += SINGLE
                    if found and fresh:
                        ledger[world, block, counts + FRESH] += SINGLE
                    if (found and there) or (sent and fresh):
                        ledger[world, block, width + k] += SINGLE
                        rate = gates.rate[i]
                        gain = read_up(i, world, k, people, structure, base, habits.reading[world], rate, rule)
                        work.gain[i, k] += gain
                        work.from_parts[KNOWLEDGE_BASE, i] = gain
            i += 1
