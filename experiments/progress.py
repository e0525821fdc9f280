"""How far a run is: a bar with the time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

_LINE_SECONDS = 10.0
_TELLING_SHARE = 0.03
"""Before this share is done, starting up would be taken for the pace."""


class Screen:
    """Progress for people, written to stderr so that stdout holds results only."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._bar: Any = None
        self._task: Any = None
        self._total = 0
        self._began = self._said = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, total: int) -> None:
        """Work of `total` world-weeks begins."""
        self.stop()
        self._total, self._began = total, time.monotonic()
        self._said = self._began
        if not self._console.is_terminal:
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("Simulating"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
            console=self._console, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=total)
        self._bar.start()

    def advance(self, done: int) -> None:
        """`done` world-weeks are done in all."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done)
            return
        now = time.monotonic()
        if done and now - self._said >= _LINE_SECONDS:
            self._said = now
            share = done / max(1, self._total)
            left = (now - self._began) * max(0.0, 1.0 - share) / share
            estimate = f", about {left:.0f} s left" if share >= _TELLING_SHARE else ""
            self.say(f"{100 * share:.0f} % simulated{estimate}.")

    def say(self, text: str) -> None:
        """Print a sentence above the bar, as plain text."""
        self._console.print(text, markup=False)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
