"""Learning from outsiders, who are no rows: what they know is a table."""

from sim.kernels.common import ONE, ZERO, openness
from sim.kernels.jit import kernel
from sim.kernels.topics import need_lanes
from sim.kernels.vectors import LANES, larger, load, smaller, splat, store, total


@kernel
def advise(learner, advisor, mastery, terms, people, structure, safety, gates, rule, work):
    """Let people learn from an advisor, as in a session; what is written passes only as far as it can be put in words.

        v = (spoken * clarity * ((1 - c_k) + c_k * trust * openness) + written * clarity * (1 - c_k))
            * need_k * h * (1 - phi * h),   gain = min(rate * v, h)

    Args:
        learner: rows of people, each once, (learner,). advisor: of each, (learner,).
        mastery: what the advisors know, float32 (advisor, padded topic).
        terms: hours spoken and written, clarity and trust.
        safety: this week's, flat over (world, department).
        work: `gain` and `from_sessions` are added to.
    """
    spoken, written, clarity, trust = terms
    width = people.expertise.shape[1]
    for n in range(learner.shape[0]):
        i = learner[n]
        here = people.department[i]
        trusted = trust * openness(safety[(i // rule.people) * rule.departments + here])
        gained = splat(ZERO)
        for k in range(0, width, LANES):
            at = i * width + k
            ahead = larger(load(mastery, advisor[n] * width + k) - load(people.expertise, at), ZERO)
            tacit = load(structure.tacitness, k)
            explicit = ONE - tacit
            passes = clarity * (spoken * (explicit + tacit * trusted) + written * explicit)
            wanted = need_lanes(structure, rule, people.home[i], here, k)
            taken = passes * wanted * ahead * (ONE - rule.phi * ahead)
            gain = smaller(gates.rate[i] * taken, ahead)
            store(work.gain, at, load(work.gain, at) + gain)
            gained = gained + gain
        work.from_sessions[i] += total(gained)
