"""`watercooler report`: assemble tables, charts and report again from the blocks of a results folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments import provenance
from experiments.commands.show import show_comparison, show_run
from experiments.loading import load
from experiments.plugins import load_plugins
from experiments.results import assemble
from sim.problems import InputError, Problem


def main(folder: Path, plugins: Sequence[str] = ()) -> int:
    """Rebuild everything in a results folder but its blocks.

    Args:
        folder: the results folder.
        plugins: modules whose rules or policies the scenarios use.

    Returns:
        0, or 1 if a block that belongs to the study is missing or damaged.

    Raises:
        InputError: there are no results in the folder.
    """
    load_plugins(plugins)
    _refuse_study(folder)
    stored = load(folder)
    for text in stored.said:
        print(text, file=sys.stderr)
    comparison = assemble(folder, stored.study, stored.records, stored.provenance, stored.notes)
    if comparison is None and len(stored.study.arms) == 1:
        arm = stored.study.arms[0]
        show_run(folder, arm.title, stored.records[arm.name])
    else:
        show_comparison(folder, comparison)
    return 1 if stored.said else 0


def _refuse_study(folder: Path) -> None:
    """Raise InputError where the last command in a folder was a study, which assembles its own report."""
    command = str((provenance.read(folder) or {}).get("command", ""))
    if command.startswith("watercooler study "):
        mend = f"give the same command again, it takes stored runs: {command}"
        raise InputError([Problem(str(folder), "holds a study, whose report is made by the study itself", mend)])
