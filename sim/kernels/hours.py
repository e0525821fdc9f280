"""Who takes part in sessions: hours attended, and how evenly they are spread."""

import numpy as np

from sim.kernels.jit import wide_kernel
from sim.kernels.observe import NOTHING, SINGLE, rows_of
from sim.kernels.vectors import LANE, LANES, as_float64, load, splat, store, total

HALF = np.float64(0.5)
RISING = 2.0 * LANE

PARTICIPATION = (
    *("participation", "participation_gini", "participation_gini_department", "participation_gini_level"),
    "representativeness",
)
"""What is measured, in this order; `sum_up_hours` leaves the inequality between people to `gini_of_rising`."""


@wide_kernel
def observe_hours(begin, end, blocks, people, hours, by_seat, by_cell):
    """Hours of the last weeks by person, and by home department and level.

    Args:
        hours: attended in each of the weeks, float32 (week, person).
        by_seat: their sum, float64 (person,), written.
        by_cell: float64 (block, department, level), zeros, written.
    """
    weeks = hours.shape[0]
    rows = by_seat.shape[0]
    for block in range(begin, end):
        first, last = rows_of(block, blocks)
        whole = first + (last - first) // LANES * LANES
        for i in range(first, whole, LANES):
            eight = splat(NOTHING)
            for week in range(weeks):
                eight = eight + as_float64(load(hours, week * rows + i))
            store(by_seat, i, eight)
        for i in range(whole, last):
            one = NOTHING
            for week in range(weeks):
                one += np.float64(hours[week, i])
            by_seat[i] = one
        for i in range(first, last):
            by_cell[block, people.home[i], people.level[i]] += by_seat[i]


@wide_kernel
def gini_of_rising(ordered, found):
    """Gini of each row of float32 values of 0 or more in rising order, (row, value), into found float64 (row,)."""
    rows, number = ordered.shape
    whole = number // LANES * LANES
    for row in range(rows):
        sums = splat(NOTHING)
        weighted = splat(NOTHING)
        weight = load(RISING, 0) + np.float64(1 - number)
        for n in range(0, whole, LANES):
            value = as_float64(load(ordered, row * number + n))
            sums = sums + value
            weighted = weighted + value * weight
            weight = weight + np.float64(2 * LANES)
        everything = total(sums)
        uneven = total(weighted)
        for n in range(whole, number):
            value_left = np.float64(ordered[row, n])
            everything += value_left
            uneven += value_left * np.float64(2 * n + 1 - number)
        found[row] = uneven / (np.float64(number) * everything) if everything > NOTHING else NOTHING


@wide_kernel
def gini_of_groups(values, number):
    """Gini of the first few values, float64 (group,), which are put into rising order."""
    everything = NOTHING
    for n in range(number):
        value = values[n]
        to = n
        while to > 0 and values[to - 1] > value:
            values[to] = values[to - 1]
            to -= 1
        values[to] = value
        everything += value
    uneven = NOTHING
    for n in range(number):
        uneven += values[n] * np.float64(2 * n + 1 - number)
    return uneven / (np.float64(number) * everything) if everything > NOTHING else NOTHING


@wide_kernel
def sum_up_hours(begin, end, blocks, weeks, heads, by_cell, means, week):
    """Participation of worlds begin to end from the hours of their blocks.

    Args:
        weeks: over how many weeks the hours were attended.
        heads: people by home department and level, int32 (block, department, level), a world's in its first block.
        by_cell: hours likewise, float64; the sums of a world end up in its first block.
        means: scratch, float64 (world, department or level).
        week: float64 (quantity, world), PARTICIPATION; added to.
    """
    departments, levels = heads.shape[1:]
    everybody = np.float64(blocks.people)
    for world in range(begin, end):
        first = world * blocks.number
        for block in range(first + 1, first + blocks.number):
            for d in range(departments):
                for level in range(levels):
                    by_cell[first, d, level] += by_cell[block, d, level]
        everything = NOTHING
        groups = np.int64(0)
        for d in range(departments):
            hours = NOTHING
            people = np.int64(0)
            for level in range(levels):
                hours += by_cell[first, d, level]
                people += heads[first, d, level]
            everything += hours
            if people > 0:
                means[world, groups] = hours / np.float64(people)
                groups += 1
        week[0, world] += everything / np.float64(weeks)
        week[2, world] += gini_of_groups(means[world], groups)
        groups = np.int64(0)
        for level in range(levels):
            hours = NOTHING
            people = np.int64(0)
            for d in range(departments):
                hours += by_cell[first, d, level]
                people += heads[first, d, level]
            if people > 0:
                means[world, groups] = hours / np.float64(people)
                groups += 1
        week[3, world] += gini_of_groups(means[world], groups)
        apart = NOTHING
        for d in range(departments):
            for level in range(levels):
                share = np.float64(heads[first, d, level]) / everybody
                apart += abs(by_cell[first, d, level] / everything - share) if everything > NOTHING else np.nan
        week[4, world] += SINGLE - HALF * apart
