"""Pilots of teams, the practices that come of them, and how practices spread from team to team.

A pilot runs in a team and its neighbouring sites. If it succeeds, they adopt the practice; other teams follow once
enough adopters are among the teams that they learn from (complex contagion, Centola and Macy 2007).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import MODEL, extend, text_keys, uniform
from sim.kernels.adoption import count_exposure, learn_practices
from sim.kernels.learning import PILOTS
from sim.parts.teams import Teams
from sim.settings import Adoption
from sim.state import State

if TYPE_CHECKING:
    from sim.week import Week

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
FAILED_REVIEWS = 2
"""A pilot that failed this many reviews ends early."""
FALSE_ALARM = np.float32(0.1)
"""How often a promising pilot fails a review, relative to a doomed one."""
BY_SKILL = 0.5
"""What the team's mean mastery of the topic, from 0 to 1, adds to the chance of success, half of it above the base."""
NEVER = -(10**6)


class Trials(NamedTuple):
    """Pilots, (pilot,) each.

    Attributes:
        team: which leads it, numbered through all worlds. topic: what it is about. sites: teams in all.
        began, ends: first week, and the week in which it is judged. review_weeks: weeks between reviews.
        exit_criteria: chance that a review sees that it is doomed. lag: weeks until its lesson is written down.
        succeeds: whether it is going to, which nobody knows. failed: reviews failed so far.
    """

    team: Rows
    topic: Rows
    sites: Rows
    began: Rows
    ends: Rows
    review_weeks: Rows
    exit_criteria: NDArray[np.float32]
    lag: Rows
    succeeds: Mask
    failed: Rows

    def those(self, which: Any) -> Trials:
        """Some of them."""
        return Trials(*(values[which] for values in self))

    def and_also(self, others: Trials) -> Trials:
        """Both together."""
        both: list[Any] = [np.concatenate([mine, other]) for mine, other in zip(self, others, strict=True)]
        return Trials(*both)


def new_trials(team: Rows, **same: Any) -> Trials:
    """Pilots of some teams; what holds for each is an array, what is the same for all a number."""
    count = len(team)
    kinds: dict[str, Any] = {"exit_criteria": np.float32, "succeeds": np.bool_}
    fields: dict[str, Any] = {
        name: np.broadcast_to(same.get(name, 0), count).astype(kinds.get(name, np.int64)) for name in Trials._fields[1:]
    }
    return Trials(team, **fields)


