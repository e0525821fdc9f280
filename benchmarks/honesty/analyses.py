"""`python -m benchmarks.honesty.analyses`: do the analyses of a strategy study find what is there, and nothing else?

Sobol indices of functions whose indices are known, with luck of three kinds; largest regrets that are known; planted
boxes and pure noise; portfolios whose front is known, and how far winners fall.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.stats import qmc

from benchmarks.honesty.functions import assumptions, ishigami, ishigami_truth, sobol_g, sobol_g_truth
from benchmarks.honesty.outcome import Rate
from experiments.analysis.boxes import best_by_peeling, jaccard, without_doubtful, worth
from experiments.analysis.candidates import Budget, Candidate, Evaluated, Objective, Option, Space
from experiments.analysis.designs import sobol_design
from experiments.analysis.discovery import FEWEST, Search, boxes_of
from experiments.analysis.outcomes import Floats, Outcomes
from experiments.analysis.portfolio import search_portfolio, unbeaten
from experiments.analysis.prim import inside, trajectory
from experiments.analysis.robustness import Wanted, robustness
from experiments.analysis.search import Effort
from experiments.analysis.sensitivity import Sensitivity, sobol_indices
from experiments.analysis.verdicts import Settled

OPEN = (-np.inf, np.inf)
COLUMNS = 6
PLANTED = np.array([(0.6, np.inf), (-np.inf, 0.5), *[OPEN] * (COLUMNS - 2)])
"""A fifth of the ranges, by two of six assumptions."""


def luck(kind: str, shares: Floats, draw: np.random.Generator, worlds: int, spread: float) -> Floats:
    """Luck (point, world): of each run alone, or of a world that acts with two assumptions and shifts all points."""
    if kind == "none":
        return np.zeros((len(shares), worlds))
    if kind == "own":
        return draw.normal(0.0, spread, (len(shares), worlds))
    slopes = draw.normal(0.0, spread, (2, worlds))
    acting = np.sqrt(12.0 / 2.0) * (shares[:, :2] - 0.5) @ slopes
    return np.asarray(acting + draw.normal(0.0, 3.0 * spread, worlds))


def sensitivity(experiments: int) -> Iterator[Rate]:
    """Intervals of all first and total shares hold the truth, and rankings that are given are right."""
    cases = itertools.product(
        (("Ishigami", ishigami, ishigami_truth, 3), ("Sobol's g", sobol_g, sobol_g_truth, 6)),
        (128, 512, 1024),
        ("none", "own", "of a world"),
    )
    for (name, function, truth, count), base, kind in cases:
        first, total, variance = truth()
        worlds, chance = 10, 0.0 if kind == "none" else 0.1
        spread = np.sqrt(variance * worlds * chance / (1.0 - chance))
        inside_first, inside_total, known_chance, settled, right = [], [], [], 0, 0
        for seed in range(experiments):
            design = sobol_design(assumptions(count), base, seed)
            draw = np.random.default_rng((seed, 7))
            values = function(design.shares)[:, None] + luck(kind, design.shares, draw, worlds, spread)
            found = sobol_indices(design, values, name, seed=seed)
            inside_first += held(found, "first", first * (1.0 - chance))
            inside_total += held(found, "total", total * (1.0 - chance))
            known_chance.append(found.chance.of_mean.low - 1e-9 <= chance <= found.chance.of_mean.high + 1e-9)
            if isinstance(found.verdict, Settled):
                settled += 1
                order = [total[int(path[1:])] for tier in found.verdict.ranking for path in tier[:1]]
                right += order == sorted(order, reverse=True)
        case = f"{name}, base {base}, luck {kind}"
        yield Rate("first-order interval holds the truth", case, sum(inside_first), len(inside_first))
        yield Rate("total interval holds the truth", case, sum(inside_total), len(inside_total))
        yield Rate("interval of chance holds the truth", case, sum(known_chance), experiments)
        yield Rate("a ranking is given", case, settled, experiments)
        if settled:
            yield Rate("a ranking that is given is right", case, right, settled)


def held(found: Sensitivity, name: str, truth: Floats) -> list[bool]:
    """Whether each share's interval holds the truth."""
    shares = [getattr(index, name) for index in found.indices]
    return [bool(each.low <= known <= each.high) for each, known in zip(shares, truth, strict=True)]


