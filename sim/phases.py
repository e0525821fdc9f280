"""The phases of a week, each a function of the week; `sim.plan` puts them in order.

All channels of learning read the mastery and the trust of the week's start and add to gains; only `absorb`
turns gains into mastery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import MODEL, extend, mix, uniform, week_key
from sim.kernels.exchange import exchange
from sim.kernels.learning import LEDGER_BLOCK, absorb, practise
from sim.kernels.sessions import learn_in_sessions, promises, update_trust
from sim.kernels.ties import find_all, tidy
from sim.schema import ORIGINS, Culture, Encounters, Gates
from sim.sessions import Meeting, gather
from sim.start import initiative, mean_of_newcomers, spread_out

if TYPE_CHECKING:
    from sim.plan import Plan

ONE = np.float32(1.0)
MEAN_SQUARED_INITIATIVE = np.float32(0.37)
"""E[(0.1 + 0.9 U)^2], so that help-seeking redistributes meetings without adding any."""
FACILITATED_RELIABILITY = 0.1
LEAST_HOURS = np.float32(1e-6)
"""Keeps the load finite where a lever leaves no time at all."""
FIRST_YEAR = 52


def bend(plan: Plan) -> None:
    """Collect the policies' bends, set the levers, and derive what a person brings to this week's meetings."""
    week = plan.week
    week.asked[:] = 0
    week.attended[:] = 0
    week.sums = {}
    week.levers.apply((policy.label, one) for policy in plan.policies for one in policy.bend(week))
    week.culture = _culture(week)


def act(plan: Plan) -> None:
    """Let policies change the organization, in label order, each seeing what earlier ones wrote."""
    plan.week.mentoring[:] = False
    for policy in plan.policies:
        policy.act(plan.week)
    plan.week.gates = _gates(plan.week, plan.week.culture)


def convene(plan: Plan) -> None:
    """Draw who attends which session; trust is read now, before this week's meetings move it."""
    week, state = plan.week, plan.week.state
    parts = [(n, part) for n, policy in enumerate(plan.policies) for part in policy.convene(week)]
    plan.meeting = gather(parts, ORIGINS)
    slots = np.zeros(len(plan.meeting.learner), np.int64)
    find_all(state.ties, plan.meeting.learner, plan.meeting.source, slots)
    plan.slots = slots
    plan.encounters = _encounters(plan, slots)
    hours = np.maximum(week.levers["hours"].ravel(), LEAST_HOURS)
    plan.load = (week.asked / hours).astype(np.float32)
    week.gates = week.gates._replace(keeps=(ONE / np.maximum(ONE, plan.load)).astype(np.float32))


def ties(plan: Plan) -> None:
    """Exchange over ties: meet, learn, update trust."""
    week, state = plan.week, plan.week.state
    meeting = week.chance.stream(MODEL, "meet", week.number)
    promise = week.chance.stream(MODEL, "promise", week.number)
    week.over_rows(
        lambda begin, end: exchange(
            begin,
            end,
            meeting,
            promise,
            state.people,
            state.ties,
            state.structure,
            week.culture,
            week.gates,
            week.rule,
            week.work,
        )
    )


def sessions(plan: Plan) -> None:
    """Exchange in sessions; promises kept there move trust and form ties."""
    week, state, encounters = plan.week, plan.week.state, plan.encounters
    week.work.from_sessions[:] = 0
    plan.brought = np.zeros(len(encounters.learner), np.float32)
    if len(encounters.learner) == 0:
        return
    learn_in_sessions(
        encounters, state.people, state.structure, week.culture, week.gates, week.rule, week.work, plan.brought
    )
    kept = np.zeros(len(encounters.learner), np.bool_)
    chains = _chains(plan, "promise", plan.meeting)
    promises(encounters, chains, state.people, week.culture, week.gates, week.rule, kept)
    order = np.lexsort((plan.meeting.source, plan.meeting.learner, plan.meeting.label))
    in_label_order: Any = [values[order] for values in encounters]
    update_trust(Encounters(*in_label_order), kept[order], state.ties, week.rule)
    _form_session_ties(plan, kept)


def rules(plan: Plan) -> None:
    """Let the user's own rules run, each person by itself or all at once."""
    plan.week.work.from_rules[:] = 0
    for rule in plan.rules:
        rule.run(plan.week)
    for rule in plan.rules:
        rule.land(plan.week)


def learn(plan: Plan) -> None:
    """Take up all gains within the learning budget, and enter them in the ledger by channel."""
    week, state, work = plan.week, plan.week.state, plan.week.work
    before = plan.mean_mastery()
    hours = np.ascontiguousarray(week.levers["hours"].ravel())
    week.over_rows(lambda begin, end: absorb(begin, end, hours, state.people, week.rule, work))
    change = plan.mean_mastery() - before
    channels = {"ties": work.from_ties, "sessions": work.from_sessions, "rules": work.from_rules}
    taken = {
        name: plan.by_world(total.astype(np.float64) * work.factor).sum(axis=1) for name, total in channels.items()
    }
    total = sum(taken.values())
    rest = change
    for name in ("sessions", "rules"):
        share = np.divide(taken[name], total, out=np.zeros_like(change), where=total > 0)
        week.add(f"from_{name}", change * share)
        rest = rest - change * share
    week.add("from_ties", rest)
    plan.recorder.follow(plan)
    week.add("gain_rules", taken["rules"])
    week.add("bound", plan.by_world(work.factor < 1).sum(axis=1))
    week.add("meetings", plan.by_world(work.meetings).sum(axis=1))


