"""Rotation and mentorship in plain Python, as shipped; what incentives bend is part of the world's week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.contenders.python_ties import Tie, end_stay, find, form
from benchmarks.contenders.sizes import (
    CANDIDATES,
    DEBRIEF_COLLEAGUES,
    DOUBLE,
    FATIGUE_WEEKS,
    HOST_CONTACT,
    HOST_TRUST,
    HOSTS,
    MENTORSHIP,
    NEVER,
    ROTATION,
    TRAINED_TEACHING,
    TRAINING_HOURS,
)
from benchmarks.contenders.start import Start

if TYPE_CHECKING:
    from benchmarks.contenders.python_person import Person
    from benchmarks.contenders.python_world import PythonWorld


class Session(NamedTuple):
    """One learner and one source who meet in a session, with trust as the week begins."""

    learner: Person
    source: Person
    weight: float
    teaching: float
    tie: Tie | None
    trust: float
    heard: bool
    origin: int | None


def session(
    world: PythonWorld, learner: Person, source: Person, weight: float, teaching: float, origin: int | None
) -> Session:
    """A meeting, with who is heard."""
    tie = find(learner, source)
    trust = world.stranger_trust(learner, source) if tie is None else tie.trust
    heard = source.level >= learner.level or world.random.random() < world.safety[learner.here]
    return Session(learner, source, weight, teaching, tie, trust, heard, origin)


class Mentorship:
    """Pairs of mentee and mentor who meet regularly."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    def act(self, world: PythonWorld) -> None:
        """End old pairs, make new ones, train new mentors."""
        s = self.settings
        since = world.week_number - s.start_week
        if since < 0:
            return
        if since % s.cadence == 0:
            for person in world.people:
                if person.mentor is not None and world.week_number - person.mentored_since >= s.rematch_weeks:
                    self._part(person)
            self._match(world, [person for person in world.people if person.member and person.mentor is None])
        for person in world.people:
            person.encouraged = person.mentoring  # the levers of this week know last week's mentors
            person.mentoring = person.mentees > 0
            if person.mentoring and not person.trained:
                person.trained = True
                world.ask(person, TRAINING_HOURS)
                world.hours_booked += TRAINING_HOURS

    def convene(self, world: PythonWorld) -> list[Session]:
        """Sessions of the pairs whose turn it is and who both come."""
        s = self.settings
        since = world.week_number - s.start_week
        if since < 0:
            return []
        held = []
        turn = since % s.cadence
        pairs = [p for p in world.people if p.mentor is not None and int(p.phase * s.cadence) == turn]
        called = {person: None for mentee in pairs for person in (mentee, mentee.mentor)}
        random = world.random.random
        for person in called:
            person.attends = random() < (world.mentors_attendance if person.encouraged else world.attendance)
        for mentee in pairs:
            mentor = mentee.mentor
            world.ask(mentee, s.hours)
            world.ask(mentor, s.hours)
            if mentee.attends and mentor.attends:
                world.hours_booked += 2.0 * s.hours
                held.append(session(world, mentee, mentor, DOUBLE * s.hours, TRAINED_TEACHING, MENTORSHIP))
        return held

    def left(self, world: PythonWorld, person: Person) -> None:
        """Pairs end with either side."""
        self._part(person)
        if person.mentees:
            for mentee in world.people:
                if mentee.mentor is person:
                    self._part(mentee)

    def _part(self, mentee: Person) -> None:
        if mentee.mentor is not None:
            mentee.mentor.mentees -= 1
            mentee.mentor = None

    def _match(self, world: PythonWorld, mentees: list[Person]) -> None:
        """One after another, each the best with room of the next candidates on a shuffled ring."""
        world.random.shuffle(mentees)
        ring = list(world.people)
        world.random.shuffle(ring)
        rings = [[person for person in ring if person.level > level] for level in range(4)]
        for mentee in mentees:
            above = rings[mentee.level]
            if not above:
                continue
            place = world.random.randrange(len(above))
            best, score, seen = None, 0.0, 0
            for step in range(len(above)):
                mentor = above[(place + step) % len(above)]
                if mentor.home == mentee.home:
                    continue
                seen += 1
                if mentor.mentees < self.settings.capacity:
                    fit = mentee.useful_gap(mentor)
                    if fit > score:
                        best, score = mentor, fit
                if seen == CANDIDATES:
                    break
            if best is not None:
                mentee.mentor = best
                mentee.mentored_since = world.week_number
                best.mentees += 1


