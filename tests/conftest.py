"""What all tests share: one profile for random examples, and which tests need the jit."""

from __future__ import annotations

import numba
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

NEED_THE_JIT = ("compiled", "science")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what would take too long as plain Python, or means nothing there."""
    if not numba.config.DISABLE_JIT:
        return
    skip = pytest.mark.skip(reason="needs the jit")
    for item in items:
        if any(item.get_closest_marker(name) for name in NEED_THE_JIT):
            item.add_marker(skip)
