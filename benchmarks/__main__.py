"""`make bench`: print times as ratios. `--small` only shows that it works."""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks import exchange, runs


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed as ratios.")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to show that it works")
    small = parser.parse_args().small
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors. Other machines: other times, like ratios.")
    exchange.main(people=200 if small else 10_000, rounds=1 if small else 9)
    runs.main(people=24 if small else 480, weeks=16 if small else 156, rounds=1 if small else 3)


if __name__ == "__main__":
    main()
