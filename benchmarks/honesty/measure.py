"""Take measured differences from the folder of a study of 600 worlds: `python -m benchmarks.honesty.measure FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.honesty.differences import MEASURED

TAKEN = (
    ("rotation", "need_met"),
    ("together", "adequacy"),
    ("mentorship", "need_met_other"),
    ("incentives", "resolution_weeks_several"),
    ("rotation", "weeks_to_half"),
    ("rotation", "talent"),
    ("mentorship", "loss_per_leader"),
)
"""Arm and outcome: three that headlines are made of, and four of the most skewed."""


def write(folder: Path) -> None:
    runs = pd.read_parquet(folder / "runs.parquet").set_index("seed")
    baseline = runs[runs.scenario == "baseline"]
    columns = {f"{arm}: {name}": runs.loc[runs.scenario == arm, name] - baseline[name] for arm, name in TAKEN}
    pd.DataFrame(columns).to_csv(MEASURED, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
