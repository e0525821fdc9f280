"""Small worlds with a mentoring programme, and who is whose mentor."""

from __future__ import annotations

from typing import Any

import numpy as np
import worlds
from numpy.typing import NDArray

from sim.model import OrganizationModel
from sim.policies.pairing import NOBODY

SECTIONS = ("culture", "sessions", "trust", "contacts", "learning", "turnover", "rules")
LADDER = np.tile(np.arange(4), 6)
"""Levels of 24 people: six of each."""


def mentoring(organization: dict[str, Any] | None = None, levels: Any = LADDER, **given: Any) -> OrganizationModel:
    """Two small worlds without ties in which everyone is a mentee from week 2; takes sections too."""
    sections = {"turnover": {"hazard": [0, 0, 0, 0]}, "sessions": {"attendance": 1}}
    sections |= {name: given.pop(name) for name in list(given) if name in SECTIONS}
    fields = {"kind": "mentorship", "start_week": 2, "coverage": 1, **given}
    made = worlds.model(
        {"sources": 0, **(organization or {})}, seeds=(1, 2), weeks=80, policies={"mentorship": fields}, **sections
    )
    if levels is not None:
        made.state.arrays["level"][:] = np.tile(levels, 2)
    return made


def programme(made: OrganizationModel) -> Any:
    """The policy at work."""
    return made.plan.policies[0]


def run_to(made: OrganizationModel, number: int, last: str = "act") -> OrganizationModel:
    """Run to the start of a week, then its phases up to one of them."""
    while made.week < number:
        made.step()
    worlds.run_phases(made.plan, last)
    return made


def pairs_of(made: OrganizationModel) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of mentees and of their mentors."""
    mentor = programme(made).pairs.mentor
    mentee = np.flatnonzero(mentor != NOBODY)
    return mentee, mentor[mentee]


def differ_by_mentors(made: OrganizationModel) -> None:
    """Make everybody know something that nobody else knows so well, so that every pair has something to learn."""
    rows = np.arange(len(made.state.arrays["level"]))
    expertise = made.state.arrays["expertise"]
    for k in range(8):
        expertise[:, k] = (rows * 7919 + rows * rows * (k + 1) * 31 + k * 4729) % 9973 / 20000
