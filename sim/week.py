"""What one week works with: the state, this week's levers and chance, and the doors that policies use.

A policy asks the week who is eligible, draws, forms ties and books hours, rather than calling kernels itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.build import Prepared
from sim.chance import Chance, Keys, extend, text_keys
from sim.kernels.arriving import COUNTS
from sim.kernels.exchange_lanes import CARD
from sim.kernels.forming import form_in_order
from sim.kernels.learning import LEDGER_BLOCK, PARTS
from sim.kernels.matching import NOBODY, choose_colleagues
from sim.kernels.stays import end_stays
from sim.kernels.tables import count_by_department
from sim.levers import Levers
from sim.membership import ONE, Mask, Membership, Rows
from sim.parts.challenges import Challenges
from sim.parts.knowledge_base import KnowledgeBase
from sim.parts.outsiders import Outsiders
from sim.parts.pilots import Pilots
from sim.parts.shocks import Shocks
from sim.policy_settings import Targets
from sim.schema import ORIGINS, Culture, Gates, NewTies, Work
from sim.settings import FilesOrganization
from sim.state import State
from sim.sums import Sums
from sim.tallies import add_each, count_rows, numbers_of, rows_of
from sim.threads import SERIAL_ROWS, SERIAL_TIES, Threads
from sim.typed import closest_of, lever_bases, measured_blocks, needs_of, typed_rule

__all__ = ["CHOOSERS", "Mask", "Rows", "Week"]

CHOOSERS = 64
"""How many people's colleagues are chosen by a thread at once."""


