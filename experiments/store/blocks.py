"""Blocks: immutable Parquet files of many runs, each with the digest of everything that it means.

A block's name is its digest, so that a name never stands for two contents. Rows are runs: seed, digest, and the bytes
of the results; rows of one scenario and detail stand together. Scenarios, layouts and groups of rows are in the file's
own metadata. Page checksums cover neither column names nor offsets nor metadata, hence the digests.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.files import write_bytes
from experiments.store.facts import Facts
from experiments.store.packing import DIGEST, Bytes, Runs

FORMAT = 3
"""Layout of a block; part of its digest."""

SUFFIX = ".parquet"
_PIECE = 8 << 20
"""Bytes of results after which a new row group begins: what is read at once."""

_DAMAGE = (
    pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError, MemoryError, OverflowError,
    zlib.error,
)  # fmt: skip
"""What reading a damaged file may raise."""

_SYSTEM = {
    errno.EIO, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EMFILE,
    errno.ENFILE,
}  # fmt: skip
"""Errors of the system, which say nothing of the file's content."""


class CorruptBlockError(OSError):
    """A block that cannot be read or does not hold what its digest says."""

    def __init__(self, path: Path, cause: str) -> None:
        self.path = path
        self.cause = cause
        super().__init__(f"{path}: {cause}")


@dataclass(frozen=True)
class Group:
    """Rows of a block that stand together: runs of one scenario in one detail.

    Attributes:
        layout: number of the layout in the block.
        first: its first row.
    """

    facts: Facts
    detail: str
    layout: int
    first: int
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """Runs to be written, with what the store is to know of their scenario: facts, and the scenario as JSON."""

    facts: Facts
    text: str
    runs: Runs


def write_block(folder: Path, entries: Sequence[Entry]) -> Path:
    """Write runs as one block; the same runs in the same order give the same bytes.

    Raises:
        OSError: the folder cannot be written.
    """
    entries = _gathered(entries)
    texts = {entry.facts.identity: (entry.facts, entry.text) for entry in entries}
    layouts = list(dict.fromkeys(entry.runs.layout for entry in entries))
    order = {identity: at for at, identity in enumerate(texts)}
    number = {layout: at for at, layout in enumerate(layouts)}
    groups = [
        (order[entry.facts.identity], entry.runs.detail, number[entry.runs.layout], len(entry.runs.seeds))
        for entry in entries
    ]
    header = json.dumps({
        "format": FORMAT,
        "scenarios": [asdict(facts) for facts, _ in texts.values()],
        "layouts": layouts,
        "groups": groups,
    }, ensure_ascii=False)  # fmt: skip
    scenarios = json.dumps([text for _, text in texts.values()], ensure_ascii=False)
    seeds = np.array([seed for entry in entries for seed in entry.runs.seeds], np.int64)
    digests = np.concatenate([entry.runs.digests for entry in entries])
    digest = _digest(header, scenarios, seeds, digests)
    labels = {"header": _packed(header), "scenarios": _packed(scenarios), "digest": digest}
    path = folder / f"{digest[:40]}{SUFFIX}"
    write_bytes(path, _parquet(entries, labels))
    return path


