"""Tests here share the made-up names of the tests one folder up."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
