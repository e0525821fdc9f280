"""The digests that every Python version and processor must reproduce, with the jit and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import golden_cases
import pytest
import write
from golden_cases import SEEDS, cases, digests, kept, lively

from sim import MODEL_VERSION

NAMES = ("baseline", "rotation", "incentives", "mentorship", "rich", "files", "burn-in", "quiet", "rule")


@pytest.mark.golden
@pytest.mark.parametrize("name", NAMES)
def test_the_digest_is_the_kept_one(name: str, tmp_path: Path) -> None:
    assert digests(cases(tmp_path)[name]) == kept()["digests"][name]


@pytest.mark.parametrize("name", ["rich", "files"])
def test_without_the_jit_the_digest_is_the_kept_one_too(name: str, tmp_path: Path) -> None:
    """Not marked golden, so that it runs where the jit is off."""
    assert digests(cases(tmp_path)[name]) == kept()["digests"][name]


def test_the_kept_digests_are_those_of_this_model() -> None:
    assert kept()["model_version"] == MODEL_VERSION
    assert kept()["seeds"] == list(SEEDS)
    assert tuple(kept()["digests"]) == NAMES
    last = [one for case in kept()["digests"].values() for one in list(case.values())[-1]]
    assert len(set(last)) == len(last) == len(NAMES) * len(SEEDS)


@pytest.mark.parametrize("name", ["baseline", "rich", "files"])
def test_the_kept_worlds_are_lively(name: str, tmp_path: Path) -> None:
    assert lively(cases(tmp_path)[name])


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kept file of one false digest."""
    path = tmp_path / "digests.json"
    monkeypatch.setattr(golden_cases, "KEPT", path)
    monkeypatch.setattr(write, "KEPT", path)
    monkeypatch.setattr(write, "measured", lambda folder: content(MODEL_VERSION, "new"))
    path.write_text(json.dumps(content(MODEL_VERSION, "old")), encoding="utf-8")
    return path


def content(version: int, digest: str) -> dict[str, Any]:
    return {"model_version": version, "seeds": [1], "digests": {"baseline": {"1": [digest]}}}


def test_moved_digests_are_not_written_over_the_same_version(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write.main([]) == 1
    assert "old" in other.read_text(encoding="utf-8")
    assert "These digests moved: baseline." in capsys.readouterr().out


def test_moved_digests_are_written_with_a_new_version_or_by_force(other: Path) -> None:
    other.write_text(json.dumps(content(MODEL_VERSION - 1, "old")), encoding="utf-8")
    assert write.main([]) == 0
    assert kept() == content(MODEL_VERSION, "new")
    other.write_text(json.dumps(content(MODEL_VERSION, "old")), encoding="utf-8")
    assert write.main(["--force"]) == 0
    assert kept() == content(MODEL_VERSION, "new")


def test_digests_that_did_not_move_are_left_alone(other: Path) -> None:
    other.write_text(json.dumps(content(MODEL_VERSION, "new")), encoding="utf-8")
    before = other.stat().st_mtime_ns
    assert write.main([]) == 0
    assert other.stat().st_mtime_ns == before
