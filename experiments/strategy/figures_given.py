"""Numbers of the runs in which the assumptions are as the scenarios have them: effects, costs, the frontier, waits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.outcomes import mean_over_worlds
from experiments.statistics import FEWEST_PAIRS, Paired, half_width, paired
from experiments.strategy import shown
from experiments.strategy.figures import GIVEN, SETTINGS, Figure, Method, Rows, figure_id
from experiments.wording import DASH, p_value, plural, with_unit

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer, Effect, Wait

STATISTICS = "experiments.statistics"
METHODS = {
    "study": Method("{about}", "experiments.strategy.design.designed", "as the study says it"),
    "wanted": Method(
        "the smallest effect on {outcome} that matters", "experiments.strategy.settings.read_strategy",
        "strategy.outcomes in the study's file"),
    "threshold": Method(
        "the level of {outcome} whose first week is looked for", "experiments.strategy.settings.read_strategy",
        "strategy.outcomes in the study's file"),
    "precision": Method(
        "the half-width of the 95 % interval of {outcome} that is asked for",
        "experiments.strategy.settings.read_strategy", "strategy.precision in the study's file"),
    "budget": Method(
        "the most {about} that a policy may cost a person and week", "experiments.strategy.settings.read_strategy",
        "strategy.budget in the study's file"),
    "range": Method(
        "the range in which {about} is believed to lie", "experiments.strategy.settings.read_strategy",
        "strategy.assumptions in the study's file"),
    "level": Method("mean {outcome} under {arm}", "numpy.mean", "mean over the worlds in which it is defined"),
    "effect": Method(
        "what {arm} changes in {outcome}, against doing nothing", f"{STATISTICS}.paired",
        "mean over worlds of arm \u2212 baseline, \u00b1 t(n \u2212 1; 0.975) \u00d7 s / \u221an"),
    "defined": Method(
        "worlds in which {outcome} has a value both under {arm} and with nothing done", f"{STATISTICS}.both_defined",
        "count of worlds"),
    "bca": Method(
        "bootstrap interval of what {arm} changes in {outcome}", f"{STATISTICS}.bca_interval",
        "bias-corrected and accelerated bootstrap over worlds, 9,999 resamples"),
    "holm": Method(
        "p value of {arm} on {outcome} over all arms", f"{STATISTICS}.holm",
        "Student's t over paired differences, adjusted after Holm over the arms of the study"),
    "better": Method(
        "worlds in which {arm} is strictly better in {outcome}", f"{STATISTICS}.worlds_better",
        "worlds with arm better than baseline, of the worlds in which both are defined"),
    "better_share": Method(
        "share of all worlds in which {arm} is better in {outcome}", f"{STATISTICS}.share_interval",
        "exact interval of a share (Clopper and Pearson)"),
    "equivalence": Method(
        "what {arm} changes in {outcome}, against the smallest effect that matters", f"{STATISTICS}.equivalence",
        "90 % interval of the mean difference against \u00b1 the smallest effect (two one-sided t tests)"),
    "hours": Method(
        "extra hours a person and week of {arm}", "experiments.analysis.outcomes.Outcomes.extra_hours",
        "mean over worlds of hours under the arm \u2212 hours under the baseline"),
    "money": Method(
        "extra money a person and week of {arm}", "experiments.analysis.outcomes.Outcomes.extra_money",
        "mean over worlds of money under the arm \u2212 money under the baseline"),
    "frontier": Method(
        "share of resampled worlds in which nothing dominates {arm}", f"{STATISTICS}.frontier",
        "resamples in which no other arm brings at least as much at no higher cost, 2,000 resamples"),
    "dominated": Method(
        "share of resampled worlds in which {other} dominates {arm}", f"{STATISTICS}.frontier",
        "resamples in which the other brings at least as much at no higher cost and is better in one"),
    "step_effect": Method(
        "what {other} brings in {outcome} beyond {arm}", f"{STATISTICS}.paired",
        "mean over worlds of dearer \u2212 cheaper arm on the frontier, with its t interval"),
    "step_cost": Method(
        "what {other} costs beyond {arm}, a person and week", f"{STATISTICS}.paired",
        "mean over worlds of dearer \u2212 cheaper arm on the frontier, with its t interval"),
    "ahead": Method(
        "by how much {arm} is ahead of {other} in {outcome}", f"{STATISTICS}.paired",
        "mean over worlds of one arm \u2212 the other, better counted as more, \u00b1 t(n \u2212 1; 0.975) \u00d7 s / "
        "\u221an"),
    "wait": Method(
        "weeks until {outcome} reaches its threshold under {arm} in half of the worlds",
        f"{STATISTICS}.reached_curve", "median of Kaplan and Meier's curve"),
    "reached": Method(
        "worlds in which {outcome} reaches its threshold under {arm} at all", f"{STATISTICS}.weeks_until",
        "worlds that reach it before the run ends, of all worlds"),
    "never": Method(
        "share of worlds in which {outcome} does not reach its threshold under {arm} before the run ends",
        f"{STATISTICS}.weeks_until", "worlds that do not reach it, of all worlds"),
    "sooner": Method(
        "by how many weeks {arm} changes the wait for the threshold of {outcome}", f"{STATISTICS}.weeks_sooner",
        "mean over worlds of arm \u2212 baseline, waits that are not over counted up to the end of the run"),
}  # fmt: skip


def made(
    answer: Answer, kind: str, names: tuple[str, ...], text: str, value: float, rows: Rows, methods: dict[str, Method],
    *, about: str = "", arms: tuple[str, str] = ("", ""), outcome: str = "",
) -> Figure:  # fmt: skip
    """A figure, its meaning with the names that people know."""
    method = methods[kind]
    told = {"arm": answer.title(arms[0]), "other": answer.title(arms[1]), "outcome": inside(answer.title(outcome))}
    meaning = method.meaning.format(**told, about=about)
    return Figure(figure_id(kind, *names), text, float(value), meaning, method.function, method.formula, rows)


def inside(title: str) -> str:
    """A title inside a sentence."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def study_figures(answer: Answer) -> Iterator[Figure]:
    """How large the study is and what it asks for."""
    strategy, outcomes = answer.design.strategy, answer.given.outcomes
    futures = 0 if answer.futures is None else answer.futures.outcomes.shape[1]
    others = (answer.futures, *answer.explored.values())
    runs = outcomes.hours.size + sum(each.outcomes.hours.size for each in others if each is not None)
    weeks = answer.design.study.arms[0].scenario.weeks
    counted = {
        "arms": (len(answer.arms), "arm", "arms that are compared with doing nothing"),
        "worlds": (outcomes.shape[2], "world", "worlds in which every arm runs where the assumptions are as given"),
        "futures": (futures, "future", "futures sampled from the ranges of the assumptions"),
        "left_out": (answer.left_out, "future", "futures left out because an arm failed in them"),
        "runs": (runs, "run", "runs of one arm in one world and future"),
        "weeks": (weeks, "week", "weeks of each run"),
    }
    if answer.futures is not None:
        alike = answer.futures.outcomes.shape[2]
        counted["future_worlds"] = (alike, "world", "worlds in which every arm runs in each sampled future")
    half = strategy.precision.half_width
    if half is not None:
        wide = sum(not half_width(answer.effects[arm, answer.lead].paired) <= half for arm in answer.arms)
        counted["too_wide"] = (wide, "arm", "arms whose interval of the first outcome is wider than was asked for")
        told = shown.plain(half, outcomes.unit(answer.lead))
        yield made(answer, "precision", (answer.lead,), told, half, Rows(SETTINGS), METHODS, outcome=answer.lead)
    for name, (count, noun, about) in counted.items():
        yield made(answer, "study", (name,), plural(count, noun), count, Rows(SETTINGS), METHODS, about=about)
    for name, aim in strategy.outcomes.items():
        for kind, value in (("wanted", aim.smallest), ("threshold", aim.threshold)):
            if value is not None:
                told = shown.plain(value, outcomes.unit(name))
                told = f"{shown.plain(value)} %" if kind == "threshold" and told.endswith(shown.POINTS) else told
                yield made(answer, kind, (name,), told, value, Rows(SETTINGS), METHODS, outcome=name)
    for name, limit in (("hours", strategy.budget.hours), ("money", strategy.budget.money)):
        if limit is not None:
            told = shown.plain(limit, "hour" if limit == 1.0 else "hours") if name == "hours" else shown.money(limit)
            yield made(answer, "budget", (name,), told, limit, Rows(SETTINGS), METHODS, about=name)
    for asked in answer.design.assumptions:
        told = f"{shown.plain(asked.low)} to {with_unit(shown.plain(asked.high), asked.unit)}"
        yield made(answer, "range", (asked.path,), told, asked.high - asked.low, Rows(SETTINGS), METHODS,
                   about=asked.title)  # fmt: skip


