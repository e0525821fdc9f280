"""The set-up holds together: versions agree, pins are complete, and nothing in the tree points where it should not."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import tomllib
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HOSTS = ("www.apache.org", "mesa.readthedocs.io", "docs.astral.sh", "www.w3.org", "purl.org", "creativecommons.org")
"""Whom text in the repository may name: a license, documentation, and vocabularies of SVG."""
BINARY = (".png", ".parquet", ".ico")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tree() -> list[Path]:
    """All files that belong to the project."""
    skipped = {".git", ".venv", "results", "__pycache__", "build", "dist"}
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped and not name.endswith(("_cache", ".egg-info"))]
        folders[:] = [name for name in folders if name != ".hypothesis"]
        found += [Path(folder) / name for name in names if not name.startswith(".coverage")]
    return found


def pins() -> dict[str, list[str]]:
    """Pinned versions by package."""
    found: dict[str, list[str]] = {}
    for line in text("constraints.txt").splitlines():
        name, _, version = line.split(";")[0].strip().partition("==")
        found.setdefault(name, []).append(version)
    return found


def test_versions_agree() -> None:
    version = PROJECT["project"]["version"]
    citation = yaml.safe_load(text("CITATION.cff"))
    assert sim.__version__ == version == citation["version"]
    assert f"## {version}" in text("CHANGELOG.md")
    assert f"model version {sim.MODEL_VERSION}" in text("CHANGELOG.md")


def test_the_license_is_apache_2_everywhere() -> None:
    assert "Apache License\n                           Version 2.0, January 2004" in text("LICENSE")
    assert PROJECT["project"]["license"] == yaml.safe_load(text("CITATION.cff"))["license"] == "Apache-2.0"


def test_everything_that_is_needed_is_pinned_once() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = PROJECT["project"]["dependencies"] + extras["dev"] + extras["bench"]
    names = {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in wanted}
    assert names <= pins().keys()
    assert all(version for versions in pins().values() for version in versions)
    assert all(re.fullmatch(r"[a-z0-9.-]+==[^ ]+( ; .+)?", line) for line in text("constraints.txt").splitlines())


def test_what_runs_here_is_what_is_pinned() -> None:
    from importlib.metadata import version

    for name in ("mesa", "numpy", "numba", "pandas", "hydra-core", "pyarrow"):
        assert version(name) in pins()[name]


def test_no_file_names_a_host_that_it_need_not() -> None:
    named = {}
    for path in tree():
        if path.suffix not in BINARY:
            hosts = re.findall(r"[a-z]+://([\w.-]+)", path.read_text(encoding="utf-8"))
            odd = [host for host in hosts if host not in HOSTS and "." in host]
            if odd and "tests" not in path.parts:
                named[path.relative_to(ROOT).as_posix()] = odd
    assert named == {}


def test_no_file_names_a_place_on_a_machine() -> None:
    pattern = re.compile(r"(?<![\w.])/(work|home|root|Users|opt)/\w")
    named = [path for path in tree() if path.suffix not in BINARY and pattern.search(path.read_text(encoding="utf-8"))]
    assert named == []


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench", "bench-tools", "bench-docs", "golden", "docs"])
def test_make_knows_what_to_do(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert ".venv/bin/" in done.stdout


def test_a_fresh_clone_is_installed_from_the_pins_once(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(text(name), encoding="utf-8")

    def planned() -> str:
        words = ["make", "-n", "test", f"PYTHON={sys.executable}"]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert f'"{sys.executable}" -m venv .venv' in planned()
    assert "--constraint constraints.txt" in planned()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "installed").touch()
    assert "-m venv" not in planned()
    os.utime(tmp_path / "constraints.txt", (4e9, 4e9))
    assert "-m venv" in planned()


def test_without_a_suitable_python_make_says_what_is_missing(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(text(name), encoding="utf-8")
    done = subprocess.run(["make", "demo", "PYTHON="], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    script = text(".ci/run").splitlines()
    assert "make test" in script
    assert "make lint" in script
    assert "make test" in text("README.md")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_tables_of_the_model_page_are_written_from_the_registries() -> None:
    tables = runpy.run_path(str(ROOT / "docs" / "tables.py"))
    page = text("docs/model.md")
    assert {found[1] for found in tables["MARKED"].findall(page)} == set(tables["TABLES"])
    assert tables["filled"](page) == page, "make docs"


def test_the_policy_on_the_design_page_works(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim import OrganizationModel, Scenario, policies

    monkeypatch.setattr(policies.POLICIES, "_added", {})
    code = re.search(r"```python\n(.*?)```", text("docs/design.md"), re.DOTALL)
    assert code is not None
    page = types.ModuleType("quiet_hours")
    monkeypatch.setitem(sys.modules, "quiet_hours", page)
    exec(code[1], vars(page))
    small = {"organization": {"people": 24, "departments": 3, "topics": 6}, "weeks": 8}
    quiet = {"policies": {"quiet": {"kind": "quiet_hours", "start_week": 2, "share": 1}}}
    plain, quieter = (OrganizationModel(Scenario.from_dict(small | more), seeds=2).run() for more in ({}, quiet))
    assert quieter.state.expertise.sum() > plain.state.expertise.sum()


def test_rooms_on_the_design_page_exist() -> None:
    rooms = text("docs/design.md").split("## Rooms")[1].split("\nImports run")[0]
    folder = ROOT
    missing = []
    for line in rooms.splitlines():
        if line.startswith("    ") and line.strip():
            names = re.findall(r"[\w/]+(?:\.py|/)", line.split("  ")[2 if line[4] != " " else 3].strip())
            if line[4] != " ":
                folder = ROOT / names[0]
            missing += [name for name in names if not (folder / name).exists() and not (ROOT / name).exists()]
    assert missing == []


def test_both_rounds_together_run_every_test() -> None:
    makefile = text("Makefile")
    marks = [line.split(":")[0] for line in PROJECT["tool"]["pytest"]["ini_options"]["markers"]]
    without, with_jit = (
        re.search(rf"^{name} := (.*)$", makefile, re.MULTILINE) for name in ("WITHOUT_JIT", "WITH_JIT")
    )
    assert without is not None and with_jit is not None
    assert without[1] == " and ".join(f"not {mark}" for mark in marks)
    assert with_jit[1] == " or ".join(marks)
    assert "--cov-fail-under=90" in makefile
