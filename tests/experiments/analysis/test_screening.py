"""Morris screening: SALib's own numbers, linear truth, noise that is not taken for importance."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.honesty.functions import assumptions, sobol_g
from experiments.analysis.designs import morris_design, sobol_design
from experiments.analysis.screening import elementary_effects, morris_screening
from experiments.analysis.verdicts import Settled, Unsettled


def test_a_design_moves_one_assumption_at_a_time_and_comes_from_its_seed() -> None:
    design = morris_design(assumptions(5), 8, seed=3, pool=30)
    assert (len(design.shares), design.block) == (48, 6)
    steps = np.diff(design.shares.reshape(8, 6, 5), axis=1)
    assert (np.count_nonzero(steps, axis=2) == 1).all()
    assert np.abs(steps).max(axis=2) == pytest.approx(np.full((8, 5), 2.0 / 3.0))
    assert np.array_equal(design.shares, morris_design(assumptions(5), 8, seed=3, pool=30).shares)
    assert not np.array_equal(design.shares, morris_design(assumptions(5), 8, seed=4, pool=30).shares)


def test_chosen_trajectories_lie_farther_apart_than_any() -> None:
    def apart(shares: np.ndarray) -> float:
        middles = shares.reshape(6, 5, 4)
        return float(sum(np.linalg.norm(one - other, axis=1).sum() for one in middles for other in middles))

    from SALib.sample.morris import sample

    problem = morris_design(assumptions(4), 6, seed=1).problem
    usual = [apart(sample(problem, 6, num_levels=4, seed=seed)) for seed in range(20)]
    assert apart(morris_design(assumptions(4), 6, seed=1).shares) > np.quantile(usual, 0.9)


def test_a_line_has_its_slopes_and_no_spread() -> None:
    design = morris_design(assumptions(3), 6, seed=2, pool=20)
    slopes = np.array([4.0, -1.0, 0.0])
    values = design.shares @ slopes
    assert elementary_effects(design, values[:, None])[..., 0] == pytest.approx(np.tile(slopes, (6, 1)), abs=1e-12)
    found = morris_screening(design, values[:, None] + np.array([0.0, 5.0]), "y", unit="points")
    assert [effect.strength.value for effect in found.effects] == pytest.approx([4.0, 1.0, 0.0], abs=1e-12)
    assert [effect.direction for effect in found.effects] == pytest.approx([4.0, -1.0, 0.0], abs=1e-12)
    assert [effect.spread for effect in found.effects] == pytest.approx([0.0] * 3, abs=1e-12)
    assert found.verdict == Settled((("x0",), ("x1",)), 1.0)
    assert [each.path for each in found.kept] == ["x0", "x1"]
    assert found.chance == pytest.approx(0.0, abs=1e-12)


def test_intervals_belong_to_the_numbers_of_salib() -> None:
    design = morris_design(assumptions(6), 12, seed=5, pool=40)
    values = sobol_g(design.shares)
    found = morris_screening(design, values[:, None], "y")
    ours = np.abs(elementary_effects(design, values[:, None])[..., 0]).mean(axis=0)
    assert [effect.strength.value for effect in found.effects] == pytest.approx(ours.tolist())
    assert all(effect.strength.low <= effect.strength.value <= effect.strength.high for effect in found.effects)
    assert np.isnan(found.effects[0].by_chance) and np.isnan(found.chance)


def test_screening_keeps_what_matters_and_drops_what_does_not() -> None:
    design = morris_design(assumptions(6), 24, seed=5)
    draw = np.random.default_rng(3)
    values = sobol_g(design.shares)[:, None] + draw.normal(0.0, 1.0, 8) + draw.normal(0.0, 0.1, (len(design.shares), 8))
    found = morris_screening(design, values, "y")
    assert [each.path for each in found.kept][:3] == ["x0", "x1", "x2"]
    assert not {"x4", "x5"} & {each.path for each in found.kept}
    last = found.effects[5]
    assert last.strength.value == pytest.approx(last.by_chance, rel=0.5)
    assert isinstance(found.verdict, Settled) and found.verdict.ranking[0] == ("x0",)


def test_pure_noise_is_recognized_as_chance() -> None:
    design = morris_design(assumptions(4), 20, seed=5)
    draws = (np.random.default_rng(seed).normal(size=(len(design.shares), 6)) for seed in range(12))
    found = [morris_screening(design, values, "y", resamples=100) for values in draws]
    assert all(isinstance(each.verdict, Unsettled) for each in found)
    assert np.mean([each.chance for each in found]) > 0.85
    seen = np.mean([[effect.strength.value for effect in each.effects] for each in found], axis=0)
    by_chance = np.mean([[effect.by_chance for effect in each.effects] for each in found], axis=0)
    assert seen == pytest.approx(by_chance, rel=0.15)


def test_nothing_that_varies_keeps_nothing() -> None:
    design = morris_design(assumptions(3), 4, seed=5, pool=10)
    found = morris_screening(design, np.ones((len(design.shares), 3)), "y")
    assert found.kept == () and found.verdict == Settled((), 1.0)


def test_a_design_of_the_other_method_is_refused() -> None:
    design = sobol_design(assumptions(3), 16, seed=0)
    with pytest.raises(ValueError, match="morris"):
        morris_screening(design, np.zeros((80, 2)), "y")
    with pytest.raises(ValueError, match="pool"):
        morris_design(assumptions(3), 10, seed=0, pool=10)
