"""The store: same bytes for the same results, and nothing wrong is ever read as right."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.files import slug, write_text, write_whole
from experiments.store import CorruptBlockError, block_key, read_block, write_block
from experiments.study import Arm
from sim.metrics import METRICS
from sim.recorder import Record
from sim.scenario import Scenario
from sim.seats import SEAT_METRICS

SEEDS = (3, 1)


@pytest.fixture
def arm() -> Arm:
    organization = {"kind": "synthetic", "people": 6, "departments": 2, "topics": 4, "sources": 2}
    return Arm("baseline", "baseline", Scenario.from_dict({"organization": organization, "weeks": 5}))


@pytest.fixture
def record() -> Record:
    draw = np.random.default_rng(0)
    raw = {
        name
        for m in METRICS.values()
        if m.kind in ("stock", "final", "ratio", "year")
        for name in (m.numerator, m.denominator)
    }
    weekly = {name: draw.random((2, 5)) for name in ("met", "hours:重点 $x", "met:a/b", *sorted(raw - {"met"}))}
    weekly["met"][0, 0] = np.nan
    return Record(
        seeds=SEEDS, weekly=weekly, flow=draw.random((2, 1, 2, 2)).astype(np.float32),
        seats={name: draw.random((2, 6)).astype(np.float32) for name in SEAT_METRICS},
        treated={"rotation": draw.random((2, 6)) < 0.5},
        departments=("A", "<b>"), topics=("t1", "t2", "t3", "t4"),
    )  # fmt: skip


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
    path = write_block(tmp_path, arm, record)
    block = read_block(path)
    assert same(block.record, record)
    assert block.scenario == arm.scenario.to_dict()
    assert block.key == path.stem == block_key(arm.identity, SEEDS)


def test_no_treated_seats_and_no_weeks_but_one(tmp_path: Path, arm: Arm, record: Record) -> None:
    short = Record(
        record.seeds,
        {name: values[:, :1] for name, values in record.weekly.items()},
        record.flow,
        record.seats,
        {},
        record.departments,
        (),
    )
    assert same(read_block(write_block(tmp_path, arm, short)).record, short)


def test_same_results_same_bytes(tmp_path: Path, arm: Arm, record: Record) -> None:
    first = write_block(tmp_path / "one", arm, record).read_bytes()
    assert write_block(tmp_path / "two", arm, record).read_bytes() == first


def test_flipped_bits_and_truncation_are_found(tmp_path: Path, arm: Arm, record: Record) -> None:
    path = write_block(tmp_path, arm, record)
    good = path.read_bytes()
    draw = random.Random(1)
    for _ in range(300):
        bad = bytearray(good)
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
        path.write_bytes(bad)
        try:
            assert same(read_block(path).record, record)  # a bit that means nothing, such as one of the writer's name
        except CorruptBlockError:
            continue
    for size in (0, 4, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:size])
        with pytest.raises(CorruptBlockError):
            read_block(path)


def test_a_block_under_another_name_is_refused(tmp_path: Path, arm: Arm, record: Record) -> None:
    path = write_block(tmp_path, arm, record)
    other = path.with_stem(block_key(arm.identity, (9,)))
    path.rename(other)
    with pytest.raises(CorruptBlockError, match="another scenario"):
        read_block(other)


def test_blocks_of_older_code_are_refused(
    tmp_path: Path, arm: Arm, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    gini = record.weekly.pop("gini")
    with pytest.raises(CorruptBlockError, match="lacks gini"):
        read_block(write_block(tmp_path, arm, record))
    record.weekly["gini"] = gini
    trust = record.seats.pop("trust_members")
    with pytest.raises(CorruptBlockError, match="lacks trust_members"):
        read_block(write_block(tmp_path, arm, record))
    record.seats["trust_members"] = trust
    monkeypatch.setattr("experiments.store.FORMAT", 0)
    path = write_block(tmp_path, arm, record)
    monkeypatch.undo()
    with pytest.raises(CorruptBlockError, match="format 0"):
        read_block(path)


def test_a_block_knows_its_baseline(tmp_path: Path, arm: Arm, record: Record) -> None:
    with_policy = Arm("rotation", "", arm.scenario.with_policies({"rotation": {"kind": "rotation", "start_week": 0}}))
    block = read_block(write_block(tmp_path, with_policy, record))
    assert block.baseline_identity == arm.identity != block.identity


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
