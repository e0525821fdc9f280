"""P1 and P2: the week's exchange over ties against scipy's sparse product over the same ties, and against the machine.

The product is what a linear model of diffusion would do: no gates, no trust, no chance, no need. It is the fastest
widely used way to gather over ties, so the ratio says what the whole rule costs over the bare minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks import limits, worlds
from benchmarks.figures import Findings
from benchmarks.progress import say
from benchmarks.timing import Times, in_turn
from sim import OrganizationModel
from sim.phases import channels
from sim.plan import PHASES
from sim.threads import Threads

GOAL_TOPICS, OTHER_TOPICS = 8, (24, 32)
THREADS = {"one": 1, "two": 2}
BANDWIDTH_BYTES = 3 * 2**29
"""Larger than the caches of most processors."""


def prepared(people: int, topics: int) -> OrganizationModel:
    """A model in which this week's exchange can be run again and again."""
    model = OrganizationModel(worlds.scenario(people, topics, policies=False), seed=1)
    for phase in PHASES:
        if phase.name == "ties":
            return model
        phase.run(model.plan)
    raise AssertionError("the week has no exchange over ties")


def exchanging(model: OrganizationModel, threads: int) -> Callable[[], None]:
    """A call that runs the exchange over ties, each time with the chance of another week."""
    run = next(phase for phase in PHASES if phase.name == "ties").run
    team = Threads(threads)

    def week() -> None:
        model.ensemble.threads = team
        model.ensemble.number += 1
        run(model.plan)

    return week


def one_by_one(week: Callable[[], None]) -> Callable[[], None]:
    """The same week by the reference kernel, which takes one tie and one topic after another."""

    def plain() -> None:
        channels.COMPILED = False
        try:
            week()
        finally:
            channels.COMPILED = True

    return plain


def product(model: OrganizationModel) -> Callable[[], object]:
    """scipy's product of the same ties with the same mastery."""
    state = model.state
    people = state.frame.people
    matrix = csr_array((state.trust, (state.learners(), state.source)), shape=(people, people), dtype=np.float32)
    mastery = state.arrays["expertise"]
    return lambda: matrix @ mastery


def allowed(model: OrganizationModel) -> dict[str, Callable[[], object]]:
    """Calls that only fetch what the exchange needs: rows in its order and in random order, bytes one after another."""
    source, mastery = model.state.source.astype(np.int64), model.state.arrays["expertise"]
    anywhere = np.random.default_rng(1).permutation(source)
    amount = limits.necessary_bytes(len(mastery), len(source), mastery.shape[1])
    calls: dict[str, Callable[[], object]] = {}
    for name, threads in THREADS.items():
        calls[f"gather {name}"] = limits.gathering(source, mastery, threads)
        calls[f"anywhere {name}"] = limits.gathering(anywhere, mastery, threads)
        calls[f"bytes {name}"] = limits.streaming(amount, threads)
    return calls


def measure(section: str, people: int, rounds: int, turn: float) -> Findings:
    """Measure the exchange at one size."""
    found = Findings(section)
    for topics in (GOAL_TOPICS, *OTHER_TOPICS):
        say(section, f"building {people:,} people with {topics} topics")
        model = prepared(people, topics)
        calls: dict[str, Callable[[], object]] = {"scipy": product(model)}
        calls |= {name: exchanging(model, threads) for name, threads in THREADS.items()}
        calls["plain"] = one_by_one(exchanging(model, 1))
        if topics == GOAL_TOPICS:
            calls |= allowed(model)
        say(section, f"measuring {len(calls)} contenders in turn, {rounds} rounds")
        with np.errstate(over="ignore"):
            times = in_turn(calls, rounds, turn, patience=30.0)
        _add(found, times, len(model.state.source), topics)
        model.close()
    return found


def _add(found: Findings, times: dict[str, Times], ties: int, topics: int) -> None:
    """Turn times into figures."""
    promised = topics == GOAL_TOPICS
    for name in THREADS:
        words = f"{topics} topics, {name} thread{'s' * (name == 'two')}"
        goal = f"{found.section} {words.split(', ')[1]}" if promised else ""
        found.ratio(f"exchange, {words}", times[name], times["scipy"], "times scipy", goal=goal)
    found.ratio(f"the reference kernel, {topics} topics, one thread", times["plain"], times["one"], "times the lanes")
    for name in ("one", "two", "scipy"):
        label = "scipy's product" if name == "scipy" else f"exchange, {name} thread{'s' * (name == 'two')}"
        found.time(f"{label}, {topics} topics", times[name], "ns a tie", scale=1e9 / ties)
    if not promised:
        return
    for name in THREADS:
        words = f"{name} thread{'s' * (name == 'two')}"
        slowest = max((times[f"gather {name}"], times[f"bytes {name}"]), key=lambda limit: limit.best)
        found.ratio(f"exchange, {words}, against the machine", times[name], slowest, "times the limit")
        found.time(f"fetching sources' rows in order, {words}", times[f"gather {name}"], "ns a row", scale=1e9 / ties)
        found.time(f"the same rows in random order, {words}", times[f"anywhere {name}"], "ns a row", scale=1e9 / ties)
        found.time(f"streaming the exchange's bytes, {words}", times[f"bytes {name}"], "ns a tie", scale=1e9 / ties)


def bandwidth(section: str, amount: int, rounds: int) -> Findings:
    """STREAM's copy and triad over arrays beyond the caches."""
    say(section, f"bandwidth over {amount / 2**20:,.0f} MiB")
    found = Findings(section)
    kinds: dict[str, Any] = {"copy": limits.copying, "triad": limits.streaming}
    for kind, make in kinds.items():
        for name, threads in THREADS.items():
            times = in_turn({"": make(amount, threads)}, rounds)[""]
            rates = tuple(amount / seconds / 1e9 for seconds in times.samples)
            words = f"{name} thread{'s' * (name == 'two')}"
            found.samples(f"memory, {kind}, {words}", max(rates), rates, "GB/s")
    return found


def small_organization(*, small: bool) -> Findings:
    """P1."""
    return measure("p1", 200 if small else 10_000, 1 if small else 15, 0.0 if small else 0.03)


def large_organization(*, small: bool) -> Findings:
    """P2."""
    found = measure("p2", 2000 if small else 1_000_000, 1 if small else 7, 0.0)
    found.figures += bandwidth("p2", 2**16 if small else BANDWIDTH_BYTES, 1 if small else 4).figures
    return found