class BlockFile:
    """A block that is open for reading; its digest fits what it says of its runs.

    Attributes:
        groups: what rows it has.

    Raises:
        FileNotFoundError: there is none.
        CorruptBlockError: it is not whole, not what its digest says, or of another format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _damage_told(path):
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
            labels = {key.decode(): value.decode() for key, value in (self._file.metadata.metadata or {}).items()}
            if "header" not in labels:
                raise CorruptBlockError(path, "it is no block of this format")
            header, self._scenarios = _unpacked(labels["header"]), _unpacked(labels["scenarios"])
            rows = self._file.read(columns=["seed", "digest"])
            seeds = rows.column("seed").to_numpy().astype(np.int64)
            self._digests = _matrix(rows.column("digest"))
            digest = _digest(header, self._scenarios, seeds, self._digests)
            if digest != labels["digest"] or not path.name.startswith(digest[:40]):
                raise CorruptBlockError(path, "its content does not fit its digest")
            described = json.loads(header)
            if described["format"] != FORMAT:
                raise CorruptBlockError(path, f"it has format {described['format']!r}, and this version reads {FORMAT}")
            self._layouts: list[str] = described["layouts"]
            self.groups = _groups(described, seeds)
            counts = [self._file.metadata.row_group(at).num_rows for at in range(self._file.num_row_groups)]
            self._starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
            if self._starts[-1] != len(seeds):
                raise CorruptBlockError(path, "it lacks rows")
        self._kept: tuple[int, NDArray[np.int64], Bytes] | None = None

    @cached_property
    def texts(self) -> dict[str, str]:
        """Each scenario of the block as JSON, by identity."""
        identities = dict.fromkeys(group.facts.identity for group in self.groups)
        return dict(zip(identities, json.loads(self._scenarios), strict=True))

    def read(self, group: Group, rows: Sequence[int] | None = None) -> Runs:
        """Runs of a group, all or those rows of it, each as its digest says.

        Raises:
            CorruptBlockError: one is not.
        """
        runs = self._read(group, range(len(group.seeds)) if rows is None else rows)
        if not runs.sound().all():
            raise CorruptBlockError(self.path, "results do not fit their digest")
        return runs

    def digest(self, group: Group, row: int) -> bytes:
        """Digest of a run, by its row in the group."""
        return self._digests[group.first + row].tobytes()

    def sound(self, group: Group) -> NDArray[np.bool_]:
        """Which runs of a group can be read and are what their digests say, (run,)."""
        found = np.zeros(len(group.seeds), np.bool_)
        for rows in self._by_piece(group):
            try:
                found[rows] = self._read(group, rows).sound()
            except CorruptBlockError:
                continue
        return found

    def sound_entries(self) -> list[Entry]:
        """All runs that are sound, ready to be written to another block."""
        entries = []
        for group in self.groups:
            rows = np.flatnonzero(self.sound(group))
            if len(rows):
                entries.append(Entry(group.facts, self.texts[group.facts.identity], self.read(group, rows.tolist())))
        return entries

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _by_piece(self, group: Group) -> Iterator[list[int]]:
        """The rows of a group, those of one row group at a time."""
        places = np.arange(group.first, group.first + len(group.seeds))
        pieces = np.searchsorted(self._starts, places, side="right") - 1
        for piece in np.unique(pieces):
            yield np.flatnonzero(pieces == piece).tolist()

    def _read(self, group: Group, rows: Sequence[int]) -> Runs:
        """Rows of a group as they are in the file."""
        layout = self._layouts[group.layout]
        places = np.array(rows, np.int64) + group.first
        with _damage_told(self.path):
            pieces = np.searchsorted(self._starts, places, side="right") - 1
            found = [self._bytes(int(piece), int(place)) for piece, place in zip(pieces, places, strict=True)]
            if len({len(each) for each in found}) > 1:
                raise ValueError("results of one layout have several lengths")
            payload = np.stack(found) if found else np.zeros((0, 0), np.uint8)
        seeds = tuple(group.seeds[row] for row in rows)
        return Runs(group.facts.identity, group.detail, layout, seeds, payload, self._digests[places])

    def _bytes(self, piece: int, place: int) -> Bytes:
        """The results of a row, of a row group that is kept until another one is read."""
        if self._kept is None or self._kept[0] != piece:
            self._kept = None
            column = self._file.read_row_group(piece, columns=["results"]).column("results").combine_chunks()
            array = column.cast(pa.large_binary())
            offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
            data = array.buffers()[2]
            self._kept = piece, offsets, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
        _, offsets, data = self._kept
        row = place - int(self._starts[piece])
        return data[offsets[row] : offsets[row + 1]]


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    """Turn whatever reading a damaged file raises into CorruptBlockError; errors of the system stay what they are."""
    try:
        yield
    except CorruptBlockError:
        raise
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _SYSTEM:
            raise
        raise CorruptBlockError(path, f"cannot be read ({type(error).__name__})") from error


def _gathered(entries: Sequence[Entry]) -> list[Entry]:
    """Entries with each scenario and layout once, and each run once, in the order in which they came."""
    by_kind: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        by_kind.setdefault((entry.facts.identity, entry.runs.detail, entry.runs.layout), []).append(entry)
    found = []
    for same in by_kind.values():
        first, runs = same[0], [entry.runs for entry in same]
        seeds = [seed for each in runs for seed in each.seeds]
        row_of = {seed: row for row, seed in enumerate(seeds)}
        payload, digests = (
            np.concatenate(parts) for parts in zip(*((r.payload, r.digests) for r in runs), strict=True)
        )
        whole = Runs(first.runs.identity, first.runs.detail, first.runs.layout, tuple(seeds), payload, digests)
        found.append(Entry(first.facts, first.text, whole.of([row_of[seed] for seed in sorted(row_of)])))
    return found


def _parquet(entries: Sequence[Entry], labels: dict[str, str]) -> memoryview:
    """The file's bytes: a row a run, row groups of a few megabytes of results."""
    kinds = {"seed": pa.int64(), "digest": pa.binary(DIGEST), "results": pa.large_binary()}
    schema = pa.schema(list(kinds.items()))
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, schema, compression="zstd", compression_level=1, use_dictionary=False, write_statistics=False,
        write_page_checksum=True, store_schema=False, column_encoding="PLAIN",
    ) as writer:  # fmt: skip
        for piece in _pieces(entries):
            arrays = {
                "seed": pa.array([seed for runs in piece for seed in runs.seeds], pa.int64()),
                "digest": pa.array([row.tobytes() for runs in piece for row in runs.digests], pa.binary(DIGEST)),
                "results": _binary([runs.payload for runs in piece]),
            }
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=len(arrays["seed"]))
        writer.add_key_value_metadata(labels)
    return memoryview(sink.getvalue())


