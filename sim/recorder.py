"""What a run leaves behind: raw quantities by week, flows between departments, and adequacy by seat."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.kernels.observe import (
    BASE_ACROSS,
    BASE_GAIN_ACROSS,
    BASE_GAIN_WITHIN,
    BASE_WITHIN,
    ENGAGED,
    FLOW_SUMS,
    GAIN_ACROSS,
    GAIN_WITHIN,
    HELD,
    MASTERY,
    MET_EMERGING,
    MET_ENTERPRISE,
    MET_OTHER,
    MET_OWN,
    NEEDED,
    NO_CROSS_TIE,
    PERSON_SUMS,
    TIE_SUMS,
    TIES_ACROSS,
    TIES_WITHIN,
    TRUST_ACROSS,
    TRUST_WITHIN,
    observe_flow,
    observe_people,
    observe_ties,
)
from sim.metrics import LAST_WEEKS, METRICS, Wide, gini
from sim.participation import Participation
from sim.schema import EMERGING, ENTERPRISE, HOME

if TYPE_CHECKING:
    import pandas as pd

    from sim.plan import Plan
    from sim.week import Week

QUARTER = 13
FEW = 3
WEEKS_A_YEAR = 52.0


@dataclass(frozen=True)
class Record:
    """The measures of one scenario's worlds.

    Attributes:
        seeds: one a world.
        weekly: raw quantities, float64 (world, week); row w is the state after week w. "hours:LABEL" and
            "money:LABEL" are by policy; "met:TOPIC" and "in_need:TOPIC" by topic.
        flow: mastery learned, float32 (world, quarter, learner's department, source's department).
        seat_adequacy: mean adequacy over the last 13 weeks, float32 (world, seat); NaN before the first.
        treated: seats ever treated, by policy label, (world, seat).
    """

    seeds: tuple[int, ...]
    weekly: dict[str, Wide]
    flow: NDArray[np.float32]
    seat_adequacy: NDArray[np.float32]
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
            seat_adequacy=np.concatenate([record.seat_adequacy for record in records]),
            treated={name: np.concatenate([record.treated[name] for record in records]) for name in first.treated},
            departments=first.departments,
            topics=first.topics,
        )


def adequacy_members(record: Record, mask: NDArray[np.bool_]) -> Wide:
    """Mean adequacy over the last 13 weeks of the seats in mask (world, seat), float64 (world,); NaN where none."""
    total = np.where(mask, record.seat_adequacy, 0.0).astype(np.float64).sum(axis=1)
    count = mask.sum(axis=1)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


class Recorder:
    """Takes the measures week by week."""

    def __init__(self, week: Week, labels: Sequence[str], topic_names: Sequence[str]) -> None:
        frame = week.state.frame
        self.frame = frame
        self.labels = tuple(labels)
        self.topic_names = tuple(topic_names)
        self.horizon = week.scenario.weeks
        self.weeks: list[dict[str, Wide]] = []
        quarters = max(1, -(-self.horizon // QUARTER))
        departments = len(frame.departments)
        self.flow = np.zeros((frame.worlds, quarters, departments, departments), np.float32)
        self.seats: deque[Wide] = deque(maxlen=LAST_WEEKS)
        self.treated: dict[str, NDArray[np.bool_]] = {}
        self.participation = Participation(frame)
        self._flows = np.zeros((frame.worlds, FLOW_SUMS))

    def follow(self, plan: Plan) -> None:
        """Follow the mastery that went from source to learner this week, before anyone leaves."""
        week, state = plan.week, plan.week.state
        if week.number < 0:
            return
        worlds, departments = self.frame.worlds, len(self.frame.departments)
        sums = np.zeros((worlds, FLOW_SUMS))
        flow = np.zeros((worlds, departments, departments))
        week.over_worlds(
            lambda a, b: observe_flow(a, b, state.people, state.ties, week.rule, week.work.factor, sums, flow)
        )
        learner, source = plan.meeting.learner, plan.meeting.source
        home = state.arrays["home_department"]
        gain = plan.brought.astype(np.float64) * week.work.factor[learner]
        np.add.at(flow, (week.world_of(learner), home[learner], home[source]), gain)
        across = home[learner] != home[source]
        session_across = np.bincount(week.world_of(learner), gain * across, worlds)
        session = np.bincount(week.world_of(learner), gain, worlds)
        quarter = min(week.number // QUARTER, self.flow.shape[1] - 1)
        self.flow[:, quarter] += flow.astype(np.float32)
        week.add("learned_across", sums[:, GAIN_ACROSS] + session_across)
        week.add("learned", sums[:, GAIN_WITHIN] + sums[:, GAIN_ACROSS] + session)
        for name, column in _FLOW_COLUMNS.items():
            week.add(name, sums[:, column])

    def observe(self, plan: Plan) -> None:
        """Measure the state at the end of a week; those before week 0 are not measured."""
        week = plan.week
        if week.number < 0:
            return
        adequacy = self._people(week)
        self._ties(week)
        self._participation(week)
        for policy in plan.policies:
            rows = policy.treated(week)
            if rows is not None:
                mask = rows.reshape(self.frame.worlds, -1)
                self.treated[policy.label] = self.treated.get(policy.label, np.zeros_like(mask)) | mask
        self.seats.append(adequacy)
        week.add("one", 1.0)
        for name in _ALWAYS:
            week.add(name, 0.0)
        for label in self.labels:
            for what in ("hours", "money"):
                week.add(f"{what}:{label}", 0.0)
                week.add(what, week.sums[f"{what}:{label}"])
        self.weeks.append(week.sums)

    def _people(self, week: Week) -> Wide:
        state, frame = week.state, self.frame
        topics, departments = len(frame.topics), len(frame.departments)
        sums = np.zeros((frame.worlds, PERSON_SUMS))
        met, experts, squares = (np.zeros((frame.worlds, topics)) for _ in range(3))
        mastery = np.zeros((frame.worlds, departments, topics))
        adequacy = np.zeros(frame.rows)
        week.over_worlds(
            lambda a, b: observe_people(
                a,
                b,
                state.people,
                state.structure,
                week.gates.engagement,
                week.rule,
                sums,
                met,
                experts,
                mastery,
                squares,
                adequacy,
            )
        )
        for name, column in _PERSON_COLUMNS.items():
            week.add(name, sums[:, column])
        week.add("met", sums[:, MET_OWN : MET_EMERGING + 1].sum(axis=1))
        week.add("unmet", sums[:, NEEDED] - sums[:, HELD])
        week.add("people", float(frame.people))
        week.add("person_years", frame.people / WEEKS_A_YEAR)
        week.add("cells", float(frame.people * topics))
        week.add("thin_topics", (experts < FEW).sum(axis=1))
        by_seat = adequacy.reshape(frame.worlds, -1)
        week.add("gini", gini(by_seat))
        head_count = self._needs(week, met)
        self._variance(week, mastery, squares, head_count)
        return by_seat

    def _needs(self, week: Week, met: Wide) -> Wide:
        """Who needs which topic; returns the head count by home department, (world, department)."""
        structure, frame = week.state.structure, self.frame
        departments, topics = len(frame.departments), len(frame.topics)
        flat = np.arange(frame.worlds)[:, None] * departments + week.state.home_department
        count = np.bincount(flat.ravel(), minlength=frame.worlds * departments).astype(np.float64)
        count = count.reshape(frame.worlds, departments)
        wanted = structure.need[:, :topics] > 0
        kind, own = structure.topic_kind[:topics], structure.own[:, :topics]
        in_need = (count[:, :, None] * wanted).sum(axis=1).astype(np.float64)
        classes = {
            "in_need_own": own,
            "in_need_other": (kind == HOME) & ~own,
            "in_need_enterprise": np.broadcast_to(kind == ENTERPRISE, own.shape),
            "in_need_emerging": np.broadcast_to(kind == EMERGING, own.shape),
        }
        for name, mask in classes.items():
            week.add(name, (count[:, :, None] * (wanted & mask)).sum(axis=(1, 2)))
        week.add("in_need", in_need.sum(axis=1))
        for k, topic in enumerate(self.topic_names):
            week.add(f"met:{topic}", met[:, k])
            week.add(f"in_need:{topic}", in_need[:, k])
        share = np.divide(met, in_need, out=np.zeros_like(met), where=in_need > 0)
        week.add("reach", share.sum(axis=1) / np.maximum(1, (in_need > 0).sum(axis=1)))
        return count

    def _variance(self, week: Week, mastery: Wide, squares: Wide, head_count: Wide) -> None:
        people = self.frame.people
        mean = mastery.sum(axis=1) / people
        by_department = np.divide(
            mastery, head_count[:, :, None], out=np.zeros_like(mastery), where=head_count[:, :, None] > 0
        )
        between = (head_count[:, :, None] * (by_department - mean[:, None, :]) ** 2).sum(axis=1) / people
        total = (squares / people - mean * mean).sum(axis=1)
        week.add("variance_between", between.sum(axis=1))
        week.add("variance", np.maximum(total, between.sum(axis=1)))  # rounding must not put a part above the whole

    def _ties(self, week: Week) -> None:
        sums = np.zeros((self.frame.worlds, TIE_SUMS))
        week.over_worlds(lambda a, b: observe_ties(a, b, week.state.people, week.state.ties, week.rule, sums))
        for name, column in _TIE_COLUMNS.items():
            week.add(name, sums[:, column])

    def _participation(self, week: Week) -> None:
        for name, values in self.participation.measure(week).items():
            week.add(name, values)

    def record(self, seeds: tuple[int, ...]) -> Record:
        """All measures so far."""
        zero = np.zeros(self.frame.worlds)
        names = sorted(dict.fromkeys(name for week in self.weeks for name in week))
        weekly = {name: np.stack([week.get(name, zero) for week in self.weeks], axis=1) for name in names}
        seat = np.full((self.frame.worlds, self.frame.people), np.nan, np.float32)
        if self.seats:
            seat = np.mean(self.seats, axis=0).astype(np.float32)
        return Record(
            seeds, weekly, self.flow.copy(), seat, dict(self.treated), self.frame.departments, self.topic_names
        )

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


_FLOW_COLUMNS = {
    "base_gain_within": BASE_GAIN_WITHIN,
    "base_gain_across": BASE_GAIN_ACROSS,
    "base_within": BASE_WITHIN,
    "base_across": BASE_ACROSS,
}
_PERSON_COLUMNS = {
    "held": HELD,
    "needed": NEEDED,
    "mastery": MASTERY,
    "engaged": ENGAGED,
    "met_own": MET_OWN,
    "met_other": MET_OTHER,
    "met_enterprise": MET_ENTERPRISE,
    "met_emerging": MET_EMERGING,
}
_TIE_COLUMNS = {
    "trust_within": TRUST_WITHIN,
    "trust_across": TRUST_ACROSS,
    "ties_within": TIES_WITHIN,
    "ties_across": TIES_ACROSS,
    "no_cross_tie": NO_CROSS_TIE,
}
_ALWAYS = ("ties_formed", "ties_refused", "lost_by_leavers", "leavers", "hours", "money")
