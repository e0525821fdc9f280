"""What a run leaves behind: raw quantities by week, flows between departments, and measures by seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.kernels.hours import PARTICIPATION
from sim.kernels.observe import (
    FLOWS,
    PEOPLE,
    PERSON_SUMS,
    observe_flow,
    observe_people,
    observe_sessions,
    sum_up_people,
)
from sim.kernels.observe_ties import TIES, observe_ties
from sim.metrics import LAST_WEEKS, METRICS, Wide, gini
from sim.participation import Participation
from sim.seats import Seats
from sim.settings import LEVELS
from sim.talent import TALENT, Talent
from sim.tuples import Measured

if TYPE_CHECKING:
    import pandas as pd

    from sim.plan import Plan
    from sim.week import Week

QUARTER = 13
WEEKS_A_YEAR = 52.0
ANSWERS = ("invited", "came", "reached")
"""Who was invited to a session and came, and the seats that any policy ever treated."""
SIZES = ("one", "people", "person_years", "cells")
"""What a week's sums are set against."""


@dataclass(frozen=True)
class Record:
    """The measures of one scenario's worlds.

    Attributes:
        seeds: one a world.
        weekly: raw quantities, float64 (world, week); row w is the state after week w. "hours:LABEL" and
            "money:LABEL" are by policy; "met:TOPIC" and "in_need:TOPIC" by topic.
        flow: mastery learned, float32 (world, quarter, learner's department, source's department).
        seats: values of every seat by metric of `sim.seats.SEAT_METRICS`, float32 (world, seat); NaN where undefined.
        treated: seats ever treated, by policy label, (world, seat).
    """

    seeds: tuple[int, ...]
    weekly: dict[str, Wide]
    flow: NDArray[np.float32]
    seats: dict[str, NDArray[np.float32]]
    treated: dict[str, NDArray[np.bool_]]
    departments: tuple[str, ...]
    topics: tuple[str, ...]

    @staticmethod
    def join(records: Sequence[Record]) -> Record:
        """The worlds of several records of one scenario, in the order given."""
        first = records[0]
        return Record(
            seeds=tuple(seed for record in records for seed in record.seeds),
            weekly={name: np.concatenate([record.weekly[name] for record in records]) for name in first.weekly},
            flow=np.concatenate([record.flow for record in records]),
            seats={name: np.concatenate([record.seats[name] for record in records]) for name in first.seats},
            treated={name: np.concatenate([record.treated[name] for record in records]) for name in first.treated},
            departments=first.departments,
            topics=first.topics,
        )


