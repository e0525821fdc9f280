"""Plug-ins: modules that the user names on the command line, and nowhere else."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from sim.problems import InputError, Problem


def load_plugins(modules: Iterable[str]) -> None:
    """Import modules, which register their rules and policies as they are imported.

    The current folder is searched last, so that a file beside the user's scenario is found and can hide
    nothing.

    Raises:
        InputError: with every module that cannot be imported.
    """
    problems = []
    for module in modules:
        if str(Path.cwd()) not in sys.path:
            sys.path.append(str(Path.cwd()))
        place = f"plugins={module}"
        if not all(part.isidentifier() for part in module.split(".")):
            problems.append(
                Problem(place, "is not the name of a module", "write plugins=my_rules for my_rules.py in this folder")
            )
            continue
        try:
            importlib.import_module(module)
        except Exception as error:
            problems.append(Problem(place, f"cannot be imported: {type(error).__name__}: {error}", "check the module"))
    if problems:
        raise InputError(problems)
