"""P3: the whole model, week by week, against other frameworks that run the same rules."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import worlds
from benchmarks.field import Entrant, entering, field_of, size_of, title_of, under_way
from benchmarks.figures import Findings
from benchmarks.goals import RIVALS
from benchmarks.progress import say
from benchmarks.timing import in_turn

OURS = "Watercooler, two threads"


def measure(*, small: bool) -> Findings:
    """Measure one organization in every framework."""
    people, rounds, turn = (60, 1, 0.0) if small else (10_000, 5, 0.3)
    found = Findings("p3")
    worlds.warm_up()
    model = worlds.under_way(people, threads=2)
    calls: dict[str, Callable[[], object]] = {OURS: model.step}
    entrants: dict[str, Entrant] = {}
    for contender in field_of(found):
        say("p3", f"{contender.name}: {people:,} people")
        with entering(found, contender):
            entrant = under_way(contender, size_of(people))
            entrants[title_of(contender)], calls[title_of(contender)] = entrant, entrant.week
    say("p3", f"measuring {len(calls)} contenders in turn, {rounds} rounds")
    times = in_turn(calls, rounds, turn, patience=60.0)
    ours = times.pop(OURS)
    found.time(OURS, ours, "ns a person-week", scale=1e9 / people)
    for name, theirs in times.items():
        each = 1.0 / entrants[name].contender.worlds
        note = f"{len(ours.samples)} turns, weeks in each: {ours.calls} of ours, {theirs.calls}; {entrants[name].note}"
        goal = RIVALS.get(name, "")
        found.ratio(f"against {name}", theirs, ours, "times as fast", scale=each, goal=goal, note=note)
        found.time(name, theirs, "ns a person-week", scale=each * 1e9 / people)
    model.close()
    return found
