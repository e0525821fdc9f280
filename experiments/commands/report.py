"""`watercooler report`: assemble tables, charts and report again from the blocks of a results folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.commands.show import show_comparison, show_run
from experiments.loading import load
from experiments.plugins import load_plugins
from experiments.results import assemble


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
