"""PRIM, the patient rule induction method, by EMA Workbench: one door to it, whatever its version.

Peels a box slice by slice from all points until it holds little but cases of interest (Friedman & Fisher 1999; Bryant &
Lempert 2010 for scenario discovery). Versions before 3 (Python 3.11) want a threshold for the box that 3 and later do
not know; it is set so that it never rejects one.
"""

from __future__ import annotations

import inspect
import warnings
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.outcomes import Floats

PEEL = 0.05
"""Share of the points in a box that one slice may take."""


def trajectory(points: Floats, interesting: NDArray[np.bool_], least_points: int) -> Floats:
    """Boxes from the widest to the narrowest, then pasted (box, column, 2): lower and upper limits.

    A limit that cuts nothing off is infinite.

    Args:
        points: (point, column), any numbers.
        interesting: which points a box should hold (point,); some must be and some not.
        least_points: no box holds fewer points.
    """
    maker, options = _maker()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses words of pandas that pandas is about to drop
        return _found(maker, options, points, interesting, least_points)


def _found(
    maker: Any, options: dict[str, float], points: Floats, interesting: NDArray[np.bool_], least_points: int
) -> Floats:
    import pandas as pd

    frame = pd.DataFrame(points, columns=[str(column) for column in range(points.shape[1])])
    search = maker(
        frame,
        interesting.astype(np.int64),
        peel_alpha=PEEL,
        paste_alpha=PEEL,
        mass_min=min(least_points / len(points), 1.0),
        **options,
    )
    found = search.find_box()
    limits = np.stack([box.to_numpy(dtype=np.float64).T for box in found.box_lims])
    lowest, highest = points.min(axis=0), points.max(axis=0)
    limits[..., 0] = np.where(limits[..., 0] <= lowest, -np.inf, limits[..., 0])
    limits[..., 1] = np.where(limits[..., 1] >= highest, np.inf, limits[..., 1])
    return limits


def inside(points: Floats, box: Floats) -> NDArray[np.bool_]:
    """Which points lie in a box (column, 2), limits included."""
    return np.asarray(np.logical_and(points >= box[:, 0], points <= box[:, 1]).all(axis=1))


@cache
def _maker() -> tuple[Any, dict[str, float]]:
    """The library's class, and what else its version wants.

    Raises:
        ImportError: it is not installed, with what to install.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it announces optional parts that are not installed
            from ema_workbench.analysis.prim import Prim
    except ImportError as problem:
        raise ImportError(
            "finding when a policy fails needs one more library: pip install 'watercooler[discovery]'"
        ) from problem
    never_rejects = 1e-9
    known = inspect.signature(Prim.__init__).parameters
    return Prim, {"threshold": never_rejects} if "threshold" in known else {}
