"""More rotation helps until absence costs more than it brings: net need met has an interior optimum (source C)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.metrics import METRICS
from sim.model import OrganizationModel
from sim.recorder import Record
from sim.scenario import Scenario

pytestmark = pytest.mark.science

START = 13
DOSES = ((0.05, 13), (0.4, 13), (1.0, 13), (1.0, 10), (1.0, 8), (1.0, 6), (1.0, 5))
"""Coverage and cadence, from rare to ceaseless stays, without rest."""


def measured(coverage: float | None, cadence: int) -> tuple[np.ndarray, np.ndarray]:
    """Need met and hours a person-week in 32 worlds, (world,)."""
    rotation = {"kind": "rotation", "coverage": coverage, "cadence": cadence, "rest_weeks": 0}
    scenario = Scenario.from_dict({"policies": {} if coverage is None else {"rotation": rotation}})
    batches = (range(first, first + 8) for first in range(1, 33, 8))
    record = Record.join([OrganizationModel(scenario, seeds=seeds).run().record() for seeds in batches])
    return METRICS["need_met"].value(record.weekly, START), METRICS["hours"].value(record.weekly, START)


def test_the_gain_of_rotation_peaks_between_the_ends() -> None:
    without, _ = measured(None, 13)
    gains, hours = [], []
    for coverage, cadence in DOSES:
        need_met, spent = measured(coverage, cadence)
        gains.append(need_met - without)
        hours.append(spent.mean())
    assert np.all(np.diff(hours) > 0), "the doses are in order of hours"
    best = int(np.argmax([gain.mean() for gain in gains]))
    assert 0 < best < len(DOSES) - 1
    for end in (0, -1):
        assert stats.ttest_rel(gains[best], gains[end], alternative="greater").pvalue < 0.01
