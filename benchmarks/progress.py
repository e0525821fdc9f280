"""What is being measured now, on standard error."""

from __future__ import annotations

import sys
import time

_BEGAN = time.monotonic()


def say(section: str, text: str) -> None:
    """Say it, with the seconds since this section began."""
    print(f"  {section.upper()}  {time.monotonic() - _BEGAN:4.0f} s  {text}", file=sys.stderr, flush=True)
