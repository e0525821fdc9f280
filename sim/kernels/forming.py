"""Ties that a policy forms in one week: in their order, and what became of them."""

from sim.kernels.jit import kernel
from sim.kernels.ties import FORMED, REFUSED, form_all


@kernel
def form_in_order(ties, people, structure, rule, new, order, kind, sorted_new, outcome, counts):
    """Form new ties in a given order, and count those formed and refused in each world.

    Args:
        new: see `sim.schema.NewTies`; trust and contact are (new tie,), or (1,) for all of them.
        order: of the new ties, (new tie,). kind: their origin, and whether baseline ties are never given up for them.
        sorted_new, outcome: scratch (new tie,).
        counts: zeros (2, world), written: formed and refused.

    Returns:
        Whether learners and sources are people, and as many; nothing is formed otherwise.
    """
    rows = people.key.shape[0]
    if new.learner.shape[0] != new.source.shape[0]:
        return False
    for n in range(order.shape[0]):
        if min(new.learner[n], new.source[n]) < 0 or max(new.learner[n], new.source[n]) >= rows:
            return False
    for n in range(order.shape[0]):
        to = order[n]
        sorted_new.learner[n] = new.learner[to]
        sorted_new.source[n] = new.source[to]
        sorted_new.trust[n] = new.trust[to if new.trust.shape[0] > 1 else 0]
        sorted_new.contact[n] = new.contact[to if new.contact.shape[0] > 1 else 0]
    origin, protect_baseline = kind
    form_all(
        ties,
        people,
        structure,
        rule,
        sorted_new.learner,
        sorted_new.source,
        sorted_new.trust,
        sorted_new.contact,
        origin,
        protect_baseline,
        outcome,
    )
    for n in range(order.shape[0]):
        if outcome[n] == FORMED:
            counts[0, sorted_new.learner[n] // rule.people] += 1
        elif outcome[n] == REFUSED:
            counts[1, sorted_new.learner[n] // rule.people] += 1
    return True
