"""When arms fail, and which portfolio to choose, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.analysis.discovery import Box, Discovery
from experiments.strategy.figures import Figures
from experiments.strategy.figures_given import inside
from experiments.strategy.figures_portfolio import named
from experiments.strategy.said import NOTHING, Part, Said, joined, listed, say

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer


def pattern(answer: Answer, figures: Figures, arm: str, called: str) -> Said:
    """Where an arm mostly gains too little, or that no pattern was found.

    Empty where it was not looked for, or where the arm fails everywhere or nowhere.
    """
    found = answer.failures.get(arm)
    if found is None or found.failing.value in (0.0, 1.0):
        return NOTHING
    if not found.boxes:
        return say("No ranges of the assumptions say when {arm} gains too little: {why}.", arm=called,
                   why=figures.get("no_box", arm, found.outcome))  # fmt: skip
    told = [_box(figures, found, box, place, called) for place, box in enumerate(found.boxes, start=1)]
    return joined(told)


def where(figures: Figures, found: Discovery, box: Box, place: int) -> Said:
    """`how often people meet is below 0.43 and turnover is above 1.2 times`."""
    return listed([
        say("{title} is {limit}", title=each.assumption.title,
            limit=figures.get("limit", found.arm, found.outcome, str(place), each.assumption.path))
        for each in box.restrictions
    ])  # fmt: skip


def _box(figures: Figures, found: Discovery, box: Box, place: int, called: str) -> Said:
    names = (found.arm, found.outcome, str(place))
    fresh = math.isfinite(box.density_fresh.value) and math.isfinite(box.coverage_fresh.value)
    given: dict[str, Part] = {
        "arm": called, "where": where(figures, found, box, place),
        "density": figures.get("density_fresh" if fresh else "density", *names),
        "coverage": figures.get("coverage_fresh" if fresh else "coverage", *names),
    }  # fmt: skip
    again = "Of what is left it" if place > 1 else "{arm}"
    judged = ", judged by futures that did not help to find this" if fresh else ""
    return say(again + " gains too little mostly where {where}: there it fails in {density} of the futures, and "
               "{coverage} of all its failures lie there" + judged + ".", **given)  # fmt: skip


def portfolio(answer: Answer, figures: Figures) -> tuple[Said, ...]:
    """What the search found, and what of it was luck."""
    found = answer.portfolio
    if found is None:
        return ()
    size: dict[str, Part] = {name: figures.get("search", name)
                             for name in ("tried", "worlds", "fresh", "finalists", "stays")}  # fmt: skip
    if not found.candidates:
        return (say("No portfolio that was tried has a value of {outcome} in all of {worlds}, so none was chosen.",
                    outcome=inside(answer.title(answer.lead)), worlds=size["worlds"]),)  # fmt: skip
    if not found.finalists:
        return (say("Of {tried}, none kept the budget in {worlds}.", **size),)
    first = found.finalists[0]
    objective = found.objectives[0]
    said = [
        say("Of {tried}, each in {worlds}, no other beat {finalists}, which ran again in {fresh}: {stays} "
            + ("keeps the budget and is" if sum(each.stays for each in found.finalists) == 1 else
               "keep the budget and are") + " still beaten by none.", **size),
        say("Largest in fresh worlds is the {objective} of {name} ({settings}): {kept}, where the search promised "
            "{promised}.", objective=inside(objective.title), name=named(first.candidate),
            settings=figures.get("settings", "1"), kept=figures.get("kept", "1", objective.name),
            promised=figures.get("promised", "1", objective.name)),
    ]  # fmt: skip
    curse = found.curse[0]
    given: dict[str, Part] = {"objective": inside(objective.title), "curse": figures.get("curse", objective.name)}
    if curse.low > 0.0:
        said.append(say("The winner's curse: in the mean the finalists fell by {curse} from what the search saw of "
                        "their {objective}. Believe the fresh worlds.", **given))  # fmt: skip
    else:
        said.append(say("That their {objective} fell from the search to the fresh worlds cannot be shown; the "
                        "mean fall is {curse}.", **given))  # fmt: skip
    return tuple(said)
