"""Rotation in the vectorized contender: stays in the next partner department, ties to four hosts, debriefs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.numpy_draws import Rows, uniform
from benchmarks.contenders.sizes import (
    DEBRIEF_COLLEAGUES,
    EVERY_BIT,
    HOST_CONTACT,
    HOST_TRUST,
    HOSTS,
    NEVER,
    ROTATION,
)

if TYPE_CHECKING:
    from benchmarks.contenders.numpy_world import Session, World


class Rotation:
    """Who is away until when, and has been back since when.

    Attributes:
        partners: of each department, in order of falling interdependence (department, place); partner_count.
        begun: a bit for each of the last weeks in which a stay began, (person,).
    """

    def __init__(self, settings: Any, world: World) -> None:
        self.settings = settings
        self.ends = np.full(world.rows, NEVER)
        self.returned = np.full(world.rows, NEVER)
        self.stays = np.zeros(world.rows, np.int64)
        self.begun = np.zeros(world.rows, np.uint32)
        self.back = np.zeros(0, np.int64)
        table = world.start.prepared.interdependence
        self.partners = np.argsort(-table, axis=1, kind="stable")
        self.partner_count = (table > 0).sum(axis=1)
        order = np.argsort(world.flat_home, kind="stable")
        self.seats = order
        self.first = np.searchsorted(world.flat_home[order], np.arange(world.worlds * world.departments + 1))

    def tired(self) -> Any:
        """Fall of engagement of those with several stays in half a year."""
        many = np.bitwise_count(self.begun).astype(np.float32) - np.float32(1.0)
        return -np.float32(self.settings.fatigue) * np.maximum(np.float32(0.0), many)

    def act(self, world: World) -> None:
        """Bring back, send out, book."""
        s = self.settings
        self.begun = (self.begun << np.uint32(1)) & EVERY_BIT
        self.back = np.flatnonzero(self.ends == world.week)
        if len(self.back):
            world.ties.end_stays(self.back, world.here)
            world.place(self.back, world.home[self.back])
            self.ends[self.back] = NEVER
            self.returned[self.back] = world.week
        if s.start_week <= world.week:
            self._leave(world)
        world.book(np.flatnonzero(self.ends != NEVER), s.hours)

    def convene(self, world: World) -> list[Session]:
        """The returners tell eight colleagues."""
        hours = self.settings.debrief_hours
        if len(self.back) == 0 or hours <= 0:
            return []
        listener, returner = self._colleagues(
            world, "listener", self.back, world.flat_home[self.back], DEBRIEF_COLLEAGUES, ~world.away
        )
        invited = np.concatenate([self.back, listener])
        world.ask(invited, hours)
        coming = np.zeros(world.rows, np.bool_)
        coming[invited] = world.attends("rotation", invited)
        there = coming[listener] & coming[returner]
        listener, returner = listener[there], returner[there]
        world.book(np.concatenate([listener, np.unique(returner)]), hours)
        return [world.session("rotation", listener, returner, hours, 1.0, None)]

    def left(self, rows: Rows) -> None:
        """A newcomer starts at home, rested."""
        self.ends[rows] = NEVER
        self.returned[rows] = NEVER
        self.stays[rows] = 0
        self.begun[rows] = 0

    def _leave(self, world: World) -> None:
        s = self.settings
        phase = (world.draws.people("rotation", "phase", None) % np.uint64(s.cadence)).astype(np.int64)
        occasion = (world.week - s.start_week - phase) % s.cadence == 0
        rested = world.week - self.returned >= max(1, s.rest_weeks)
        drawn = uniform(world.draws.people("rotation", "leave", world.week)) < np.float32(s.coverage)
        going = np.flatnonzero(occasion & rested & ~world.away & drawn)
        going = going[self.partner_count[world.home[going]] > 0]
        if len(going) == 0:
            return
        home = world.home[going]
        hosts = self.partners[home, self.stays[going] % self.partner_count[home]]
        present = ~world.away
        present[going] = False
        host, visitor = self._colleagues(
            world, "host", going, world.world_of[going] * world.departments + hosts, HOSTS, present
        )
        world.place(going, hosts)
        self.ends[going] = world.week + s.stay_weeks
        self.stays[going] += 1
        self.begun[going] |= np.uint32(1)
        both = np.concatenate([visitor, host]), np.concatenate([host, visitor])
        world.ties.form(*both, HOST_TRUST, HOST_CONTACT, ROTATION)

    def _colleagues(
        self, world: World, decision: str, chooser: Rows, department: Rows, wanted: int, present: NDArray[np.bool_]
    ) -> tuple[Rows, Rows]:
        """Some people of a department by the largest words, as (colleague, chooser) pairs.

        Args:
            department: flat (world, department), (chooser,).
        """
        size = self.first[department + 1] - self.first[department]
        number = np.repeat(np.arange(len(chooser)), size)
        begin = np.cumsum(size) - size
        colleague = self.seats[np.arange(len(number)) - begin[number] + self.first[department][number]]
        keep = present[colleague] & (colleague != chooser[number])
        number, colleague = number[keep], colleague[keep]
        words = world.draws.pairs("rotation", decision, world.week, chooser[number], colleague)
        order = np.lexsort((~words, number))
        number, colleague = number[order], colleague[order]
        rank = np.arange(len(number)) - np.searchsorted(number, number)
        first = rank < wanted
        return colleague[first], chooser[number[first]]
