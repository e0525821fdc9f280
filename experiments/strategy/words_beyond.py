"""What a strategy study says beyond its answer: which assumptions matter, and what it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.verdicts import Settled, Unsettled
from experiments.strategy.figures import Figures
from experiments.strategy.figures_futures import acceptable_in, acceptance, sign_test
from experiments.strategy.figures_given import inside
from experiments.strategy.said import NOTHING, Part, Said, joined, listed, say
from experiments.strategy.words_arms import called, robust_arm
from experiments.strategy.words_rival import SURE

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

FEW_WORLDS, FEW_FUTURES = 8, 30
WIDE = 0.2
"""An interval of a share that is wider than this is told."""


def sensitivity(answer: Answer, figures: Figures) -> Said:
    """Which assumptions matter, or that it is not known."""
    found = answer.sensitivity
    if found is None:
        return NOTHING
    about: dict[str, Part] = {"arm": called(answer, answer.explained), "outcome": inside(answer.title(answer.lead))}
    if isinstance(found.verdict, Unsettled):
        return unsettled("sobol", found.verdict, figures, **about)
    chance = say("Chance is {chance} of it.", chance=figures.get("chance", answer.lead))
    if not found.verdict.ranking:
        return joined([say("No assumption explains enough to be ranked of how the effect of {arm} on {outcome} varies.",
                           **about), chance])  # fmt: skip
    ranking = _ranking(answer, figures, found.verdict, "in_all")
    return joined([say("Of how the effect of {arm} on {outcome} varies between futures, most is explained by "
                       "{ranking}.", ranking=ranking, **about), chance])  # fmt: skip


def screening(answer: Answer, figures: Figures) -> Said:
    """Which assumptions the screening leaves."""
    found = answer.screening
    if found is None:
        return NOTHING
    about: dict[str, Part] = {"arm": called(answer, answer.explained), "outcome": inside(answer.title(answer.lead))}
    kept = [each.title for each in found.kept]
    left = [each.assumption.title for each in found.effects if not each.matters]
    passed = say(" What can be left alone: {left}.", left=listed(left)) if left else NOTHING
    if isinstance(found.verdict, Unsettled):
        keeps = say(" In doubt an assumption is kept: {kept}.", kept=listed(kept)) if kept else NOTHING
        return say("{said}{keeps}", said=unsettled("screening", found.verdict, figures, **about), keeps=keeps)
    if not found.verdict.ranking:
        return say("No assumption moves the effect of {arm} on {outcome} enough to be ranked.", **about)
    ranking = _ranking(answer, figures, found.verdict, "strength")
    return say("The effect of {arm} on {outcome} is moved most by {ranking}.{passed}", ranking=ranking, passed=passed,
               **about)  # fmt: skip


def unsettled(which: str, verdict: Unsettled, figures: Figures, **about: Part) -> Said:
    """That there is no ranking, and why."""
    reasons = [figures.get("unsettled", which, str(place + 1)) for place in range(min(3, len(verdict.reasons)))]
    by = "by the screening" if which == "screening" else "by shares of variance"
    return say(
        "Which assumptions matter most for the effect of {arm} on {outcome} cannot be said yet " + by + ": {reasons}. "
        "About {wanted} would be needed.",
        reasons=joined(reasons, "; "), wanted=figures.get("sample_wanted", which), **about,
    )  # fmt: skip


def _ranking(answer: Answer, figures: Figures, verdict: Settled, kind: str) -> Said:
    """`a at 62 %, then b at 20 % and c at 18 % about equally`; only a verdict that has settled has one."""
    titles = {each.path: each.title for each in answer.design.assumptions}
    tiers = []
    for tier in verdict.ranking:
        named = [say("{title} at {size}", title=titles[path], size=figures.get(kind, path)) for path in tier]
        tiers.append(say("{named} about equally", named=listed(named)) if len(named) > 1 else named[0])
    return joined(tiers, ", then ")


def unknown(answer: Answer, figures: Figures) -> Iterator[Said]:
    """What the study does not know, the most important first."""
    worlds, ranked = answer.given.outcomes.shape[2], answer.ranked()
    if worlds < FEW_WORLDS:
        wide = "there are no intervals" if worlds == 1 else "intervals are wide"
        yield say("Only {worlds}: " + wide + ", and how far outcomes spread is hardly seen. Run sixteen seeds or more "
                  "before relying on this.", worlds=figures.get("study", "worlds"))  # fmt: skip
    yield from _of_precision(answer, figures)
    if ranked:
        yield from _of_the_first_two(answer, figures, ranked)
    yield from _of_the_futures(answer, figures)
    open_ends = [name for name, found in (("screening", answer.screening), ("analysis of variance", answer.sensitivity))
                 if found is not None and isinstance(found.verdict, Unsettled)]  # fmt: skip
    if open_ends:
        yield say("Which assumptions matter most: {which} not converged, so no ranking is shown.",
                  which=f"the {' and the '.join(open_ends)} {'have' if len(open_ends) > 1 else 'has'}")  # fmt: skip
    if not answer.explained and answer.futures is not None:
        yield say("Which of the assumptions matter most: that was not asked.")
    for name, aim in answer.design.strategy.outcomes.items():
        if aim.threshold is not None and name not in answer.waits:
            yield say("How long {outcome} takes to its threshold: it has no value where nothing is done.",
                      outcome=inside(answer.title(name)))  # fmt: skip
    for name, waits in answer.waits.items():
        short = sum(wait.reached < wait.worlds for wait in waits.values())
        if short:
            yield say("How long {outcome} takes to its threshold in worlds that do not reach it before the run ends; "
                      "their wait counts up to its end.", outcome=inside(answer.title(name)))  # fmt: skip
    for note in answer.notes:
        yield say("{note}", note=note)


def _of_precision(answer: Answer, figures: Figures) -> Iterator[Said]:
    """That the wanted half-width of the first outcome is not reached."""
    if figures.has("study", "too_wide") and figures.get("study", "too_wide").value > 0.0:
        yield say("What the arms change in {outcome} to within \u00b1{wanted}: with {worlds} the intervals of {arms} "
                  "are wider than was asked for.", outcome=inside(answer.title(answer.lead)),
                  wanted=figures.get("precision", answer.lead), worlds=figures.get("study", "worlds"),
                  arms=figures.get("study", "too_wide"))  # fmt: skip


def _of_the_first_two(answer: Answer, figures: Figures, ranked: list[str]) -> Iterator[Said]:
    best = ranked[0]
    effect = answer.effects[best, answer.lead]
    about: dict[str, Part] = {"arm": called(answer, best), "outcome": inside(answer.title(answer.lead))}
    if effect.equivalence is not None and not effect.equivalence.matters and not effect.equivalence.equivalent:
        why = "its interval holds both answers" if effect.paired.n > 1 else "one world cannot tell"
        yield say("Whether the effect of {arm} on {outcome} as given is as large as matters: " + why + ".", **about)
    if len(ranked) > 1 and answer.futures is not None:
        one, other = (acceptable_in(answer, arm) for arm in ranked[:2])
        if sign_test(int((one & ~other).sum()), int((other & ~one).sum())) > SURE:
            yield say("Whether {arm} or {second} is acceptable more often: too few futures tell them apart.",
                      second=called(answer, ranked[1]), **about)  # fmt: skip


def _of_the_futures(answer: Answer, figures: Figures) -> Iterator[Said]:
    if answer.futures is None:
        yield say("What follows if the assumptions are wrong: no futures were sampled.")
        return
    ranked, number = answer.ranked(), answer.futures.outcomes.shape[1]
    found = robust_arm(answer, ranked[0]) if ranked else None
    if found is not None:
        share = acceptance(answer.robust[answer.lead], found)
        if share.high - share.low > WIDE or number < FEW_FUTURES:
            yield say("How often {arm} is acceptable, more closely than {share}: that takes more than {futures}.",
                      arm=called(answer, ranked[0]), share=figures.get("acceptable", ranked[0], answer.lead),
                      futures=figures.get("used", answer.lead))  # fmt: skip
    for name in answer.given.outcomes.values:
        used = answer.robust[name].futures.size if name in answer.robust else 0
        if used < number:
            yield say("How {outcome} fares in {rest} of {futures}: some arm has no value of it there.",
                      outcome=inside(answer.title(name)), rest=figures.get("unused", name),
                      futures=figures.get("study", "futures"))  # fmt: skip
    if answer.left_out:
        yield say("What happens in {left_out} that were left out because an arm failed to run there.",
                  left_out=figures.get("study", "left_out"))  # fmt: skip
    yield say("Futures outside the ranges of the assumptions, and how likely each future is: the sample counts all "
              "parts of the ranges alike.")  # fmt: skip
