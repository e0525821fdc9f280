"""P8: what a person-week costs at sizes from a thousand to a hundred thousand people."""

from __future__ import annotations

import gc
import time

import numpy as np

from benchmarks import limits, worlds
from benchmarks.contenders import Contender
from benchmarks.field import entering, field_of, size_of, title_of, under_way
from benchmarks.figures import Findings, Point
from benchmarks.progress import say
from benchmarks.timing import Times, in_turn
from sim import OrganizationModel

SIZES = (1000, 3000, 10_000, 30_000, 100_000)
OURS, OURS_TWO, LIMIT = "Watercooler, one thread", "Watercooler, two threads", "what the memory allows"
TOGETHER = "Watercooler, worlds side by side"
LINES = {OURS: (1, False), OURS_TWO: (2, False), TOGETHER: (1, True)}
"""Threads of each line, and whether as many worlds run together as make up the largest size: a sweep's seeds do."""
PATIENCE = 40.0
"""Seconds that a contender may take at the next size."""
WARM_SECONDS = 10.0


def measure(*, small: bool) -> Findings:
    """Measure our model at all sizes in turn, then each contender as far as it gets."""
    sizes = (30, 60) if small else SIZES
    rounds, turn = (1, 0.0) if small else (7, 0.15)
    found = Findings("p8")
    worlds.warm_up()
    for line, (threads, together) in LINES.items():
        say("p8", f"{line}: building {len(sizes)} organizations")
        seeds = {people: sizes[-1] // people if together else 1 for people in sizes}
        models = {people: worlds.under_way(people, threads, seeds[people]) for people in sizes}
        say("p8", f"{line}: measuring them in turn, {rounds} rounds")
        times = in_turn({str(people): model.step for people, model in models.items()}, rounds, turn, 40.0)
        each = {people: _shared(times[str(people)], seeds[people]) for people in sizes}
        _add(found, line, each, "p8 flat" if line == OURS else "")
        for people, model in models.items():
            if line == OURS:
                found.points.append(Point(LIMIT, "limit", people, 1e9 * _least_seconds(model) / people))
            model.close()
    for contender in field_of(found):
        with entering(found, contender):
            _climb(found, contender, sizes)
    return found


def _shared(times: Times, worlds_together: int) -> Times:
    """The times of one world of several that run together."""
    return Times(tuple(seconds / worlds_together for seconds in times.samples))


def _add(found: Findings, line: str, times: dict[int, Times], goal: str) -> None:
    """Add a line of the chart: its cost at each size, and how flat it is."""
    rounds = zip(*(times[people].samples for people in times), strict=True)
    spans = tuple(_span([seconds / people for seconds, people in zip(row, times, strict=True)]) for row in rounds)
    costs = {people: times[people].best / people for people in times}
    found.samples(f"{line}, dearest size over cheapest", _span(list(costs.values())), spans, "times", goal=goal)
    for people, cost in costs.items():
        found.time(f"{line}, {people:,} people", times[people], "ns a person-week", scale=1e9 / people)
        found.points.append(Point(line, "ours", people, 1e9 * cost))


def _span(costs: list[float]) -> float:
    return max(costs) / min(costs)


def _least_seconds(model: OrganizationModel) -> float:
    """Seconds of one thread to fetch the rows of all ties' sources, or to stream all bytes, whichever is longer."""
    source, mastery = model.state.source.astype(np.int64), model.state.arrays["expertise"]
    amount = limits.necessary_bytes(len(mastery), len(source), mastery.shape[1])
    calls = (limits.gathering(source, mastery, 1), limits.streaming(amount, 1))
    return max(limits.seconds_of(call, 9) for call in calls)


def _climb(found: Findings, contender: Contender, sizes: tuple[int, ...]) -> None:
    """Measure a contender from the smallest size upwards, until the next one would take too long."""
    spent, before = 0.0, sizes[0]
    for people in sizes:
        if spent * people / before > PATIENCE:
            say("p8", f"{contender.name}: no patience for {people:,} people")
            return
        say("p8", f"{contender.name}: {people:,} people")
        gc.collect()
        begin = time.perf_counter()
        entrant = under_way(contender, size_of(people), WARM_SECONDS)
        times = in_turn({"": entrant.week}, rounds=3)[""]
        spent, before = time.perf_counter() - begin, people
        scale = 1e9 / people / contender.worlds
        found.points.append(Point(title_of(contender), "contender", people, scale * times.best))
        found.time(
            f"{title_of(contender)}, {people:,} people", times, "ns a person-week", scale=scale, note=entrant.note
        )
