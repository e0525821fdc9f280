"""Where results come from: versions, hashes, the state of the code, the kind of machine, time and command."""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.files import write_text

PACKAGES = (
    "watercooler", "mesa", "numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "hydra-core", "omegaconf",
    "matplotlib", "seaborn",
)  # fmt: skip
NAME = "provenance.json"


def gather(command: Sequence[str], seconds: float, plugins: Sequence[str]) -> dict[str, Any]:
    """What must be known to get the same results again.

    Args:
        command: the words of the command line after `watercooler`.
        seconds: how long it took to run what was not stored yet, start of workers included; where everything was
            stored already, that of the command that did the work.
        plugins: modules named on the command line.
    """
    from sim import MODEL_VERSION

    return {
        "command": shlex.join(["watercooler", *command]),
        "model_version": MODEL_VERSION,
        "python": platform.python_version(),
        "versions": {name: version for name in PACKAGES if (version := _version(name))},
        "plugins": list(plugins),
        "git": _git(Path(__file__).resolve().parent.parent),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "processors": os.cpu_count(),
            "byte_order": sys.byteorder,
        },
        "duration_seconds": round(seconds, 3),
    }


def write(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Write `provenance.json`, whole or not at all."""
    write_text(folder / NAME, json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")


def replaces(folder: Path, command: Sequence[str]) -> str:
    """That another command's report lies in a folder where this one writes its own, and how to keep both; or empty.

    Args:
        command: the words of this command line after `watercooler`.
    """
    earlier = str((read(folder) or {}).get("command", ""))
    if not earlier or earlier.split()[1:2] == list(command[:1]):
        return ""
    return (
        f"Note: the report in {folder} is that of {earlier}. It is replaced when this ends; the runs stay. "
        "To keep both, give name=NAME."
    )


def read(folder: Path) -> dict[str, Any] | None:
    """What `provenance.json` says, or None where it is missing or damaged."""
    try:
        data = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def listed(origin: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The scenarios that `provenance.json` lists; empty where it lists none that can be used."""
    study = (origin or {}).get("study")
    entries = study.get("scenarios") if isinstance(study, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return []
    texts = all(isinstance(entry.get(key), str) for entry in entries for key in ("name", "title", "identity"))
    names = {entry["name"] for entry in entries} if texts else set()
    bases = all(entry.get("baseline") is None or entry["baseline"] in list(names) for entry in entries)
    return entries if bases and len(names) == len(entries) and listed_seeds(origin) else []


def listed_seeds(origin: Mapping[str, Any] | None) -> tuple[int, ...]:
    """The seeds that `provenance.json` lists; empty where it lists none that can be used."""
    study = (origin or {}).get("study")
    seeds = study.get("seeds") if isinstance(study, dict) else None
    if not isinstance(seeds, list) or not all(isinstance(seed, int) and not isinstance(seed, bool) for seed in seeds):
        return ()
    return tuple(seeds) if len(set(seeds)) == len(seeds) else ()


def texts(origin: Mapping[str, Any] | None, key: str) -> tuple[str, ...]:
    """A list of sentences of `provenance.json`; empty where it is none."""
    given = (origin or {}).get(key)
    return tuple(str(text) for text in given) if isinstance(given, list) else ()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _git(folder: Path) -> dict[str, Any] | None:
    """Commit and whether files differ from it; None outside a checkout of this project."""
    if not (folder / ".git").exists():
        return None
    commit = _ask_git(folder, "rev-parse", "HEAD")
    changed = _ask_git(folder, "status", "--porcelain", "--untracked-files=no")
    return None if commit is None else {"commit": commit, "changed": bool(changed)}


def _ask_git(folder: Path, *words: str) -> str | None:
    """git's answer, or None where there is no git or no commit."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
