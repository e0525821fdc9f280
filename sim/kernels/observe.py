"""One pass a week over people and one over ties for the sums that every metric is made of, in float64.

Sums run over fixed blocks of a world's rows, so that threads can share out even one world: a kernel fills the sums of
its blocks, and `sum_up_people` and its like add the blocks in order.
"""

import numpy as np

from sim.kernels.common import ONE, ZERO
from sim.kernels.groups import spread_of_groups
from sim.kernels.jit import kernel, wide_kernel
from sim.kernels.lessons import block_from
from sim.kernels.ties import find
from sim.kernels.vectors import (
    LANES,
    as_float64,
    count_bits,
    first_lanes,
    gather,
    load,
    mask_bits,
    select,
    smaller,
    splat,
    store,
    total,
)

NEED_MET = np.float32(0.7)
"""A need counts as met from this share of the needed mastery upwards."""
NOTHING, SINGLE = np.float64(0.0), np.float64(1.0)
FEW = np.float32(3.0)
BASELINE = np.int8(0)
SOMEBODY = np.int32(0)

HELD, ENGAGED, SQUARES, HELD_EXPLICIT, LEADING = 0, 1, 2, 3, 4
PERSON_SUMS = 5
"""Sums over the people of a block; those by department and topic are tables of their own."""

PEOPLE = (
    *("held", "needed", "unmet", "mastery", "engaged"),
    *("met_own", "met_other", "met_enterprise", "met_emerging"),
    *("in_need_own", "in_need_other", "in_need_enterprise", "in_need_emerging"),
    *("met", "in_need", "reach", "thin_topics", "variance_between", "variance"),
    *("held_explicit", "needed_explicit", "leaders_emerging", "leaders_cells", "need_gap"),
)
"""What `sum_up_people` writes, in this order, before the people who met and who need each topic."""
OWN, OTHER, OF_ALL, NEW, NO_NEED = 0, 1, 2, 3, -1
CLASSES = 4
"""Classes of need: own, other departments', enterprise and emerging topics, in the order of PEOPLE."""

FLOWS = ("learned", "learned_across", "base_gain_within", "base_gain_across", "gain_across", "meetings_across")
LEADER = 2
"""Level from which people count as leaders."""


@kernel
def rows_of(block, blocks):
    """First row of a block, and the row after its last."""
    world = block // blocks.number
    first = world * blocks.people + (block - world * blocks.number) * blocks.rows
    return first, min(first + blocks.rows, (world + 1) * blocks.people)


@wide_kernel
def observe_people(begin, end, blocks, people, engagement, needs, adequacy, found):
    """Sums over the people of blocks begin to end, by their home department's need.

    Args:
        engagement: this week's effective engagement (person,).
        adequacy: sum min(E, need) / sum need, float32 (person,), written.
        found: see `sim.schema.Measured`, all zeros, written.
    """
    width = people.expertise.shape[1]
    departments = needs.need.shape[0]
    nobody = splat(ZERO)
    for block in range(begin, end):
        first, last = rows_of(block, blocks)
        squares = splat(NOTHING)
        explicit = splat(NOTHING)
        leading = splat(NOTHING)
        held = NOTHING
        engaged = NOTHING
        for i in range(first, last):
            home = people.home[i]
            found.heads[block, home, people.level[i]] += np.int32(1)
            mine = splat(NOTHING)
            for k in range(0, width, LANES):
                value = load(people.expertise, i * width + k)
                wide = as_float64(value)
                has = smaller(value, load(needs.need, home * width + k))
                mine = mine + as_float64(has)
                explicit = explicit + as_float64(has * load(needs.explicit, k))
                squares = squares + wide * wide
                at = (block * departments + home) * width + k
                store(found.mastery, at, load(found.mastery, at) + wide)
                has_met = select(value >= load(needs.met, home * width + k), splat(ONE), nobody)
                store(found.met, at, load(found.met, at) + has_met)
                knows = select(value >= NEED_MET, splat(ONE), nobody)
                store(found.experts, block * width + k, load(found.experts, block * width + k) + knows)
            if people.level[i] >= LEADER:
                for k in range(0, width, LANES):
                    new = load(people.expertise, i * width + k) * load(needs.emerging, k)
                    leading = leading + as_float64(new)
            own = total(mine)
            held += own
            share = own / needs.whole[home] if needs.whole[home] > NOTHING else SINGLE
            adequacy[i] = np.float32(share)
            found.shares[block, home, people.level[i]] += share
            engaged += np.float64(engagement[i]) * share
        found.sums[block, HELD] = held
        found.sums[block, ENGAGED] = engaged
        found.sums[block, SQUARES] = total(squares)
        found.sums[block, HELD_EXPLICIT] = total(explicit)
        found.sums[block, LEADING] = total(leading)


