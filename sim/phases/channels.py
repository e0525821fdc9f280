"""The channels of learning, and the budget that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chance import MODEL
from sim.kernels.exchange import exchange
from sim.kernels.exchange_lanes import exchange_lanes, write_cards
from sim.kernels.jit import COMPILED
from sim.kernels.learning import ABSORBED, BOUND, CHANGE, FROM_RULES, FROM_TIES, ON_TACIT, absorb
from sim.kernels.lessons import BLOCK
from sim.kernels.sessions import SCRATCH, hold_sessions
from sim.phases.encounters import chance_of, form_ties
from sim.phases.outsiders import listen
from sim.phases.scratch import highest_factors, most_slots, plain_scratch, room_for_lessons, room_for_meetings
from sim.sessions import room_for_ties
from sim.sums import LEARNED

if TYPE_CHECKING:
    from sim.plan import Plan


def ties(plan: Plan) -> None:
    """Exchange over ties: meet, learn, update trust."""
    week, state = plan.week, plan.week.state
    meeting = week.chance.stream(MODEL, "meet", week.number)
    people, structure, work = state.people, state.structure, week.work
    culture, gates, rule = week.culture, week.gates, week.rule
    lessons = plan.lessons = room_for_lessons(state, plan.lessons)
    if not COMPILED:
        week.over_ties(
            lambda begin, end: exchange(
                begin,
                end,
                meeting,
                people,
                state.ties,
                structure,
                culture,
                gates,
                rule,
                work,
                lessons,
                *plain_scratch(people),
            )
        )
        return
    most = highest_factors(culture, gates, rule)
    bits = (gates.engagement.view(np.uint32), gates.teaching.view(np.uint32), gates.keeps.view(np.uint32))
    week.over_rows(lambda begin, end: write_cards(begin, end, people, *bits, work.cards))
    slots = most_slots(state.ties, 0, state.frame.rows, BLOCK)
    week.over_ties(
        lambda begin, end: exchange_lanes(
            begin,
            end,
            meeting,
            most,
            people,
            state.ties,
            structure,
            culture,
            gates,
            rule,
            work,
            lessons,
            room_for_meetings(plan.meetings, begin, slots, people),
        )
    )


def sessions(plan: Plan) -> None:
    """Exchange in sessions; promises kept there move trust and form ties. Then outsiders advise."""
    plan.week.work.from_sessions[:] = 0
    plan.brought = np.zeros(len(plan.encounters.learner), np.float32)
    if len(plan.encounters.learner):
        _hold_sessions(plan)
    if plan.week.outsiders.given:
        listen(plan)


def _hold_sessions(plan: Plan) -> None:
    week, state, met = plan.week, plan.week.state, plan.encounters
    count = len(met.learner)
    chance, chains = chance_of(plan, "promise")
    made = room_for_ties(2 * count)
    formed = hold_sessions(
        met,
        plan.meeting,
        plan.slots,
        len(plan.rules) > 0,  # a rule of one's own may form ties
        chance,
        state.people,
        state.ties,
        state.structure,
        week.culture,
        week.gates,
        week.rule,
        week.work,
        plan.brought,
        np.empty((SCRATCH, week.work.gain.shape[1]), np.float32),
        np.empty(count, np.bool_),
        chains,
        (np.empty(count, np.int64), np.empty(count, np.bool_)),
        made,
    )
    form_ties(plan, made, formed)


def rules(plan: Plan) -> None:
    """Let the user's own rules add gains, before this week's meetings move trust and ties."""
    plan.week.work.from_rules[:] = 0
    plan.week.rule_gain[:] = 0
    for rule in plan.rules:
        rule.run(plan.week)


def land(plan: Plan) -> None:
    """Set what the user's rules set; mastery set this way is entered in the ledger as theirs."""
    if not plan.rules:
        return
    before = plan.mean_mastery()
    for rule in plan.rules:
        rule.land(plan.week)
    plan.week.add("from_rules", plan.mean_mastery() - before)


def learn(plan: Plan) -> None:
    """Take up all gains within the learning budget, and enter them in the ledger by channel."""
    week, state, work = plan.week, plan.week.state, plan.week.work
    if plan.rules:
        work.gain[:] += week.rule_gain
    ledger = week.ledger(ABSORBED)
    hours = np.ascontiguousarray(week.levers["hours"].ravel())
    people, structure, rule = state.people, state.structure, week.rule
    week.over_rows(lambda begin, end: absorb(begin, end, hours, people, structure, rule, work, ledger))
    entries = ledger.sum(axis=1).T
    change, taken = entries[CHANGE] / week.cells, entries[FROM_TIES : FROM_RULES + 1]
    total, others = taken[0].copy(), np.zeros_like(change)
    for channel in taken[1:]:
        total += channel
    parts = change * np.divide(taken, total, out=np.zeros_like(taken), where=total > 0)
    for part in parts[1:]:
        others += part
    parts[0] = change - others
    learned = week.sums.block(LEARNED)
    learned += np.concatenate([parts, entries[BOUND : ON_TACIT + 1]])
    plan.recorder.follow(plan)
