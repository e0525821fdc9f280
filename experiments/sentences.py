"""The answer of a study in words, with the numbers that carry it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.certainty import TENTH, Certainty, Key, seeds_for_a_tenth
from experiments.comparison import HEADLINE, Comparison, Subject, clear_arms
from experiments.statistics import Paired, half_width, independent_seeds, paired
from experiments.wording import decimals, hours_number, interval, listing, number, plural, significant, with_unit

MAIN = HEADLINE[0]
"""The metric that the answer leads with."""

FEW_AIMS = 3
"""So many measures that policies aim at are told one by one."""

FEW_WORLDS = 8
"""With fewer worlds a ratio of variances is mostly luck, and the spread of outcomes is hardly seen."""


MOST_NAMED = 4
"""Of more differences than these a sentence names so many, and counts the rest."""


@dataclass(frozen=True)
class ArmAnswer:
    """What a study says about one arm: the headline metric, then the metrics that its policies aim at.

    Attributes:
        targets: a sentence for each of them, or where they are many, how many of them moved which way.
    """

    arm: str
    title: str
    main: str
    targets: tuple[str, ...]


def headline(comparison: Comparison) -> tuple[str, ...]:
    """The answer in a sentence or two for each baseline, best arm first."""
    baselines = list(dict.fromkeys(str(arm.baseline) for arm in comparison.arms))
    found = []
    for baseline in baselines:
        names = [arm.name for arm in comparison.arms if arm.baseline == baseline]
        names = [name for name in names if (name, MAIN) in comparison.results]
        if not names:
            continue
        lead = f"Against {comparison.titles[baseline]}: " if len(baselines) > 1 else ""
        found.append(lead + _headline(comparison, names))
    return tuple(found) or ("There is nothing to compare: no arm of this study has a baseline with results.",)


def answers(comparison: Comparison) -> tuple[ArmAnswer, ...]:
    """One entry per arm, in the order of the study."""
    found = []
    for arm in comparison.arms:
        aims = [aim for aim in comparison.targets[arm.name] if aim not in HEADLINE]
        found.append(
            ArmAnswer(
                arm=arm.name,
                title=comparison.titles[arm.name],
                main=effect(comparison, arm.name, MAIN) + _cost(comparison, arm.name) + ".",
                targets=_aimed(comparison, arm.name, aims),
            )
        )
    return tuple(found)


def _aimed(comparison: Comparison, arm: str, aims: Sequence[str]) -> tuple[str, ...]:
    """What became of the aims of an arm's policies, told one by one only where they are few."""
    if len(aims) <= FEW_AIMS:
        lead = f"Its own target{'s' if len(aims) > 1 else ''}: "
        told = [effect(comparison, arm, aim, subject="it") + "." for aim in aims]
        return (lead + told[0], *told[1:]) if told else ()
    named: dict[str, list[str]] = {"better": [], "worse": [], "unclear": []}
    for aim in aims:
        named[_direction(comparison, arm, aim)].append(phrase(comparison.subjects[aim]))
    text = f"Of {len(aims)} measures that its policies aim at, {len(named['better'])} are better"
    if named["worse"]:
        text += f", {len(named['worse'])} worse ({listing(named['worse'])})"
    if named["unclear"]:
        text += f", {len(named['unclear'])} not told apart from doing nothing ({listing(named['unclear'])})"
    return (text + "; all of them are in the table of every number.",)


def _direction(comparison: Comparison, arm: str, aim: str) -> str:
    """Whether a measure is surely better, surely worse, or neither."""
    result = comparison.results.get((arm, aim))
    if result is None or not result.clear:
        return "unclear"
    raised = result.difference > 0.0
    return "better" if raised == (comparison.subjects[aim].better == "higher") else "worse"


def effect(comparison: Comparison, arm: str, metric: str, *, subject: str | None = None) -> str:
    """What the arm did to a metric, without the full stop: size, interval, in how many worlds it was better."""
    named = comparison.titles[arm] if subject is None else subject
    named = named[0].upper() + named[1:] if subject is not None else named
    about = comparison.subjects[metric]
    result = comparison.results.get((arm, metric))
    if result is None:
        return f"{named} has no value of {phrase(about)} that could be compared"
    return f"{named} {_verdict(about, result, len(comparison.seeds))}{_worlds(comparison, arm, metric)}"


def phrase(subject: Subject) -> str:
    """The metric's title inside a sentence."""
    title = subject.title
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def size(subject: Subject, result: Paired, *, absolute: bool = False) -> str:
    """The mean difference with unit and interval: `3.1 points (2.6 to 3.6)`."""
    digits = decimals(result.low, result.high, subject.unit) if math.isfinite(result.low) else None
    difference, low, high = result.difference, result.low, result.high
    if absolute and difference < 0.0:
        difference, low, high = -difference, -high, -low
    text = with_unit(number(difference, digits, sign=not absolute), subject.unit)
    return text if digits is None else f"{text} ({interval(low, high, digits, sign=not absolute)})"


