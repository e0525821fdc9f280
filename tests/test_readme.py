"""The README is true: its files are written as they stand, and its commands are run one after the other.

Sweeps run in two worlds of few weeks and people; everything else runs exactly as it is printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALLER = ("seeds=2", "weeks=16", "workers=1")
SMALLER_ORGANIZATION = ("organization.people=24", "organization.departments=3", "organization.topics=6")
BY_HAND = {"make demo", "make test", "source .venv/bin/activate"}
"""What runs the others: held to what it stands for by other tests."""


@dataclass(frozen=True)
class Block:
    """A fenced block, and the file that the line before it names."""

    language: str
    text: str
    file: str


def blocks() -> list[Block]:
    found = re.findall(r"(?:^`([^`\n]+)`\n\n)?^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    return [Block(language, text, file) for file, language, text in found]


def commands() -> list[str]:
    text = "".join(block.text for block in blocks() if block.language == "sh")
    joined = re.sub(r"\\\n\s*", "", text)
    return [line for line in joined.splitlines() if line.strip()]


def smaller(command: str) -> str:
    """A sweep or study as printed, in fewer worlds, weeks, people and futures."""
    if command.startswith("watercooler study"):
        return " ".join((command, *SMALLER, *SMALLER_ORGANIZATION, "strategy.futures=2"))
    if not command.startswith("watercooler sweep"):
        return command
    more = SMALLER if "organization=files" in command else SMALLER + SMALLER_ORGANIZATION
    return " ".join((command, *more))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the README's files."""
    made = tmp_path_factory.mktemp("readme")
    for block in blocks():
        if block.file:
            (made / block.file).write_text(block.text, encoding="utf-8")
    return made


def run(command: str, folder: Path) -> str:
    environment = os.environ | {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}
    words = ["bash", "-euo", "pipefail", "-c", command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.compiled
def test_every_command_runs_and_leaves_what_the_text_promises(folder: Path) -> None:
    ran = [command for command in commands() if command not in BY_HAND]
    said = {command: run(smaller(command), folder) for command in ran}
    promised = re.findall(r"`(results/[^`]+)`", README)
    assert len(promised) >= 4
    missing = [path for path in promised if "demo" not in path and not (folder / path).exists()]
    assert missing == []
    assert "Should peers or seniors mentor?" in (folder / "results/peers/report.html").read_text(encoding="utf-8")
    study = said["python my_study.py"]
    assert study.count("need_met") == 2
    assert "Department 1" in study


@pytest.mark.compiled
def test_make_demo_is_the_sweep_that_the_text_describes(folder: Path) -> None:
    recipe = re.search(r"^demo:.*?\n\n", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert recipe is not None
    assert "$(BIN)/watercooler sweep study=demo\n" in recipe.group()
    run(smaller("watercooler sweep study=demo"), folder)
    assert (folder / "results/demo/report.html").exists()


def test_commands_that_are_not_run_here_are_few_and_known() -> None:
    assert set(commands()) >= BY_HAND
    assert len(commands()) >= 12
    assert all(command.startswith(("watercooler ", "python ")) or command in BY_HAND for command in commands())


def test_the_rule_has_ten_lines() -> None:
    rule = next(block for block in blocks() if block.file == "my_rules.py")
    assert len([line for line in rule.text.splitlines() if line.strip()]) <= 10


def test_the_page_opens_with_the_question_and_a_chart() -> None:
    head = README.split("\n## ")[0]
    assert head.index("?**") < head.index("![")


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    missing = [target for target in targets if target and not ((ROOT / page).parent / target).exists()]
    assert missing == []
