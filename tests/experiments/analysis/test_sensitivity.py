"""Sobol indices of functions whose truth is known, with chance and without; verdicts that withhold a ranking."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import sobol

from benchmarks.honesty.functions import (
    assumptions,
    ishigami,
    ishigami_truth,
    sobol_g,
    sobol_g_truth,
)
from experiments.analysis.designs import morris_design, sobol_design
from experiments.analysis.outcomes import Assumption, Floats
from experiments.analysis.sensitivity import Sensitivity, sobol_indices
from experiments.analysis.verdicts import Limits, Settled, Unsettled, judge


def columns(found: Sensitivity, name: str) -> tuple[Floats, Floats, Floats]:
    """Value, low and high of the first or total shares."""
    each = [getattr(index, name) for index in found.indices]
    return tuple(np.array([getattr(one, end) for one in each]) for end in ("value", "low", "high"))


def noisy(values: Floats, draw: np.random.Generator, worlds: int, own: float, shared: float = 0.0) -> Floats:
    """Values (point, world): luck of each run, and luck that a world gives to all points."""
    return values[:, None] + draw.normal(0.0, shared, worlds) + draw.normal(0.0, own, (values.size, worlds))


def test_a_larger_design_starts_with_the_smaller_one() -> None:
    small, large = (sobol_design(assumptions(4), base, seed=9) for base in (16, 32))
    assert np.array_equal(large.shares[: len(small.shares)], small.shares)
    assert (small.block, len(small.shares)) == (6, 96)
    assert np.array_equal(sobol_design(assumptions(4), 16, seed=9).shares, small.shares)
    assert not np.array_equal(sobol_design(assumptions(4), 16, seed=10).shares, small.shares)


def test_a_design_is_in_the_units_of_its_assumptions() -> None:
    ranges = (Assumption("a", "A", -2.0, 2.0), Assumption("b", "B", 0.001, 10.0, scale="log"))
    design = sobol_design(ranges, 64, seed=1)
    futures = design.futures
    assert (futures.min(axis=0) >= [-2.0, 0.001]).all() and (futures.max(axis=0) <= [2.0, 10.0]).all()
    assert np.median(futures[:, 1]) == pytest.approx(0.1, rel=0.2)


@pytest.mark.parametrize("base", [3, 6, 100])
def test_a_base_that_unbalances_the_sequence_is_refused(base: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        sobol_design(assumptions(3), base, seed=0)


@pytest.mark.parametrize("second_order", [False, True])
def test_with_one_world_they_are_what_salib_finds(second_order: bool) -> None:
    design = sobol_design(assumptions(3), 256, seed=4, second_order=second_order)
    values = ishigami(design.shares)
    found = sobol_indices(design, values[:, None], "y")
    matrices = values.reshape(design.base, design.block)
    scaled = (values - matrices[:, (0, -1)].mean()) / values.std()  # SALib centres by all points, this by A and B
    a, b, crossed, back = sobol.separate_output_values(scaled, 3, design.base, second_order)
    assert columns(found, "first")[0] == pytest.approx(
        [float(sobol.first_order(a, crossed[:, j], b)) for j in range(3)]
    )
    assert columns(found, "total")[0] == pytest.approx(
        [float(sobol.total_order(a, crossed[:, j], b)) for j in range(3)]
    )
    assert np.isnan(found.chance.of_mean.value)
    if second_order:
        expected = float(sobol.second_order(a, crossed[:, 0], crossed[:, 2], back[:, 0], b))
        assert {(pair.one.path, pair.other.path): pair.share.value for pair in found.pairs}[
            "x0", "x2"
        ] == pytest.approx(expected)


@pytest.mark.parametrize(("function", "truth", "count"), [(ishigami, ishigami_truth, 3), (sobol_g, sobol_g_truth, 6)])
@pytest.mark.parametrize("chance", [0.0, 0.15])
def test_the_truth_lies_inside_the_intervals(function: object, truth: object, count: int, chance: float) -> None:
    first, total, variance = truth()  # type: ignore[operator]
    design = sobol_design(assumptions(count), 1024, seed=2)
    worlds = 6
    own = np.sqrt(variance * worlds * chance / (1.0 - chance))
    values = noisy(function(design.shares), np.random.default_rng(3), worlds, own, shared=own)  # type: ignore[operator]
    found = sobol_indices(design, values, "y")
    for name, known in (("first", first), ("total", total)):
        _, low, high = columns(found, name)
        assert (low <= known * (1.0 - chance)).all() and (known * (1.0 - chance) <= high).all()
    assert found.chance.of_mean.low <= chance <= found.chance.of_mean.high
    assert found.variance == pytest.approx(variance / (1.0 - chance), rel=0.1)
    if chance == 0.0:
        assert isinstance(found.verdict, Settled)
        assert [tier[0] for tier in found.verdict.ranking][:2] == ["x0", "x1"]


def test_chance_would_make_total_shares_too_large_had_it_not_been_taken_out() -> None:
    design = sobol_design(assumptions(3), 512, seed=6)
    values = noisy(ishigami(design.shares), np.random.default_rng(8), 2, own=5.0)
    plain = sobol.analyze(
        {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3},
        values.mean(axis=1),
        calc_second_order=False,
        seed=1,
    )
    found = sobol_indices(design, values, "y")
    value, low, high = columns(found, "total")
    truth = ishigami_truth()[1] * (1.0 - found.chance.of_mean.value)
    assert (low <= truth).all() and (truth <= high).all()
    assert plain["ST"][2] > truth[2] + 0.2 and abs(value[2] - truth[2]) < 0.1


def test_luck_that_all_points_share_explains_nothing_and_is_reported() -> None:
    design = sobol_design(assumptions(3), 128, seed=6)
    still = ishigami(design.shares)[:, None] + np.zeros(5)
    moved = still + np.array([-9.0, 4.0, 1.0, 6.0, 2.0])
    one, other = (sobol_indices(design, values, "y") for values in (still, moved))
    assert columns(one, "total")[0] == pytest.approx(columns(other, "total")[0])
    assert other.chance.of_mean.value == pytest.approx(0.0, abs=1e-9)
    variance = float(np.var([-9.0, 4.0, 1.0, 6.0, 2.0], ddof=1))
    assert other.chance.shared == pytest.approx(variance / (variance + one.variance))
    assert one.chance.shared == pytest.approx(0.0, abs=1e-9)


def test_luck_that_acts_with_an_assumption_is_chance_and_not_that_assumption() -> None:
    """y = x0 + luck(world) x1: with the worlds in common a mean over few worlds has a slope in x1 that is all luck."""
    design = sobol_design(assumptions(2), 256, seed=5)
    luck = np.random.default_rng(1).normal(0.0, 1.0, 8)
    luck -= luck.mean() - 0.6
    centred = design.shares - 0.5
    found = sobol_indices(design, centred[:, :1] + luck * centred[:, 1:], "y")
    error = luck.var(ddof=1) / 8
    whole = 1.0 + luck.mean() ** 2
    assert found.chance.of_mean.value == pytest.approx(error / whole, abs=0.01)
    assert columns(found, "first")[0] == pytest.approx(
        [1.0 / whole, (luck.mean() ** 2 - error) / whole], abs=0.04
    )  # the square of a mean, less its own error


def test_pure_chance_is_all_chance_and_ranks_nothing() -> None:
    design = sobol_design(assumptions(3), 256, seed=7)
    found = sobol_indices(design, noisy(np.zeros(len(design.shares)), np.random.default_rng(2), 10, own=1.0), "y")
    assert found.chance.of_mean.value == pytest.approx(1.0, abs=0.1)
    value, _, _ = columns(found, "total")
    assert np.abs(value).max() < 0.2
    assert not isinstance(found.verdict, Settled) or found.verdict.ranking == ()


def test_an_outcome_that_never_varies_has_no_indices() -> None:
    design = sobol_design(assumptions(2), 16, seed=7)
    found = sobol_indices(design, np.full((len(design.shares), 3), 0.1), "y")
    assert columns(found, "total")[0].tolist() == [0.0, 0.0] and found.variance == 0.0
    assert found.verdict == Settled((), 1.0)


def test_too_few_points_give_no_ranking_but_reasons_and_a_size() -> None:
    design = sobol_design(assumptions(3), 16, seed=4)
    found = sobol_indices(design, ishigami(design.shares)[:, None], "y").verdict
    assert isinstance(found, Unsettled) and not hasattr(found, "ranking")
    assert found.base_wanted >= 64 and "interval" in found.reasons[0]


def test_equal_assumptions_share_a_tier() -> None:
    design = sobol_design(assumptions(3), 1024, seed=4)
    values = design.shares @ np.array([1.0, 1.0, 0.5])
    verdict = sobol_indices(design, values[:, None], "y").verdict
    assert isinstance(verdict, Settled)
    assert [set(tier) for tier in verdict.ranking] == [{"x0", "x1"}, {"x2"}]


def test_worlds_with_holes_are_left_out_and_counted() -> None:
    design = sobol_design(assumptions(3), 64, seed=4)
    values = noisy(ishigami(design.shares), np.random.default_rng(2), 4, own=1.0)
    holed = values.copy()
    holed[5, 2] = np.nan
    one, other = sobol_indices(design, holed, "y"), sobol_indices(design, values[:, [0, 1, 3]], "y")
    assert (one.worlds, one.worlds_left_out) == (3, 1)
    assert columns(one, "total")[0].tolist() == columns(other, "total")[0].tolist()
    with pytest.raises(ValueError, match="no world"):
        sobol_indices(design, np.full(values.shape, np.nan), "y")


def test_values_of_another_design_are_refused() -> None:
    design = sobol_design(assumptions(3), 16, seed=4)
    with pytest.raises(ValueError, match="80 points"):
        sobol_indices(design, np.zeros((79, 2)), "y")
    with pytest.raises(ValueError, match="sobol"):
        sobol_indices(morris_design(assumptions(3), 4, seed=1, pool=10), np.zeros((16, 2)), "y")


def verdict_of(spread: float, half: float = 0.05, parts: tuple[tuple[float, ...], ...] = ()) -> Settled | Unsettled:
    value = np.array([0.6, 0.3, 0.01])
    resampled = value + np.random.default_rng(0).normal(0.0, spread, (400, 3))
    first = [np.array(part) for part in parts] or [value, value]
    return judge(assumptions(3), value, np.full(3, half), resampled, first, 64, Limits())


def test_each_condition_alone_withholds_the_ranking() -> None:
    assert verdict_of(0.02) == Settled((("x0",), ("x1",)), 1.0)
    wide = verdict_of(0.02, half=0.2)
    assert isinstance(wide, Unsettled) and len(wide.reasons) == 3 and wide.base_wanted == 256
    restless = verdict_of(0.2)
    assert isinstance(restless, Unsettled) and "resamples" in restless.reasons[0]
    turned = verdict_of(0.02, parts=((0.3, 0.6, 0.01), (0.6, 0.3, 0.01)))
    assert isinstance(turned, Unsettled) and "25 %" in turned.reasons[0] and len(turned.reasons) == 1
    newcomer = verdict_of(0.02, parts=((0.6, 0.3, 0.01), (0.6, 0.3, 0.4)))
    assert isinstance(newcomer, Unsettled) and "50 %" in newcomer.reasons[0]
