"""Drift in one pass is the drift in several: the same bits as numpy's steps, one after another."""

from __future__ import annotations

import numpy as np

from sim.kernels.drifting import drift_culture, drift_engagement

F = np.float32


def test_culture_moves_part_of_the_way_to_its_norm() -> None:
    draw = np.random.default_rng(1)
    values, norm = draw.random((2, 41)).astype(F)
    expected = values + F(0.02) * (norm - values)
    drift_culture(values, norm, F(0.02))
    np.testing.assert_array_equal(values, expected)
    drift_culture(values, norm, F(1.0))
    np.testing.assert_allclose(values, norm, atol=1e-6)


def test_overload_lowers_the_norm_of_engagement_and_the_rest_of_the_load_does_not() -> None:
    draw = np.random.default_rng(2)
    engagement, norm = draw.random((2, 333)).astype(F)
    load = (F(12.0) * draw.random(333, F) ** 3).astype(F)
    wanted = np.maximum(F(0), norm - np.maximum(F(0), load - F(1)) * F(0.3))
    expected = np.clip(engagement + (wanted - engagement) * F(0.05), F(0), F(1))
    assert (wanted == 0).any() and (load < 1).any()
    drift_engagement(engagement, norm, load, F(0.3), F(0.05))
    np.testing.assert_array_equal(engagement, expected)