class Pilots:
    """Pilots and practices of an ensemble; costs nothing until the first of either.

    Attributes:
        teams: who works in which team.
        trials: pilots that run.
        adopted: which teams use the practice on a topic, bool (team of all worlds, topic).
        own: those of them who had it from a pilot or from the start.
        ended: when each team led a pilot last, (team,).
    """

    def __init__(self, state: State, adoption: Adoption) -> None:
        self.teams = Teams(state, adoption.team)
        self._rule = adoption
        worlds, teams, topics = state.frame.worlds, self.teams.number, len(state.frame.topics)
        self._worlds = worlds
        self.trials = new_trials(np.zeros(0, np.int64))
        self.adopted = np.zeros((worlds * teams, topics), np.bool_)
        self.own = np.zeros((worlds * teams, topics), np.bool_)
        self.ended = np.full(worlds * teams, NEVER, np.int64)
        self._left = np.zeros((worlds * teams, state.structure.need.shape[1]), np.int32)
        self._begun = np.full((worlds, topics), -NEVER, np.int64)
        self._abroad = np.zeros((worlds, topics), np.bool_)
        self._lessons = np.zeros((4, 0))
        self._topic_keys = text_keys(state.frame.topics)
        self._needed = np.tile(state.structure.need[self.teams.department, :topics] > 0, (worlds, 1))
        self.active = False
        if adoption.seeded:
            most_needed = int(self._needed.sum(axis=0).argmax())
            self.seed_practice(most_needed, np.arange(min(adoption.seeded, teams)))

    # --- what policies and experiments do ------------------------------------------------------------------

    def seed_practice(self, topic: int, teams: Rows, learn: bool = False) -> None:
        """Let some teams of every world use the practice on a topic from now on.

        Args:
            teams: numbers of teams within a world. learn: whether they still have to learn it.
        """
        everywhere = (np.arange(self._worlds)[:, None] * self.teams.number + np.asarray(teams, np.int64)).ravel()
        self._make(everywhere, np.full(len(everywhere), topic), np.zeros(len(everywhere), np.int64), learn)

    def idle(self, week: Week, pause: int) -> Mask:
        """Teams of all worlds that lead no pilot and did not in the last `pause` weeks, (team,)."""
        idle: Mask = week.number - self.ended > pause
        idle[self.trials.team] = False
        return idle

    def open_topics(self, teams: Rows) -> Mask:
        """Topics that some teams need and have no practice on yet, (team, topic)."""
        return self._needed[teams] & ~self.adopted[teams]

    def start(
        self,
        week: Week,
        label: str,
        team: Rows,
        topic: Rows,
        base: NDArray[np.float32],
        among: Mask,
        sites: int,
        weeks: int,
        review_weeks: int,
        exit_criteria: float,
        lag: int,
    ) -> None:
        """Begin pilots, (pilot,), in teams that are idle.

        A pilot is going to succeed with the chance base + 0.5 * (mean mastery of the team's people - 0.5).

        Args:
            among: whose mastery counts, (person,).
        """
        which, rows = self.teams.people(team)
        which, rows = which[among[rows]], rows[among[rows]]
        mastery = week.state.arrays["expertise"][rows, topic[which]].astype(np.float64)
        people = np.bincount(which, minlength=len(team))
        mean = np.bincount(which, mastery, minlength=len(team)) / np.maximum(1, people)
        chance = base + (BY_SKILL * (mean - 0.5)).astype(np.float32)
        succeeds = self._draw(week, label, "succeed", team) < chance
        new = new_trials(
            team,
            topic=topic,
            sites=sites,
            began=week.number,
            ends=week.number + weeks,
            review_weeks=review_weeks,
            exit_criteria=exit_criteria,
            lag=lag,
            succeeds=succeeds,
        )
        self.trials = self.trials.and_also(new)
        self.active = True
        week.add("pilots_started", np.bincount(team // self.teams.number, minlength=self._worlds))

    # --- what the week does --------------------------------------------------------------------------------

    def step(self, week: Week) -> None:
        """Review and judge pilots, let practices spread, write lessons down, and let teams learn."""
        if not self.active:
            return
        followers = self._followers(week)
        self._review(week)
        self._judge(week)
        self._follow(week, *followers)
        self._write_down(week)
        self._learn(week)
        in_use = self.adopted.reshape(self._worlds, -1).sum(axis=1) / self.teams.number
        week.add("practices_in_use", in_use)

    def _draw(self, week: Week, label: str, decision: str, teams: Rows) -> NDArray[np.float32]:
        chain = week.chance.stream(label, decision, week.number)[teams // self.teams.number]
        return uniform(extend(chain, self.teams.keys(teams)))

    def _followers(self, week: Week) -> tuple[Rows, Rows]:
        """Teams that adopt a practice from others this week, and its topic; they see who used it last week."""
        nobody = np.zeros(0, np.int64)
        if not self.adopted.any():
            return nobody, nobody
        teams, rule = self.teams, self._rule
        exposure = np.zeros(self.adopted.shape, np.int32)
        links, met = np.zeros(teams.number, np.int32), np.zeros(teams.number, np.int64)
        ties, adopted = week.state.ties, self.adopted
        count_exposure(
            teams.of, teams.members, teams.first, teams.number, rule.ties, ties, adopted, links, met, exposure
        )
        team, topic = np.nonzero((exposure >= rule.threshold) & ~self.adopted & self._needed)
        chain = week.chance.stream(MODEL, "adopt", week.number)[team // teams.number]
        drawn = uniform(extend(extend(chain, teams.keys(team)), self._topic_keys[topic]))
        adopts = drawn < np.float32(rule.chance)
        return team[adopts], topic[adopts]

    def _review(self, week: Week) -> None:
        """Review the pilots whose turn it is; what is doomed is seen with the chance that exit criteria give."""
        trials = self.trials
        age = week.number - trials.began
        due = np.flatnonzero((age > 0) & (age % trials.review_weeks == 0) & (week.number < trials.ends))
        if len(due) == 0:
            return
        some = trials.those(due)
        chance = some.exit_criteria * np.where(some.succeeds, FALSE_ALARM, np.float32(1.0))
        trials.failed[due] += self._draw(week, MODEL, "review", some.team) < chance

    def _judge(self, week: Week) -> None:
        """End pilots whose time is up, or that failed too many reviews."""
        stopped: Mask = self.trials.failed >= FAILED_REVIEWS
        over = stopped | (week.number >= self.trials.ends)
        if not over.any():
            return
        ending, good = self.trials.those(over), (self.trials.succeeds & ~stopped)[over]
        self.trials = self.trials.those(~over)
        self.ended[ending.team] = week.number
        made = ending.those(good)
        which, site = self.teams.neighbours(made.team, made.sites)
        self._make(site, made.topic[which], made.began[which], True)
        world, here = np.divmod(ending.team, self.teams.number)
        safety = week.culture.safety[world * week.rule.departments + self.teams.department[here]]
        spoken = (np.float32(1.0) - week.state.structure.tacitness[ending.topic]) * np.float32(self._rule.gain)
        amount = np.where(good, spoken, spoken * safety)
        lessons = np.stack([week.number + ending.lag, world, ending.topic, amount.astype(np.float64)])
        self._lessons = np.concatenate([self._lessons, lessons], axis=1)

    def _make(self, teams: Rows, topics: Rows, began: Rows, learn: bool) -> None:
        """Let teams (practice,) have a practice on topics (practice,) of their own."""
        new = ~self.adopted[teams, topics]
        if learn:
            self._left[teams[new], topics[new]] = self._rule.weeks
        self.adopted[teams, topics] = True
        self.own[teams, topics] = True
        np.minimum.at(self._begun, (teams // self.teams.number, topics), began)
        self.active = True

    def _follow(self, week: Week, team: Rows, topic: Rows) -> None:
        """Let teams adopt what they saw, unless a pilot of their own came first, and note first adoptions elsewhere."""
        new = ~self.adopted[team, topic]
        team, topic = team[new], topic[new]
        if len(team) == 0:
            return
        self.adopted[team, topic] = True
        self._left[team, topic] = self._rule.weeks
        world = team // self.teams.number
        week.add("adopted_elsewhere", np.bincount(world, minlength=self._worlds))
        reached = np.zeros_like(self._abroad)
        reached[world, topic] = True
        first = reached & ~self._abroad
        self._abroad |= first
        week.add("impacts", first.sum(axis=1))
        week.add("impact_weeks", np.where(first, week.number - self._begun, 0).sum(axis=1))

    def _write_down(self, week: Week) -> None:
        """Hand the lessons that are due to the knowledge base, where they land next week."""
        due = self._lessons[0] <= week.number
        if due.any():
            _, world, topic, amount = self._lessons[:, due]
            week.knowledge_base.add_lesson(world.astype(np.int64), topic.astype(np.int64), amount)
            self._lessons = self._lessons[:, ~due]

    def _learn(self, week: Week) -> None:
        """Add a week's portion of what practices bring to the gains of everybody in the teams that learn them."""
        brought = week.work.from_parts[PILOTS]
        brought[:] = 0
        learning: Mask = self._left > 0
        if learning.any():
            whole = np.float32(self._rule.gain / self._rule.weeks)
            portion = learning * (whole * np.float32(self._rule.copied))
            first_hand = self.own & learning[:, : self.own.shape[1]]
            portion[:, : self.own.shape[1]][first_hand] = whole
            busy = np.count_nonzero(learning, axis=1) > 0
            rows = np.flatnonzero(busy[self.teams.of])
            learn_practices(rows, self.teams.of, portion, week.work, brought)
            self._left[learning] -= 1
