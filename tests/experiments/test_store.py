"""The store: what is written is read, what is missing is said, and nothing wrong is ever read as right."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.files import slug, write_text, write_whole
from experiments.store import RECORD, Facts, MissingRunsError, Store, Wanted, merging, outcomes
from experiments.store import blocks as blocks_module
from experiments.store import index as index_module
from experiments.store.blocks import BlockFile, CorruptBlockError, Entry, write_block
from experiments.store.facts import text_of
from experiments.store.notes import notes
from experiments.store.packing import Runs, metric_names, outcome_arrays, pack, unpack_record
from experiments.study import Arm
from sim.metrics import METRICS
from sim.recorder import Record
from sim.scenario import Scenario
from sim.seats import SEAT_METRICS
from sim.simulation import Simulation

SEEDS = (3, 1)
WEEKS, PEOPLE = 5, 6


def arm_of(**given: Any) -> Arm:
    organization = {"kind": "synthetic", "people": PEOPLE, "departments": 2, "topics": 4, "sources": 2}
    return Arm("baseline", "baseline", Scenario.from_dict({"organization": organization, "weeks": WEEKS} | given))


@pytest.fixture
def arm() -> Arm:
    return arm_of()


def record_of(seeds: Sequence[int] = SEEDS, weeks: int = WEEKS) -> Record:
    """A record that no model made, with names and numbers that are hard to keep; each world by its own seed."""
    raw = sorted({
        name
        for m in METRICS.values()
        if m.kind in ("stock", "final", "ratio", "year")
        for name in (m.numerator, m.denominator)
    } - {"met"})  # fmt: skip
    names = ("met", "hours:重点 $x", "met:a/b", "in_need:a/b", *raw)
    draws = [np.random.default_rng(seed) for seed in seeds]
    weekly = {name: np.stack([draw.random(weeks) for draw in draws]) for name in names}
    weekly["met"][:, 0] = np.nan
    return Record(
        seeds=tuple(seeds),
        weekly=weekly,
        flow=np.stack([draw.random((1, 2, 2)) for draw in draws]).astype(np.float32),
        seats={name: np.stack([draw.random(PEOPLE) for draw in draws]).astype(np.float32) for name in SEAT_METRICS},
        treated={"rotation": np.stack([draw.random(PEOPLE) < 0.5 for draw in draws])},
        departments=("A", "<b>"),
        topics=("t1", "t2", "t3", "t4"),
    )


@pytest.fixture
def record() -> Record:
    return record_of()


def entry(arm: Arm, record: Record) -> Entry:
    return Entry(Facts.of(arm), text_of(arm), pack(arm.scenario, arm.identity, record, RECORD))


def put(folder: Path, arm: Arm, record: Record) -> Path:
    """Write a record into the store of a results folder; gives the block."""
    return write_block(folder / "blocks", [entry(arm, record)])


def same(one: Record, other: Record) -> bool:
    arrays: list[tuple[Any, Any]] = [(one.flow, other.flow)]
    arrays += [(one.weekly[name], other.weekly[name]) for name in one.weekly]
    arrays += [(one.seats[name], other.seats[name]) for name in one.seats]
    arrays += [(one.treated[name], other.treated[name]) for name in one.treated]
    names = (one.seeds, one.departments, one.topics, list(one.weekly), list(one.seats), list(one.treated))
    others = (
        *(other.seeds, other.departments, other.topics),
        *(list(other.weekly), list(other.seats), list(other.treated)),
    )
    return names == others and all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in arrays)


def test_what_is_written_is_read(tmp_path: Path, arm: Arm, record: Record) -> None:
    path = put(tmp_path, arm, record)
    store = Store(tmp_path)
    assert same(store.record(Wanted(arm, SEEDS)), record)
    facts, text = store.described(arm.identity)
    assert json.loads(text) == json.loads(json.dumps(arm.scenario.to_dict()))
    assert (facts.identity, facts.weeks) == (arm.identity, WEEKS)
    assert BlockFile(path).groups[0].seeds == (1, 3)


@pytest.mark.parametrize("seeds", [(1, 3), (3, 1), (1,), (3,)])
def test_worlds_are_read_in_any_order_and_from_any_blocks(tmp_path: Path, arm: Arm, seeds: tuple[int, ...]) -> None:
    put(tmp_path, arm, record_of((3, 9)))
    put(tmp_path, arm, record_of((1,)))
    assert same(Store(tmp_path).record(Wanted(arm, seeds)), record_of(seeds))


def test_no_treated_seats_no_topics_and_one_week(tmp_path: Path, arm: Arm, record: Record) -> None:
    weekly = {name: values[:, :1] for name, values in record.weekly.items()}
    short = replace(record, weekly=weekly, treated={}, topics=())
    put(tmp_path, arm, short)
    assert same(Store(tmp_path).record(Wanted(arm, SEEDS)), short)


def test_same_results_same_bytes(tmp_path: Path, arm: Arm, record: Record) -> None:
    first = put(tmp_path / "one", arm, record)
    second = put(tmp_path / "two", arm, record)
    assert (first.name, first.read_bytes()) == (second.name, second.read_bytes())
    assert put(tmp_path / "two", arm, record_of((3, 2))).name != first.name


def test_what_is_missing_is_told_run_by_run(tmp_path: Path, arm: Arm, record: Record) -> None:
    store = Store(tmp_path)
    assert store.missing(Wanted(arm, (1, 2, 3))) == (1, 2, 3)
    put(tmp_path, arm, record)
    store.refresh()
    assert store.missing(Wanted(arm, (1, 2, 3))) == (2,)
    assert store.missing(Wanted(arm_of(weeks=6), (1, 3))) == (1, 3)
    with pytest.raises(MissingRunsError):
        store.record(Wanted(arm, (1, 2)))


def test_flipped_bits_and_truncation_are_found(tmp_path: Path, arm: Arm, record: Record) -> None:
    path = put(tmp_path, arm, record)
    good = path.read_bytes()
    draw = random.Random(1)
    wanted = Wanted(arm, SEEDS)
    missed = 0
    for _ in range(300):
        bad = bytearray(good)
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
        path.write_bytes(bad)
        store = Store(tmp_path)
        store.verify([wanted.key])
        try:
            assert same(store.record(wanted), record)  # a bit that means nothing, such as one of the writer's name
            missed += 1
        except (CorruptBlockError, MissingRunsError):
            assert store.index.damaged
    assert missed < 60
    for size in (0, 4, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:size])
        store = Store(tmp_path)
        assert path.name in store.index.damaged
        assert store.missing(wanted) == SEEDS


def test_a_block_under_another_name_is_refused(tmp_path: Path, arm: Arm, record: Record) -> None:
    path = put(tmp_path, arm, record)
    path.rename(path.with_stem("0" * 40))
    assert "does not fit" in Store(tmp_path).index.damaged["0" * 40 + ".parquet"]


def test_other_measures_are_another_result(
    tmp_path: Path, arm: Arm, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, arm, record)
    monkeypatch.setitem(RECORD.__dict__, "name", "record of other quantities")
    store = Store(tmp_path)
    assert store.missing(Wanted(arm, SEEDS)) == SEEDS
    assert any("other measures" in text for text in notes(store, [Wanted(arm, SEEDS)]))


def test_blocks_of_another_format_are_refused(
    tmp_path: Path, arm: Arm, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "FORMAT", 0)
    put(tmp_path, arm, record)
    monkeypatch.undo()
    assert "format 0" in next(iter(Store(tmp_path).index.damaged.values()))


def test_a_block_knows_the_baseline_of_a_scenario(tmp_path: Path, arm: Arm, record: Record) -> None:
    with_policy = Arm("rotation", "", arm.scenario.with_policies({"rotation": {"kind": "rotation", "start_week": 0}}))
    put(tmp_path, with_policy, record)
    facts, _ = Store(tmp_path).described(with_policy.identity)
    assert facts.baseline_identity == arm.identity != facts.identity


def ran(scenario: Scenario, seeds: Sequence[int]) -> Record:
    simulation = Simulation(scenario, list(seeds))
    simulation.run()
    return simulation.record()


def with_circles() -> Arm:
    return arm_of(weeks=16, policies={"m": {"kind": "mentorship", "start_week": 2}, "c": {"kind": "circles"}})


def test_outcomes_are_what_the_record_says_alone_and_in_company(tmp_path: Path) -> None:
    arm, detail = with_circles(), outcomes(since=3, courses=("need_met", "trust_across"))
    seeds = (4, 1, 7)
    whole = ran(arm.scenario, seeds)
    for part in ((4, 1), (7,)):
        kept = pack(arm.scenario, arm.identity, ran(arm.scenario, part), detail)
        write_block(tmp_path / "blocks", [Entry(Facts.of(arm), text_of(arm), kept)])
    found = Store(tmp_path).outcomes([Wanted(arm, seeds, detail)])
    for name, metric in METRICS.items():
        np.testing.assert_array_equal(found.of(name)[0], metric.value(whole.weekly, 3), err_msg=name)
    treated = SEAT_METRICS["adequacy_members"].of(whole.seats, whole.treated["m"])
    np.testing.assert_array_equal(found.of("adequacy_members")[0], treated)
    for at, name in enumerate(detail.courses):
        np.testing.assert_array_equal(found.courses[0, :, at], METRICS[name].series(whole.weekly).astype(np.float32))
    assert found.metrics == metric_names()


def test_a_whole_record_answers_for_its_outcomes(tmp_path: Path) -> None:
    arm, detail = with_circles(), outcomes(since=0, courses=("adequacy",))
    whole = ran(arm.scenario, (1, 2))
    put(tmp_path, arm, whole)
    kept = pack(arm.scenario, arm.identity, ran(arm.scenario, (5,)), detail)
    write_block(tmp_path / "blocks", [Entry(Facts.of(arm), text_of(arm), kept)])
    store = Store(tmp_path)
    assert store.missing(Wanted(arm, (1, 2, 3, 5), detail)) == (3,)
    assert store.missing(Wanted(arm, (1, 2, 5))) == (5,), "outcomes do not answer for a record"
    found = store.outcomes([Wanted(arm, (5, 2), detail)])
    numbers, courses = outcome_arrays(arm.scenario, ran(arm.scenario, (5, 2)), detail)
    np.testing.assert_array_equal(found.values[0], numbers)
    np.testing.assert_array_equal(found.courses[0], courses)
    with pytest.raises(ValueError, match="no metric"):
        outcomes(since=0, courses=("weeks_to_half",))


def test_outcomes_since_another_week_are_another_result(tmp_path: Path) -> None:
    arm = with_circles()
    kept = pack(arm.scenario, arm.identity, ran(arm.scenario, (1,)), outcomes(3))
    write_block(tmp_path / "blocks", [Entry(Facts.of(arm), text_of(arm), kept)])
    store = Store(tmp_path)
    assert not store.missing(Wanted(arm, (1,), outcomes(3)))
    assert store.missing(Wanted(arm, (1,), outcomes(4))) == (1,)
    assert store.missing(Wanted(arm, (1,), outcomes(3, ("adequacy",)))) == (1,)


def test_a_manifest_may_be_lost_stale_or_damaged(tmp_path: Path, arm: Arm) -> None:
    path = put(tmp_path, arm, record_of((1, 3)))
    store = Store(tmp_path)
    store.index.save()
    manifest = tmp_path / "blocks" / "manifest.json"
    good = manifest.read_bytes()
    put(tmp_path, arm, record_of((5,)))
    assert not Store(tmp_path).missing(Wanted(arm, (1, 3, 5))), "a block that it does not list"
    for bad in (b"", good[:-5], good.replace(b"3", b"4"), b"\xff" * 99):
        manifest.write_bytes(bad)
        assert not Store(tmp_path).missing(Wanted(arm, (1, 3, 5)))
    manifest.write_bytes(good)
    status = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    store = Store(tmp_path)
    with store.claims() as claims:
        assert store.mend([Wanted(arm, (1, 3, 5))], claims)
    assert store.missing(Wanted(arm, (1, 3, 5))) == (1, 3), "a block that changed although it looks as it did"


def test_a_manifest_that_lies_costs_no_results(tmp_path: Path, arm: Arm) -> None:
    path = put(tmp_path, arm, record_of((1, 3)))
    other = put(tmp_path / "other", arm, record_of((1, 3, 5)))
    lying = Store(tmp_path / "other")
    lying.index.save()
    text = (tmp_path / "other" / "blocks" / "manifest.json").read_text().partition("\n")[2]
    data = json.loads(text.replace(other.name, path.name))
    data["blocks"][path.name][:2] = [path.stat().st_size, path.stat().st_mtime_ns]
    text = json.dumps(data)
    (tmp_path / "blocks" / "manifest.json").write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")
    store = Store(tmp_path)
    assert not store.missing(Wanted(arm, (1, 3, 5)))
    with store.claims() as claims:
        assert store.mend([Wanted(arm, (1, 3, 5))], claims) == []
    assert store.missing(Wanted(arm, (1, 3, 5))) == (5,)
    assert same(store.record(Wanted(arm, (1, 3))), record_of((1, 3)))


def test_small_blocks_are_merged_and_say_the_same(tmp_path: Path, arm: Arm) -> None:
    other = arm_of(weeks=6)
    for seed in range(12):
        put(tmp_path, arm, record_of((seed, seed + 1)))
    put(tmp_path, other, record_of((1,), weeks=6))
    store = Store(tmp_path)
    with store.claims() as claims:
        store.tidy(claims)
    assert len(list((tmp_path / "blocks").glob("*.parquet"))) == 1
    for reader in (store, Store(tmp_path)):
        assert same(reader.record(Wanted(arm, tuple(range(13)))), record_of(range(13)))
        assert same(reader.record(Wanted(other, (1,))), record_of((1,), weeks=6))
    assert sum(len(group.seeds) for _, group in store.index.everything()) == 14


def test_a_reader_finds_what_was_merged_behind_its_back(tmp_path: Path, arm: Arm) -> None:
    for seed in range(9):
        put(tmp_path, arm, record_of((seed,)))
    reader, writer = Store(tmp_path), Store(tmp_path)
    with writer.claims() as claims:
        writer.tidy(claims)
    assert len(list((tmp_path / "blocks").glob("*.parquet"))) == 1
    assert same(reader.record(Wanted(arm, (2, 0, 3))), record_of((2, 0, 3)))


def test_merging_that_stops_anywhere_loses_nothing(tmp_path: Path, arm: Arm) -> None:
    for seed in range(3):
        put(tmp_path, arm, record_of((seed,)))
    names = sorted(path.name for path in (tmp_path / "blocks").glob("*.parquet"))
    folder = tmp_path / "blocks"
    gone = merging.merge(folder, names, lambda entries: write_block(folder, entries).name)
    for _ in gone:
        assert same(Store(tmp_path).record(Wanted(arm, (0, 1, 2))), record_of((0, 1, 2)))


def test_a_block_that_another_process_mended_meanwhile_is_taken(tmp_path: Path, arm: Arm, record: Record) -> None:
    path = put(tmp_path, arm, record)
    good = path.read_bytes()
    path.write_bytes(good[:-9])
    store = Store(tmp_path)
    assert store.missing(Wanted(arm, SEEDS)) == SEEDS
    path.write_bytes(good)
    with store.claims() as claims:
        assert store.mend([Wanted(arm, SEEDS)], claims) == []
    assert store.missing(Wanted(arm, SEEDS)) == ()
    assert same(store.record(Wanted(arm, SEEDS)), record)
    assert path.read_bytes() == good


def test_the_same_scenario_on_other_files_or_with_another_plugin_is_said(
    tmp_path: Path, arm: Arm, record: Record
) -> None:
    put(tmp_path, replace(arm, known_identity="f" * 64), record)
    (said,) = notes(Store(tmp_path), [Wanted(arm, SEEDS)])
    assert "The same scenarios are stored" in said and "plug-in" in said and "weeks" not in said
    (said,) = notes(Store(tmp_path), [Wanted(arm_of(weeks=WEEKS + 1), SEEDS)])
    assert "from week 0" in said and "plug-in" not in said


def test_a_scenario_that_was_merged_behind_a_reader_s_back_is_described(tmp_path: Path, arm: Arm) -> None:
    for seed in range(9):
        put(tmp_path, arm, record_of((seed,)))
    reader, writer = Store(tmp_path), Store(tmp_path)
    with writer.claims() as claims:
        writer.tidy(claims)
    assert reader.described(arm.identity)[0].weeks == WEEKS


def test_one_run_in_two_blocks_is_one_run_and_two_results_are_none(tmp_path: Path, arm: Arm) -> None:
    put(tmp_path, arm, record_of((1, 2)))
    put(tmp_path, arm, record_of((2, 3)))
    store = Store(tmp_path)
    assert not store.index.damaged
    assert same(store.record(Wanted(arm, (1, 2, 3))), record_of((1, 2, 3)))
    wrong = record_of((3,))
    wrong.weekly["met"][0, 2] += 1e-9
    put(tmp_path, arm, wrong)
    store = Store(tmp_path)
    assert store.missing(Wanted(arm, (1, 2, 3))) == (3,)
    with store.claims() as claims:
        causes = store.mend([Wanted(arm, (1, 2, 3))], claims)
    assert len(causes) == 2 and all("different results of the same run" in cause for cause in causes)
    assert store.missing(Wanted(arm, (1, 2, 3))) == (3,)
    assert same(store.record(Wanted(arm, (1, 2))), record_of((1, 2)))
    put(tmp_path, arm, record_of((3,)))
    assert not Store(tmp_path).index.damaged, "once it was run again nothing is in doubt"


def test_blocks_that_share_many_scenarios_are_compared_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arms = [arm_of(weeks=weeks) for weeks in range(5, 25)]
    entries = [entry(each, record_of((1,), weeks)) for weeks, each in enumerate(arms, 5)]
    folder = tmp_path / "blocks"
    write_block(folder, entries)
    store, opened = Store(tmp_path), list[Path]()
    write_block(folder, entries[1:])

    def counted(path: Path) -> BlockFile:
        opened.append(path)
        return BlockFile(path)

    monkeypatch.setattr(index_module, "BlockFile", counted)
    store.refresh()
    assert not store.index.damaged
    assert len(opened) == 3, "the new block to list it, and both to compare them"


def test_errors_of_the_system_are_not_damage(
    tmp_path: Path, arm: Arm, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, arm, record)

    def fails(*_: Any, **__: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pyarrow.parquet.ParquetFile", fails)
    with pytest.raises(OSError, match="Input/output"):
        Store(tmp_path)
    assert path.exists()


def test_results_that_look_alike_are_packed_alike(arm: Arm, record: Record) -> None:
    packed = pack(arm.scenario, arm.identity, record, RECORD)
    other = replace(record, weekly={name: values.copy() for name, values in record.weekly.items()})
    quiet = np.frombuffer(np.uint64(0xFFF8000000000123).tobytes(), np.float64)[0]
    other.weekly["met"][:, 0] = quiet
    again = pack(arm.scenario, arm.identity, other, RECORD)
    assert packed.digests.tobytes() == again.digests.tobytes()
    assert same(unpack_record(packed), record)
    assert isinstance(packed, Runs) and packed.sound().all()
    packed.payload[1, 100] ^= 1
    assert packed.sound().tolist() == [True, False]


def test_what_a_killed_writer_left_is_cleared(tmp_path: Path, arm: Arm, record: Record) -> None:
    put(tmp_path, arm, record)
    (tmp_path / "blocks" / ".abc.partial").write_bytes(b"half")
    store = Store(tmp_path)
    with store.claims() as claims:
        store.clear(claims)
    assert not list((tmp_path / "blocks").glob(".*"))
    shutil.rmtree(tmp_path / "blocks")
    assert Store(tmp_path).missing(Wanted(arm, SEEDS)) == SEEDS


def test_nothing_is_left_of_a_write_that_failed(tmp_path: Path) -> None:
    target = tmp_path / "table"
    write_text(target, "old")

    def fail(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(target, fail)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "..", "", "CON $x", "<script>", "重点", "🎉", "x" * 300, "a\\b"]
)
def test_slugs_stay_in_their_folder(name: str) -> None:
    for file in (slug(name), slug(name, "0123456789abcdef")):
        assert file
        assert Path(file).name == file
        assert not set(file) - set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def test_slugs_of_names_that_read_alike_differ_by_key() -> None:
    assert slug("A b", "1" * 64) != slug("a/b", "2" * 64)
