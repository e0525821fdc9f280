"""The tables of the report, as headings and rows of text; what follows a line break in a cell is set small below it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.certainty import seeds_for_a_tenth
from experiments.comparison import COST, HEADLINE, Comparison, Subject, titles_of
from experiments.sentences import FEW_WORLDS, MAIN
from experiments.statistics import Paired, half_width, independent_seeds, per_unit_of_cost, saving_in_seeds, spread
from experiments.wording import DASH, decimals, hours_number, interval, number, p_value, plural, significant

if TYPE_CHECKING:
    from experiments.study import Arm, Study
    from sim.recorder import Record


@dataclass(frozen=True)
class Row:
    """One row; the first cell names it, `group` is a heading above it."""

    cells: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: headings, rows, and whose it is."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    baseline: str = ""


def short(comparison: Comparison) -> Grid:
    """One row per arm: the headline metrics, in how many worlds it was better, and what it costs.

    The last column divides by hours where any arm costs hours, else by money: one unit for the whole column.
    """
    hourly = any(comparison.hours[arm.name].difference > 0.0 for arm in comparison.arms)
    paid = comparison.hours if hourly else comparison.money
    rows = []
    for arm in comparison.arms:
        main = comparison.results.get((arm.name, MAIN))
        if main is None:
            continue
        adequacy = comparison.results.get((arm.name, HEADLINE[1]))
        rows.append(
            Row(
                (
                    comparison.titles[arm.name],
                    f"{number(main.mean_baseline, 1)} % → {number(main.mean_arm, 1)} %",
                    difference(main, "points"),
                    better(comparison, arm.name, MAIN),
                    _range(comparison.pairs[arm.name, MAIN].difference, main, "points"),
                    difference(adequacy, "points") if adequacy else DASH,
                    hours_number(comparison.hours[arm.name].difference),
                    number(per_unit_of_cost(main.difference, paid[arm.name].difference), 1, sign=True),
                ),
                group=baseline_heading(comparison, arm),
            )
        )
    heads = (
        "Arm", "Need met", "Change, points (95 %)", "Better in", "Middle 80 % of worlds", "Adequacy, points (95 %)",
        "Hours a person-week", f"Points per {'hour' if hourly else 'unit of money'}",
    )  # fmt: skip
    return Grid(heads, tuple(rows))


def certainty(comparison: Comparison) -> Grid:
    """One row per arm and headline or target metric: both intervals, both p values, and the precision reached."""
    rows, seen = [], ""
    for (arm, metric), sure in comparison.certain.items():
        subject, result = comparison.subjects[metric], comparison.results[arm, metric]
        bootstrap = dataclasses.replace(result, low=sure.low, high=sure.high)
        seeds = seeds_for_a_tenth(result, subject.unit)
        cells = (
            f"{subject.title}\n{subject.unit}",
            difference(result, subject.unit, between="\n"),
            _bounds(bootstrap, subject.unit),
            p_value(sure.p),
            number(half_width(result), significant(half_width(result), 2)),
            DASH if seeds is None else f"{seeds:,}",
        )
        rows.append(Row(cells, comparison.titles[arm] if arm != seen else ""))
        seen = arm
    heads = ("Metric", "Difference (95 %)", "By bootstrap (95 %)", "p after Holm", "Half-width", "Seeds for ±0.1")
    return Grid(heads, tuple(rows))


def _bounds(result: Paired, unit: str) -> str:
    """An interval alone; a dash where there is none."""
    if not math.isfinite(result.low):
        return DASH
    return interval(result.low, result.high, decimals(result.low, result.high, unit))


def baseline_heading(comparison: Comparison, arm: Arm) -> str:
    """A heading where a new baseline begins and there are several."""
    order = list(dict.fromkeys(str(each.baseline) for each in comparison.arms))
    first = next(each for each in comparison.arms if each.baseline == arm.baseline)
    return f"Against {comparison.titles[str(arm.baseline)]}" if len(order) > 1 and first is arm else ""


def difference(result: Paired, unit: str, *, between: str = " ") -> str:
    """Mean difference with its interval, or alone where there is none."""
    if not math.isfinite(result.low):
        return number(result.difference, sign=True)
    digits = decimals(result.low, result.high, unit)
    return f"{number(result.difference, digits, sign=True)}{between}({interval(result.low, result.high, digits)})"


def better(comparison: Comparison, arm: str, metric: str) -> str:
    """In how many worlds the arm was better; a dash for a metric of which neither more nor less is."""
    better, result = comparison.better_worlds(arm, metric), comparison.results[arm, metric]
    if better is None:
        return DASH if result.n == len(comparison.seeds) else f"{DASH} (of {result.n})"
    return f"{better} of {result.n}"


def _range(values: Any, result: Paired, unit: str) -> str:
    """10th to 90th percentile over worlds."""
    low, high = spread(values)
    digits = decimals(low, high, unit) if result.n > 1 and high > low else None
    return interval(low, high, digits) if digits is not None else number(low)


def full(comparison: Comparison) -> list[Grid]:
    """For each arm, every metric that has a value in both arms, by group."""
    grids = []
    for arm in comparison.arms:
        rows, group = [], ""
        ordered = sorted(comparison.subjects.values(), key=lambda s: list(_groups(comparison)).index(s.group))
        for subject in ordered:
            if (arm.name, subject.name) in comparison.results:
                rows.append(Row(_cells(comparison, arm, subject), subject.group if subject.group != group else ""))
                group = subject.group
        heads = ("Metric", "Baseline", "Arm", "Difference (95 %)", "p", "Better in", "Per hour", "Independent seeds")
        title = comparison.titles[arm.name]
        grids.append(Grid(heads, tuple(rows), title, comparison.titles[str(arm.baseline)]))
    return grids


def _groups(comparison: Comparison) -> Iterable[str]:
    return dict.fromkeys(subject.group for subject in comparison.subjects.values())


def _cells(comparison: Comparison, arm: Arm, subject: Subject) -> tuple[str, ...]:
    result, pair = comparison.results[arm.name, subject.name], comparison.pairs[arm.name, subject.name]
    needed = independent_seeds(result.n, saving_in_seeds(result))
    per_hour = per_unit_of_cost(result.difference, comparison.hours[arm.name].difference)
    aimed = " (target)" if subject.name in comparison.targets[arm.name] else ""
    return (
        f"{subject.title}{aimed}\n{subject.unit}",
        _outcomes(result.mean_baseline, pair.baseline, subject),
        _outcomes(result.mean_arm, pair.arm, subject),
        difference(result, subject.unit, between="\n"),
        p_value(result.p),
        better(comparison, arm.name, subject.name),
        number(per_hour, sign=True) if subject.group != COST else DASH,
        DASH if needed is None or result.n < FEW_WORLDS else f"{needed:,}",
    )


def _outcomes(mean: float, values: Any, subject: Subject) -> str:
    """Mean over worlds, and below it the 10th and 90th percentile where worlds differ."""
    digits = 1 if subject.unit == "points" else significant(mean)
    low, high = spread(values)
    return number(mean, digits) + (f"\n{interval(low, high, digits)}" if high > low else "")


def glossary(comparison: Comparison) -> Grid:
    """What each metric means; those of the people treated only where they are compared."""
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    compared = {name for _, name in comparison.results}
    directions = {"higher": "more is better", "lower": "less is better"}
    rows = [Row((m.title, m.doc, directions.get(m.better, ""), m.source)) for m in METRICS.values()]
    rows += [Row((comparison.subjects[m.name].title, m.doc, directions.get(m.better, ""), ""))
             for m in SEAT_METRICS.values() if m.name in compared]  # fmt: skip
    return Grid(("Metric", "Meaning", "Direction", "Source"), tuple(rows))


def facts(study: Study, records: Mapping[str, Record], comparison: Comparison) -> Grid:
    """Size of the organization and of the study; a column per baseline where there are several."""
    bases = [arm for arm in study.arms if arm.baseline is None and arm.name in records] or list(study.arms[:1])
    found: dict[str, list[str]] = {}
    for arm in bases:
        record = records[arm.name]
        kind = getattr(getattr(arm.scenario, "organization", None), "kind", "")
        sources = {"files": "the user's own files", "synthetic": "drawn by the generator"}
        weeks = next(iter(record.weekly.values())).shape[1]
        lines = {
            "Organization": sources.get(kind, kind or DASH),
            "People": f"{next(iter(record.seats.values())).shape[1]:,}",
            "Departments": f"{len(record.departments):,}",
            "Topics": f"{len(record.topics):,}",
            "Weeks": f"{weeks:,}",
        }
        for name, text in lines.items():
            found.setdefault(name, []).append(text)
    rows = [Row((name, *texts)) for name, texts in found.items()]
    blank = ("",) * (len(bases) - 1)
    rows.append(Row(("Worlds (seeds)", f"{plural(len(study.seeds), 'world')}: {seeds_text(study.seeds)}", *blank)))
    rows.append(Row(("First policy starts", f"week {comparison.since}", *blank)))
    titles = [titles_of(study)[arm.name] for arm in bases] if len(bases) > 1 else ["Value"]
    return Grid(("What", *titles), tuple(rows))


def arms(study: Study) -> Grid:
    """The policies of each arm, with the settings that differ from their defaults."""
    titles = titles_of(study)
    rows = [Row((titles[arm.name], _policies(arm.scenario))) for arm in study.arms]
    return Grid(("Arm", "Policies"), tuple(rows))


def _policies(scenario: Any) -> str:
    starts = {settings.start_week for settings in scenario.policies.values()}
    at_once = len(starts) == 1 and len(scenario.policies) > 1
    parts = []
    for label, settings in scenario.policies.items():
        kind = "" if label == settings.kind else f" ({settings.kind})"
        own = [f"from week {settings.start_week}"] if not at_once else []
        told = ", ".join([*own, *(f"{name} {value}" for name, value in _changed(settings))])
        parts.append(f"{label}{kind}" + (f": {told}" if told else ""))
    rules = [f"rule {label}" for label in getattr(scenario, "rules", {})]
    return "; ".join([*parts, *rules, *([f"all from week {starts.pop()}"] if at_once else [])]) or "none"


def _changed(settings: Any) -> list[tuple[str, str]]:
    """Settings of a policy that are not the defaults of its kind."""
    from sim.policies import registry

    kind = registry().get(settings.kind)
    if kind is None or not dataclasses.is_dataclass(settings):
        return []
    usual = kind.Settings()
    return [
        (field.name.replace("_", " "), _setting(getattr(settings, field.name)))
        for field in dataclasses.fields(settings)
        if field.name not in ("kind", "start_week")
        and getattr(settings, field.name) != getattr(usual, field.name, None)
    ]


def _setting(value: Any) -> str:
    """A setting as text; a section as its fields that are set."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return " and ".join(f"{name} {_setting(each)}" for name, each in inside.items() if each not in ((), None, ""))
    if isinstance(value, tuple):
        return ", ".join(_setting(each) for each in value)
    return str(value)