class Rotation:
    """Stays in the next partner department, ties to hosts, debriefs."""

    def __init__(self, settings: Any, start: Start) -> None:
        self.settings = settings
        table = start.prepared.interdependence
        order = np.argsort(-table, axis=1, kind="stable")
        self.partners = [[int(p) for p in order[d] if table[d, p] > 0] for d in range(len(table))]
        self.back: list[Person] = []
        self.staying: dict[Person, None] = {}

    def act(self, world: PythonWorld) -> None:
        """Bring back, send out, book."""
        s, number = self.settings, world.week_number
        for person in world.people:
            if person.stays_begun:
                self._tire(person, number - 1)
        self.back = [person for person in self.staying if person.stay_ends == number]
        for person in self.back:
            end_stay(world, person, person.here)
            person.move(person.home)
            person.stay_ends = NEVER
            person.returned = number
            del self.staying[person]
        if number >= s.start_week:
            self._leave(world)
        world.hours_booked += s.hours * len(self.staying)

    def convene(self, world: PythonWorld) -> list[Session]:
        """The returners tell eight colleagues."""
        hours = self.settings.debrief_hours
        if not self.back or hours <= 0:
            return []
        random = world.random.random
        groups = []
        for person in self.back:
            present = [other for other in world.members[person.home] if not other.away and other is not person]
            groups.append((person, world.random.sample(present, min(DEBRIEF_COLLEAGUES, len(present)))))
        coming = {person: False for returner, listeners in groups for person in (returner, *listeners)}
        for person in coming:
            coming[person] = random() < (world.mentors_attendance if person.encouraged else world.attendance)
        held = []
        for returner, listeners in groups:
            for person in (returner, *listeners):
                world.ask(person, hours)
            there = [person for person in listeners if coming[returner] and coming[person]]
            if there:
                world.hours_booked += hours * (len(there) + 1)
                held += [session(world, listener, returner, hours, 1.0, None) for listener in there]
        return held

    def left(self, world: PythonWorld, person: Person) -> None:
        """A newcomer starts at home, rested."""
        self.staying.pop(person, None)

    def _leave(self, world: PythonWorld) -> None:
        s, number = self.settings, world.week_number
        turn = (number - s.start_week) % s.cadence
        going = [
            person
            for person in world.people
            if int(person.phase_of_rotation * s.cadence) == turn
            and not person.away
            and number - person.returned >= max(1, s.rest_weeks)
            and self.partners[person.home]
            and world.random.random() < s.coverage
        ]
        gone = dict.fromkeys(going)
        for person in going:
            partners = self.partners[person.home]
            host = partners[person.stays % len(partners)]
            present = [other for other in world.members[host] if not other.away and other not in gone]
            person.move(host)
            person.stay_ends = number + s.stay_weeks
            person.stays += 1
            person.stays_begun.append(number)
            self.staying[person] = None
            for colleague in world.random.sample(present, min(HOSTS, len(present))):
                form(world, person, colleague, float(HOST_TRUST), float(HOST_CONTACT), ROTATION)
                form(world, colleague, person, float(HOST_TRUST), float(HOST_CONTACT), ROTATION)

    def _tire(self, person: Person, number: int) -> None:
        """Fatigue of those who began several stays in the half year before this week."""
        person.stays_begun = [week for week in person.stays_begun if number - week < FATIGUE_WEEKS - 1]
        person.tired = self.settings.fatigue * max(0, len(person.stays_begun) - 1)
