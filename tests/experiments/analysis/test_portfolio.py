"""Search for portfolios: a knapsack whose front is known, budgets, the winner's curse, and stops at any moment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from optuna.storages.journal import JournalFileBackend

from experiments.analysis.candidates import Budget, Candidate, Dial, Evaluated, Objective, Option, Space
from experiments.analysis.portfolio import Portfolio, search_portfolio, unbeaten
from experiments.analysis.search import Effort

GAIN = dict(zip("abcdefgh", (9.0, 7.0, 6.5, 5.0, 4.0, 3.0, 2.0, 1.0), strict=True))
HOURS = dict(zip("abcdefgh", (6.0, 3.0, 4.0, 1.0, 2.5, 1.0, 1.5, 2.0), strict=True))
OBJECTIVES = (Objective("gain", "Gain", unit="points"), Objective("hours", "Hours", better="lower"))
KNAPSACK = Space(tuple(Option(name, name.upper()) for name in GAIN), OBJECTIVES, Budget(hours=12.0))


class Knapsack:
    """Gains and hours add up; luck comes from the seed and the candidate, and runs are counted."""

    def __init__(self, noise: float = 0.0) -> None:
        self.noise = noise
        self.runs: list[Candidate] = []

    def __call__(self, candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        self.runs += candidates
        gain = np.array([[self.gain(each) + self.luck(each, seed) for seed in seeds] for each in candidates])
        hours = np.array([[sum(HOURS[name] for name in each.policies)] * len(seeds) for each in candidates])
        return Evaluated(np.stack([gain, hours], axis=1), hours, np.zeros(hours.shape))

    def gain(self, candidate: Candidate) -> float:
        return sum(GAIN[name] for name in candidate.policies)

    def luck(self, candidate: Candidate, seed: int) -> float:
        key = [seed, *(ord(name) for name in candidate.policies)]
        return self.noise * float(np.random.default_rng(key).normal())


def known_front() -> set[tuple[str, ...]]:
    """By trying all 256."""
    names = [tuple(itertools.compress(GAIN, on)) for on in itertools.product((0, 1), repeat=len(GAIN))]
    fitting = [each for each in names if sum(HOURS[name] for name in each) <= 12.0]
    merit = np.array([[sum(GAIN[n] for n in each), -sum(HOURS[n] for n in each)] for each in fitting])
    return {each for each, best in zip(fitting, unbeaten(merit), strict=True) if best}


def front(found: Portfolio) -> list[tuple[str, ...]]:
    return [each.candidate.policies for each in found.finalists]


def test_only_what_nothing_else_reaches_is_unbeaten() -> None:
    merit = np.array([[1.0, 1.0], [2.0, 0.0], [1.0, 0.5], [2.0, 0.0], [0.0, 3.0], [0.5, 0.5]])
    assert unbeaten(merit).tolist() == [True, True, False, True, True, False]
    assert unbeaten(np.zeros((0, 2))).tolist() == []


def test_a_knapsack_is_packed_as_well_as_it_can_be() -> None:
    evaluate = Knapsack()
    found = search_portfolio(KNAPSACK, evaluate, (1, 2), (3, 4), Effort(evaluations=160, finalists=40, seed=1))
    best = known_front()
    assert len(set(front(found)) & best) >= 0.9 * len(best)
    assert all(finalist.fits and finalist.hours <= 12.0 for finalist in found.finalists)
    assert [finalist.fresh[0].value for finalist in found.finalists] == sorted(
        (evaluate.gain(each.candidate) for each in found.finalists), reverse=True
    )
    assert {(fall.value, fall.low, fall.high) for each in found.finalists for fall in each.fall} == {(0.0, 0.0, 0.0)}
    assert len(found.candidates) == len(set(found.candidates)) < 160
    assert found.feasible.tolist() == [sum(HOURS[n] for n in each.policies) <= 12.0 for each in found.candidates]


def test_a_candidate_is_run_once_however_often_it_is_proposed() -> None:
    evaluate = Knapsack()
    found = search_portfolio(KNAPSACK, evaluate, (1,), (2,), Effort(evaluations=80, finalists=3, seed=2))
    searched = evaluate.runs[: -len(found.finalists)]
    assert len(searched) == len(set(searched)) == len(found.candidates)
    assert len(found.finalists) == 3


def test_the_winner_is_cursed_and_the_curse_is_shown() -> None:
    found = search_portfolio(
        Space(KNAPSACK.options, OBJECTIVES[:1], Budget(hours=12.0)),
        lambda candidates, seeds: _first_objective(Knapsack(noise=6.0)(candidates, seeds)),
        (1, 2, 3, 4),
        tuple(range(10, 90)),
        Effort(evaluations=160, seed=3),
    )
    winner = found.finalists[0]
    assert len(found.finalists) == 1 and winner.fall[0].value > 2.0
    assert winner.fresh[0].low <= Knapsack().gain(winner.candidate) <= winner.fresh[0].high
    assert winner.fall[0].value == pytest.approx(winner.search[0] - winner.fresh[0].value)
    assert found.curse[0].value == pytest.approx(winner.fall[0].value)


def _first_objective(result: Evaluated) -> Evaluated:
    return Evaluated(result.values[:, :1], result.hours, result.money)


def test_two_known_curves_meet_where_they_should() -> None:
    """ZDT1 in three dials: the front is f2 = 1 - sqrt(f1), reached where the other dials are 0."""
    dials = tuple(Dial(f"x{number}", f"X{number}", 0.0, 1.0) for number in range(3))
    goals = (Objective("f1", "First", better="lower"), Objective("f2", "Second", better="lower"))

    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        x = np.array([[dict(each.settings).get(dial.path, 1.0) for dial in dials] for each in candidates])
        g = 1.0 + 9.0 * x[:, 1:].mean(axis=1)
        values = np.stack([x[:, 0], g * (1.0 - np.sqrt(x[:, 0] / g))], axis=1)
        zero = np.zeros((len(candidates), len(seeds)))
        return Evaluated(np.repeat(values[:, :, None], len(seeds), axis=2), zero, zero)

    found = search_portfolio(
        Space((Option("on", "On", dials),), goals), evaluate, (1,), (2,), Effort(evaluations=240, finalists=30, seed=4)
    )
    first, second = np.array([each.search for each in found.finalists]).T
    assert len(first) >= 10 and first.min() < 0.1 and first.max() > 0.5
    assert np.median(second - (1.0 - np.sqrt(first))) < 0.2


def test_dials_of_a_policy_that_is_off_make_no_difference() -> None:
    options = (Option("a", "A", (Dial("a.share", "Share", 0.0, 1.0),)), Option("b", "B"))
    on = Candidate.of(options, {"a": True, "a.share": 0.3, "b": False})
    off = Candidate.of(options, {"a": False, "a.share": 0.3, "b": True})
    assert on == Candidate(("a",), (("a.share", 0.3),)) and off == Candidate(("b",))
    assert off == Candidate.of(options, {"a": False, "a.share": 0.9, "b": True})


def test_dials_keep_to_their_steps() -> None:
    space = Space((Option("a", "A", (Dial("a.size", "Size", 2.0, 8.0, step=2.0),)),), OBJECTIVES)
    tried: list[Candidate] = []

    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        tried.extend(candidates)
        zero = np.zeros((len(candidates), len(seeds)))
        return Evaluated(np.zeros((len(candidates), 2, len(seeds))), zero, zero)

    search_portfolio(space, evaluate, (1,), (2,), Effort(evaluations=20, seed=1))
    assert {value for each in tried for _, value in each.settings} == {2.0, 4.0, 6.0, 8.0}


def test_nothing_that_keeps_the_budget_leaves_no_finalist() -> None:
    space = Space(KNAPSACK.options, OBJECTIVES, Budget(hours=-1.0))
    found = search_portfolio(space, Knapsack(), (1,), (2,), Effort(evaluations=20, seed=1))
    assert found.finalists == () and not found.feasible.any() and np.isnan(found.curse[0].value)


def test_a_candidate_without_values_is_passed_over() -> None:
    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        result = Knapsack()(candidates, seeds)
        failed = ["a" in each.policies for each in candidates]
        for values in (result.values, result.hours, result.money):
            values[failed] = np.nan
        return result

    found = search_portfolio(KNAPSACK, evaluate, (1,), (2,), Effort(evaluations=60, seed=1))
    assert found.finalists and not any("a" in each.policies for each in found.candidates)


def test_a_world_cannot_be_fresh_that_the_search_has_seen() -> None:
    with pytest.raises(ValueError, match="fresh"):
        search_portfolio(KNAPSACK, Knapsack(), (1, 2), (2, 3))


EFFORT = Effort(evaluations=24, batch=8, finalists=4, seed=5)
MIXED = Space(
    (*KNAPSACK.options[:4], Option("e", "E", (Dial("e.share", "Share", 0.0, 1.0),))), OBJECTIVES, Budget(hours=12.0)
)


def told(found: Portfolio) -> tuple[object, ...]:
    return found.candidates, found.seen.tolist(), [(each.candidate, each.fresh) for each in found.finalists]


class StoppedError(RuntimeError):
    pass


@pytest.fixture(scope="module")
def undisturbed() -> Portfolio:
    return search_portfolio(MIXED, Knapsack(noise=1.0), (1, 2), (3, 4), EFFORT)


@pytest.mark.parametrize(
    ("after", "half"),
    [(0, True), (1, False), (5, True), (57, False), (90, True), (121, False), (201, True), (260, False)],
)
def test_a_search_that_was_stopped_anywhere_ends_as_if_it_had_not_been(
    undisturbed: Portfolio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, half: bool
) -> None:
    path = tmp_path / "kept" / "journal.log"
    whole = JournalFileBackend.append_logs
    written = 0

    def append(self: JournalFileBackend, logs: list[dict[str, object]]) -> None:
        nonlocal written
        written += 1
        if written > after:
            if half:
                with path.open("ab") as file:
                    file.write(b'{"op_code":4,"wor')
            path.with_name(path.name + ".lock").symlink_to(path)  # a killed process leaves it
            raise StoppedError
        whole(self, logs)

    monkeypatch.setattr(JournalFileBackend, "append_logs", append)
    with pytest.raises(StoppedError):
        search_portfolio(MIXED, Knapsack(noise=1.0), (1, 2), (3, 4), EFFORT, path)
    monkeypatch.setattr(JournalFileBackend, "append_logs", whole)
    resumed = search_portfolio(MIXED, Knapsack(noise=1.0), (1, 2), (3, 4), EFFORT, path)
    assert told(resumed) == told(undisturbed)


def test_a_kept_search_goes_on_where_more_is_wanted_and_runs_nothing_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    longer = Effort(evaluations=32, batch=8, finalists=4, seed=5)
    search_portfolio(MIXED, Knapsack(noise=1.0), (1, 2), (3, 4), EFFORT, path)
    evaluate = Knapsack(noise=1.0)
    found = search_portfolio(MIXED, evaluate, (1, 2), (3, 4), longer, path)
    assert told(found) == told(search_portfolio(MIXED, Knapsack(noise=1.0), (1, 2), (3, 4), longer))
    assert len(evaluate.runs) < len(found.candidates)
    again = Knapsack(noise=1.0)
    assert told(search_portfolio(MIXED, again, (1, 2), (3, 4), longer, path)) == told(found)
    assert len(again.runs) == len(found.finalists)


def test_a_journal_of_another_search_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    search_portfolio(MIXED, Knapsack(), (1, 2), (3, 4), EFFORT, path)
    with pytest.raises(ValueError, match="another search"):
        search_portfolio(MIXED, Knapsack(), (1, 5), (3,), EFFORT, path)
    with pytest.raises(ValueError, match="another search"):
        search_portfolio(KNAPSACK, Knapsack(), (1, 2), (3, 4), EFFORT, path)


def test_two_cannot_search_in_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"

    def evaluate(candidates: Sequence[Candidate], seeds: Sequence[int]) -> Evaluated:
        if tuple(seeds) == (1, 2):
            with pytest.raises(BlockingIOError, match="another process"):
                search_portfolio(MIXED, Knapsack(), (1, 2), (3, 4), EFFORT, path)
        return Knapsack()(candidates, seeds)

    assert search_portfolio(MIXED, evaluate, (1, 2), (3, 4), Effort(evaluations=8, batch=8), path).finalists


def test_another_seed_searches_elsewhere() -> None:
    one, other = (
        search_portfolio(MIXED, Knapsack(), (1,), (2,), Effort(evaluations=16, batch=8, seed=seed)) for seed in (1, 2)
    )
    assert one.candidates != other.candidates