@wide_kernel
def add_up(found, first, number):
    """Add the blocks after the first one of a world to the first, in order."""
    for block in range(first + 1, first + number):
        for column in range(PERSON_SUMS):
            found.sums[first, column] += found.sums[block, column]
        for d in range(found.heads.shape[1]):
            for level in range(found.heads.shape[2]):
                found.heads[first, d, level] += found.heads[block, d, level]
                found.shares[first, d, level] += found.shares[block, d, level]
            for k in range(found.mastery.shape[2]):
                found.mastery[first, d, k] += found.mastery[block, d, k]
                found.met[first, d, k] += found.met[block, d, k]
        for k in range(found.experts.shape[1]):
            found.experts[first, k] += found.experts[block, k]


@wide_kernel
def count_heads(heads, first, needs, head, world):
    """Write the people of each department to `head` (world, department).

    Returns:
        What all of them need, what they need of explicit topics, and how many are leaders.
    """
    needed = NOTHING
    needed_explicit = NOTHING
    leaders = 0
    for d in range(heads.shape[1]):
        here = 0
        for level in range(heads.shape[2]):
            here += heads[first, d, level]
            if level >= LEADER:
                leaders += heads[first, d, level]
        head[world, d] = np.float64(here)
        needed += head[world, d] * needs.whole[d]
        needed_explicit += head[world, d] * needs.whole_explicit[d]
    return needed, needed_explicit, np.float64(leaders)


@wide_kernel
def sum_up_people(begin, end, blocks, rule, needs, found, head, week):
    """Quantities of worlds begin to end from the sums of their blocks.

    Args:
        found: see `sim.schema.Measured`; the sums of a world end up in its first block.
        head: scratch for people by department, float64 (world, department).
        week: float64 (quantity, world): PEOPLE, then those who met and those who need each topic; added to.
    """
    everybody = np.float64(rule.people)
    for world in range(begin, end):
        first = world * blocks.number
        add_up(found, first, blocks.number)
        needed, needed_explicit, leaders = count_heads(found.heads, first, needs, head, world)
        mastery = NOTHING
        between = NOTHING
        squared_means = NOTHING
        reach = NOTHING
        wanted = 0
        thin = 0
        met_all, need_all = NOTHING, NOTHING
        for k in range(rule.topics):
            known = NOTHING
            for d in range(rule.departments):
                known += found.mastery[first, d, k]
            mean = known / everybody
            met = NOTHING
            in_need = NOTHING
            for d in range(rule.departments):
                if head[world, d] == NOTHING:
                    continue
                apart = found.mastery[first, d, k] / head[world, d] - mean
                between += head[world, d] * (apart * apart)
                kind = needs.kind[d, k]
                if kind != NO_NEED:
                    have = np.float64(found.met[first, d, k])
                    week[5 + kind, world] += have
                    week[5 + CLASSES + kind, world] += head[world, d]
                    met += have
                    in_need += head[world, d]
            mastery += known
            squared_means += mean * mean
            if found.experts[first, k] < FEW:
                thin += 1
            if in_need > NOTHING:
                reach += met / in_need
                wanted += 1
            week[len(PEOPLE) + k, world] += met
            week[len(PEOPLE) + rule.topics + k, world] += in_need
            met_all += met
            need_all += in_need
        between = between / everybody
        variance = found.sums[first, SQUARES] / everybody - squared_means
        week[0, world] += found.sums[first, HELD]
        week[1, world] += needed
        week[2, world] += needed - found.sums[first, HELD]
        week[3, world] += mastery
        week[4, world] += found.sums[first, ENGAGED]
        week[13, world] += met_all
        week[14, world] += need_all
        week[15, world] += reach / np.float64(max(1, wanted))
        week[16, world] += np.float64(thin)
        week[17, world] += between
        week[18, world] += max(variance, between)  # rounding must not put a part above the whole
        week[19, world] += found.sums[first, HELD_EXPLICIT]
        week[20, world] += needed_explicit
        week[21, world] += found.sums[first, LEADING]
        week[22, world] += leaders * needs.new
        week[23, world] += spread_of_groups(found.heads[first], found.shares[first], everybody)


