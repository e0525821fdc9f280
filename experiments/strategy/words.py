"""The answer of a strategy study in sentences: which arm, how surely, against whom, and when it fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.strategy.figures import Figures
from experiments.strategy.figures_given import inside
from experiments.strategy.said import NOTHING, Part, Said, joined, listed, say
from experiments.strategy.words_arms import called, cost, improves, robust_arm
from experiments.strategy.words_failures import pattern
from experiments.strategy.words_rival import regretted_least, rival

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

MOST = 0.5
"""An arm holds up in most futures above this share."""


@dataclass(frozen=True)
class ArmSaid:
    """What is said of one arm."""

    arm: str
    title: str
    said: Said


@dataclass(frozen=True)
class Told:
    """The answer in words.

    Attributes:
        headline: which arm, in how many futures, its effect and cost.
        meaning: what acceptable means; empty without futures.
        rival: the next arm, and whether the two can be told apart.
        failing: when the first arm fails.
        arms: a sentence or two on each arm, the best first.
    """

    headline: Said
    meaning: Said
    rival: Said
    failing: Said
    arms: tuple[ArmSaid, ...]

    @property
    def three(self) -> tuple[Said, ...]:
        """The answer for someone who reads three sentences."""
        return tuple(said for said in (self.headline, self.rival, self.failing) if said)


def told(answer: Answer, figures: Figures) -> Told:
    """The answer of a study."""
    ranked = answer.ranked()
    return Told(
        headline=headline(answer, figures),
        meaning=meaning(answer, figures),
        rival=rival(answer, figures),
        failing=failing(answer, figures),
        arms=tuple(ArmSaid(arm, answer.title(arm), of_arm(answer, figures, arm)) for arm in ranked),
    )


def headline(answer: Answer, figures: Figures) -> Said:
    """Which arm holds up best, or that none does."""
    ranked = answer.ranked()
    if not ranked:
        return say("There is nothing to compare: this study has no arm beside doing nothing.")
    best, lead = ranked[0], answer.lead
    if not answer.affordable(best):
        named = listed([figures.get("budget", kind) for kind in ("hours", "money") if figures.has("budget", kind)])
        return say(
            "No arm fits the budget of {budget} a person and week: {arm} comes first among {arms}, and costs {cost}.",
            budget=named, arm=called(answer, best), arms=figures.get("study", "arms"), cost=cost(answer, figures, best),
        )  # fmt: skip
    found = robust_arm(answer, best)
    if found is None:
        return _without_futures(answer, figures, best)
    given: dict[str, Part] = {
        "arm": called(answer, best), "share": figures.get("acceptable", best, lead),
        "futures": figures.get("used", lead), "arms": figures.get("study", "arms"),
        "effect": changed(answer, figures, best, lead), "cost": cost(answer, figures, best),
    }  # fmt: skip
    most = max(each.acceptable.value for each in answer.robust[lead].arms if each.name in ranked)
    if most == 0.0:
        return say("None of the {arms} is acceptable in any of the {futures}; {least}. {effect}, for {cost}.",
                   least=regretted_least(answer, best), **given)  # fmt: skip
    if found.acceptable.value <= MOST:
        within = " within the budget" if most > found.acceptable.value else ""
        return say("No arm" + within + " is acceptable in more than half of the {futures}. {arm} is in the most, "
                   "{share}. {effect}, for {cost}.", **given)  # fmt: skip
    if len(ranked) == 1:
        return say("{arm} is acceptable in {share} of {futures}. {effect}, for {cost}.", **given)
    among = "none of the {arms} is in more" if found.acceptable.value >= most else "none within the budget is in more"
    return say("{arm} is acceptable in {share} of {futures}; " + among + ". {effect}, for {cost}.", **given)


def _without_futures(answer: Answer, figures: Figures, best: str) -> Said:
    effect, lead = answer.effects[best, answer.lead], answer.lead
    given: dict[str, Part] = {
        "arm": called(answer, best), "outcome": inside(answer.title(lead)), "cost": cost(answer, figures, best),
        "effect": figures.get("effect", best, lead), "worlds": figures.get("defined", best, lead),
    }  # fmt: skip
    all_fit = all(map(answer.affordable, answer.arms))
    within = "" if all_fit else "Within the budget "
    no, every = ("No", "Every") if all_fit else (f"{within}no", f"{within}every")
    if effect.paired.n < 2:
        return say(within + "{arm} has the best change of {outcome}, {effect}, in one world: what is chance in it, one "
                   "world cannot say.", **given)  # fmt: skip
    if not effect.paired.clear:
        return say(no + " arm can be shown to improve {outcome}: the best mean is that of {arm}, {effect}, and over "
                   "{worlds} chance alone may give as much.", **given)  # fmt: skip
    if not improves(answer, best, lead):
        return say(every + " arm makes {outcome} worse than doing nothing does; {arm} least, by {effect}.", **given)
    return say(within + "{arm} improves {outcome} most: it changes by {effect} over {worlds}, for {cost}.", **given)


def changed(answer: Answer, figures: Figures, arm: str, outcome: str) -> Said:
    """What an arm does to an outcome as given, as a sentence without its full stop."""
    given: dict[str, Part] = {
        "outcome": inside(answer.title(outcome)), "effect": figures.get("effect", arm, outcome),
        "worlds": figures.get("defined", arm, outcome),
    }  # fmt: skip
    result = answer.effects[arm, outcome].paired
    if result.n >= 2 and not result.clear:
        return say("Where the assumptions are as given, {worlds} cannot show that it changes {outcome} ({effect})",
                   **given)  # fmt: skip
    return say("Where the assumptions are as given it changes {outcome} by {effect}", **given)


def meaning(answer: Answer, figures: Figures) -> Said:
    """What acceptable means in this study."""
    if answer.futures is None:
        return NOTHING
    outcome = inside(answer.title(answer.lead))
    gain = (
        say("{outcome} is better by at least {wanted} than where nothing is done", outcome=outcome,
            wanted=figures.get("wanted", answer.lead))
        if figures.has("wanted", answer.lead)
        else say("{outcome} is not worse than where nothing is done", outcome=outcome)
    )  # fmt: skip
    limits = [figures.get("budget", kind) for kind in ("hours", "money") if figures.has("budget", kind)]
    budget = say(", at a cost of at most {limits} a person and week", limits=listed(limits)) if limits else NOTHING
    return say("Acceptable in a future means: {gain}{budget}, in the mean over its {worlds}.", gain=gain, budget=budget,
               worlds=figures.get("study", "future_worlds"))  # fmt: skip


def failing(answer: Answer, figures: Figures) -> Said:
    """When the first arm fails."""
    ranked = answer.ranked()
    found = robust_arm(answer, ranked[0]) if ranked else None
    if found is None:
        return say("How far the answer holds where the assumptions are others was not asked.") if ranked else NOTHING
    best, lead = ranked[0], answer.lead
    given: dict[str, Part] = {
        "arm": called(answer, best), "weak": figures.get("too_weak", best, lead),
        "dear": figures.get("too_dear", best, lead), "worst": figures.get("worst", best, lead),
        "regret": figures.get("regret_max", best, lead), "futures": figures.get("used", lead),
        "share": figures.get("acceptable", best, lead),
    }  # fmt: skip
    if found.too_weak == 0.0 and found.too_dear == 0.0:
        one = answer.robust[lead].futures.size == 1
        first = say(
            "{arm} does not fail in the {futures}." if one else "{arm} fails in none of the {futures}.", **given
        )
    else:
        kinds = [say(words, **given) for words, value in (
            ("gains too little in {weak} of the futures", found.too_weak),
            ("costs too much in {dear} of them" if found.too_weak else "costs too much in {dear} of the futures",
             found.too_dear)) if value > 0.0]  # fmt: skip
        first = say("{arm} {kinds}.", kinds=listed(kinds), arm=given["arm"])
    first = joined([first, pattern(answer, figures, best, called(answer, best))])
    if found.regret_max.value <= 0.0:
        return joined([first, say("No other arm does better in any future.")])
    robust = answer.robust[lead]
    at = robust.futures.tolist().index(found.worst_future)
    best_there = "doing nothing" if robust.best[at] == 0 else "the best arm, whatever it costs,"
    regretted = "It is regretted most in {worst}, where " + best_there + " does better by {regret}."
    return joined([first, say(regretted, **given)])


def of_arm(answer: Answer, figures: Figures, arm: str) -> Said:
    """What one arm does, how surely it matters, where it holds up, what it costs, and what beats it."""
    return joined([say("{parts}.", parts=joined(_of_arm(answer, figures, arm), "; "))])


def _of_arm(answer: Answer, figures: Figures, arm: str) -> Iterator[Said]:
    lead = answer.lead
    result = answer.effects[arm, lead].paired
    given: dict[str, Part] = {
        "outcome": inside(answer.title(lead)), "effect": figures.get("effect", arm, lead),
        "better": figures.get("better", arm, lead), "worlds": figures.get("defined", arm, lead),
        "cost": cost(answer, figures, arm),
    }  # fmt: skip
    if result.n < 2:
        yield say("changes {outcome} by {effect} in one world, for {cost}", **given)
    elif result.clear:
        yield say("changes {outcome} by {effect}, better in {better} worlds, for {cost}", **given)
    else:
        yield say("makes no difference to {outcome} that {worlds} can show ({effect}), for {cost}", **given)
    yield from (said for said in (matters(answer, figures, arm, lead),) if said)
    found = robust_arm(answer, arm)
    if found is not None:
        yield say("acceptable in {share} of the futures, with a largest regret of {regret}",
                  share=figures.get("acceptable", arm, lead), regret=figures.get("regret_max", arm, lead))  # fmt: skip
    beaten = answer.frontier.of(arm).dominated_by
    if beaten:
        surely = ", in {share} of resampled worlds" if result.n >= 2 else ""
        yield say("{other} brings as much for no more" + surely, other=called(answer, beaten[0].arm),
                  share=figures.get("dominated", arm, beaten[0].arm))  # fmt: skip


def matters(answer: Answer, figures: Figures, arm: str, outcome: str) -> Said:
    """Whether an effect is as large as matters; empty where no smallest effect is given."""
    found = answer.effects[arm, outcome].equivalence
    if found is None or not math.isfinite(found.low):
        return NOTHING
    given: dict[str, Part] = {
        "wanted": figures.get("wanted", outcome),
        "range": figures.get("equivalence", arm, outcome),
    }
    if found.matters:
        how = "more than" if improves(answer, arm, outcome) else "a loss of more than"
        return say("that is " + how + " the {wanted} that matter (90 % interval {range})", **given)
    if found.equivalent:
        return say("that is too small to matter: {wanted} or more, either way, are ruled out (90 % interval {range})",
                   **given)  # fmt: skip
    return say("whether that is as much as the {wanted} that matter cannot be said (90 % interval {range})", **given)
