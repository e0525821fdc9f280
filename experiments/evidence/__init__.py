"""What every policy, every parameter and every pair of policies does, measured: the tables of docs/policies.md."""

from __future__ import annotations

from pathlib import Path

PAIRS = Path(__file__).with_name("interactions.json")
"""What the catalogue says of pairs; written when the page is."""
