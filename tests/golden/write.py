"""Write the golden digests: `make golden`. Refused while they differ and MODEL_VERSION was not raised.

Two results of one model version must be the same result, so a change that moves a digest needs a new version. Give
`--force` only before a version was ever published.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden_cases import KEPT, kept, measured


def main(arguments: list[str]) -> int:
    """Write the file.

    Returns:
        0, or 1 if that was refused.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder))
    old = kept() if KEPT.exists() else None
    if old == found:
        print("The golden digests are as they were.")
        return 0
    version = found["model_version"]
    if old is not None and version <= old["model_version"] and "--force" not in arguments:
        moved = [name for name, digests in found["digests"].items() if old["digests"].get(name) != digests]
        print(f"These digests moved: {', '.join(moved)}.")
        print(f"Results of model version {version} would no longer be the same results: raise MODEL_VERSION in")
        print("sim/__init__.py and say in CHANGELOG.md what changed.")
        return 1
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {len(found['digests'])} cases of model version {version} to {KEPT.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