def regret(experiments: int) -> Iterator[Rate]:
    """Intervals of the largest and the 90th percentile regret hold the truth."""
    for arms, futures, worlds, noise in ((6, 30, 20, 0.5), (13, 50, 20, 1.0), (13, 50, 20, 3.0), (13, 50, 8, 1.0)):
        largest, high = [], []
        for seed in range(experiments):
            draw = np.random.default_rng(seed)
            truth = draw.normal(0.0, 0.5, (arms, 1)) + draw.normal(0.0, 0.5, (arms, futures))
            values = truth[..., None] + noise * draw.normal(size=(arms, futures, worlds))
            found = robustness(table(values), "y", Wanted(0.0), resamples=200, seed=seed)
            known = truth.max(axis=0) - truth
            pairs = zip(found.arms, known.max(axis=1), np.percentile(known, 90.0, axis=1), strict=True)
            for arm, most, often in pairs:
                largest.append(bool(arm.regret_max.low <= most <= arm.regret_max.high))
                high.append(bool(arm.regret_high.low <= often <= arm.regret_high.high))
        case = f"{arms} arms, {futures} futures, {worlds} worlds, noise {noise:g} against spread 0.7"
        yield Rate("interval of the largest regret holds the truth", case, sum(largest), len(largest))
        yield Rate("interval of the 90th percentile regret holds the truth", case, sum(high), len(high))


def table(values: Floats) -> Outcomes:
    arms, futures, worlds = values.shape
    nothing = np.zeros(values.shape)
    return Outcomes(
        arms=tuple(f"arm {number}" for number in range(arms)),
        titles={},
        assumptions=assumptions(1),
        futures=np.linspace(0.0, 1.0, futures)[:, None],
        seeds=tuple(range(worlds)),
        values={"y": values},
        better={"y": "higher"},
        hours=nothing,
        money=nothing,
    )


def noise(experiments: int) -> Iterator[Rate]:
    """Boxes that are shown where labels are pure noise: at most 1 % of cases."""
    for futures, rate in itertools.product((50, 200), (0.2, 0.5)):
        shown = 0
        for seed in range(experiments):
            shares, fails = futures_and(futures, seed, rate, rate)
            found, _ = boxes_of(
                assumptions(COLUMNS), shares, fails, fails[None], Search(resamples=0, boxes=1, seed=seed)
            )
            shown += bool(found)
        yield Rate(
            "pure noise shows a box",
            f"{futures} futures, {rate:.0%} fail",
            shown / experiments,
            experiments,
            0.0,
            0.015,
        )


def boxes(experiments: int) -> Iterator[Rate]:
    """Planted boxes: how often the test sees them, and how often the box found is the planted one."""
    for futures, (within, outside) in itertools.product((50, 100, 200, 500, 1000), ((1.0, 0.0), (0.9, 0.05))):
        seen, overlaps = 0, []
        for seed in range(experiments):
            shares, fails = futures_and(futures, seed, within, outside)
            draw = np.random.default_rng((seed, 3))
            value = best_by_peeling(shares, fails, FEWEST)
            luckier = (best_by_peeling(shares, draw.permutation(fails), FEWEST) >= value for _ in range(99))
            if any(luckier):
                continue
            seen += 1
            found = trajectory(shares, fails, FEWEST)
            best = without_doubtful(found[worth(found, shares, fails).argmax()], shares, fails)
            overlaps.append(jaccard(best, PLANTED))
        case = f"{futures} futures, {within:.0%} fail inside and {outside:.0%} outside"
        near = np.array(overlaps)
        yield Rate("a planted box is seen", case, seen, experiments)
        if seen:
            note = f"Jaccard, median {np.median(near):.3f}, smallest {near.min():.3f}"
            yield Rate("a box that is shown has Jaccard 0.9 or more", case, int((near >= 0.9).sum()), seen, note=note)


def futures_and(count: int, seed: int, within: float, outside: float) -> tuple[Floats, np.ndarray]:
    """Sampled futures and which of them fail, by their chance of failing inside and outside the planted box."""
    shares = qmc.LatinHypercube(COLUMNS, seed=seed).random(count)
    chance = np.where(inside(shares, PLANTED), within, outside)
    return shares, np.random.default_rng((seed, 5)).random(count) < chance


