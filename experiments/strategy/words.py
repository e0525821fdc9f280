"""The answer of a strategy study in sentences: which arm, how surely, against whom, and when it fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.analysis.outcomes import HIGHER
from experiments.strategy.figures import Figures
from experiments.strategy.figures_futures import acceptable_in, sign_test
from experiments.strategy.figures_given import ahead, inside
from experiments.strategy.said import NOTHING, Part, Said, joined, listed, say
from experiments.strategy.words_failures import pattern

if TYPE_CHECKING:
    from experiments.analysis.robustness import RobustArm
    from experiments.strategy.answer import Answer

LONGEST = 48
"""Characters of a title that sentences repeat."""
MOST, SURE = 0.5, 0.05
"""An arm holds up in most futures above the first; p values up to the second tell two arms apart."""


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
        "futures": figures.get("study", "futures"), "arms": figures.get("study", "arms"),
        "effect": changed(answer, figures, best, lead), "cost": cost(answer, figures, best),
    }  # fmt: skip
    if found.acceptable.value == 0.0:
        return say("None of the {arms} is acceptable in any of the {futures}; {arm} is regretted least. {effect}, "
                   "for {cost}.", **given)  # fmt: skip
    if found.acceptable.value <= MOST:
        return say("No arm is acceptable in more than half of the {futures}. {arm} is in the most, {share}. {effect}, "
                   "for {cost}.", **given)  # fmt: skip
    if len(ranked) == 1:
        return say("{arm} is acceptable in {share} of {futures}. {effect}, for {cost}.", **given)
    most = max(each.acceptable.value for each in answer.robust[lead].arms if each.name in ranked)
    among = "none of the {arms} is in more" if found.acceptable.value >= most else "none within the budget is in more"
    return say("{arm} is acceptable in {share} of {futures}; " + among + ". {effect}, for {cost}.", **given)


def _without_futures(answer: Answer, figures: Figures, best: str) -> Said:
    effect, lead = answer.effects[best, answer.lead], answer.lead
    given: dict[str, Part] = {
        "arm": called(answer, best), "outcome": inside(answer.title(lead)), "cost": cost(answer, figures, best),
        "effect": figures.get("effect", best, lead), "worlds": figures.get("study", "worlds"),
    }  # fmt: skip
    if effect.paired.n < 2:
        return say("{arm} has the largest change of {outcome}, {effect}, in one world: what is chance in it, one world "
                   "cannot say.", **given)  # fmt: skip
    if not effect.paired.clear:
        return say("No arm can be shown to improve {outcome}: the best mean is that of {arm}, {effect}, and over "
                   "{worlds} chance alone may give as much.", **given)  # fmt: skip
    if not improves(answer, best, lead):
        return say("Every arm makes {outcome} worse than doing nothing does; {arm} least, by {effect}.", **given)
    return say("{arm} improves {outcome} most: it changes by {effect} over {worlds}, for {cost}.", **given)


def changed(answer: Answer, figures: Figures, arm: str, outcome: str) -> Said:
    """What an arm does to an outcome as given, as a sentence without its full stop."""
    given: dict[str, Part] = {
        "outcome": inside(answer.title(outcome)), "effect": figures.get("effect", arm, outcome),
        "worlds": figures.get("study", "worlds"),
    }  # fmt: skip
    result = answer.effects[arm, outcome].paired
    if result.n >= 2 and not result.clear:
        return say("Where the assumptions are as given, {worlds} cannot show that it changes {outcome} ({effect})",
                   **given)  # fmt: skip
    return say("Where the assumptions are as given it changes {outcome} by {effect}", **given)


def cost(answer: Answer, figures: Figures, arm: str) -> Said:
    """What an arm costs a person and week."""
    spent = answer.frontier.of(arm).costs
    paid = [figures.get(kind, arm) for kind in ("hours", "money") if spent[kind] > 0.0]
    return say("{paid} a person and week", paid=listed(paid)) if paid else say("no hours or money that are booked")


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


def rival(answer: Answer, figures: Figures) -> Said:
    """The second arm, and whether it can be told apart from the first."""
    ranked = answer.ranked()
    if len(ranked) < 2:
        return NOTHING
    best, second = ranked[:2]
    names: dict[str, Part] = {"best": called(answer, best), "second": called(answer, second)}
    if answer.futures is None:
        return say("{given}", given=_ahead(answer, figures, best, second, names))
    share = figures.get("acceptable", second, answer.lead)
    dear = "" if answer.affordable(second) else ", but beyond the budget where the assumptions are as given"
    first = joined([say("The next is {second}, acceptable in {share}" + dear + ".", share=share, **names),
                    _beyond_budget(answer, figures, second)])  # fmt: skip
    return joined([first, _told_apart(answer, figures, best, second, names),
                   _ahead(answer, figures, best, second, names)])  # fmt: skip


def _beyond_budget(answer: Answer, figures: Figures, second: str) -> Said:
    """Arms that stand behind the second only because they cost more than the budget as given."""
    found = {each.name: each.acceptable.value for each in answer.robust[answer.lead].arms}
    dear = [arm for arm in answer.ranked() if not answer.affordable(arm) and found[arm] > found[second]]
    named = [say("{arm} in {share}, for {cost}", arm=called(answer, arm), cost=cost(answer, figures, arm),
                 share=figures.get("acceptable", arm, answer.lead)) for arm in dear[:2]]  # fmt: skip
    if not named:
        return NOTHING
    return say("More often acceptable, but beyond the budget where the assumptions are as given: {named}.",
               named=joined(named, "; "))  # fmt: skip


def _told_apart(answer: Answer, figures: Figures, best: str, second: str, names: dict[str, Part]) -> Said:
    """Whether the futures tell two arms apart by how often they are acceptable."""
    one, other = acceptable_in(answer, best), acceptable_in(answer, second)
    lead = answer.lead
    given: dict[str, Part] = {
        **names, "only": figures.get("only", best, second, lead), "reverse": figures.get("only", second, best, lead),
        "p": figures.get("apart", best, second, lead), "regret": figures.get("regret_high", best, lead),
        "regrets": figures.get("regret_high", second, lead),
    }  # fmt: skip
    if not (one ^ other).any():
        return say("Both are acceptable in the same futures; what puts {best} first is regret, the 90th percentile "
                   "over futures: {regret} against {regrets}.", **given)  # fmt: skip
    apart = sign_test(int((one & ~other).sum()), int((other & ~one).sum())) <= SURE
    verdict = "The futures tell the two apart" if apart else "That does not tell the two apart"
    return say(verdict + ": in {only} only {best} is acceptable, in {reverse} only {second} ({p}).", **given)


def _ahead(answer: Answer, figures: Figures, best: str, second: str, names: dict[str, Part]) -> Said:
    """Which of two arms is ahead where the assumptions are as given."""
    result = ahead(answer, best, second)
    given: dict[str, Part] = {**names, "lead": figures.get("ahead", best, second, answer.lead), "outcome":
             inside(answer.title(answer.lead)), "worlds": figures.get("study", "worlds")}  # fmt: skip
    if answer.futures is not None:
        given["often"] = figures.get("ahead_futures", best, second, answer.lead)
        tail = "; {best} does better in {often}."
    else:
        tail = "."
    if result.n < 2 or not result.clear:
        return say("Where the assumptions are as given, {worlds} cannot tell {best} from {second} by {outcome}: {lead}"
                   + tail, **given)  # fmt: skip
    more = "better" if result.difference > 0.0 else "worse"
    return say(f"Where the assumptions are as given, {{best}} does {more} than {{second}} by {{outcome}}: {{lead}}"
               + tail, **given)  # fmt: skip


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
        "regret": figures.get("regret_max", best, lead), "futures": figures.get("study", "futures"),
        "share": figures.get("acceptable", best, lead),
    }  # fmt: skip
    if found.too_weak == 0.0 and found.too_dear == 0.0:
        first = say("{arm} fails in none of the {futures}.", **given)
    else:
        kinds = [say(words, **given) for words, value in (
            ("gains too little in {weak} of the futures", found.too_weak),
            ("costs too much in {dear} of them" if found.too_weak else "costs too much in {dear} of the futures",
             found.too_dear)) if value > 0.0]  # fmt: skip
        first = say("{arm} {kinds}.", kinds=listed(kinds), arm=given["arm"])
    first = joined([first, pattern(answer, figures, best, called(answer, best))])
    if found.regret_max.value <= 0.0:
        return joined([first, say("No other arm does better in any future.")])
    return joined(
        [
            first,
            say(
                "It is regretted most in {worst}, where the best arm, whatever it costs, does better by {regret}.",
                **given,
            ),
        ]
    )


def of_arm(answer: Answer, figures: Figures, arm: str) -> Said:
    """What one arm does, how surely it matters, where it holds up, what it costs, and what beats it."""
    return joined([say("{parts}.", parts=joined(_of_arm(answer, figures, arm), "; "))])


def _of_arm(answer: Answer, figures: Figures, arm: str) -> Iterator[Said]:
    lead = answer.lead
    result = answer.effects[arm, lead].paired
    given: dict[str, Part] = {
        "outcome": inside(answer.title(lead)), "effect": figures.get("effect", arm, lead),
        "better": figures.get("better", arm, lead), "worlds": figures.get("study", "worlds"),
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
        yield say("{other} brings as much for no more, in {share} of resampled worlds", other=called(answer,
            beaten[0].arm), share=figures.get("dominated", arm, beaten[0].arm))  # fmt: skip


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


def called(answer: Answer, arm: str) -> str:
    """What sentences call an arm: its title, a very long one without its middle where it can still be told apart."""
    title = answer.title(arm)
    short = _short(title)
    taken = [_short(answer.title(other)) for other in answer.given.outcomes.arms if other != arm]
    return title if short in taken else short


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[:30].rstrip()}…{title[-15:].lstrip()}"


def improves(answer: Answer, arm: str, outcome: str) -> bool:
    """Whether the mean change as given is for the better."""
    up = answer.effects[arm, outcome].paired.difference > 0.0
    return up == (answer.given.outcomes.better[outcome] == HIGHER)


def robust_arm(answer: Answer, arm: str) -> RobustArm | None:
    """How robust an arm is by the first outcome; None without futures."""
    robust = answer.robust.get(answer.lead)
    return None if robust is None else next(each for each in robust.arms if each.name == arm)
