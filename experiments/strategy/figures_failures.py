"""Numbers of when arms fail: the boxes of scenario discovery, what they cover, and how surely they are there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.discovery import Box, Discovery, Restriction
from experiments.strategy import shown
from experiments.strategy.figures import FUTURES, Figure, Method, Rows
from experiments.strategy.figures_given import made
from experiments.wording import number, p_value, plural, with_unit

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

DISCOVER = "experiments.analysis.discovery.discover"
METHODS = {
    "failing": Method(
        "share of futures in which {arm} gains too little in {outcome}", DISCOVER,
        "futures whose mean gain over worlds is below the smallest effect; interval over worlds drawn again"),
    "no_box": Method("why there is no further pattern in when {arm} fails", DISCOVER,
                     "boxes found by PRIM against those found after the labels were dealt out at random"),
    "limit": Method("where {about} lies in the futures in which {arm} mostly fails", DISCOVER,
                    "limit of a box found by PRIM, in the assumption's own unit"),
    "limit_again": Method("share of resamples whose box confines {about} too", DISCOVER,
                          "boxes of futures and worlds drawn again, on the side that is confined"),
    "coverage": Method("share of the failures of {arm} that lie in the box", DISCOVER,
                       "failures inside, of all failures"),
    "density": Method("share of the futures in the box in which {arm} fails", DISCOVER,
                      "failures inside, of all inside"),
    "coverage_fresh": Method(
        "share of the failures of {arm} that lie in the box, judged by futures that did not help to find it", DISCOVER,
        "mean and 95 % of resamples: a box found in drawn futures, judged by the futures left out"),
    "density_fresh": Method(
        "share of the futures in the box in which {arm} fails, judged by futures that did not help to find it",
        DISCOVER, "mean and 95 % of resamples: a box found in drawn futures, judged by the futures left out"),
    "mass": Method("share of the ranges of the assumptions that the box takes up", DISCOVER, "product of its widths"),
    "box_p": Method("how often chance alone gives as good a box for {arm}", DISCOVER,
                    "random labellings whose best box says as much, the true one included, of all"),
}  # fmt: skip


def failure_figures(answer: Answer) -> Iterator[Figure]:
    """Of the arms of which it was asked when they fail."""
    for found in answer.failures.values():
        rows = rows_of(answer, found)
        for kind, text, value in (
            ("failing", shown.share_with(found.failing), found.failing.value), ("no_box", found.ended, math.nan),
        ):  # fmt: skip
            yield made(answer, kind, (found.arm, found.outcome), text, value, rows, METHODS, arms=(found.arm, ""),
                       outcome=found.outcome)  # fmt: skip
        for place, box in enumerate(found.boxes, start=1):
            yield from _box(answer, found, box, place)


def rows_of(answer: Answer, found: Discovery) -> Rows:
    """All futures that were looked at, the arm and doing nothing."""
    assert answer.futures is not None
    outcomes = answer.futures.outcomes
    return Rows(FUTURES, (found.arm, outcomes.arms[0]), found.outcome, answer.numbers, outcomes.seeds)


def limit(restriction: Restriction) -> str:
    """`below 0.43`, `above 0.6`, `0.3 to 0.5`, with the unit; times keep their word."""
    low, high = restriction.low, restriction.high
    span = restriction.assumption.high - restriction.assumption.low
    places = max(0, 2 - math.floor(math.log10(span)))
    unit = restriction.assumption.unit
    if not math.isfinite(low):
        return f"below {with_unit(number(high, places), unit)}"
    if not math.isfinite(high):
        return f"above {with_unit(number(low, places), unit)}"
    return f"{number(low, places)} to {with_unit(number(high, places), unit)}"


def _box(answer: Answer, found: Discovery, box: Box, place: int) -> Iterator[Figure]:
    """Inside of the box are only some of the futures; what says how good it is comes from all of them."""
    every = rows_of(answer, found)
    inside = Rows(every.where, every.arms, every.outcome, tuple(answer.numbers[at] for at in box.futures), every.seeds)
    names = (found.arm, found.outcome, str(place))
    for kind, text, value, rows in (
        ("coverage", shown.share(box.coverage), box.coverage, every),
        ("density", f"{shown.share(box.density)} of {plural(box.futures.size, 'future')}", box.density, inside),
        ("coverage_fresh", shown.share_with(box.coverage_fresh), box.coverage_fresh.value, every),
        ("density_fresh", shown.share_with(box.density_fresh), box.density_fresh.value, every),
        ("mass", shown.share(box.mass), box.mass, every), ("box_p", f"p = {p_value(box.p)}", box.p, every),
    ):  # fmt: skip
        yield made(answer, kind, names, text.replace("= <", "<"), value, rows, METHODS, arms=(found.arm, ""),
                   outcome=found.outcome)  # fmt: skip
    for each in box.restrictions:
        own = (*names, each.assumption.path)
        ends = [end for end in (each.low, each.high) if math.isfinite(end)]
        again = min(share for end, share in ((each.low, each.again_low), (each.high, each.again_high))
                    if math.isfinite(end))  # fmt: skip
        for kind, text, value in (("limit", limit(each), ends[0]), ("limit_again", shown.share(again), again)):
            yield made(answer, kind, own, text, value, inside, METHODS, arms=(found.arm, ""),
                       about=each.assumption.title)  # fmt: skip
