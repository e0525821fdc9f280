"""Small worlds in which people rotate, and where everybody is."""

from __future__ import annotations

from typing import Any

import numpy as np
import worlds
from numpy.typing import NDArray

from sim.model import OrganizationModel
from sim.schema import ORIGINS

STAY = ORIGINS.index("rotation")
NOBODY_LEAVES = {"hazard": [0, 0, 0, 0]}


def moving(organization: dict[str, Any] | None = None, **given: Any) -> OrganizationModel:
    """A small world without ties where everybody leaves every five weeks, for two; takes sections too."""
    sections = {name: given.pop(name) for name in list(given) if name in ("culture", "stays", "contacts", "sessions")}
    turnover, learning = given.pop("turnover", NOBODY_LEAVES), given.pop("learning", {})
    fields = {"start_week": 2, "coverage": 1, "cadence": 5, "stay_weeks": 2, "rest_weeks": 0}
    without = {"debrief_hours": 0, "project_hours": 0}
    return worlds.model(
        {"sources": 0, **(organization or {})},
        seeds=(1, 2),
        weeks=60,
        turnover=turnover,
        learning=learning,
        policies={"rotation": {"kind": "rotation", "fatigue": 0, **fields, **without, **given}},
        **sections,
    )


def whereabouts(made: OrganizationModel, weeks: int) -> NDArray[np.int32]:
    """Department in which each person works, -1 at home, (week, row)."""
    seen = []
    for _ in range(weeks):
        made.step()
        arrays = made.state.arrays
        seen.append(np.where(arrays["department"] == arrays["home_department"], -1, arrays["department"]))
    return np.array(seen)


def begins(where: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Weeks in which a stay begins, (week, row)."""
    away = where >= 0
    return away & ~np.vstack([np.zeros((1, away.shape[1]), np.bool_), away[:-1]])


def to_the_first_stay(made: OrganizationModel) -> NDArray[np.int64]:
    """Run until the phase in which somebody has left for the first time; rows of the visitors."""
    while made.week < 30:
        worlds.run_phases(made.plan, "act")
        visitors = np.flatnonzero(made.ensemble.away)
        if len(visitors):
            return visitors
        made.step()
    raise AssertionError("nobody ever leaves")


def ties_of(made: OrganizationModel, row: int) -> dict[int, tuple[float, float, int]]:
    """Trust, contact and origin of each tie of a learner, by source."""
    ties = made.state.ties
    slots = range(int(ties.first[row]), int(ties.first[row] + ties.count[row]))
    return {int(ties.source[e]): (float(ties.trust[e]), float(ties.contact[e]), int(ties.origin[e])) for e in slots}