def origin(provenance: Mapping[str, Any]) -> Grid:
    """Everything that is known about where the results come from, one line each."""
    skipped = ("study", "assumptions", "warnings", "command")
    kept = {name: value for name, value in provenance.items() if name not in skipped}
    return Grid(("What", "Value"), tuple(Row((name, text)) for name, text in _flat(kept)))


def _flat(mapping: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for name, value in mapping.items():
        label = f"{before}{str(name).replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{label}: ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield label, ", ".join(map(str, value)) or "none"
        else:
            yield label, _plain(value)


def _plain(value: Any) -> str:
    """A value of provenance in words."""
    if value is None:
        return "unknown"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def identities(study: Study, provenance: Mapping[str, Any]) -> Grid:
    """Identity of each scenario, and the file that holds it where provenance names one."""
    listed = provenance.get("study", {}).get("scenarios", []) if isinstance(provenance.get("study"), Mapping) else []
    files = {str(entry.get("name")): str(entry.get("file", "")) for entry in listed if isinstance(entry, Mapping)}
    titles = titles_of(study)
    rows = [Row((titles[arm.name], arm.identity, files.get(arm.name, ""))) for arm in study.arms]
    return Grid(("Arm", "Identity", "File"), tuple(rows))


def seeds_text(seeds: Sequence[int]) -> str:
    """`1 to 32`, or the seeds themselves where they are not one run of numbers."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered[-1] - ordered[0] + 1 == len(ordered):
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(map(str, ordered))
