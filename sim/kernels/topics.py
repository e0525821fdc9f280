"""Learning eight topics at once: `take_up` and `capped_gain` of `sim.kernels.common` in lanes, with the same bits."""

from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel
from sim.kernels.vectors import LANES, larger, load, smaller, splat, store, total


@kernel
def need_lanes(structure, rule, home, here, k):
    """What someone of a department needs of eight topics from k on; a visitor also takes on part of the host's."""
    width = structure.need.shape[1]
    wanted = load(structure.need, home * width + k)
    if here != home:
        wanted = larger(wanted, rule.host_need * load(structure.need, here * width + k))
    return wanted


@kernel
def take_up_lanes(i, j, gate, trusted, weight, people, structure, rule, raw, gap, at):
    """What learner i takes up from source j in one meeting, before the learner's rate.

    Args:
        raw, gap: flat; the sum of what is taken up and the largest gap met so far of the padded topics from position
            `at` on, updated.

    Returns:
        The sum over topics.
    """
    width = people.expertise.shape[1]
    taken = splat(ZERO)
    for k in range(0, width, LANES):
        ahead = larger(load(people.expertise, j * width + k) - load(people.expertise, i * width + k), ZERO)
        tacit = load(structure.tacitness, k)
        passes = gate * ((ONE - tacit) + tacit * trusted)
        wanted = need_lanes(structure, rule, people.home[i], people.department[i], k)
        learned = weight * (passes * wanted * ahead * (ONE - rule.phi * ahead))
        store(gap, at + k, larger(load(gap, at + k), ahead))
        store(raw, at + k, load(raw, at + k) + learned)
        taken = taken + learned
    return total(taken)


@kernel
def capped_gain_lanes(rate, raw, gap, at, gain, i):
    """Write min(rate * raw, gap) to row i of gain (person, padded topic).

    Returns:
        The sum of the gain over topics, and the share of the uncapped sum that it is.
    """
    width = gain.shape[1]
    uncapped = splat(ZERO)
    capped = splat(ZERO)
    for k in range(0, width, LANES):
        wished = rate * load(raw, at + k)
        taken = smaller(wished, load(gap, at + k))
        store(gain, i * width + k, taken)
        uncapped = uncapped + wished
        capped = capped + taken
    asked, allowed = total(uncapped), total(capped)
    share = ONE
    if allowed < asked:
        share = allowed / asked
    return allowed, share
