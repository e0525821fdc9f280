"""The manifest: what every block holds, in one file. It is only a cache and may be lost, stale or damaged.

What it says of a block counts only while the block has the size and the time of change that it names; everything else
is read from the blocks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.files import write_bytes
from experiments.store.blocks import Group
from experiments.store.facts import Facts

NAME = "manifest.json"
_FORMAT = 1


@dataclass(frozen=True)
class Listed:
    """A block in the manifest: its size and time of change, and its groups of rows."""

    size: int
    changed: int
    groups: tuple[Group, ...]


def signature(path: Path) -> tuple[int, int]:
    """Size and time of change, by which a block is known to be the one that was listed.

    Raises:
        FileNotFoundError: it is gone.
    """
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def read_manifest(folder: Path) -> dict[str, Listed]:
    """What the manifest says, by name of the block; nothing where it is missing or damaged."""
    try:
        digest, _, text = (folder / NAME).read_text("utf-8").partition("\n")
        if digest != _digest(text):
            return {}
        data = json.loads(text)
        if data["format"] != _FORMAT:
            return {}
        facts = [Facts(**each) for each in data["scenarios"]]
        return {name: _listed(each, facts) for name, each in data["blocks"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def write_manifest(folder: Path, blocks: Mapping[str, Listed]) -> None:
    """Write the manifest where it would say something else; that it cannot be written harms nothing."""
    ordered = sorted(blocks.items())
    facts = dict.fromkeys(group.facts for _, listed in ordered for group in listed.groups)
    number = {each: at for at, each in enumerate(facts)}
    data = {
        "format": _FORMAT,
        "scenarios": [asdict(each) for each in facts],
        "blocks": {
            name: [
                listed.size, listed.changed,
                [[number[g.facts], g.detail, g.layout, g.first, g.seeds] for g in listed.groups],
            ]
            for name, listed in ordered
        },
    }  # fmt: skip
    text = json.dumps(data)
    with suppress(OSError):
        whole = f"{_digest(text)}\n{text}".encode()
        if not (folder / NAME).exists() or (folder / NAME).read_bytes() != whole:
            write_bytes(folder / NAME, whole)


def _listed(given: Any, facts: list[Facts]) -> Listed:
    size, changed, groups = given
    return Listed(size, changed, tuple(Group(facts[at], detail, layout, first, tuple(seeds))
                                       for at, detail, layout, first, seeds in groups))  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