def _verdict(subject: Subject, result: Paired, worlds: int) -> str:
    """The verb and the size."""
    about = phrase(subject)
    defined = f" (defined in {result.n} of {worlds} worlds)" if result.n < worlds else ""
    if result.n == 1:
        verb = "raised" if result.difference > 0 else "lowered" if result.difference < 0 else "did not change"
        amount = "" if result.difference == 0 else f" by {size(subject, result, absolute=True)}"
        return f"{verb} {about}{amount} in the one world compared, which gives no interval{defined}"
    if result.sd_difference == 0.0 and result.difference == 0.0:
        return f"left {about} exactly as it was in all {plural(result.n, 'world')}{defined}"
    if not result.clear:
        shown = size(subject, result)
        return f"made no difference to {about} that {plural(result.n, 'world')} can show: {shown}{defined}"
    verb = "raised" if result.difference > 0 else "lowered"
    share = ""
    if subject.unit != "points" and result.mean_baseline > 0.0:
        share = f", {number(100.0 * abs(result.difference) / result.mean_baseline, 0)} % of the baseline's"
    return f"{verb} {about} by {size(subject, result, absolute=True)}{share}{defined}"


def _worlds(comparison: Comparison, arm: str, metric: str) -> str:
    """In how many worlds the arm was better; nothing where better means nothing."""
    result = comparison.results[arm, metric]
    better = comparison.better_worlds(arm, metric)
    if better is None or result.n <= 1 or (result.difference == 0.0 and result.sd_difference == 0.0):
        return ""
    link = " and did" if result.clear else ","
    return f"{link} better in {better} of {result.n} worlds"


def _cost(comparison: Comparison, arm: str) -> str:
    """What the arm asks for, a person and week over the whole run."""
    hours, money = comparison.hours[arm].difference, comparison.money[arm].difference
    parts = []
    if hours > 0.0:
        parts.append(hours_text(hours))
    if money > 0.0:
        parts.append(f"{number(money)} in money")
    return f", at {' and '.join(parts)} a person a week" if parts else ", with no hours or money booked"


def _weigh(comparison: Comparison, arm: str) -> str:
    """Where nothing is booked: that this is not free, but not told."""
    free = comparison.hours[arm].difference <= 0.0 and comparison.money[arm].difference <= 0.0
    return " (set its hours or money to weigh it)" if free else ""


def hours_text(hours: float) -> str:
    """`1.2 hours`, `0.05 hours`, `1 hour`."""
    text = hours_number(hours)
    return "1 hour" if float(text.replace(",", "")) == 1.0 else f"{text} hours"


def _headline(comparison: Comparison, names: Sequence[str]) -> str:
    """Which arm gained most, whether the next is behind it, and how the others fared."""
    about = phrase(comparison.subjects[MAIN])
    results = {name: comparison.results[name, MAIN] for name in names}
    if all(result.n < 2 for result in results.values()):
        best = max(names, key=lambda name: results[name].difference)
        return effect(comparison, best, MAIN) + ". Run more seeds before relying on it."
    raised = [name for name in clear_arms(comparison, MAIN, names) if results[name].low > 0.0]
    if not raised:
        return _nothing_raised(comparison, names, results)
    best = raised[0]
    text = f"{effect(comparison, best, MAIN)}{_cost(comparison, best)}{_weigh(comparison, best)}."
    if not comparison.certain[best, MAIN].sure:
        text += f" As one of {len(comparison.certain)} differences looked at, that may be chance."
    if len(names) == 1:
        return text
    if any(results[name].difference > results[best].difference for name in names):
        text += " That is the largest gain of those that these worlds can show."
    else:
        text += f" That is the largest gain of the {len(names)} compared."
    rest = (_runner_up(comparison, best, names, results), _others(comparison, names, results, about))
    return " ".join(part for part in (text, *rest) if part)


def _nothing_raised(comparison: Comparison, names: Sequence[str], results: Mapping[str, Paired]) -> str:
    about = phrase(comparison.subjects[MAIN])
    lowered = [comparison.titles[name] for name in names if results[name].high < 0.0]
    most = max(result.n for result in results.values())
    text = f"Nothing that was compared raised {about} by an amount that {plural(most, 'world')} can show."
    return f"{text} {listing(lowered)} lowered it." if lowered else text


