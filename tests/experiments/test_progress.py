"""Progress: lines where there is no terminal, a bar where there is one, and user's text never read as markup."""

from __future__ import annotations

import pytest

from experiments import progress
from experiments.progress import Screen


def test_plain_lines_say_how_far_and_how_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.0)
    with Screen() as screen:
        screen.say("[red]a[/red] [/b]")
        screen.start(200)
        screen.advance(0)
        screen.advance(50)
    said = capsys.readouterr()
    assert not said.out
    assert said.err.splitlines() == ["[red]a[/red] [/b]", "25 % simulated, about 0 s left."]


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with Screen() as screen:
        screen.start(10)
        screen.advance(10)
        screen.start(5)
    assert "100 %" in capsys.readouterr().err
