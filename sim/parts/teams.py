"""Teams: blocks of seats of one department, as they were at the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.chance import Keys, extend, text_keys
from sim.state import State

Rows = NDArray[np.int64]


class Teams:
    """Who works in which team.

    A seat keeps its team for the whole run, whoever holds it and wherever that person works.

    Attributes:
        number: teams of a world.
        of: team of each seat, numbered through all worlds, (person,).
        department, place: of each team of a world, and which one of the department it is, (team,).
        beside: how many teams its department has, (team,).
        key: of each team in random decisions, (team,).
        members, first: rows by team of all worlds, and where each team begins, (person,) and (team + 1,).
    """

    def __init__(self, state: State, size: int) -> None:
        frame = state.frame
        home = state.arrays["home_department"][: frame.people].astype(np.int64)
        heads = np.bincount(home, minlength=len(frame.departments))
        order = np.argsort(home, kind="stable")
        rank = np.empty(frame.people, np.int64)
        rank[order] = np.arange(frame.people) - (np.cumsum(heads) - heads)[home[order]]
        teams = -(-heads // size)
        begin = np.cumsum(teams) - teams
        self.number = int(teams.sum())
        self.department = np.repeat(np.arange(len(heads)), teams)
        self.place = np.arange(self.number) - begin[self.department]
        self.beside = teams[self.department]
        self.key: Keys = extend(text_keys(frame.departments)[self.department], self.place.astype(np.uint64))
        mine = begin[home] + rank // size
        self.of = (np.arange(frame.worlds)[:, None] * self.number + mine).ravel()
        self.members = np.argsort(self.of, kind="stable")
        heads_of_team = np.bincount(self.of, minlength=frame.worlds * self.number)
        self.first = np.concatenate([[0], np.cumsum(heads_of_team)])

    def keys(self, teams: Rows) -> Keys:
        """Keys of some teams, numbered through all worlds."""
        return self.key[teams % self.number]

    def neighbours(self, teams: Rows, sites: Rows) -> tuple[Rows, Rows]:
        """Some teams and the ones beside them in their departments, `sites` in all or as many as there are.

        Args:
            teams: numbered through all worlds, (team,). sites: (team,).

        Returns:
            Position in `teams`, and the team, both (site,).
        """
        here = teams % self.number
        count = np.minimum(sites, self.beside[here])
        which = np.repeat(np.arange(len(teams)), count)
        step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        first = teams - self.place[here]
        return which, (first[which] + (self.place[here][which] + step) % self.beside[here][which])

    def people(self, teams: Rows) -> tuple[Rows, Rows]:
        """Position in `teams`, and row, of everybody in some teams, both (person,)."""
        count = self.first[teams + 1] - self.first[teams]
        which = np.repeat(np.arange(len(teams)), count)
        step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        return which, self.members[self.first[teams][which] + step]
