"""A tie as an object, and what policies do to a person's list of ties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.contenders.sizes import BASELINE, ROTATION

if TYPE_CHECKING:
    from benchmarks.contenders.python_person import Person
    from benchmarks.contenders.python_world import PythonWorld


class Tie:
    """What a learner knows of one source. `home` is the source's department, `across` whether it is another one."""

    __slots__ = ("across", "base", "contact", "home", "origin", "source", "trust")

    def __init__(self, source: Person, trust: float, contact: float, base: float, origin: int, across: bool) -> None:
        self.source = source
        self.home = source.home
        self.trust = trust
        self.contact = contact
        self.base = base
        self.origin = origin
        self.across = across


def find(learner: Person, source: Person) -> Tie | None:
    """The tie of a learner from a source."""
    for tie in learner.ties:
        if tie.source is source:
            return tie
    return None


def form(world: PythonWorld, learner: Person, source: Person, trust: float, contact: float, origin: int) -> None:
    """Form a tie, or lift the contact of one that policies formed; a full row gives up its weakest or refuses."""
    tie = find(learner, source)
    if tie is not None:
        if tie.origin != BASELINE:
            lift = contact if tie.origin == origin else min(contact, world.formed)
            tie.contact = max(tie.contact, lift)
        return
    if len(learner.ties) >= learner.limit:
        weakest = min(learner.ties, key=lambda tie: tie.contact * tie.trust)
        if contact * trust < weakest.contact * weakest.trust:
            return
        learner.ties.remove(weakest)
        if weakest.origin == BASELINE:
            learner.ties_of_start -= 1
            world.start_ties[weakest.across] -= 1
    across = source.home != learner.home
    learner.ties.append(Tie(source, trust, contact, world.base_trust[across], origin, across))


def tidy(world: PythonWorld, learner: Person) -> None:
    """Ties that policies formed lose contact, save in a running stay, and end below the floor or with either side."""
    ties, first = learner.ties, learner.ties_of_start
    keep, floor = world.keep, world.floor
    home, here, away, left = learner.home, learner.here, learner.away, learner.left
    kept = ties[:first]
    for tie in ties[first:]:
        source = tie.source
        if left or source.left:
            continue
        guest = (away and here == source.home) or (source.away and source.here == home)
        if tie.origin != ROTATION or not guest:
            tie.contact *= keep
        if tie.contact >= floor:
            kept.append(tie)
    learner.ties = kept


def end_stay(world: PythonWorld, guest: Person, host_department: int) -> None:
    """Contact between a returning visitor and its hosts falls to that of a new tie, both ways."""
    for tie in guest.ties[guest.ties_of_start :]:
        if tie.origin == ROTATION and tie.home == host_department:
            tie.contact = min(tie.contact, world.formed)
    for host in world.members[host_department]:
        for tie in host.ties[host.ties_of_start :]:
            if tie.source is guest and tie.origin == ROTATION:
                tie.contact = min(tie.contact, world.formed)
