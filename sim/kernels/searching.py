"""Who looks for whom in a challenge: its lead, contacts who help, and whom the organization names."""

import numpy as np

from sim.kernels.chance import extend, uniform
from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel

NOBODY, IN_WRITING = -1, -2
"""Instead of the row of a source: none was found, and none is needed since the knowledge base has the answer."""
LEAD, TOPIC, HELP, NAME, BLOCK, CLEAR = 0, 1, 2, 3, 4, 5
"""Places of the decisions in `ChallengeTerms.decision_key`."""


@kernel
def decide(key, decision, week, terms):
    """Chain of one decision on a challenge in a week."""
    return extend(extend(key, terms.decision_key[decision]), week)


@kernel
def appoint(n, chain, people, ties, rule, grouped, challenges):
    """Let someone of the owning department lead: present, with contacts, largest keyed hash; nobody where none is."""
    members, first = grouped
    d = challenges.world[n] * rule.departments + challenges.owner[n]
    challenges.lead[n] = NOBODY
    most = np.uint64(0)
    for at in range(first[d], first[d + 1]):
        j = members[at]
        if people.department[j] == people.home[j] and ties.count[j] > 0:
            drawn = extend(chain, people.key[j])
            if challenges.lead[n] == NOBODY or drawn > most:
                challenges.lead[n] = j
                challenges.lead_key[n] = people.key[j]
                most = drawn


@kernel
def helps(j, k, chain, lead, best, factor, terms, people, culture, rule):
    """The better of two sources of topic k: the best so far, or j, if j knows enough and this week helps the lead."""
    drawn = uniform(extend(chain, people.key[j]))
    if drawn >= terms.find or people.expertise[j, k] < terms.mastery[k] or j == lead:
        return best
    if best != NOBODY:
        ahead = people.expertise[j, k] - people.expertise[best, k]
        if ahead < ZERO or (ahead == ZERO and j >= best):
            return best
    world = lead // rule.people
    pair = (world * rule.departments + people.home[lead]) * rule.departments + people.home[j]
    chance = factor * terms.find * culture.willingness[pair] * culture.clarity[pair]
    return j if drawn < chance else best


@kernel
def through_contacts(k, chain, lead, referral, terms, people, ties, culture, rule):
    """The best of the lead's trusted contacts, and with referral of theirs, who help with topic k this week, or -1."""
    best = np.int64(NOBODY)
    for e in range(ties.first[lead], ties.first[lead] + ties.count[lead]):
        if ties.trust[e] > terms.trusted:
            j = np.int64(ties.source[e])
            best = helps(j, k, chain, lead, best, ONE, terms, people, culture, rule)
            if referral > ZERO:
                for f in range(ties.first[j], ties.first[j] + ties.count[j]):
                    if ties.trust[f] > terms.trusted:
                        m = np.int64(ties.source[f])
                        best = helps(m, k, chain, lead, best, referral, terms, people, culture, rule)
    return best


@kernel
def best_of_all(k, world, terms, people, ties, rule):
    """Who of a world knows most of topic k, and enough, among those with contacts; the lowest row of equals, or -1."""
    best = np.int64(NOBODY)
    for j in range(world * rule.people, (world + 1) * rule.people):
        known = people.expertise[j, k]
        if known >= terms.mastery[k] and ties.count[j] > 0 and (best == NOBODY or known > people.expertise[best, k]):
            best = j
    return best


@kernel
def look_for(n, week, terms, levers, people, ties, culture, rule, challenges):
    """Look for a source of every topic that is missing one; a source that left is missing again.

    Returns:
        How many are missing still.
    """
    lead = challenges.lead[n]
    key = challenges.key[n]
    missing = 0
    for s in range(challenges.topic.shape[1]):
        k = challenges.topic[n, s]
        if k == NOBODY:
            break
        found = challenges.source[n, s]
        if found == IN_WRITING or (found != NOBODY and people.key[found] == challenges.source_key[n, s]):
            continue
        found = np.int64(NOBODY)
        if lead != NOBODY:
            if people.expertise[lead, k] >= terms.mastery[k]:
                found = lead
            else:
                chain = extend(decide(key, HELP, week, terms), terms.topic_key[k])
                found = through_contacts(k, chain, lead, levers.referral[lead], terms, people, ties, culture, rule)
                named = uniform(extend(decide(key, NAME, week, terms), terms.topic_key[k]))
                if found == NOBODY and named < levers.directory[lead]:
                    found = best_of_all(k, challenges.world[n], terms, people, ties, rule)
        challenges.source[n, s] = found
        if found == NOBODY:
            missing += 1
        else:
            challenges.source_key[n, s] = people.key[found]
    return missing
