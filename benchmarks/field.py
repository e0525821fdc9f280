"""The other frameworks, where they are installed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.contenders import Contender, Size, available
from benchmarks.figures import Findings
from benchmarks.worlds import SEED, SOURCES, WARM_WEEKS, departments

FULL = "full rule"
"""How the work of a contender begins that leaves nothing out."""
WARM_SECONDS = 15.0
"""Weeks before the clock starts take no longer than this."""


def field_of(found: Findings, *, side_by_side: bool = False) -> list[Contender]:
    """Every contender that can run here; why others cannot is remarked.

    Args:
        side_by_side: whether those count too that hold several worlds at once, which pays only for small ones.
    """
    present, missing = available()
    if missing:
        reasons = "; ".join(f"{name} ({reason})" for name, reason in missing.items())
        found.remarks.append(f"Not measured: {reasons}.")
    return [contender for contender in present if side_by_side or contender.worlds == 1]


def title_of(contender: Contender) -> str:
    """Its name, with a word where it does less than the full rule."""
    return contender.name if contender.work.startswith(FULL) else f"{contender.name} (simpler)"


@contextmanager
def entering(found: Findings, contender: Contender) -> Iterator[None]:
    """Let a contender fail without those after it: why is remarked."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        found.remarks.append(f"{contender.name} failed: {type(error).__name__}: {reason}.")


def size_of(people: int, topics: int = 8) -> Size:
    """The same organization as `benchmarks.worlds` makes, with the three policies as shipped."""
    return Size(people, departments(people), topics, SOURCES, True)


@dataclass(frozen=True)
class Entrant:
    """A contender under way.

    Attributes:
        week: runs one week of one world; of a contender that holds several worlds, one of all of them.
        warm_weeks: weeks that it has run.
    """

    contender: Contender
    week: Callable[[], None]
    warm_weeks: int

    @property
    def note(self) -> str:
        """What it does, and whether its policies had begun."""
        begun = "" if self.warm_weeks >= WARM_WEEKS else f"; measured after {self.warm_weeks} weeks, without policies"
        return self.contender.work + begun


def under_way(contender: Contender, size: Size, seconds: float = WARM_SECONDS) -> Entrant:
    """A contender some weeks old, as many as `seconds` allow."""
    built = contender.build(size, SEED)
    begin, weeks = time.perf_counter(), 0
    while weeks < WARM_WEEKS and (weeks == 0 or time.perf_counter() - begin < seconds):
        contender.week(built)
        weeks += 1
    return Entrant(contender, lambda: contender.week(built), weeks)


def seconds_of_run(contender: Contender, size: Size, weeks: int) -> float:
    """Seconds of one whole run, building included, after a short one that compiles."""
    lengths: Sequence[int] = (2, weeks)
    for length in lengths:
        gc.collect()
        begin = time.perf_counter()
        built = contender.build(size, SEED)
        for _ in range(length):
            contender.week(built)
        contender.measures(built)
    return (time.perf_counter() - begin) / contender.worlds
