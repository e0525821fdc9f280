"""The command line, end to end on small organizations: what it writes and what it says."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from calling import SMALL, Run, contents, names, run

from experiments.commands.profile import BETWEEN, measure
from experiments.store import Store
from experiments.store.blocks import BlockFile, write_block
from sim.plan import PHASES
from sim.scenario import Scenario

__all__ = ["run"]
TABLES = ("runs.parquet", "series.parquet", "summary.csv")


def stored(folder: Path) -> int:
    """How many runs a results folder holds."""
    return sum(len(group.seeds) for _, group in Store(folder).index.everything())


def holds(path: Path, identity: str) -> bool:
    """Whether a block holds runs of a scenario."""
    return any(group.facts.identity == identity for group in BlockFile(path).groups)


def apart(folder: Path, identities: Collection[str]) -> None:
    """Put the runs of some scenarios into a block of their own."""
    before = list((folder / "blocks").glob("*.parquet"))  # several on a slow machine
    entries = [entry for path in before for entry in BlockFile(path).sound_entries()]
    written = {
        write_block(folder / "blocks", [e for e in entries if (e.facts.identity in identities) == chosen])
        for chosen in (True, False)
    }
    for path in set(before) - written:
        path.unlink()


def test_a_sweep_leaves_everything_it_promises(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("sweep", "study=demo", *SMALL)
    assert status == 0
    assert "report.html" in out
    folder = tmp_path / "results" / "demo"
    assert {path.name for path in folder.iterdir()} == {
        *TABLES, "blocks", "charts", "report.html", "scenarios", "provenance.json",
    }  # fmt: skip
    assert names(tmp_path) == ["results"]
    assert names(tmp_path / "results") == ["demo"]
    runs = pd.read_parquet(folder / "runs.parquet")
    assert list(runs.groupby("scenario", sort=False).size()) == [2] * 5
    assert {
        "policies.rotation.coverage",
        "learning.rate",
        "organization.people",
        "need_met",
        "seed",
        "weeks_to_half",
    } <= set(runs.columns)
    assert runs[runs["scenario"] == "baseline"]["policies.rotation.coverage"].isna().all()
    series = pd.read_parquet(folder / "series.parquet")
    assert len(series) == 5 * 2 * 16
    assert list(series.columns[:3]) == ["scenario", "seed", "week"]
    assert stored(folder) == 5 * 2
    assert len(list((folder / "scenarios").iterdir())) == 5
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["command"].startswith("watercooler sweep study=demo")
    assert {"versions", "git", "machine", "duration_seconds", "model_version", "study"} <= provenance.keys()


def test_the_second_time_nothing_is_run_and_nothing_changes(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "+policy@policies=[rotation]", *SMALL)
    run(*words)
    before = contents(tmp_path)
    _, _, err = run(*words)
    assert "Already done" in err
    assert contents(tmp_path) == before


def test_report_assembles_the_same_from_the_blocks(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[rotation,incentives]", *SMALL)
    folder = tmp_path / "results" / "sweep"
    before = contents(folder)
    for name in ("charts", "scenarios"):
        shutil.rmtree(folder / name)
    for name in (*TABLES, "report.html"):
        (folder / name).unlink()
    assert run("report", str(folder))[0] == 0
    assert contents(folder) == before


def test_another_study_in_the_same_folder_leaves_nothing_stale(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[rotation]", "out=here", *SMALL)
    run("sweep", "+policy@policies=[incentives]", "out=here", *SMALL)
    folder = tmp_path / "here"
    assert sorted(name.split("-")[0] for name in names(folder / "scenarios")) == ["baseline", "incentives"]
    assert not [name for name in names(folder / "charts") if "rotation" in name]
    run("run", "scenario=baseline", "out=here", *SMALL)
    assert not {"report.html", "summary.csv"} & set(names(folder))
    assert stored(folder) == 3 * 2


def test_report_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[rotation,incentives]", *SMALL)
    folder = tmp_path / "results" / "sweep"
    listed = json.loads((folder / "provenance.json").read_text())["study"]["scenarios"]
    apart(folder, [listed[1]["identity"]])
    block = next(path for path in (folder / "blocks").glob("*.parquet") if holds(path, listed[1]["identity"]))
    block.write_bytes(block.read_bytes()[:-9])
    status, _, err = run("report", str(folder))
    assert status == 1
    assert "damaged" in err and "2 of 2 runs are missing" in err
    assert len(pd.read_parquet(folder / "runs.parquet")["scenario"].unique()) == 3


def test_report_counts_from_the_same_week_whichever_arms_are_there(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[rotation,incentives]", "policies.rotation.start_week=2", *SMALL)
    folder = tmp_path / "results" / "sweep"
    listed = json.loads((folder / "provenance.json").read_text())["study"]
    assert listed["since"] == 2
    kept = pd.read_parquet(folder / "runs.parquet").query("scenario == 'incentives'")
    gone = [entry["identity"] for entry in listed["scenarios"] if entry["name"] not in ("baseline", "incentives")]
    apart(folder, gone)
    for path in (folder / "blocks").glob("*.parquet"):
        if holds(path, gone[0]):
            path.unlink()
    assert run("report", str(folder))[0] == 1
    again = pd.read_parquet(folder / "runs.parquet").query("scenario == 'incentives'")
    assert list(again["hours"]) == list(kept["hours"])
    assert list(again["meetings"]) == list(kept["meetings"])
    assert json.loads((folder / "provenance.json").read_text())["study"]["since"] == 2


def test_malformed_provenance_is_ignored_and_said(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[mentorship]", *SMALL)
    folder = tmp_path / "results" / "sweep"
    runs = pd.read_parquet(folder / "runs.parquet")
    members = runs[["adequacy_members", "adequacy_members_baseline"]].notna().all(axis=1)
    assert list(members) == [False, False, True, True]
    whole = json.loads((folder / "provenance.json").read_text())
    for key, value in (("name", 3), ("identity", None), ("title", ["x"]), ("baseline", {}), ("baseline", "nobody")):
        bad = json.loads(json.dumps(whole)) | {"warnings": 3, "plugins": 7}
        bad["study"]["scenarios"][1][key] = value
        (folder / "provenance.json").write_text(json.dumps(bad))
        status, _, err = run("report", str(folder))
        assert (status, "provenance.json cannot be used" in err) == (1, True)
    assert list(pd.read_parquet(folder / "runs.parquet")["baseline"].dropna()) == ["baseline"] * 2


def test_without_provenance_two_versions_of_a_file_stay_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,department\n" + "".join(f"p{i},{'AB'[i % 2]}\n" for i in range(12)))
    given = ("organization=files", "organization.people=p.csv", "organization.ties=t.csv")
    for step in (5, 7):
        rows = "".join(f"p{i},p{(i * step + 1) % 12}\n" for i in range(12) if (i * step + 1) % 12 != i)
        (tmp_path / "t.csv").write_text("learner,source\n" + rows)
        run("sweep", "+policy@policies=[rotation]", *given, "weeks=16", "seeds=2", "workers=1")
    folder = tmp_path / "results" / "sweep"
    files = json.loads((folder / "provenance.json").read_text())["study"]["scenarios"][0]["files"]
    assert files["ties"]["sha256"] == hashlib.sha256((tmp_path / "t.csv").read_bytes()).hexdigest()
    (folder / "provenance.json").unlink()
    assert run("report", str(folder))[0] == 0
    runs = pd.read_parquet(folder / "runs.parquet")
    assert runs["scenario"].nunique() == 4
    assert runs["baseline"].dropna().nunique() == 2


def test_run_shows_one_scenario(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("run", "scenario=rotation", "seed=7", *SMALL[:4])
    assert status == 0
    assert "Need met" in out
    assert "seed 7" in out
    runs = pd.read_parquet(tmp_path / "results" / "rotation-run" / "runs.parquet")
    assert list(runs["seed"]) == [7]
    assert run("report", "results/rotation-run")[0] == 0


def test_a_stored_scenario_can_be_given_back(run: Run, tmp_path: Path) -> None:
    run("sweep", "+policy@policies=[mentorship]", "policies.mentorship.direction=peer", *SMALL)
    (file,) = (tmp_path / "results" / "sweep" / "scenarios").glob("mentorship-*.yaml")
    assert run("run", f"file={file}", "seeds=2", "out=again")[0] == 0
    again, before = (pd.read_parquet(tmp_path / folder / "runs.parquet") for folder in ("again", "results/sweep"))
    pd.testing.assert_series_equal(
        again["need_met"], before.query("scenario == 'mentorship'")["need_met"].reset_index(drop=True), check_exact=True
    )


def test_out_is_where_results_go(run: Run, tmp_path: Path) -> None:
    run("run", "scenario=baseline", "out=some where/${x}".replace("${x}", "é"), *SMALL)
    assert (tmp_path / "some where" / "é" / "runs.parquet").is_file()
    assert names(tmp_path) == ["some where"]


def test_a_multirun_is_one_study(run: Run, tmp_path: Path) -> None:
    words = (
        "sweep",
        "-m",
        "+policy@policies=[],[rotation],[rotation,mentorship]",
        "organization.people=24,30",
        *SMALL[1:],
    )
    status, _, err = run(*words)
    assert status == 0
    folder = tmp_path / "results" / "multirun"
    runs = pd.read_parquet(folder / "runs.parquet")
    assert set(runs["scenario"]) == {
        f"{name}, {people} people" for name in ("baseline", "rotation", "rotation + mentorship") for people in (24, 30)
    }
    compared = runs[runs["baseline"].notna()]
    assert all(row.baseline == f"baseline, {row['organization.people']} people" for _, row in compared.iterrows())
    assert stored(folder) == 6 * 2
    assert names(tmp_path) == ["results"]
    assert not list(tmp_path.rglob(".hydra"))
    assert "job" not in err
    before = contents(folder)
    _, _, err = run(*words)
    assert "Already done" in err
    assert contents(folder) == before


@pytest.mark.compiled
def test_workers_leave_the_same_files_as_one_process(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "study=demo", *SMALL[:-1])
    assert run(*words, "workers=1", "out=alone")[0] == 0
    assert run(*words, "workers=2", "out=shared")[0] == 0
    alone, shared = (
        {
            name: data
            for name, data in contents(tmp_path / out).items()
            if not name.startswith("blocks/") and not name.endswith((".json", ".html"))
        }
        for out in ("alone", "shared")
    )
    assert any(name.endswith(".svg") for name in alone) and any(name.endswith(".png") for name in alone)
    assert shared == alone


def test_nothing_is_left_running_after_a_refusal(run: Run) -> None:
    assert run("sweep", "study=demo", "learning.rate=nan", "workers=2")[0] == 2
    deadline = time.monotonic() + 20.0
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not multiprocessing.active_children()


def test_a_multirun_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "-m", "scenario=rotation", "policies.rotation.coverage=0.1,0.9", *SMALL)
    run(*words)
    folder = tmp_path / "results" / "multirun"
    before = contents(folder)
    for path in (folder / "blocks").glob("*.parquet"):
        path.unlink()
    assert run(*words)[0] == 0
    after = contents(folder)
    assert {name: data for name, data in after.items() if name.endswith(".parquet")} == {
        name: data for name, data in before.items() if name.endswith(".parquet")
    }


def test_a_multirun_of_a_file(run: Run, tmp_path: Path) -> None:
    scenario = {"organization": {"kind": "synthetic", "people": 20, "departments": 2, "topics": 4}, "weeks": 16,
                "policies": {"stay & learn $x": {"kind": "rotation"}}}  # fmt: skip
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(scenario))
    assert run("sweep", "-m", "file=mine.yaml", "learning.rate=0.1,0.2", "seeds=2", "workers=1")[0] == 0
    runs = pd.read_parquet(tmp_path / "results" / "mine" / "runs.parquet")
    assert set(runs["scenario"]) == {
        f"{name}, learning rate {rate}" for name in ("baseline", "stay & learn $x") for rate in (0.1, 0.2)
    }


def test_names_that_try_to_break_things(run: Run, tmp_path: Path) -> None:
    labels = ["<b>x", "重点 🎉", "a$b_c$", "=1+1"]
    called = ["<script>alert(1)</script>", "../../x", "arm 重点 🎉", "a$b_c$"]
    study = {
        "name": "../../evil <b>", "question": "</script> $\\frac$ ?", "weeks": 16, "seeds": 2,
        "organization": {"kind": "synthetic", "people": 20, "departments": 2, "topics": 4},
        "policies": {label: {"kind": "incentives", "weight": 0.1 * at} for at, label in enumerate(labels, 1)},
        "scenarios": {"nothing": [], **{name: [label] for name, label in zip(called, labels, strict=True)}},
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), "utf-8")
    assert run("sweep", "file=study.yaml", "workers=1")[0] == 0
    assert names(tmp_path) == ["results", "study.yaml"]
    (folder,) = (tmp_path / "results").iterdir()
    assert set(pd.read_parquet(folder / "runs.parquet")["scenario"]) == {"nothing", *called}
    assert "<script>alert" not in (folder / "report.html").read_text("utf-8")


def test_the_users_own_organization(run: Run, tmp_path: Path) -> None:
    people = [f"p{i},{'AB'[i % 2]}" for i in range(12)]
    (tmp_path / "my people, all.csv").write_text("node,department\n" + "\n".join(people) + "\n")
    (tmp_path / "ties.csv").write_text(
        "who,from whom\n" + "\n".join(f"p{i},p{(i * 5 + 1) % 12}" for i in range(12)) + "\np1,p1\n"
    )
    columns = [
        "organization.columns.id=node",
        "organization.columns.learner=who",
        "organization.columns.source=from whom",
    ]
    status, out, _ = run("check", "my people, all.csv", "ties.csv", *columns)
    assert status == 0
    assert "organization=synthetic organization.people=12" in out
    assert "assumption" in out.lower()
    given = ["organization=files", "organization.people=my people, all.csv", "organization.ties=ties.csv", *columns]
    assert run("sweep", "+policy@policies=[rotation]", *given, "weeks=16", "seeds=2", "workers=1")[0] == 0
    provenance = json.loads((tmp_path / "results" / "sweep" / "provenance.json").read_text())
    assert provenance["warnings"]
    assert provenance["assumptions"]
    (tmp_path / "ties.csv").unlink()
    assert run("report", "results/sweep")[0] == 0


def test_organizations_of_two_years_stay_apart(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.csv").write_text("id,department\n" + "".join(f"p{i},{'AB'[i % 2]}\n" for i in range(12)))
    for year, step in (("2022", 5), ("2023", 7)):
        (tmp_path / year).mkdir()
        rows = "".join(f"p{i},p{(i * step + 1) % 12}\n" for i in range(12) if (i * step + 1) % 12 != i)
        (tmp_path / year / "ties.csv").write_text("learner,source\n" + rows)
    given = ("organization=files", "organization.people=p.csv", "organization.ties=2022/ties.csv,2023/ties.csv")
    words = ("+policy@policies=[rotation]", *given, "weeks=16", "seeds=2", "workers=1")
    assert run("sweep", "-m", *words)[0] == 0
    folder = tmp_path / "results" / "multirun"
    runs = pd.read_parquet(folder / "runs.parquet")
    assert len(runs) == 8
    assert sum("2022/ties.csv" in name for name in runs["scenario"].unique()) == 2
    before = contents(folder)
    monkeypatch.chdir(folder)
    assert run("report", str(folder))[0] == 0
    assert contents(folder) == before
    stored = yaml.safe_load(next((folder / "scenarios").iterdir()).read_text())["organization"]
    assert Path(stored["people"]) == tmp_path / "p.csv"


def test_a_run_leaves_a_sweep_alone(run: Run, tmp_path: Path) -> None:
    run("sweep", "scenario=rotation", *SMALL)
    before = contents(tmp_path / "results" / "rotation")
    assert "report.html" in before
    assert run("run", "scenario=rotation", "seed=7", *SMALL[:4])[0] == 0
    assert contents(tmp_path / "results" / "rotation") == before


def test_a_failure_is_exit_status_one(run: Run) -> None:
    words = ("plugins=breaking_plugin", "+policies.bad.kind=breaking", "+policy@policies=[rotation]", *SMALL)
    status, out, err = run("sweep", *words)
    assert status == 1
    assert "on purpose" in err
    assert "Rotation" in out
    status, _, err = run("sweep", "-m", *words, "learning.rate=0.1,0.2", "out=multirun")
    assert status == 1
    assert err.count("Missing from the results") == 2


def test_a_report_with_plug_ins_asks_for_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my_rules.py").write_text(
        "from sim.rules import PersonalRule, register\n\n@register\nclass Read(PersonalRule):\n    kind = 'read'\n\n"
        "    def step(self, person):\n        person.learn(0, 0.01)\n"
    )
    (tmp_path / "mine.yaml").write_text("rules: {reads: {kind: read}}\npolicies: {rotation: {kind: rotation}}\n")
    assert run("sweep", "file=mine.yaml", "plugins=my_rules", *SMALL)[0] == 0
    code = "import sys; from experiments import cli; sys.exit(cli.main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "report", "results/mine"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "add plugins=my_rules" in done.stderr
    assert run("report", "results/mine", "plugins=my_rules")[0] == 0


def test_ctrl_c_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.commands import plan

    def stop() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(plan, "main", stop)
    status, _, err = run("plan")
    assert status == 130
    assert "goes on from there" in err


def test_a_full_disk_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.store import store

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_block", full)
    status, _, err = run("run", "scenario=baseline", *SMALL)
    assert status == 1
    assert "No space left" in err and "goes on from there" in err


def test_the_catalogue_describes_every_parameter(run: Run) -> None:
    status, out, _ = run("policies")
    assert status == 0
    for name in ("rotation", "incentives", "mentorship"):
        assert name in out
        _, described, _ = run("policies", name)
        for word in ("coverage", "start_week", "targets.departments", "intensity", "default", "range", "unit"):
            assert word in described


def test_the_plan_is_a_table(run: Run) -> None:
    status, out, _ = run("plan")
    assert status == 0
    for phase in ("bend", "act", "ties", "sessions", "practice", "observe"):
        assert phase in out


def test_a_profile_says_what_each_phase_costs(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("plan", "--profile", "scenario=together", *SMALL)
    assert status == 0
    rows = {line.split("  ")[0].strip(): line.split()[-3:] for line in out.splitlines() if line.endswith(" %")}
    assert list(rows) == [*(phase.name for phase in PHASES), BETWEEN, "a week"]
    shares = [float(cells[1]) for name, cells in rows.items() if name != "a week"]
    assert sum(shares) == pytest.approx(100.0, abs=0.1 * len(shares))
    assert "ns a person" in out and "2 worlds side by side" in out
    assert names(tmp_path) == [], "a profile writes nothing"


def test_the_profile_of_a_scenario_counts_its_own_weeks_only() -> None:
    scenario = Scenario.from_dict({"organization": {"people": 24, "departments": 3}, "weeks": 3, "burn_in_weeks": 2})
    began = time.perf_counter()
    costs = measure(scenario, (1, 2, 3))
    assert (costs.weeks, costs.worlds, costs.people) == (3, 3, 24)
    assert 0.0 < sum(costs.seconds.values()) <= costs.whole < time.perf_counter() - began
    assert min(costs.seconds.values()) >= 0.0


def test_a_profile_is_of_one_scenario(run: Run) -> None:
    status, _, err = run("plan", "--profile", "study=demo", *SMALL)
    assert status == 2
    assert "several" in err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from experiments import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy', 'numba', 'pandas', 'hydra', 'rich', 'mesa', 'matplotlib', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_shipped_scenarios_run(run: Run) -> None:
    for name in ("baseline", "rotation", "incentives", "mentorship", "together"):
        assert run("run", f"scenario={name}", *SMALL)[0] == 0


def test_a_scenario_file_is_a_scenario(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(
        Scenario.from_dict(
            {"weeks": 16, "organization": {"kind": "synthetic", "people": 9, "departments": 3}}
        ).to_yaml()
    )
    assert run("run", "file=scenario.yaml", "weeks=5")[0] == 0
    assert set(pd.read_parquet(tmp_path / "results" / "scenario-run" / "runs.parquet")["weeks"]) == {5}