def portfolios(experiments: int) -> Iterator[Rate]:
    """Knapsacks of twelve policies: the share of the known front's volume, and the winner's curse with noise."""
    for evaluations, spread in itertools.product((200, 400), (0.0, 4.0)):
        volumes, falls, holds = [], [], []
        for seed in range(experiments):
            gains, hours = np.random.default_rng(seed).uniform(1.0, 10.0, (2, 12))
            found, truth = packed(gains, hours, spread, evaluations, seed)
            volumes.append(found)
            falls.append(truth[0])
            holds.append(truth[1])
        case = f"12 policies, {evaluations} candidates, noise {spread:g} a world, 10 worlds"
        note = (
            f"volume {np.mean(volumes):.3f}, smallest {min(volumes):.3f}; the best by gain falls {np.mean(falls):.2f}"
        )
        near = sum(volume >= 0.95 for volume in volumes)
        yield Rate("finalists reach 95 % of the known front's volume", case, near, experiments, note=note)
        yield Rate("fresh interval of the best by gain holds its true gain", case, sum(holds), experiments)


def packed(
    gains: Floats, hours: Floats, spread: float, evaluations: int, seed: int
) -> tuple[float, tuple[float, bool]]:
    """One search; true volume of its finalists' front as a share of the known one, and what became of the best."""
    names = [f"p{number}" for number in range(gains.size)]
    most = float(hours.sum()) / 2.0
    goals = (Objective("gain", "Gain"), Objective("hours", "Hours", better="lower"))
    space = Space(tuple(Option(name, name) for name in names), goals, Budget(hours=most))

    def on(candidate: Candidate) -> Floats:
        return np.array([name in candidate.policies for name in names], dtype=np.float64)

    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        chosen = np.stack([on(each) for each in candidates])
        cost = np.repeat((chosen @ hours)[:, None], len(seeds), axis=1)
        lucky = [
            [np.random.default_rng([each, *row.astype(int).tolist()]).normal(0.0, spread) for each in seeds]
            for row in chosen
        ]
        gain = (chosen @ gains)[:, None] + np.array(lucky)
        return Evaluated(np.stack([gain, cost], axis=1), cost, np.zeros(cost.shape))

    effort = Effort(evaluations=evaluations, finalists=20, seed=seed)
    found = search_portfolio(space, evaluate, range(10), range(100, 140), effort)
    everything = np.array(list(itertools.product((0.0, 1.0), repeat=gains.size)))
    fitting = everything[everything @ hours <= most]
    kept = np.stack([on(each.candidate) for each in found.finalists])
    whole, reached = (staircase(rows @ gains, rows @ hours, most) for rows in (fitting, kept))
    best = found.finalists[0]
    truth = float(on(best.candidate) @ gains)
    sure = best.fresh[0].low - 1e-9 <= truth <= best.fresh[0].high + 1e-9
    return reached / whole, (best.fall[0].value, bool(sure))


def staircase(gain: Floats, cost: Floats, most: float) -> float:
    """Area that a front of gain against cost dominates, up to the budget."""
    front = unbeaten(np.stack([gain, -cost], axis=1))
    order = np.argsort(cost[front], kind="stable")
    heights, places = np.maximum.accumulate(gain[front][order]), cost[front][order]
    return float((heights * np.diff(np.append(places, most))).sum())


PARTS: dict[str, Callable[[int], Iterator[Rate]]] = {
    "sensitivity": sensitivity,
    "regret": regret,
    "noise": noise,
    "boxes": boxes,
    "portfolios": portfolios,
}
USUAL = {"sensitivity": 100, "regret": 100, "noise": 1000, "boxes": 40, "portfolios": 20}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--experiments", type=int, help="a row; " + ", ".join(f"{n} {k}" for k, n in USUAL.items()))
    options = parser.parse_args(words)
    print("| what | case | % of experiments | experiments | |\n|---|---|---|---|---|")
    begin = time.process_time()
    for part in options.parts or PARTS:
        for rate in PARTS[part](options.experiments or USUAL[part]):
            measured = f"{100 * rate.share:.1f} ± {100 * rate.error:.1f}"
            print(f"| {rate.what} | {rate.case} | {measured} | {rate.experiments:,} | {rate.note} |", flush=True)
    print(f"\n{time.process_time() - begin:.0f} s of processor time")


if __name__ == "__main__":
    main()
