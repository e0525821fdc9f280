"""Timing of contenders in turn, so that a busy moment of the machine hits all of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

MOST_CALLS = 2000
"""Calls in a turn, however short one is."""


@dataclass(frozen=True)
class Times:
    """Seconds a call, one sample a round.

    Attributes:
        samples: mean over the calls of each turn, (round,).
        calls: calls in a turn.
    """

    samples: tuple[float, ...]
    calls: int = 1

    @property
    def best(self) -> float:
        """The shortest: what is left when nothing else was in the way."""
        return min(self.samples)

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.samples)


def in_turn(
    contenders: Mapping[str, Callable[[], object]], rounds: int, turn: float = 0.0, patience: float = math.inf
) -> dict[str, Times]:
    """Time all contenders in each round, one after another.

    Args:
        contenders: what to call, by name; each is called once more beforehand, uncounted.
        rounds: turns of each contender.
        turn: seconds that a turn should last at least; a short call is repeated until it does.
        patience: seconds after which no more round begins; there is one in any case.
    """
    calls = {name: _calls(run, turn) for name, run in contenders.items()}
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    started = time.perf_counter()
    for number in range(rounds):
        if number and time.perf_counter() - started > patience:
            break
        for name, run in contenders.items():
            begin = time.perf_counter()
            for _ in range(calls[name]):
                run()
            samples[name].append((time.perf_counter() - begin) / calls[name])
    return {name: Times(tuple(samples[name]), calls[name]) for name in contenders}


def _calls(run: Callable[[], object], turn: float) -> int:
    """How often a call fits into a turn; the first call compiles and fills caches, the second counts."""
    run()
    if turn <= 0.0:
        return 1
    begin = time.perf_counter()
    run()
    once = time.perf_counter() - begin
    return max(1, min(MOST_CALLS, math.ceil(turn / max(once, 1e-9))))


def middle_half(values: tuple[float, ...]) -> tuple[float, float]:
    """Between which two values the middle half of them lies."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, high
