"""Paired differences whose mean is known to be 0 and whose standard deviation is known to be 1.

Some are measured: differences of a policy and its baseline in 600 worlds of the model, drawn with replacement, so
that the mean of the 600 is the truth. Of 214 (arms and outcomes of the demo) one in five is skewed by more than 0.7
and one in ten by more than 1.0, to either side; the headline outcomes stay within 0.35. The others are made up, from
harmless to worse than anything that the model has shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

Draw = Callable[[np.random.Generator, int], np.ndarray]

MEASURED = Path(__file__).with_name("measured.csv")
"""Differences in 600 worlds, as `python -m benchmarks.honesty.measure FOLDER` takes them from the results of
`watercooler sweep study=demo seeds=600 organization.people=240 weeks=104`."""


def normal(draw: np.random.Generator, n: int) -> np.ndarray:
    return draw.normal(size=n)


def gamma(shape: float) -> Draw:
    """Skewed to the right by 2 / sqrt(shape)."""
    return lambda draw, n: (draw.gamma(shape, size=n) - shape) / shape**0.5


def lognormal(sigma: float) -> Draw:
    mean = np.exp(sigma**2 / 2.0)
    deviation = mean * np.sqrt(np.exp(sigma**2) - 1.0)
    return lambda draw, n: (draw.lognormal(0.0, sigma, n) - mean) / deviation


def student(freedom: float) -> Draw:
    return lambda draw, n: draw.standard_t(freedom, n) / np.sqrt(freedom / (freedom - 2.0))


def contaminated(draw: np.random.Generator, n: int) -> np.ndarray:
    """One world in twenty varies five times as much."""
    large = draw.random(n) < 0.05
    return draw.normal(size=n) * np.where(large, 5.0, 1.0) / np.sqrt(0.95 + 0.05 * 25.0)


def one_in_five(draw: np.random.Generator, n: int) -> np.ndarray:
    """The policy takes in one world of five and does next to nothing in the others."""
    took = (draw.random(n) < 0.2) - 0.2
    return (took + 0.1 * draw.normal(size=n)) / np.sqrt(0.16 + 0.01)


MADE = {
    "normal": normal,
    "gamma, skewness 0.35": gamma(4.0 / 0.35**2),
    "gamma, skewness 0.7": gamma(4.0 / 0.7**2),
    "gamma, skewness 1": gamma(4.0),
    "gamma, skewness 2": gamma(1.0),
    "Student, 5 degrees": student(5.0),
    "Student, 3 degrees": student(3.0),
    "contaminated": contaminated,
    "one world in five": one_in_five,
    "lognormal, skewness 6": lognormal(1.0),
}
"""Made-up differences, by name."""


def measured() -> dict[str, Draw]:
    """Measured differences, by arm and outcome."""
    table = pd.read_csv(MEASURED)
    return {name: _resampled(table[name].to_numpy(dtype=np.float64)) for name in table}


def _resampled(values: np.ndarray) -> Draw:
    known = values[np.isfinite(values)]
    standard = (known - known.mean()) / known.std()
    return lambda draw, n: standard[draw.integers(0, standard.size, n)]


def every() -> dict[str, Draw]:
    """All of them; measured ones last."""
    return {**MADE, **measured()}