def given_figures(answer: Answer) -> Iterator[Figure]:
    """Effects, levels and costs of every arm as given, and where it stands on the frontier."""
    outcomes = answer.given.outcomes
    for place, arm in enumerate(outcomes.arms):
        for name, values in outcomes.values.items():
            mean = float(mean_over_worlds(values[place]).mean())
            yield made(answer, "level", (arm, name), shown.level(mean, outcomes.unit(name)), mean,
                       _rows(answer, name, arm), METHODS, arms=(arm, ""), outcome=name)  # fmt: skip
        yield from _frontier(answer, arm)
    for (arm, name), effect in answer.effects.items():
        yield from _effect(answer, arm, name, effect)
    for step in answer.frontier.steps:
        both, names = (step.start, step.end), (step.start, step.end)
        kind = next(iter(answer.frontier.standings[0].costs))
        cost = shown.amount(step.cost.difference, step.cost.low, step.cost.high, kind, sign=True)
        gain = shown.change(step.effect, outcomes.unit(answer.lead))
        yield made(answer, "step_effect", names, gain, step.effect.difference, _rows(answer, answer.lead, *both),
                   METHODS, arms=both, outcome=answer.lead)  # fmt: skip
        yield made(answer, "step_cost", names, cost, step.cost.difference, _rows(answer, kind, *both), METHODS,
                   arms=both)  # fmt: skip
    for name, waits in answer.waits.items():
        for arm, wait in waits.items():
            yield from _wait(answer, arm, name, wait)