def practice(plan: Plan) -> None:
    """Practice, forgetting and obsolescence."""
    week, state = plan.week, plan.week.state
    blocks = -(-week.rule.people // LEDGER_BLOCK)
    ledger = np.zeros((state.frame.worlds, blocks, 3))
    factor = np.ascontiguousarray(week.levers["practice"].ravel())
    forgetting = np.ascontiguousarray(week.levers["forgetting"].ravel())
    week.over_rows(
        lambda begin, end: practise(begin, end, factor, forgetting, state.people, state.structure, week.rule, ledger)
    )
    cells = week.rule.people * week.rule.topics
    for column, name in enumerate(("practice", "forgetting", "obsolescence")):
        week.add(f"from_{name}", ledger.sum(axis=1)[:, column] / cells)


def drift(plan: Plan) -> None:
    """Move culture and engagement towards their norms; load lowers the norm of engagement."""
    week, arrays = plan.week, plan.week.state.arrays
    speed = np.float32(week.scenario.culture.drift)
    for name in ("safety", "clarity", "willingness", "reliability"):
        norm = week.levers[f"{name}.norm"].ravel()
        arrays[name] += speed * (norm - arrays[name])
    overload = np.maximum(np.float32(0.0), plan.load - ONE)
    norm = week.levers["engagement.norm"].ravel() - np.float32(week.scenario.culture.load_penalty) * overload
    engagement = arrays["engagement"] + speed * (np.maximum(np.float32(0.0), norm) - arrays["engagement"])
    arrays["engagement"][:] = np.clip(engagement, np.float32(0.0), ONE)


def leave_and_join(plan: Plan) -> None:
    """Draw who leaves; a newcomer takes the seat under a new key."""
    week, state, arrays = plan.week, plan.week.state, plan.week.state.arrays
    before = plan.mean_mastery()
    turnover = week.scenario.turnover
    hazard = np.array(turnover.hazard, np.float32)[arrays["level"]]
    hazard = np.where(arrays["tenure"] < FIRST_YEAR, hazard * np.float32(turnover.first_year), hazard)
    week.left[:] = week.draw(MODEL, "leave") < hazard * week.levers["turnover"].ravel()
    arrays["tenure"] += np.int32(1)
    rows = np.flatnonzero(week.left)
    week.add("leavers", np.bincount(week.world_of(rows), minlength=state.frame.worlds))
    if len(rows):
        _replace(plan, rows)
    week.add("from_turnover", plan.mean_mastery() - before)
    _tidy(plan)


def _replace(plan: Plan, rows: NDArray[np.int64]) -> None:
    week, state, arrays = plan.week, plan.week.state, plan.week.state.arrays
    held = _useful_mastery(plan, rows)
    arrays["key"][rows] = mix(arrays["key"][rows], week_key(week.number))
    arrays["generation"][rows] += np.int32(1)
    arrays["tenure"][rows] = 0
    arrays["department"][rows] = arrays["home_department"][rows]
    arrays["engagement"][rows] = np.float32(week.scenario.culture.engagement)
    drawn = week.draw(MODEL, "newcomer's initiative")
    arrays["initiative"][rows] = initiative(drawn[rows])
    topics = week.prepared.topics
    need = state.structure.need[:, : week.rule.topics]
    mean = mean_of_newcomers(
        week.scenario.newcomers, topics, need, arrays["level"][rows], arrays["home_department"][rows]
    )
    keys = week.chance.hashes(MODEL, "newcomer's expertise", week.number, state.key).ravel()[rows]
    drawn_topics = uniform(extend(keys[:, None], plan.topic_keys))
    arrays["expertise"][rows, : week.rule.topics] = spread_out(mean, drawn_topics, week.scenario.newcomers.spread)
    loss = held - _useful_mastery(plan, rows)
    week.add("lost_by_leavers", np.bincount(week.world_of(rows), loss, state.frame.worlds))
    for policy in plan.policies:
        policy.left(week, rows)


def _useful_mastery(plan: Plan, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Adequacy of some people, (row,): sum min(E, need) / sum need."""
    state = plan.week.state
    need = state.structure.need[state.arrays["home_department"][rows]].astype(np.float64)
    held = np.minimum(state.arrays["expertise"][rows], need)
    total = need.sum(axis=1)
    return np.divide(held.sum(axis=1), total, out=np.ones(len(rows)), where=total > 0)


def _tidy(plan: Plan) -> None:
    week, state = plan.week, plan.week.state
    stay = np.int8(ORIGINS.index("rotation"))
    week.over_rows(lambda begin, end: tidy(begin, end, week.left, state.people, state.ties, week.rule, stay))


def observe(plan: Plan) -> None:
    """Take the week's measures."""
    plan.week.state.week = plan.week.number + 1
    plan.recorder.observe(plan)


def _culture(week: Any) -> Culture:
    """Culture as it holds this week: states plus pulls, clipped; contact's factor."""
    flat = {}
    for name in ("safety", "clarity", "willingness", "reliability"):
        pull = week.levers[f"{name}.pull"]
        state = getattr(week.state, name)
        pulled = state if f"{name}.pull" not in week.levers.contributions else np.clip(state + pull, 0, ONE)
        flat[name] = np.ascontiguousarray(pulled).ravel()
    return Culture(**flat, contact=np.ascontiguousarray(week.levers["contact"]).ravel())


def _gates(week: Any, culture: Culture) -> Gates:
    arrays, frame = week.state.arrays, week.state.frame
    engagement = np.clip(arrays["engagement"] + week.levers["engagement.pull"].ravel(), np.float32(0.0), ONE)
    world = np.repeat(np.arange(frame.worlds), frame.people)
    safety = culture.safety[world * week.rule.departments + arrays["department"]]
    seeks = safety * engagement * (arrays["initiative"] * arrays["initiative"] / MEAN_SQUARED_INITIATIVE)
    return Gates(
        engagement=engagement,
        seeks=seeks,
        keeps=np.ones(frame.rows, np.float32),
        teaching=np.ascontiguousarray(week.levers["teaching"].ravel()),
        rate=np.float32(week.scenario.learning.rate) * week.levers["absorption"].ravel(),
    )


def _chains(plan: Plan, decision: str, meeting: Meeting) -> NDArray[np.uint64]:
    """This week's chain of each encounter's own policy, uint64 (encounter,)."""
    week = plan.week
    streams = np.array([week.chance.stream(policy.label, decision, week.number) for policy in plan.policies], np.uint64)
    return streams.reshape(-1, week.state.frame.worlds)[meeting.label, week.world_of(meeting.learner)]


def _encounters(plan: Plan, slots: NDArray[np.int64]) -> Encounters:
    """What the kernel needs of each encounter: trust, safety, and who is heard."""
    week, state, meeting = plan.week, plan.week.state, plan.meeting
    learner, source = meeting.learner, meeting.source
    known = slots >= 0
    trust = (
        np.where(known, state.ties.trust[np.where(known, slots, 0)], week.stranger_trust(learner, source))
        if len(slots)
        else np.zeros(0, np.float32)
    )
    department = week.world_of(learner) * week.rule.departments + state.arrays["department"][learner]
    safety = np.maximum(week.culture.safety[department], meeting.confidentiality)
    lower = state.arrays["level"][source] < state.arrays["level"][learner]
    keys = state.arrays["key"]
    drawn = np.zeros(0, np.float32)
    if len(slots):
        drawn = uniform(extend(extend(_chains(plan, "heard", meeting), keys[learner]), keys[source]))
    heard = ~lower | (drawn < safety + meeting.facilitation * (ONE - safety))
    reliability = np.float32(FACILITATED_RELIABILITY) * meeting.facilitation
    return Encounters(
        learner, source, meeting.weight, meeting.teaching, reliability, safety, trust.astype(np.float32), heard
    )


def _form_session_ties(plan: Plan, kept: NDArray[np.bool_]) -> None:
    """A kept promise between people without a tie forms one, both ways, each side with its own trust."""
    week, meeting = plan.week, plan.meeting
    fresh = (plan.slots < 0) & (meeting.forms >= 0)
    for label in np.unique(meeting.label[fresh]):
        here = np.flatnonzero(fresh & (meeting.label == label))
        learner, source, trust = _trust_of_new_ties(plan, here, kept)
        if len(learner):
            origin = ORIGINS[int(meeting.forms[here[0]])]
            week.form_ties(learner, source, trust, week.rule.formed, origin)


def _trust_of_new_ties(
    plan: Plan, encounters: NDArray[np.int64], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Learners, sources and trust of the ties that kept promises form; a side that was not drawn keeps its trust."""
    week, meeting, rows = plan.week, plan.meeting, plan.week.state.frame.rows
    learner, source, promise = meeting.learner[encounters], meeting.source[encounters], kept[encounters]
    start = week.stranger_trust(learner, source)
    moved = start + np.float32(week.scenario.trust.eta) * (promise.astype(np.float32) - start)
    drawn, where = np.unique(learner * rows + source, return_index=True)
    wanted = np.unique(np.concatenate([(learner * rows + source)[promise], (source * rows + learner)[promise]]))
    to, of = wanted // rows, wanted % rows
    at = np.minimum(np.searchsorted(drawn, wanted), len(drawn) - 1)
    return to, of, np.where(drawn[at] == wanted, moved[where[at]], week.stranger_trust(to, of))