class Recorder:
    """Takes the measures week by week."""

    def __init__(self, week: Week, labels: Sequence[str], topic_names: Sequence[str]) -> None:
        frame = week.state.frame
        self.frame = frame
        self.labels = tuple(labels)
        self.topic_names = tuple(topic_names)
        self.weeks: list[Wide] = []
        quarters = max(1, -(-week.scenario.weeks // QUARTER))
        departments = len(frame.departments)
        self.flow = np.zeros((frame.worlds, quarters, departments, departments), np.float32)
        self.seats = Seats(frame.rows)
        self.treated: dict[str, NDArray[np.bool_]] = {}
        self.participation = Participation(frame)
        self._ever, self._reached = np.zeros((frame.worlds, frame.people), np.bool_), np.zeros(frame.worlds, np.int64)
        self._week = week
        self.talent = Talent(frame)
        organizations = week.prepared.department_organization
        self.between = organizations[:, None] != organizations[None, :]
        self._sums = week.sums
        self._of_people = (*PEOPLE, *(f"{what}:{topic}" for what in ("met", "in_need") for topic in topic_names))
        self._by_label = tuple(f"{what}:{label}" for what in ("hours", "money") for label in labels)
        for names in (self._of_people, TIES, FLOWS, SIZES, PARTICIPATION, ANSWERS, TALENT, self._by_label):
            week.sums.block(names)

    def follow(self, plan: Plan) -> None:
        """Follow the mastery that went from source to learner this week, before anyone leaves."""
        week, state = plan.week, plan.week.state
        if week.number < 0:
            return
        self.seats.follow(week)
        worlds, departments = self.frame.worlds, len(self.frame.departments)
        blocks, people, ties, work = week.blocks, state.people, state.ties, week.work
        sums = np.zeros((worlds * blocks.number, len(FLOWS)))
        by_block = np.zeros((worlds * blocks.number, departments, departments))
        week.over_blocks(
            lambda begin, end: observe_flow(begin, end, blocks, people, ties, work.factor, plan.lessons, sums, by_block)
        )
        found = _by_world(sums, worlds)
        flow = by_block if blocks.number == 1 else _by_world(by_block, worlds)
        met = plan.meeting
        if len(met.learner):
            observe_sessions(met.learner, met.source, plan.brought, blocks, people, work.factor, found, flow)
        solved = week.challenges.lessons
        if len(solved.learner):
            observe_sessions(solved.learner, solved.source, solved.brought, blocks, people, work.factor, found, flow)
        flows = week.sums.block(FLOWS)
        flows += found.T
        if self.between.any():
            week.add("learned_between", np.where(self.between, flow, 0.0).reshape(worlds, -1).sum(axis=1))
        week.taught[:] = flow
        self.flow[:, min(week.number // QUARTER, self.flow.shape[1] - 1)] += flow.astype(np.float32)

    def observe(self, plan: Plan) -> None:
        """Measure the state at the end of a week; those before week 0 are not measured."""
        week = plan.week
        if week.number < 0:
            return
        heads = self._people(week)
        self.talent.measure(week, self.seats.adequacy[len(self.weeks) % LAST_WEEKS], heads[:: week.blocks.number])
        self._ties_now(week)
        self.participation.measure(week, heads)
        for policy in plan.policies:
            rows = policy.treated(week)
            if rows is not None:
                ever = self.treated.setdefault(policy.label, np.zeros((self.frame.worlds, self.frame.people), np.bool_))
                ever |= rows.reshape(ever.shape)
        self._answers(week)
        people = float(self.frame.people)
        week.sums.block(SIZES)[:] = np.array([1.0, people, people / WEEKS_A_YEAR, week.cells])[:, None]
        hours, money = week.sums["hours"], week.sums["money"]
        booked = week.sums.block(self._by_label)
        for of_label, paid in zip(booked[: len(self.labels)], booked[len(self.labels) :], strict=True):
            hours += of_label
            money += paid
        self.weeks.append(week.sums.table.copy())

    def _answers(self, week: Week) -> None:
        """Count invitations, who followed them, and the seats ever treated, which seldom change."""
        found = week.sums.block(ANSWERS)
        if week.answers:
            asked, coming = (np.concatenate(part) for part in zip(*week.answers, strict=True))
            found[0] += week.count(asked)
            found[1] += week.count(asked[coming])
        if self.treated:
            ever = np.logical_or.reduce(list(self.treated.values()))
            if not np.array_equal(ever, self._ever):
                self._ever, self._reached = ever, ever.sum(axis=1)
            found[2] += self._reached

    def _people(self, week: Week) -> NDArray[np.int32]:
        """Measure people; returns the head count by home department and level, (block, department, level)."""
        frame, people, rule, blocks, needs = self.frame, week.state.people, week.rule, week.blocks, week.needs
        adequacy = self.seats.adequacy[len(self.weeks) % LAST_WEEKS]
        number, (departments, width) = frame.worlds * blocks.number, needs.need.shape
        measured = Measured(
            sums=np.zeros((number, PERSON_SUMS)),
            heads=np.zeros((number, departments, len(LEVELS)), np.int32),
            shares=np.zeros((number, departments, len(LEVELS))),
            mastery=np.zeros((number, departments, width)),
            met=np.zeros((number, departments, width), np.float32),
            experts=np.zeros((number, width), np.float32),
        )
        engagement = week.gates.engagement
        week.over_blocks(
            lambda begin, end: observe_people(begin, end, blocks, people, engagement, needs, adequacy, measured)
        )
        head, quantities = np.zeros((frame.worlds, departments)), week.sums.block(self._of_people)
        week.over_worlds(lambda begin, end: sum_up_people(begin, end, blocks, rule, needs, measured, head, quantities))
        week.add("gini", gini(adequacy.reshape(frame.worlds, -1)))
        return measured.heads

    def _ties_now(self, week: Week) -> None:
        blocks, people, ties, closest = week.blocks, week.state.people, week.state.ties, week.closest
        sums = np.zeros((self.frame.worlds * blocks.number, len(TIES)))
        week.over_blocks(lambda begin, end: observe_ties(begin, end, blocks, people, ties, closest, sums))
        quantities = week.sums.block(TIES)
        quantities += _by_world(sums, self.frame.worlds).T

    def record(self, seeds: tuple[int, ...]) -> Record:
        """All measures so far."""
        return Record(
            seeds=seeds,
            weekly=self._weekly(),
            flow=self.flow.copy(),
            seats=self.seats.values(self._week, len(self.weeks)),
            treated={label: ever.copy() for label, ever in self.treated.items()},
            departments=self.frame.departments,
            topics=self.topic_names,
        )

    def _weekly(self) -> dict[str, Wide]:
        """Raw quantities by name, views (world, week) of one table."""
        if not self.weeks:
            return {}
        table = np.zeros((len(self._sums), self.frame.worlds, len(self.weeks)))
        for week, sums in enumerate(self.weeks):
            table[: len(sums), :, week] = sums
        return {name: table[row] for name, row in sorted(self._sums.rows.items())}

    def series(self, seeds: tuple[int, ...]) -> pd.DataFrame:
        """One row per world seed and week, one column per metric, and the reach of each topic."""
        import pandas as pd

        weekly = self.record(seeds).weekly
        weeks = len(self.weeks)
        columns: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {
            "seed": np.repeat(np.array(seeds, np.int64), weeks),
            "week": np.tile(np.arange(weeks), len(seeds)),
        }
        if weeks:
            for metric in METRICS.values():
                if metric.kind != "run":
                    columns[metric.name] = metric.series(weekly).ravel()
            for topic in self.topic_names:
                met, need = weekly[f"met:{topic}"], weekly[f"in_need:{topic}"]
                columns[f"reach:{topic}"] = np.divide(met, need, out=np.full_like(met, np.nan), where=need > 0).ravel()
        return pd.DataFrame(columns)


def _by_world(sums: Wide, worlds: int) -> Wide:
    """Sums over the blocks of each world, from (block, ...) to (world, ...)."""
    added: Wide = sums.reshape(worlds, -1, *sums.shape[1:]).sum(axis=1)
    return added