def _runner_up(comparison: Comparison, best: str, names: Sequence[str], results: Mapping[str, Paired]) -> str:
    """Whether the best is ahead of the next in the same worlds; nothing where only unclear means are larger."""
    behind = [name for name in names if name != best and results[name].difference <= results[best].difference]
    if not behind:
        return ""
    second = max(behind, key=lambda name: results[name].difference)
    one, two = comparison.pairs[best, MAIN], comparison.pairs[second, MAIN]
    common = [seed for seed in one.seeds if seed in two.seeds]
    lead = paired(
        [one.arm[one.seeds.index(seed)] for seed in common], [two.arm[two.seeds.index(seed)] for seed in common]
    )
    title = comparison.titles[second]
    if lead.low > 0.0:
        ahead = size(comparison.subjects[MAIN], lead, absolute=True)
        return f"In the same worlds it is ahead of the next, {title}, by {ahead}."
    return f"It cannot be told apart from the next, {title}, in these worlds."


def _others(comparison: Comparison, names: Sequence[str], results: Mapping[str, Paired], about: str) -> str:
    """Who lowered the headline metric or left it where it was."""
    lowered = [comparison.titles[name] for name in names if results[name].high < 0.0]
    unclear = [comparison.titles[name] for name in names if not results[name].clear]
    parts = []
    if lowered:
        parts.append(f"{listing(lowered)} lowered {about}.")
    if unclear:
        parts.append(f"{listing(unclear)} made no difference to it that these worlds can show.")
    return " ".join(parts)


def certainty(comparison: Comparison) -> tuple[str, ...]:
    """How sure the differences are that the study is read for: their number, the bootstrap, and the precision."""
    known = {key: sure for key, sure in comparison.certain.items() if math.isfinite(sure.p)}
    if not known:
        return ()
    return (_many(comparison, known), *_bootstrap(comparison, known), *_precision(comparison))


def _many(comparison: Comparison, known: Mapping[Key, Certainty]) -> str:
    """Which differences are told from chance with their number in mind."""
    clear = [key for key in known if comparison.results[key].clear]
    lost = [key for key in clear if not known[key].sure]
    text = f"{plural(len(known), 'difference')} in the headline metrics and in what the policies aim at"
    if not clear:
        return f"None of {text} can be told from chance."
    if len(clear) == len(known) and not lost:
        return f"All {text} can be told from chance, with their number taken into account (Holm)."
    kept = len(clear) - len(lost)
    text = f"Of {text}, {kept} can be told from chance, with their number taken into account (Holm)."
    return f"{text} By themselves {_named(comparison, lost)} could be, but not as one of so many." if lost else text


def _bootstrap(comparison: Comparison, known: Mapping[Key, Certainty]) -> tuple[str, ...]:
    """Whether bootstrap intervals say the same as Student's t; nothing where there are too few worlds for them."""
    if all(math.isnan(sure.low) for sure in known.values()):
        return ()
    other = [key for key, sure in known.items() if not sure.agrees(comparison.results[key])]
    if not other:
        return ("Bootstrap intervals say the same.",)
    return (f"Bootstrap intervals disagree on {_named(comparison, other)}: take that as open.",)


def _precision(comparison: Comparison) -> tuple[str, ...]:
    """How closely the effects on the headline metric are known, and the seeds for a tenth of a point."""
    results = [result for (_, name), result in comparison.results.items() if name == MAIN and result.n > 1]
    unit = comparison.subjects[MAIN].unit
    needed = [seeds for seeds in (seeds_for_a_tenth(result, unit) for result in results) if seeds is not None]
    if not needed:
        return ()
    widest = max(half_width(result) for result in results)
    about = phrase(comparison.subjects[MAIN])
    reached = with_unit(f"±{number(widest, significant(widest, 2))}", unit)
    text = f"Each effect on {about} is known to {reached} or better"
    enough = max(needed) <= min(result.n for result in results)
    return (f"{text}." if enough else f"{text}; ±{TENTH} would take {max(needed):,} seeds an arm.",)


def _named(comparison: Comparison, keys: Sequence[Key]) -> str:
    """Arms and metrics in words, the first few of them."""
    shown = [f"{comparison.titles[arm]} on {phrase(comparison.subjects[metric])}" for arm, metric in keys[:MOST_NAMED]]
    rest = len(keys) - len(shown)
    return listing([*shown, f"{rest} more"] if rest else shown)


def savings(comparison: Comparison) -> str:
    """What pairing by seed was worth."""
    if not math.isfinite(comparison.median_saving):
        return (
            "How many seeds pairing saved cannot be said: "
            "that takes two worlds or more, and an arm that changes something."
        )
    worlds = len(comparison.seeds)
    if worlds < FEW_WORLDS:
        return (
            "Every arm met the same chance as its baseline, world by world. How many seeds that saved can be said from "
            f"{FEW_WORLDS} worlds on, not from {worlds}."
        )
    needed = independent_seeds(worlds, comparison.median_saving) or worlds
    return (
        "Every arm met the same chance as its baseline, world by world. Independent draws would have needed "
        f"{number(comparison.median_saving, 1)} times as many seeds for intervals as narrow (median over the arms and "
        f"over need met, adequacy and the metrics that the policies aim at): {needed:,} instead of {worlds:,}."
    )
