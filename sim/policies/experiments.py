"""A portfolio of pilots: safe, bold and bounded, with reviews that end early what does not work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import Keys, extend, text_keys, uniform
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings, reach
from sim.schema import EMERGING
from sim.week import Mask, Rows, Week

SAFE, BOLD, BOUNDED = 0, 1, 2
BASE = np.array([0.6, 0.35, 0.5], np.float32)
"""Chance of success of a safe, bold and bounded pilot, with a mean mastery of the topic of 0.5."""


@dataclass(frozen=True)
class ExperimentsSettings(PolicySettings):
    """Parameters of experiments."""

    kind: str = parameter("experiments", "which policy", choices=("experiments",))
    coverage: float = parameter(0.1, "share of the teams that run pilots", low=0, high=1)
    renewal_weeks: int | None = parameter(
        26,
        "weeks between calls for pilots, each restoring full zeal; null: never",
        unit="weeks",
        low=1,
        high=5200,
    )
    bold: float = parameter(0.2, "share of pilots that are bold: emerging topics", low=0, high=1, source="A, B")
    bounded: float = parameter(
        0.5,
        "share of the others that are bounded: about what several departments need; the rest are safe: own topics",
        low=0,
        high=1,
        source="A, B",
    )
    weeks: int = parameter(12, "length of a pilot", unit="weeks", low=2, high=52)
    sites: int = parameter(3, "teams that take part, of one department", unit="teams", low=1, high=6)
    pause_weeks: int = parameter(4, "weeks that a team has between two pilots", unit="weeks", low=0, high=52)
    review_weeks: int = parameter(3, "weeks between reviews", unit="weeks", low=1, high=26)
    exit_criteria: float = parameter(
        0.7, "chance that a review fails a doomed pilot (a promising one: a tenth of it)", low=0, high=1, source="A"
    )
    reflection_lag: int = parameter(
        4, "weeks until the lesson of a pilot is written down in the knowledge base", unit="weeks", low=0, high=52
    )
    hours: float = parameter(0.5, "time a week, of everybody in a team that takes part", unit="hours", low=0, high=60)


class Experiments(Policy):
    """Let teams try things out, in pilots that are judged and stopped early if they do not work.

    Teams that take part lead one pilot after another, each together with neighbouring teams. Safe pilots are about
    own topics, bounded ones about topics that several departments need, bold ones about emerging topics, where less is
    known and more fails. Reviews end after two failures what is doomed, so that the team can begin the next one
    sooner. A success is a practice that the sites learn; it spreads to teams that learn from two adopters (Centola and
    Macy 2007). What was learned is written down, of a failure only as far as people feel safe to tell. Sources A and B
    ask for such portfolios and for failing fast. That adoption needs several contacts is well supported; the chances
    of success and the 0.1 mastery are assumptions. Moves practices adopted across teams up, from nothing.
    """

    kind = "experiments"
    Settings = ExperimentsSettings
    target_metric = "practices_adopted"
    sources = "A, B"
    settings: ExperimentsSettings

    def prepare(self, week: Week) -> None:
        """Keep which topics a team may try for each kind of pilot, and who ever took part."""
        structure, topics, teams = week.state.structure, week.rule.topics, week.pilots.teams
        own = structure.own[teams.department, :topics]
        emerging = np.broadcast_to(structure.topic_kind[:topics] == EMERGING, own.shape)
        self.about = np.stack([own, emerging, ~own & ~emerging])
        self.topics = text_keys(week.state.frame.topics)
        self.leading = np.zeros(len(week.pilots.ended), np.bool_)
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def act(self, week: Week) -> None:
        """Begin pilots in idle teams, and book the time of everybody who takes part in one."""
        eligible = week.eligible(self.settings.targets)
        team = self._ready(week, eligible)
        if len(team):
            self._begin(week, team, eligible)
        self._book(week, eligible)

    def treated(self, week: Week) -> Mask:
        """Those whose team ever took part in a pilot."""
        return self.ever

    def _ready(self, week: Week, eligible: Mask) -> Rows:
        """Idle teams that take part and have the zeal to begin a pilot now, numbered through all worlds."""
        s, pilots = self.settings, week.pilots
        share = reach(s, week.number)
        if share <= 0:
            return np.zeros(0, np.int64)
        targeted = np.bincount(pilots.teams.of[eligible], minlength=len(pilots.ended)) > 0
        team = np.flatnonzero(pilots.idle(week, s.pause_weeks) & targeted)
        covered = self._draw(week, "member", team, None) < share
        return team[covered & (self._draw(week, "begin", team, week.number) < self.faded(week))]

    def _begin(self, week: Week, team: Rows, eligible: Mask) -> None:
        """Choose a kind and a topic for each team's pilot; a team that has none of the kind left to try begins none."""
        s, pilots = self.settings, week.pilots
        bold = self._draw(week, "bold", team, week.number) < np.float32(s.bold)
        bounded = self._draw(week, "bounded", team, week.number) < np.float32(s.bounded)
        kind = np.where(bold, BOLD, np.where(bounded, BOUNDED, SAFE))
        choice = pilots.open_topics(team) & self.about[kind, team % pilots.teams.number]
        chain = extend(self._chain(week, "topic", team, week.number), pilots.teams.keys(team))
        hashes = extend(chain[:, None], self.topics[None, :])
        topic = np.argmax(np.where(choice, hashes, np.uint64(0)), axis=1)
        some = choice.any(axis=1)
        team, topic, kind = team[some], topic[some], kind[some]
        plan = (s.sites, s.weeks, s.review_weeks, s.exit_criteria, s.reflection_lag)
        pilots.start(week, self.label, team, topic, BASE[kind], eligible, *plan)
        self.leading[team] = True

    def _book(self, week: Week, eligible: Mask) -> None:
        """Ask everybody in a team that takes part for the time that a pilot takes."""
        s, pilots = self.settings, week.pilots
        running = pilots.trials.those(self.leading[pilots.trials.team])
        self.leading[:] = False
        self.leading[running.team] = True
        _, sites = pilots.teams.neighbours(running.team, running.sites)
        _, rows = pilots.teams.people(sites)
        rows = rows[eligible[rows]]
        if len(rows):
            self.ever[rows] = True
            week.ask(rows, s.hours)
            week.book(self.label, rows, s.hours, s.money)

    def _chain(self, week: Week, decision: str, team: Rows, number: int | None) -> Keys:
        return week.chance.stream(self.label, decision, number)[team // week.pilots.teams.number]

    def _draw(self, week: Week, decision: str, team: Rows, number: int | None) -> NDArray[np.float32]:
        """A draw of each of some teams, for a week or for good where that is None, float32 (team,)."""
        return uniform(extend(self._chain(week, decision, team, number), week.pilots.teams.keys(team)))
