"""Every arm of a study against its baseline, in the same worlds.

One number per run and metric, paired by seed. Flows and ratios are taken from the earliest start of any policy in the
study on, the same week for every arm, so that arms can be compared with each other. Numbers are in the unit that is
named beside them: shares are in percentage points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.certainty import Certainty, certainties, seeds_for_a_tenth
from experiments.files import write_whole
from experiments.pairing import Matched, Pair, aims
from experiments.statistics import (
    Paired,
    half_width,
    independent_seeds,
    paired,
    per_unit_of_cost,
    saving_in_seeds,
    share_interval,
    spread,
    standardized,
    worlds_better,
)

if TYPE_CHECKING:
    import pandas as pd

    from experiments.study import Arm, Study
    from sim.metrics import Metric
    from sim.recorder import Record
    from sim.seats import SeatMetric

HEADLINE = ("need_met", "adequacy")
"""The metrics that every comparison leads with."""

COST = "Cost"
"""The group of metrics that are what an arm costs, not what it brings."""

COLUMNS = {
    "arm": "name of the arm in the study",
    "arm_title": "the arm's name for people",
    "baseline": "name of the arm that it is compared with, in the same worlds",
    "baseline_title": "the baseline's name for people",
    "metric": "name of the metric in the registry",
    "metric_title": "the metric's name for people",
    "group": "what the metric is about",
    "unit": "unit of all values of this row; points are percentage points",
    "better": "higher, lower, or empty where neither is better",
    "headline": "whether every comparison leads with this metric",
    "target": "whether one of the arm's policies aims at this metric",
    "n": "worlds in which the metric is defined in both arms",
    "worlds": "worlds that both arms were run in",
    "baseline_mean": "mean over worlds",
    "arm_mean": "mean over worlds",
    "difference": "mean over worlds of arm minus baseline in the same world",
    "low": "lower end of the 95 % interval of the difference (Student's t)",
    "high": "upper end of the 95 % interval of the difference (Student's t)",
    "p": "two-sided p value of the paired difference",
    "bca_low": "lower end of the 95 % BCa bootstrap interval; headline and target metrics, from 20 worlds on",
    "bca_high": "upper end of the 95 % BCa bootstrap interval; headline and target metrics, from 20 worlds on",
    "p_holm": "p after Holm, over the headline and target metrics of all arms",
    "half_width": "half the width of the interval from low to high",
    "seeds_needed": "seeds an arm for a half-width of 0.1 points, if differences go on varying so; points only",
    "standardized": "difference in standard deviations of the baseline over worlds (Glass's delta after Hedges)",
    "better_worlds": "worlds in which the arm is strictly better",
    "better_share": "share of the n worlds in which the arm is strictly better",
    "better_share_low": "lower end of the exact 95 % interval of that share",
    "better_share_high": "upper end of the exact 95 % interval of that share",
    "baseline_p10": "10th percentile over worlds",
    "baseline_p90": "90th percentile over worlds",
    "arm_p10": "10th percentile over worlds",
    "arm_p90": "90th percentile over worlds",
    "difference_p10": "10th percentile over worlds of arm minus baseline",
    "difference_p90": "90th percentile over worlds of arm minus baseline",
    "baseline_sd": "standard deviation over worlds",
    "arm_sd": "standard deviation over worlds",
    "difference_sd": "standard deviation over worlds of arm minus baseline",
    "hours_whole_run": "extra hours a person-week of the arm over all weeks of the run, before the first policy too",
    "money_whole_run": "extra money a person-week of the arm over all weeks of the run, before the first policy too",
    "effect_per_hour": "difference for each extra hour of hours_whole_run; empty without hours",
    "effect_per_money": "difference for each unit of money_whole_run; only where the arm costs no hours",
    "saving": "how many times more seeds independent draws would have needed for the same interval",
    "independent_seeds": "seeds per arm that independent draws would have needed for the same interval",
}
"""What each column of `Comparison.table` (and of summary.csv) holds."""


@dataclass(frozen=True)
class Subject:
    """What is compared: a metric over everybody, or one of those whom the arm's policies treated."""

    name: str
    title: str
    group: str
    unit: str
    better: str


