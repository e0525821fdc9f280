"""The tables of what was measured, for docs/policies.md and the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.evidence.effects import Effect
from experiments.evidence.interactions import Pair
from experiments.evidence.parameters import Turned
from experiments.evidence.subjects import title_and_unit
from experiments.markdown import p_text
from experiments.statistics import Paired
from experiments.wording import MINUS

Rows = list[tuple[str, ...]]
EFFECT_HEADS = ("policy", "beside", "aims at", "difference", "p", "need met, points", "hours a person-week", "")
TURN_HEADS = ("parameter", "from", "to", "moves", "difference", "p", "")
PAIR_HEADS = ("policies", "each alone, points", "together", "beyond the sum", "q")


def figure(value: float) -> str:
    """Three significant digits, with a real minus."""
    text = f"{abs(value):.3g}"
    return f"{MINUS}{text}" if value < 0 and float(text) != 0 else text


def with_interval(result: Paired) -> str:
    """Mean difference and 95 % interval."""
    return f"{figure(result.difference)} ({figure(result.low)} to {figure(result.high)})"


def effect_rows(effects: Iterable[Effect]) -> Rows:
    """A row for each policy."""
    rows: Rows = []
    for effect in effects:
        title, unit, better = title_and_unit(effect.target)
        rows.append(
            (
                f"`{effect.subject.kind}`",
                ", ".join(f"`{kind}`" for kind in effect.subject.partners),
                f"{title}, {unit}, {better}",
                with_interval(effect.moved),
                p_text(effect.p),
                with_interval(effect.need_met),
                figure(effect.hours.difference),
                "" if effect.holds else "not shown",
            )
        )
    return rows


def turn_rows(turned: Iterable[Turned]) -> Rows:
    """A row for each parameter."""
    rows: Rows = []
    for each in turned:
        title, unit, _ = title_and_unit(each.metric)
        rows.append(
            (
                f"`{each.turn.name}`",
                _value(each.turn.low),
                _value(each.turn.high),
                f"{title}, {unit}",
                with_interval(each.moved),
                p_text(each.moved.p),
                "" if each.moves else "no effect",
            )
        )
    return rows


def pair_rows(pairs: Iterable[Pair]) -> Rows:
    """A row for each pair, those that help each other most first."""
    ordered = sorted(pairs, key=lambda pair: -pair.beyond.difference)
    return [
        (
            " + ".join(f"`{kind}`" for kind in pair.kinds),
            " + ".join(figure(alone.difference) for alone in pair.alone),
            figure(pair.together.difference),
            with_interval(pair.beyond),
            p_text(pair.q) if pair.clear else f"{p_text(pair.q)} (not clear)",
        )
        for pair in ordered
    ]


def _value(value: object) -> str:
    if isinstance(value, list) and len(value) > 4:
        return f"{value[0]} to {value[-1]}"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
