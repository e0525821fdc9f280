"""The first arm against the others, in sentences: what puts it first, and whether it can be told from the second."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.strategy.figures import Figures
from experiments.strategy.figures_futures import acceptable_in, sign_test
from experiments.strategy.figures_given import ahead, inside
from experiments.strategy.said import NOTHING, Part, Said, joined, say
from experiments.strategy.words_arms import called, cost

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

SURE = 0.05
"""p values up to this tell two arms apart."""


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
    never = not acceptable_in(answer, second).any()
    dear = f", {'and' if never else 'but'} beyond the budget where the assumptions are as given"
    first = say("The next is {second}, acceptable in {share}" + ("." if answer.affordable(second) else f"{dear}."),
                share=share, **names)  # fmt: skip
    return joined([first, _told_apart(answer, figures, best, second, names),
                   _ahead(answer, figures, best, second, names), _beyond_budget(answer, figures, second)])  # fmt: skip


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
        "regrets": figures.get("regret_high", second, lead), "cost": cost(answer, figures, second),
    }  # fmt: skip
    if not (one ^ other).any():
        alike = "Both are acceptable in the same futures; " if one.any() else "Neither is acceptable in any future; "
        regret = {each.name: each.regret_high.value for each in answer.robust[lead].arms}
        if answer.affordable(best) and not answer.affordable(second):
            return say(alike + "what puts {best} first is the budget: {second} costs {cost}.", **given)
        if _same(regret[best], regret[second]):
            return say(alike + "they are regretted alike too, by {regret} (90th percentile over futures), and stand in "
                       "the order of the study.", **given)  # fmt: skip
        return say(alike + "what puts {best} first is regret, the 90th percentile over futures: {regret} against "
                   "{regrets}.", **given)  # fmt: skip
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


def regretted_least(answer: Answer, best: str) -> Said:
    """Whom the first arm is regretted less than, where none is acceptable; doing nothing is compared too."""
    regret = {each.name: each.regret_high.value for each in answer.robust[answer.lead].arms}
    base, own = answer.given.outcomes.arms[0], regret[best]
    rivals = [regret[arm] for arm in answer.arms if arm != best and answer.affordable(arm)]
    within = "" if all(map(answer.affordable, answer.arms)) else "of those within the budget "
    least = "no arm is regretted less than {arm}" if any(_same(other, own) for other in rivals) else (
        "{arm} is regretted least")  # fmt: skip
    nothing = "as much" if _same(regret[base], own) else "less still" if regret[base] < own else ""
    tail = f", and doing nothing {nothing}" if nothing else ""
    return say(within + least + tail, arm=called(answer, best))


def _same(one: float, other: float) -> bool:
    """Whether two regrets are the same but for rounding."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
