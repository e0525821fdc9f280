"""A person in plain Python, whatever library holds it: gates, exchange over ties, the budget, ageing.

Mastery is a list of floats here; `mesa_numpy_agents` overrides what touches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.contenders.python_ties import Tie
from benchmarks.contenders.sizes import FIRST_YEAR, NEVER

if TYPE_CHECKING:
    from benchmarks.contenders.python_world import PythonWorld


class Person:
    """One person's attributes and week."""

    model: Any

    def settle(self, home: int, level: int, tenure: int, expertise: Any, engagement: float, initiative: float) -> None:
        """Sit down at week 0."""
        self.home = self.here = home
        self.away = self.left = False
        self.level, self.tenure = level, tenure
        self.expertise = expertise
        self.engagement = engagement
        self.seeking = initiative * initiative / self.model.mean_squared_initiative
        self.engaged = self.seeks = self.openness = 0.0
        self.keeps, self.asked = 1.0, 0.0
        self.ties: list[Tie] = []
        self.learners: list[Tie] = []  # the ties of the start in which this person is the source
        self.ties_of_start = 0
        self.limit = 0
        self.gain: Any = None
        self.asked_gain = self.brought_within = self.brought_across = 0.0
        self.join()
        self.move(home)

    def join(self) -> None:
        """Begin with every policy anew."""
        model = self.model
        self.mentor: Person | None = None
        self.mentored_since = 0
        self.mentees = 0
        self.mentoring = self.encouraged = self.trained = False
        self.attends = True
        self.member = model.random.random() < model.mentee_share
        self.phase, self.phase_of_rotation = model.random.random(), model.random.random()
        self.stay_ends = self.returned = NEVER
        self.stays = 0
        self.stays_begun: list[int] = []
        self.tired = 0.0

    def move(self, department: int) -> None:
        """Work in a department."""
        self.here = department
        self.away = department != self.home
        self.wanted = self.model.wanted[self.home][department]

    def prepare(self) -> None:
        """What this person brings to the week's meetings."""
        model: PythonWorld = self.model
        safety = model.safety[self.here]
        engaged = self.engagement + model.pull - self.tired
        self.engaged = engaged = 0.0 if engaged < 0.0 else min(1.0, engaged)
        self.seeks = safety * engaged * self.seeking
        self.openness = min(1.0, 1.5 * safety)

    def exchange(self) -> None:
        """Meet sources, learn, and update trust; gains wait until all have met."""
        model: PythonWorld = self.model
        random, eta, delta = model.random.random, model.eta, model.delta
        factors = model.at_home[self.home]
        here, seeks, stays_home = self.home, self.seeks, not self.away
        meetings = 0
        within = across = 0.0
        for tie in self.ties:
            source = tie.source
            visits = False
            if stays_home and not source.away:
                factor = factors[tie.home]
            else:
                factor, visits = model.apart(self, source)
            if random() >= tie.contact * factor * seeks * source.engaged:
                trust = tie.trust
                tie.trust = trust + delta * (tie.base - trust)
                continue
            if meetings == 0:
                raw, gap = self.blank(), self.blank()
            meetings += 1
            clarity = model.clarity[here][tie.home]
            if visits:
                clarity = min(1.0, clarity + model.host_clarity)
            learned = self.take_up(source, clarity * model.teaching, tie.trust * self.openness, raw, gap)
            if tie.origin == 0:
                if tie.across:
                    across += learned
                else:
                    within += learned
            kept = random() < model.reliability[here][tie.home] * source.keeps
            tie.trust += eta * ((1.0 if kept else 0.0) - tie.trust)
        if meetings:
            self.gain, self.asked_gain, share = self.capped(raw, gap)
            share *= model.rate
            self.brought_within, self.brought_across = within * share, across * share
            model.meetings_held += meetings

    def finish(self) -> None:
        """Take up the week's gains, practise, forget; drift; perhaps leave."""
        model: PythonWorld = self.model
        if self.asked_gain > 0.0:
            factor = min(1.0, model.capacity / self.asked_gain)
            self.absorb(factor)
            model.learned[0] += self.brought_within * factor
            model.learned[1] += self.brought_across * factor
            self.asked_gain = self.brought_within = self.brought_across = 0.0
        self.practise(*model.ageing(self.home, self.here))
        norm = model.engagement_norm
        if self.asked > 0.0:
            norm = max(0.0, norm - model.load_penalty * max(0.0, self.asked / model.hours - 1.0))
            self.asked = 0.0
            self.keeps = 1.0
        self.engagement += model.drift * (norm - self.engagement)
        hazard = model.hazard[self.level]
        if self.tenure < FIRST_YEAR:
            hazard *= model.first_year
        self.tenure += 1
        if model.random.random() < hazard:
            model.leavers.append(self)

    def replace(self) -> None:
        """A newcomer takes the seat."""
        model: PythonWorld = self.model
        self.tenure = 0
        self.engagement = model.engagement_norm
        initiative = 0.1 + 0.9 * model.random.random()
        self.seeking = initiative * initiative / model.mean_squared_initiative
        self.expertise = self.newcomer(model.market[self.level][self.home])
        self.join()
        self.move(self.home)
        for tie in self.ties[: self.ties_of_start]:
            tie.trust = model.newcomer_trust * tie.base
        for tie in self.learners:
            tie.trust = model.newcomer_trust * tie.base

    # --- mastery as a list of floats -------------------------------------------------------------------------

    def blank(self) -> Any:
        """Nothing on every topic."""
        return [0.0] * len(self.expertise)

    def take_up(self, source: Person, gate: float, trusted: float, raw: Any, gap: Any) -> float:
        """What is learned of a source in one meeting before the rate: added to raw, and its sum."""
        total = 0.0
        phi = self.model.phi
        topics = zip(self.expertise, source.expertise, self.wanted, self.model.tacitness, strict=True)
        for k, (mine, theirs, wanted, tacit) in enumerate(topics):
            h = theirs - mine
            if h > 0.0:
                learned = gate * (1.0 - tacit + tacit * trusted) * wanted * h * (1.0 - phi * h)
                raw[k] += learned
                total += learned
                if h > gap[k]:
                    gap[k] = h
        return total

    def capped(self, raw: Any, gap: Any) -> tuple[Any, float, float]:
        """Gain of the meetings, its sum, and the share of the uncapped sum that it is."""
        rate = self.model.rate
        gain = [most if rate * value > most else rate * value for value, most in zip(raw, gap, strict=True)]
        total, uncapped = sum(gain), rate * sum(raw)
        return gain, total, (total / uncapped if total < uncapped else 1.0)

    def add_gain(self, gain: Any, total: float) -> None:
        """Add what a session brought."""
        if self.asked_gain > 0.0:
            gain = [first + second for first, second in zip(self.gain, gain, strict=True)]
        self.gain = gain
        self.asked_gain += total

    def absorb(self, factor: float) -> None:
        """Gains become mastery."""
        new = [e + factor * g for e, g in zip(self.expertise, self.gain, strict=True)]
        self.expertise = new if max(new) <= 1.0 else [min(1.0, e) for e in new]

    def practise(self, practice: Any, kept: Any) -> None:
        """E += p (1 - E), then E *= what is kept."""
        self.expertise = [(e + p * (1.0 - e)) * keep for e, p, keep in zip(self.expertise, practice, kept, strict=True)]

    def newcomer(self, mean: Any) -> Any:
        """Mastery from the market."""
        random, spread = self.model.random.random, self.model.market_spread
        return [min(1.0, value * (1.0 - spread + 2.0 * spread * random())) for value in mean]

    def useful_gap(self, other: Person) -> float:
        """What this person could use of another's mastery."""
        need = self.model.need[self.home]
        return sum(
            wanted * (theirs - mine)
            for wanted, theirs, mine in zip(need, other.expertise, self.expertise, strict=True)
            if theirs > mine
        )