class Week(Membership):
    """The ensemble at work.

    Attributes:
        number: the week that is being run, from 0.
        state, chance, levers, rule: the organization; its draws; what policies bend; typed constants.
        work, gates, culture: scratch of this week, see `sim.schema`.
        asked, attended: hours that policies ask of each person this week, and hours in sessions, float32 (person,).
        rule_gain: gains of the user's own rules (person, padded topic); empty where there are no rules.
        taught: mastery that went from department to department last week, after the budget, float64 (world, learner's
            department, source's department).
        answers: for each call of `attends` since the week's sessions were called, who was asked, and who comes.
        left: who left this week, (person,).
        mentoring: who has mentees, (person,).
        pilots: pilots of teams, and the practices that come of them.
        shocks: what befalls the organization in some weeks.
        sums: this week's raw quantities by name, float64 (world,); see `sim.sums`.
        cells: people times topics of one world.
        needs: what people of each department need, as the measures ask for it.
        blocks: how a world's rows are cut for the measures.
        knowledge_base: what is written down, see `sim.parts.knowledge_base`.
        closest: the department that each depends on most, int32 (department,); -1 where it depends on none.
        challenges: the open ones, see `sim.parts.challenges`.
        outsiders: advisors from outside, see `sim.parts.outsiders`.
        renewed: the week in which a charter renewed all policies last, or None.
    """

    def __init__(self, prepared: Prepared, state: State, seeds: tuple[int, ...], threads: int = 1) -> None:
        super().__init__(state, Chance(seeds), Levers(lever_bases(prepared.scenario, state)))
        self.prepared = prepared
        self.scenario = prepared.scenario
        self.threads = Threads(threads)
        self.rule = typed_rule(prepared, state.frame.people)
        rows = state.frame.rows
        self.work = Work(
            gain=np.zeros_like(state.arrays["expertise"]),
            from_ties=np.zeros(rows, np.float32),
            from_sessions=np.zeros(rows, np.float32),
            from_rules=np.zeros(rows, np.float32),
            from_parts=np.zeros((PARTS, rows), np.float32),
            factor=np.ones(rows, np.float32),
            meetings=np.zeros(rows, np.int32),
            cards=np.zeros((rows, CARD), np.uint64),
        )
        self.asked = np.zeros(rows, np.float32)
        departments = self.rule.departments
        self.taught = np.zeros((state.frame.worlds, departments, departments))
        self.answers: list[tuple[Rows, Mask]] = []
        self.attended = np.zeros(rows, np.float32)
        self.rule_gain = np.zeros((rows if prepared.scenario.rules else 0, self.work.gain.shape[1]), np.float32)
        self.left = np.zeros(rows, np.bool_)
        self.renewed: int | None = None
        self.outsiders = Outsiders()
        self.knowledge_base = KnowledgeBase(state, self.rule.topics, prepared.scenario.knowledge.staleness)
        self.mentoring = np.zeros(rows, np.bool_)
        self.pilots = Pilots(state, prepared.scenario.adoption)
        self.shocks = Shocks(prepared.scenario.shocks)
        self.sums = Sums(state.frame.worlds)
        self.cells = float(self.rule.people * self.rule.topics)
        self.challenges = Challenges(prepared, state, self.chance)
        self.sums.block(COUNTS)
        self.closest = closest_of(prepared.interdependence)
        self.needs = needs_of(state.structure, self.rule.topics)
        self.blocks = measured_blocks(self.rule, self.work.gain.shape[1])
        worlds, borders = state.frame.worlds, np.arange(0, self.rule.people, LEDGER_BLOCK)
        self._ledger_borders = [*(np.arange(worlds)[:, None] * self.rule.people + borders).ravel().tolist(), rows]
        self._block_borders = list(range(worlds * self.blocks.number + 1))
        self._world_borders = list(range(worlds + 1))
        self.gates: Gates
        self.culture: Culture
        self._department_keys = text_keys(state.frame.departments)

    def open(self) -> None:
        """Begin a week: nothing asked of anybody yet, nothing measured."""
        self.asked[:] = 0
        self.attended[:] = 0
        self.sums.clear()

    # --- who -----------------------------------------------------------------------------------------------

    @property
    def away(self) -> Mask:
        """Who works outside the home department this week, (person,)."""
        return self.state.arrays["department"] != self.state.arrays["home_department"]

    def world_of(self, rows: Rows) -> Rows:
        """World of each row."""
        return rows // self.rule.people

    # --- chance --------------------------------------------------------------------------------------------

    def stream(self, label: str, decision: str, rows: Rows) -> Keys:
        """This week's chain over (seed, decision, week) for the world of each row."""
        return self.chance.stream(label, decision, self.number)[self.world_of(rows)]

    def department_hashes(self, label: str, decision: str, rows: Rows) -> Keys:
        """This week's keyed hash of each department for each of some rows, uint64 (row, department)."""
        person = extend(self.stream(label, decision, rows), self.state.arrays["key"][rows])
        return extend(person[:, None], self._department_keys[None, :])

    def attends(self, label: str, rows: Rows, voluntary_fade: float | np.float32 | None, more: float = 0.0) -> Mask:
        """Whether each of some people attends this week's session of a policy.

        Args:
            voluntary_fade: None where attendance is mandatory; else attendance is times engagement and this fade.
            more: added to the chance.
        """
        chance = self.levers["attendance"].ravel()[rows]
        if voluntary_fade is not None:
            chance = chance * self.gates.engagement[rows] * np.float32(voluntary_fade)
        chance = chance + np.float32(more)
        if "invitation" in self.levers.contributions:
            chance = chance + self.levers["invitation"].ravel()[rows] * np.maximum(np.float32(0.0), ONE - chance)
        coming: Mask = self.draw(label, "attend", rows=rows) < chance
        self.answers.append((rows, coming))
        return coming

    def colleagues(
        self,
        label: str,
        decision: str,
        chooser: Rows,
        department: NDArray[np.int32],
        wanted: int,
        among: Mask,
        chain: Keys | None = None,
    ) -> Rows:
        """People of a department with the largest keyed hash, (chooser, wanted), -1 where there are too few.

        Args:
            department: where to look, (chooser,). among: who may be chosen, (person,).
            chain: of the decision for each, (chooser,), where it is not this week's of (label, decision).
        """
        members, first = self.steady.by_department()
        chosen = np.full((len(chooser), wanted), NOBODY, np.int64)
        where = self.world_of(chooser) * self.rule.departments + department
        chain = self.stream(label, decision, chooser) if chain is None else chain
        if wanted == 0:
            return chosen
        key, best = self.state.arrays["key"], np.zeros(chosen.shape, np.uint64)

        def choose(begin: int, end: int) -> None:
            choose_colleagues(begin, end, chooser, where, chain, key, members, first, among, best, chosen)

        self._share_out(choose, [*range(0, len(chooser), CHOOSERS), len(chooser)])
        return chosen

    def count(self, among: Rows | Mask) -> NDArray[np.float64]:
        """How many of some people each world has, float64 (world,); they are rows, or a mask (person,)."""
        worlds = self.state.frame.worlds
        if among.dtype == np.bool_:
            return np.count_nonzero(among.reshape(worlds, -1), axis=1).astype(np.float64)
        return count_rows(rows_of(among), self.rule.people, worlds)

    def count_by_department(self, among: Mask) -> NDArray[np.int64]:
        """How many of some people each department has by home, (world, department); `among` is a mask (person,)."""
        shape = self.state.frame.worlds, self.rule.departments
        if among.all():
            _, first = self.steady.by_department()
            return (first[1:] - first[:-1]).reshape(shape)
        counts = np.zeros(shape, np.int64)
        count_by_department(among, self.state.arrays["home_department"], self.rule.people, counts)
        return counts

    def share_by_department(self, among: Mask, targets: Targets) -> NDArray[np.float32]:
        """Share of those targeted in each department who are among some people, (world, department); 0 for none."""
        people, some = self.count_by_department(self.eligible(targets)), self.count_by_department(among)
        return np.divide(some, people, out=np.zeros(people.shape), where=people > 0).astype(np.float32)

    # --- what policies do ----------------------------------------------------------------------------------

    def form_ties(self, learner: Rows, source: Rows, trust: Any, contact: Any, origin: str) -> None:
        """Form ties in order of (learner row, source row), or lift those that are there.

        Args:
            trust, contact: of the new ties, numbers or (new tie,).
            origin: why they exist, one of `sim.schema.ORIGINS`.

        Raises:
            ValueError: they differ in number, or name someone who does not exist.
        """
        if len(learner) == 0:
            return
        state, number, learner, source = self.state, len(learner), rows_of(learner), rows_of(source)
        order = np.argsort(learner * state.frame.rows + source, kind="stable")
        state.ensure_room(learner)
        new = NewTies(learner, source, numbers_of(trust, number), numbers_of(contact, number))
        whole, real = np.empty((3, number), np.int64), np.empty((2, number), np.float32)
        counts = np.zeros((2, state.frame.worlds), np.int64)
        formed = form_in_order(
            state.ties,
            state.people,
            state.structure,
            self.rule,
            new,
            order,
            (np.int8(ORIGINS.index(origin)), isinstance(self.scenario.organization, FilesOrganization)),
            NewTies(whole[0], whole[1], real[0], real[1]),
            whole[2],
            counts,
        )
        if not formed:
            raise ValueError("new ties differ in number of learners and sources, or name someone who does not exist")
        self.add("ties_formed", counts[0])
        self.add("ties_refused", counts[1])

    def end_stays(self, rows: Rows) -> None:
        """Let contact between returning visitors and their hosts fall to that of a new tie."""
        members, first = self.steady.by_department()
        stay = np.int8(ORIGINS.index("rotation"))
        back, hosting = np.zeros(self.state.frame.rows, np.bool_), np.zeros(len(first) - 1, np.bool_)
        end_stays(rows, stay, self.state.people, self.state.ties, self.rule, members, first, back, hosting)

    def department_means(self, among: Mask) -> NDArray[np.float64]:
        """Mean mastery of each department's people by home, float64 (world, department, topic); 0 where it has none.

        Args:
            among: whose mastery counts, (person,).
        """
        frame, departments = self.state.frame, self.rule.departments
        rows = np.flatnonzero(among)
        flat = self.world_of(rows) * departments + self.state.arrays["home_department"][rows]
        order = np.argsort(flat, kind="stable")
        first = np.searchsorted(flat[order], np.arange(frame.worlds * departments))
        people = np.bincount(flat, minlength=frame.worlds * departments)
        expertise = self.state.arrays["expertise"][rows[order], : self.rule.topics].astype(np.float64)
        sums = np.add.reduceat(np.vstack([expertise, np.zeros((1, self.rule.topics))]), first, axis=0)
        means = np.where(people[:, None] > 0, sums / np.maximum(1, people)[:, None], 0.0)
        return means.reshape(frame.worlds, departments, self.rule.topics)

    def stranger_trust(self, learner: Rows, source: Rows) -> NDArray[np.float32]:
        """Trust between people without a tie, higher in the own department."""
        home = self.state.arrays["home_department"]
        trust = self.scenario.trust
        return np.where(home[learner] == home[source], np.float32(trust.stranger_within), np.float32(trust.stranger))

    def ask(self, rows: Rows | Mask, hours: float) -> None:
        """Add to the hours asked this week, the load, of some rows (repeats count) or of everybody in a mask."""
        if hours:
            add_each(self.asked, rows_of(rows), hours)

    def book(self, label: str, rows: Rows | Mask, hours: float = 0.0, money: float = 0.0) -> None:
        """Book hours and money of a policy for each of some rows (repeats count), or for everybody in a mask."""
        if not hours and not money:
            return
        count = self.count(rows)
        for what, each in (("hours", hours), ("money", money)):
            if each:
                self.add(f"{what}:{label}", count * float(each))

    def attend(self, label: str, rows: Rows, hours: float) -> None:
        """Book hours in a session for each of some rows, and count them as participation."""
        self.book(label, rows, hours)
        add_each(self.attended, rows_of(rows), hours)

    def add(self, name: str, amount: Any) -> None:
        """Add to a raw quantity of this week, (world,)."""
        self.sums.add(name, amount)

    # --- how -----------------------------------------------------------------------------------------------

    def ledger(self, columns: int) -> NDArray[np.float64]:
        """Room for the sums of a kernel over rows, float64 (world, ledger block, column)."""
        blocks = -(-self.rule.people // LEDGER_BLOCK)
        return np.zeros((self.state.frame.worlds, blocks, columns))

    def over_rows(self, run: Callable[[int, int], Any]) -> None:
        """Run a kernel over all rows, shared out over threads at the borders of the ledger's blocks."""
        self._share_out(run, self._ledger_borders)

    def over_ties(self, run: Callable[[int, int], Any]) -> None:
        """`over_rows` for a kernel that is worth a second thread from fewer rows on."""
        self._share_out(run, self._ledger_borders, SERIAL_TIES)

    def over_blocks(self, run: Callable[[int, int], Any]) -> None:
        """Run a kernel over the blocks of the measures, numbered through all worlds, shared out over threads."""
        self._share_out(run, self._block_borders)

    def over_worlds(self, run: Callable[[int, int], Any]) -> None:
        """Run a kernel over all worlds, shared out over threads."""
        self._share_out(run, self._world_borders)

    def _share_out(self, run: Callable[[int, int], Any], borders: list[int], least: int | None = None) -> None:
        """Run over all that lies between borders, by threads where the organization has so many rows at least."""
        if self.state.frame.rows < (SERIAL_ROWS if least is None else least):
            run(borders[0], borders[-1])
        else:
            self.threads.share_out(run, borders)
