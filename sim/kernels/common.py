"""Small parts that several kernels share: the fixed tree over topics, who is with whom, gates of knowledge."""

import numpy as np

from sim.kernels.jit import kernel

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
AT_HOME, VISITING, AWAY = 0, 1, 2
STANDINGS = 3
SAFE_ENOUGH = np.float32(1.5)
"""Tacit knowledge passes in full from a safety of 1 / 1.5 upwards."""


@kernel
def topic_sum(values):
    """Sum of float32 values (padded topic,): eight strided partial sums, then a fixed tree.

    The order is the one in which eight vector lanes would add, so a vectorized kernel gives the same bits.
    """
    s0 = values[0]
    s1 = values[1]
    s2 = values[2]
    s3 = values[3]
    s4 = values[4]
    s5 = values[5]
    s6 = values[6]
    s7 = values[7]
    for k in range(8, values.shape[0], 8):
        s0 += values[k]
        s1 += values[k + 1]
        s2 += values[k + 2]
        s3 += values[k + 3]
        s4 += values[k + 4]
        s5 += values[k + 5]
        s6 += values[k + 6]
        s7 += values[k + 7]
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))


@kernel
def visiting(department_i, home_i, department_j, home_j):
    """Whether one of two people is staying in the other's own department."""
    together = department_i == department_j and home_i != home_j
    return together and (department_i == home_i or department_j == home_j)


@kernel
def standing(department_i, home_i, department_j, home_j):
    """How two people stand to each other this week: AT_HOME, VISITING one the other, or AWAY from each other."""
    if department_i == home_i and department_j == home_j:
        return AT_HOME
    return VISITING if visiting(department_i, home_i, department_j, home_j) else AWAY


@kernel
def needs_of(need, host_need, home, here, wanted):
    """Write a person's needs to wanted (padded topic,); a visitor also takes on part of the host's."""
    for k in range(need.shape[1]):
        wanted[k] = need[home, k]
    if here != home:
        for k in range(need.shape[1]):
            wanted[k] = max(wanted[k], host_need * need[here, k])


@kernel
def clear(raw, gap):
    """Set two scratch rows (padded topic,) to zero."""
    for k in range(raw.shape[0]):
        raw[k] = ZERO
        gap[k] = ZERO


@kernel
def take_up(learner, source, gate, trusted, weight, wanted, tacitness, phi, raw, gap, learned):
    """What a learner takes up from a source in one meeting, before the learner's rate.

        q = gate * ((1 - c_k) + c_k * trusted)          what passes
        v = weight * q * need_k * h * (1 - phi * h)     what is absorbed of the gap h = max(0, E_jk - E_ik)

    Codified knowledge passes by itself, the tacit share through trust and safety (Hansen 1999; Levin and
    Cross 2004); a wide gap is harder to learn from (Cohen and Levinthal 1990).

    Args:
        learner, source: their mastery (padded topic,).
        gate: clarity of the pair times the source's teaching. trusted: trust * min(1, 1.5 safety).
        wanted: the learner's need (padded topic,).
        raw, gap: sums of v and largest gap met so far, both (padded topic,), updated.
        learned: scratch (padded topic,).

    Returns:
        The sum of v over topics.
    """
    for k in range(learned.shape[0]):
        h = max(ZERO, source[k] - learner[k])
        q = gate * ((ONE - tacitness[k]) + tacitness[k] * trusted)
        learned[k] = weight * (q * wanted[k] * h * (ONE - phi * h))
        gap[k] = max(gap[k], h)
        raw[k] += learned[k]
    return topic_sum(learned)


@kernel
def openness(safety):
    """How far psychological safety lets tacit knowledge pass: min(1, 1.5 safety)."""
    return min(ONE, SAFE_ENOUGH * safety)


@kernel
def capped_gain(rate, raw, gap, gain):
    """Write min(rate * raw, gap) to gain (padded topic,); no topic gains more than the largest gap met.

    Returns:
        The sum of the gain over topics, and the share of the uncapped sum that it is.
    """
    for k in range(raw.shape[0]):
        gain[k] = rate * raw[k]
    uncapped = topic_sum(gain)
    for k in range(raw.shape[0]):
        gain[k] = min(gain[k], gap[k])
    total = topic_sum(gain)
    share = ONE
    if total < uncapped:
        share = total / uncapped
    return total, share