def _pieces(entries: Sequence[Entry]) -> Iterator[list[Runs]]:
    """Runs in the order of the rows, in pieces of about equal bytes."""
    piece: list[Runs] = []
    held = 0
    for entry in entries:
        length = max(1, entry.runs.payload.shape[1])
        step = max(1, _PIECE // length)
        for begin in range(0, len(entry.runs.seeds), step):
            part = entry.runs.of(range(begin, min(begin + step, len(entry.runs.seeds))))
            if piece and held + part.payload.size > _PIECE:
                yield piece
                piece, held = [], 0
            piece.append(part)
            held += part.payload.size
    if piece:
        yield piece


def _binary(payloads: Sequence[Bytes]) -> pa.Array:
    """Rows of several matrices (run, byte) as one column."""
    lengths = np.concatenate([np.full(len(rows), rows.shape[1], np.int64) for rows in payloads])
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    data = np.concatenate([rows.reshape(-1) for rows in payloads])
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def _matrix(column: Any) -> Bytes:
    """A column of digests as (run, 32)."""
    data = b"".join(column.to_pylist())
    return np.frombuffer(data, np.uint8).reshape(len(column), DIGEST)


def _groups(described: dict[str, Any], seeds: NDArray[np.int64]) -> tuple[Group, ...]:
    """What the header says of the rows."""
    facts = [Facts(**each) for each in described["scenarios"]]
    groups, first = [], 0
    for scenario, detail, layout, count in described["groups"]:
        chosen = tuple(seeds[first : first + count].tolist())
        groups.append(Group(facts[scenario], detail, layout, first, chosen))
        first += count
    return tuple(groups)


def _digest(header: str, scenarios: str, seeds: NDArray[np.int64], digests: Bytes) -> str:
    """sha256 of everything that a block means; that of a run covers its results."""
    total = hashlib.sha256()
    texts = (text.encode("utf-8", "surrogatepass") for text in (header, scenarios))
    for part in (*texts, seeds.astype("<i8").tobytes(), digests.tobytes()):
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def _packed(text: str) -> str:
    """A text as letters, compressed: scenarios are long and alike."""
    return base64.b85encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode()


def _unpacked(letters: str) -> str:
    return zlib.decompress(base64.b85decode(letters)).decode("utf-8", "surrogatepass")