@kernel
def drop_given_up(first, full, ties, lessons):
    """A tie that was given up since, for a stronger one, counts as having brought nothing.

    Args:
        full: bits of those of the eight lessons from the first on whose learners hold as many ties as they can.
    """
    for lane in range(LANES):
        if full >> lane & 1:
            lesson = first + lane
            if find(ties, np.int64(lessons.learner[lesson]), np.int64(lessons.source[lesson])) < 0:
                lessons.gain[lesson] = ZERO


@wide_kernel
def observe_flow(begin, end, blocks, people, ties, factor, lessons, sums, flow):
    """The mastery that went over ties this week, after the budget.

    Args:
        factor: share of the gains that the learning budget let through (person,).
        lessons: see `sim.schema`; each block of theirs is added up whole where its first learner is.
        sums: float64 (block, FLOWS), written.
        flow: float64 (block, learner's department, source's department), added to.
    """
    for block in range(begin, end):
        first, last = rows_of(block, blocks)
        within = splat(NOTHING)
        across = splat(NOTHING)
        base_within = splat(NOTHING)
        base_across = splat(NOTHING)
        crossing = 0
        for part in range(block_from(first, blocks.people), block_from(last, blocks.people)):
            start = lessons.first[part]
            stop = start + lessons.number[part]
            for n in range(start, stop, LANES):
                there = first_lanes(stop - n)
                learner, source = load(lessons.learner, n), load(lessons.source, n)
                learner, source = select(there, learner, SOMEBODY), select(there, source, SOMEBODY)
                full = mask_bits((gather(ties.count, learner) >= gather(ties.limit, learner)) & there)
                if full != 0:
                    drop_given_up(n, full, ties, lessons)
                away = gather(people.home, source) != gather(people.home, learner)
                crossing += count_bits(mask_bits(away & there))
                before = select(there, load(lessons.gain, n), ZERO)
                gain = as_float64(before) * as_float64(gather(factor, learner))
                of_base = select(load(lessons.origin, n) == BASELINE, gain, NOTHING)
                within = within + select(away, NOTHING, gain)
                across = across + select(away, gain, NOTHING)
                base_within = base_within + select(away, NOTHING, of_base)
                base_across = base_across + select(away, of_base, NOTHING)
            for n in range(start, stop):
                i, j = lessons.learner[n], lessons.source[n]
                flow[block, people.home[i], people.home[j]] += np.float64(lessons.gain[n]) * np.float64(factor[i])
        sums[block, 0] = total(within) + total(across)
        sums[block, 1] = total(across)
        sums[block, 2] = total(base_within)
        sums[block, 3] = total(base_across)
        sums[block, 4] = total(across)
        sums[block, 5] = np.float64(crossing)


@wide_kernel
def observe_sessions(learner, source, brought, blocks, people, factor, sums, flow):
    """The mastery that sessions brought this week, after the budget, by encounter.

    Args:
        brought: before the budget (encounter,). factor: see `observe_flow`.
        sums: float64 (world, FLOWS); flow: float64 (world, learner's department, source's department); added to.
    """
    for n in range(learner.shape[0]):
        i = learner[n]
        world = i // blocks.people
        home = people.home[i]
        other = people.home[source[n]]
        gain = np.float64(brought[n]) * np.float64(factor[i])
        flow[world, home, other] += gain
        sums[world, 0] += gain
        sums[world, 1] += gain if home != other else NOTHING
