"""The runner: the same results however the work is spread, and what fails or stops loses nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from experiments import runner, shelf
from experiments import workers as workers_module
from experiments.design import Document, read_design, study_of
from experiments.loading import load
from experiments.plugins import load_plugins
from experiments.records import records_of
from experiments.results import check_study
from experiments.runner import Outcome, batches, run_wanted
from experiments.store import Store, Wanted, blocks
from experiments.study import Arm, Study
from experiments.tables import write_tables
from experiments.workers import Machine, Task, close_workers
from sim import MODEL_VERSION
from sim.problems import InputError


class Silent:
    """Progress that keeps what it is told."""

    def __init__(self, interrupt_at: int | None = None) -> None:
        self.total = 0
        self.done = 0
        self.said: list[str] = []
        self._interrupt_at = interrupt_at

    def start(self, total: int) -> None:
        self.total = total

    def advance(self, done: int) -> None:
        self.done = done
        if self._interrupt_at is not None and done >= self._interrupt_at:
            raise KeyboardInterrupt

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(autouse=True, scope="module")
def no_workers_left() -> Iterator[None]:
    yield
    close_workers()


def study(seeds: tuple[int, ...] = (1, 2, 3), weeks: int = 6, **policies: dict[str, object]) -> Study:
    kinds = policies or {"rotation": {"kind": "rotation"}}
    data = {
        "organization": {"kind": "synthetic", "people": 12, "departments": 3, "topics": 4, "sources": 3},
        "weeks": weeks, "policies": {label: {"start_week": 1, **settings} for label, settings in kinds.items()},
    }  # fmt: skip
    return study_of(read_design(Document(data)), "test", seeds)


def run_arms(folder: Path, arms: Sequence[Arm], seeds: Sequence[int], machine: Machine, progress: Silent) -> Outcome:
    return run_wanted(Store(folder), [Wanted(arm, tuple(seeds)) for arm in arms], machine, progress)


def stored_runs(folder: Path) -> list[tuple[str, int]]:
    """Identity and seed of every run in the folder, one entry for each time that it is there."""
    return [(group.facts.identity, seed) for _, group in Store(folder).index.everything() for seed in group.seeds]


def tables(folder: Path, asked: Study) -> list[bytes]:
    write_tables(folder, asked, records_of(Store(folder), asked))
    return [(folder / name).read_bytes() for name in ("runs.parquet", "series.parquet")]


def test_the_same_tables_however_the_work_is_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = study(seeds=(5, 1, 9, 2, 30, 4), rotation={"kind": "rotation"}, circles={"kind": "circles"})
    spread = {"one": Machine(1), "two": Machine(2), "threads": Machine(1, threads=2), "batches": Machine(1)}
    found = []
    for name, machine in spread.items():
        monkeypatch.setattr(runner, "MOST_WORLDS", 2 if name in ("batches", "two") else 16)
        monkeypatch.setattr(shelf, "BLOCK_RUNS", 3 if name == "batches" else 4096)
        outcome = run_arms(tmp_path / name, asked.arms, asked.seeds, machine, Silent())
        assert set(outcome.finished) == {arm.name for arm in asked.arms}
        assert len(set(stored_runs(tmp_path / name))) == len(stored_runs(tmp_path / name)) == len(asked.arms) * 6
        found.append(tables(tmp_path / name, asked))
    assert all(other == found[0] for other in found[1:])


def test_what_is_stored_is_not_run_again(tmp_path: Path) -> None:
    asked = study(rotation={"kind": "rotation"}, incentives={"kind": "incentives"})
    run_arms(tmp_path, asked.arms[:2], asked.seeds, Machine(), Silent())
    progress = Silent()
    outcome = run_arms(tmp_path, asked.arms, asked.seeds, Machine(), progress)
    assert progress.said == ["2 of 4 scenarios already done."]
    assert (outcome.skipped, outcome.finished) == (
        [arm.name for arm in asked.arms[:2]],
        [arm.name for arm in asked.arms[2:]],
    )
    assert outcome.runs == progress.total / 6 == 6


def test_only_new_seeds_and_new_scenarios_are_run(tmp_path: Path) -> None:
    asked = study(seeds=(1, 2, 3), rotation={"kind": "rotation"}, incentives={"kind": "incentives"})
    assert run_arms(tmp_path, asked.arms[:2], (1, 2), Machine(), Silent()).runs == 4
    progress = Silent()
    outcome = run_arms(tmp_path, asked.arms, (3, 2, 1), Machine(), progress)
    assert outcome.runs == 4 * 3 - 4
    assert progress.said == ["4 of 12 runs already done."]
    assert sorted(stored_runs(tmp_path)) == sorted((arm.identity, seed) for arm in asked.arms for seed in (1, 2, 3))
    other = run_arms(tmp_path / "at once", asked.arms, (1, 2, 3), Machine(), Silent())
    assert other.runs == 12
    assert tables(tmp_path, asked) == tables(tmp_path / "at once", asked)


def test_a_damaged_block_is_said_and_only_what_is_broken_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_PIECE", 1)
    asked = study()
    run_arms(tmp_path, asked.arms, asked.seeds, Machine(), Silent())
    before = tables(tmp_path, asked)
    (path,) = (tmp_path / "blocks").glob("*.parquet")
    bad = bytearray(path.read_bytes())
    place = pyarrow.parquet.ParquetFile(path).metadata.row_group(2).column(2)
    bad[place.data_page_offset + place.total_compressed_size // 2] ^= 4
    path.write_bytes(bad)
    progress = Silent()
    assert run_arms(tmp_path, asked.arms, asked.seeds, Machine(), progress).runs == 1
    assert any("is damaged" in text for text in progress.said)
    assert tables(tmp_path, asked) == before
    assert (tmp_path / "blocks" / "damaged" / path.name).read_bytes() == bytes(bad)
    assert run_arms(tmp_path, asked.arms, asked.seeds, Machine(), Silent()).runs == 0


def test_a_longer_horizon_is_another_result_and_is_said(tmp_path: Path) -> None:
    run_arms(tmp_path, study(weeks=4).arms, (1, 2), Machine(), Silent())
    progress = Silent()
    assert run_arms(tmp_path, study(weeks=6).arms, (1, 2), Machine(), progress).runs == 4
    assert [text for text in progress.said if "stored over 4 weeks" in text and "Over 6 weeks" in text]
    progress = Silent()
    run_arms(tmp_path, study(weeks=6, other={"kind": "circles"}).arms[1:], (1, 2), Machine(), progress)
    assert not [text for text in progress.said if "weeks" in text]


def test_results_of_another_version_of_the_model_are_said_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = study()
    run_arms(tmp_path, asked.arms, asked.seeds, Machine(), Silent())
    monkeypatch.setattr("sim.MODEL_VERSION", MODEL_VERSION + 1)
    progress = Silent()
    newer = study()
    assert run_arms(tmp_path, newer.arms, asked.seeds, Machine(), progress).runs == 6
    assert any(f"6 stored runs were made by version {MODEL_VERSION}" in text for text in progress.said)


def test_the_same_scenario_under_two_names_is_run_once(tmp_path: Path) -> None:
    (arm, _) = study().arms
    twin = replace(arm, name="twin", title="Twin")
    wanted = [Wanted(arm, (1, 2)), Wanted(twin, (2, 3))]
    outcome = run_wanted(Store(tmp_path), wanted, Machine(), Silent())
    assert (outcome.runs, outcome.finished) == (3, ["baseline", "twin"])


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    progress = Silent()
    run_arms(tmp_path, study().arms, (1, 2, 3), Machine(), progress)
    assert progress.total == progress.done == 2 * 3 * 6


@pytest.mark.parametrize("workers", [1, 2])
def test_stopping_keeps_what_is_finished(tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "POLL", 0.001)
    asked = study(seeds=tuple(range(1, 17)), weeks=12)
    with pytest.raises(KeyboardInterrupt):
        run_arms(tmp_path, asked.arms, asked.seeds, Machine(workers), Silent(interrupt_at=16 * 12 + 32))
    kept = stored_runs(tmp_path)
    assert 0 < len(kept) < 32
    assert not list((tmp_path / "blocks").glob(".*"))
    outcome = run_arms(tmp_path, asked.arms, asked.seeds, Machine(), Silent())
    assert outcome.runs == 32 - len(kept)
    assert len(set(stored_runs(tmp_path))) == len(stored_runs(tmp_path)) == 32


@pytest.mark.parametrize(("workers", "how"), [(1, "raise"), (2, "raise"), (2, "oddly"), (2, "exit")])
def test_a_failing_scenario_does_not_hide_the_others(tmp_path: Path, workers: int, how: str) -> None:
    load_plugins(["breaking_plugin"])
    asked = study(bad={"kind": "breaking", "how": how}, good={"kind": "rotation"})
    progress = Silent()
    machine = Machine(workers, plugins=("breaking_plugin",))
    outcome = run_arms(tmp_path, asked.arms, asked.seeds, machine, progress)
    assert set(outcome.failed) == {"bad", "all_together"}
    assert set(outcome.finished) == {"baseline", "good"}
    assert set(records_of(Store(tmp_path), asked)) == {"baseline", "good"}
    reason = {"raise": "ValueError: on purpose", "oddly": "OddError: on purpose", "exit": "worker process died"}[how]
    assert any(reason in text for text in progress.said)


def test_workers_that_cannot_start_are_a_failure_and_no_endless_loop(tmp_path: Path) -> None:
    asked = study(seeds=tuple(range(1, 25)))
    outcome = run_arms(tmp_path, asked.arms, asked.seeds, Machine(2, plugins=("no_such_module",)), Silent())
    assert set(outcome.failed) == {arm.name for arm in asked.arms}
    assert not outcome.finished


def test_a_scenario_that_kills_its_workers_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_plugins(["breaking_plugin"])
    monkeypatch.setattr(runner, "MOST_WORLDS", 1)
    good: dict[str, Any] = {f"good{at}": {"kind": "rotation", "coverage": 0.1 + 0.1 * at} for at in range(4)}
    asked = study(bad={"kind": "breaking", "how": "exit"}, **good)
    arms = [arm for arm in asked.arms if arm.name != "all_together"]
    progress = Silent()
    outcome = run_arms(tmp_path, arms, asked.seeds, Machine(2, plugins=("breaking_plugin",)), progress)
    assert set(outcome.failed) == {"bad"}
    assert set(outcome.finished) == {"baseline", *good}
    assert progress.done <= progress.total


def test_batches_of_a_failed_scenario_are_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_plugins(["breaking_plugin"])
    monkeypatch.setattr(runner, "MOST_WORLDS", 1)
    asked = study(seeds=tuple(range(1, 13)), bad={"kind": "breaking"})
    started: list[int] = []
    submit = ProcessPoolExecutor.submit

    def counted(pool: ProcessPoolExecutor, work: Any, *given: Task) -> Future[Any]:
        started.extend(task.seeds[0] for task in given)
        return submit(pool, work, *given)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", counted)
    machine = Machine(2, plugins=("breaking_plugin",))
    assert set(run_arms(tmp_path, asked.arms[1:], asked.seeds, machine, Silent()).failed) == {"bad"}
    assert len(started) <= 3


def test_a_file_that_changes_meanwhile_is_a_failure(tmp_path: Path) -> None:
    asked = study()
    stale = tuple(replace(arm, known_identity="0" * 64) for arm in asked.arms[:1])
    outcome = run_arms(tmp_path, stale, asked.seeds, Machine(), Silent())
    assert "changed" in outcome.failed["baseline"]


def test_batches_cover_all_seeds_in_order() -> None:
    for count in (1, 7, 8, 16, 31, 32, 200):
        for arms, size, workers in ((1, 10_000, 1), (5, 50_000, 2), (5, 10_000_000, 64), (29, 100, 8)):
            found = batches(range(count), count * arms, size, workers)
            assert [seed for batch in found for seed in batch] == list(range(count))
            assert all(len(batch) <= runner.MOST_WORLDS for batch in found)
    assert [len(batch) for batch in batches(range(32), 5 * 32, 46_000, 2)] == [16, 16]
    assert [len(batch) for batch in batches(range(100), 10 * 100, 16_000, 2)] == [50, 50]
    assert {len(batch) for batch in batches(range(32), 5 * 32, 10_000_000, 2)} == {1}


def test_the_record_is_the_model_s(tmp_path: Path) -> None:
    from sim import OrganizationModel

    asked = study()
    run_arms(tmp_path, asked.arms, asked.seeds, Machine(), Silent())
    model = OrganizationModel(asked.arms[1].scenario, seeds=asked.seeds).run()
    stored = Store(tmp_path).record(Wanted(asked.arms[1], asked.seeds))
    for name, values in model.record().weekly.items():
        np.testing.assert_array_equal(stored.weekly[name], values)


def test_a_folder_without_provenance_is_read_from_its_blocks(tmp_path: Path) -> None:
    asked = study()
    run_arms(tmp_path, asked.arms, asked.seeds, Machine(), Silent())
    stored = load(tmp_path)
    assert [(arm.name, arm.baseline) for arm in stored.study.arms] == [("baseline", None), ("rotation", "baseline")]
    assert stored.study.seeds == asked.seeds
    assert set(stored.records) == {"baseline", "rotation"}


def test_nobody_to_target_is_found_before_work(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,department\na,X\nb,Y\n")
    (tmp_path / "t.csv").write_text("learner,source\na,b\n")
    data = {
        "organization": {"kind": "files", "people": str(tmp_path / "p.csv"), "ties": str(tmp_path / "t.csv")},
        "policies": {"rotation": {"kind": "rotation", "targets": {"departments": ["Nowhere", "Elsewhere"]}}},
    }
    asked = study_of(read_design(Document(data)), "test", (1,))
    with pytest.raises(InputError) as caught:
        check_study(asked)
    assert ["Nowhere" in str(problem) or "Elsewhere" in str(problem) for problem in caught.value.problems] == [
        True,
        True,
    ]