def ahead(answer: Answer, one: str, other: str) -> Paired:
    """By how much an arm is ahead of another in the first outcome as given, better counted as more, paired."""
    outcomes = answer.given.outcomes
    merit = outcomes.merit(answer.lead)
    return paired(*(merit[outcomes.arms.index(arm), 0] for arm in (one, other)))


def ahead_figures(answer: Answer) -> Iterator[Figure]:
    """The first of the ranked arms against the second."""
    ranked = answer.ranked()
    if len(ranked) > 1:
        result, unit = ahead(answer, *ranked[:2]), answer.given.outcomes.unit(answer.lead)
        both = (ranked[0], ranked[1])
        yield made(answer, "ahead", (*both, answer.lead), shown.change(result, unit), result.difference,
                   _rows(answer, answer.lead, *both), METHODS, arms=both, outcome=answer.lead)  # fmt: skip


def _rows(answer: Answer, outcome: str, *arms: str) -> Rows:
    return Rows(GIVEN, arms, outcome, (), answer.given.outcomes.seeds)


def _effect(answer: Answer, arm: str, name: str, effect: Effect) -> Iterator[Figure]:
    result, unit = effect.paired, answer.given.outcomes.unit(name)
    rows = _rows(answer, name, arm, answer.given.outcomes.arms[0])
    enough = result.n >= FEWEST_PAIRS
    told: dict[str, tuple[str, float]] = {
        "effect": (shown.change(result, unit), result.difference),
        "defined": (plural(result.n, "world"), result.n),
        "bca": (shown.bounds(*effect.bca, unit) if enough else DASH, effect.bca[0] if enough else math.nan),
        "holm": (p_value(effect.p_holm), effect.p_holm),
        "better": (f"{effect.better} of {result.n}", effect.better),
        "better_share": (shown.shares(effect.share_low, effect.share_high),
                         effect.better / result.n if result.n else math.nan),
    }  # fmt: skip
    if effect.equivalence is not None:
        same = effect.equivalence
        told["equivalence"] = (shown.bounds(same.low, same.high, unit), same.p)
    for kind, (text, value) in told.items():
        yield made(answer, kind, (arm, name), text, value, rows, METHODS, arms=(arm, ""), outcome=name)


def _frontier(answer: Answer, arm: str) -> Iterator[Figure]:
    standing = answer.frontier.of(arm)
    everyone = answer.given.outcomes.arms
    limit = answer.design.strategy.budget.hours
    for kind, spent in answer.costs(arm).items():
        text = shown.hours(spent, limit) if kind == "hours" else shown.money(spent)
        rows = _rows(answer, kind, *dict.fromkeys((arm, everyone[0])))
        yield made(answer, kind, (arm,), text, spent, rows, METHODS, arms=(arm, ""))
    rows = _rows(answer, answer.lead, *everyone)
    several = answer.frontier.worlds > 1
    share = standing.frontier_share if several else math.nan
    yield made(answer, "frontier", (arm,), shown.share(share), share, rows, METHODS, arms=(arm, ""))
    for by in standing.ever_dominated_by:
        share = by.share if several else math.nan
        yield made(answer, "dominated", (arm, by.arm), shown.share(share), share,
                   _rows(answer, answer.lead, arm, by.arm), METHODS, arms=(arm, by.arm))  # fmt: skip


def _wait(answer: Answer, arm: str, name: str, wait: Wait) -> Iterator[Figure]:
    rows = _rows(answer, name, *dict.fromkeys((arm, answer.given.outcomes.arms[0])))
    own = _rows(answer, name, arm)
    median = shown.weeks(wait.curve.median) if math.isfinite(wait.curve.median) else "not in the run"
    sooner, never = shown.change(wait.sooner, "weeks"), 1.0 - wait.reached / max(wait.worlds, 1)
    for kind, text, value, which in (
        ("wait", median, wait.curve.median, own),
        ("reached", f"{wait.reached} of {wait.worlds}", wait.reached, own),
        ("never", shown.share(never), never, own),
        ("sooner", sooner, wait.sooner.difference, rows),
    ):
        yield made(answer, kind, (arm, name), text, value, which, METHODS, arms=(arm, ""), outcome=name)
