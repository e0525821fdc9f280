"""The learning budget, practice and loss, drift and turnover of the vectorized contender."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.numpy_draws import MODEL, Rows, uniform
from benchmarks.contenders.sizes import FIRST_YEAR
from sim.chance import mix, week_key
from sim.start import initiative, mean_of_newcomers, spread_out

if TYPE_CHECKING:
    from benchmarks.contenders.numpy_world import World

Real = NDArray[np.float32]
ZERO, ONE = np.float32(0.0), np.float32(1.0)


class Places:
    """Needs, practice and what is kept, by (home, department worked in), and for everybody where they work.

    Only who moves is looked up again.

    Attributes:
        wanted: need, (home, department, topic).
        tables: practice on own topics, on others, and share kept of what is known, each (home, department, topic).
        people: the same by row, each (row, topic).
        practised: practice in all at the lever's value of `at`, (row, topic).
    """

    def __init__(self, world: World) -> None:
        s, f = world.scenario, np.float32
        need, own = world.need, world.own
        at_home = np.eye(world.departments, dtype=np.bool_)[:, :, None]
        wanted = np.where(at_home, need[:, None], np.maximum(need[:, None], f(s.stays.host_need) * need[None, :]))
        practice = f(s.learning.practice)
        mine = np.where(own[:, None], practice * np.where(at_home, ONE, f(s.stays.absence_practice)), ZERO)
        mine = np.where(own[None, :], practice, mine) * wanted
        other = np.where(own[:, None] | own[None, :], ZERO, practice * f(s.learning.practice_elsewhere) * wanted)
        kept = (ONE - f(s.learning.forgetting) * (ONE - wanted)) * (ONE - world.obsolescence)
        self.wanted: Real = wanted.astype(f)
        self.tables: list[Real] = [table.astype(f) for table in (mine, other, kept)]
        self.people: list[Real] = [np.zeros_like(world.expertise) for _ in self.tables]
        self.practised = np.zeros_like(world.expertise)
        self.at = f(-1.0)

    def move(self, rows: Rows, home: Rows, department: Rows) -> None:
        """Look up those who moved."""
        for values, table in zip(self.people, self.tables, strict=True):
            values[rows] = table[home, department]
        self.at = np.float32(-1.0)

    def practice_at(self, lever: np.float32) -> Real:
        """Practice in all, (row, topic), at a value of the lever."""
        if self.at != lever:
            np.multiply(self.people[0], lever, out=self.practised)
            self.practised += self.people[1]
            self.at = lever
        return self.practised


def absorb(world: World) -> None:
    """Take up the week's gains within the learning budget."""
    over = world.asked_gain > world.capacity
    world.factor = np.divide(world.capacity, world.asked_gain, out=np.ones_like(world.asked_gain), where=over)
    world.gain *= world.factor[:, None]
    world.expertise += world.gain
    np.minimum(world.expertise, ONE, out=world.expertise)


def practise(world: World) -> None:
    """Practice, forgetting and obsolescence: E += p (1 - E), then E *= what is kept."""
    missing = ONE - world.expertise
    missing *= world.places.practice_at(world.practice)
    world.expertise += missing
    world.expertise *= world.places.people[2]


def drift(world: World) -> None:
    """Culture and engagement move towards their norms."""
    culture = world.scenario.culture
    speed = np.float32(culture.drift)
    for name, norm in world.norms.items():
        world.states[name] += speed * (norm - world.states[name])
    overload = np.maximum(ZERO, world.load - ONE)
    norm = np.float32(culture.engagement) - np.float32(culture.load_penalty) * overload
    world.engagement += speed * (np.maximum(ZERO, norm) - world.engagement)
    np.clip(world.engagement, ZERO, ONE, out=world.engagement)


def leave_and_join(world: World) -> None:
    """Who leaves, who takes the seat, and what becomes of the ties."""
    turnover = world.scenario.turnover
    hazard = np.array(turnover.hazard, np.float32)[world.level]
    hazard[world.tenure < FIRST_YEAR] *= np.float32(turnover.first_year)
    left = uniform(world.draws.people(MODEL, "leave", world.week)) < hazard
    world.tenure += 1
    rows = np.flatnonzero(left)
    if len(rows):
        _replace(world, rows)
    world.ties.tidy(left, world.here)


def _replace(world: World, rows: Rows) -> None:
    """Newcomers from the market, at their home departments, rested and without mentors."""
    market = world.scenario.newcomers
    world.key[rows] = mix(world.key[rows], week_key(world.week))
    world.draws.replace(rows, world.key[rows])
    world.tenure[rows] = 0
    world.mentoring[rows] = False
    world.place(rows, world.home[rows])
    world.engagement[rows] = np.float32(world.scenario.culture.engagement)
    words = world.draws.people(MODEL, "newcomer's initiative", world.week, rows)
    world.initiative[rows] = initiative(uniform(words))
    mean = mean_of_newcomers(market, world.start.prepared.topics, world.need, world.level[rows], world.home[rows])
    drawn = uniform(world.draws.topics("newcomer's expertise", world.week, rows))
    world.expertise[rows] = spread_out(mean, drawn, market.spread)
    for policy in world.policies:
        policy.left(rows)
