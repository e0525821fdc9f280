"""The rule's fixed numbers, by themselves: of the model the contenders read settings and week 0 only."""

from __future__ import annotations

import numpy as np

MEAN_SQUARED_INITIATIVE = np.float32(0.37)
SAFE_ENOUGH = np.float32(1.5)
LEAST_HOURS = np.float32(1e-6)
FIRST_YEAR = 52
NEED_MET = np.float32(0.7)

INCENTIVES_FADE = np.float32(0.97)
WILLINGNESS, RELIABILITY, ENGAGEMENT = 0.5, 0.3, 0.05
TEACHING, MENTOR_ATTENDANCE, PRACTICE_COST = 0.1, 0.1, 0.05

HOSTS, DEBRIEF_COLLEAGUES = 4, 8
HOST_TRUST, HOST_CONTACT = np.float32(0.4), np.float32(0.6)
FATIGUE_WEEKS = 26

CANDIDATES = 16
DOUBLE, TRAINED_TEACHING, TRAINING_HOURS = 2.0, 1.1, 4.0

BASELINE, ROTATION, MENTORSHIP = 0, 1, 2
"""Why a tie exists, by its position in the state's origins."""
NOBODY = -1
NEVER = -(10**6)
EVERY_BIT = np.uint32((1 << (FATIGUE_WEEKS - 1)) - 1)


def faded(week: int, start_week: int, renewal_weeks: int | None) -> np.float32:
    """What is left of the strength of incentives, by repeated product."""
    since = week - start_week
    if renewal_weeks is not None:
        since %= renewal_weeks
    left = np.float32(1.0)
    for _ in range(since):
        left = left * INCENTIVES_FADE
    return left
