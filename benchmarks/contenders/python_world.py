"""A world in plain Python, whatever library holds it: constants, culture, the order of the week, sessions, measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.contenders.measured import TEN, gini, quotient
from benchmarks.contenders.python_person import Person
from benchmarks.contenders.python_policies import Mentorship, Rotation, Session
from benchmarks.contenders.python_ties import Tie, find, form, tidy
from benchmarks.contenders.sizes import (
    ENGAGEMENT,
    MEAN_SQUARED_INITIATIVE,
    MENTOR_ATTENDANCE,
    PRACTICE_COST,
    RELIABILITY,
    TEACHING,
    WILLINGNESS,
    faded,
)
from benchmarks.contenders.start import Start
from sim.schema import HOME
from sim.start import mean_of_newcomers

Table = list[list[float]]


class PythonWorld:
    """One world; a library's model derives from this and from its own class.

    Attributes:
        random: the library's own generator, with `random`, `sample`, `shuffle` and `randrange`.
        people: the agents in order of rows. members: by home department.
    """

    random: Any

    def set_up(self, start: Start) -> None:
        """Everything but the people."""
        s, structure = start.prepared.scenario, start.state.structure
        self.start = start
        self.week_number = 0
        self.departments, self.topics = len(start.prepared.departments), len(start.prepared.topics.names)
        self.mean_squared_initiative = float(MEAN_SQUARED_INITIATIVE)
        self.phi, self.rate, self.eta, self.delta = s.learning.phi, s.learning.rate, s.trust.eta, s.trust.delta
        self.hours, self.capacity = s.learning.hours, s.learning.hours * s.learning.pace
        self.hazard, self.first_year = list(s.turnover.hazard), s.turnover.first_year
        self.drift, self.load_penalty = s.culture.drift, s.culture.load_penalty
        self.engagement_norm = s.culture.engagement
        self.stranger = (s.trust.stranger_within, s.trust.stranger)
        self.base_trust = (s.trust.base_within, s.trust.base_across)
        self.newcomer_trust = s.trust.newcomer
        self.formed, self.keep, self.floor = s.contacts.formed, 1.0 - s.contacts.fading, s.contacts.floor
        self.host_willingness, self.host_clarity = s.stays.willingness, s.stays.clarity
        self.absence_contact = s.stays.absence_contact
        self.tacitness: Any = structure.tacitness[: self.topics].tolist()
        self.need: Any = structure.need[:, : self.topics].tolist()
        self.safety: list[float] = start.state.safety[0].tolist()
        self.clarity: Table = start.state.clarity[0].tolist()
        self.settled: dict[str, Table] = {
            name: getattr(start.state, name)[0].tolist() for name in ("willingness", "reliability")
        }
        self.incentives = start.policy("incentives")
        mentorship, rotation = start.policy("mentorship"), start.policy("rotation")
        self.mentee_share = mentorship.coverage if mentorship else 0.0
        self.policies: list[Any] = []
        if mentorship:
            self.policies.append(Mentorship(mentorship))
        if rotation:
            self.policies.append(Rotation(rotation, start))
        self._ageing_tables(start)
        levels = np.arange(4)
        market = [
            mean_of_newcomers(
                s.newcomers,
                start.prepared.topics,
                structure.need[:, : self.topics],
                np.full(self.departments, level),
                np.arange(self.departments),
            )
            for level in levels
        ]
        self.market: Any = self.vectors(market)
        self.market_spread = s.newcomers.spread
        self.learned, self.total_learned = [0.0, 0.0], np.zeros(4)

    def seat(self, people: Sequence[Any]) -> None:
        """Let the agents sit down as week 0 has them, and tie them."""
        state = self.start.state
        self.people: list[Any] = list(people)
        self.members: list[list[Any]] = [[] for _ in range(self.departments)]
        home, level, tenure = (getattr(state, name)[0].tolist() for name in ("home_department", "level", "tenure"))
        expertise = self.vectors(state.expertise[0].astype(np.float64))
        initiative = state.initiative[0].tolist()
        for n, person in enumerate(self.people):
            person.settle(home[n], level[n], tenure[n], expertise[n], self.engagement_norm, initiative[n])
            self.members[home[n]].append(person)
        self.start_ties = [0, 0]
        columns = [state.learners(), state.source, state.trust, state.contact, state.base_trust]
        ties = zip(*(column.tolist() for column in columns), strict=True)
        for learner, source, trust, contact, base in ties:
            i, j = self.people[learner], self.people[source]
            tie = Tie(j, trust, contact, base, 0, i.home != j.home)
            i.ties.append(tie)
            j.learners.append(tie)
            self.start_ties[tie.across] += 1
        contacts = self.start.prepared.scenario.contacts
        for person in self.people:
            person.ties_of_start = len(person.ties)
            person.limit = max(contacts.limit, len(person.ties) + contacts.headroom)

    def each(self, method: str) -> None:
        """Let every agent do something, in the library's way."""
        raise AssertionError(f"the library's model says how everybody does {method}")

    def vectors(self, values: Any) -> Any:
        """Values (..., topic) as nested lists; the last axis is what a person holds."""
        return np.asarray(values, np.float64).tolist()

    def run_week(self) -> None:
        """One week."""
        self._bend()
        self.hours_booked, self.meetings_held = 0.0, 0
        self.asked: list[Person] = []
        self.leavers: list[Person] = []
        self.learned = [0.0, 0.0]
        for policy in self.policies:
            policy.act(self)
        self.each("prepare")
        sessions = [session for policy in self.policies for session in policy.convene(self)]
        for person in self.asked:
            person.keeps = 1.0 / max(1.0, person.asked / self.hours)
        self.each("exchange")
        if sessions:
            self._hold(sessions)
        start_ties = list(self.start_ties)
        self.each("finish")
        self._turn_over()
        self.total_learned += np.array([*self.learned, *start_ties])
        self.observe()
        self.across_over_within = float(quotient([*self.learned, *start_ties]))
        self.week_number += 1

    def ask(self, person: Person, hours: float) -> None:
        """Add to a person's load."""
        person.asked += hours
        self.asked.append(person)

    def stranger_trust(self, learner: Person, source: Person) -> float:
        """Trust between people without a tie."""
        return self.stranger[learner.home != source.home]

    def apart(self, learner: Person, source: Person) -> tuple[float, bool]:
        """Factor on the chance to meet if one of two works elsewhere, and whether one visits the other's department."""
        visits = learner.here == source.here and learner.home != source.home and not (learner.away and source.away)
        willingness = self.at_home[learner.home][source.home]
        if visits:
            return min(1.0, willingness + self.host_willingness), True
        return self.absence_contact * willingness, False

    def ageing(self, home: int, here: int) -> tuple[Any, Any]:
        """Practice and what is kept, each (topic,), of people of a home department who work in another."""
        practice = self.practice_now[home][here]
        if practice is None:
            own, other = self.own_practice[home][here], self.other_practice[home][here]
            practice = self.practice_now[home][here] = self.vectors(own * self.practice_lever + other)
        return practice, self.kept[home][here]

    def _ageing_tables(self, start: Start) -> None:
        s, structure = start.prepared.scenario, start.state.structure
        need = structure.need[:, : self.topics].astype(np.float64)
        own = structure.own[:, : self.topics]
        at_home = np.eye(self.departments, dtype=np.bool_)[:, :, None]
        wanted = np.where(at_home, need[:, None], np.maximum(need[:, None], s.stays.host_need * need[None, :]))
        practice = s.learning.practice
        mine = np.where(own[:, None], practice * np.where(at_home, 1.0, s.stays.absence_practice), 0.0)
        self.own_practice = np.where(own[None, :], practice, mine) * wanted
        elsewhere = practice * s.learning.practice_elsewhere
        self.other_practice = np.where(own[:, None] | own[None, :], 0.0, elsewhere * wanted)
        obsolescence = structure.obsolescence[: self.topics]
        self.kept: Any = self.vectors((1.0 - s.learning.forgetting * (1.0 - wanted)) * (1.0 - obsolescence))
        self.wanted: Any = self.vectors(wanted)
        other = (structure.topic_kind[: self.topics] == HOME) & ~own & (need > 0)
        threshold = np.where(need > 0, 0.7 * need, np.inf)
        self.needs_of: Any = [
            list(zip(need[d].tolist(), threshold[d].tolist(), other[d].tolist(), strict=True))
            for d in range(self.departments)
        ]
        homes = start.state.home_department[0]
        self.needed, self.in_need, self.other_in_need = (float(table[homes].sum()) for table in (need, need > 0, other))

    def _bend(self) -> None:
        """What incentives bend this week."""
        s = self.incentives
        w = 0.0
        if s is not None and s.start_week <= self.week_number:
            w = float(faded(self.week_number, s.start_week, s.renewal_weeks)) * s.weight
        cross, sharing, mentoring = (s.rewards.cross_team, s.rewards.sharing, s.rewards.mentoring) if s else (0, 0, 0)
        reward = (cross + sharing + mentoring) / 3.0
        self.pull = w * ENGAGEMENT * reward
        self.teaching = 1.0 + w * TEACHING * sharing
        self.practice_lever = 1.0 - w * PRACTICE_COST * reward
        self.attendance = self.start.prepared.scenario.sessions.attendance
        self.mentors_attendance = min(1.0, self.attendance + w * MENTOR_ATTENDANCE * mentoring)
        self.at_home = self._pulled("willingness", w * WILLINGNESS * cross)
        self.reliability = self._pulled("reliability", w * RELIABILITY * cross)
        self.practice_now: Any = [[None] * self.departments for _ in range(self.departments)]

    def _pulled(self, name: str, pull: float) -> Table:
        """A table of departments, pulled up between different ones."""
        return [
            [min(1.0, value + pull) if source != learner else value for source, value in enumerate(row)]
            for learner, row in enumerate(self.settled[name])
        ]

    def _hold(self, sessions: list[Session]) -> None:
        """Learn in sessions; promises kept there move trust and form ties."""
        by_learner: dict[Person, list[Session]] = {}
        for session in sessions:
            if session.heard:
                by_learner.setdefault(session.learner, []).append(session)
        for learner, own in by_learner.items():
            raw, gap = learner.blank(), learner.blank()
            for session in own:
                source = session.source
                clarity = self.clarity[learner.home][source.home]
                if (learner.away or source.away) and self.apart(learner, source)[1]:
                    clarity = min(1.0, clarity + self.host_clarity)
                gate = session.weight * session.teaching * clarity * self.teaching
                learner.take_up(source, gate, session.trust * learner.openness, raw, gap)
            gain, total, _ = learner.capped(raw, gap)
            learner.add_gain(gain, total)
        kept = [self._promise(session) for session in sessions]
        for session, promise in zip(sessions, kept, strict=True):
            if promise and session.tie is None and session.origin is not None:
                start = self.stranger_trust(session.learner, session.source)
                moved = start + self.eta * (1.0 - start)
                form(self, session.learner, session.source, moved, self.formed, session.origin)
                form(self, session.source, session.learner, start, self.formed, session.origin)

    def _promise(self, session: Session) -> bool:
        reliability = self.reliability[session.learner.home][session.source.home]
        kept: bool = self.random.random() < reliability * session.source.keeps
        tie = session.tie
        if tie is not None:
            tie.trust += self.eta * ((1.0 if kept else 0.0) - tie.trust)
            if tie.origin != 0:
                tie.contact = max(tie.contact, self.formed)
        return kept

    def _turn_over(self) -> None:
        """Leavers are replaced; ties that policies formed fade and end."""
        for person in self.leavers:
            person.left = True
            for policy in self.policies:
                policy.left(self, person)
            person.replace()
        for person in self.people:
            if len(person.ties) > person.ties_of_start:
                tidy(self, person)
        for person in self.leavers:
            person.left = False

    def observe(self) -> None:
        """The week's measures, in one pass."""
        needs_of = self.needs_of
        held_all = mastery = within = across = 0.0
        met = met_other = ties_within = ties_across = 0
        adequacy = []
        for person in self.people:
            held = needed = 0.0
            for value, (need, threshold, other) in zip(person.expertise, needs_of[person.home], strict=True):
                mastery += value
                held += value if value < need else need
                needed += need
                if value >= threshold:
                    met += 1
                    if other:
                        met_other += 1
            held_all += held
            adequacy.append(held / needed if needed else 1.0)
            for tie in person.ties:
                if tie.across:
                    across += tie.trust
                    ties_across += 1
                else:
                    within += tie.trust
                    ties_within += 1
        self.need_met, self.need_met_other = met / self.in_need, met_other / self.other_in_need
        self.mean_expertise = mastery / (len(self.people) * self.topics)
        self.note(held_all, adequacy, (within, ties_within), (across, ties_across))

    def note(self, held: float, adequacy: Any, within: tuple[float, int], across: tuple[float, int]) -> None:
        """Note what is a ratio of sums."""
        self.adequacy = held / self.needed
        self.gini = float(gini(np.asarray(adequacy)))
        self.trust_within = within[0] / within[1] if within[1] else float("nan")
        self.trust_across = across[0] / across[1] if across[1] else float("nan")
        self.hours_a_person = self.hours_booked / len(self.people)
        self.meetings_a_person = self.meetings_held / len(self.people)

    def collected(self) -> dict[str, str]:
        """The ten measures, and the attribute that holds each."""
        attributes = {"hours": "hours_a_person", "meetings": "meetings_a_person"}
        return {name: attributes.get(name, name) for name in TEN}


__all__ = ["Person", "PythonWorld", "find"]
