"""The store: every run that was made, known by its content, in immutable blocks of many runs.

A result is one run, named by the identity of its scenario, its seed, and what is kept of it (`Detail`). The store says
which of the wanted runs are missing; `experiments.runner.run_wanted` makes them, and nothing else is ever run.
"""

from experiments.store.blocks import CorruptBlockError
from experiments.store.details import RECORD, Detail, outcomes
from experiments.store.facts import Facts
from experiments.store.store import MissingRunsError, Store, Values
from experiments.store.wanted import Wanted

__all__ = [
    "RECORD", "CorruptBlockError", "Detail", "Facts", "MissingRunsError", "Store", "Values", "Wanted", "outcomes",
]  # fmt: skip