@dataclass(frozen=True)
class Comparison:
    """All arms of a study against their baselines.

    rows: what `table` shows.
    pairs: (arm, metric) -> the values per world behind a row.
    results: (arm, metric) -> the paired statistics behind a row.
    certain: (arm, metric) -> bootstrap interval and corrected p value; of headline and target metrics only.
    subjects: metric -> title, group, unit and direction.
    targets: arm -> the metrics that its policies aim at.
    hours, money: arm -> extra cost a person-week over the whole run, paired with its baseline.
    since: first week of flows and ratios.
    median_saving: median saving in seeds over the arms and the headline and target metrics; NaN where there is none.
    left_out: arms that could not be compared, with the reason.
    """

    rows: Sequence[Mapping[str, Any]]
    pairs: Mapping[tuple[str, str], Pair]
    results: Mapping[tuple[str, str], Paired]
    certain: Mapping[tuple[str, str], Certainty]
    subjects: Mapping[str, Subject]
    targets: Mapping[str, tuple[str, ...]]
    hours: Mapping[str, Paired]
    money: Mapping[str, Paired]
    arms: tuple[Arm, ...]
    titles: Mapping[str, str]
    seeds: tuple[int, ...]
    since: int
    median_saving: float
    left_out: tuple[str, ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per arm and metric, columns as in `COLUMNS`, in the order of the study and of the registry."""
        import pandas as pd

        whole = {"better_worlds": "Int64", "independent_seeds": "Int64", "seeds_needed": "Int64"}
        return pd.DataFrame(self.rows, columns=list(COLUMNS)).astype(whole)

    def bare(self) -> Comparison:
        """The same without its rows, which charts do without."""
        return replace(self, rows=())

    def better_worlds(self, arm: str, metric: str) -> int | None:
        """In how many worlds the arm was strictly better; None for a metric of which neither more nor less is."""
        pair = self.pairs[arm, metric]
        return worlds_better(pair.arm, pair.baseline, self.subjects[metric].better)

    def write_summary(self, path: Path) -> None:
        """Write the table as CSV for a spreadsheet.

        UTF-8 with a byte order mark, without which spreadsheets show names in other scripts as garbage. A text that a
        spreadsheet would run as a formula (it begins with = + - @, a tab or a return) gets a leading apostrophe.
        """
        safe = self.table.map(_not_a_formula)
        write_whole(path, lambda file: safe.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n"))


def compare(study: Study, records: Mapping[str, Record]) -> Comparison:
    """Compare every arm of the study that has a baseline with it, world by world.

    Arms without results, or whose baseline has none, are left out and named in `left_out`.
    """
    from sim.seats import SEAT_METRICS

    arms, left_out = _comparable(study, records)
    since = study.since
    pairs: dict[tuple[str, str], Pair] = {}
    targets: dict[str, tuple[str, ...]] = {}
    costs: dict[str, dict[str, Paired]] = {"hours": {}, "money": {}}
    kinds: set[str] = set()
    for arm in arms:
        baseline = str(arm.baseline)
        matched = Matched.of(records[arm.name], records[baseline])
        targets[arm.name], members = aims(arm.scenario, study.arm(baseline).scenario)
        pairs.update({(arm.name, name): pair for name, pair in matched.metrics(since).items()})
        for name, labels in members.items():
            kinds.update(labels.values())
            treated = matched.members(SEAT_METRICS[name], tuple(labels))
            if treated is not None:
                pairs[arm.name, name] = treated
        for name, found in costs.items():
            found[arm.name] = matched.cost(name)
    results = {key: paired(pair.arm, pair.baseline) for key, pair in pairs.items()}
    certain = certainties(pairs, results, _leading(results, targets))
    facts = _Facts(titles_of(study), _subjects(kinds), pairs, results, certain, targets, costs)
    return Comparison(
        rows=facts.rows(arms), pairs=pairs, results=results, certain=certain, subjects=facts.subjects, targets=targets,
        hours=costs["hours"], money=costs["money"], arms=tuple(arms), titles=facts.titles,
        seeds=tuple(sorted({seed for pair in pairs.values() for seed in pair.seeds})), since=since,
        median_saving=_median_saving(results, targets), left_out=tuple(left_out),
    )  # fmt: skip


def titles_of(study: Study) -> dict[str, str]:
    """Arm -> what people read for it: its title, or its name where others have the same title."""
    shown = {arm.name: arm.title or arm.name for arm in study.arms}
    while repeated := [name for name, text in shown.items() if name != text and _times(text, shown) > 1]:
        shown.update({name: name for name in repeated})  # a name may be the title of yet another arm, hence the loop
    return shown


def _times(text: str, shown: Mapping[str, str]) -> int:
    return list(shown.values()).count(text)


def clear_arms(comparison: Comparison, metric: str, names: Iterable[str]) -> list[str]:
    """Those of these arms whose effect on a metric is told from zero by their worlds, the largest gain first.

    What is called the largest is chosen from these: a mean that may be chance is no finding, however large.
    """
    results = {name: comparison.results[name, metric] for name in names if (name, metric) in comparison.results}
    return sorted((name for name in results if results[name].clear), key=lambda name: -results[name].difference)


def _comparable(study: Study, records: Mapping[str, Record]) -> tuple[list[Arm], list[str]]:
    """The arms that can be compared, and a sentence for each that cannot although it should."""
    titles = titles_of(study)
    arms: list[Arm] = []
    left_out: list[str] = []
    for arm in study.arms:
        if arm.baseline is None:
            continue
        missing = [name for name in (arm.name, arm.baseline) if name not in records]
        if missing:
            left_out.append(f"{titles[arm.name]}: no results of {' and of '.join(missing)}")
        elif not set(records[arm.name].seeds) & set(records[arm.baseline].seeds):
            left_out.append(f"{titles[arm.name]}: shares no seed with its baseline {arm.baseline}")
        else:
            arms.append(arm)
    return arms, left_out


def _subjects(kinds: set[str]) -> dict[str, Subject]:
    """Everything that can be compared, in order of display: metrics over everybody, then of the people treated.

    They are called mentees where mentorship is the only kind of policy that aims at the people it treats.
    """
    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    every: tuple[Metric | SeatMetric, ...] = (*METRICS.values(), *SEAT_METRICS.values())
    found = {m.name: Subject(m.name, m.title, m.group, m.unit, m.better) for m in every}
    if kinds <= {"mentorship"}:
        found["adequacy_members"] = replace(found["adequacy_members"], title="Adequacy of mentees")
    return found


@dataclass(frozen=True)
class _Facts:
    """What the rows of the table are made of."""

    titles: dict[str, str]
    subjects: dict[str, Subject]
    pairs: dict[tuple[str, str], Pair]
    results: dict[tuple[str, str], Paired]
    certain: dict[tuple[str, str], Certainty]
    targets: dict[str, tuple[str, ...]]
    costs: dict[str, dict[str, Paired]]

    def rows(self, arms: Sequence[Arm]) -> list[dict[str, Any]]:
        """One row per arm and metric."""
        return [self._row(arm, name) for arm in arms for name in self.subjects if (arm.name, name) in self.pairs]

    def _row(self, arm: Arm, name: str) -> dict[str, Any]:
        subject, pair, result = self.subjects[name], self.pairs[arm.name, name], self.results[arm.name, name]
        saving = saving_in_seeds(result)
        better = worlds_better(pair.arm, pair.baseline, subject.better)
        hours = self.costs["hours"][arm.name].difference
        row: dict[str, Any] = {
            "arm": arm.name, "arm_title": self.titles[arm.name], "baseline": arm.baseline,
            "baseline_title": self.titles[str(arm.baseline)], "metric": name, "metric_title": subject.title,
            "group": subject.group, "unit": subject.unit, "better": subject.better, "headline": name in HEADLINE,
            "target": name in self.targets[arm.name], "n": result.n, "worlds": len(pair.seeds),
            "baseline_mean": result.mean_baseline, "arm_mean": result.mean_arm, "difference": result.difference,
            "low": result.low, "high": result.high, "p": result.p, "half_width": half_width(result),
            "seeds_needed": seeds_for_a_tenth(result, subject.unit), "standardized": standardized(result),
            "baseline_sd": result.sd_baseline, "arm_sd": result.sd_arm, "difference_sd": result.sd_difference,
            "hours_whole_run": hours, "money_whole_run": self.costs["money"][arm.name].difference, "saving": saving,
            "independent_seeds": independent_seeds(result.n, saving),
        }  # fmt: skip
        row.update(_share_better(better, result.n))
        if (arm.name, name) in self.certain:
            sure = self.certain[arm.name, name]
            row.update(bca_low=sure.low, bca_high=sure.high, p_holm=sure.p)
        if subject.group != COST:
            cost = "hours" if hours > 0.0 else "money"
            effect = per_unit_of_cost(result.difference, self.costs[cost][arm.name].difference)
            row["effect_per_hour" if cost == "hours" else "effect_per_money"] = effect
        for part, values in (("baseline", pair.baseline), ("arm", pair.arm), ("difference", pair.difference)):
            row[f"{part}_p10"], row[f"{part}_p90"] = spread(values)
        return row


def _share_better(better: int | None, n: int) -> dict[str, Any]:
    """In how many worlds an arm was better, as a share with its interval; nothing where better means nothing."""
    if better is None or n == 0:
        return {"better_worlds": better}
    low, high = share_interval(better, n)
    return {"better_worlds": better, "better_share": better / n, "better_share_low": low, "better_share_high": high}


def _leading(
    results: Mapping[tuple[str, str], Paired], targets: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, str]]:
    """Arm and metric of what a study is read for: headline metrics, and those that the arm's policies aim at."""
    wanted = dict.fromkeys((arm, name) for arm, aims in targets.items() for name in (*HEADLINE, *aims))
    return [key for key in wanted if key in results]


def _median_saving(results: Mapping[tuple[str, str], Paired], targets: Mapping[str, tuple[str, ...]]) -> float:
    """Median over the arms and {adequacy, need met, target metrics}; NaN where no saving is defined."""
    savings = [saving_in_seeds(results[key]) for key in _leading(results, targets)]
    finite = [saving for saving in savings if math.isfinite(saving)]
    return float(np.median(finite)) if finite else math.nan


def _not_a_formula(value: Any) -> Any:
    """A text that no spreadsheet runs; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
