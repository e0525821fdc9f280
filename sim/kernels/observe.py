"""One pass a week over people and one over ties for the sums that every metric is made of, in float64."""

import numpy as np

from sim.kernels.common import ZERO
from sim.kernels.jit import kernel, wide_kernel
from sim.kernels.ties import BASELINE
from sim.schema import EMERGING, ENTERPRISE

NEED_MET = np.float32(0.7)
"""A need counts as met from this share of the needed mastery upwards."""

HELD, NEEDED, MASTERY, ENGAGED = 0, 1, 2, 3
MET_OWN, MET_OTHER, MET_ENTERPRISE, MET_EMERGING = 4, 5, 6, 7
PERSON_SUMS = 8

TRUST_WITHIN, TRUST_ACROSS, TIES_WITHIN, TIES_ACROSS, NO_CROSS_TIE = 0, 1, 2, 3, 4
TIE_SUMS = 5

GAIN_WITHIN, GAIN_ACROSS, BASE_GAIN_WITHIN, BASE_GAIN_ACROSS, BASE_WITHIN, BASE_ACROSS = 0, 1, 2, 3, 4, 5
FLOW_SUMS = 6


@kernel
def need_class(structure, home, k):
    """Which sum of met needs a topic counts in for people of a department."""
    if structure.topic_kind[k] == ENTERPRISE:
        return MET_ENTERPRISE
    if structure.topic_kind[k] == EMERGING:
        return MET_EMERGING
    return MET_OWN if structure.own[home, k] else MET_OTHER


@wide_kernel
def observe_people(
    begin, end, people, structure, engagement, rule, sums, topic_met, experts, mastery, squares, adequacy
):
    """Sums over the people of worlds begin to end, by their home department's need.

    Args:
        engagement: this week's effective engagement (person,).
        sums: float64 (world, PERSON_SUMS); topic_met, experts: float64 (world, topic), people whose need is met and
            people at NEED_MET or more; mastery: float64 (world, department, topic); squares: float64 (world, topic);
            all added to. adequacy: float64 (person,), written.
    """
    for world in range(begin, end):
        for i in range(world * rule.people, (world + 1) * rule.people):
            home = people.home[i]
            held = np.float64(ZERO)
            needed = np.float64(ZERO)
            for k in range(rule.topics):
                value = people.expertise[i, k]
                need = structure.need[home, k]
                wide = np.float64(value)
                held += np.float64(min(value, need))
                needed += np.float64(need)
                mastery[world, home, k] += wide
                squares[world, k] += wide * wide
                if value >= NEED_MET:
                    experts[world, k] += 1.0
                if need > ZERO and value >= NEED_MET * need:
                    topic_met[world, k] += 1.0
                    sums[world, need_class(structure, home, k)] += 1.0
                sums[world, MASTERY] += wide
            adequacy[i] = held / needed if needed > 0.0 else 1.0
            sums[world, HELD] += held
            sums[world, NEEDED] += needed
            sums[world, ENGAGED] += np.float64(engagement[i]) * adequacy[i]


@wide_kernel
def observe_flow(begin, end, people, ties, rule, factor, sums, flow):
    """The mastery that went over the ties of worlds begin to end this week, after the budget.

    Args:
        factor: share of the gains that the learning budget let through (person,).
        sums: float64 (world, FLOW_SUMS); flow: float64 (world, learner's department, source's department); added to.
    """
    for world in range(begin, end):
        for i in range(world * rule.people, (world + 1) * rule.people):
            home = people.home[i]
            for e in range(ties.first[i], ties.first[i] + ties.count[i]):
                other = people.home[ties.source[e]]
                across = 1 if other != home else 0
                gain = np.float64(ties.gain[e]) * np.float64(factor[i])
                if gain > 0.0:
                    flow[world, home, other] += gain
                    sums[world, GAIN_WITHIN + across] += gain
                if ties.origin[e] == BASELINE:
                    sums[world, BASE_GAIN_WITHIN + across] += gain
                    sums[world, BASE_WITHIN + across] += 1.0


@wide_kernel
def observe_ties(begin, end, people, ties, rule, sums):
    """Trust and reach over the ties of worlds begin to end, added to sums float64 (world, TIE_SUMS)."""
    for world in range(begin, end):
        for i in range(world * rule.people, (world + 1) * rule.people):
            crosses = False
            for e in range(ties.first[i], ties.first[i] + ties.count[i]):
                across = 1 if people.home[ties.source[e]] != people.home[i] else 0
                crosses = crosses or across == 1
                sums[world, TRUST_WITHIN + across] += np.float64(ties.trust[e])
                sums[world, TIES_WITHIN + across] += 1.0
            if not crosses:
                sums[world, NO_CROSS_TIE] += 1.0
