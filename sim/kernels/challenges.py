"""A week of the open challenges: what is blocked and cleared, who works on what, and what the solvers learn."""

import numpy as np

from sim.kernels.arriving import (
    CLEAR_DUE,
    CLEAR_IN_TIME,
    DUE,
    EVER_BLOCKED,
    IN_TIME,
    MISSING,
    OPEN,
    OPEN_SEVERAL,
    SOLVED,
    SOLVED_AT_ONCE,
    SOLVED_SEVERAL,
    TWICE_MEDIAN,
    arrive,
)
from sim.kernels.chance import uniform
from sim.kernels.common import ONE, ZERO, openness
from sim.kernels.encounters import stranger_trust
from sim.kernels.jit import kernel
from sim.kernels.learning import CHALLENGES
from sim.kernels.searching import BLOCK, CLEAR, IN_WRITING, LEAD, NOBODY, appoint, decide, look_for
from sim.kernels.ties import find
from sim.kernels.topics import capped_gain_lanes, take_up_lanes
from sim.kernels.vectors import LANES, load, splat, store

FEW_WEEKS = 4
"""Weeks within which a challenge is solved, or a blocked one cleared, in good time."""
LONGEST, WAITS, WAITING = 104, 105, 106
"""Waits of blocked ones are told apart up to so many weeks; place of their number; how many places there are."""


@kernel
def hold_up(n, number, week, terms, levers, rule, challenges, lasted, counts):
    """Block a challenge by chance, or let an owner clear a blocked one; a wait of FEW_WEEKS is due."""
    world = challenges.world[n]
    if not challenges.blocked[n]:
        if uniform(decide(challenges.key[n], BLOCK, week, terms)) < terms.block:
            challenges.blocked[n] = True
            challenges.stalled[n] = True
            challenges.since[n] = number
    else:
        waited = number - challenges.since[n]
        owner = world * rule.departments + challenges.owner[n]
        cleared = uniform(decide(challenges.key[n], CLEAR, week, terms)) < levers.unblocking[owner]
        if challenges.decided[n] or cleared:
            challenges.blocked[n] = False
            lasted[world, min(waited, LONGEST)] += 1
            lasted[world, WAITS] += 1
            counts[CLEAR_IN_TIME, world] += waited <= FEW_WEEKS
            counts[CLEAR_DUE, world] += waited <= FEW_WEEKS
        elif waited == FEW_WEEKS:
            counts[CLEAR_DUE, world] += 1
    challenges.decided[n] = False


@kernel
def gather_team(n, challenges, team):
    """Write the lead and all sources of a challenge, each once, to team (topics needed + 1,); returns their number."""
    size = 0
    if challenges.lead[n] != NOBODY:
        team[size] = challenges.lead[n]
        size += 1
    for s in range(challenges.topic.shape[1]):
        if challenges.topic[n, s] == NOBODY:
            break
        known = challenges.source[n, s] == IN_WRITING
        for m in range(size):
            known = known or team[m] == challenges.source[n, s]
        if not known:
            team[size] = challenges.source[n, s]
            size += 1
    return size


@kernel
def teach(team, size, terms, people, ties, structure, culture, gates, rule, work, scratch, lessons, number):
    """Let those who solved a challenge learn from each other, as in a session of `solving` hours in which all hear all.

    Args:
        team: rows; the first `size` count. scratch: float32 (SCRATCH, padded topic).
        lessons: see `sim.tuples.SolverLessons`, written behind the `number` there are.

    Returns:
        How many lessons there are now.
    """
    width = people.expertise.shape[1]
    raw = scratch[0]
    gap = scratch[1]
    gain = scratch[2:]
    for a in range(size):
        i = team[a]
        departments = i // rule.people * rule.departments
        pairs = (departments + people.home[i]) * rule.departments
        open_to = openness(culture.safety[departments + people.department[i]])
        for k in range(0, width, LANES):
            store(raw, k, splat(ZERO))
            store(gap, k, splat(ZERO))
        begin = number
        for b in range(size):
            if a == b:
                continue
            j = team[b]
            e = find(ties, i, j)
            trust = ties.trust[e] if e >= 0 else stranger_trust(i, j, people, rule)
            gate = culture.clarity[pairs + people.home[j]] * gates.teaching[j]
            weight = terms.solving / np.float32(size - 1)
            lessons.learner[number] = i
            lessons.source[number] = j
            lessons.brought[number] = gates.rate[i] * take_up_lanes(
                i, j, gate, trust * open_to, weight, people, structure, rule, raw, gap, 0
            )
            number += 1
        total, share = capped_gain_lanes(gates.rate[i], raw, gap, 0, gain, 0)
        work.from_parts[CHALLENGES, i] += total
        for k in range(0, width, LANES):
            store(work.gain, i * width + k, load(work.gain, i * width + k) + load(gain, k))
        if share < ONE:
            for m in range(begin, number):
                lessons.brought[m] *= share
    return number


