"""Every raw quantity of a week, counted one person, topic and tie at a time."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from typing import Any

import numpy as np
from worlds import lessons_of

from sim.plan import PHASES, Plan

SEVENTY = np.float32(0.7)


def live(plan: Plan, world: int) -> list[dict[str, Any]]:
    """The people of a world, each with its sources."""
    state, people = plan.week.state, plan.week.rule.people
    found = []
    for row in range(world * people, (world + 1) * people):
        arrays = state.arrays
        first = state.ties.first[row]
        ties = [
            {name: getattr(state.ties, name)[e] for name in ("source", "trust", "origin")}
            for e in range(first, first + state.ties.count[row])
        ]
        found.append(
            {
                "row": row,
                "home": int(arrays["home_department"][row]),
                "level": int(arrays["level"][row]),
                "mastery": state.expertise[world, row - world * people],
                "engagement": float(plan.week.gates.engagement[row]),
                "ties": ties,
            }
        )
    return found


def gini(values: list[float]) -> float:
    """Mean absolute difference between all pairs over twice the mean."""
    if sum(values) == 0:
        return 0.0
    apart = sum(abs(a - b) for a, b in itertools.product(values, repeat=2))
    return apart / (2 * len(values) * sum(values))


def adequacy(plan: Plan, person: dict[str, Any]) -> float:
    need = plan.week.state.structure.need[person["home"]]
    held = sum(min(float(e), float(need[k])) for k, e in enumerate(person["mastery"]))
    return held / float(need.sum(dtype=np.float64)) if need.any() else 1.0


def of_people(plan: Plan, people: list[dict[str, Any]]) -> dict[str, float]:
    """Stocks of the state at the end of a week."""
    structure, topics = plan.week.state.structure, plan.week.rule.topics
    found: dict[str, float] = defaultdict(float)
    names = plan.week.state.frame.topics
    for person in people:
        need = structure.need[person["home"]]
        for k in range(topics):
            e = person["mastery"][k]
            found["held"] += min(float(e), float(need[k]))
            found["needed"] += float(need[k])
            found["mastery"] += float(e)
            found["cells"] += 1
            if structure.tacitness[k] <= 0.5:
                found["held_explicit"] += min(float(e), float(need[k]))
                found["needed_explicit"] += float(need[k])
            if person["level"] >= 2 and structure.topic_kind[k] == 2:
                found["leaders_emerging"] += float(e)
                found["leaders_cells"] += 1
            if need[k] > 0:
                owned = "own" if structure.own[person["home"], k] else "other"
                kind = [owned, "enterprise", "emerging"][structure.topic_kind[k]]
                for name in ("in_need", f"in_need_{kind}", f"in_need:{names[k]}"):
                    found[name] += 1
                for name in ("met", f"met_{kind}", f"met:{names[k]}"):
                    found[name] += bool(e >= SEVENTY * need[k])
        found["engaged"] += person["engagement"] * adequacy(plan, person)
    found["people"] = len(people)
    found["person_years"] = len(people) / 52
    found["unmet"] = found["needed"] - found["held"]
    found["gini"] = gini([adequacy(plan, person) for person in people])
    groups = defaultdict(list)
    for person in people:
        groups[person["home"], person["level"]].append(adequacy(plan, person))
    found["need_gap"] = statistics.pstdev(statistics.fmean(group) for group in groups.values() for _ in group)
    found["thin_topics"] = sum(sum(p["mastery"][k] >= SEVENTY for p in people) < 3 for k in range(topics))
    wanted = [name for name in names if found[f"in_need:{name}"] > 0]
    found["reach"] = statistics.fmean(found[f"met:{name}"] / found[f"in_need:{name}"] for name in wanted)
    for k in range(topics):
        values = [float(p["mastery"][k]) for p in people]
        mean = statistics.fmean(values)
        found["variance"] += statistics.pvariance(values)
        for home in {p["home"] for p in people}:
            mine = [float(p["mastery"][k]) for p in people if p["home"] == home]
            found["variance_between"] += len(mine) / len(people) * (statistics.fmean(mine) - mean) ** 2
    return found


def of_ties(plan: Plan, people: list[dict[str, Any]]) -> dict[str, float]:
    """Trust and reach over live ties."""
    home = {person["row"]: person["home"] for person in people}
    found: dict[str, float] = defaultdict(float)
    depends = plan.week.prepared.interdependence
    closest = [int(row.argmax()) if row.max() > 0 else None for row in depends]
    for person in people:
        sources = [home[int(tie["source"])] for tie in person["ties"]]
        found["no_cross_tie"] += all(source == person["home"] for source in sources)
        for tie, source in zip(person["ties"], sources, strict=True):
            side = "within" if source == person["home"] else "across"
            found[f"trust_{side}"] += float(tie["trust"])
            found[f"ties_{side}"] += 1
            found["ties_closest"] += source == closest[person["home"]]
    return found


def of_learning(plan: Plan, people: list[dict[str, Any]]) -> dict[str, Any]:
    """What went from source to learner, after the budget; before anyone leaves."""
    home = {person["row"]: person["home"] for person in people}
    found: dict[str, Any] = defaultdict(float)
    departments = plan.week.rule.departments
    flow = np.zeros((departments, departments))

    def learned(learner: int, source: int, gain: float) -> None:
        found["learned"] += gain
        found["learned_across"] += gain * (home[learner] != home[source])
        flow[home[learner], home[source]] += gain

    brought = lessons_of(plan)
    found["meetings_across"] = sum(home[learner] != home[source] for learner, source in brought if learner in home)
    for person in people:
        factor = float(plan.week.work.factor[person["row"]])
        found["bound"] += factor < 1
        found["meetings"] += int(plan.week.work.meetings[person["row"]])
        for tie in person["ties"]:
            gain = brought.get((person["row"], int(tie["source"])), 0.0) * factor
            learned(person["row"], int(tie["source"]), gain)
            found["gain_across"] += gain * (home[int(tie["source"])] != person["home"])
            if tie["origin"] == 0:
                side = "within" if home[int(tie["source"])] == person["home"] else "across"
                found[f"base_gain_{side}"] += gain
                found[f"base_{side}"] += 1
    for n, row in enumerate(plan.meeting.learner.tolist()):
        if row in home:
            learned(row, int(plan.meeting.source[n]), float(plan.brought[n]) * float(plan.week.work.factor[row]))
    found["flow"] = flow
    return found


def of_participation(people: list[dict[str, Any]], hours: dict[int, float]) -> dict[str, float]:
    """Hours attended in the last 13 weeks, by row."""
    mine = [hours.get(person["row"], 0.0) for person in people]
    total = sum(mine)
    found = {"participation": total / 13, "participation_gini": gini(mine), "representativeness": np.nan}
    for name, group in (("department", "home"), ("level", "level")):
        means = [
            statistics.fmean(h for h, p in zip(mine, people, strict=True) if p[group] == value)
            for value in sorted({p[group] for p in people})
        ]
        found[f"participation_gini_{name}"] = gini(means)
    if total > 0:
        cells = {(p["home"], p["level"]) for p in people}
        apart = 0.0
        for cell in cells:
            inside = [(p["home"], p["level"]) == cell for p in people]
            share = sum(h for h, there in zip(mine, inside, strict=True) if there) / total
            apart += abs(share - sum(inside) / len(people))
        found["representativeness"] = 1 - apart / 2
    return found


class Watch:
    """Runs a model week by week and counts everything by itself.

    Attributes:
        weekly: quantity to a list over weeks, for each world.
        flow: (week, learner's department, source's department) for each world.
        adequacy: by seat for each week, for each world.
    """

    def __init__(self, made: Any) -> None:
        self.plan: Plan = made.plan
        worlds = range(self.plan.week.state.frame.worlds)
        self.weekly: list[dict[str, list[float]]] = [defaultdict(list) for _ in worlds]
        self.flow: list[list[Any]] = [[] for _ in worlds]
        self.adequacy: list[list[list[float]]] = [[] for _ in worlds]
        self._attended: list[Any] = []
        self._learning: list[set[int]] = [set() for _ in worlds]
        self._reached: list[set[Any]] = [set() for _ in worlds]

    def step(self) -> None:
        """One week."""
        plan, worlds = self.plan, range(len(self.weekly))
        found: list[dict[str, Any]] = [{} for _ in worlds]
        size = plan.week.rule.people
        with np.errstate(over="ignore"):
            for phase in PHASES:
                if phase.name == "leave and join":
                    before = [live(plan, world) for world in worlds]
                    held = [[adequacy(plan, person) for person in before[world]] for world in worlds]
                mastery = plan.week.state.expertise.astype(np.float64)
                phase.run(plan)
                if phase.name == "learn":
                    tacit = plan.week.state.structure.tacitness[: mastery.shape[2]] > np.float32(0.5)
                    more = (plan.week.state.expertise - mastery)[:, :, tacit].sum(axis=(1, 2))
                    for world in worlds:
                        found[world].update(of_learning(plan, live(plan, world)))
        self._attended = [*self._attended, plan.week.attended.copy()][-13:]
        hours = dict(enumerate(np.sum(self._attended, axis=0, dtype=np.float64).tolist()))
        for world in worlds:
            people = live(plan, world)
            left = [n for n, person in enumerate(people) if plan.week.left[person["row"]]]
            found[world]["leavers"] = len(left)
            found[world]["lost_by_leavers"] = sum(held[world][n] - adequacy(plan, people[n]) for n in left)
            leaders = [n for n in left if people[n]["level"] >= 2]
            found[world]["leaders_left"] = len(leaders)
            found[world]["lost_by_leaders"] = sum(held[world][n] - adequacy(plan, people[n]) for n in leaders)
            found[world]["leader_seats"] = sum(person["level"] >= 2 for person in people)
            below = {n for n, person in enumerate(people) if adequacy(plan, person) < 0.5}
            self._learning[world] = (self._learning[world] | set(left)) & below
            found[world]["newcomers_learning"] = len(self._learning[world])
            found[world]["learned_tacit"] = more[world]
            answers = [
                (row, come) for rows, coming in plan.week.answers for row, come in zip(rows, coming, strict=True)
            ]
            here = [come for row, come in answers if row // size == world]
            found[world] |= {"invited": len(here), "came": sum(here)}
            treated = [policy.treated(plan.week) for policy in plan.policies]
            self._reached[world] |= {
                row for rows in treated if rows is not None for row in np.flatnonzero(rows) if row // size == world
            }
            found[world]["reached"] = len(self._reached[world])
            found[world].update(of_people(plan, people) | of_ties(plan, people) | of_participation(people, hours))
            self.flow[world].append(found[world].pop("flow"))
            self.adequacy[world].append([adequacy(plan, person) for person in people])
            for name, value in found[world].items():
                self.weekly[world].setdefault(name, []).append(value)
        plan.week.number += 1