@kernel
def keep(n, to, challenges):
    """Move a challenge to another place of the list."""
    for field in (
        challenges.world,
        challenges.department,
        challenges.partner,
        challenges.owner,
        challenges.arrived,
        challenges.lead,
        challenges.since,
        challenges.worked,
    ):
        field[to] = field[n]
    for field in (challenges.several, challenges.blocked, challenges.stalled, challenges.decided):
        field[to] = field[n]
    for field in (challenges.key, challenges.lead_key):
        field[to] = field[n]
    for s in range(challenges.topic.shape[1]):
        challenges.topic[to, s] = challenges.topic[n, s]
        challenges.source[to, s] = challenges.source[n, s]
        challenges.source_key[to, s] = challenges.source_key[n, s]


@kernel
def wait(number, count, step, challenges, lasted):
    """Count the blocked ones with the weeks that they have waited until now, or with a step of -1 take them out."""
    for n in range(count):
        if challenges.blocked[n]:
            world = challenges.world[n]
            lasted[world, min(number - challenges.since[n] + 1, LONGEST)] += step
            lasted[world, WAITS] += step


@kernel
def median_waits(number, count, challenges, lasted, counts):
    """Twice the median of the waits of blocked challenges so far, those that still wait with their weeks until now."""
    wait(number, count, 1, challenges, lasted)
    for world in range(lasted.shape[0]):
        waits = lasted[world, WAITS]
        counts[EVER_BLOCKED, world] = waits > 0
        weeks = 0
        after = lasted[world, 0]
        for middle in ((waits - 1) // 2, waits // 2):
            while after <= middle and weeks < LONGEST:
                weeks += 1
                after += lasted[world, weeks]
            counts[TWICE_MEDIAN, world] += weeks
    wait(number, count, -1, challenges, lasted)


@kernel
def work_on(week, chains, count, fixed, organization, work, challenges, scratch, found):
    """A week of all challenges: they arrive, somebody leads, some are held up, sources are found, work is done.

    Args:
        week: its number and its key. chains: chain over (seed, decision, week) of each world, uint64 (world,).
        count: how many challenges are open.
        fixed: the terms, this week's levers, and everybody by flat home department: rows, and where each begins.
        organization: people, ties, structure, culture, gates and rule.
        scratch: int64 (topics needed + 1,), float32 (SCRATCH, padded topic), and `nothing` of `need_topics`.
        found: how long blocked ones waited, int64 (world, week), added to; `sim.tuples.SolverLessons`, written;
            zeros, int64 (COUNTS, world), written; and solved ones, int64 (world, department), added to.

    Returns:
        How many challenges are left, and how many lessons there were.
    """
    number, week_key = week
    terms, levers, grouped = fixed
    people, ties, structure, culture, gates, rule = organization
    team, room, nothing = scratch
    lasted, lessons, counts, won = found
    count = arrive(number, chains, terms, structure, nothing, challenges, count, counts)
    left = 0
    met = 0
    for n in range(count):
        world = challenges.world[n]
        several = challenges.several[n]
        counts[OPEN, world] += 1
        counts[OPEN_SEVERAL, world] += several
        lead = challenges.lead[n]
        if lead == NOBODY or people.key[lead] != challenges.lead_key[n]:
            appoint(n, decide(challenges.key[n], LEAD, week_key, terms), people, ties, rule, grouped, challenges)
        hold_up(n, number, week_key, terms, levers, rule, challenges, lasted, counts)
        if not challenges.blocked[n]:
            missing = look_for(n, week_key, terms, levers, people, ties, culture, rule, challenges)
            counts[MISSING, world] += missing
            challenges.worked[n] += missing == 0
        age = number - challenges.arrived[n] + 1
        if challenges.worked[n] >= terms.work_weeks:
            size = gather_team(n, challenges, team)
            met = teach(team, size, terms, people, ties, structure, culture, gates, rule, work, room, lessons, met)
            won[world, challenges.department[n]] += 1
            counts[SOLVED, world] += 1
            counts[SOLVED_SEVERAL, world] += several
            counts[SOLVED_AT_ONCE, world] += not challenges.stalled[n]
            counts[DUE, world] += age <= FEW_WEEKS
            counts[IN_TIME, world] += age <= FEW_WEEKS
        else:
            counts[DUE, world] += age == FEW_WEEKS
            if left < n:
                keep(n, left, challenges)
            left += 1
    median_waits(number, left, challenges, lasted, counts)
    return left, met
